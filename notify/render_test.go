package notify

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"prolong"
	"prolong/internal/i18n"
	"prolong/templates/mail"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every letter in every language, as it was looked at: the text in full, the HTML beside it.
func TestLettersAreGolden(t *testing.T) {
	t.Parallel()
	r, err := embeddedRenderer()
	require.NoError(t, err)
	for _, payload := range Examples() {
		for _, lang := range i18n.Langs() {
			letter, err := r.render(lang, exampleHead, Recipient{Email: "anna@example.test", Name: "Анна"}, payload)
			require.NoError(t, err)
			name := filepath.Join("testdata", "letters", string(payload.Purpose())+"."+string(lang))
			golden(t, name+".txt", "Subject: "+letter.Subject+"\n\n"+letter.Text)
			golden(t, name+".html", letter.HTML)
			_, err = html.Parse(strings.NewReader(letter.HTML))
			require.NoError(t, err)
			require.NotContains(t, letter.Text+letter.HTML, "<no value>")
			require.Less(t, len([]rune(letter.Subject)), 130)
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "%s: run go test ./notify -update and look at the change", path)
}

// Letters must not break where the payload has nothing to say.
func TestLettersWithoutOptionalParts(t *testing.T) {
	t.Parallel()
	r, err := embeddedRenderer()
	require.NoError(t, err)
	bill := Bill{
		Number: "1", IssuedOn: prolong.MustDate("2026-01-01"), Total: prolong.NewMoney(0, prolong.KZT),
		AccountName: "A", PaymentPurpose: "p",
	}
	for _, payload := range []Payload{
		DocumentReady{Kind: DocumentUPD, Number: "1", IssuedOn: prolong.MustDate("2026-01-01"), Total: prolong.NewMoney(1, prolong.UAH), AccountName: "A"},
		InvoiceIssued{Bill: bill},
		InvoiceReminder{Bill: bill, PaidThrough: prolong.MustDate("2026-01-01")},
		InvoiceReminder{Bill: bill, PaidThrough: prolong.MustDate("2026-01-01"), DaysLeft: -2},
		LoginCode{Code: "000000", ValidMinutes: 1},
		PaymentReceived{AccountName: "A", Amount: prolong.NewMoney(1, prolong.RUB), ReceivedOn: prolong.MustDate("2026-01-01")},
	} {
		require.NoError(t, payload.check())
		for _, lang := range i18n.Langs() {
			letter, err := r.render(lang, Letterhead{Brand: "B"}, Recipient{Email: "a@example.test"}, payload)
			require.NoError(t, err)
			require.NotContains(t, letter.Text, "—\n")
			require.NotContains(t, letter.Text, "\n\n\n")
			require.NotContains(t, letter.HTML, `href=""`)
		}
	}
}

// What clients call themselves is text, in HTML as well; it cannot break a header.
func TestLettersEscapeForeignText(t *testing.T) {
	t.Parallel()
	r, err := embeddedRenderer()
	require.NoError(t, err)
	p := Examples()[1].(InvoiceIssued)
	p.Bill.AccountName = `<script>alert(1)</script> & "Co"`
	p.Bill.URL = "javascript:alert(1)"
	letter, err := r.render(i18n.English, Letterhead{Brand: "Evil\r\nBcc: x@example.test"}, Recipient{}, p)
	require.NoError(t, err)
	require.NotContains(t, letter.HTML, "<script>")
	require.NotContains(t, letter.HTML, "javascript:")
	require.Contains(t, letter.Text, `<script>alert(1)</script> & "Co"`)
	require.NotContains(t, letter.Subject, "\n")
}

// Every payload comes back from the outbox as it went in.
func TestPayloadRoundTrip(t *testing.T) {
	t.Parallel()
	require.Len(t, Examples(), len(Purposes()))
	for i, payload := range Examples() {
		require.Equal(t, Purposes()[i], payload.Purpose())
		require.NoError(t, payload.check())
		data, err := json.Marshal(payload)
		require.NoError(t, err)
		back, err := purposes[payload.Purpose()].decode(data)
		require.NoError(t, err)
		require.Equal(t, payload, back)
	}
}

func TestTemplatesMustBeComplete(t *testing.T) {
	t.Parallel()
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	broken := fstest.MapFS{}
	entries, err := mail.FS.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		data, err := mail.FS.ReadFile(e.Name())
		require.NoError(t, err)
		broken[e.Name()] = &fstest.MapFile{Data: data}
	}
	_, err = newRenderer(broken, catalog)
	require.NoError(t, err)

	broken["login.code.uk.tmpl"] = &fstest.MapFile{Data: []byte(`{{define "subject"}}x{{end}}`)}
	delete(broken, "invoice.issued.kk.tmpl")
	broken["document.ready.en.tmpl"] = &fstest.MapFile{Data: []byte(`{{define "subject"}}{{.P.`)}
	_, err = newRenderer(broken, catalog)
	require.ErrorContains(t, err, "login.code.uk.tmpl: {{define")
	require.ErrorContains(t, err, "invoice.issued.kk.tmpl")
	require.ErrorContains(t, err, "document.ready.en.tmpl")
}
