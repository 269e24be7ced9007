package render

// taxWords are a country's words for the rows under the table.
type taxWords struct {
	before, discount   string // the sum before discount
	total              string
	included, on, none string // "В том числе НДС", "НДС", "Без налога (НДС)"
}

var (
	taxWordsRU = taxWords{"Сумма без скидки:", "Скидка:", "Итого:", "В том числе НДС", "НДС", "Без налога (НДС)"}
	taxWordsUA = taxWords{"Сума без знижки:", "Знижка:", "Разом:", "У тому числі ПДВ", "Сума ПДВ", "Без ПДВ"}
	taxWordsEN = taxWords{"Before discount:", "Discount:", "Subtotal:", "Including VAT", "VAT", "VAT not charged"}
)

// sums are the rows under the table: discount, sum, a row for each rate of tax, grand total.
func (d *Document) sums(w taxWords, total string) [][2]string {
	base, label := d.Totals.Net, w.on
	if d.PricesIncludeTax {
		base, label = d.Totals.Gross, w.included
	}
	var rows [][2]string
	if d.Totals.Discount != 0 {
		rows = append(rows, [2]string{w.before, d.money(base + d.Totals.Discount)}, [2]string{w.discount, d.money(d.Totals.Discount)})
	}
	rows = append(rows, [2]string{w.total, d.money(base)})
	if d.exempt() {
		rows = append(rows, [2]string{w.none, "–"})
	}
	for _, share := range d.taxes() {
		switch {
		case share.kind != TaxExempt:
			rows = append(rows, [2]string{label + " (" + percent(share.kind, share.bp) + "):", d.money(share.tax)})
		case !d.exempt(): // beside lines that bear tax it says of how much they do not
			rows = append(rows, [2]string{w.none + ":", d.money(share.gross)})
		}
	}
	return append(rows, [2]string{total, d.money(d.Totals.Gross)})
}

// sumsOfAct leaves out the grand total where it would repeat the sum.
func (d *Document) sumsOfAct(w taxWords, total string) [][2]string {
	rows := d.sums(w, total)
	if d.PricesIncludeTax || d.exempt() {
		return rows[:len(rows)-1]
	}
	return rows
}
