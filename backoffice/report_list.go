package backoffice

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/invoices/register"
)

// reportsPath is the page of reports.
const reportsPath = "/office/reports"

const (
	reportWeeks  = 13
	reportMonths = 13
	monthFormat  = "2006-01" // in addresses
	monthShown   = "01.2006" // on the page, beside dates of the form 02.01.2006
)

// ReportsPage is the data of office/report_list: what is owed, expected, earned and lost.
type ReportsPage struct {
	web.Base
	Reports []Report
	Months  []Tab // of the statements of partners
}

// Report is a table with its download.
type Report struct {
	ID, Title, About string
	Columns          []ReportColumn
	Rows             [][]ReportCell
	CSV              string
	Partners         bool
}

// ReportColumn is the head of a column.
type ReportColumn struct {
	Text   string
	Number bool
}

// ReportCell is a value of a report. The first of a row is its head.
type ReportCell struct {
	Text   string
	Label  string // of its column, for a narrow page
	Number bool
}

// reportFacts is what the page is made from.
type reportFacts struct {
	totals   []invoices.MoneyTotal
	mrr      []invoices.MRRExport
	churn    []invoices.ChurnExport
	cash     []invoices.CashExport
	partners []invoices.PartnerTotal
	month    prolong.Date // of the statements, its first day
}

func (r *Room) showReports(c *gin.Context) error {
	base, err := r.base(c, "office.reports.title")
	if err != nil {
		return err
	}
	facts, err := r.reportFacts(c.Request.Context(), today(base), monthOf(web.ReadQuery(c).Value("month"), today(base)))
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/report_list", "", reportsPage(base, facts))
	return nil
}

// monthOf reads "2026-11" as the first day of the month; anything else is the month of the day.
func monthOf(text string, day prolong.Date) prolong.Date {
	if d, err := prolong.ParseDate(text + "-01"); err == nil {
		return d
	}
	return prolong.NewDate(day.Year(), day.Month(), 1)
}

