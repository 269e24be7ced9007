package main

import (
	"fmt"
	"mime"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/mail"
	"net/smtp"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/mailtest"
	"prolong/internal/web/webtest"
	"prolong/telephony/onlinepbx/pbxsim"
)

const supportMailbox = "support@vendor.example"

// supportBench is a company with a mail server, a telephone exchange and the product between
// them, all of them real programs that speak over the network.
type supportBench struct {
	*bench
	mail *mailtest.Server
	pbx  *pbxsim.PBX
	url  string
}

// newSupportBench starts everything. There are two clients and two agents, so that two flows do
// not meet.
func newSupportBench(t *testing.T) *supportBench {
	t.Helper()
	b := &supportBench{bench: newBench(t, ""), mail: mailtest.Start(t)}
	b.mail.AddMailbox(t, "secret", supportMailbox, "owner1@example.test", "owner2@example.test", "company1@example.test", "company2@example.test")
	b.mail.CatchAll(t, supportMailbox) // the server takes plus addresses, as a vendor's has to
	smtpHost, smtpPort, err := net.SplitHostPort(b.mail.SMTPAddr)
	require.NoError(t, err)

	// The exchange sends webhooks to where the product will be.
	var product *url.URL
	hooks := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(product) }})
	t.Cleanup(hooks.Close)
	const token = "webhooks-of-the-test"
	b.pbx = pbxsim.New(pbxsim.Options{
		Domain: "test.onpbx.example", AuthKey: "panel-key", Clock: prolong.SystemClock{}, Seed: 1, HookURL: hooks.URL + "/hooks/onlinepbx/" + token, Trunk: "74959990000", Users: []string{"101", "102"},
	})
	exchange := httptest.NewServer(b.pbx)
	t.Cleanup(exchange.Close)

	b.env = append(b.env, "OFFICE_PASSWORD="+testPassword, "OFFICE_SECRET="+testSecret,
		"PROLONG_SMTP_HOST="+smtpHost, "PROLONG_SMTP_PORT="+smtpPort, "PROLONG_SMTP_ENCRYPTION=none", "PROLONG_MAIL_FROM=billing@vendor.example",
		"PROLONG_IMAP_ADDRESS="+supportMailbox, "PROLONG_IMAP_HOST="+b.mail.IMAPAddr, "PROLONG_IMAP_TLS=none", "PROLONG_IMAP_PASSWORD=secret",
		"PROLONG_ONLINEPBX_DOMAIN=test.onpbx.example", "PROLONG_ONLINEPBX_KEY=panel-key", "PROLONG_ONLINEPBX_BASE_URL="+exchange.URL, "PROLONG_ONLINEPBX_HOOK_TOKEN="+token, "PROLONG_ONLINEPBX_NUMBERS=74959990000")
	b.write("desk.yaml", `tags:
  - {key: cash-desk, name: Касса}
staff:
  - {email: agent1@example.test, name: Анна Примерова, role: support, password: "${OFFICE_PASSWORD}", second_factor: "${OFFICE_SECRET}", extension: "101"}
  - {email: agent2@example.test, name: Борис Примеров, role: support, password: "${OFFICE_PASSWORD}", second_factor: "${OFFICE_SECRET}", extension: "102"}
`)
	b.run("apply", "desk.yaml")
	b.write("accounts.csv", fmt.Sprintf("external_id,name,legal_form,country,tax_id,email,phone,plan,currency,paid_through\n"+
		"c1,«Пример Кофе»,ООО,RU,%s,owner1@example.test,+79161234561,standard,RUB,%s\nc2,«Пример Чай»,ООО,RU,%s,owner2@example.test,+79161234562,standard,RUB,%[2]s\n",
		inn(1), prolong.DateOf(time.Now(), time.UTC).AddDays(10), inn(2)))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	b.url = b.serve()
	product, err = url.Parse(b.url)
	require.NoError(t, err)
	return b
}

