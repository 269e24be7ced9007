package backoffice

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// documentIssued is the state of a document that is in force.
const documentIssued = "issued"

// DocumentListPage is the data of office/document_list.
type DocumentListPage struct {
	web.Base
	Tabs   []Tab
	Client *billing.AccountBrief
	Rows   []DocumentRow
	Next   string
}

// DocumentRow is a numbered document in a list.
type DocumentRow struct {
	Href               string
	PDF                string
	XML                string // formalised file; empty for what has none
	Kind, Number       string
	IssuedOn           prolong.Date
	Period             prolong.Period
	Total, Tax         prolong.Money
	State              web.Badge
	InvoiceHref        string
	Dispatch           *DispatchView // electronic exchange; nil for nothing to say
	Client, ClientHref string
}

func (r *Room) listDocuments(c *gin.Context) error {
	ctx := c.Request.Context()
	base, err := r.base(c, "office.documents.title")
	if err != nil {
		return err
	}
	kind := invoices.DocumentKind(web.ReadQuery(c).Value("kind"))
	filter := invoices.DocumentFilter{AccountID: billing.AccountID(idQuery(c, "client")), Kind: kind, BeforeID: invoices.DocumentID(idQuery(c, "before")), Limit: listRowsMax + 1}
	list, err := r.invoices.FindDocuments(ctx, filter)
	if err != nil {
		return err
	}
	client, err := r.clientOfList(ctx, filter.AccountID)
	if err != nil {
		return err
	}
	ids := []billing.AccountID{}
	for _, d := range list {
		ids = append(ids, d.AccountID)
	}
	names, err := r.billing.FindAccountBriefs(ctx, ids)
	if err != nil {
		return err
	}
	facts, err := r.dispatchFacts(ctx, c, list)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/document_list", "", documentListPage(base, list, names, client, kind, facts))
	return nil
}

func documentListPage(b web.Base, list []invoices.Document, names map[billing.AccountID]billing.AccountBrief, client *billing.AccountBrief, kind invoices.DocumentKind, facts dispatchFacts) DocumentListPage {
	page := DocumentListPage{Base: b, Client: client}
	id := int64(0)
	if client != nil {
		id = int64(client.ID)
		page.Crumbs = []web.Link{{Text: client.LegalName(), Href: clientHref(client.ID)}}
	}
	for _, tab := range []invoices.DocumentKind{"", invoices.DocumentAct, invoices.DocumentUPD, invoices.DocumentSF, invoices.DocumentStorno} {
		page.Tabs = append(page.Tabs, Tab{Text: b.T("office.documents.tab." + cmp.Or(string(tab), "all")), Href: withParams(documentsPath, "client", id, "kind", tab), Current: tab == kind})
	}
	list, page.Next = cutPage(list, func(last invoices.Document) string {
		return withParams(documentsPath, "client", id, "kind", kind, "before", int64(last.ID))
	})
	for _, d := range list {
		row := documentRow(b.Translator, d)
		row.Dispatch = facts.view(b.Translator, d)
		if a, ok := names[d.AccountID]; ok {
			row.Client, row.ClientHref = a.LegalName(), clientHref(a.ID)
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

func documentRow(t i18n.Translator, d invoices.Document) DocumentRow {
	row := DocumentRow{Href: documentHref(d.ID), PDF: documentPDFHref(d.ID), Kind: documentKind(t, d.Kind), Number: d.Number, IssuedOn: d.IssuedOn, Period: d.Period, Total: d.Total, Tax: d.Tax,
		State: web.Badge{Tone: web.ToneGood, Text: t.T("office.document.issued")}}
	if d.Status != documentIssued {
		row.State = web.Badge{Tone: web.ToneNeutral, Text: t.T("office.document." + d.Status)}
	}
	if invoices.Formalised(d) {
		row.XML = documentsPath + "/" + strconv.FormatInt(int64(d.ID), 10) + "/upd"
	}
	if d.InvoiceID != 0 {
		row.InvoiceHref = invoiceHref(d.InvoiceID)
	}
	return row
}

// documentKind names a kind of document; one that has no name yet is called by its own.
func documentKind(t i18n.Translator, kind invoices.DocumentKind) string {
	if key := "office.document.kind." + string(kind); t.Has(key) {
		return t.T(key)
	}
	return string(kind)
}

func documentPDFHref(id invoices.DocumentID) string {
	return documentsPath + "/" + strconv.FormatInt(int64(id), 10) + "/pdf"
}
