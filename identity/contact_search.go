package identity

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"prolong"
	"prolong/billing"
)

const (
	contactsFoundMax   = 50
	contactSearchRunes = 100
	phoneDigitsMin     = 10
)

// contactSearchText is what SearchContacts looks in; the index contacts_search is on this very
// expression.
const contactSearchText = `translate(lower(name || ' ' || email || ' ' || phone), 'ё', 'е')`

// FoundContact is a person with the accounts that he belongs to now.
type FoundContact struct {
	Contact  Contact
	Accounts []billing.AccountID
}

// SearchContacts finds people by parts of their name, address or telephone, at most limit of
// them: every word must occur. A telephone may be written in any way.
func (s *Service) SearchContacts(ctx context.Context, text string, limit int) ([]FoundContact, error) {
	text = strings.ReplaceAll(strings.ToLower(cut(strings.TrimSpace(text), 4*contactSearchRunes)), "ё", "е")
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, nil
	}
	escape := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)
	q := gorm.G[contactRow](s.db.Gorm).Where("true")
	if digits := allDigitsOf(text); len(digits) >= phoneDigitsMin && strings.Trim(text, "0123456789+-() .") == "" {
		// 8 916 …, +7 916 … and 916 … are one telephone: the last ten digits tell.
		q = q.Where(contactSearchText+" LIKE ?", "%"+digits[len(digits)-phoneDigitsMin:]+"%")
	} else {
		const wordsMax = 5
		for _, word := range words[:min(len(words), wordsMax)] {
			q = q.Where(contactSearchText+" LIKE ?", "%"+escape.Replace(word)+"%")
		}
	}
	rows, err := q.Order("id DESC").Limit(min(max(limit, 1), contactsFoundMax)).Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.SearchContacts", err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	today := s.Today()
	memberships, err := gorm.G[membershipRow](s.db.Gorm).Where("contact_id IN ? AND "+membershipHolds, ids, today, today).Order("account_id").Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.SearchContacts", err)
	}
	found := make([]FoundContact, len(rows))
	for i, r := range rows {
		found[i].Contact = fromContactRow(r)
		for _, m := range memberships {
			if m.ContactID == r.ID {
				found[i].Accounts = append(found[i].Accounts, billing.AccountID(m.AccountID))
			}
		}
	}
	return found, nil
}

func allDigitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
