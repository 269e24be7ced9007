package backoffice

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/billing/lookup"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const companyTextMax, companyHistoryMax = 300, 12

// companyFacts is what the page is made of on which a client's requisites are changed.
type companyFacts struct {
	client  billing.AccountBrief
	history []identity.AuditEntry // changes of them, the latest first
	staff   map[int64]string
	ready   bool       // there is a register to ask
	note    *web.Flash // what it said
}

func companyHref(id billing.AccountID) string { return clientHref(id) + "/requisites" }

// companyFields are the fields of the page in their order, with the name that the audit trail has
// for them.
var companyFields = []struct{ field, kind, label, trail string }{
	{billing.FieldName, "text", "office.company.name", "Name"},
	{billing.FieldLegalForm, "text", "office.company.legal_form", "LegalForm"},
	{billing.FieldTaxID, "text", "office.client.tax_id", "TaxID"},
	{billing.FieldKPP, "text", "office.client.kpp", "KPP"},
	{billing.FieldBankAccount, "text", "office.client.bank_account", "BankAccount"},
	{billing.FieldBankBIC, "text", "office.client.bank_bic", "BankBIC"},
	{billing.FieldAddress, "text", "office.client.address", "Address"},
	{billing.FieldSignatory, "text", "office.company.signatory", "Signatory"},
	{billing.FieldSignatoryTitle, "text", "office.company.signatory_title", "SignatoryTitle"},
	{billing.FieldEmail, "email", "office.client.email", "Email"},
	{billing.FieldPhone, "tel", "office.client.phone", "Phone"},
	{billing.FieldLanguage, "language", "office.client.language", "Language"},
}

func (r *Room) companyFacts(ctx context.Context, id billing.AccountID) (f companyFacts, err error) {
	client, err := r.clientOfList(ctx, id)
	if err != nil {
		return f, err
	}
	if client == nil {
		return f, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(id)})
	}
	f.client, f.ready = *client, r.companies.Ready(client.Country)
	for _, action := range []string{identity.ActionCompany, identity.ActionRequisites} {
		list, err := r.identity.FindAudit(ctx, identity.AuditFilter{AccountID: id, Action: action, Limit: companyHistoryMax})
		if err != nil {
			return f, err
		}
		f.history = append(f.history, list...)
	}
	slices.SortFunc(f.history, func(a, b identity.AuditEntry) int { return cmp.Compare(b.ID, a.ID) })
	f.history = f.history[:min(len(f.history), companyHistoryMax)]
	f.staff, err = r.staffNames(ctx)
	return f, err
}

// fill puts what is stored into an empty form.
func (f companyFacts) fill() url.Values {
	v := url.Values{}
	for key, value := range companyValues(billing.CompanyOf(f.client.Account)) {
		v.Set(key, value)
	}
	return v
}

func companyValues(c billing.Company) map[string]string {
	return map[string]string{
		billing.FieldName: c.Name, billing.FieldLegalForm: c.LegalForm, billing.FieldTaxID: string(c.TaxID), billing.FieldKPP: c.KPP, billing.FieldAddress: c.Address, billing.FieldEmail: c.Email,
		billing.FieldPhone: string(c.Phone), billing.FieldBankAccount: c.BankAccount, billing.FieldBankBIC: c.BankBIC, billing.FieldSignatory: c.Signatory, billing.FieldSignatoryTitle: c.SignatoryTitle,
		billing.FieldLanguage: c.Language,
	}
}

