package billing

import (
	"sort"

	"prolong"
)

// LineKind says what a line of a Charge is for.
type LineKind string

// The kinds of lines.
const (
	LineAddon LineKind = "addon"
	LineFee   LineKind = "fee" // once
	LinePlan  LineKind = "plan"
)

// ChargeLine is one thing that an invoice asks money for.
type ChargeLine struct {
	Kind     LineKind
	Key      string // of the plan or the item
	Name     string
	Quantity int64         // seats, pieces or hours, as the item counts
	Price    prolong.Money // of one; rounded, where a part of a period is charged
	Discount prolong.Money // off the line
	Amount   prolong.Money // what is asked
	Period   prolong.Period
}

// DiscountUse says what a discount took off an invoice.
type DiscountUse struct {
	DiscountID DiscountID
	Periods    int           // of those that the discount is given for
	Amount     prolong.Money // what it took off
}

// Charge is what a period costs, line by line.
type Charge struct {
	Lines []ChargeLine
	Total prolong.Money
	// Once is the part of Total that comes with no other period.
	Once     prolong.Money
	Discount prolong.Money // what the discounts take off in all
	Uses     []DiscountUse
	OneOffs  []OneOff
}

// ChargeOptions say how a period is charged.
type ChargeOptions struct {
	Periods int // how many periods of the plan it is; 0 is one
	// PricesOn is the day whose prices count; none takes the period's first.
	PricesOn  prolong.Date
	Discounts []Discount
	OneOffs   []OneOff
}

// ChargeOf says what a period of a subscription costs on its terms: the plan by seats, its
// add-ons, discounts, and what is charged once. Discounts are taken off what recurs, percents
// before amounts and older ones first, each from what the ones before it have left; a percent is
// rounded half up once, on the sum. A first period that is cut short costs its days' part of a whole
// one. Returns CodeInvalid for a plan or add-on without a price in
// the currency then.
func (c Catalog) ChargeOf(sub *Subscription, period prolong.Period, o ChargeOptions) (Charge, error) {
	var out Charge
	terms := sub.Terms()
	plan := c.Plans[terms.PlanID]
	periods := max(o.Periods, 1)
	whole := sub.wholeOf(period)
	on := o.PricesOn
	if on.IsZero() {
		on = period.From
	}
	agreed := c.Prices[plan.ID]
	if terms.Price.Currency() != "" {
		agreed = []Price{{Amount: terms.Price, ValidFrom: prolong.NewDate(1, 1, 2)}}
	}
	add := func(kind LineKind, key, name string, quantity int, prices []Price) error {
		for _, part := range priceParts(prices, plan.Reprice == RepriceDay && periods == 1 && o.PricesOn.IsZero(), sub, period, on) {
			unit, ok := PriceFor(prices, sub.Currency, part.on, sub.Since)
			if !ok {
				return prolong.NewError(prolong.CodeInvalid, "error.plan_no_price", prolong.Args{"Plan": key, "Currency": sub.Currency})
			}
			line, err := lineOf(unit, int64(quantity), int64(periods), whole, part.days)
			if err != nil {
				return err
			}
			line.Kind, line.Key, line.Name = kind, key, name
			out.Lines = append(out.Lines, line)
		}
		return nil
	}
	if err := add(LinePlan, plan.Key, plan.Name, terms.Seats, agreed); err != nil {
		return out, err
	}
	keys := make([]string, 0, len(terms.Addons))
	for key := range terms.Addons {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		item, ok := c.ItemOf(plan.ID, key)
		if !ok {
			return out, prolong.NewError(prolong.CodeInvalid, "error.addon_not_sold", prolong.Args{"Addon": key, "Plan": plan.Name})
		}
		if err := add(LineAddon, item.Key, item.Name, terms.Addons[key], item.Prices); err != nil {
			return out, err
		}
	}
	if err := out.takeOff(o.Discounts, periods, period.From); err != nil {
		return out, err
	}
	for _, fee := range o.OneOffs {
		amount, err := fee.Price.Mul(int64(fee.Quantity))
		if err != nil {
			return out, err
		}
		out.Lines = append(out.Lines, ChargeLine{Kind: LineFee, Key: fee.Key, Name: fee.Name, Quantity: int64(fee.Quantity), Price: fee.Price,
			Discount: prolong.NewMoney(0, sub.Currency), Amount: amount})
		out.OneOffs = append(out.OneOffs, fee)
	}
	return out, out.sum(sub.Currency)
}

