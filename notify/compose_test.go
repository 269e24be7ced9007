package notify

import (
	"bytes"
	"mime"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"
	"github.com/stretchr/testify/require"
)

func TestMarketingMailHasOneClickUnsubscribe(t *testing.T) {
	t.Parallel()
	s := &Service{cfg: Config{From: "billing@example.test", Letterhead: Letterhead{Brand: "Пример"}}}
	m := &outgoing{messageID: "a@b", recipient: Recipient{Email: "anna@example.test"}, spec: purposeSpec{marketing: true}}
	_, err := s.compose(m, Letter{Subject: "s", Text: "t", HTML: "h"}, nil, time.Unix(0, 0))
	require.ErrorContains(t, err, "unsubscribe")
	m.unsubscribeURL = "https://cabinet.example.test/unsubscribe/1"
	composed, err := s.compose(m, Letter{Subject: "s", Text: "t", HTML: "h"}, nil, time.Unix(0, 0))
	require.NoError(t, err)
	var raw bytes.Buffer
	_, err = composed.WriteTo(&raw)
	require.NoError(t, err)
	e, err := enmime.ReadEnvelope(&raw)
	require.NoError(t, err)
	require.Equal(t, "<https://cabinet.example.test/unsubscribe/1>", e.GetHeader("List-Unsubscribe"))
	require.Equal(t, "List-Unsubscribe=One-Click", e.GetHeader("List-Unsubscribe-Post"))
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for name, ascii := range map[string]string{
		"Счёт 58291375-12.pdf":      "Schet-58291375-12.pdf",
		"Акт наданих послуг №7.pdf": "Akt-nadanikh-poslug-N7.pdf",
		"Шот-фактура ҚҢ.pdf":        "Shot-faktura-KN.pdf",
		"act.pdf":                   "act.pdf",
		"«Щука» — 1.pdf":            "Schuka-1.pdf",
		"请款单.pdf":                   "document.pdf",
		"":                          "document",
		".pdf":                      "document.pdf",
	} {
		got := asciiName(fileName(name))
		require.Equal(t, ascii, got, name)
	}
	hostile := fileName("a/b\\c\"d\r\ne\x00.pdf")
	require.Equal(t, "a-b-c-d--e-.pdf", hostile)
	long := fileName(strings.Repeat("Очень длинное имя ", 40) + ".pdf")
	require.LessOrEqual(t, len(long), fileNameBytesMax)
	require.True(t, strings.HasSuffix(long, ".pdf"))
	header := dispositionHeader(asciiName(long), long)
	for line := range strings.SplitSeq(header, "\r\n") {
		require.Less(t, len(line), 998)
	}
	_, params, err := mime.ParseMediaType(strings.ReplaceAll(header, "\r\n", ""))
	require.NoError(t, err)
	require.Equal(t, long, params["filename"])
}

func FuzzFileName(f *testing.F) {
	f.Add("Счёт № 1.pdf")
	f.Add("\xff\xfe/..\\\"")
	f.Fuzz(func(t *testing.T, name string) {
		safe := fileName(name)
		require.LessOrEqual(t, len(safe), fileNameBytesMax)
		ascii := asciiName(safe)
		require.Regexp(t, `^[A-Za-z0-9._()-]+$`, ascii)
		_, params, err := mime.ParseMediaType(strings.ReplaceAll(dispositionHeader(ascii, safe), "\r\n", ""))
		require.NoError(t, err)
		require.Equal(t, safe != "", params["filename"] != "" && (params["filename"] == safe || safe == ""))
	})
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"anna@example.test", " Anna@Example.Test ", "a.b+c@sub.example.test", "почта@пример.рф"} {
		got, err := ParseAddress(good)
		require.NoError(t, err, good)
		require.Equal(t, strings.ToLower(strings.TrimSpace(good)), got)
	}
	for _, bad := range []string{"", "anna", "anna@", "@example.test", "a@b c", "A <a@b.c>", "a@b.c,d@e.f", "\"a b\"@c.d", "a@b\n.c"} {
		_, err := ParseAddress(bad)
		require.Error(t, err, bad)
	}
}

// The picture in the README is the table in the code.
func TestTransitionsAreThoseOfTheReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	drawn := map[State][]State{}
	for _, m := range regexp.MustCompile(`(?m)^    (\w+) --> (\w+)`).FindAllStringSubmatch(string(readme), -1) {
		drawn[State(m[1])] = append(drawn[State(m[1])], State(m[2]))
	}
	require.Len(t, drawn, len(transitions))
	for from, to := range transitions {
		require.ElementsMatch(t, to, drawn[from], from)
	}
}
