package cabinet

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const phoneRunesMax = 40

// ProfilePage is the data of cabinet/profile: who the reader is, what he is sent, and where he
// is logged in.
type ProfilePage struct {
	Frame
	Fields    []web.Field
	Languages []Choice
	Companies []CompanyRow
	Sessions  []SessionRow
	Others    bool // there are other sessions to end
	EndOthers string
}

// CompanyRow is what the reader is sent about a company.
type CompanyRow struct {
	Key      string
	Name     string
	Role     string
	Action   string
	Receives []Check
}

// SessionRow is a browser in which the reader is logged in.
type SessionRow struct {
	Device  string
	IP      string
	Seen    time.Time
	Since   time.Time
	Current bool
	EndTo   string
}

func (r *Room) showProfile(c *gin.Context) error {
	v, _ := visitOf(c)
	contact, err := r.identity.FindContact(c.Request.Context(), v.session.Actor.ID)
	if err != nil {
		return err
	}
	form := web.NewForm(map[string][]string{"name": {contact.Name}, "phone": {string(contact.Phone)}, "language": {contact.Language}})
	return r.showProfileForm(c, http.StatusOK, form)
}

func (r *Room) showProfileForm(c *gin.Context, status int, form *web.Form) error {
	v, _ := visitOf(c)
	sessions, err := r.identity.Sessions(c.Request.Context(), v.session.Actor)
	if err != nil {
		return err
	}
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.profile.title"))
	if err != nil {
		return err
	}
	r.site.Show(c, status, "cabinet/profile", "", profilePage(f, v, sessions, form))
	return nil
}

func profilePage(f Frame, v visit, sessions []identity.Session, form *web.Form) ProfilePage {
	name := form.Field(f.Translator, "text", "name", f.T("cabinet.people.name"))
	name.Autocomplete, name.LenMax = "name", nameRunesMax
	phone := form.Field(f.Translator, "tel", "phone", f.T("cabinet.profile.phone"))
	phone.Autocomplete, phone.InputMode, phone.LenMax, phone.Hint = "tel", "tel", phoneRunesMax, f.T("cabinet.profile.phone_hint")
	page := ProfilePage{Frame: f, Fields: []web.Field{name, phone}, EndOthers: sessionsPath + "/end-others"}
	for _, l := range i18n.Langs() {
		page.Languages = append(page.Languages, Choice{Value: string(l), Label: l.Native(), Chosen: string(l) == form.Value("language")})
	}
	names := map[billing.AccountID]string{}
	for _, a := range f.Accounts {
		names[a.ID] = a.Name
	}
	for _, m := range v.members {
		page.Companies = append(page.Companies, CompanyRow{
			Key: accountPath(m.AccountID), Name: names[m.AccountID], Role: roleName(f.Translator, m.Role), Action: accountPath(m.AccountID) + "/receives",
			Receives: receiveChecks(f.Translator, m.Receives, m.Role),
		})
	}
	for _, s := range sessions {
		row := SessionRow{Device: deviceOf(s.Origin.UserAgent), IP: s.Origin.IP, Seen: s.LastSeenAt, Since: s.CreatedAt, Current: s.ID == v.session.ID, EndTo: sessionsPath + "/" + s.ID + "/end"}
		if row.Device == "" {
			row.Device = f.T("cabinet.profile.device")
		}
		page.Others = page.Others || !row.Current
		page.Sessions = append(page.Sessions, row)
	}
	return page
}

func (r *Room) changeProfile(c *gin.Context) error {
	v, _ := visitOf(c)
	ctx := c.Request.Context()
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	name, language := form.Text("name", nameRunesMax), form.Value("language")
	phone, err := r.readPhone(c, form, v)
	if err != nil {
		return err
	}
	if !form.Valid() {
		return r.showProfileForm(c, http.StatusUnprocessableEntity, form)
	}
	if _, err := r.identity.UpdateContact(ctx, v.session.Actor, v.session.Actor.ID, identity.ContactUpdate{Name: &name, Phone: &phone, Language: &language}); err != nil {
		return err
	}
	// The pages follow the letters: what the language menu had is forgotten.
	r.site.Cookies().Clear(c, langCookie)
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_saved")
	web.Redirect(c, profilePath)
	return nil
}

// readPhone reads a number as people of the reader's country write it.
func (r *Room) readPhone(c *gin.Context, form *web.Form, v visit) (prolong.Phone, error) {
	text := form.Text("phone", phoneRunesMax)
	if text == "" {
		return "", nil
	}
	country := prolong.Russia
	account := v.account
	if account == 0 && len(v.members) > 0 {
		account = v.members[0].AccountID
	}
	if account != 0 {
		a, err := r.billing.FindAccountByID(c.Request.Context(), account)
		if err != nil {
			return "", err
		}
		country = a.Country
	}
	phone, err := prolong.ParsePhone(country, text)
	if err != nil {
		form.Reject("phone", err)
	}
	return phone, nil
}

func (r *Room) endSession(c *gin.Context) error {
	v, _ := visitOf(c)
	err := r.identity.RevokeSession(c.Request.Context(), v.session.Actor, c.Param("session"))
	// One that has ended by itself meanwhile is what was wanted, too.
	if err != nil && prolong.CodeOf(err) != prolong.CodeNotFound {
		return err
	}
	if c.Param("session") == v.session.ID {
		r.site.Cookies().ClearSession(c)
		web.Redirect(c, LoginPath)
		return nil
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_session_ended")
	web.Redirect(c, profilePath)
	return nil
}

func (r *Room) endOtherSessions(c *gin.Context) error {
	v, _ := visitOf(c)
	if err := r.identity.RevokeOtherSessions(c.Request.Context(), v.session.Actor, v.session.ID); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_sessions_ended")
	web.Redirect(c, profilePath)
	return nil
}