func (r *Room) reportFacts(ctx context.Context, day, month prolong.Date) (f reportFacts, err error) {
	f.month = month
	if f.totals, err = r.invoices.MoneyTotals(ctx, day); err != nil {
		return f, err
	}
	first := prolong.NewDate(day.Year(), day.Month(), 1).AddMonths(-reportMonths, 1)
	err = r.invoices.ExportMRR(ctx, day, func(e invoices.MRRExport) error {
		if !e.Month.Before(first) {
			f.mrr = append(f.mrr, e)
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	err = r.invoices.ExportChurn(ctx, day, func(e invoices.ChurnExport) error {
		if !e.Month.Before(first) {
			f.churn = append(f.churn, e)
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	if err = r.invoices.ExportCash(ctx, day, reportWeeks, func(e invoices.CashExport) error { f.cash = append(f.cash, e); return nil }); err != nil {
		return f, err
	}
	f.partners, err = r.invoices.PartnerTotals(ctx, month, day)
	return f, err
}

// reportTable puts a table together; a column whose key begins with "#" is one of numbers.
func reportTable(b web.Base, id string, columns ...string) Report {
	report := Report{ID: id, Title: b.T("office.reports." + id), About: b.T("office.reports.about." + id), CSV: reportsPath + "/" + id}
	for i, key := range columns {
		report.Columns = append(report.Columns, ReportColumn{Text: b.T("office.reports.col." + key), Number: i > 0})
	}
	return report
}

func (r *Report) add(texts ...string) {
	row := make([]ReportCell, len(texts))
	for i, text := range texts {
		row[i] = ReportCell{Text: text, Label: r.Columns[i].Text, Number: r.Columns[i].Number}
	}
	r.Rows = append(r.Rows, row)
}

func reportsPage(b web.Base, f reportFacts) ReportsPage {
	page := ReportsPage{Base: b}
	money := func(text string, cur prolong.Currency) string {
		m, err := prolong.ParseMoney(text, cur)
		if err != nil {
			return text
		}
		return b.Money(m)
	}
	ageing := reportTable(b, "ageing", "currency", "owed", "not_due", "days_30", "days_60", "days_90", "older")
	deferred := reportTable(b, "deferred", "currency", "deferred")
	for _, t := range f.totals {
		cur := string(t.Owed.Currency())
		ageing.add(cur, b.Money(t.Owed), b.Money(t.NotDue), b.Money(t.Days30), b.Money(t.Days60), b.Money(t.Days90), b.Money(t.Older))
		deferred.add(cur, b.Money(t.Deferred))
	}
	cash := reportTable(b, "cash", "week", "total", "overdue", "invoices", "renewals")
	for _, e := range f.cash {
		cash.add(b.Date(e.Week), money(e.Total, e.Currency), money(e.Overdue, e.Currency), money(e.Invoices, e.Currency), money(e.Renewals, e.Currency))
	}
	mrr := reportTable(b, "mrr", "month", "mrr", "new", "expansion", "contraction", "churn", "win_back")
	for i := len(f.mrr) - 1; i >= 0; i-- {
		e := f.mrr[i]
		mrr.add(e.Month.Time().Format(monthShown), money(e.MRR, e.Currency), money(e.New, e.Currency), money(e.Expansion, e.Currency), money(e.Contraction, e.Currency), money(e.Churn, e.Currency), money(e.WinBack, e.Currency))
	}
	churn := reportTable(b, "churn", "month", "clients_before", "clients_lost", "client_churn", "lost", "shrunk", "revenue_churn")
	for i := len(f.churn) - 1; i >= 0; i-- {
		e := f.churn[i]
		churn.add(e.Month.Time().Format(monthShown), strconv.Itoa(e.ClientsBefore), strconv.Itoa(e.ClientsLost), b.Number(e.ClientChurn)+"\u00a0%", money(e.Lost, e.Currency), money(e.Shrunk, e.Currency), b.Number(e.RevenueChurn)+"\u00a0%")
	}
	partners := reportTable(b, "commissions", "partner", "partner_clients", "accrued", "payable")
	partners.Partners, partners.CSV = true, withParams(reportsPath+"/commissions", "month", f.month.Time().Format(monthFormat))
	for _, p := range f.partners {
		name := p.Partner.Name
		if p.Currency == "" {
			partners.add(name, strconv.Itoa(p.Clients), "—", "—")
			continue
		}
		partners.add(name, strconv.Itoa(p.Clients), b.Money(p.Accrued), b.Money(p.Payable))
	}
	page.Reports = []Report{cash, ageing, mrr, churn, deferred, partners}
	for i := 2; i >= 0; i-- {
		month := monthOf("", today(b)).AddMonths(-i, 1)
		page.Months = append(page.Months, Tab{Text: month.Time().Format(monthShown), Href: withParams(reportsPath, "month", month.Time().Format(monthFormat)) + "#commissions", Current: month == f.month})
	}
	return page
}

// sendReport answers with a report as CSV, of every client where it is one by clients.
func (r *Room) sendReport(c *gin.Context) error {
	ctx, name := c.Request.Context(), c.Param("report")
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	day := today(base)
	month := monthOf(web.ReadQuery(c).Value("month"), day)
	var columns []string
	var rows [][]string
	keep := func(cells []string) { rows = append(rows, cells) }
	switch name {
	case "ageing":
		columns = invoices.AgeingExportColumns
		err = r.invoices.ExportAgeing(ctx, day, func(e invoices.AgeingExport) error { keep(e.Cells()); return nil })
	case "deferred":
		columns = invoices.DeferredExportColumns
		err = r.invoices.ExportDeferred(ctx, func(e invoices.DeferredExport) error { keep(e.Cells()); return nil })
	case "mrr":
		columns = invoices.MRRExportColumns
		err = r.invoices.ExportMRR(ctx, day, func(e invoices.MRRExport) error { keep(e.Cells()); return nil })
	case "churn":
		columns = invoices.ChurnExportColumns
		err = r.invoices.ExportChurn(ctx, day, func(e invoices.ChurnExport) error { keep(e.Cells()); return nil })
	case "cash":
		columns = invoices.CashExportColumns
		err = r.invoices.ExportCash(ctx, day, reportWeeks, func(e invoices.CashExport) error { keep(e.Cells()); return nil })
	case "commissions":
		columns = invoices.CommissionExportColumns
		err = r.invoices.ExportCommissions(ctx, "", month, func(e invoices.CommissionExport) error { keep(e.Cells()); return nil })
	default:
		err = prolong.NewError(prolong.CodeNotFound, "error.not_found", nil)
	}
	if err != nil {
		return err
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.Write(columns); err != nil {
		return err
	}
	for _, row := range rows {
		for i := range row {
			if !amountText(row[i]) {
				row[i] = register.Guard(row[i])
			}
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	if err := r.identity.Note(ctx, web.Actor(c), identity.Change{Action: "export." + name, SubjectKind: "export", After: map[string]any{"on": day, "count": len(rows)}}); err != nil {
		return err
	}
	download(c, "text/csv; charset=utf-8", name+"-"+day.String()+".csv", out.Bytes())
	return w.Error()
}

// amountText says whether a cell is a number of ours: a minus in front of it begins no formula.
func amountText(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