// pricePart is a run of days of a period on which one version of a price counts.
type pricePart struct {
	days prolong.Period
	on   prolong.Date
}

// priceParts divides a period where the price changes inside it, if the plan wants that.
func priceParts(prices []Price, daily bool, sub *Subscription, period prolong.Period, on prolong.Date) []pricePart {
	parts := []pricePart{{period, on}}
	if !daily {
		return parts
	}
	last, _ := PriceFor(prices, sub.Currency, period.From, sub.Since)
	for day := period.From.AddDays(1); day.Before(period.To); day = day.AddDays(1) {
		price, ok := PriceFor(prices, sub.Currency, day, sub.Since)
		if !ok || price == last {
			continue
		}
		parts[len(parts)-1].days.To = day
		parts, last = append(parts, pricePart{prolong.Period{From: day, To: period.To}, day}), price
	}
	return parts
}

// lineOf charges so many units for some days of a period.
func lineOf(unit prolong.Money, quantity, periods int64, period, days prolong.Period) (ChargeLine, error) {
	whole, err := unit.Mul(quantity * periods)
	if err != nil {
		return ChargeLine{}, err
	}
	line := ChargeLine{Quantity: quantity * periods, Price: unit, Discount: prolong.NewMoney(0, unit.Currency()), Amount: whole, Period: days}
	if days == period {
		return line, nil
	}
	if line.Amount, err = Prorate(whole, period, days); err != nil {
		return line, err
	}
	line.Price, err = line.Amount.MulRatio(1, line.Quantity, prolong.HalfUp)
	return line, err
}

// takeOff gives the discounts that are in force on the period's first day.
func (ch *Charge) takeOff(discounts []Discount, periods int, on prolong.Date) error {
	ordered := append([]Discount(nil), discounts...)
	sort.SliceStable(ordered, func(a, b int) bool {
		if pa, pb := ordered[a].PercentBP > 0, ordered[b].PercentBP > 0; pa != pb {
			return pa
		}
		return ordered[a].ID < ordered[b].ID
	})
	for _, d := range ordered {
		n := d.covers(on, periods)
		if n == 0 {
			continue
		}
		room := make([]int64, len(ch.Lines))
		var left int64
		for i, l := range ch.Lines {
			room[i] = l.Amount.Minor()
			left += room[i]
		}
		cur := ch.Lines[0].Amount.Currency()
		off := prolong.NewMoney(d.Amount.Minor()*int64(n), cur)
		if d.PercentBP > 0 {
			var err error
			if off, err = prolong.NewMoney(left, cur).MulRatio(int64(d.PercentBP)*int64(n), int64(fullBP*periods), prolong.HalfUp); err != nil {
				return err
			}
		}
		off = prolong.NewMoney(min(off.Minor(), left), cur)
		for i, share := range Spread(off.Minor(), room) {
			l := &ch.Lines[i]
			l.Discount, l.Amount = prolong.NewMoney(l.Discount.Minor()+share, cur), prolong.NewMoney(l.Amount.Minor()-share, cur)
		}
		ch.Uses = append(ch.Uses, DiscountUse{DiscountID: d.ID, Periods: n, Amount: off})
	}
	return nil
}

func (ch *Charge) sum(cur prolong.Currency) (err error) {
	ch.Total, ch.Once, ch.Discount = prolong.NewMoney(0, cur), prolong.NewMoney(0, cur), prolong.NewMoney(0, cur)
	for _, l := range ch.Lines {
		if ch.Total, err = ch.Total.Add(l.Amount); err != nil {
			return err
		}
		if ch.Discount, err = ch.Discount.Add(l.Discount); err != nil {
			return err
		}
		if l.Kind == LineFee {
			if ch.Once, err = ch.Once.Add(l.Amount); err != nil {
				return err
			}
		}
	}
	return nil
}

// Recurring returns what of the charge comes again with every period.
func (ch Charge) Recurring() prolong.Money {
	return prolong.NewMoney(ch.Total.Minor()-ch.Once.Minor(), ch.Total.Currency())
}
