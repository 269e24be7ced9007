package tickets

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/postgres"
)

// ledgerHours is a client with so many minutes; it keeps what each key took.
type ledgerHours struct {
	left int
	took map[string]int
}

func (h *ledgerHours) Take(_ context.Context, _ postgres.Tx, _ prolong.Actor, _ int64, minutes int, _, key string) (int, error) {
	if n, again := h.took[key]; again {
		return n, nil
	}
	n := min(minutes, h.left)
	h.left, h.took[key] = h.left-n, n
	return n, nil
}

func (h *ledgerHours) GiveBack(_ context.Context, _ postgres.Tx, _ prolong.Actor, _ int64, key, _ string) error {
	h.left += h.took[key]
	h.took[key] = 0
	return nil
}

// tickets.md 4.7: a work entry is real minutes and billed minutes, the client sees each with its
// text; charged in one transaction; reversal instead of edit.
func TestTimeIsTakenFromTheHoursOnceAndComesBackWhenItIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hours := &ledgerHours{left: 50, took: map[string]int{}}
	w.service.hours = hours
	ctx := t.Context()
	ticket := w.file("Настройте кассу")
	spend := func(minutes, billed int, key string) TimeEntry {
		entry, err := w.service.SpendTime(ctx, w.agent, ticket.ID, TimeSpent{Minutes: minutes, Billed: billed, Note: "Настроил кассу", RequestKey: key})
		require.NoError(t, err)
		return entry
	}
	first := spend(40, 30, "a")
	require.Equal(t, 30, first.Covered)
	require.Equal(t, first.ID, spend(40, 30, "a").ID, "the same form sent twice")
	require.Equal(t, 20, spend(35, 35, "b").Covered, "as far as the hours reach")
	require.Zero(t, spend(15, 0, "c").Billed)
	require.Zero(t, hours.left)

	list, err := w.service.TimesOf(ctx, w.mary, ticket.ID)
	require.NoError(t, err)
	require.Len(t, list, 2, "the client sees what he is asked for")
	require.Equal(t, "Настроил кассу", list[0].Note)
	_, err = w.service.TimesOf(ctx, w.peter, ticket.ID)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err), "another client's ticket")

	require.NoError(t, w.service.CancelTime(ctx, w.colleague, ticket.ID, first.ID))
	require.NoError(t, w.service.CancelTime(ctx, w.colleague, ticket.ID, first.ID))
	require.Equal(t, 30, hours.left)
	all, err := w.service.TimesOf(ctx, w.agent, ticket.ID)
	require.NoError(t, err)
	require.Len(t, all, 3, "nothing is removed")
	require.True(t, all[0].Cancelled)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(w.service.CancelTime(ctx, w.agent, w.file("другая").ID, first.ID)))
}

func TestTimeThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	ticket := w.file("Вопрос")
	for _, spent := range []TimeSpent{{Minutes: 0, Note: "x"}, {Minutes: 1441, Note: "x"}, {Minutes: 10, Billed: -1, Note: "x"}, {Minutes: 10, Note: "  "}} {
		_, err := w.service.SpendTime(ctx, w.agent, ticket.ID, spent)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	}
	_, err := w.service.SpendTime(ctx, w.mary, ticket.ID, TimeSpent{Minutes: 10, Note: "x"})
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
	letter := w.receive(letter{from: "stranger@elsewhere.example", subject: "?", text: "Здравствуйте", id: "<1@elsewhere.example>"}.raw())
	_, err = w.service.SpendTime(ctx, w.agent, letter.TicketID, TimeSpent{Minutes: 10, Billed: 10, Note: "x"})
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), "nobody's hours")
}