// letter waits for a letter in a client's mailbox whose subject or text has the words.
func (b *supportBench) letter(address, words string) (m *mail.Message, text string) {
	b.t.Helper()
	eventually(b.t, "a letter to "+address+": "+words, func() bool {
		for _, raw := range b.mail.Messages(b.t, address) {
			parsed, err := mail.ReadMessage(strings.NewReader(string(raw)))
			require.NoError(b.t, err)
			if said := plainText(b.t, string(raw)); strings.Contains(decodedSubject(parsed)+"\n"+said, words) {
				m, text = parsed, said
				return true
			}
		}
		return false
	})
	return m, text
}

// TestSupportLineEndToEnd drives a merchant and an agent in Chromium, their letters over real SMTP
// and IMAP servers and a call over the exchange's own webhooks: once as people have it, and once
// with scripts switched off, where pages are read anew instead of changing by themselves.
func TestSupportLineEndToEnd(t *testing.T) { //nolint:tparallel // its parts go one after the other
	t.Parallel()
	b := newSupportBench(t)
	for n, scripts := range map[int]bool{1: true, 2: false} {
		name := "with scripts"
		if !scripts {
			name = "without scripts"
		}
		t.Run(name, func(t *testing.T) { //nolint:paralleltest // one after the other: two Chromiums at a time are enough
			b.supportFlow(t, n, scripts)
		})
	}
	b.run("doctor")
	require.Len(t, rows[ticketExport](b.bench, "tickets"), 2)
	calls := rows[callExport](b.bench, "calls")
	require.Len(t, calls, 2)
	for _, c := range calls {
		require.Equal(t, []string{"cash-desk"}, c.Tags)
	}
}

