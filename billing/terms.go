package billing

import (
	"maps"

	"prolong"
)

// SeatsMax bounds seats and quantities of add-ons.
const SeatsMax = 100_000

// Terms are what a subscription is charged for.
type Terms struct {
	PlanID PlanID         `json:"plan_id"`
	Price  prolong.Money  `json:"-"` // agreed with this client; no currency takes the plan's
	Term   prolong.Term   `json:"term"`
	Seats  int            `json:"seats"`
	Addons map[string]int `json:"addons,omitempty"`
}

// Terms returns what the subscription is charged for now.
func (s Subscription) Terms() Terms {
	return Terms{PlanID: s.PlanID, Price: s.Price, Term: s.Term, Seats: max(s.Seats, 1), Addons: s.Addons}
}

// Upcoming returns what the subscription is charged for from its next change on; the terms of
// now if none is planned.
func (s Subscription) Upcoming(c Catalog) Terms {
	if s.NextPlanID == 0 {
		return s.Terms()
	}
	return s.nextTerms(c)
}

func (s Subscription) nextTerms(c Catalog) Terms {
	t := Terms{PlanID: s.NextPlanID, Price: s.NextPrice, Term: s.Term, Seats: s.NextSeats, Addons: s.NextAddons}
	if s.NextPlanID != s.PlanID {
		t.Term = c.Plans[s.NextPlanID].Period
	}
	if t.Seats == 0 { // changes from before there were seats
		t.Seats, t.Addons = max(s.Seats, 1), s.Addons
	}
	return t
}

func (s *Subscription) setTerms(t Terms) {
	s.PlanID, s.Price, s.Term, s.Seats, s.Addons = t.PlanID, t.Price, t.Term, t.Seats, t.Addons
}

// With returns the subscription on other terms.
func (s Subscription) With(t Terms) Subscription {
	s.setTerms(t)
	return s
}

// Same says whether two terms charge for the same.
func (t Terms) Same(o Terms) bool {
	return t.PlanID == o.PlanID && t.Price == o.Price && t.Term == o.Term && t.Seats == o.Seats && maps.Equal(t.Addons, o.Addons)
}

// Check says whether the terms are ones that can be had. Returns CodeInvalid naming the field.
func (t Terms) Check(c Catalog) error {
	plan := c.Plans[t.PlanID]
	if t.Seats < 1 || t.Seats > SeatsMax {
		return prolong.NewError(prolong.CodeInvalid, "error.seats", prolong.Args{"Seats": t.Seats, "Max": SeatsMax})
	}
	for key, quantity := range t.Addons {
		item, ok := c.ItemOf(t.PlanID, key)
		if !ok || item.Kind != ItemAddon {
			return prolong.NewError(prolong.CodeInvalid, "error.addon_not_sold", prolong.Args{"Addon": key, "Plan": plan.Name})
		}
		if quantity < 1 || quantity > SeatsMax {
			return prolong.NewError(prolong.CodeInvalid, "error.seats", prolong.Args{"Seats": quantity, "Max": SeatsMax})
		}
	}
	return nil
}
