package backoffice

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/statement"
	"prolong/banksync/statement/record"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// statementBytesMax bounds a statement that is uploaded here.
const statementBytesMax = 32 << 20

// StatementListPage is the data of office/statement_list: files that wait for a person, and a
// place to bring one.
type StatementListPage struct {
	web.Base
	Rows    []StatementRow
	MayAct  bool
	Problem string
}

// StatementRow is a file.
type StatementRow struct {
	Href   string
	Name   string
	From   string
	At     time.Time
	State  web.Badge
	Result string // what was taken of it
}

// StatementPage is the data of office/statement: what a file holds, before anything is taken.
type StatementPage struct {
	web.Base
	Row     StatementRow
	Parts   []StatementPart
	Problem string // why it cannot be read
	Mapping *MappingView
	Waits   bool
	MayAct  bool
	Known   bool // at least one account is ours
	Action  string
}

// StatementPart is what the file says of one account.
type StatementPart struct {
	Account, Bank, Format string
	From, To              prolong.Date
	Count, New            int
	Credit, Debit         prolong.Money
	Opening, Closing      string
	Balance               web.Badge
	Warnings              []string
}

// MappingView is the layout of a table as a person confirms it.
type MappingView struct {
	Columns   []ColumnChoice
	Accounts  []Option
	Signs     []Option
	Dates     []Option
	Sample    [][]string
	Headers   []string
	Delimiter string
	SkipRows  int
	Name      string
}

// ColumnChoice says what a column of the table means.
type ColumnChoice struct {
	Name    string // of the field
	Header  string
	Options []Option
}

func (r *Room) listStatements(c *gin.Context) error {
	return r.showStatements(c, http.StatusOK, nil)
}

func (r *Room) showStatements(c *gin.Context, status int, problem error) error {
	list, err := r.banksync.FindUploads(c.Request.Context())
	if err != nil {
		return err
	}
	base, err := r.base(c, "office.statements.title")
	if err != nil {
		return err
	}
	page := statementListPage(base, list)
	page.MayAct = may(c, identity.RightOfficePaymentsReview)
	if problem != nil {
		page.Problem = base.Error(problem)
	}
	r.site.Show(c, status, "office/statement_list", "", page)
	return nil
}

func statementListPage(b web.Base, list []banksync.Upload) StatementListPage {
	b.Crumbs = []web.Link{{Text: b.T("office.payments.title"), Href: paymentsPath}}
	page := StatementListPage{Base: b}
	for _, u := range list {
		page.Rows = append(page.Rows, statementRow(b, u))
	}
	return page
}

func statementRow(b web.Base, u banksync.Upload) StatementRow {
	row := StatementRow{Href: withID(statementsPath, int64(u.ID)), Name: u.Name, From: u.Sender, At: u.BroughtAt}
	tone := web.ToneWarn
	switch u.State {
	case banksync.UploadImported:
		tone = web.ToneGood
	case banksync.UploadDismissed:
		tone = web.ToneNeutral
	case banksync.UploadWaiting:
	}
	row.State = web.Badge{Tone: tone, Text: b.T("office.statements.state." + string(u.State))}
	if u.Report != nil {
		row.Result = b.T("office.statements.result", "New", u.Report.New, "Matched", u.Report.Matched, "Review", u.Report.Review)
	}
	return row
}

// uploadStatement keeps a file and shows what is in it.
func (r *Room) uploadStatement(c *gin.Context) error {
	_, files, err := web.ReadFiles[web.File](c, "files", statementBytesMax)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return r.showStatements(c, http.StatusUnprocessableEntity, prolong.NewError(prolong.CodeInvalid, "error.upload_empty", nil))
	}
	var last banksync.UploadID
	for _, f := range files {
		if last, err = r.banksync.UploadFile(c.Request.Context(), web.Actor(c), banksync.SourceUpload, f.Name, "", f.Data); err != nil {
			if prolong.CodeOf(err) == prolong.CodeInvalid {
				return r.showStatements(c, http.StatusUnprocessableEntity, err)
			}
			return err
		}
	}
	if len(files) > 1 {
		web.Redirect(c, statementsPath)
		return nil
	}
	web.Redirect(c, withID(statementsPath, int64(last)))
	return nil
}

