// Package statement reads bank statements of every format that banks of Russia, Ukraine and
// Kazakhstan give, and brings them to one shape. It is pure: no database, no clock, no
// network. The readers lie in sub-packages; this package is the door to them.
package statement

import (
	"prolong/banksync/statement/csv"
	"prolong/banksync/statement/record"
)

// The normalised shape. It is declared in package record, below the readers; everybody else
// uses these names.
type (
	// Balance is a period for which the bank stated balances.
	Balance = record.Balance
	// Column names what a column of a table holds.
	Column = record.Column
	// Cut says what the end of the file may have taken from an entry.
	Cut = record.Cut
	// Direction is seen from the statement's account.
	Direction = record.Direction
	// Entry is one operation of an account.
	Entry = record.Entry
	// Format names a statement format.
	Format = record.Format
	// Mapping declares the layout of a bank's CSV table.
	Mapping = record.Mapping
	// Options are what the caller knows about the file.
	Options = record.Options
	// Part is one payment inside a batch that the bank booked as one sum.
	Part = record.Part
	// Party is one side of a payment.
	Party = record.Party
	// Proposal is a mapping that a person should look at before it is used.
	Proposal = csv.Proposal
	// Statement is what one file says about one account.
	Statement = record.Statement
	// Status says how final an entry is.
	Status = record.Status
	// Totals are the figures of the entries.
	Totals = record.Totals
	// Translator returns the catalogue's text of a message key.
	Translator = record.Translator
	// Warning is something that a person should know about the file.
	Warning = record.Warning
)

// The directions and states of an entry.
const (
	Credit   = record.Credit
	Debit    = record.Debit
	Booked   = record.Booked
	Pending  = record.Pending
	Rejected = record.Rejected
	Reversed = record.Reversed

	CutNothing = record.CutNothing
	CutWord    = record.CutWord
	CutText    = record.CutText
)

// WriteJSON writes the statements in the shape of `prolong bank parse --json`.
var WriteJSON = record.WriteJSON
