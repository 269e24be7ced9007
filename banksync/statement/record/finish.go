package record

import (
	"sort"

	"prolong"
)

// Finish completes the statements of one file: it numbers the keys of entries that have
// none, sums the totals and verifies balances. The reader calls it once, when all entries are
// there. Entries in another currency than their statement's stay out of the sums. Returns
// CodeInvalid if the amounts do not fit into 64 bits.
func Finish(statements []Statement) error {
	for i := range statements {
		statements[i].fillFromBalances()
	}
	keyers := make(map[string]*Keyer)
	begun := make(map[beginning][]*Statement)
	for i := range statements {
		s := &statements[i]
		// Statements of one account follow each other, so twins are counted through all of
		// them; a statement that tells another again gets the same keys again.
		keys, ok := keyers[s.Account]
		at := beginning{account: s.Account, from: s.From}
		if !ok || repeats(begun[at], s) {
			keys = new(Keyer)
			keyers[s.Account] = keys
		}
		begun[at] = append(begun[at], s)
		if err := s.finish(keys); err != nil {
			return err
		}
		if i > 0 {
			s.checkChain(&statements[i-1])
		}
	}
	return nil
}

// beginning is what two statements share if one may tell the other again.
type beginning struct {
	account string
	from    prolong.Date
}

// repeatsLookedAt bounds how many statements of one account and day are compared.
const repeatsLookedAt = 100

// repeats says whether the statement tells again what one before it has told, in full or up
// to another moment: it begins with the same balance on the same day, and does not go on where
// that one ended.
func repeats(before []*Statement, s *Statement) bool {
	for _, b := range before[max(0, len(before)-repeatsLookedAt):] {
		if !same(b.Opening, s.Opening) {
			continue
		}
		if b.To == s.To && same(b.Closing, s.Closing) && sameEntries(b.Entries, s.Entries) {
			return true
		}
		if (s.Unfinished || s.Opening != nil && s.Closing == nil) && beginsWith(b.Entries, s.Entries) {
			return true // told again, and cut
		}
		if s.Opening != nil && !same(b.Closing, s.Opening) {
			return true
		}
	}
	return false
}

// sameEntries says whether two statements tell the same operations in the same order.
func sameEntries(a, b []Entry) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !sameEntry(&a[i], &b[i]) {
			return false
		}
	}
	return true
}

func sameEntry(a, b *Entry) bool {
	return a.Date == b.Date && a.Amount == b.Amount && a.Direction == b.Direction && a.Purpose == b.Purpose && a.BankID == b.BankID && a.DocNo == b.DocNo
}

// beginsWith says whether a begins with the entries of b, the last of which may be cut.
func beginsWith(a, b []Entry) bool {
	if len(a) < len(b) {
		return false
	}
	for i := range b {
		if !sameEntry(&a[i], &b[i]) && !a[i].Continues(&b[i]) {
			return false
		}
	}
	return true
}

// checkChain warns if the statement does not go on where the one before it has ended.
func (s *Statement) checkChain(before *Statement) {
	if before.Account != s.Account || before.Closing == nil || s.Opening == nil || s.From.Before(before.To) ||
		before.Closing.Minor() == s.Opening.Minor() {
		return
	}
	line := 0
	if len(s.Balances) > 0 {
		line = s.Balances[0].Line
	}
	s.Warn(line, WarnBalanceChain, prolong.Args{"Opening": *s.Opening, "Closing": *before.Closing, "Date": s.From})
}

func (s *Statement) finish(keys *Keyer) error {
	s.identify(keys)
	days, err := s.sum()
	if err != nil {
		return err
	}
	if err := s.verify(days); err != nil {
		return err
	}
	sort.SliceStable(s.Warnings, func(i, j int) bool { return s.Warnings[i].Line < s.Warnings[j].Line })
	return nil
}