// read takes the form over with every problem that check digits and forms show.
func (f companyFacts) read(form *web.Form) billing.Company {
	text := func(name string) string { return form.Text(name, companyTextMax) }
	c := billing.Company{
		Name: text(billing.FieldName), LegalForm: text(billing.FieldLegalForm), TaxID: prolong.TaxID(text(billing.FieldTaxID)), KPP: text(billing.FieldKPP), Signatory: text(billing.FieldSignatory), SignatoryTitle: text(billing.FieldSignatoryTitle),
		Language:   cmp.Or(text(billing.FieldLanguage), f.client.Language),
		Requisites: billing.Requisites{Address: text(billing.FieldAddress), Email: form.Email(billing.FieldEmail), BankAccount: text(billing.FieldBankAccount), BankBIC: text(billing.FieldBankBIC)},
	}
	if raw := text(billing.FieldPhone); raw != "" {
		phone, err := prolong.ParsePhone(f.client.Country, raw)
		if err != nil {
			form.Reject(billing.FieldPhone, err)
		}
		c.Phone = phone
	}
	if id, err := prolong.ParseTaxID(f.client.Country, string(c.TaxID)); err == nil {
		c.TaxID = id
	}
	c = c.Tidy()
	for _, p := range c.Problems(f.client.Country) {
		form.Reject(p.Field, p.Err)
	}
	return c
}

// changeCompany says what a change of requisites changes, and makes it when that is confirmed; or
// fills the form in from the public register.
func (r *Room) changeCompany(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	f, err := r.companyFacts(ctx, billing.AccountID(id))
	if err != nil {
		return err
	}
	d, err := beginDeciding(c, f.fill())
	if err != nil {
		return err
	}
	if d.asked && d.form.Value("do") == "fill" {
		if d.form, f.note, err = r.fillFromRegister(ctx, r.site.Translator(c), f.client, d.form); err != nil {
			return err
		}
		d.asked = false
	}
	var company billing.Company
	if d.asked {
		company = f.read(d.form)
	}
	d.quotable = d.form.Valid()
	return r.decide(c, d, func() (*DecisionQuote, error) {
		return companyQuote(r.site.Translator(c), billing.CompanyOf(f.client.Account), company)
	}, func() error {
		err := r.identity.ChangeCompany(c.Request.Context(), web.Actor(c), f.client.ID, company, func(before billing.Company) error { return d.agree(companyAgreement(before, company)) })
		if err != nil {
			return err
		}
		r.site.SetFlash(c, web.ToneGood, "flash.company_changed")
		web.Redirect(c, clientHref(f.client.ID))
		return nil
	}, func(b web.Base) DecisionPage { return companyPage(b, f, d.form) })
}

// fillFromRegister asks the public register by the tax id that is typed. A register that does
// not answer leaves the form as it was.
func (r *Room) fillFromRegister(ctx context.Context, t i18n.Translator, client billing.AccountBrief, form *web.Form) (*web.Form, *web.Flash, error) {
	values := url.Values{}
	for _, f := range companyFields {
		values.Set(f.field, form.Value(f.field))
	}
	company, err := r.companies.Company(ctx, client.Country, form.Value(billing.FieldTaxID), form.Value(billing.FieldKPP))
	if ctx.Err() != nil {
		return form, nil, ctx.Err()
	}
	if err != nil {
		return web.NewForm(values), &web.Flash{Tone: web.ToneWarn, Text: t.Error(err)}, nil
	}
	legalForm, name := splitLegalForm(company.Name)
	for field, value := range map[string]string{billing.FieldTaxID: string(company.TaxID), billing.FieldKPP: company.KPP, billing.FieldAddress: company.Address, billing.FieldName: name, billing.FieldLegalForm: legalForm, billing.FieldSignatory: company.Head} {
		if value != "" {
			values.Set(field, value)
		}
	}
	note := &web.Flash{Tone: web.ToneInfo, Text: t.T("cabinet.company.filled", "Name", company.Name, "Source", company.Source)}
	if company.Status != lookup.Active && company.Status != lookup.Unknown {
		note.Tone, note.Text = web.ToneWarn, note.Text+" "+t.T("company.status."+string(company.Status))+"."
	}
	return web.NewForm(values), note, nil
}

// splitLegalForm takes the legal form off a register's name: "ООО «Ромашка»".
func splitLegalForm(name string) (form, rest string) {
	for _, f := range billing.LegalForms {
		if rest, ok := strings.CutPrefix(name, f.Short+" "); ok {
			return f.Short, rest
		}
	}
	return "", name
}

