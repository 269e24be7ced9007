package backoffice

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const (
	personNameRunesMax  = 120
	personPhoneRunesMax = 40
)

// personFacts is what the pages of a client's people are made of.
type personFacts struct {
	client billing.AccountBrief
	member identity.Member // zero for somebody who is to be added
}

func peopleHref(client billing.AccountID) string { return clientHref(client) + "/people" }

func personHref(client billing.AccountID, membership int64) string {
	return peopleHref(client) + "/" + strconv.FormatInt(membership, 10)
}

// personFacts reads the client and, where the address names one, his member: somebody of another
// client does not exist here.
func (r *Room) personFacts(c *gin.Context) (f personFacts, err error) {
	ctx := c.Request.Context()
	id, err := idParam(c, "id")
	if err != nil {
		return f, err
	}
	client, err := r.clientOfList(ctx, billing.AccountID(id))
	if err == nil && client == nil {
		err = prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": id})
	}
	if err != nil {
		return f, err
	}
	f.client = *client
	if c.Param("member") == "" {
		return f, nil
	}
	member, err := idParam(c, "member")
	if err != nil {
		return f, err
	}
	f.member, err = r.memberOf(ctx, f.client.ID, member)
	return f, err
}

// memberOf finds an open membership of a client.
func (r *Room) memberOf(ctx context.Context, client billing.AccountID, id int64) (identity.Member, error) {
	members, err := r.identity.Members(ctx, client, false)
	if err != nil {
		return identity.Member{}, err
	}
	if i := slices.IndexFunc(members, func(m identity.Member) bool { return m.Membership.ID == id }); i >= 0 {
		return members[i], nil
	}
	return identity.Member{}, prolong.NewError(prolong.CodeNotFound, "error.member_not_found", nil)
}

// personForm is what is typed about a person.
type personForm struct {
	email, name, language string
	phone                 prolong.Phone
	role                  identity.MemberRole
}

func readPerson(d *deciding, f personFacts) personForm {
	var p personForm
	if !d.asked {
		return p
	}
	if f.member.Membership.ID == 0 {
		d.form.Required("email", web.EmailLenMax)
		p.email = d.form.Email("email")
	}
	p.name = d.form.Text("name", personNameRunesMax)
	if text := d.form.Text("phone", personPhoneRunesMax); text != "" {
		var err error
		if p.phone, err = prolong.ParsePhone(f.client.Country, text); err != nil {
			d.form.Reject("phone", err)
		}
	}
	p.language, p.role = d.form.Choice("language", languageValues()...), identity.MemberRole(d.form.Choice("role", roleValues()...))
	d.quotable = d.form.Valid()
	return p
}

func languageValues() (values []string) {
	for _, l := range i18n.Langs() {
		values = append(values, string(l))
	}
	return values
}

func roleValues() (values []string) {
	for _, role := range identity.MemberRoles() {
		values = append(values, string(role))
	}
	return values
}

// invitePerson lets somebody into a client's cabinet, in the client's name.
func (r *Room) invitePerson(c *gin.Context) error {
	f, err := r.personFacts(c)
	if err != nil {
		return err
	}
	d, err := beginDeciding(c, url.Values{"language": {cmp.Or(f.client.Language, string(i18n.Default))}, "role": {string(identity.MemberAccountant)}})
	if err != nil {
		return err
	}
	p := readPerson(d, f)
	return r.decide(c, d, func() (*DecisionQuote, error) { return inviteQuote(r.site.Base(c, ""), p), nil }, func() error {
		_, err := r.identity.Invite(c.Request.Context(), web.Actor(c), f.client.ID, identity.Invitation{Email: p.email, Name: p.name, Phone: p.phone, Language: p.language, Role: p.role, AccountName: f.client.LegalName()})
		return r.personDone(c, f, "flash.person_invited", p.email, err)
	}, func(b web.Base) DecisionPage { return personPage(b, f, d.form) })
}

// changePerson changes who a person of the client is and what he may.
func (r *Room) changePerson(c *gin.Context) error {
	f, err := r.personFacts(c)
	if err != nil {
		return err
	}
	contact := f.member.Contact
	d, err := beginDeciding(c, url.Values{"name": {contact.Name}, "phone": {string(contact.Phone)}, "language": {contact.Language}, "role": {string(f.member.Membership.Role)}})
	if err != nil {
		return err
	}
	p := readPerson(d, f)
	return r.decide(c, d, func() (*DecisionQuote, error) { return personQuote(r.site.Base(c, ""), f, p), nil }, func() error {
		_, err := r.identity.ChangeRole(c.Request.Context(), web.Actor(c), f.member.Membership.ID, p.role)
		if err == nil {
			_, err = r.identity.UpdateContact(c.Request.Context(), web.Actor(c), contact.ID, identity.ContactUpdate{Name: &p.name, Phone: &p.phone, Language: &p.language})
		}
		return r.personDone(c, f, "flash.person_saved", contact.Email, err)
	}, func(b web.Base) DecisionPage { return personPage(b, f, d.form) })
}

// removePerson takes a person out of the client's cabinet and letters.
func (r *Room) removePerson(c *gin.Context) error {
	f, err := r.personFacts(c)
	if err != nil {
		return err
	}
	d, err := beginDeciding(c, nil)
	if err != nil {
		return err
	}
	d.asked, d.quotable = true, true
	return r.decide(c, d, func() (*DecisionQuote, error) { return removeQuote(r.site.Base(c, ""), f), nil }, func() error {
		err := r.identity.EndMembership(c.Request.Context(), web.Actor(c), f.member.Membership.ID)
		return r.personDone(c, f, "flash.person_removed", f.member.Contact.Email, err)
	}, func(b web.Base) DecisionPage { return removePage(b, f) })
}

