package backoffice

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/invoices/register"
)

// exchangePath is the page of what accounting programs take.
const exchangePath = "/office/exchange"

// fileOneC is the exchange file of 1С among the files of the page.
const fileOneC = "1c"

// ExchangePage is the data of office/exchange.
type ExchangePage struct {
	web.Base
	Sellers []Option // empty if there is one only
	Fields  []web.Field
	Files   []ExchangeFile
}

// ExchangeFile is something to be downloaded for the chosen seller and days.
type ExchangeFile struct {
	Title, About string
	Formats      []ExchangeFormat
}

// ExchangeFormat is a button: a file in a format.
type ExchangeFormat struct {
	Text, Action, Label string
}

func (r *Room) showExchange(c *gin.Context) error {
	b, err := r.base(c, "office.exchange.title")
	if err != nil {
		return err
	}
	catalog, err := r.billing.Catalog(c.Request.Context())
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/exchange", "", exchangePage(b, sellersOf(catalog), web.ReadQuery(c)))
	return nil
}

func sellersOf(catalog billing.Catalog) []billing.Seller {
	list := make([]billing.Seller, 0, len(catalog.Sellers))
	for _, s := range catalog.Sellers {
		list = append(list, s)
	}
	slices.SortFunc(list, func(x, y billing.Seller) int { return strings.Compare(x.Key, y.Key) })
	return list
}

// exchangePage offers the month before this one until somebody chooses other days.
func exchangePage(b web.Base, sellers []billing.Seller, query *web.Form) ExchangePage {
	page := ExchangePage{Base: b}
	if len(sellers) > 1 {
		for _, s := range sellers {
			page.Sellers = append(page.Sellers, Option{Value: s.Key, Text: s.Name, Selected: s.Key == query.Value("seller")})
		}
	}
	today := prolong.DateOf(b.Now, b.Zone)
	year, month, _ := today.YMD()
	first := prolong.NewDate(year, month, 1)
	values := url.Values{"from": {first.AddMonths(-1, 1).String()}, "to": {first.AddDays(-1).String()}}
	for _, name := range []string{"from", "to"} {
		if v := query.Value(name); v != "" {
			values.Set(name, v)
		}
	}
	form := web.NewForm(values)
	for _, name := range []string{"from", "to"} {
		field := form.Field(b.Translator, "date", name, b.T("office.exchange."+name))
		field.Required = true
		page.Fields = append(page.Fields, field)
	}
	page.Files = []ExchangeFile{{Title: b.T("office.exchange.1c"), About: b.T("office.exchange.1c_about"), Formats: []ExchangeFormat{{Text: "XML", Action: exchangePath + "/" + fileOneC, Label: b.T("office.exchange.1c")}}}}
	for _, name := range []string{invoices.RegisterSales, invoices.RegisterSalesBook, invoices.RegisterPurchaseBook, invoices.RegisterInvoices, banksync.RegisterPayments, invoices.RegisterEntries} {
		title := b.T("register." + name)
		file := ExchangeFile{Title: title, About: b.T("office.exchange.about." + name)}
		for _, format := range []register.Format{register.XLSX, register.CSV} {
			text := strings.ToUpper(string(format))
			file.Formats = append(file.Formats, ExchangeFormat{Text: text, Action: exchangePath + "/" + name + "/" + string(format), Label: title + ", " + text})
		}
		page.Files = append(page.Files, file)
	}
	return page
}

// exchangeInterval reads seller and days from the address.
func exchangeInterval(c *gin.Context) (invoices.Interval, error) {
	query := web.ReadQuery(c)
	i := invoices.Interval{Seller: query.Value("seller"), From: query.Date("from"), To: query.Date("to")}
	return i, query.Err()
}

// sendOneC answers with an EnterpriseData file. It is put together first: a failure in the middle
// is a message and not half a file.
func (r *Room) sendOneC(c *gin.Context) error {
	i, err := exchangeInterval(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	counts, err := r.invoices.ExportOneC(c.Request.Context(), &out, i, r.banksync.Receipts)
	if err != nil {
		return err
	}
	if err := r.noteExport(c, fileOneC, i, counts); err != nil {
		return err
	}
	download(c, "application/xml", exportName("enterprisedata", i, "xml"), out.Bytes())
	return nil
}

func (r *Room) sendRegister(c *gin.Context) error {
	name, format := c.Param("register"), register.Format(c.Param("format"))
	i, err := exchangeInterval(c)
	if err != nil {
		return err
	}
	var table register.Table
	if name == banksync.RegisterPayments {
		table, err = r.banksync.PaymentRegister(c.Request.Context(), i)
	} else {
		table, err = r.invoices.Register(c.Request.Context(), name, i)
	}
	if err != nil {
		return err
	}
	t := r.site.Translator(c)
	var out bytes.Buffer
	rows, err := register.Write(c.Request.Context(), &out, format, table, func(key string) string { return t.T(key) })
	if err != nil {
		return err
	}
	if err := r.noteExport(c, name, i, rows); err != nil {
		return err
	}
	download(c, format.Mime(), exportName(name, i, string(format)), out.Bytes())
	return nil
}

// noteExport writes into the audit trail that somebody has taken data out.
func (r *Room) noteExport(c *gin.Context, name string, i invoices.Interval, count any) error {
	return r.identity.Note(c.Request.Context(), web.Actor(c), identity.Change{
		Action: "export." + name, SubjectKind: "export", After: map[string]any{"seller": i.Seller, "from": i.From, "to": i.To, "count": count},
	})
}

func exportName(name string, i invoices.Interval, extension string) string {
	return name + "-" + i.From.String() + "-" + i.To.String() + "." + extension
}

// download answers with bytes to be saved under an ASCII name.
func download(c *gin.Context, contentType, name string, body []byte) {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Header("Cache-Control", "private, no-store")
	c.Data(http.StatusOK, contentType, body)
}

// sendUPD answers with the formalised file of a document.
func (r *Room) sendUPD(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	file, err := r.invoices.UPDFile(c.Request.Context(), 0, invoices.DocumentID(id))
	if err != nil {
		return err
	}
	download(c, invoices.MimeXML, file.ASCIIName, file.Body)
	return nil
}
