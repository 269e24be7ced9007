package render

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"unicode/utf8"

	"prolong"
)

// Limits of a snapshot. They are far above what business needs and keep a broken caller from
// a document of a thousand pages.
const (
	imageBytesMax = 512 << 10
	linesMax      = 10_000
	notesMax      = 20
	numberLenMax  = 40    // runes
	textLenMax    = 2_000 // runes, of a name, address or note
)

// Validate says whether the snapshot agrees with itself: known kind and version, what the
// kind must show is there, lines add up, totals are the sums of the lines, tax fits its rate
// within a minor unit. Returns CodeInvalid naming the field or line.
func (d *Document) Validate() error {
	if _, ok := layouts[d.Kind]; !ok {
		return prolong.NewError(prolong.CodeInvalid, "error.document_kind", prolong.Args{"Kind": string(d.Kind)})
	}
	if d.Version != SnapshotVersion {
		return prolong.NewError(prolong.CodeInvalid, "error.document_version", prolong.Args{"Version": d.Version, "Known": SnapshotVersion})
	}
	if err := d.validateRenderer(); err != nil {
		return err
	}
	if err := d.validateTexts(); err != nil {
		return err
	}
	if err := d.validateImages(); err != nil {
		return err
	}
	if d.Kind == KindReconciliation {
		return d.validateReconciliation()
	}
	if len(d.Lines) == 0 || len(d.Lines) > linesMax {
		return prolong.NewError(prolong.CodeInvalid, "error.document_lines", prolong.Args{"Count": len(d.Lines), "Max": linesMax})
	}
	var sum Totals
	for i := range d.Lines {
		l := &d.Lines[i]
		if err := d.validateLine(i+1, l); err != nil {
			return err
		}
		sum.Net += l.Net
		sum.Tax += l.Tax
		sum.Gross += l.Gross
		sum.Discount += l.Discount
	}
	for _, c := range []struct {
		field      string
		sum, total int64
	}{
		{"totals.net", sum.Net, d.Totals.Net}, {"totals.tax", sum.Tax, d.Totals.Tax},
		{"totals.gross", sum.Gross, d.Totals.Gross}, {"totals.discount", sum.Discount, d.Totals.Discount},
	} {
		if c.sum != c.total {
			return prolong.NewError(prolong.CodeInvalid, "error.document_totals",
				prolong.Args{"Field": c.field, "Sum": d.money(c.sum), "Total": d.money(c.total)})
		}
	}
	return nil
}

// validateLine checks one line, counted from 1.
func (d *Document) validateLine(n int, l *Line) error {
	bad := func(field string, want, got int64) error {
		return prolong.NewError(prolong.CodeInvalid, "error.document_line",
			prolong.Args{"Line": n, "Field": field, "Want": d.money(want), "Got": d.money(got)})
	}
	if l.Name == "" {
		return missing("lines." + strconv.Itoa(n) + ".name")
	}
	// Beyond this, sums of many lines could overflow.
	const amountMax = 1 << 48
	for _, amount := range []int64{l.Net, l.Tax, l.Gross, l.Price, l.Discount, l.QuantityMilli} {
		if amount > amountMax || amount < -amountMax {
			return bad("amount", amountMax, amount)
		}
	}
	if l.Net+l.Tax != l.Gross {
		return bad("gross", l.Net+l.Tax, l.Gross)
	}
	var tax int64
	switch l.TaxKind {
	case TaxExempt:
		if l.TaxRateBP != 0 {
			return bad("tax_rate_bp", 0, int64(l.TaxRateBP))
		}
	case TaxRate, TaxAdvance:
		inside, err := prolong.NewMoney(l.Gross, d.Currency).TaxInside(l.TaxRateBP)
		if err != nil || l.TaxRateBP > 10000 {
			return bad("tax_rate_bp", 0, int64(l.TaxRateBP))
		}
		tax = inside.Minor()
	default:
		return prolong.NewError(prolong.CodeInvalid, "error.document_tax_kind", prolong.Args{"Line": n, "Kind": string(l.TaxKind)})
	}
	// Tax on top of a net amount and tax inside the gross may differ by rounding.
	if diff := l.Tax - tax; diff < -1 || diff > 1 || (l.TaxKind == TaxExempt && diff != 0) {
		return bad("tax", tax, l.Tax)
	}
	if d.ForAdvance {
		return nil // an advance has neither quantity nor price
	}
	amount, err := prolong.NewMoney(l.Price, d.Currency).MulRatio(l.QuantityMilli, 1000, prolong.HalfUp)
	if err != nil || l.Discount < 0 {
		return bad("price", 0, l.Price)
	}
	// A price was rounded to a minor unit; its error grows with the quantity.
	tolerance := max(l.QuantityMilli, -l.QuantityMilli)/2000 + 1
	if diff := amount.Minor() - l.Discount - d.amount(l); diff < -tolerance || diff > tolerance {
		return bad("price", amount.Minor()-l.Discount, d.amount(l))
	}
	return nil
}

