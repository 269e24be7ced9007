package mail

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const samplesDir = "../testdata/mail"

// sample is a row of MANIFEST.tsv.
type sample struct {
	path, class, from, subject, attachments, textHead, messageID, inReplyTo, expectation string
	refs                                                                                 int
}

func samples(t testing.TB) []sample {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samplesDir, "MANIFEST.tsv"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	require.Equal(t, "path", strings.Split(lines[0], "\t")[0])
	var out []sample
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		for len(f) < 15 {
			f = append(f, "")
		}
		refs, err := strconv.Atoi(f[12])
		require.NoError(t, err, line)
		out = append(out, sample{
			path: f[0], class: f[4], from: f[5], subject: f[6], attachments: f[8], textHead: f[9],
			messageID: f[10], inReplyTo: f[11], refs: refs, expectation: f[13],
		})
	}
	require.Len(t, out, 120)
	return out
}

// TestReadSamples reads all 120 sample letters and compares them with what the manifest knows
// of them (testdata/mail/README.md).
func TestReadSamples(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		t.Run(s.path, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(filepath.Join(samplesDir, s.path))
			require.NoError(t, err)
			l, err := Read(raw)
			require.NoError(t, err)
			requireFrom(t, s.from, l.From)
			require.Equal(t, collapse(s.subject), collapse(l.Subject), "subject")
			if s.class != "not asserted" {
				require.Equal(t, s.class, string(l.Class), "class")
			}
			requireFiles(t, s.attachments, l.Attachments)
			text := collapse(l.Text)
			if s.expectation == "own" && len([]rune(s.textHead)) < 100 {
				require.Equal(t, s.textHead, text, "text")
			} else { // the head of a longer text or of the first of several parts; derived heads may lack line ends
				require.True(t, strings.HasPrefix(dense(text), dense(s.textHead)), "text: want %q, have %q", s.textHead, text)
			}
			require.Equal(t, s.messageID, l.MessageID, "message id")
			require.Equal(t, s.inReplyTo, strings.Join(l.InReplyTo, " "), "in reply to")
			require.Len(t, l.References, s.refs, "references")
		})
	}
}

var withoutName = regexp.MustCompile(`^\((message/[a-z0-9-]+|unnamed [a-z]+/[a-z]+|blocked)(?: "?([^"]*)"?)?\)$`)

// requireFiles compares attachments with the manifest's column: names in order; in brackets
// those without a name of their own and those that the policy refuses.
func requireFiles(t *testing.T, want string, have []Attachment) {
	t.Helper()
	var names []string
	for _, w := range splitNames(want) {
		if w != "(message/delivery-status)" { // read into the report, not offered as a file
			names = append(names, w)
		}
	}
	require.Len(t, have, len(names), "attachments: want %q, have %v", want, have)
	// the manifest lists what the policy refuses behind the rest
	slices.SortStableFunc(have, func(a, b Attachment) int {
		switch {
		case a.Blocked == b.Blocked:
			return 0
		case a.Blocked:
			return 1
		}
		return -1
	})
	for i, w := range names {
		m := withoutName.FindStringSubmatch(w)
		switch {
		case m == nil:
			require.Equal(t, w, have[i].Name)
			require.False(t, have[i].Blocked)
		case m[1] == "blocked":
			require.True(t, have[i].Blocked)
			require.Equal(t, m[2], have[i].Name)
			require.Nil(t, have[i].Data)
		case strings.HasPrefix(m[1], "message/"):
			require.True(t, have[i].Nested)
			if m[2] != "" {
				require.Equal(t, m[2]+".eml", have[i].Name)
			}
		default:
			require.Equal(t, strings.TrimPrefix(m[1], "unnamed "), have[i].ContentType)
			require.Equal(t, m[2], "cid:"+have[i].ContentID)
		}
	}
}

// splitNames cuts the manifest's list at semicolons; one name has semicolons of its own.
func splitNames(s string) []string {
	if s == "" {
		return nil
	}
	if s == "Checkliste 10.,DAVIDGASSE 76-80;2;2.pdf" {
		return []string{s}
	}
	return strings.Split(s, ";")
}

func requireFrom(t *testing.T, want string, have []Address) {
	t.Helper()
	if want == "" {
		require.Empty(t, have, "from")
		return
	}
	if strings.Contains(want, "<") {
		require.Len(t, have, 1)
		a := ParseAddresses(want)[0]
		require.Equal(t, a, have[0], "from")
		return
	}
	var emails []string
	for _, a := range have {
		emails = append(emails, a.Email)
	}
	require.Equal(t, want, strings.Join(emails, ";"), "from")
}

func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

func dense(s string) string { return strings.Join(strings.Fields(s), "") }
