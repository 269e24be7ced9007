package notify_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/jhillyerd/enmime/v2"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/i18n"
	"prolong/notify"
)

var admin = prolong.Actor{Kind: prolong.ActorStaff, ID: 1, Name: "admin@example.test"}

// What a letter says built in is a wording that an editor accepts, in every language.
func TestEveryBuiltInWordingPassesTheEditor(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	for _, purpose := range notify.Purposes() {
		for _, lang := range i18n.Langs() {
			w, err := b.outbox.BuiltInWording(purpose, string(lang))
			require.NoError(t, err)
			_, err = b.outbox.PreviewWording(purpose, string(lang), w)
			require.NoError(t, err, "%s.%s", purpose, lang)
			placeholders, err := b.outbox.Placeholders(purpose, string(lang))
			require.NoError(t, err)
			require.Greater(t, len(placeholders), 2)
			for _, p := range placeholders {
				w.Lead = p.Code
				_, err = b.outbox.PreviewWording(purpose, string(lang), w)
				require.NoError(t, err, "%s.%s %s", purpose, lang, p.Code)
			}
		}
	}
	_, err := b.outbox.BuiltInWording("nothing", "ru")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	_, err = b.outbox.BuiltInWording(notify.PurposeInvoiceIssued, "fr")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}

// A mistake is found when it is saved, not when the invoice leaves: with part and line, in every
// branch, even one that the example does not take.
func TestAWordingsMistakesAreNamedByLine(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	tests := map[string]struct{ lead, want string }{
		"unknown placeholder":               {"Здравствуйте!\n\nСумма {{.Money .P.Summa}}", "Текст, строка 3: подстановки .P.Summa в этом письме нет. Возьмите одну из списка"},
		"in a branch that no example takes": {"{{if .P.PaidThrough.IsZero}}{{if not .P.PaidThrough.IsZero}}\n{{.P.Wrong}}{{end}}{{end}}x", "Текст, строка 2: подстановки .P.Wrong в этом письме нет"},
		"another letter's":                  {"{{.P.Bill.Number}}", "строка 1: подстановки .P.Bill.Number в этом письме нет"},
		"deep":                              {"{{.P.Amount.Roubles}}", "подстановки .P.Amount.Roubles"},
		"not closed":                        {"a\n{{.P.Amount", "Текст, строка 2: unclosed action"},
		"no end":                            {"{{if .P.DocNo}}a", "Текст, строка 1: unexpected EOF"},
		"a date as an amount":               {"a\nb {{.Money .P.ReceivedOn}}", "Текст, строка 2: .P.ReceivedOn: wrong type for value; expected prolong.Money; got prolong.Date"},
		"a loop":                            {"{{range .P.Invoices}}{{.}}{{end}}", "здесь нельзя писать {{range .P.Invoices}}"},
		"a variable":                        {"{{$x := .P.DocNo}}{{$x}}", "здесь нельзя писать $x := .P.DocNo"},
		"a definition":                      {`x{{define "page"}}y{{end}}`, "здесь нельзя писать {{define}}"},
		"another template":                  {`{{template "page" .}}`, "здесь нельзя писать {{template"},
		"a function for scripts":            {"{{js .P.DocNo}}", "подстановки js в этом письме нет"},
		"a function that is not there":      {"{{upper .P.DocNo}}", `строка 1: function "upper" not defined`},
		"markup":                            {"a\n<b>b</b>", "Текст, строка 2: разметка HTML не нужна, оформление добавится само. Уберите <b>b</b>"},
		"nothing":                           {" \n ", "Текст: текст не может быть пустым"},
		"too much":                          {strings.Repeat("ж", 4001), "Текст: текст длиннее 4000 знаков"},
		"a text of the catalogue":           {`{{.T "mail.nonsense"}}`, "Текст, строка 1: "},
	}
	base, err := b.outbox.BuiltInWording(notify.PurposePaymentReceived, "ru")
	require.NoError(t, err)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := base
			w.Lead = tt.lead
			_, err := b.outbox.SaveWording(t.Context(), admin, notify.PurposePaymentReceived, "ru", 0, w)
			require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
			require.Contains(t, catalog.Translator(i18n.Russian).Error(err), tt.want)
		})
	}
	reply, err := b.outbox.BuiltInWording(notify.PurposeTicketReplied, "en")
	require.NoError(t, err)
	reply.Title = "Our answer"
	_, err = b.outbox.PreviewWording(notify.PurposeTicketReplied, "en", reply)
	require.ErrorContains(t, err, "error.wording_reply_mark")
	empty := base
	empty.Subject = "{{if .P.PaidThrough.IsZero}}Оплата{{end}}"
	_, err = b.outbox.PreviewWording(notify.PurposePaymentReceived, "ru", empty)
	require.ErrorContains(t, err, "error.wording_empty", "no subject for those whose service is extended")
}

