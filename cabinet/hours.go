package cabinet

import (
	"time"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/tickets"
)

// HoursBlock is what a client has of prepaid time, and what became of it.
type HoursBlock struct {
	Left    string
	Lots    []HoursLot
	Entries []HoursEntry
}

// HoursLot is what is left of a pack.
type HoursLot struct {
	Left  string
	Until prolong.Date // no date for ever
}

// HoursEntry is a line of the journal.
type HoursEntry struct {
	At     time.Time
	Amount string
	Why    string
}

// hoursBlock is nil for a client who never had any.
func hoursBlock(t i18n.Translator, p billing.Prepaid) *HoursBlock {
	if len(p.Entries) == 0 {
		return nil
	}
	block := &HoursBlock{Left: t.Hours(p.Minutes)}
	for _, lot := range p.Lots {
		block.Lots = append(block.Lots, HoursLot{Left: t.Hours(lot.Left), Until: lot.ExpiresOn})
	}
	for _, e := range p.Entries {
		why := e.Cause
		if why == "" {
			why = t.T("hours.kind." + string(e.Kind))
		}
		block.Entries = append(block.Entries, HoursEntry{At: e.At, Amount: t.Hours(e.Minutes), Why: why})
	}
	return block
}

// TimeRow is work on a ticket that the client is asked for.
type TimeRow struct {
	At        time.Time
	Billed    string
	Uncovered string // beyond the prepaid time; empty if nothing
	Note      string
}

func timeRows(t i18n.Translator, list []tickets.TimeEntry) []TimeRow {
	rows := make([]TimeRow, len(list))
	for i, e := range list {
		rows[i] = TimeRow{At: e.At, Billed: t.Hours(e.Billed), Note: e.Note}
		if e.Billed > e.Covered {
			rows[i].Uncovered = t.Hours(e.Billed - e.Covered)
		}
	}
	return rows
}
