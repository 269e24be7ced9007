package billing

import (
	"prolong"
)

// ItemID identifies an Item.
type ItemID int64

// ItemKind says how often an Item is charged.
type ItemKind string

// The kinds of items.
const (
	ItemAddon ItemKind = "addon" // with every period
	ItemFee   ItemKind = "fee"   // once; of a new subscription with its first invoice
)

// Item is something that a plan offers beside its seats. Its price is for one of it and for one
// period of the plan.
type Item struct {
	ID     ItemID
	PlanID PlanID
	Key    string // in the plan
	Kind   ItemKind
	Name   string
	Prices []Price
}

// ItemOf finds an item of a plan by its key.
func (c Catalog) ItemOf(plan PlanID, key string) (Item, bool) {
	for _, item := range c.Items[plan] {
		if item.Key == key {
			return item, true
		}
	}
	return Item{}, false
}

// OneOff is something that waits to be charged once, with the next invoice of a subscription.
type OneOff struct {
	ID       int64
	Key      string
	Name     string
	Quantity int
	Price    prolong.Money // of one
}
