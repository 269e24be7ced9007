package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/postgres"
)

// Wording are the words of a letter in one language, in the language of text/template: the
// placeholders that Placeholders lists, and {{if}} … {{else}} … {{end}}.
type Wording struct {
	Subject string `json:"subject"`
	// Preview is what mailboxes show beside the subject.
	Preview string `json:"preview"`
	Title   string `json:"title"`
	Lead    string `json:"lead"`
	Note    string `json:"note"`
	// Action is the text of the button.
	Action string `json:"action"`
}

// Part is one text of a Wording.
type Part struct {
	Name string // "subject", as in an error's Args
	Text string
}

// Parts returns the texts in the order of the letter.
func (w Wording) Parts() []Part {
	return []Part{{"subject", w.Subject}, {"preview", w.Preview}, {"title", w.Title}, {"lead", w.Lead}, {"note", w.Note}, {"action", w.Action}}
}

// Revision is a wording that an administrator has saved, or his going back to the built-in one.
type Revision struct {
	Version int
	// BuiltIn says that with this version the built-in wording holds again.
	BuiltIn bool
	Wording Wording
	Actor   string // "staff:12"
	At      time.Time
}

// WordingState tells which wording of a letter holds.
type WordingState struct {
	Purpose  Purpose
	Language string
	// Version is the newest revision; 0 where nobody has ever changed the letter.
	Version int
	BuiltIn bool
	// Broken says why the administrator's wording is not used although it is the newest: it
	// does not fit this version of the program. Empty if it does.
	Broken string
}

// ErrWordingChanged is returned when somebody else saved the letter meanwhile.
var ErrWordingChanged = prolong.NewError(prolong.CodeConflict, "error.wording_changed", nil)

// wordingCache keeps compiled wordings; a version never changes.
type wordingCache struct{ byVersion sync.Map } // wordingKey -> letterTemplates

type wordingKey struct {
	letterKey
	version int
}

// BuiltInWording returns the words that a letter has when nobody changed it. Returns
// CodeNotFound for a letter that is not there.
func (s *Service) BuiltInWording(purpose Purpose, language string) (Wording, error) {
	key, err := letterKeyOf(purpose, language)
	if err != nil {
		return Wording{}, err
	}
	var w Wording
	text := s.renderer.builtIn[key].text
	for name, to := range map[string]*string{"subject": &w.Subject, "preview": &w.Preview, "title": &w.Title, "lead": &w.Lead, "note": &w.Note, "action": &w.Action} {
		*to = text.Lookup(name).Root.String()
	}
	return w, nil
}

func letterKeyOf(purpose Purpose, language string) (letterKey, error) {
	lang, ok := i18n.ParseLang(language)
	if _, known := purposes[purpose]; !ok || !known {
		return letterKey{}, prolong.NewError(prolong.CodeNotFound, "error.letter_unknown", prolong.Args{"Purpose": clip(string(purpose)), "Language": clip(language)})
	}
	return letterKey{purpose, lang}, nil
}

// FindWordings tells of every letter in every language which wording holds.
func (s *Service) FindWordings(ctx context.Context) ([]WordingState, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT DISTINCT ON (purpose, language) purpose, language, version, parts FROM letter_templates ORDER BY purpose, language, version DESC`)
	if err != nil {
		return nil, prolong.Wrap("notify.FindWordings", err)
	}
	newest := map[letterKey]Revision{}
	var purpose, language string
	var version int
	var parts []byte
	_, err = pgx.ForEachRow(rows, []any{&purpose, &language, &version, &parts}, func() error {
		r, err := revisionOf(version, parts)
		newest[letterKey{Purpose(purpose), i18n.Lang(language)}] = r
		return err
	})
	if err != nil {
		return nil, prolong.Wrap("notify.FindWordings", err)
	}
	var list []WordingState
	for _, p := range Purposes() {
		for _, lang := range i18n.Langs() {
			r, changed := newest[letterKey{p, lang}]
			state := WordingState{Purpose: p, Language: string(lang), Version: r.Version, BuiltIn: !changed || r.BuiltIn}
			if !state.BuiltIn {
				if _, err := s.compile(letterKey{p, lang}, r.Wording); err != nil {
					state.Broken = s.renderer.catalog.Translator(i18n.Default).Error(err)
				}
			}
			list = append(list, state)
		}
	}
	return list, nil
}

// FindRevisions returns the revisions of a letter, the newest first. Returns CodeNotFound for a
// letter that is not there.
func (s *Service) FindRevisions(ctx context.Context, purpose Purpose, language string) ([]Revision, error) {
	key, err := letterKeyOf(purpose, language)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT version, parts, actor, created_at FROM letter_templates WHERE purpose = $1 AND language = $2 ORDER BY version DESC LIMIT $3`,
		string(key.purpose), string(key.lang), listLimitMax)
	if err != nil {
		return nil, prolong.Wrap("notify.FindRevisions", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Revision, error) {
		var version int
		var parts []byte
		var actor string
		var at time.Time
		if err := row.Scan(&version, &parts, &actor, &at); err != nil {
			return Revision{}, err
		}
		r, err := revisionOf(version, parts)
		r.Actor, r.At = actor, at
		return r, err
	})
	return list, prolong.Wrap("notify.FindRevisions", err)
}

