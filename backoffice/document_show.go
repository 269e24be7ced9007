package backoffice

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
)

const (
	documentSeriesPath  = documentsPath + "/series"
	documentReasonRunes = 500
	// missingShownMax bounds the missing numbers that a series names.
	missingShownMax = 20
)

// DocumentPage is the data of office/document.
type DocumentPage struct {
	web.Base
	Row        DocumentRow
	Client     *billing.AccountBrief
	ClientHref string
	Letters    []LetterRow
	Action     string // where it is corrected or cancelled; empty where that cannot be
	Closing    bool   // it closes an invoice, so it can be drawn up again
	Reason     string
	Problem    string
}

func documentHref(id invoices.DocumentID) string {
	return documentsPath + "/" + strconv.FormatInt(int64(id), 10)
}

func (r *Room) showDocument(c *gin.Context) error {
	return r.showDocumentForm(c, http.StatusOK, "", nil)
}

func (r *Room) showDocumentForm(c *gin.Context, status int, reason string, problem error) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	found, err := r.invoices.FindDocuments(ctx, invoices.DocumentFilter{BeforeID: invoices.DocumentID(id + 1), Limit: 1})
	if err != nil {
		return err
	}
	if len(found) == 0 || int64(found[0].ID) != id {
		return prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": id})
	}
	client, err := r.clientOfList(ctx, found[0].AccountID)
	if err != nil {
		return err
	}
	letters, err := r.notify.FindMessages(ctx, notify.MessageFilter{Subject: notify.Subject{Kind: "document", ID: id}})
	if err != nil {
		return err
	}
	page := documentPage(base, found[0], client, letters, may(c, identity.RightOfficeDocumentsManage))
	page.Reason = reason
	if problem != nil {
		page.Problem = base.Error(problem)
	}
	r.site.Show(c, status, "office/document", "", page)
	return nil
}

func documentPage(b web.Base, d invoices.Document, client *billing.AccountBrief, letters []notify.Sent, mayManage bool) DocumentPage {
	t := b.Translator
	b.Title, b.Path = documentKind(t, d.Kind)+" № "+d.Number, documentHref(d.ID)
	b.Crumbs = []web.Link{{Text: t.T("office.documents.title"), Href: documentsPath}}
	page := DocumentPage{Base: b, Row: documentRow(t, d), Client: client, Closing: d.Kind == invoices.DocumentAct || d.Kind == invoices.DocumentUPD}
	if client != nil {
		page.ClientHref = clientHref(client.ID)
	}
	for _, l := range letters {
		page.Letters = append(page.Letters, letterRow(t, l))
	}
	if mayManage && d.Status == documentIssued && d.Kind != invoices.DocumentStorno {
		page.Action = documentHref(d.ID)
	}
	return page
}

// changeDocument draws up a corrected issue of a document, or cancels it.
func (r *Room) changeDocument(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ctx, actor, reason := c.Request.Context(), web.Actor(c), form.Text("reason", documentReasonRunes)
	document, flash := invoices.DocumentID(id), "flash.document_cancelled"
	switch form.Value("what") {
	case "correct":
		flash = "flash.document_corrected"
		document, err = r.invoices.Correct(ctx, actor, document, reason)
	case "again":
		flash = "flash.document_again"
		_, err = r.invoices.CancelDocument(ctx, actor, document, reason, true)
	case "cancel":
		_, err = r.invoices.CancelDocument(ctx, actor, document, reason, false)
	default:
		err = prolong.NewError(prolong.CodeInvalid, "error.field_choice", nil)
	}
	if code := prolong.CodeOf(err); code == prolong.CodeInvalid || code == prolong.CodeConflict {
		return r.showDocumentForm(c, web.StatusOf(err), reason, err)
	}
	if err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, flash)
	web.Redirect(c, documentHref(document))
	return nil
}

// DocumentSeriesPage is the data of office/document_series.
type DocumentSeriesPage struct {
	web.Base
	Rows []SeriesRow
}

// SeriesRow is a series of numbers.
type SeriesRow struct {
	Seller, Kind string
	Year         int
	Last, Issued int
	State        web.Badge
	Missing      string
}

func (r *Room) showDocumentSeries(c *gin.Context) error {
	base, err := r.base(c, "office.series.title")
	if err != nil {
		return err
	}
	series, err := r.invoices.FindSeries(c.Request.Context())
	if err != nil {
		return err
	}
	catalog, err := r.billing.Catalog(c.Request.Context())
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/document_series", "", documentSeriesPage(base, series, catalog))
	return nil
}

func documentSeriesPage(b web.Base, series []invoices.Series, catalog billing.Catalog) DocumentSeriesPage {
	b.Crumbs = []web.Link{{Text: b.T("office.documents.title"), Href: documentsPath}}
	page := DocumentSeriesPage{Base: b}
	for _, s := range series {
		row := SeriesRow{Seller: catalog.Sellers[s.SellerID].Name, Kind: documentKind(b.Translator, s.Kind), Year: s.Year, Last: s.Last, Issued: s.Issued,
			State: web.Badge{Tone: web.ToneGood, Text: b.T("office.series.whole")}}
		if len(s.Missing) > 0 {
			row.State, row.Missing = web.Badge{Tone: web.ToneBad, Text: b.N("office.series.gaps", len(s.Missing))}, missingNumbers(b.Translator, s.Missing)
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

func missingNumbers(t i18n.Translator, numbers []int) string {
	var texts []string
	for _, n := range numbers[:min(len(numbers), missingShownMax)] {
		texts = append(texts, strconv.Itoa(n))
	}
	if len(numbers) > missingShownMax {
		texts = append(texts, "…")
	}
	return t.T("office.series.missing", "Numbers", strings.Join(texts, ", "))
}
