// Package mail holds the letters as embedded templates, one file per purpose and language:
// invoice.issued.ru.tmpl. Each defines "subject", "preview" (the line that mailboxes show
// beside the subject), "text" and "html"; layout.tmpl holds what they share.
package mail

import "embed"

// FS has the templates at its root.
//
//go:embed *.tmpl
var FS embed.FS
