package billing

import (
	"prolong"
)

// Prorate returns what part of a period costs of the whole period's price, to the day. The
// share of the days from the period's start is rounded half up, and a part is the difference of
// two such shares; so the parts of whatever partition sum to the price exactly (billing.md cases
// 25, 28, 30, 31, 33). part is cut to the period.
func Prorate(price prolong.Money, period, part prolong.Period) (prolong.Money, error) {
	upTo := func(day prolong.Date) (prolong.Money, error) {
		days := min(max(day.DaysSince(period.From), 0), period.Days())
		return price.MulRatio(int64(days), int64(period.Days()), prolong.HalfUp)
	}
	end, err := upTo(part.To)
	if err != nil {
		return prolong.Money{}, err
	}
	start, err := upTo(part.From)
	if err != nil {
		return prolong.Money{}, err
	}
	return end.Sub(start)
}

// Spread divides an amount over parts in proportion to how much each of them can take, none more
// than that; what rounding leaves goes to the last ones that have room. The shares sum to the
// amount, if the parts can take it at all.
func Spread(amount int64, room []int64) []int64 {
	shares := make([]int64, len(room))
	var whole int64
	for _, r := range room {
		whole += r
	}
	if whole <= 0 || amount <= 0 {
		return shares
	}
	rest := min(amount, whole)
	for i, r := range room {
		share, err := prolong.NewMoney(min(amount, whole), "").MulRatio(r, whole, prolong.Down)
		if err != nil { // amounts of business are far below the bounds
			continue
		}
		shares[i] = share.Minor()
		rest -= shares[i]
	}
	for i := len(room) - 1; i >= 0 && rest > 0; i-- {
		more := min(rest, room[i]-shares[i])
		shares[i] += more
		rest -= more
	}
	return shares
}
