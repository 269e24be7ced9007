package notify

import (
	"context"

	"prolong"
	"prolong/billing"
)

// Matter is what a letter is about, for whoever knows the page on which it can be seen.
type Matter struct {
	Purpose   Purpose
	AccountID billing.AccountID // 0 for none
	Subject   Subject
}

// envelope is what surrounds the words of a letter.
type envelope struct {
	head      Letterhead
	recipient Recipient
	link      string // the page of the matter; "" for none
}

// envelopeOf finds who writes a message and where its matter can be seen. Both are looked up when
// the letter is written, not when it is queued: a letter that waited names today's telephone and
// today's address of the cabinet.
func (s *Service) envelopeOf(ctx context.Context, m *outgoing) (envelope, error) {
	e := envelope{head: m.letterhead, recipient: m.recipient}
	if s.cfg.PageOf != nil {
		e.link = s.cfg.PageOf(m.matter)
	}
	if m.sellerID != 0 {
		c, err := billing.New(s.db, s.log).Catalog(ctx)
		if err != nil {
			return e, prolong.Wrap("notify: the seller of a letter", err)
		}
		if seller, ok := c.Sellers[m.sellerID]; ok {
			e.head = e.head.or(s.headOf(seller))
		}
	}
	e.head = e.head.or(s.cfg.Letterhead)
	return e, nil
}

// headOf returns what a seller's letters say of him where neither the message nor the
// configuration does.
func (s *Service) headOf(seller billing.Seller) Letterhead {
	head := Letterhead{LegalName: seller.Name, SupportPhone: seller.Phone}
	if s.cfg.SellerBrand {
		if head.Brand = seller.ShortName; head.Brand == "" {
			head.Brand = seller.Name
		}
	}
	if s.cfg.Letterhead.SupportEmail == "" {
		head.SupportEmail = seller.Email
	}
	return head
}
