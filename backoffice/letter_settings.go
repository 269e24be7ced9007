package backoffice

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/notify"
)

// LetterSettingsPage is the data of office/letter_settings: when letters leave and how they are
// worded.
type LetterSettingsPage struct {
	web.Base
	Sellers   []SellerHours
	Languages []string
	Rows      []WordingRow
}

// SellerHours is the form of a seller's hours.
type SellerHours struct {
	Key, Name, Zone string
	Opens, Closes   string // "09:00"
	Days            []DayChoice
	Action          string
	Always          bool // letters leave at any time
	Problem         string
}

// DayChoice is a day of the week to tick.
type DayChoice struct {
	Value   string // "0" is Monday
	Text    string
	Checked bool
}

// WordingRow is a letter with its languages.
type WordingRow struct {
	Purpose string
	Cells   []WordingCell
}

// WordingCell leads to the wording of a letter in a language.
type WordingCell struct {
	Language string
	Href     string
	State    web.Badge
}

func (r *Room) showLetterSettings(c *gin.Context) error {
	return r.showLetterSettingsForm(c, http.StatusOK, 0, nil, nil)
}

// showLetterSettingsForm shows the page, after a mistake with what was typed for that seller.
func (r *Room) showLetterSettingsForm(c *gin.Context, status int, seller billing.SellerID, form *web.Form, problem error) error {
	ctx := c.Request.Context()
	base, err := r.base(c, "office.letter_settings.title")
	if err != nil {
		return err
	}
	base.Path = letterSettingsPath
	catalog, err := r.billing.Catalog(ctx)
	if err != nil {
		return err
	}
	hours, err := r.notify.FindHours(ctx)
	if err != nil {
		return err
	}
	wordings, err := r.notify.FindWordings(ctx)
	if err != nil {
		return err
	}
	page := letterSettingsPage(base, catalog, hours, wordings)
	for i := range page.Sellers {
		if s := &page.Sellers[i]; form != nil && s.Action == hoursHref(seller) {
			s.Opens, s.Closes, s.Problem = form.Value("opens"), form.Value("closes"), base.Error(problem)
		}
	}
	r.site.Show(c, status, "office/letter_settings", "", page)
	return nil
}

func hoursHref(id billing.SellerID) string {
	return letterSettingsPath + "/hours/" + strconv.FormatInt(int64(id), 10)
}

func letterSettingsPage(b web.Base, catalog billing.Catalog, hours map[billing.SellerID]notify.Hours, wordings []notify.WordingState) LetterSettingsPage {
	t := b.Translator
	b.Crumbs = []web.Link{{Text: t.T("office.letters.title"), Href: lettersPath}}
	page := LetterSettingsPage{Base: b}
	for id, seller := range catalog.Sellers {
		h, has := hours[id]
		if !has { // what most will want
			h = notify.Hours{OpensMinute: 9 * 60, ClosesMinute: 18 * 60, Weekdays: [7]bool{true, true, true, true, true}}
		}
		row := SellerHours{Key: seller.Key, Name: seller.Name, Zone: seller.Location.String(), Opens: clockOf(h.OpensMinute), Closes: clockOf(h.ClosesMinute), Action: hoursHref(id), Always: !has}
		for day, works := range h.Weekdays {
			row.Days = append(row.Days, DayChoice{Value: strconv.Itoa(day), Text: t.T("office.weekday." + strconv.Itoa(day)), Checked: works})
		}
		page.Sellers = append(page.Sellers, row)
	}
	slices.SortFunc(page.Sellers, func(x, y SellerHours) int { return cmp.Compare(x.Key, y.Key) })
	for _, lang := range i18n.Langs() {
		page.Languages = append(page.Languages, lang.Native())
	}
	for _, w := range wordings {
		name := letterPurpose(t, w.Purpose)
		if n := len(page.Rows); n == 0 || page.Rows[n-1].Purpose != name {
			page.Rows = append(page.Rows, WordingRow{Purpose: name})
		}
		row := &page.Rows[len(page.Rows)-1]
		row.Cells = append(row.Cells, WordingCell{Language: languageName(w.Language), Href: wordingHref(w.Purpose, w.Language), State: wordingBadge(t, w)})
	}
	return page
}

