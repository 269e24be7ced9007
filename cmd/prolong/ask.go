package main

import (
	"context"
	"strconv"

	"prolong"
	"prolong/banksync"
	"prolong/cabinet"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/notify"
)

// asker writes the letters in which banksync asks what a payment is for.
type asker struct {
	invoices *invoices.Service
	baseURL  string
}

// SendPaymentQuestion implements banksync.AskSender. The letter's links open the page of the
// question with an answer chosen; only the form on it answers.
func (a *asker) SendPaymentQuestion(ctx context.Context, tx postgres.Tx, l banksync.AskLetter) (int, error) {
	page := a.baseURL + cabinet.AnswerPath(l.Token)
	link := func(kind notify.AnswerKind, choice, invoice string) notify.PaymentAnswer {
		return notify.PaymentAnswer{Kind: kind, Invoice: invoice, URL: page + "?answer=" + choice}
	}
	p := l.Payment
	q := notify.PaymentQuestion{AccountName: l.Account.LegalName(), Amount: p.Amount, ReceivedOn: p.ValueOn, DocNo: p.DocNo, Payer: p.Payer.Name, Details: p.Purpose, Note: l.Question.Note, URL: page}
	for _, inv := range l.Open {
		q.Answers = append(q.Answers, link(notify.AnswerInvoice, "invoice-"+strconv.FormatInt(int64(inv.ID), 10), inv.Number))
	}
	q.Answers = append(q.Answers, link(notify.AnswerBalance, string(banksync.AnswerBalance), ""), link(notify.AnswerNotMine, string(banksync.AnswerNotMine), ""), link(notify.AnswerOther, string(banksync.AnswerOther), ""))
	return a.invoices.SendTo(ctx, tx, identity.TopicInvoices, prolong.DateOf(tx.Now, l.Account.Location), l.Account.Account, notify.Message{
		Subject: notify.Subject{Kind: "payment_question", ID: int64(l.Question.ID)}, SellerID: p.SellerID, Payload: q,
	})
}
