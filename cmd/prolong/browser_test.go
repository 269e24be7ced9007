package main

import (
	"context"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"prolong"
)

// browser is one person's Chromium.
type browser struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // it is the browser
	base string
}

// browserTimeout bounds one step; the machine may be busy.
const browserTimeout = 60 * time.Second

func openBrowser(t *testing.T, base string, more ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	require.NoError(t, err, "chromium is not installed: run tools/needs.sh test")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	return &browser{t: t, ctx: ctx, base: base}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, browserTimeout)
	defer stop()
	require.NoError(b.t, chromedp.Do(ctx, steps...))
}

// start opens the first page. It must not be bounded by a context of its own: that would end
// the browser with it.
func (b *browser) start(path string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.EmulateViewport(1300, 900), chromedp.Navigate(b.base+path)))
}

func (b *browser) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.base + path)) }

func (b *browser) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(selector), chromedp.SendKeys(selector, text))
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(selector), chromedp.Click(selector))
}

// see waits until the page says the text.
func (b *browser) see(text string) {
	b.t.Helper()
	said := ""
	deadline := time.Now().Add(browserTimeout)
	for !strings.Contains(said, text) {
		require.True(b.t, time.Now().Before(deadline), "the page does not say %q but:\n%s", text, said)
		said = b.says()
		time.Sleep(50 * time.Millisecond)
	}
}

// says is what the page says now; nothing while it changes.
func (b *browser) says() string { return b.text("body") }

// text is what a part of the page says.
func (b *browser) text(selector string) string {
	ctx, stop := context.WithTimeout(b.ctx, browserTimeout)
	defer stop()
	got, err := chromedp.Run(ctx, chromedp.Text(selector))
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(got), " ")
}

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

	client := openBrowser(t, url)
	client.start("/")
	client.fill("#email", "owner@example.test")
	client.click("form[action='/login'] button[type=submit]")
	client.see("owner@example.test")
	code := regexp.MustCompile(`\b\d{3} ?\d{3}\b`).FindString(plainText(t, b.letterTo("owner@example.test", "код для входа")))
	require.NotEmpty(t, code)
	client.fill("#code", strings.ReplaceAll(code, " ", ""))
	client.click("form[action='/login/code'] button[type=submit]")
	client.see(paid.Time().Format("02.01.2006"))
	client.see("Оплата по счету № " + number)
	client.click("a[href*='/invoices/']")
	client.see(number)

	accountant := openBrowser(t, url)
	accountant.start("/office")
	accountant.fill("#email", "accountant@example.test")
	accountant.fill("#password", testPassword)
	otp, err := totp.GenerateCode(testSecret, time.Now())
	require.NoError(t, err)
	accountant.fill("#code", otp)
	accountant.click("form[action='/office/login'] button[type=submit]")
	accountant.see("Состояние")
	accountant.open("/office/payments")
	accountant.see("Третье Лицо")
	accountant.click("tr[data-row] th a")
	accountant.fill("form[action^='/office/payments/'] input[name=q]", "Кофе")
	accountant.click("form[action^='/office/payments/'][role=search] button[type=submit]")
	accountant.click("a[href*='?account=']")
	accountant.see(number)
	accountant.click("form[action$='/assign'] button[name=to][value=invoices]")
	accountant.see("Пример Кофе")

	// The term begins after the paid day and lasts a month.
	through := paid.AddDays(1).AddMonths(1, paid.AddDays(1).Day()).AddDays(-1)
	client.open("/cabinet")
	client.see(through.Time().Format("02.01.2006"))
	b.run("doctor")
}
