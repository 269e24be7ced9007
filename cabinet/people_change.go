package cabinet

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/identity"
	"prolong/internal/web"
)

// invitePerson lets somebody into the company and has him written to.
func (r *Room) invitePerson(c *gin.Context) error {
	v, _ := visitOf(c)
	path := accountPath(v.account) + "/people"
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	if r.refuseStale(c, v, path) {
		return nil
	}
	form.Required("email", web.EmailLenMax)
	inv := identity.Invitation{Email: form.Email("email"), Name: form.Text("name", nameRunesMax), Language: string(r.site.Translator(c).Lang())}
	inv.Role = identity.MemberRole(form.Choice("role", roleValues()...))
	if !form.Valid() {
		return r.showPeople(c, http.StatusUnprocessableEntity, form, nil)
	}
	client, err := r.billing.ClientView(c.Request.Context(), v.account)
	if err != nil {
		return err
	}
	inv.AccountName = client.Account.LegalName()
	_, err = r.identity.Invite(c.Request.Context(), v.session.Actor, v.account, inv)
	switch prolong.CodeOf(err) {
	case "":
	case prolong.CodeInvalid, prolong.CodeConflict:
		form.Reject("email", err)
		return r.showPeople(c, web.StatusOf(err), form, nil)
	default:
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_invited", "Email", inv.Email)
	web.Redirect(c, path)
	return nil
}

func roleValues() (values []string) {
	for _, role := range identity.MemberRoles() {
		values = append(values, string(role))
	}
	return values
}

// member finds the open membership of the address among those of the account: one of another
// account does not exist here, even where the reader manages that one as well.
func (r *Room) member(c *gin.Context, v visit) (identity.Member, error) {
	id, err := param(c, "member")
	if err != nil {
		return identity.Member{}, err
	}
	members, err := r.identity.Members(c.Request.Context(), v.account, false)
	if err != nil {
		return identity.Member{}, err
	}
	if i := slices.IndexFunc(members, func(m identity.Member) bool { return m.Membership.ID == id }); i >= 0 {
		return members[i], nil
	}
	return identity.Member{}, prolong.NewError(prolong.CodeNotFound, "error.member_not_found", nil)
}

// changeMember runs a change of one person and leads back to the list. What the change finds
// wrong is said there.
func (r *Room) changeMember(c *gin.Context, flash string, change func(v visit, form *web.Form, m identity.Member) error) error {
	v, _ := visitOf(c)
	path := accountPath(v.account) + "/people"
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	m, err := r.member(c, v)
	if err != nil {
		return err
	}
	if r.refuseStale(c, v, path) {
		return nil
	}
	err = change(v, form, m)
	switch prolong.CodeOf(err) {
	case "":
	case prolong.CodeInvalid, prolong.CodeConflict:
		return r.showPeople(c, web.StatusOf(err), web.NewForm(nil), err)
	default:
		return err
	}
	r.site.SetFlash(c, web.ToneGood, flash, "Name", personName(m.Contact))
	if m.Contact.ID == v.session.Actor.ID && flash != "flash.cabinet_receives" {
		path = Prefix // his own rights have changed: the page may not be his any more
	}
	web.Redirect(c, path)
	return nil
}

func (r *Room) changeRole(c *gin.Context) error {
	return r.changeMember(c, "flash.cabinet_role", func(v visit, form *web.Form, m identity.Member) error {
		_, err := r.identity.ChangeRole(c.Request.Context(), v.session.Actor, m.Membership.ID, identity.MemberRole(form.Value("role")))
		return err
	})
}

func (r *Room) changeReceives(c *gin.Context) error {
	return r.changeMember(c, "flash.cabinet_receives", func(v visit, form *web.Form, m identity.Member) error {
		return r.identity.SetReceives(c.Request.Context(), v.session.Actor, m.Membership.ID, receivesOf(form))
	})
}

func (r *Room) endMembership(c *gin.Context) error {
	return r.changeMember(c, "flash.cabinet_ended", func(v visit, _ *web.Form, m identity.Member) error {
		return r.identity.EndMembership(c.Request.Context(), v.session.Actor, m.Membership.ID)
	})
}

func receivesOf(form *web.Form) identity.Receives {
	return identity.Receives{Invoices: form.Checked("invoices"), Documents: form.Checked("documents"), Tickets: form.Checked("tickets")}
}

// changeOwnReceives lets a person choose what he himself is sent. What his role does not show
// him he cannot subscribe to either.
func (r *Room) changeOwnReceives(c *gin.Context) error {
	v, _ := visitOf(c)
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	for _, m := range v.members {
		if m.AccountID != v.account {
			continue
		}
		wish := receivesOf(form)
		if !v.may(identity.RightCabinetInvoices) {
			wish.Invoices = m.Receives.Invoices
		}
		if !v.may(identity.RightCabinetDocuments) {
			wish.Documents = m.Receives.Documents
		}
		if err := r.identity.SetReceives(c.Request.Context(), v.session.Actor, m.ID, wish); err != nil {
			return err
		}
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_saved")
	web.Redirect(c, profilePath)
	return nil
}