func (r *Room) showStatement(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	return r.showStatementWith(c, http.StatusOK, banksync.UploadID(id), nil, nil)
}

func (r *Room) showStatementWith(c *gin.Context, status int, id banksync.UploadID, mapping *statement.Mapping, problem error) error {
	preview, err := r.banksync.ReadUpload(c.Request.Context(), id, mapping)
	if err != nil {
		return err
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	page := statementPage(base, preview)
	page.MayAct = may(c, identity.RightOfficePaymentsReview)
	if problem != nil {
		page.Problem = base.Error(problem)
	}
	r.site.Show(c, status, "office/statement", "", page)
	return nil
}

func statementPage(b web.Base, preview banksync.UploadPreview) StatementPage {
	t := b.Translator
	b.Title = preview.Upload.Name
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: paymentsPath}, {Text: t.T("office.statements.title"), Href: statementsPath}}
	page := StatementPage{Base: b, Row: statementRow(b, preview.Upload), Waits: preview.Upload.State == banksync.UploadWaiting, Action: withID(statementsPath, int64(preview.Upload.ID))}
	if preview.Failure != nil {
		page.Problem = b.Error(preview.Failure)
	}
	for _, s := range preview.Statements {
		part := StatementPart{Account: s.Account, Bank: s.Bank, Format: string(s.Format), From: s.From, To: s.To, Count: s.Totals.Count, New: s.New, Credit: s.Totals.Credit, Debit: s.Totals.Debit}
		if s.Opening != nil {
			part.Opening = b.Money(*s.Opening)
		}
		if s.Closing != nil {
			part.Closing = b.Money(*s.Closing)
		}
		switch {
		case s.Balanced == nil:
			part.Balance = web.Badge{Tone: web.ToneNeutral, Text: t.T("office.statements.balance.unknown")}
		case *s.Balanced:
			part.Balance = web.Badge{Tone: web.ToneGood, Text: t.T("office.statements.balance.good")}
		default:
			part.Balance = web.Badge{Tone: web.ToneBad, Text: t.T("office.statements.balance.bad")}
		}
		for _, w := range s.Warnings {
			text := t.T(w.Key(), warningArgs(w)...)
			if w.Line > 0 { // else it is about the file as a whole
				text = t.T("office.statements.line", "Line", w.Line, "Text", text)
			}
			part.Warnings = append(part.Warnings, text)
		}
		page.Known = page.Known || s.Bank != ""
		page.Parts = append(page.Parts, part)
	}
	if preview.Proposal != nil {
		page.Mapping = mappingView(b, preview)
	}
	return page
}

func warningArgs(w statement.Warning) []any {
	var args []any
	for k, v := range w.Args {
		args = append(args, k, v)
	}
	return args
}

// mappingColumns are what a column can mean, in the order in which they are offered.
var mappingColumns = []record.Column{
	record.ColumnDate, record.ColumnValueDate, record.ColumnDocNo, record.ColumnDocDate, record.ColumnAmount, record.ColumnCredit, record.ColumnDebit, record.ColumnDirection, record.ColumnBalance,
	record.ColumnName, record.ColumnTaxID, record.ColumnKPP, record.ColumnCounter, record.ColumnBIC, record.ColumnBank, record.ColumnPurpose, record.ColumnPurposeCode, record.ColumnPaymentID, record.ColumnID,
	record.ColumnCurrency, record.ColumnStatus, record.ColumnKind, record.ColumnAccount,
	record.ColumnPayerName, record.ColumnPayerTaxID, record.ColumnPayerKPP, record.ColumnPayerAcc, record.ColumnPayerBIC,
	record.ColumnPayeeName, record.ColumnPayeeTaxID, record.ColumnPayeeKPP, record.ColumnPayeeAcc, record.ColumnPayeeBIC,
}

