package main

import (
	"context"
	"slices"

	"prolong"
	"prolong/identity"
	"prolong/telephony"
	"prolong/tickets"
)

// tagYAML is a word of the vocabulary that tickets and calls are marked with.
type tagYAML struct {
	Key  string `yaml:"key"`
	Name string `yaml:"name"`
}

func (y tagYAML) spec() (tickets.Tag, error) {
	if err := required("key", y.Key); err != nil {
		return tickets.Tag{}, err
	}
	return tickets.Tag{Key: y.Key, Name: y.Name}, required("name", y.Name)
}

// seat is where a member of staff is called.
type seat struct {
	email, extension, forward string
}

// checkDesk refuses extensions where no exchange is configured, before anything is brought in.
func (a *app) checkDesk(d declared) error {
	i := slices.IndexFunc(d.Seats, func(s seat) bool { return s.extension != "" })
	if i < 0 || a.hasLine {
		return nil
	}
	return prolong.NewError(prolong.CodeInvalid, "error.extension_without_exchange", prolong.Args{"Email": d.Seats[i].email, "Extension": d.Seats[i].extension})
}

// applyDesk gives agents their vocabulary and says who sits at which telephone. A file that names
// no extension leaves the seats alone; one that names some has them all.
func (a *app) applyDesk(ctx context.Context, d declared) error {
	actor := prolong.System("apply")
	if err := a.tickets.ApplyTags(ctx, actor, d.Tags); err != nil {
		return err
	}
	if !slices.ContainsFunc(d.Seats, func(s seat) bool { return s.extension != "" }) {
		return nil
	}
	staff, err := a.identity.FindStaff(ctx)
	if err != nil {
		return err
	}
	var seats []telephony.ExtensionSeat
	for _, s := range d.Seats {
		email, err := identity.ParseEmail(s.email)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(staff, func(p identity.Staff) bool { return p.Email == email })
		if s.extension != "" && i >= 0 { // whom the file names was made a moment ago
			seats = append(seats, telephony.ExtensionSeat{Line: lineKey, Extension: s.extension, StaffID: staff[i].ID, Forward: s.forward})
		}
	}
	return a.telephony.ApplyExtensions(ctx, actor, lineKey, seats)
}
