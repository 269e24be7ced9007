// Package render turns the frozen snapshot of a document - invoice, act, tax document - into
// a PDF. It is pure: no database, no clock, no network; the same snapshot gives the same
// bytes. The README tells how the pieces fit.
package render
