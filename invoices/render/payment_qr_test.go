package render

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
)

func TestGostQRIsThatOfTheStandard(t *testing.T) {
	t.Parallel()
	d := sampleInvoiceRU()
	d.Seller = Party{
		Name: "ООО «Три кита»", TaxID: "6200098765",
		Account: BankAccount{Number: "40702810138250123017", Bank: `ОАО "БАНК"`, BIC: "044525225", CorrAccount: "30101810400000000225"},
	}
	d.PaymentPurpose, d.Totals.Gross = "Оплата членского взноса", 100000
	require.Equal(t, `ST00012|Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName=ОАО "БАНК"|BIC=044525225|`+
		`CorrespAcc=30101810400000000225|Sum=100000|Purpose=Оплата членского взноса|PayeeINN=6200098765`, string(PaymentQR(&d)))
}

func TestGostQRKeepsItsLimits(t *testing.T) {
	t.Parallel()
	base := sampleInvoiceRU()
	base.Seller.Account.Bank = "ФИЛИАЛ «ЦЕНТРАЛЬНЫЙ» БАНКА ПРИМЕР (ПАО) г. Москва"
	mandatory := func(payload string) string {
		head, _, _ := strings.Cut(payload, "|Sum=")
		return strings.TrimPrefix(head[len(gostUTF8):], "")
	}
	for _, c := range []struct {
		name, long, short, service, want string
	}{
		{"short enough for UTF-8", "ООО «Пример»", "", gostUTF8, "Name=ООО «Пример»|"},
		{"windows-1251", strings.Repeat("Пример ", 15), "ООО «Пример»", gost1251, "Name=Пример Пример"},
		{"more than 160 letters: the short name", strings.Repeat("Пример ", 30), "ООО «Пример»", gostUTF8, "Name=ООО «Пример»|"},
		{"a letter that windows-1251 lacks", strings.Repeat("Қазына ", 20), "ЖШС «Қазына»", gostUTF8, "Name=ЖШС «Қазына»|"},
		{"no short name: what fits of the long one", strings.Repeat("Пример ", 30), "", gost1251, "Name=Пример Пример"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := base
			d.Seller.Name, d.Seller.ShortName = strings.TrimSpace(c.long), c.short
			payload := PaymentQR(&d)
			require.True(t, bytes.HasPrefix(payload, []byte(c.service)), "%q", payload)
			text := string(payload)
			require.LessOrEqual(t, len(mandatory(text)), gostBlockBytesMax)
			if c.service == gost1251 {
				decoded, err := charmap.Windows1251.NewDecoder().Bytes(payload)
				require.NoError(t, err)
				text = string(decoded)
			}
			require.Contains(t, text, c.want)
			require.Contains(t, text, "|BankName=ФИЛИАЛ «ЦЕНТРАЛЬНЫЙ» БАНКА ПРИМЕР (ПАО) г. Мо|")
		})
	}
}

func TestGostQRTakesAnotherSeparator(t *testing.T) {
	t.Parallel()
	d := sampleInvoiceRU()
	d.PaymentPurpose = "Счёт | 12\r\nи # 13"
	require.True(t, strings.HasPrefix(string(PaymentQR(&d)), "ST00012;Name=Общество с"))
	require.Contains(t, string(PaymentQR(&d)), ";Purpose=Счёт | 12 и # 13;")
}

func TestPaymentQRNeedsItsRequisites(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(d *Document){
		"omitted":     func(d *Document) { d.OmitQR = true },
		"no account":  func(d *Document) { d.Seller.Account.Number = "" },
		"short BIC":   func(d *Document) { d.Seller.Account.BIC = "0445" },
		"no bank":     func(d *Document) { d.Seller.Account.Bank = "" },
		"nothing due": func(d *Document) { d.Totals.Gross = 0 },
		"an act":      func(d *Document) { d.Kind = KindActRU },
		"dollars":     func(d *Document) { d.Currency = "USD" },
	} {
		d := sampleInvoiceRU()
		spoil(&d)
		require.Nil(t, PaymentQR(&d), name)
	}
}

// What a real decoder reads from the rendered page is what was meant.
func TestPaymentQRIsReadFromThePage(t *testing.T) {
	t.Parallel()
	long := sampleInvoiceRU()
	long.Seller.Name = strings.TrimSpace(strings.Repeat("Пример ", 15))
	docs := map[string]Document{"windows-1251": long}
	for name, doc := range Samples() {
		if PaymentQR(&doc) != nil && len(doc.Lines) < longLines {
			docs[name] = doc
		}
	}
	for name, doc := range docs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := renderer(t)
			pdf, err := r.Render(doc)
			require.NoError(t, err)
			require.Equal(t, string(PaymentQR(&doc)), scan(t, pdf))
		})
	}
}

// scan decodes the one QR code of the document at the resolution of an office printer.
func scan(t *testing.T, pdf []byte) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "doc.pdf"), pdf, 0o600))
	run := func(args ...string) []byte {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir = dir
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "%v: %s", args, &stderr)
		return out
	}
	run("pdftoppm", "-r", "200", "-png", "doc.pdf", "page")
	pages, err := filepath.Glob(filepath.Join(dir, "page*.png"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	// The code stands with the signatures, on the last page.
	return string(run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-Sbinary", pages[len(pages)-1]))
}

func TestNBUQRHasSeventeenLines(t *testing.T) {
	t.Parallel()
	d := sampleInvoiceUA()
	payload := string(PaymentQR(&d))
	require.LessOrEqual(t, len(payload), nbuPayloadLenMax)
	encoded, ok := strings.CutPrefix(payload, "https://qr.bank.gov.ua/")
	require.True(t, ok)
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	require.NoError(t, err)
	require.Equal(t, []string{
		"BCD", "003", "1", "UCT", "", "ТОВ «Приклад Софт»", "UA223052990000026001234567890", "UAH4500.00", "40000011", "",
		"71934528-03", "Оплата за послуги згідно з рахунком № 71934528-03 від 21.11.2026, у т.ч. ПДВ 20% 750,00 грн.", "", "FFFF", "", "", "",
	}, strings.Split(string(text), "\n"))

	d.PaymentPurpose = strings.Repeat("Оплата за послуги ", 50)
	d.Seller.ShortName = strings.Repeat("Приклад ", 10)
	require.LessOrEqual(t, len(PaymentQR(&d)), nbuPayloadLenMax)
	require.NotEmpty(t, PaymentQR(&d))
	d.Seller.Account.Number = "UA223052990000026001234567891"
	require.Nil(t, PaymentQR(&d), "a wrong check digit is no IBAN")
}

func TestEPCQRIsThatOfTheGuideline(t *testing.T) {
	t.Parallel()
	d := sampleInvoiceEN()
	require.Equal(t, "BCD\n002\n1\nSCT\nREVOLT21\nExample Software UAB\nLT353250012345678901\nEUR529.20\n\n\nInvoice 80517462-01",
		string(PaymentQR(&d)))
	d.PaymentPurpose = strings.Repeat("Ж", 500)
	require.LessOrEqual(t, len(PaymentQR(&d)), epcBytesMax)
}