// identify gives every entry its key. A bank id that stands twice names one operation if
// amount and direction agree: the more final row is kept. If they differ, the bank reuses
// its ids, and both rows are kept under different keys.
func (s *Statement) identify(keys *Keyer) {
	at := make(map[string]int)
	kept := s.Entries[:0]
	for _, e := range s.Entries {
		if e.shared {
			e.Key = keys.referenceKey(s.Account, &e)
		} else if e.BankID != "" {
			e.Key = BankKey(e.BankID)
			if i, ok := at[e.Key]; ok {
				s.Warn(e.Line, WarnDuplicateID, prolong.Args{"ID": Excerpt(e.BankID)})
				if kept[i].Amount == e.Amount && kept[i].Direction == e.Direction {
					if kept[i].Status != Booked && e.Status == Booked {
						kept[i] = e
					}
					continue
				}
				e.Key += "#" + keys.contentKey(s.Account, &e)
			}
			at[e.Key] = len(kept)
		}
		if e.Key == "" {
			e.Key = keys.contentKey(s.Account, &e)
		}
		kept = append(kept, e)
	}
	s.Entries = kept
}

// daySum is what the booked entries add up to from the beginning to the end of a day.
type daySum struct {
	date          prolong.Date
	line          int // of the first entry, for messages
	credit, debit prolong.Money
}

// sum fills the totals and returns the sums per day in the order of the calendar.
func (s *Statement) sum() ([]daySum, error) {
	s.Totals = Totals{Count: len(s.Entries), Credit: prolong.NewMoney(0, s.Currency), Debit: prolong.NewMoney(0, s.Currency)}
	byDay := make(map[prolong.Date]*daySum)
	for i := range s.Entries {
		e := &s.Entries[i]
		if e.Amount.Currency() != s.Currency {
			s.Warn(e.Line, WarnCurrencyMismatch, prolong.Args{"Value": e.Amount.Currency(), "Currency": s.Currency})
			continue
		}
		if e.Status != Booked {
			continue
		}
		day := byDay[e.Date]
		if day == nil {
			day = &daySum{date: e.Date, line: e.Line}
			byDay[e.Date] = day
		}
		var err, errDay error
		if e.Direction == Credit {
			s.Totals.Credit, err = s.Totals.Credit.Add(e.Amount)
			day.credit, errDay = day.credit.Add(e.Amount)
		} else {
			s.Totals.Debit, err = s.Totals.Debit.Add(e.Amount)
			day.debit, errDay = day.debit.Add(e.Amount)
		}
		if err != nil || errDay != nil {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_sums_too_large", prolong.Args{"Line": e.Line})
		}
	}
	days := make([]daySum, 0, len(byDay))
	for _, day := range byDay {
		days = append(days, *day)
	}
	sort.Slice(days, func(i, j int) bool { return days[i].date.Before(days[j].date) })
	for i := 1; i < len(days); i++ {
		// The totals fit, so their parts do.
		days[i].credit, _ = days[i].credit.Add(days[i-1].credit)
		days[i].debit, _ = days[i].debit.Add(days[i-1].debit)
	}
	return days, nil
}

// fillFromBalances derives period, opening and closing of the whole from its parts where the
// reader has not set them itself.
func (s *Statement) fillFromBalances() {
	parts := s.orderedBalances()
	if len(parts) > 0 {
		first, last := parts[0], parts[len(parts)-1]
		if s.From.IsZero() {
			s.From = first.From
		}
		if s.To.IsZero() {
			for _, p := range parts {
				if end := p.end(); end.After(s.To) {
					s.To = end
				}
			}
		}
		if s.Opening == nil {
			s.Opening = first.Opening
		}
		if s.Closing == nil {
			s.Closing = last.Closing
		}
	}
	noFrom, noTo := s.From.IsZero(), s.To.IsZero()
	for i := range s.Entries {
		d := s.Entries[i].Date
		if noFrom && !d.IsZero() && (s.From.IsZero() || d.Before(s.From)) {
			s.From = d
		}
		if noTo && d.After(s.To) {
			s.To = d
		}
	}
}

// stated is a period with its figures, to find periods that are stated twice.
type stated struct {
	from, to                        prolong.Date
	opening, closing, credit, debit prolong.Money
	has                             [4]bool
}

func (b *Balance) stated() stated {
	out := stated{from: b.From, to: b.To}
	for i, m := range []*prolong.Money{b.Opening, b.Closing, b.Credit, b.Debit} {
		if m != nil {
			out.has[i] = true
			*[]*prolong.Money{&out.opening, &out.closing, &out.credit, &out.debit}[i] = *m
		}
	}
	return out
}

