package notify

import (
	"context"
	"strings"

	"prolong"
)

// unsubscribeActor is who acts when a reader wants no more letters.
var unsubscribeActor = prolong.System("unsubscribe")

// unsubscribeURL returns the page that takes the recipient of a message off the list: the
// Message-ID's local part is random, and only who has the letter knows it.
func (s *Service) unsubscribeURL(messageID string) string {
	token, _, _ := strings.Cut(messageID, "@")
	return strings.ReplaceAll(s.cfg.UnsubscribeURL, "{token}", token)
}

// Unsubscribe stops letters that are no service messages to whoever got the message of the token
// (RFC 8058: a mail program posts to the address in List-Unsubscribe without a login). It may be
// repeated. Returns CodeNotFound for a token of no message.
func (s *Service) Unsubscribe(ctx context.Context, token string) error {
	if strings.Contains(token, "@") {
		return prolong.NewError(prolong.CodeNotFound, "error.message_not_found", prolong.Args{"ID": clip(token)})
	}
	m, err := s.FindMessageByHeader(ctx, token)
	if err != nil {
		return err
	}
	return s.Suppress(ctx, unsubscribeActor, m.Recipient.Email, ScopeMarketing, "unsubscribed by the letter "+m.MessageID)
}
