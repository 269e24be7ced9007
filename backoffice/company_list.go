package backoffice

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/billing/lookup"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const companiesPath = "/office/companies"

const companyQueryMax = 100 // runes

// CompanyListPage is the data of office/company_list: what the public registers say.
type CompanyListPage struct {
	web.Base
	Countries []Option
	Search    string
	Client    *billing.AccountBrief // whose requisites are compared; nil for nobody's
	Rows      []CompanyRow
	Note      string // why there is nothing
}

// CompanyRow is a company of a register.
type CompanyRow struct {
	Company lookup.Company
	State   web.Badge
	Facts   []Fact
	Since   time.Time // when the register said so; zero in a list
	Take    string    // where "take the address" goes; empty if there is nothing to take
}

func (r *Room) listCompanies(c *gin.Context) error {
	ctx := c.Request.Context()
	b, err := r.base(c, "office.companies.title")
	if err != nil {
		return err
	}
	client, err := r.clientOfList(ctx, billing.AccountID(idQuery(c, "client")))
	if err != nil {
		return err
	}
	query := web.ReadQuery(c)
	country, text := prolong.Country(strings.ToUpper(query.Value("country"))), query.Text("q", companyQueryMax)
	if client != nil && text == "" {
		country, text = client.Country, string(client.TaxID)
	}
	if country != prolong.Ukraine && country != prolong.Kazakhstan {
		country = prolong.Russia
	}
	var found []lookup.Company
	if text != "" {
		found, err = r.companies.Search(ctx, country, text)
	}
	if err != nil && ctx.Err() != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/company_list", "results", companyListPage(b, country, text, client, found, err, may(c, identity.RightOfficeClientsManage)))
	return nil
}

// companyListPage shows what was found; problem is why nothing could be asked, which people read
// and go on by hand.
func companyListPage(b web.Base, country prolong.Country, text string, client *billing.AccountBrief, found []lookup.Company, problem error, mayTake bool) CompanyListPage {
	t := b.Translator
	page := CompanyListPage{Base: b, Search: text, Client: client}
	if client != nil {
		page.Crumbs = []web.Link{{Text: client.LegalName(), Href: clientHref(client.ID)}}
	}
	for _, x := range []prolong.Country{prolong.Russia, prolong.Ukraine, prolong.Kazakhstan} {
		page.Countries = append(page.Countries, Option{Value: string(x), Text: t.T("office.registry_country." + strings.ToLower(string(x))), Selected: x == country})
	}
	for _, company := range found {
		row := companyRow(t, company)
		if client != nil && mayTake && company.TaxID == client.TaxID && company.Address != "" && company.Address != client.Address {
			row.Take = clientHref(client.ID) + "/registry"
		}
		page.Rows = append(page.Rows, row)
	}
	switch {
	case problem != nil:
		page.Note = t.Error(problem)
	case text == "":
		page.Note = t.T("office.companies.hint")
	case len(found) == 0:
		page.Note = t.T("office.companies.empty")
	}
	return page
}

func companyRow(t i18n.Translator, c lookup.Company) CompanyRow {
	row := CompanyRow{Company: c, State: companyBadge(t, c.Status), Since: c.RetrievedAt}
	for _, f := range []Fact{
		{t.T("office.client.tax_id"), string(c.TaxID), true}, {t.T("office.client.kpp"), c.KPP, true}, {t.T("office.companies.reg_no"), c.RegNo, true},
		{t.T("office.client.address"), c.Address, true}, {t.T("office.companies.head"), c.Head, false},
	} {
		if f.Value != "" {
			row.Facts = append(row.Facts, f)
		}
	}
	if c.VATPayer != nil {
		key := "office.companies.no_vat"
		if *c.VATPayer {
			key = "office.companies.vat"
		}
		row.Facts = append(row.Facts, Fact{t.T("office.companies.tax"), t.T(key), false})
	}
	return row
}

func companyBadge(t i18n.Translator, s lookup.Status) web.Badge {
	b := web.Badge{Tone: web.ToneBad, Text: t.T("company.status." + string(s))}
	switch s {
	case lookup.Active:
		b.Tone = web.ToneGood
	case lookup.Unknown:
		b.Tone = web.ToneNeutral
	case lookup.Liquidating, lookup.Suspended:
		b.Tone = web.ToneWarn
	case lookup.Bankrupt, lookup.Liquidated:
	}
	return b
}

// takeRegistry puts the register's address into a client's requisites.
func (r *Room) takeRegistry(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx, account := c.Request.Context(), billing.AccountID(id)
	client, err := r.billing.FindAccountByID(ctx, account)
	if err != nil {
		return err
	}
	if err := r.takeAddress(ctx, web.Actor(c), client); err != nil {
		if code := prolong.CodeOf(err); code == prolong.CodeForbidden || code == prolong.CodeInternal {
			return err
		}
		r.site.SetFlash(c, web.ToneBad, "flash.office_registry_refused", "Reason", r.site.Translator(c).Error(err))
	} else {
		r.site.SetFlash(c, web.ToneGood, "flash.office_registry_taken")
	}
	web.Redirect(c, clientHref(account))
	return nil
}

func (r *Room) takeAddress(ctx context.Context, actor prolong.Actor, client billing.Account) error {
	company, err := r.companies.Company(ctx, client.Country, string(client.TaxID), client.KPP)
	if err != nil {
		return err
	}
	requisites := billing.RequisitesOf(client)
	requisites.Address = company.Address
	return r.identity.ChangeRequisites(ctx, actor, client.ID, requisites)
}