// orderedBalances returns the stated periods by date; periods that are stated twice alike
// count once.
func (s *Statement) orderedBalances() []Balance {
	out := make([]Balance, 0, len(s.Balances))
	seen := make(map[stated]bool, len(s.Balances))
	for i := range s.Balances {
		if key := s.Balances[i].stated(); !seen[key] {
			seen[key] = true
			out = append(out, s.Balances[i])
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].From.Before(out[j].From) })
	return out
}

// verify checks each stated period against its entries and the chain of the periods.
func (s *Statement) verify(days []daySum) error {
	parts := s.orderedBalances()
	verified, failed := false, false
	for i, b := range parts {
		credit, debit, err := s.within(days, b, len(parts) == 1)
		if err != nil {
			return err
		}
		if differs(b.Credit, credit) || differs(b.Debit, debit) {
			s.Warn(b.Line, WarnTotalsMismatch, prolong.Args{
				"DeclaredCredit": shown(b.Credit), "DeclaredDebit": shown(b.Debit), "Credit": credit, "Debit": debit})
		}
		if b.Opening != nil && b.Closing != nil {
			ok, err := closes(*b.Opening, credit, debit, *b.Closing)
			if err != nil {
				return err
			}
			verified = true
			if !ok {
				failed = true
				s.Warn(b.Line, WarnBalanceMismatch, prolong.Args{
					"Opening": *b.Opening, "Credit": credit, "Debit": debit, "Closing": *b.Closing})
			}
		}
		if i > 0 && breaksChain(parts[i-1], b) {
			failed = true
			s.Warn(b.Line, WarnBalanceChain, prolong.Args{
				"Opening": *b.Opening, "Closing": *parts[i-1].Closing, "Date": b.From})
		}
	}
	if len(parts) > 1 && s.warnOutside(days, parts) {
		failed = true
	}
	if verified || failed {
		ok := !failed
		s.BalanceOK = &ok
	}
	return nil
}

// within sums the days of a stated period; a single period takes all entries, whatever their
// dates, because banks put documents of the night before into it. The days carry running sums.
func (s *Statement) within(days []daySum, b Balance, all bool) (credit, debit prolong.Money, err error) {
	credit, debit = prolong.NewMoney(0, s.Currency), prolong.NewMoney(0, s.Currency)
	first, last := 0, len(days)
	if !all {
		first = sort.Search(len(days), func(i int) bool { return !days[i].date.Before(b.From) })
		last = sort.Search(len(days), func(i int) bool { return days[i].date.After(b.end()) })
	}
	if first >= last {
		return credit, debit, nil
	}
	credit, debit = days[last-1].credit, days[last-1].debit
	if first > 0 {
		if credit, err = credit.Sub(days[first-1].credit); err != nil {
			return credit, debit, err
		}
		debit, err = debit.Sub(days[first-1].debit)
	}
	return credit, debit, err
}

// end returns the last day of the period; a period without an end is one day.
func (b Balance) end() prolong.Date {
	if b.To.IsZero() {
		return b.From
	}
	return b.To
}

// warnOutside names the days that no stated period covers. Both lists are in the order of the
// calendar.
func (s *Statement) warnOutside(days []daySum, parts []Balance) bool {
	found := false
	next := 0
	covered := prolong.Date{} // the last day covered by the periods that have begun
	for _, day := range days {
		for next < len(parts) && !parts[next].From.After(day.date) {
			if end := parts[next].end(); end.After(covered) {
				covered = end
			}
			next++
		}
		if day.date.After(covered) {
			found = true
			s.Warn(day.line, WarnOutsidePeriod, prolong.Args{"Date": day.date})
		}
	}
	return found
}

func breaksChain(before, b Balance) bool {
	if before.Closing == nil || b.Opening == nil {
		return false
	}
	return before.end().Before(b.From) && before.Closing.Minor() != b.Opening.Minor()
}

func closes(opening, credit, debit, closing prolong.Money) (bool, error) {
	sum, err := opening.Add(credit)
	if err != nil {
		return false, err
	}
	if sum, err = sum.Sub(debit); err != nil {
		return false, err
	}
	return sum.Minor() == closing.Minor(), nil
}

func differs(declared *prolong.Money, sum prolong.Money) bool {
	return declared != nil && declared.Minor() != sum.Minor()
}

func same(a, b *prolong.Money) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func shown(m *prolong.Money) string {
	if m == nil {
		return "—"
	}
	return m.String()
}