func wordingBadge(t i18n.Translator, w notify.WordingState) web.Badge {
	switch {
	case w.Broken != "":
		return web.Badge{Tone: web.ToneBad, Text: t.T("office.wording.broken")}
	case w.BuiltIn:
		return web.Badge{Tone: web.ToneNeutral, Text: t.T("office.wording.built_in")}
	}
	return web.Badge{Tone: web.ToneInfo, Text: t.T("office.wording.own", "Version", w.Version)}
}

// clockOf writes minutes after midnight, "09:00"; the end of the day is "24:00".
func clockOf(minute int) string {
	two := func(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }
	return two(minute/60) + ":" + two(minute%60)
}

// minuteOf reads "9:00", "18:30" and "24:00".
func minuteOf(s string) (int, bool) {
	if s == "24:00" {
		return 24 * 60, true
	}
	at, err := time.Parse("15:04", s)
	return at.Hour()*60 + at.Minute(), err == nil
}

func (r *Room) changeHours(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	var hours *notify.Hours
	if !form.Checked("always") {
		opens, okOpens := minuteOf(form.Value("opens"))
		closes, okCloses := minuteOf(form.Value("closes"))
		hours = &notify.Hours{OpensMinute: opens, ClosesMinute: closes}
		for day := range hours.Weekdays {
			hours.Weekdays[day] = form.Checked("day" + strconv.Itoa(day))
		}
		if !okOpens || !okCloses {
			hours.ClosesMinute = 0 // refused as hours in which nothing leaves
		}
	}
	err = r.notify.SetHours(c.Request.Context(), web.Actor(c), billing.SellerID(id), hours)
	if prolong.CodeOf(err) == prolong.CodeInvalid {
		return r.showLetterSettingsForm(c, http.StatusUnprocessableEntity, billing.SellerID(id), form, err)
	}
	if err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.letter_hours")
	web.Redirect(c, letterSettingsPath)
	return nil
}

// WordingPage is the data of office/wording: the words of a letter in a language.
type WordingPage struct {
	web.Base
	Letter       string // its name
	Language     string
	Action       string
	Version      int // that the editor began with
	Own          bool
	Broken       string
	Fields       []WordingField
	Placeholders []notify.Placeholder
	Preview      WordingPreview
	TestTo       string
	Revisions    []RevisionRow
}

// WordingField is one text of the letter.
type WordingField struct {
	Name, Label, Text string
	Rows              int
	Problem           bool
}

// WordingPreview is how the letter looks with what is typed, or what is wrong with that.
type WordingPreview struct {
	Subject, Text string
	Problem       string
}

// RevisionRow is a line of the letter's history.
type RevisionRow struct {
	Name  string
	Actor string
	At    time.Time
}

func wordingHref(p notify.Purpose, language string) string {
	return letterSettingsPath + "/wording/" + string(p) + "/" + language
}

// partRows is how tall the field of a part is.
var partRows = map[string]int{"subject": 3, "preview": 2, "title": 2, "lead": 7, "note": 4, "action": 1}

func (r *Room) showWording(c *gin.Context) error {
	purpose, language := notify.Purpose(c.Param("purpose")), c.Param("language")
	revisions, err := r.notify.FindRevisions(c.Request.Context(), purpose, language)
	if err != nil {
		return err
	}
	w, version := notify.Wording{}, 0
	if len(revisions) > 0 {
		w, version = revisions[0].Wording, revisions[0].Version
	}
	if len(revisions) == 0 || revisions[0].BuiltIn {
		if w, err = r.notify.BuiltInWording(purpose, language); err != nil {
			return err
		}
	}
	return r.showWordingForm(c, http.StatusOK, w, version, revisions, "", nil)
}

// showWordingForm shows the editor with the given words. done is a message about what has just
// been done, problem what is wrong.
func (r *Room) showWordingForm(c *gin.Context, status int, w notify.Wording, version int, revisions []notify.Revision, done string, problem error) error {
	purpose, language := notify.Purpose(c.Param("purpose")), c.Param("language")
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	base.Path = wordingHref(purpose, language)
	if done != "" {
		base.Flash = append(base.Flash, web.Flash{Tone: web.ToneGood, Text: base.T(done)})
	}
	placeholders, err := r.notify.Placeholders(purpose, language)
	if err != nil {
		return err
	}
	letter, previewProblem := r.notify.PreviewWording(purpose, language, w)
	if problem == nil {
		problem = previewProblem
	}
	staff, err := r.staffNames(c.Request.Context())
	if err != nil {
		return err
	}
	page := wordingPage(base, purpose, language, w, version, revisions, staff, placeholders, letter, problem)
	if session, ok := sessionOf(c); ok {
		page.TestTo = session.Email
	}
	r.site.Show(c, status, "office/wording", "preview", page)
	return nil
}

