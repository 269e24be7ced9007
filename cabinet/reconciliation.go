package cabinet

import (
	"bytes"

	"github.com/gin-gonic/gin"

	"prolong"
)

// sendReconciliation answers with the reconciliation act (акт сверки) of an interval as PDF, or
// with the statement of account as CSV, of the client's own account.
func (r *Room) sendReconciliation(c *gin.Context) error {
	v, _ := visitOf(c)
	from, err := prolong.ParseDate(c.Query("from"))
	if err != nil {
		return err
	}
	to, err := prolong.ParseDate(c.Query("to"))
	if err != nil {
		return err
	}
	st, err := r.invoices.Statement(c.Request.Context(), v.account, "", prolong.Period{From: from, To: to.AddDays(1)})
	if err != nil {
		return err
	}
	if c.Query("format") == "csv" {
		var table bytes.Buffer
		if err := st.WriteCSV(&table); err != nil {
			return err
		}
		sendFile(c, "text/csv; charset=utf-8", "statement.csv", "statement.csv", table.Bytes())
		return nil
	}
	name, body, err := r.invoices.Reconciliation(st)
	if err != nil {
		return err
	}
	sendFile(c, "application/pdf", name, name, body)
	return nil
}

// suggested is the interval that a reconciliation is usually for: the quarter until today.
func suggested(today prolong.Date) (from, to prolong.Date) {
	return prolong.NewDate(today.Year(), today.Month()-2, 1), today
}
