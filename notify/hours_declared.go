package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/settings"
)

// HoursSpec declares when the letters of a seller leave that can wait.
type HoursSpec struct {
	Seller string // key
	Hours  *Hours // nil lets them leave at any time
}

// DeclareHours sets the hours of sellers, idempotently; sellers that are not named keep theirs. The
// sellers are declared before (billing.Apply). Returns the errors of SetHours.
func (s *Service) DeclareHours(ctx context.Context, actor prolong.Actor, specs []HoursSpec) error {
	return prolong.Wrap("notify.DeclareHours", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		c, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		for _, spec := range specs {
			if spec.Hours != nil {
				if err := spec.Hours.check(); err != nil {
					return err
				}
			}
			seller, ok := c.SellerByKey(spec.Seller)
			if !ok {
				return prolong.NewError(prolong.CodeNotFound, "error.seller_unknown", prolong.Args{"Seller": spec.Seller})
			}
			if err := setHours(ctx, tx, actor, seller.ID, spec.Hours); err != nil {
				return err
			}
		}
		return nil
	}))
}

// weekdayWords are the days of a week in declarations.
var weekdayWords = [daysOfWeek]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ParseHours reads hours of a day, "09:00-18:00", and days of a week, "mon-fri, sun"; no days are
// those from Monday to Friday. Returns CodeInvalid for what it does not understand and for hours in
// which nothing leaves.
func ParseHours(span, days string) (Hours, error) {
	var h Hours
	bad := prolong.NewError(prolong.CodeInvalid, "error.sending_hours_form", prolong.Args{"Hours": span, "Days": days})
	from, to, ok := strings.Cut(strings.TrimSpace(span), "-")
	if !ok {
		return Hours{}, bad
	}
	for _, edge := range []struct {
		text string
		to   *int
	}{{from, &h.OpensMinute}, {to, &h.ClosesMinute}} {
		var hour, minute int
		if n, err := fmt.Sscanf(edge.text, "%02d:%02d", &hour, &minute); err != nil || n != 2 || len(edge.text) != len("09:00") || hour < 0 || minute < 0 || minute > 59 {
			return Hours{}, bad
		}
		*edge.to = hour*60 + minute
	}
	if strings.TrimSpace(days) == "" {
		days = "mon-fri"
	}
	for part := range strings.SplitSeq(days, ",") {
		first, last, ranged := strings.Cut(strings.TrimSpace(part), "-")
		a := slices.Index(weekdayWords[:], first)
		b := a
		if ranged {
			b = slices.Index(weekdayWords[:], last)
		}
		if a < 0 || b < a {
			return Hours{}, bad
		}
		for day := a; day <= b; day++ {
			h.Weekdays[day] = true
		}
	}
	return h, h.check()
}

// Span writes the hours as ParseHours reads them.
func (h Hours) Span() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", h.OpensMinute/60, h.OpensMinute%60, h.ClosesMinute/60, h.ClosesMinute%60)
}

// Days writes the days as ParseHours reads them, runs of days shortened.
func (h Hours) Days() string {
	var parts []string
	for day := 0; day < daysOfWeek; day++ {
		if !h.Weekdays[day] {
			continue
		}
		last := day
		for last+1 < daysOfWeek && h.Weekdays[last+1] {
			last++
		}
		part := weekdayWords[day]
		if last > day {
			part += "-" + weekdayWords[last]
		}
		parts, day = append(parts, part), last
	}
	return strings.Join(parts, ", ")
}

// Settings returns the declared hours by seller.
func Settings(ctx context.Context, tx postgres.Tx) ([]settings.Item, error) {
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Pgx.Query(ctx, hoursSQL)
	if err != nil {
		return nil, prolong.Wrap("notify.Settings", err)
	}
	hours, err := scanHours(rows)
	if err != nil {
		return nil, prolong.Wrap("notify.Settings", err)
	}
	var list []settings.Item
	for seller, h := range hours {
		list = append(list, settings.Item{Kind: "sellers", Key: c.Sellers[seller].Key, Fields: map[string]string{"letters.hours": h.Span(), "letters.days": h.Days()}})
	}
	return list, nil
}
