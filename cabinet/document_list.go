package cabinet

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// DocumentsPage is the data of cabinet/documents.
type DocumentsPage struct {
	Frame
	Rows []DocumentRow
	// Years lead to the papers of a year in one file, the latest first.
	Years []web.Link
	// Statement is where the reconciliation act of an interval is asked for, From and To what is
	// suggested.
	Statement string
	From, To  prolong.Date
	Pager     web.Pager
}

// DocumentRow is a closing document of a list.
type DocumentRow struct {
	Kind      string
	Number    string
	PDF       string
	XML       string // formalised file for accounting programs; empty for what has none
	IssuedOn  prolong.Date
	Period    prolong.Period
	Total     prolong.Money
	Cancelled bool
	State     web.Badge // in electronic exchange; without text if it is not there
	Signed    string    // address of the copy that both sides signed
}

func (r *Room) listDocuments(c *gin.Context) error {
	v, _ := visitOf(c)
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.nav.documents"))
	if err != nil {
		return err
	}
	paging := web.PagingOf(c, pageRows)
	list, total, err := r.invoices.DocumentsOf(c.Request.Context(), v.account, paging.Size, paging.Offset())
	if err != nil {
		return err
	}
	ids := make([]invoices.DocumentID, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	dispatches, err := r.invoices.DispatchesOf(c.Request.Context(), ids)
	if err != nil {
		return err
	}
	years, err := r.invoices.DocumentYears(c.Request.Context(), v.account)
	if err != nil {
		return err
	}
	since, until := suggested(prolong.DateOf(f.Now, f.Zone))
	r.site.Show(c, http.StatusOK, "cabinet/documents", "", DocumentsPage{
		Years: yearLinks(f.Translator, v.account, years), Statement: accountPath(v.account) + "/reconciliation", From: since, To: until,
		Frame: f, Rows: documentRows(f.Translator, v.account, list, dispatches), Pager: web.NewPager(c.Request.URL, paging, total),
	})
	return nil
}

// yearLinks are the archives of the latest years; who needs an older one writes its year into the
// address.
func yearLinks(t i18n.Translator, account billing.AccountID, years []int) []web.Link {
	const yearsMax = 5
	links := make([]web.Link, 0, yearsMax)
	for _, year := range years[:min(len(years), yearsMax)] {
		links = append(links, web.Link{Text: t.T("cabinet.documents.year", "Year", strconv.Itoa(year)), Href: accountPath(account) + "/papers?year=" + strconv.Itoa(year)})
	}
	return links
}

func documentRows(t i18n.Translator, account billing.AccountID, list []invoices.Document, dispatches map[invoices.DocumentID]invoices.Dispatch) []DocumentRow {
	rows := make([]DocumentRow, 0, len(list))
	for _, d := range list {
		rows = append(rows, DocumentRow{
			Kind: documentKind(t, d.Kind), Number: d.Number, PDF: accountPath(account) + "/documents/" + strconv.FormatInt(int64(d.ID), 10) + "/pdf",
			IssuedOn: d.IssuedOn, Period: d.Period, Total: d.Total, Cancelled: d.Status == "cancelled",
		})
		// A client is told what concerns him: that it waits for his signature, and how it ended.
		row := &rows[len(rows)-1]
		switch sent := dispatches[d.ID]; sent.State {
		case invoices.DispatchSent:
			row.State = web.Badge{Tone: web.ToneWarn, Text: t.T("cabinet.document.edo_sent")}
		case invoices.DispatchSigned:
			row.State = web.Badge{Tone: web.ToneGood, Text: t.T("edo.state.signed")}
		case invoices.DispatchRejected:
			row.State = web.Badge{Tone: web.ToneBad, Text: t.T("cabinet.document.edo_rejected")}
		case invoices.DispatchRevoked:
			row.State = web.Badge{Tone: web.ToneNeutral, Text: t.T("edo.state.revoked")}
		case invoices.DispatchQueued, invoices.DispatchDraft, invoices.DispatchFailed:
		}
		if dispatches[d.ID].HasCopy {
			row.Signed = accountPath(account) + "/documents/" + strconv.FormatInt(int64(d.ID), 10) + "/signed"
		}
		if invoices.Formalised(d) {
			row.XML = accountPath(account) + "/documents/" + strconv.FormatInt(int64(d.ID), 10) + "/upd"
		}
	}
	return rows
}