func companyPage(b web.Base, f companyFacts, form *web.Form) DecisionPage {
	t := b.Translator
	b.Title = t.T("office.company.title")
	b.Crumbs = []web.Link{{Text: t.T("office.clients.title"), Href: clientsPath}, {Text: f.client.LegalName(), Href: clientHref(f.client.ID)}}
	page := DecisionPage{Base: b, Lead: t.T("office.company.lead"), Action: companyHref(f.client.ID), Back: clientHref(f.client.ID), Ask: t.T("office.remedy.ask"), Pairs: true, Note: f.note}
	if f.ready {
		page.Fill = t.T("office.company.fill")
	}
	for _, x := range companyFields {
		if x.field == billing.FieldLanguage {
			page.Fields = append(page.Fields, choiceField(form, t, x.field, t.T(x.label), languageOptions()))
			continue
		}
		field := inputField(form, t, x.kind, x.field, t.T(x.label), "", x.field == billing.FieldName)
		field.LenMax = companyTextMax
		page.Fields = append(page.Fields, field)
	}
	for _, e := range f.history {
		row := ChangedRow{At: t.DateTime(e.At, b.Zone), Who: cmp.Or(f.staff[e.Actor.ID], e.Actor.Name)}
		if e.Actor.Kind != prolong.ActorStaff {
			row.Who = cmp.Or(e.Actor.Name, actorName(t, e.Actor.String(), f.staff))
		}
		row.What = companyChanges(t, e)
		page.History = append(page.History, row)
	}
	return page
}

// languageOptions are the languages in which a client can be written to, each in itself.
func languageOptions() []Option {
	options := make([]Option, 0, len(i18n.Langs()))
	for _, l := range i18n.Langs() {
		options = append(options, Option{Value: string(l), Text: l.Native()})
	}
	return options
}

// companyChanges lists what an entry of the trail changed: "Адрес: было → стало".
func companyChanges(t i18n.Translator, e identity.AuditEntry) []string {
	var before, after map[string]any
	if json.Unmarshal(e.Before, &before) != nil || json.Unmarshal(e.After, &after) != nil {
		return nil
	}
	value := func(m map[string]any, key string) string {
		s, _ := m[key].(string) //nolint:errcheck // what is not there is empty
		return s
	}
	var list []string
	for _, f := range companyFields {
		was, is := value(before, f.trail), value(after, f.trail)
		if f.field == billing.FieldLanguage {
			if _, known := before[f.trail]; !known { // an entry from before the field was there
				continue
			}
			was, is = languageName(was), languageName(is)
		}
		if was != is {
			list = append(list, t.T(f.label)+": "+cmp.Or(was, "—")+" → "+cmp.Or(is, "—"))
		}
	}
	return list
}

// companyAgreement writes down what a person agrees to: what was there, and what is to be.
func companyAgreement(before, after billing.Company) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q;%q", before, after))
	return hex.EncodeToString(sum[:])
}

// companyQuote says what a change of requisites changes.
func companyQuote(t i18n.Translator, before, after billing.Company) (*DecisionQuote, error) {
	q := &DecisionQuote{Agreed: companyAgreement(before, after), Do: t.T("office.company.do")}
	was, is := companyValues(before), companyValues(after)
	for _, f := range companyFields {
		if f.field == billing.FieldLanguage {
			was[f.field], is[f.field] = languageName(was[f.field]), languageName(is[f.field])
		}
		q.turn(t.T(f.label), cmp.Or(was[f.field], "—"), cmp.Or(is[f.field], "—"), web.ToneInfo)
	}
	if len(q.Turns) == 0 {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.company_same", nil)
	}
	if before.TaxID != after.TaxID {
		q.line("alert", web.ToneWarn, t.T("office.company.tax_id_changes"))
	}
	if before.Email != after.Email && after.Email == "" {
		q.line("mail", web.ToneWarn, t.T("office.company.no_email"))
	}
	q.line("document", web.ToneInfo, t.T("office.company.papers"))
	q.line("refresh", web.ToneInfo, t.T("office.company.import"))
	return q, nil
}
