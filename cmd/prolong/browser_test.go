package main

import (
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/web/webtest"
)

// letterTo waits for the newest letter to an address and returns its file.
func (b *bench) letterTo(address, subject string) string {
	b.t.Helper()
	found := ""
	eventually(b.t, "a letter to "+address, func() bool {
		files, err := filepath.Glob(filepath.Join(b.dir, "var", "mail", "*.eml"))
		require.NoError(b.t, err)
		sort.Slice(files, func(i, j int) bool { return modified(files[i]).After(modified(files[j])) })
		for _, f := range files {
			raw, err := os.ReadFile(f)
			require.NoError(b.t, err)
			m, err := mail.ReadMessage(strings.NewReader(string(raw)))
			if err == nil && strings.Contains(m.Header.Get("To"), address) && strings.Contains(decodedSubject(m), subject) {
				found = string(raw)
				return true
			}
		}
		return false
	})
	return found
}

func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

func decodedSubject(m *mail.Message) string {
	subject, err := wordDecoder.DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return m.Header.Get("Subject")
	}
	return subject
}

const (
	testPassword = "пароль-для-проверки-7"
	testSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// TestAnAccountantPostsAndTheClientSeesIt drives the two rooms in Chromium: a payment that
// nothing identifies waits, a client logs in by a code from a letter and sees what to pay, an
// accountant with a second factor gives him the payment, and his page says until when it is
// paid.
func TestAnAccountantPostsAndTheClientSeesIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, "")
	b.env = append(b.env, "OFFICE_PASSWORD="+testPassword, "OFFICE_SECRET="+testSecret)
	b.write("staff.yaml", "staff:\n  - {email: accountant@example.test, name: Бухгалтер, role: accountant, password: \"${OFFICE_PASSWORD}\", second_factor: \"${OFFICE_SECRET}\"}\n")
	b.run("apply", "staff.yaml")
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	today := prolong.DateOf(time.Now(), moscow)
	paid := today.AddDays(10)
	b.write("accounts.csv", fmt.Sprintf("external_id,name,legal_form,country,tax_id,email,plan,currency,paid_through\nc1,«Пример Кофе»,ООО,RU,%s,owner@example.test,standard,RUB,%s\n", inn(1), paid))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	number := rows[invoiceRow](b, "invoices")[0].Number
	day := today.Time().Format("02.01.2006")
	b.write("day.txt", statementFile(day, []document{{no: "1", name: "ООО Третье Лицо", taxID: inn(77), purpose: "Оплата за партнёра", amount: "2000.00"}}))
	b.run("bank", "import", "day.txt")
	url := b.serve()

	client := webtest.Browse(t, url, webtest.Desktop)
	client.Open("/")
	client.Fill("#email", "owner@example.test")
	client.Click("form[action='/login'] button[type=submit]")
	client.See("owner@example.test")
	code := regexp.MustCompile(`\b\d{3} ?\d{3}\b`).FindString(plainText(t, b.letterTo("owner@example.test", "код для входа")))
	require.NotEmpty(t, code)
	client.Fill("#code", strings.ReplaceAll(code, " ", ""))
	client.Click("form[action='/login/code'] button[type=submit]")
	client.See(paid.Time().Format("02.01.2006"))
	client.See("Оплата по счету № " + number)
	client.Click("a[href*='/invoices/']:not([download])")
	client.See(number)

	accountant := webtest.Browse(t, url, webtest.Desktop)
	accountant.Open("/office")
	accountant.Fill("#email", "accountant@example.test")
	accountant.Fill("#password", testPassword)
	otp, err := totp.GenerateCode(testSecret, time.Now())
	require.NoError(t, err)
	accountant.Fill("#code", otp)
	accountant.Click("form[action='/office/login'] button[type=submit]")
	accountant.See("Состояние")
	accountant.Open("/office/payments")
	accountant.See("Третье Лицо")
	accountant.Click("tr[data-row] th a")
	accountant.Fill("form[action^='/office/payments/'] input[name=q]", "Кофе")
	accountant.Click("form[action^='/office/payments/'][role=search] button[type=submit]")
	accountant.Click("a[href*='?account=']")
	accountant.See(number)
	accountant.Click("form[action$='/assign'] button[name=to][value=invoices]")
	accountant.See("Пример Кофе")

	// The term begins after the paid day and lasts a month.
	through := paid.AddDays(1).AddMonths(1, paid.AddDays(1).Day()).AddDays(-1)
	client.Open("/cabinet")
	client.See(through.Time().Format("02.01.2006"))
	b.run("doctor")
}
