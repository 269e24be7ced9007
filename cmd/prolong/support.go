package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"prolong"
	"prolong/backoffice"
	"prolong/billing"
	"prolong/cabinet"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/notify"
	"prolong/telephony"
	"prolong/telephony/onlinepbx"
	"prolong/tickets"
)

// supportOptions replace what the configuration says of the support line: a demo company has a
// mailbox and an exchange that do not exist.
type supportOptions struct {
	mailboxes []tickets.Mailbox
	line      *telephony.Line // its PBX is set by connect
	connect   func(s *telephony.Service) error
}

// replyTo is where answers to all letters go that name no ticket: into the mailbox of support, where
// the letter that they answer is known by its Message-ID. Without a mailbox they go to the sender.
func (o *supportOptions) replyTo() string {
	if len(o.mailboxes) == 0 {
		return ""
	}
	return o.mailboxes[0].Address
}

// officeCalendar is the calendar that tickets.EnsureDefaults makes; missed callers are called
// back by it too.
const officeCalendar = "office"

// wireSupport makes tickets and telephony with the rooms around them.
func (a *app) wireSupport(o *supportOptions, queue jobs.Enqueuer, zone *time.Location, workers *river.Workers) error {
	secret, err := a.cfg.secret()
	if err != nil {
		return err
	}
	people, trail := people{a.identity}, trail{}
	a.tickets, err = tickets.New(a.db, queue, tickets.Neighbours{
		Clients: clients{}, Outbox: &outbox{catalog: a.catalog, notify: a.notify, baseURL: a.cfg.BaseURL, zone: zone}, People: people, Trail: trail, Hours: hours{},
	}, tickets.Config{Secret: secret, Mailboxes: o.mailboxes, TrustedAuthServers: a.cfg.IMAP.AuthServers}, a.log)
	if err != nil {
		return err
	}
	config := telephony.Config{Secret: secret, CallbackCalendar: officeCalendar, Recordings: a.cfg.OnlinePBX.Recordings}
	if o.line != nil {
		config.Lines = []telephony.Line{*o.line}
	}
	a.telephony, err = telephony.New(a.db, queue, telephony.Neighbours{Directory: directory{a.identity}, People: people, Tickets: a.tickets, Trail: trail}, config, a.log)
	if err != nil {
		return err
	}
	if o.connect != nil {
		if err := o.connect(a.telephony); err != nil {
			return err
		}
	}
	a.mailboxes, a.hasLine = o.mailboxes, o.line != nil
	return errors.Join(tickets.AddWorkers(workers, a.tickets), telephony.AddWorkers(workers, a.telephony))
}

// configuredSupport is the support line that the environment names: a mailbox, an exchange,
// both or neither.
func (a *app) configuredSupport() (*supportOptions, error) {
	o := &supportOptions{}
	box, err := a.cfg.IMAP.mailbox()
	if err != nil {
		return nil, err
	}
	if box != nil {
		o.mailboxes = []tickets.Mailbox{*box}
	}
	if o.line, err = a.cfg.OnlinePBX.line(); err != nil || o.line == nil {
		return o, err
	}
	o.connect = func(s *telephony.Service) error {
		pbx, err := onlinepbx.New(onlinepbx.Config{
			Domain: a.cfg.OnlinePBX.Domain, AuthKey: a.cfg.OnlinePBX.Key, BaseURL: a.cfg.OnlinePBX.BaseURL, Country: o.line.Country,
			Sessions: s.Sessions(o.line.Key), Clock: a.clock,
		})
		if err != nil {
			return prolong.NewError(prolong.CodeInvalid, "error.config", prolong.Args{"Detail": "PROLONG_ONLINEPBX_*: " + err.Error()})
		}
		return s.SetPBX(o.line.Key, pbx)
	}
	return o, nil
}

// ensureSupport gives an installation with a seller its business calendar and service level, so
// that promises are counted from the first ticket on.
func (a *app) ensureSupport(ctx context.Context) error {
	catalog, err := a.billing.Catalog(ctx)
	if err != nil || len(catalog.Sellers) == 0 { // whose calendar it would be is not known yet
		return err
	}
	zone, err := a.zone(ctx)
	if err != nil {
		return err
	}
	return a.tickets.EnsureDefaults(ctx, prolong.System("defaults"), zone.String())
}

// clients answers support's questions about client businesses.
type clients struct{}

func (clients) Plan(ctx context.Context, tx postgres.Tx, accountID int64) (string, error) {
	return billing.PlanKeyOf(ctx, tx, billing.AccountID(accountID))
}

// people answers support's and telephony's questions about people.
type people struct{ identity *identity.Service }

func (p people) Contact(ctx context.Context, tx postgres.Tx, id int64) (tickets.Person, error) {
	found, err := p.identity.ContactPerson(ctx, tx, id)
	return tickets.Person(found), err
}

func (p people) ContactByEmail(ctx context.Context, tx postgres.Tx, email string) (tickets.Person, bool, error) {
	found, ok, err := p.identity.ContactPersonByEmail(ctx, tx, email)
	return tickets.Person(found), ok, err
}

func (p people) Staff(ctx context.Context, tx postgres.Tx, id int64) (tickets.Person, error) {
	found, err := p.identity.StaffPerson(ctx, tx, id)
	return tickets.Person(found), err
}

func (p people) StaffByEmail(ctx context.Context, tx postgres.Tx, email string) (tickets.Person, bool, error) {
	found, ok, err := p.identity.StaffPersonByEmail(ctx, tx, email)
	return tickets.Person(found), ok, err
}

