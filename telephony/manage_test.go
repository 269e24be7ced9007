package telephony_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
	"prolong/tickets"
)

// TestMerchantsHearOfTheirOwnOnly tries every use case as a stranger.
func TestMerchantsHearOfTheirOwnOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.pbx.Place(answered)
	w.pbx.Place(pbxsim.Script{Direction: "local", Client: "102", Extension: "101", Ring: time.Second, Talk: time.Second})
	w.clock.Advance(5 * time.Minute)
	w.hear()
	w.pull()
	id := w.calls(w.mary, telephony.Filter{})[0].ID
	require.NoError(t, w.service.NoteCall(ctx, w.agent, id, "Сердитая"))
	c, err := w.service.FindCall(ctx, w.mary, id)
	require.NoError(t, err)
	require.Empty(t, c.Note)
	require.Empty(t, c.Extension)
	require.Empty(t, c.PhoneRaw)
	require.False(t, c.Recording)
	require.Len(t, w.calls(w.mary, telephony.Filter{}), 1, "calls among us are nobody's business")
	require.Len(t, w.calls(w.agent, telephony.Filter{}), 2)

	require.Empty(t, w.calls(w.peter, telephony.Filter{AccountID: w.first, Phone: maryPhone}))
	_, err = w.service.FindCall(ctx, w.peter, id)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	local := w.ids(`SELECT id FROM calls WHERE direction = 'local'`)[0]
	_, err = w.service.FindCall(ctx, w.mary, local)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	for name, attempt := range map[string]func(a prolong.Actor) error{
		"pop-up":     func(a prolong.Actor) error { _, err := w.service.CallPopUp(ctx, a, id); return err },
		"live":       func(a prolong.Actor) error { _, err := w.service.LiveCalls(ctx, a); return err },
		"watch":      func(a prolong.Actor) error { _, err := w.service.Watch(ctx, a); return err },
		"recording":  func(a prolong.Actor) error { _, err := w.service.PlayRecording(ctx, a, id, ""); return err },
		"tag":        func(a prolong.Actor) error { return w.service.TagCall(ctx, a, id, "x") },
		"untag":      func(a prolong.Actor) error { return w.service.UntagCall(ctx, a, id, "x") },
		"note":       func(a prolong.Actor) error { return w.service.NoteCall(ctx, a, id, "x") },
		"account":    func(a prolong.Actor) error { return w.service.SetCallAccount(ctx, a, id, w.second, true) },
		"link":       func(a prolong.Actor) error { return w.service.LinkCall(ctx, a, id, 1) },
		"callbacks":  func(a prolong.Actor) error { _, err := w.service.ListCallbacks(ctx, a, 0, true); return err },
		"assign":     func(a prolong.Actor) error { return w.service.AssignCallback(ctx, a, 1, 1) },
		"drop":       func(a prolong.Actor) error { return w.service.DropCallback(ctx, a, 1, "x") },
		"lines":      func(a prolong.Actor) error { _, err := w.service.Lines(ctx, a); return err },
		"seats":      func(a prolong.Actor) error { return w.service.ApplyExtensions(ctx, a, "main", nil) },
		"seats list": func(a prolong.Actor) error { _, err := w.service.Extensions(ctx, a); return err },
	} {
		for _, a := range []prolong.Actor{w.mary, w.peter, {Kind: prolong.ActorMachine, ID: 1}, {}} {
			require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(attempt(a)), "%s by %s", name, a)
		}
	}
	_, err = w.service.FileCallTicket(ctx, w.mary, id, "x", "y")
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
	_, _, err = w.service.ListCalls(ctx, prolong.Actor{Kind: prolong.ActorMachine, ID: 1}, telephony.Filter{})
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
}

