package tickets

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/mail"
	"regexp"
	"strconv"
	"strings"

	"prolong"
	"prolong/internal/postgres"
	letters "prolong/tickets/mail"
)

// tokenLen is the length of the signatures in our addresses and ids: 80 bits in base32.
const tokenLen = 16

var tokenEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// sign returns the signature of a ticket for a purpose. Ticket numbers can be guessed, these
// cannot, so nobody writes himself into the ticket of somebody else.
func (s *Service) sign(purpose string, ticketID int64) string {
	mac := hmac.New(sha256.New, s.cfg.Secret)
	fmt.Fprintf(mac, "%s:%d", purpose, ticketID)
	return strings.ToLower(tokenEncoding.EncodeToString(mac.Sum(nil)))[:tokenLen]
}

func (s *Service) verified(purpose, id, token string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || !hmac.Equal([]byte(token), []byte(s.sign(purpose, n))) {
		return 0
	}
	return n
}

// replyAddress is where answers to letters about a ticket go: support+t12.abcdefghijklmnop@….
func (s *Service) replyAddress(m Mailbox, ticketID int64) string {
	local, host, _ := strings.Cut(m.Address, "@")
	return fmt.Sprintf("%s+t%d.%s@%s", local, ticketID, s.sign("reply", ticketID), host)
}

// rootID is an id that stands in the References of every letter about a ticket, so that an
// answer finds it even if a relay has replaced our Message-IDs. Without brackets.
func (s *Service) rootID(m Mailbox, ticketID int64) string {
	_, host, _ := strings.Cut(m.Address, "@")
	return fmt.Sprintf("t.%d.%s@%s", ticketID, s.sign("root", ticketID), host)
}

var (
	replyToken   = regexp.MustCompile(`(?i)\+t(\d{1,18})\.([a-z2-7]{16})@`)
	rootToken    = regexp.MustCompile(`(?i)^<t\.(\d{1,18})\.([a-z2-7]{16})@`)
	subjectToken = regexp.MustCompile(`\[#(\d{1,18})\]`)
)

// route is how a letter was found to belong to a ticket.
type route struct {
	ticketID int64
	// proof is true if only somebody who had a letter of the ticket before him could have
	// written so; else the sender has to be known to take part.
	proof bool
	// subject is true if only the subject line says so: the sender must prove his address too.
	subject bool
}

// routeOf finds the ticket that a letter belongs to, by the strongest sign first (reference,
// section 3.2). A zero route means none.
func (s *Service) routeOf(ctx context.Context, tx postgres.Tx, l letters.Letter) (route, error) {
	for _, list := range [][]letters.Address{l.DeliveredTo, l.To, l.Cc} {
		for _, a := range list {
			if m := replyToken.FindStringSubmatch(a.Email); m != nil {
				if id := s.verified("reply", m[1], strings.ToLower(m[2])); id != 0 {
					return route{ticketID: id, proof: true}, nil
				}
			}
		}
	}
	// In-Reply-To first: Apple's mail programs overwrite References. Then the newest reference.
	ids := append([]string{}, l.InReplyTo...)
	for i := len(l.References) - 1; i >= 0; i-- {
		ids = append(ids, l.References[i])
	}
	for _, id := range ids {
		if m := rootToken.FindStringSubmatch(id); m != nil {
			if ticketID := s.verified("root", m[1], strings.ToLower(m[2])); ticketID != 0 {
				return route{ticketID: ticketID, proof: true}, nil
			}
		}
		ticketID, err := s.ticketOfSent(ctx, tx, id)
		if err != nil {
			return route{}, err
		}
		if ticketID != 0 {
			return route{ticketID: ticketID, proof: true}, nil
		}
	}
	if len(ids) > 0 { // a letter between clients that we had a copy of
		var ticketID int64
		err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(ticket_id), 0) FROM ticket_message_ids WHERE message_id = ANY($1)`, ids).Scan(&ticketID)
		if err != nil || ticketID != 0 {
			return route{ticketID: ticketID}, err
		}
	}
	if m := subjectToken.FindStringSubmatch(l.Subject); m != nil {
		number, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return route{}, nil //nolint:nilerr // a number too large to be ours
		}
		var ticketID int64
		err = tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM tickets WHERE number = $1`, number).Scan(&ticketID)
		return route{ticketID: ticketID, subject: true}, err
	}
	return route{}, nil
}

// ticketOfSent returns the ticket that a letter of ours was about, by its Message-ID with
// brackets; 0 if it was about none or is not ours.
func (s *Service) ticketOfSent(ctx context.Context, tx postgres.Tx, messageID string) (int64, error) {
	about, ours, err := s.outbox.About(ctx, tx, strings.Trim(messageID, "<>"))
	if err != nil || !ours {
		return 0, err
	}
	switch about.Kind {
	case subjectTicket:
		return about.ID, nil
	case subjectMessage:
		var ticketID int64
		err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(ticket_id), 0) FROM ticket_messages WHERE id = $1`, about.ID).Scan(&ticketID)
		return ticketID, err
	}
	return 0, nil
}

// takesPart says whether an address belongs to a ticket: its requester, a participant, or a
// person of its client.
func takesPart(ctx context.Context, tx postgres.Tx, t *ticketRow, email string, p Person) (bool, error) {
	if email != "" && t.ContactEmail == email {
		return true, nil
	}
	if t.AccountID != nil {
		for _, id := range p.Accounts {
			if id == *t.AccountID {
				return true, nil
			}
		}
	}
	var found bool
	err := tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ticket_participants WHERE ticket_id = $1 AND email = $2)`, t.ID, email).Scan(&found)
	return found, err
}

var (
	authMethod = regexp.MustCompile(`(?i)\b(dmarc|dkim|spf)\s*=\s*pass\b`)
	authDomain = regexp.MustCompile(`(?i)\b(?:header\.d|header\.i|header\.from|smtp\.mailfrom|smtp\.mail)\s*=\s*"?(?:[^\s;"@]*@)?([a-z0-9.-]+)`)
)

// authenticated says whether our own mail server found that the letter comes from the domain
// it says: the topmost Authentication-Results, signed by a trusted name, with a pass that is
// about the sender's domain.
func (s *Service) authenticated(l letters.Letter) bool {
	if len(l.AuthResults) == 0 || len(l.From) == 0 {
		return false
	}
	server, results, _ := strings.Cut(l.AuthResults[0], ";")
	trusted := false
	for _, name := range s.cfg.TrustedAuthServers {
		trusted = trusted || strings.EqualFold(strings.TrimSpace(server), name)
	}
	host := l.From[0].Host()
	if !trusted || host == "" {
		return false
	}
	for result := range strings.SplitSeq(results, ";") {
		if !authMethod.MatchString(result) {
			continue
		}
		for _, m := range authDomain.FindAllStringSubmatch(result, -1) {
			domain := strings.ToLower(strings.Trim(m[1], "."))
			if domain == host || strings.HasSuffix(host, "."+domain) && strings.Contains(domain, ".") {
				return true
			}
		}
	}
	return false
}

// cleanEmail checks an address that a person typed.
func cleanEmail(s string) (string, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(s))
	if err != nil || !(letters.Address{Email: a.Address}).Valid() {
		return "", prolong.NewError(prolong.CodeInvalid, "error.ticket_email_invalid", prolong.Args{"Value": clip(s, nameRunesMax)})
	}
	return strings.ToLower(a.Address), nil
}