func (p people) Support(ctx context.Context, tx postgres.Tx) ([]tickets.Person, error) {
	found, err := p.identity.SupportPeople(ctx, tx)
	list := make([]tickets.Person, len(found))
	for i, f := range found {
		list[i] = tickets.Person(f)
	}
	return list, err
}

// trail writes what support's people did into the audit trail.
type trail struct{}

func (trail) Record(ctx context.Context, tx postgres.Tx, e tickets.TrailEntry) error {
	return identity.Audit(ctx, tx, e.Actor, identity.Change{
		Action: e.Action, SubjectKind: e.SubjectKind, SubjectID: e.SubjectID, AccountID: billing.AccountID(e.AccountID), Before: e.Before, After: e.After,
	})
}

// directory knows whose telephone numbers are whose.
type directory struct{ identity *identity.Service }

// ByPhone names the people first: who calls from his own number speaks for himself, while a
// company's number says only which company.
func (d directory) ByPhone(ctx context.Context, tx postgres.Tx, phone string) ([]telephony.Candidate, error) {
	persons, err := d.identity.PeopleByPhone(ctx, tx, prolong.Phone(phone))
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, p := range persons {
		ids = append(ids, p.Accounts...)
	}
	names, err := billing.AccountNames(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	byID := map[int64]string{}
	for _, n := range names {
		byID[int64(n.ID)] = n.Name
	}
	var list []telephony.Candidate
	for _, p := range persons {
		for _, account := range p.Accounts {
			list = append(list, telephony.Candidate{AccountID: account, AccountName: byID[account], ContactID: p.ID, ContactName: p.Name})
		}
	}
	companies, err := billing.AccountsByPhone(ctx, tx, prolong.Phone(phone))
	for _, c := range companies {
		if _, there := byID[int64(c.ID)]; !there {
			list = append(list, telephony.Candidate{AccountID: int64(c.ID), AccountName: c.Name})
		}
	}
	return list, err
}

// outbox gives letters about tickets to notify, with what is a matter of language or address
// written out.
type outbox struct {
	catalog *i18n.Catalog
	notify  *notify.Service
	baseURL string
	zone    *time.Location // of promises that name none
}

// attachTicketFile names the files of tickets among notify's attachments.
const attachTicketFile = "ticket_attachment"

func (o *outbox) Queue(ctx context.Context, tx postgres.Tx, l tickets.OutgoingLetter) error {
	m := notify.Message{
		Subject: notify.Subject{Kind: l.Subject.Kind, ID: l.Subject.ID}, AccountID: billing.AccountID(l.AccountID),
		Recipient: notify.Recipient{Email: l.To.Email, Name: l.To.Name}, Language: l.Language, Payload: o.payload(l),
		ReplyTo: l.ReplyTo, InReplyTo: l.InReplyTo, References: l.References,
	}
	for _, id := range l.Attachments {
		m.Attachments = append(m.Attachments, notify.Attachment{Kind: attachTicketFile, ID: id})
	}
	_, err := o.notify.Queue(ctx, tx, m)
	return err
}

func (o *outbox) payload(l tickets.OutgoingLetter) notify.Payload {
	lang, ok := i18n.ParseLang(l.Language)
	if !ok {
		lang = i18n.Default
	}
	tr, due := o.catalog.Translator(lang), ""
	if !l.DueAt.IsZero() {
		zone, err := time.LoadLocation(l.Zone)
		if err != nil || l.Zone == "" {
			zone = o.zone
		}
		due = tr.DateTime(l.DueAt, zone)
	}
	switch l.Kind {
	case tickets.LetterReceived:
		p := notify.TicketReceived{Number: l.Number, Title: l.TicketTitle, URL: o.cabinetURL(l)}
		if due != "" {
			p.AnswerBy = tr.T("support.answer_by", "At", due)
		}
		return p
	case tickets.LetterWarning:
		return notify.TicketWarning{
			Number: l.Number, Title: l.TicketTitle, Metric: tr.T("ticket.metric." + string(l.Metric)), DueBy: due, Percent: l.Percent,
			URL: o.baseURL + backoffice.Prefix + "/tickets/" + strconv.FormatInt(l.TicketID, 10),
		}
	case tickets.LetterReplied:
	}
	author := l.Author
	if author == "" {
		author = tr.T("support.team")
	}
	return notify.TicketReplied{Number: l.Number, Title: l.TicketTitle, Author: author, Text: l.Text, URL: o.cabinetURL(l)}
}

// cabinetURL opens the ticket for the client; a stranger's belongs to no cabinet.
func (o *outbox) cabinetURL(l tickets.OutgoingLetter) string {
	if l.AccountID == 0 {
		return ""
	}
	return o.baseURL + cabinet.Prefix + "/" + strconv.FormatInt(l.AccountID, 10) + "/tickets/" + strconv.FormatInt(l.TicketID, 10)
}

func (o *outbox) About(ctx context.Context, tx postgres.Tx, messageID string) (tickets.LetterSubject, bool, error) {
	subject, ours, err := o.notify.SubjectOf(ctx, tx, strings.Trim(messageID, "<>"))
	return tickets.LetterSubject{Kind: subject.Kind, ID: subject.ID}, ours, err
}

func (o *outbox) Returned(ctx context.Context, tx postgres.Tx, r tickets.ReturnedLetter) error {
	if r.Delayed { // it may still arrive
		return nil
	}
	return o.notify.NoteReturned(ctx, tx, r.MessageID, r.Email, r.Reason, r.Hard)
}
