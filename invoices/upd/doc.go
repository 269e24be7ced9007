// Package upd writes the seller's title of the универсальный передаточный документ in format
// 5.03 (КНД 1115131, order of the ФНС ЕД-7-26/970@ of 19.12.2023), the only formalised format
// of Russia since 2026-01-01, from the frozen snapshot of a document, and checks files of that
// format. Pure: no database, no clock, no network. See README.md.
package upd