// Each letter names the wording it left with; old letters are shown as they were worded then.
func TestWordingsAreVersions(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	ctx := t.Context()
	built, err := b.outbox.BuiltInWording(notify.PurposeInvoiceIssued, "ru")
	require.NoError(t, err)
	send := func(id int64) (subject string, sent notify.Sent) {
		b.queue(t, invoiceTo("anna@example.test", id))
		list, err := b.outbox.FindMessages(ctx, notify.MessageFilter{Subject: notify.Subject{Kind: "invoice", ID: id}})
		require.NoError(t, err)
		require.NoError(t, b.outbox.Send(ctx, list[0].ID))
		e, err := enmime.ReadEnvelope(bytes.NewReader(g.mails[len(g.mails)-1]))
		require.NoError(t, err)
		return e.GetHeader("Subject"), b.find(t, list[0].ID)
	}
	subject, first := send(1)
	require.Equal(t, "Счёт № 58291375-12 от 21 ноября 2026 г. на 14 900 ₽ — Пример Софт", subject)
	require.Zero(t, first.TemplateVersion)

	w := built
	w.Subject = "Ваш счёт {{.P.Bill.Number}} & «всё»"
	version, err := b.outbox.SaveWording(ctx, admin, notify.PurposeInvoiceIssued, "ru", 0, w)
	require.NoError(t, err)
	require.Equal(t, 1, version)
	_, err = b.outbox.SaveWording(ctx, admin, notify.PurposeInvoiceIssued, "ru", 0, built)
	require.ErrorIs(t, err, notify.ErrWordingChanged, "an editor who began before")
	subject, second := send(2)
	require.Equal(t, "Ваш счёт 58291375-12 & «всё»", subject)
	require.Equal(t, 1, second.TemplateVersion)
	_, other := send(3)
	require.Equal(t, 1, other.TemplateVersion)

	require.NoError(t, b.outbox.RevertWording(ctx, admin, notify.PurposeInvoiceIssued, "ru", 1))
	subject, third := send(4)
	require.Equal(t, "Счёт № 58291375-12 от 21 ноября 2026 г. на 14 900 ₽ — Пример Софт", subject)
	require.Zero(t, third.TemplateVersion)
	old, err := b.outbox.Preview(ctx, second.ID)
	require.NoError(t, err)
	require.Equal(t, "Ваш счёт 58291375-12 & «всё»", old.Subject)

	revisions, err := b.outbox.FindRevisions(ctx, notify.PurposeInvoiceIssued, "ru")
	require.NoError(t, err)
	require.Len(t, revisions, 2)
	require.True(t, revisions[0].BuiltIn)
	require.Equal(t, w, revisions[1].Wording)
	require.Equal(t, 2, b.countRows(t, "audit_entries WHERE action = 'letter.wording'"))
	_, err = b.db.Pool.Exec(ctx, "UPDATE letter_templates SET actor = ''")
	require.Error(t, err, "a version that was sent stays")
}

// A wording that a new version of the program cannot fill must not hold up the invoice.
func TestABrokenWordingLeavesAsTheBuiltInOne(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	_, err := b.db.Pool.Exec(t.Context(), `INSERT INTO letter_templates (purpose, language, version, parts, actor, created_at)
		VALUES ('invoice.issued', 'ru', 1, '{"subject": "{{.P.Gone}}", "preview": "a", "title": "b", "lead": "c", "note": "d", "action": "e"}', 'staff:1', now())`)
	require.NoError(t, err)
	b.queue(t, invoiceTo("anna@example.test", 1))
	require.NoError(t, b.outbox.Send(t.Context(), b.only(t).ID))
	require.Zero(t, b.only(t).TemplateVersion)
	require.Len(t, g.mails, 1)
	states, err := b.outbox.FindWordings(t.Context())
	require.NoError(t, err)
	require.Len(t, states, len(notify.Purposes())*len(i18n.Langs()))
	broken := 0
	for _, s := range states {
		if s.Broken != "" {
			broken++
			require.Contains(t, s.Broken, ".P.Gone")
		}
	}
	require.Equal(t, 1, broken)
}

func TestATestLetterAnswersAtOnce(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	w, err := b.outbox.BuiltInWording(notify.PurposePaymentReceived, "kk")
	require.NoError(t, err)
	w.Subject = "Сынақ"
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(b.outbox.SendTest(t.Context(), notify.PurposePaymentReceived, "kk", w, "nobody")))
	require.NoError(t, b.outbox.SendTest(t.Context(), notify.PurposePaymentReceived, "kk", w, "admin@example.test"))
	e, err := enmime.ReadEnvelope(bytes.NewReader(g.mails[0]))
	require.NoError(t, err)
	require.Equal(t, "Сынақ", e.GetHeader("Subject"))
	require.Equal(t, "<admin@example.test>", e.GetHeader("To"))
	g.set(errors.New("550 no"))
	err = b.outbox.SendTest(t.Context(), notify.PurposePaymentReceived, "kk", w, "admin@example.test")
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	require.Zero(t, b.countRows(t, "messages"))
}
