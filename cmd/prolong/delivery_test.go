package main

import (
	"fmt"
	"net/smtp"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"prolong/internal/web/webtest"
)

// An invoice's letter as its reader has it, over a real SMTP server and real mailboxes: who writes, to
// whom an answer goes, the thread, the file and its name, and a button that leads to the invoice
// through the door. Then the letter comes back, which the office sees, and a copy goes elsewhere; and
// the client is told that his subscription ends (issue 6, Delivery).
func TestTheLetterOfAnInvoiceFromTheServerToItsPageAndBack(t *testing.T) {
	t.Parallel()
	b := newSupportBench(t)
	number := ""
	for _, inv := range rows[invoiceRow](b.bench, "invoices") {
		if inv.AccountExternalID == "c1" {
			number = inv.Number
		}
	}
	m, text := b.letter("owner1@example.test", "Счёт № "+number)
	header := func(name string) string {
		value, err := wordDecoder.DecodeHeader(m.Header.Get(name))
		require.NoError(t, err)
		return value
	}
	require.Equal(t, "ООО «Пример Софт» <billing@vendor.example>", header("From"), "the seller's name, as no other is configured")
	require.Contains(t, header("Reply-To"), supportMailbox)
	require.Equal(t, "auto-generated", m.Header.Get("Auto-Submitted"))
	require.Regexp(t, `^<invoice-\d+@vendor\.example>$`, m.Header.Get("References"))
	require.Empty(t, m.Header.Get("List-Unsubscribe"), "a service message")
	require.Contains(t, text, "ООО «Пример Софт»\n", "who writes, in the foot")
	raw := b.raw("owner1@example.test", m.Header.Get("Message-Id"))
	require.Contains(t, raw, "text/html")
	require.Regexp(t, `filename="schet-`+number+`-[0-9-]+\.pdf"`, raw)

	page := regexp.MustCompile(`http://\S+/cabinet/\d+/invoices/\d+`).FindString(text)
	require.NotEmpty(t, page, text)
	reader := webtest.Browse(t, b.url, webtest.Desktop)
	reader.Open(page[strings.Index(page, "/cabinet"):])
	reader.Fill("#email", "owner1@example.test")
	reader.Click("form[action='/login'] button[type=submit]")
	reader.See("owner1@example.test")
	_, text = b.letter("owner1@example.test", "код для входа")
	reader.Fill("#code", strings.ReplaceAll(regexp.MustCompile(`\b\d{3} ?\d{3}\b`).FindString(text), " ", ""))
	reader.Click("form[action='/login/code'] button[type=submit]")
	reader.See("Счёт " + number)
	reader.See("Как оплатить")

	// It comes back.
	b.bounce(t, m.Header.Get("Message-Id"), "owner1@example.test")
	agent := webtest.Browse(t, b.url, webtest.Desktop)
	agent.Open("/office")
	agent.Fill("#email", "agent1@example.test")
	agent.Fill("#password", testPassword)
	code, err := totp.GenerateCode(testSecret, time.Now())
	require.NoError(t, err)
	agent.Fill("#code", code)
	agent.Click("form[action='/office/login'] button[type=submit]")
	agent.See("Состояние")
	eventually(t, "the returned letter in the office", func() bool {
		agent.Open("/office/letters?state=returned")
		return strings.Contains(agent.Text("main"), "owner1@example.test")
	})
	agent.Click("main a[href*='/office/letters/']")
	agent.See("550 5.1.1")
	agent.Eval(`document.querySelector("#email").value = ""`) // it offers the old address
	agent.Fill("#email", "company1@example.test")
	agent.Click("form:has(#email) button[type=submit]")
	again, _ := b.letter("company1@example.test", "Счёт № "+number)
	require.NotEqual(t, m.Header.Get("Message-Id"), again.Header.Get("Message-Id"))

	// The other client leaves, and stays.
	b.run("subscription", "end", "c2", "--reason", "по заявлению")
	ending, text := b.letter("owner2@example.test", "Подписка заканчивается")
	require.Contains(t, text, "отозван")
	require.Regexp(t, `http://\S+/cabinet/\d+\n`, text)
	require.Regexp(t, `^<subscription-\d+@vendor\.example>$`, ending.Header.Get("References"))
	b.run("subscription", "keep", "c2", "--reason", "передумал")
	b.letter("owner2@example.test", "Подписка продолжается")
	b.run("doctor")
}

// raw returns a letter of a mailbox as it came.
func (b *supportBench) raw(address, messageID string) string {
	b.t.Helper()
	for _, raw := range b.mail.Messages(b.t, address) {
		if strings.Contains(string(raw), messageID) {
			return string(raw)
		}
	}
	b.t.Fatalf("no letter %s to %s", messageID, address)
	return ""
}

// bounce reports to the vendor's mailbox that a letter could not be delivered, as a mail server of
// RFC 3464 does.
func (b *supportBench) bounce(t *testing.T, messageID, recipient string) {
	t.Helper()
	report := fmt.Sprintf(`From: Mail Delivery System <mailer-daemon@mx.example.test>
To: billing@vendor.example
Subject: Undelivered Mail Returned to Sender
Date: %s
Message-ID: <report-1@mx.example.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

The mailbox does not exist.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test

Final-Recipient: rfc822; %s
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
--b
Content-Type: text/rfc822-headers

Message-ID: %s
To: %[2]s
--b--
`, time.Now().Format(time.RFC1123Z), recipient, messageID)
	client, err := smtp.Dial(b.mail.SMTPAddr)
	require.NoError(t, err)
	defer func() { _ = client.Close() }() // after Quit it is closed already
	require.NoError(t, client.StartTLS(b.mail.TLS))
	require.NoError(t, client.Mail(""))
	require.NoError(t, client.Rcpt(supportMailbox))
	w, err := client.Data()
	require.NoError(t, err)
	_, err = w.Write([]byte(strings.ReplaceAll(report, "\n", "\r\n")))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, client.Quit())
}