// TestTagsTicketsAndOwners: one vocabulary with tickets; a ticket from a call; whose number it
// is, as an agent decides, also for later calls.
func TestTagsTicketsAndOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	require.NoError(t, w.tickets.ApplyTags(ctx, w.agent, []tickets.Tag{{Key: "billing", Name: "Оплата"}}))
	stranger := pbxsim.Script{Direction: "inbound", Client: "79260000009", Extension: "101", Ring: time.Second, Talk: time.Minute}
	w.pbx.Place(stranger)
	w.clock.Advance(5 * time.Minute)
	w.hear()
	w.pull()
	c := w.calls(w.agent, telephony.Filter{NoAccount: true})[0]
	require.Len(t, w.calls(w.agent, telephony.Filter{Untagged: true}), 1)
	require.NoError(t, w.service.TagCall(ctx, w.agent, c.ID, "billing"))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.TagCall(ctx, w.agent, c.ID, "unknown")))
	require.Len(t, w.calls(w.agent, telephony.Filter{Tag: "billing"}), 1)
	require.Empty(t, w.calls(w.agent, telephony.Filter{Untagged: true}))
	require.NoError(t, w.service.SetCallAccount(ctx, w.agent, c.ID, w.second, true))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.SetCallAccount(ctx, w.agent, c.ID, 999, false)))
	ticket, err := w.service.FileCallTicket(ctx, w.agent, c.ID, "Вопрос по оплате", "Просит счёт")
	require.NoError(t, err)
	again, err := w.service.FileCallTicket(ctx, w.agent, c.ID, "Вопрос по оплате", "Просит счёт")
	require.NoError(t, err)
	require.Equal(t, ticket.ID, again.ID, "a second click files nothing")
	_, err = w.tickets.Thread(ctx, w.peter, ticket.ID)
	require.NoError(t, err)
	require.Equal(t, ticket.ID, w.calls(w.peter, telephony.Filter{})[0].TicketID)
	_, err = w.service.LookBack(ctx, "main", time.Hour)
	require.NoError(t, err)
	require.Equal(t, w.second, w.calls(w.agent, telephony.Filter{})[0].AccountID, "the history does not undo what people have decided")
	w.pbx.Place(stranger)
	w.hear()
	require.Equal(t, w.second, w.calls(w.agent, telephony.Filter{})[0].AccountID)
}

// TestContactsByTag joins tickets and calls: a client who wrote and called is one client; and
// importing calls again changes nothing.
func TestContactsByTag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	require.NoError(t, w.tickets.ApplyTags(ctx, w.agent, []tickets.Tag{{Key: "billing", Name: "Оплата"}}))
	ticket, err := w.tickets.FileTicket(ctx, w.agent, tickets.NewTicket{AccountID: w.first, Text: "Вопрос", Tags: []string{"billing"}})
	require.NoError(t, err)
	require.NotZero(t, ticket.ID)
	w.pbx.Place(answered)
	w.pbx.Place(pbxsim.Script{Direction: "inbound", Client: "79260000001", Extension: "101", Talk: time.Minute})
	w.clock.Advance(5 * time.Minute)
	w.pull()
	seen := 0
	require.NoError(t, w.service.EachCall(ctx, w.agent, time.Time{}, time.Time{}, func(c telephony.Call) error {
		seen++
		return w.service.TagCall(ctx, w.agent, c.ID, "billing")
	}))
	require.Equal(t, 2, seen)
	for range 2 {
		use, err := w.service.ContactsByTag(ctx, w.agent, mondayMorning.Add(-time.Hour), mondayMorning.Add(time.Hour))
		require.NoError(t, err)
		require.Len(t, use, 1)
		require.Equal(t, 3, use[0].Contacts)
		require.Len(t, use[0].Clients, 2)
		_, err = w.service.LookBack(ctx, "main", time.Hour)
		require.NoError(t, err)
	}
	_, err = w.service.ContactsByTag(ctx, w.mary, mondayMorning, mondayMorning)
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(w.service.EachCall(ctx, w.mary, mondayMorning, mondayMorning, nil)))
}