// personDone leads back to the client's card.
func (r *Room) personDone(c *gin.Context, f personFacts, flash, email string, err error) error {
	if err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, flash, "Email", email)
	web.Redirect(c, clientHref(f.client.ID))
	return nil
}

func personPage(b web.Base, f personFacts, form *web.Form) DecisionPage {
	t := b.Translator
	b.Title = t.T("office.person.add")
	b.Crumbs = []web.Link{{Text: t.T("office.clients.title"), Href: clientsPath}, {Text: f.client.LegalName(), Href: clientHref(f.client.ID)}}
	page := DecisionPage{Base: b, Lead: t.T("office.person.lead"), Action: peopleHref(f.client.ID) + "/new", Back: clientHref(f.client.ID), Ask: t.T("office.remedy.ask")}
	page.About = []Fact{{t.T("status.account"), f.client.LegalName(), false}}
	if id := f.member.Membership.ID; id != 0 {
		page.Title, page.Lead, page.Action = t.T("office.person.change"), t.T("office.person.change_lead"), personHref(f.client.ID, id)+"/edit"
		page.About = append(page.About, Fact{t.T("office.client.email"), f.member.Contact.Email, false})
	} else {
		page.Fields = append(page.Fields, inputField(form, t, "email", "email", t.T("office.client.email"), "", true))
	}
	languages, roles := []Option{}, []Option{}
	for _, l := range i18n.Langs() {
		languages = append(languages, Option{Value: string(l), Text: l.Native()})
	}
	for _, role := range identity.MemberRoles() {
		roles = append(roles, Option{Value: string(role), Text: t.T("office.member." + string(role))})
	}
	page.Fields = append(page.Fields,
		inputField(form, t, "text", "name", t.T("office.person.name"), "", false),
		inputField(form, t, "tel", "phone", t.T("office.client.phone"), "", false),
		choiceField(form, t, "language", t.T("office.client.language"), languages),
		choiceField(form, t, "role", t.T("office.person.role"), roles),
	)
	return page
}

// inviteQuote says what follows for somebody who is let in.
func inviteQuote(b web.Base, p personForm) *DecisionQuote {
	t := b.Translator
	q := &DecisionQuote{Do: t.T("office.person.do_add")}
	q.line("mail", web.ToneInfo, t.T("office.person.letter", "Email", p.email))
	roleLine(t, q, p.role)
	return q
}

// roleLine says what a role sees of the client's money.
func roleLine(t i18n.Translator, q *DecisionQuote, role identity.MemberRole) {
	if identity.MemberMay(role, identity.RightCabinetInvoices) {
		q.line("invoice", web.ToneInfo, t.T("office.person.sees_money"))
	} else {
		q.line("invoice", web.ToneInfo, t.T("office.person.sees_no_money"))
	}
	if identity.MemberMay(role, identity.RightCabinetPeople) {
		q.line("user", web.ToneWarn, t.T("office.person.manages"))
	}
}

// personQuote says what changes about a person.
func personQuote(b web.Base, f personFacts, p personForm) *DecisionQuote {
	t, before := b.Translator, f.member.Contact
	q := &DecisionQuote{Do: t.T("office.person.do_save")}
	q.turn(t.T("office.person.name"), cmp.Or(before.Name, "—"), cmp.Or(p.name, "—"), web.ToneInfo)
	q.turn(t.T("office.client.phone"), cmp.Or(string(before.Phone), "—"), cmp.Or(string(p.phone), "—"), web.ToneInfo)
	q.turn(t.T("office.client.language"), languageName(before.Language), languageName(p.language), web.ToneInfo)
	q.turn(t.T("office.person.role"), t.T("office.member."+string(f.member.Membership.Role)), t.T("office.member."+string(p.role)), web.ToneWarn)
	if p.role != f.member.Membership.Role {
		roleLine(t, q, p.role)
	}
	if len(q.Turns) == 0 {
		q.line("check", web.ToneNeutral, t.T("office.person.same"))
	}
	return q
}

func removePage(b web.Base, f personFacts) DecisionPage {
	page := personPage(b, f, web.NewForm(nil))
	page.Title, page.Lead, page.Ask, page.Fields = b.T("office.person.remove"), b.T("office.person.remove_lead"), "", nil
	page.Action = personHref(f.client.ID, f.member.Membership.ID) + "/end"
	page.About = append(page.About, Fact{b.T("office.person.name"), cmp.Or(f.member.Contact.Name, "—"), false}, Fact{b.T("office.person.role"), b.T("office.member." + string(f.member.Membership.Role)), false})
	return page
}

// removeQuote says what follows for somebody who is taken out.
func removeQuote(b web.Base, f personFacts) *DecisionQuote {
	t := b.Translator
	q := &DecisionQuote{Do: t.T("office.person.do_remove"), Danger: true}
	q.line("user", web.ToneWarn, t.T("office.person.out"))
	if r := f.member.Membership.Receives; r.Invoices || r.Documents || r.Tickets {
		q.line("mail", web.ToneWarn, t.T("office.person.no_letters"))
	}
	return q
}
