package notify

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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

// Every side of every letter in every language, as it was looked at: the text in full, the HTML
// beside it.
func TestLettersAreGolden(t *testing.T) {
	t.Parallel()
	r, err := embeddedRenderer()
	require.NoError(t, err)
	figures := regexp.MustCompile(`\d\d\.\d\d\.\d{4}`)
	for _, purpose := range Purposes() {
		for i, payload := range exampleOf(purpose) {
			for _, lang := range i18n.Langs() {
				letter, err := r.render(lang, envelope{head: exampleHead, recipient: Recipient{Email: "anna@example.test", Name: "Анна"}}, payload)
				require.NoError(t, err)
				name := filepath.Join("testdata", "letters", string(purpose)+"."+string(lang))
				if i > 0 { // another side of it
					name = filepath.Join("testdata", "letters", fmt.Sprintf("%s.%d.%s", purpose, i+1, lang))
				}
				golden(t, name+".txt", "Subject: "+letter.Subject+"\n\n"+letter.Text)
				golden(t, name+".html", letter.HTML)
				_, err = html.Parse(strings.NewReader(letter.HTML))
				require.NoError(t, err)
				require.NotContains(t, letter.Text+letter.HTML, "<no value>")
				require.NotContains(t, letter.Text, "..", "%s: the abbreviation of a year ends a sentence", name)
				require.NotRegexp(t, figures, letter.Subject, "a letter writes days in words")
				require.Less(t, len([]rune(letter.Subject)), 130)
			}
		}
	}
}

// A letter's subject names whole amounts without their zeros, and only those.
func TestSumOfASubjectLeavesOutItsZeros(t *testing.T) {
	t.Parallel()
	r, err := embeddedRenderer()
	require.NoError(t, err)
	for _, c := range []struct {
		minor  int64
		ru, en string
	}{
		{14_900_00, "14 900 ₽", "14,900 ₽"},
		{15_000_00, "15 000 ₽", "15,000 ₽"},
		{1_000_000_00, "1 000 000 ₽", "1,000,000 ₽"},
		{1_000_05, "1 000,05 ₽", "1,000.05 ₽"},
		{100, "1 ₽", "1 ₽"},
		{7, "0,07 ₽", "0.07 ₽"},
	} {
		for lang, want := range map[i18n.Lang]string{i18n.Russian: c.ru, i18n.English: c.en} {
			p := &page{Translator: r.catalog.Translator(lang)}
			require.Equal(t, want, strings.ReplaceAll(p.Sum(prolong.NewMoney(c.minor, prolong.RUB)), nbsp, " "))
		}
	}
}

// Periods in letters are in words, shortened within a month.
func TestPeriodOfALetterIsInWords(t *testing.T) {
	t.Parallel()
	r, err := embeddedRenderer()
	require.NoError(t, err)
	for _, c := range []struct {
		from, to string
		want     map[i18n.Lang]string
	}{
		{"2026-12-01", "2027-01-01", map[i18n.Lang]string{
			i18n.Russian: "1–31 декабря 2026 г.", i18n.Ukrainian: "1–31 грудня 2026 р.", i18n.Kazakh: "2026 жылғы 1–31 желтоқсан", i18n.English: "1–31 December 2026",
		}},
		{"2026-12-15", "2027-01-15", map[i18n.Lang]string{i18n.Russian: "15 декабря 2026 г. – 14 января 2027 г.", i18n.Kazakh: "2026 жылғы 15 желтоқсан – 2027 жылғы 14 қаңтар"}},
		{"2026-12-20", "2026-12-21", map[i18n.Lang]string{i18n.English: "20 December 2026"}},
	} {
		for lang, want := range c.want {
			p := &page{Translator: r.catalog.Translator(lang)}
			got := p.Period(prolong.Period{From: prolong.MustDate(c.from), To: prolong.MustDate(c.to)})
			require.Equal(t, want, strings.ReplaceAll(got, nbsp, " "))
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
			letter, err := r.render(lang, envelope{head: Letterhead{Brand: "B"}, recipient: Recipient{Email: "a@example.test"}}, payload)
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
	p := exampleOf(PurposeInvoiceIssued)[0].(InvoiceIssued)
	p.Bill.AccountName = `<script>alert(1)</script> & "Co"`
	p.Bill.URL = "javascript:alert(1)"
	letter, err := r.render(i18n.English, envelope{head: Letterhead{Brand: "Evil\r\nBcc: x@example.test"}, recipient: Recipient{}}, p)
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
