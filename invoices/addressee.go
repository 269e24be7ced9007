package invoices

import (
	"context"
	"slices"
	"strings"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/notify"
)

// addressees are the people who get a letter, by account.
type addressees map[billing.AccountID][]identity.Recipient

// addresseesOf finds who gets the letters on a topic: whoever of the company chose to. Where
// nobody did, the address that the company gave; and where that belongs to somebody who was put
// out of the account, or there is none, its owners: an invoice must reach somebody, and a
// stranger must not read it. A constant number of queries however many accounts there are.
func addresseesOf(ctx context.Context, tx postgres.Tx, topic identity.Topic, day prolong.Date, accounts map[billing.AccountID]billing.Account) (addressees, error) {
	ids := make([]billing.AccountID, 0, len(accounts))
	for id := range accounts {
		ids = append(ids, id)
	}
	chosen, err := identity.RecipientsOn(ctx, tx, topic, day, ids)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id billing.AccountID) bool { return len(chosen[id]) > 0 })
	if len(ids) == 0 {
		return chosen, nil
	}
	owners, left, err := identity.OwnersOn(ctx, tx, day, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		a := accounts[id]
		gone := slices.ContainsFunc(left[id], func(r identity.Recipient) bool { return strings.EqualFold(r.Email, a.Email) })
		switch {
		case a.Email != "" && !gone:
			chosen[id] = []identity.Recipient{{Email: a.Email, Language: a.Language}}
		case len(owners[id]) > 0:
			chosen[id] = owners[id]
		}
	}
	return chosen, nil
}

// address makes a letter of an account one for each of its addressees, in the language of each.
// It keeps what the letter says; none for an account that nobody can be written to.
func (a addressees) address(m notify.Message) []notify.Message {
	people := a[m.AccountID]
	letters := make([]notify.Message, len(people))
	for i, p := range people {
		letters[i] = m
		letters[i].Recipient = notify.Recipient{Email: p.Email, Name: p.Name}
		letters[i].Language = p.Language
	}
	return letters
}

// addressed finds the addressees of letters and makes one for each.
func addressed(ctx context.Context, tx postgres.Tx, topic identity.Topic, day prolong.Date, accounts map[billing.AccountID]billing.Account, letters []notify.Message) ([]notify.Message, error) {
	if len(letters) == 0 {
		return nil, nil
	}
	people, err := addresseesOf(ctx, tx, topic, day, accounts)
	if err != nil {
		return nil, err
	}
	out := make([]notify.Message, 0, len(letters))
	for _, m := range letters {
		out = append(out, people.address(m)...)
	}
	return out, nil
}

// SendTo writes a letter on a topic about an account to whoever of the company chose the topic,
// each in his own language, in the caller's transaction; the message's recipient and language
// are not used. It returns how many letters there are: 0 if nobody can be written to. For rooms
// above this one.
func (s *Service) SendTo(ctx context.Context, tx postgres.Tx, topic identity.Topic, day prolong.Date, account billing.Account, m notify.Message) (letters int, err error) {
	m.AccountID = account.ID
	list, err := addressed(ctx, tx, topic, day, map[billing.AccountID]billing.Account{account.ID: account}, []notify.Message{m})
	if err == nil {
		letters, err = s.notify.Queue(ctx, tx, list...)
	}
	return letters, prolong.Wrap("invoices.SendTo", err)
}
