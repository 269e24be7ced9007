package cabinet

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const addressRunesMax, bankAccountRunesMax, bicRunesMax = 300, 60, 20

// CompanyPage is the data of cabinet/company.
type CompanyPage struct {
	Frame
	Proof    Proof
	Fixed    []Requisite // what only the vendor changes
	Editable []Requisite // as it is, while changes are not open
	Action   string
	Fields   []web.Field
	FillTo   string    // where "fill in by tax id" goes; empty without a register
	Note     web.Flash // what the register said; without text for nothing
	AskHref  string    // where other changes are asked for; empty without a support line
}

func (r *Room) showCompany(c *gin.Context) error {
	return r.showCompanyForm(c, http.StatusOK, nil)
}

func (r *Room) showCompanyForm(c *gin.Context, status int, form *web.Form) error {
	v, _ := visitOf(c)
	client, err := r.billing.ClientView(c.Request.Context(), v.account)
	if err != nil {
		return err
	}
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.nav.company"))
	if err != nil {
		return err
	}
	page := companyPage(f, v, client.Account, form, r.lines())
	page.FillTo = r.fillTo(v, client.Account.Country)
	r.site.Show(c, status, "cabinet/company", "", page)
	return nil
}

// companyPage shows the account; form is what was typed, nil shows what is stored.
func companyPage(f Frame, v visit, a billing.Account, form *web.Form, has lines) CompanyPage {
	t, path := f.Translator, accountPath(v.account)+"/company"
	now := billing.RequisitesOf(a)
	if form == nil {
		form = web.NewForm(map[string][]string{
			billing.FieldAddress: {now.Address}, billing.FieldEmail: {now.Email}, "phone": {string(now.Phone)},
			billing.FieldBankAccount: {now.BankAccount}, billing.FieldBankBIC: {now.BankBIC},
		})
	}
	words := wordsOf(a.Country)
	page := CompanyPage{Frame: f, Proof: proofOf(v, path), Action: path}
	page.Fixed = facts(t, [][2]string{
		{"cabinet.company.name", a.LegalName()}, {words.taxID, string(a.TaxID)}, {"cabinet.pay.kpp", a.KPP}, {"cabinet.company.code", a.PaymentCode.Grouped()},
	})
	page.Editable = facts(t, [][2]string{
		{"cabinet.company.address", now.Address}, {"cabinet.company.email", now.Email}, {"cabinet.company.phone", prolong.Phone(now.Phone).Grouped()},
		{words.account, grouped(now.BankAccount)}, {words.bic, now.BankBIC},
	})
	field := func(kind, name, label string, lenMax int) web.Field {
		input := form.Field(t, kind, name, label)
		input.LenMax = lenMax
		return input
	}
	address := field("text", billing.FieldAddress, t.T("cabinet.company.address"), addressRunesMax)
	address.Autocomplete, address.Hint = "street-address", t.T("cabinet.company.address_hint")
	email := field("email", billing.FieldEmail, t.T("cabinet.company.email"), web.EmailLenMax)
	email.Autocomplete, email.Hint = "email", t.T("cabinet.company.email_hint")
	phone := field("tel", "phone", t.T("cabinet.company.phone"), phoneRunesMax)
	phone.Autocomplete, phone.InputMode = "tel", "tel"
	account := field("text", billing.FieldBankAccount, t.T(words.account), bankAccountRunesMax)
	bic := field("text", billing.FieldBankBIC, t.T(words.bic), bicRunesMax)
	page.Fields = []web.Field{address, email, phone, account, bic}
	if has.tickets {
		page.AskHref = accountPath(v.account) + "/tickets/new?subject=" + url.QueryEscape(t.T("cabinet.company.ask_subject"))
	}
	return page
}

func facts(t i18n.Translator, pairs [][2]string) (list []Requisite) {
	for _, p := range pairs {
		if p[1] == "" {
			p[1] = "—"
		}
		list = append(list, Requisite{Label: t.T(p[0]), Value: p[1]})
	}
	return list
}

func (r *Room) changeCompany(c *gin.Context) error {
	v, _ := visitOf(c)
	path := accountPath(v.account) + "/company"
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	if r.refuseStale(c, v, path) {
		return nil
	}
	account, err := r.billing.FindAccountByID(c.Request.Context(), v.account)
	if err != nil {
		return err
	}
	req := billing.Requisites{
		Address: form.Text(billing.FieldAddress, addressRunesMax), Email: form.Email(billing.FieldEmail),
		BankAccount: form.Text(billing.FieldBankAccount, bankAccountRunesMax), BankBIC: form.Text(billing.FieldBankBIC, bicRunesMax),
	}
	if req.Phone, err = r.readPhone(c, form, v); err != nil {
		return err
	}
	for _, p := range req.Tidy().Problems(account.Country) {
		form.Reject(p.Field, p.Err)
	}
	if !form.Valid() {
		return r.showCompanyForm(c, http.StatusUnprocessableEntity, form)
	}
	err = r.identity.ChangeRequisites(c.Request.Context(), v.session.Actor, v.account, req)
	if prolong.CodeOf(err) == prolong.CodeInvalid {
		form.Reject(billing.FieldBankAccount, err)
		return r.showCompanyForm(c, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_requisites")
	web.Redirect(c, path)
	return nil
}