func wordingPage(b web.Base, purpose notify.Purpose, language string, w notify.Wording, version int, revisions []notify.Revision, staff map[int64]string, placeholders []notify.Placeholder, letter notify.Letter, problem error) WordingPage {
	t := b.Translator
	b.Title = letterPurpose(t, purpose) + ", " + languageName(language)
	b.Crumbs = []web.Link{{Text: t.T("office.letters.title"), Href: lettersPath}, {Text: t.T("office.letter_settings.title"), Href: letterSettingsPath}}
	page := WordingPage{
		Base: b, Letter: letterPurpose(t, purpose), Language: languageName(language), Action: wordingHref(purpose, language), Version: version,
		Own: len(revisions) > 0 && !revisions[0].BuiltIn, Placeholders: placeholders, Preview: WordingPreview{Subject: letter.Subject, Text: letter.Text},
	}
	if problem != nil {
		page.Preview.Problem = b.Error(problem)
	}
	for _, part := range w.Parts() {
		label := t.T("error.wording_part." + part.Name)
		page.Fields = append(page.Fields, WordingField{Name: part.Name, Label: label, Text: part.Text, Rows: partRows[part.Name], Problem: strings.HasPrefix(page.Preview.Problem, label+",") || strings.HasPrefix(page.Preview.Problem, label+":")})
	}
	for _, rev := range revisions {
		name := t.T("office.wording.own", "Version", rev.Version)
		if rev.BuiltIn {
			name = t.T("office.wording.reverted", "Version", rev.Version)
		}
		page.Revisions = append(page.Revisions, RevisionRow{Name: name, Actor: actorName(t, rev.Actor, staff), At: rev.At})
	}
	return page
}

// wordingTextMax bounds what is read of one field; what is longer than a part may be is refused
// by notify with a word on it.
const wordingTextMax = 5000

// changeWording does with the typed words what the pressed button says: look at them, send them
// to oneself, save them, or give them up for the built-in ones.
func (r *Room) changeWording(c *gin.Context) error {
	purpose, language, ctx := notify.Purpose(c.Param("purpose")), c.Param("language"), c.Request.Context()
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	revisions, err := r.notify.FindRevisions(ctx, purpose, language)
	if err != nil {
		return err
	}
	w := notify.Wording{}
	for name, to := range map[string]*string{"subject": &w.Subject, "preview": &w.Preview, "title": &w.Title, "lead": &w.Lead, "note": &w.Note, "action": &w.Action} {
		*to = form.Lines(name, wordingTextMax)
	}
	version := int(form.Int("version", 0, 1<<30))
	done := ""
	switch form.Value("what") {
	case "html":
		var letter notify.Letter
		if letter, err = r.notify.PreviewWording(purpose, language, w); err == nil {
			sendLetterHTML(c, letter)
			return nil
		}
	case "test":
		if err = r.notify.SendTest(ctx, purpose, language, w, form.Value("to")); err == nil {
			done = "flash.letter_test"
		}
	case "save":
		if _, err = r.notify.SaveWording(ctx, web.Actor(c), purpose, language, version, w); err == nil {
			r.site.SetFlash(c, web.ToneGood, "flash.wording_saved")
			web.Redirect(c, wordingHref(purpose, language))
			return nil
		}
	case "revert":
		if err = r.notify.RevertWording(ctx, web.Actor(c), purpose, language, version); err == nil {
			r.site.SetFlash(c, web.ToneGood, "flash.wording_reverted")
			web.Redirect(c, wordingHref(purpose, language))
			return nil
		}
	}
	status := http.StatusOK
	switch code := prolong.CodeOf(err); code {
	case "":
	case prolong.CodeInvalid, prolong.CodeConflict, prolong.CodeUnavailable:
		status = web.StatusOf(err)
	default:
		return err
	}
	return r.showWordingForm(c, status, w, version, revisions, done, err)
}