func (b *supportBench) supportFlow(t *testing.T, n int, scripts bool) {
	t.Helper()
	owner, agentEmail := fmt.Sprintf("owner%d@example.test", n), fmt.Sprintf("agent%d@example.test", n)
	company := map[int]string{1: "Пример Кофе", 2: "Пример Чай"}[n]
	subject := fmt.Sprintf("Касса № %d стоит", n)
	open := func() *webtest.Browser {
		if scripts {
			return webtest.Browse(t, b.url, webtest.Desktop)
		}
		return webtest.Browse(t, b.url, webtest.Desktop, webtest.WithoutScripts)
	}
	// fresh is what a reader without scripts does: he looks again.
	fresh := func(who *webtest.Browser, text string) {
		if scripts {
			who.See(text)
			return
		}
		eventually(t, text, func() bool {
			who.Do(chromedp.Reload())
			return strings.Contains(who.Text("body"), text)
		})
	}

	client := open()
	client.Open("/")
	client.Fill("#email", owner)
	client.Click("form[action='/login'] button[type=submit]")
	client.See(owner)
	_, text := b.letter(owner, "код для входа")
	code := regexp.MustCompile(`\b\d{3} ?\d{3}\b`).FindString(text)
	require.NotEmpty(t, code, text)
	client.Fill("#code", strings.ReplaceAll(code, " ", ""))
	client.Click("form[action='/login/code'] button[type=submit]")
	client.See("Оплачено по")
	client.Click("a[href*='/invoices/']:not([download])")
	client.See("Как оплатить")

	file := filepath.Join(t.TempDir(), "снимок.png")
	require.NoError(t, os.WriteFile(file, []byte("\x89PNG\r\n\x1a\nкасса"), 0o600))
	client.Click(".cab-nav a[href$='/tickets']")
	client.Click(".page-actions a[href$='/tickets/new']")
	client.Fill("#text", "Касса не открывается после обновления")
	client.Fill("#subject", subject)
	client.Do(chromedp.SetUploadFiles("#files", []string{file}))
	client.Click("main form button[type=submit]")
	client.See("Обращение принято")
	client.See("Ответим до")
	client.See("рабочего времени") // the countdown
	client.See("снимок.png")

	agent := open()
	agent.Open("/office")
	agent.Fill("#email", agentEmail)
	agent.Fill("#password", testPassword)
	otp, err := totp.GenerateCode(testSecret, time.Now())
	require.NoError(t, err)
	agent.Fill("#code", otp)
	agent.Click("form[action='/office/login'] button[type=submit]")
	agent.See("Состояние")
	agent.Open("/office/tickets")
	agent.See(company)
	agent.Open("/office/tickets?view=open&q=" + url.QueryEscape(subject))
	agent.See(subject)
	agent.Click("li[data-row] a[href^='/office/tickets/']")
	agent.See("Касса не открывается после обновления")
	agent.See("Первый ответ")
	agent.See("снимок.png")
	agent.Fill("#text", "Обновите приложение кассы до версии 4.2")
	agent.Click("button[name=kind][value=reply]")
	agent.See("Ответ отправлен клиенту")
	fresh(client, "Обновите приложение кассы до версии 4.2")
	fresh(client, "Ждём вашего ответа")

	answer, text := b.letter(owner, "Обновите приложение кассы до версии 4.2")
	require.Contains(t, text, map[int]string{1: "Анна Примерова", 2: "Борис Примеров"}[n], "people are answered by people")
	replyTo, err := answer.Header.AddressList("Reply-To")
	require.NoError(t, err)
	require.Contains(t, replyTo[0].Address, "support+", "an answer finds its ticket by the address")
	b.send(t, owner, replyTo[0].Address, "Re: "+decodedSubject(answer), answer.Header.Get("Message-ID"), "Обновили, не помогло\r\n\r\n> Обновите приложение кассы до версии 4.2")
	fresh(agent, "Обновили, не помогло")
	fresh(client, "Обновили, не помогло")
	require.Len(t, b.ticketsOf(fmt.Sprintf("c%d", n)), 1, "the letter went into the thread")

	script := pbxsim.Script{Direction: "inbound", Client: fmt.Sprintf("7916123456%d", n), Extension: fmt.Sprintf("10%d", n), Ring: 10 * time.Minute}
	if scripts {
		// The page must be listening: a call is not told of twice.
		eventually(t, "the stream of calls", func() bool {
			v := agent.Eval(`(async () => (await navigator.locks.query()).held.length)()`)
			return v != nil && v != float64(0)
		})
	}
	b.pbx.Place(script)
	_, err = b.pbx.Deliver(t.Context())
	require.NoError(t, err)
	if scripts {
		agent.Do(chromedp.WaitVisible(".ringing"))
		agent.See(fmt.Sprintf("+7 916 123-45-6%d", n))
		require.Contains(t, agent.Text(".ringing"), company)
		agent.Click(".ringing h2 a")
	} else {
		agent.Open("/office/calls")
		fresh(agent, company)
		agent.Click("li[data-row] a[href^='/office/calls/']")
	}
	agent.See("О чём говорили")
	agent.Click("form:has(input[name=tag][value=cash-desk]) button")
	agent.Do(chromedp.WaitVisible("form:has(input[value=untag]) button[aria-pressed=true]"))
	client.Open("/cabinet")
	client.Click(".cab-nav a[href$='/calls']")
	client.See("Вы звонили нам")
}

// ticketsOf are the tickets of a client, as an export says.
func (b *supportBench) ticketsOf(externalID string) (list []ticketExport) {
	b.t.Helper()
	for _, x := range rows[ticketExport](b.bench, "tickets") {
		if x.AccountExternalID == externalID {
			list = append(list, x)
		}
	}
	return list
}

// send sends a letter as a client's mail program does.
func (b *supportBench) send(t *testing.T, from, to, subject, inReplyTo, text string) {
	t.Helper()
	raw := strings.Join([]string{
		"From: " + from, "To: " + to, "Subject: " + mime.QEncoding.Encode("utf-8", subject), "Date: " + time.Now().Format(time.RFC1123Z),
		"Message-ID: <" + strings.ReplaceAll(from, "@", ".reply@") + ">", "In-Reply-To: " + inReplyTo, "References: " + inReplyTo,
		"MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", text, "",
	}, "\r\n")
	client, err := smtp.Dial(b.mail.SMTPAddr)
	require.NoError(t, err)
	defer func() { _ = client.Close() }() // after Quit it is closed already
	require.NoError(t, client.StartTLS(b.mail.TLS))
	require.NoError(t, client.Mail(from))
	require.NoError(t, client.Rcpt(to))
	w, err := client.Data()
	require.NoError(t, err)
	_, err = w.Write([]byte(raw))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, client.Quit())
}
