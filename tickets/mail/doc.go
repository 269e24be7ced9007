// Package mail reads letters: any bytes that a mailbox may hold become a Letter with decoded
// text, addresses, attachments and a verdict about who wrote it, a person or a machine. It is
// pure: no database, no clock, no network. It never panics and its work is bounded.
//
// MIME structure and transfer encodings are enmime's; character sets, header fields, file
// names, winmail.dat, classification and quote trimming are ours, because the letters of our
// clients break the assumptions of every library (reference: 36 of 50 Russian, Ukrainian and
// Kazakh bodies right with plain enmime, 50 of 50 this way).
package mail