// revisionOf reads a row; one without words is the way back to the built-in wording.
func revisionOf(version int, parts []byte) (Revision, error) {
	r := Revision{Version: version}
	if err := json.Unmarshal(parts, &r.Wording); err != nil {
		return r, fmt.Errorf("wording %d: %w", version, err)
	}
	r.BuiltIn = r.Wording == Wording{}
	return r, nil
}

// SaveWording makes a wording hold from now on, as a new version over base, which is the version
// that the editor began with. The caller has checked the actor's right. Returns CodeInvalid
// naming the part and line of what is wrong, ErrWordingChanged if base is not the newest,
// CodeNotFound for a letter that is not there.
func (s *Service) SaveWording(ctx context.Context, actor prolong.Actor, purpose Purpose, language string, base int, w Wording) (version int, err error) {
	key, err := letterKeyOf(purpose, language)
	if err != nil {
		return 0, err
	}
	if _, err := s.compile(key, w); err != nil {
		return 0, err
	}
	version, err = s.addRevision(ctx, actor, key, base, w)
	return version, prolong.Wrap("notify.SaveWording", err)
}

// RevertWording makes the built-in wording hold again, as a new version over base. Errors are
// those of SaveWording.
func (s *Service) RevertWording(ctx context.Context, actor prolong.Actor, purpose Purpose, language string, base int) error {
	key, err := letterKeyOf(purpose, language)
	if err != nil {
		return err
	}
	_, err = s.addRevision(ctx, actor, key, base, Wording{})
	return prolong.Wrap("notify.RevertWording", err)
}

func (s *Service) addRevision(ctx context.Context, actor prolong.Actor, key letterKey, base int, w Wording) (version int, err error) {
	parts, err := json.Marshal(w)
	if err != nil {
		return 0, err
	}
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		before, err := newestRevision(ctx, tx.Pgx, key)
		if err != nil {
			return err
		}
		if before.Version != base {
			return ErrWordingChanged
		}
		version = base + 1
		tag, err := tx.Pgx.Exec(ctx, `INSERT INTO letter_templates (purpose, language, version, parts, actor, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT ON CONSTRAINT letter_templates_pkey DO NOTHING`, string(key.purpose), string(key.lang), version, parts, actor.String(), tx.Now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 { // somebody saved at this very moment
			return ErrWordingChanged
		}
		change := identity.Change{Action: "letter.wording", SubjectKind: "letter"}
		name := string(key.purpose) + "." + string(key.lang)
		change.Before, change.After = auditWording(name, before.Version, before.Wording), auditWording(name, version, w)
		return identity.Audit(ctx, tx, actor, change)
	})
	return version, err
}

func auditWording(letter string, version int, w Wording) map[string]any {
	entry := map[string]any{"letter": letter, "version": version}
	if w != (Wording{}) {
		entry["wording"] = w
	}
	return entry
}

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// newestRevision returns the wording that holds; version 0 if nobody changed the letter.
func newestRevision(ctx context.Context, q rowQuerier, key letterKey) (Revision, error) {
	var version int
	var parts []byte
	err := q.QueryRow(ctx, `SELECT version, parts FROM letter_templates WHERE purpose = $1 AND language = $2 ORDER BY version DESC LIMIT 1`, string(key.purpose), string(key.lang)).Scan(&version, &parts)
	if errors.Is(err, pgx.ErrNoRows) {
		return Revision{BuiltIn: true}, nil
	}
	if err != nil {
		return Revision{}, err
	}
	return revisionOf(version, parts)
}

