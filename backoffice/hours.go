package backoffice

import (
	"cmp"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/tickets"
)

// hoursShownMax is how many lines of the journal of hours a client's page shows.
const hoursShownMax = 6

// HoursCard is the prepaid time of a client.
type HoursCard struct {
	Shown   bool // there is something, or something to sell
	Left    string
	Lots    []HoursLot
	Entries []HoursEntry
	Packs   []Option // to be sold; empty where the reader may not
	Action  string
	Key     string // sending the same page twice orders once
	Zone    *time.Location
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
	Out    bool
}

func hoursCard(b web.Base, p billing.Prepaid, packs []billing.Pack, client billing.AccountID, mayOrder bool) HoursCard {
	t := b.Translator
	card := HoursCard{Zone: b.Zone, Shown: len(p.Entries) > 0 || len(packs) > 0, Left: t.Hours(p.Minutes), Action: clientHref(client) + "/order"}
	for _, lot := range p.Lots {
		card.Lots = append(card.Lots, HoursLot{Left: t.Hours(lot.Left), Until: lot.ExpiresOn})
	}
	for _, e := range p.Entries {
		card.Entries = append(card.Entries, HoursEntry{At: e.At, Amount: t.Hours(e.Minutes), Why: cmp.Or(e.Cause, t.T("hours.kind."+string(e.Kind))), Out: e.Minutes < 0})
	}
	if mayOrder {
		card.Key = rand.Text()
		for _, pack := range packs {
			text := pack.Name
			if len(pack.Prices) > 0 {
				text += ", " + t.Money(pack.Prices[0])
			}
			card.Packs = append(card.Packs, Option{Value: pack.Key, Text: text})
		}
	}
	return card
}

// orderHours invoices a client for a pack of hours.
func (r *Room) orderHours(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	inv, err := r.invoices.OrderPacks(c.Request.Context(), web.Actor(c), billing.AccountID(id), form.Value("pack"), 1, "office:"+form.Value("key"))
	if err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.hours_ordered", "Number", inv.Number, "Amount", r.site.Translator(c).Money(inv.Total))
	web.Redirect(c, clientHref(billing.AccountID(id)))
	return nil
}

// TimeRow is a line of time on a ticket.
type TimeRow struct {
	ID        string
	At        time.Time
	Who       string
	Spent     string
	Billed    string // empty if nothing is asked of the client
	Uncovered string // of what is asked, beyond his hours; empty if nothing
	Note      string
	Cancelled bool
}

func timeRows(t i18n.Translator, list []tickets.TimeEntry, staff map[int64]string) []TimeRow {
	rows := make([]TimeRow, len(list))
	for i, e := range list {
		rows[i] = TimeRow{ID: strconv.FormatInt(e.ID, 10), At: e.At, Who: staff[e.StaffID], Spent: t.Hours(e.Minutes), Note: e.Note, Cancelled: e.Cancelled}
		if e.Billed > 0 {
			rows[i].Billed = t.Hours(e.Billed)
		}
		if e.Billed > e.Covered && !e.Cancelled {
			rows[i].Uncovered = t.Hours(e.Billed - e.Covered)
		}
	}
	return rows
}

// minutesMax keeps a slip of the finger out of a form of time.
const minutesMax = 1440

// spendTime writes time on a ticket from the form.
func (r *Room) spendTime(c *gin.Context, actor prolong.Actor, ticket int64, form *web.Form) error {
	spent := tickets.TimeSpent{Minutes: int(form.Int("minutes", 1, minutesMax)), Note: form.Text("note", subjectRunesMax), RequestKey: "office:" + form.Value("key")}
	if form.Checked("billed") {
		spent.Billed = spent.Minutes
	}
	if err := form.Err(); err != nil {
		return err
	}
	_, err := r.tickets.SpendTime(c.Request.Context(), actor, ticket, spent)
	return err
}
