package cabinet

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/billing/lookup"
	"prolong/internal/web"
)

// fillCompany shows the form again with what the public register says about the company filled
// in; nothing is stored until the reader saves it. A register that does not answer leaves the
// form as it was typed.
func (r *Room) fillCompany(c *gin.Context) error {
	v, _ := visitOf(c)
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	if r.refuseStale(c, v, accountPath(v.account)+"/company") {
		return nil
	}
	ctx := c.Request.Context()
	client, err := r.billing.ClientView(ctx, v.account)
	if err != nil {
		return err
	}
	values := map[string][]string{}
	for _, name := range []string{billing.FieldAddress, billing.FieldEmail, "phone", billing.FieldBankAccount, billing.FieldBankBIC} {
		values[name] = []string{form.Value(name)}
	}
	note, tone := "", web.ToneInfo
	t := r.site.Translator(c)
	company, err := r.companies.Company(ctx, client.Account.Country, string(client.Account.TaxID), client.Account.KPP)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		note, tone = t.Error(err), web.ToneWarn
	case company.Address == "":
		note = t.T("cabinet.company.fill_nothing")
	default:
		values[billing.FieldAddress] = []string{company.Address}
		note = t.T("cabinet.company.filled", "Name", company.Name, "Source", company.Source)
		if company.Status != lookup.Active && company.Status != lookup.Unknown {
			note, tone = note+" "+t.T("company.status."+string(company.Status))+".", web.ToneWarn
		}
	}
	if bic := strings.TrimSpace(form.Value(billing.FieldBankBIC)); bic != "" && client.Account.Country == prolong.Russia {
		if bank, err := r.companies.Bank(ctx, bic); err == nil {
			note += " " + t.T("cabinet.company.bank", "BIC", bic, "Name", bank.Name)
		}
	}
	f, err := r.frame(c, t.T("cabinet.nav.company"))
	if err != nil {
		return err
	}
	page := companyPage(f, v, client.Account, web.NewForm(values), r.lines())
	page.FillTo, page.Note = r.fillTo(v, client.Account.Country), web.Flash{Tone: tone, Text: note}
	r.site.Show(c, http.StatusOK, "cabinet/company", "", page)
	return nil
}

// fillTo is where "fill in by tax id" goes; empty where there is no register to ask.
func (r *Room) fillTo(v visit, country prolong.Country) string {
	if !r.companies.Ready(country) {
		return ""
	}
	return accountPath(v.account) + "/company/fill"
}