// currentLetter renders a letter in the wording that holds, and tells which that is. A wording
// that this version of the program cannot use must not keep an invoice from leaving: the
// built-in one stands in.
func (s *Service) currentLetter(ctx context.Context, lang i18n.Lang, e envelope, payload Payload) (Letter, int, error) {
	key := letterKey{payload.Purpose(), lang}
	r, err := newestRevision(ctx, s.db.Pool, key)
	if err != nil {
		return Letter{}, 0, err
	}
	if !r.BuiltIn {
		letter, err := s.renderRevision(key, r, e, payload)
		if err == nil {
			return letter, r.Version, nil
		}
		s.log.ErrorContext(ctx, "a letter's own wording cannot be used, the built-in one is sent", slog.String("letter", string(key.purpose)+"."+string(key.lang)), slog.Int("version", r.Version), slog.Any("error", err))
	}
	letter, err := s.renderer.render(lang, e, payload)
	return letter, 0, err
}

// letterOf renders a letter in the wording of a version, 0 for the built-in one.
func (s *Service) letterOf(ctx context.Context, version int, lang i18n.Lang, e envelope, payload Payload) (Letter, error) {
	key := letterKey{payload.Purpose(), lang}
	if version == 0 {
		return s.renderer.render(lang, e, payload)
	}
	var parts []byte
	if err := s.db.Pool.QueryRow(ctx, `SELECT parts FROM letter_templates WHERE purpose = $1 AND language = $2 AND version = $3`, string(key.purpose), string(key.lang), version).Scan(&parts); err != nil {
		return Letter{}, err
	}
	r, err := revisionOf(version, parts)
	if err != nil {
		return Letter{}, err
	}
	return s.renderRevision(key, r, e, payload)
}

func (s *Service) renderRevision(key letterKey, r Revision, e envelope, payload Payload) (Letter, error) {
	cacheKey := wordingKey{key, r.Version}
	cached, ok := s.wordings.byVersion.Load(cacheKey)
	if !ok {
		t, err := s.compile(key, r.Wording)
		if err != nil {
			return Letter{}, err
		}
		cached, _ = s.wordings.byVersion.LoadOrStore(cacheKey, t)
	}
	return s.renderer.renderWith(cached.(letterTemplates), key, e, payload) //nolint:forcetypeassert // the only type that is stored
}

// PreviewWording renders a letter with words that are not saved, filled with an example. Errors
// are those of SaveWording.
func (s *Service) PreviewWording(purpose Purpose, language string, w Wording) (Letter, error) {
	key, err := letterKeyOf(purpose, language)
	if err != nil {
		return Letter{}, err
	}
	t, err := s.compile(key, w)
	if err != nil {
		return Letter{}, err
	}
	letter, err := s.renderer.renderWith(t, key, envelope{head: s.cfg.Letterhead, recipient: exampleRecipient, link: s.cfg.Letterhead.CabinetURL}, exampleOf(purpose)[0])
	return letter, prolong.Wrap("notify.PreviewWording", err)
}

// testSendTimeoutMax bounds the talk with the mail server while a person waits for it.
const testSendTimeoutMax = 30 * time.Second

// SendTest sends a letter with words that are not saved, filled with an example, and answers
// when the mail server has taken it. It goes past the outbox: it is about no client. Errors are
// those of SaveWording, CodeInvalid for a bad address, and CodeUnavailable with the server's
// words.
func (s *Service) SendTest(ctx context.Context, purpose Purpose, language string, w Wording, address string) error {
	letter, err := s.PreviewWording(purpose, language, w)
	if err != nil {
		return err
	}
	to, err := ParseAddress(address)
	if err != nil {
		return err
	}
	mail, err := s.compose(&outgoing{messageID: newMessageID(s.cfg.Domain), recipient: Recipient{Email: to}, spec: purposeSpec{}}, letter, nil, s.db.Now())
	if err != nil {
		return prolong.Wrap("notify.SendTest", err)
	}
	ctx, cancel := context.WithTimeout(ctx, testSendTimeoutMax)
	defer cancel()
	if err := s.transport.Send(ctx, mail); err != nil {
		return prolong.NewError(prolong.CodeUnavailable, "error.test_letter", prolong.Args{"Detail": clip(err.Error())})
	}
	return nil
}
