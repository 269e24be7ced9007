// Package register writes tables for accountants as XLSX and CSV, row by row, however many
// there are. No text of a stranger ever becomes a formula. See README.md.
package register
