package notify

import (
	"context"
	"strings"
	"time"

	"prolong"
	"prolong/identity"
	"prolong/internal/postgres"
)

// The outbox is identity's Mailer.
var _ identity.Mailer = (*Service)(nil)

// SendLoginCode queues the letter with a login code. It is worthless when the code is.
func (s *Service) SendLoginCode(ctx context.Context, tx postgres.Tx, m identity.LoginCodeMail) error {
	_, err := s.Queue(ctx, tx, Message{
		Subject: Subject{Kind: "login_code", ID: m.RequestID}, Recipient: Recipient{Email: m.Email, Name: m.Name}, Language: m.Language,
		Payload: LoginCode{Code: m.Code, ValidMinutes: max(int(m.ValidFor/time.Minute), 1), IP: m.Origin.IP, Device: device(m.Origin.UserAgent)},
		Expires: m.Expires,
	})
	return prolong.Wrap("notify.SendLoginCode", err)
}

// SendInvitation queues the letter to a person who has been let into an account.
func (s *Service) SendInvitation(ctx context.Context, tx postgres.Tx, m identity.InvitationMail) error {
	_, err := s.Queue(ctx, tx, Message{
		Subject: Subject{Kind: "membership", ID: m.MembershipID}, AccountID: m.AccountID,
		Recipient: Recipient{Email: m.Email, Name: m.Name}, Language: m.Language,
		Payload: PersonInvited{AccountName: m.AccountName, InvitedBy: m.InvitedBy, Role: m.Role, Email: m.Email},
	})
	return prolong.Wrap("notify.SendInvitation", err)
}

// device names a browser and its system the way people do, "Firefox, Windows", from what the
// browser says of itself; a stranger's words are not repeated in our letters.
func device(userAgent string) string {
	var names []string
	for _, group := range [][][2]string{
		// the first that fits: Edge and Opera call themselves Chrome, Chrome calls itself Safari
		{{"YaBrowser/", "Yandex"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}},
		{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}},
	} {
		for _, mark := range group {
			if strings.Contains(userAgent, mark[0]) {
				names = append(names, mark[1])
				break
			}
		}
	}
	return strings.Join(names, ", ")
}