func (d *Document) validateReconciliation() error {
	r := d.Reconciliation
	if r == nil {
		return missing("reconciliation")
	}
	if r.Period.From.IsZero() || !r.Period.From.Before(r.Period.To) {
		return missing("reconciliation.period")
	}
	if len(r.Rows) > linesMax {
		return prolong.NewError(prolong.CodeInvalid, "error.document_lines", prolong.Args{"Count": len(r.Rows), "Max": linesMax})
	}
	closing := r.Opening
	for i := range r.Rows {
		closing += r.Rows[i].Debit - r.Rows[i].Credit
	}
	if closing != r.Closing {
		return prolong.NewError(prolong.CodeInvalid, "error.document_totals",
			prolong.Args{"Field": "reconciliation.closing", "Sum": d.money(closing), "Total": d.money(r.Closing)})
	}
	return nil
}

// validateTexts checks what every kind must have, and lengths.
func (d *Document) validateTexts() error {
	for _, f := range []struct{ field, text string }{
		{"number", d.Number}, {"seller.name", d.Seller.Name}, {"buyer.name", d.Buyer.Name},
		{"currency", string(d.Currency)}, {"language", d.Language}, {"date", d.Date.String()},
	} {
		if f.text == "" && (f.field != "number" || d.Kind != KindReconciliation) {
			return missing(f.field)
		}
	}
	if d.Kind == KindUPD && d.UPDStatus != 1 && d.UPDStatus != 2 {
		return missing("upd_status")
	}
	if utf8.RuneCountInString(d.Number) > numberLenMax {
		return long("number", numberLenMax)
	}
	if len(d.Notes) > notesMax {
		return long("notes", notesMax)
	}
	texts := []struct{ field, text string }{
		{"notice", d.Notice}, {"payment_purpose", d.PaymentPurpose}, {"basis", d.Basis.Title + d.Basis.Number},
	}
	add := func(field, text string) { texts = append(texts, struct{ field, text string }{field, text}) }
	for _, side := range []struct {
		name string
		*Party
	}{{"seller", &d.Seller}, {"buyer", &d.Buyer}} {
		add(side.name+".name", side.Name)
		add(side.name+".short_name", side.ShortName)
		add(side.name+".address", side.Address)
		add(side.name+".tax_status", side.TaxStatus)
		add(side.name+" requisites", side.TaxID+side.KPP+side.RegNo+side.VATNo+side.Phone+side.Email+side.KBe+side.KNP)
		add(side.name+" signatures", side.Director+side.DirectorTitle+side.Authority+side.Accountant)
		add(side.name+".account", side.Account.Number+side.Account.BIC+side.Account.Bank+side.Account.CorrAccount)
	}
	for i, note := range d.Notes {
		add("notes."+strconv.Itoa(i+1), note)
	}
	for _, t := range texts {
		if len(t.text) > textLenMax && utf8.RuneCountInString(t.text) > textLenMax {
			return long(t.field, textLenMax)
		}
	}
	for i := range d.Lines {
		if l := &d.Lines[i]; len(l.Name)+len(l.Unit)+len(l.Code) > 4*textLenMax {
			return long("lines."+strconv.Itoa(i+1), textLenMax)
		}
	}
	return nil
}

func (d *Document) validateImages() error {
	for i, image := range []Image{d.Facsimile, d.Stamp} {
		if image.IsZero() {
			continue
		}
		hash := sha256.Sum256(image.PNG)
		if len(image.PNG) > imageBytesMax || hex.EncodeToString(hash[:]) != image.SHA256 {
			field := [...]string{"facsimile", "stamp"}[i]
			return prolong.NewError(prolong.CodeInvalid, "error.document_image", prolong.Args{"Field": field})
		}
	}
	return nil
}

func missing(field string) error {
	return prolong.NewError(prolong.CodeInvalid, "error.document_field_missing", prolong.Args{"Field": field})
}

func long(field string, limit int) error {
	return prolong.NewError(prolong.CodeInvalid, "error.document_field_long", prolong.Args{"Field": field, "Max": limit})
}