func mappingView(b web.Base, preview banksync.UploadPreview) *MappingView {
	t, p := b.Translator, preview.Proposal
	view := &MappingView{Sample: p.Sample, Headers: p.Headers, Delimiter: p.Mapping.Delimiter, SkipRows: p.Mapping.SkipRows, Name: p.Mapping.Name}
	chosen := map[string]record.Column{}
	for column, header := range p.Mapping.Columns {
		chosen[header] = column
	}
	seen := map[string]int{}
	for i, header := range p.Headers {
		seen[header]++
		key := header
		if seen[header] > 1 {
			key = header + "#" + strconv.Itoa(seen[header])
		}
		if p.HeaderLine == 0 {
			key = "#" + strconv.Itoa(i+1)
		}
		choice := ColumnChoice{Name: "column" + strconv.Itoa(i), Header: key, Options: []Option{{Value: "", Text: t.T("office.mapping.none")}}}
		for _, column := range mappingColumns {
			choice.Options = append(choice.Options, Option{Value: string(column), Text: columnName(t, column), Selected: chosen[key] == column})
		}
		view.Columns = append(view.Columns, choice)
	}
	for _, a := range preview.Accounts {
		view.Accounts = append(view.Accounts, Option{Value: a.Number, Text: a.Number + " · " + a.Bank, Selected: a.Number == p.Mapping.Account})
	}
	for _, s := range []record.SignMode{"", record.SignColumns, record.SignMinus, record.SignInverse, record.SignFlag, record.SignPlusOnly, record.SignAccounts} {
		view.Signs = append(view.Signs, Option{Value: string(s), Text: t.T("office.mapping.sign." + cmp.Or(string(s), "auto")), Selected: s == p.Mapping.Sign})
	}
	for _, d := range []record.DateOrder{record.DayFirst, record.MonthFirst} {
		view.Dates = append(view.Dates, Option{Value: string(d), Text: t.T("office.mapping.dates." + string(d)), Selected: d == cmp.Or(p.Mapping.Dates, record.DayFirst)})
	}
	return view
}

// mappingOf reads the layout that a person chose, on top of the guess.
func mappingOf(form *web.Form, p *statement.Proposal) *statement.Mapping {
	m := p.Mapping
	m.Columns = map[record.Column]string{}
	view := mappingView(web.Base{}, banksync.UploadPreview{Proposal: p})
	for _, choice := range view.Columns {
		if column := record.Column(form.Text(choice.Name, noteRunesMax)); column != "" {
			m.Columns[column] = choice.Header
		}
	}
	m.Account = strings.TrimSpace(form.Text("account", noteRunesMax))
	m.Sign = record.SignMode(form.Text("sign", noteRunesMax))
	m.Dates = record.DateOrder(form.Text("dates", noteRunesMax))
	m.Name = cmp.Or(form.Text("name", noteRunesMax), m.Name)
	return &m
}

// decideStatement takes a file, tries another layout of it, or puts it away.
func (r *Room) decideStatement(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ctx, upload := c.Request.Context(), banksync.UploadID(id)
	if form.Checked("dismiss") {
		if err := r.banksync.DismissUpload(ctx, web.Actor(c), upload); err != nil {
			return err
		}
		web.Redirect(c, statementsPath)
		return nil
	}
	var mapping *statement.Mapping
	if form.Checked("mapped") {
		preview, err := r.banksync.ReadUpload(ctx, upload, nil)
		if err != nil {
			return err
		}
		if preview.Proposal != nil {
			mapping = mappingOf(form, preview.Proposal)
		}
		if form.Checked("try") {
			return r.showStatementWith(c, http.StatusOK, upload, mapping, nil)
		}
	}
	report, err := r.banksync.ConfirmUpload(ctx, web.Actor(c), upload, mapping)
	switch prolong.CodeOf(err) {
	case "":
		r.site.SetFlash(c, web.ToneGood, "flash.statement_taken", "New", strconv.Itoa(report.New), "Matched", strconv.Itoa(report.Matched), "Review", strconv.Itoa(report.Review))
		web.Redirect(c, statementsPath)
		return nil
	case prolong.CodeInvalid:
		return r.showStatementWith(c, http.StatusUnprocessableEntity, upload, mapping, err)
	case prolong.CodeConflict, prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeNotFound, prolong.CodeRateLimited, prolong.CodeUnauthorized, prolong.CodeUnavailable:
	}
	return err
}

func withID(path string, id int64) string { return path + "/" + strconv.FormatInt(id, 10) }

// columnName says what a column means. The catalogue's own "id" is no name for a message.
func columnName(t i18n.Translator, column record.Column) string {
	if column == record.ColumnID {
		return t.T("office.mapping.column.bank_id")
	}
	return t.T("office.mapping.column." + string(column))
}
