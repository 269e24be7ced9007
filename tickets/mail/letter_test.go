package mail

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func readSample(t *testing.T, name string) Letter {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(samplesDir, name))
	require.NoError(t, err)
	l, err := Read(raw)
	require.NoError(t, err)
	return l
}

// TestReports: what the notes of the manifest say of the report samples.
func TestReports(t *testing.T) {
	t.Parallel()
	type fate struct {
		email, action, status string
		hard                  bool
	}
	for _, tc := range []struct {
		name, originalID, disposition, feedback string
		fates                                   []fate
	}{
		{name: "enmime/dsn-delayed_dsn.raw", fates: []fate{{"thomas@de-montfort.ac.uk", "delayed", "4.0.0", false}}},
		{name: "enmime/dsn-multi_recipient_dsn.raw", fates: []fate{
			{"arathib@vnet.ibm.com", "failed", "5.0.0", true}, {"johnh@hpnjld.njd.hp.com", "delayed", "4.0.0", false}, {"wsnell@sdcc13.ucsd.edu", "failed", "5.0.0", true}}},
		{name: "enmime/dsn-simple_dsn_with_html.raw", fates: []fate{{"louisl@larry.slip.umd.edu", "failed", "4.0.0", false}}},
		{name: "enmime/dsn_with_multipart_alternative.raw", fates: []fate{{"non-existing@example.com", "failed", "5.1.10", true}}},
		{name: "php-imap/example_bounce.eml", originalID: "<UyVznI5nOyYGnv7Ij0hi6ro4gvxwGT999eQAtc4o@127.0.0.1>", fates: []fate{{"ding@ding.de", "failed", "5.0.0", false}}},
		{name: "mimekit/delivery-status2.txt", fates: []fate{{"source@domain.com", "failed", "5.0.0", false}}},
		{name: "mimekit/disposition-notification.txt", originalID: "<199509192301.23456@example.org>", disposition: "displayed"},
		{name: "mimekit/feedback-report.txt", feedback: "abuse"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := readSample(t, tc.name).Report
			require.NotNil(t, r)
			if tc.originalID != "" {
				require.Equal(t, tc.originalID, r.OriginalID)
			}
			require.Equal(t, tc.disposition, r.Disposition)
			require.Equal(t, tc.feedback, r.Feedback)
			if tc.fates == nil {
				return
			}
			var have []fate
			for _, to := range r.Recipients {
				have = append(have, fate{to.Email, to.Action, to.Status, to.Hard()})
			}
			require.Equal(t, tc.fates, have)
		})
	}
}

// TestInlineImages: pictures that the HTML shows are marked, so that a page puts them where
// they belong.
func TestInlineImages(t *testing.T) {
	t.Parallel()
	l := readSample(t, "synthetic/tnef02-html-inline-cid.eml")
	require.True(t, l.Attachments[0].Inline)
	require.Equal(t, "logo1@romashka", l.Attachments[0].ContentID)
	require.False(t, l.Attachments[1].Inline)
	safe := Sanitize(l.HTML, false, func(id string) string { return "/files/" + id })
	require.Contains(t, safe.HTML, `src="/files/logo1@romashka"`)
	require.Equal(t, []string{"logo1@romashka"}, safe.CIDs)
}

// TestReadSurvives: letters that are hardly letters. Nothing panics, what can be saved is.
func TestReadSurvives(t *testing.T) {
	t.Parallel()
	deep := &bytes.Buffer{}
	for i := range 3000 {
		fmt.Fprintf(deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	wide := &bytes.Buffer{}
	wide.WriteString("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n")
	for range 5000 {
		wide.WriteString("--b\nContent-Disposition: attachment; filename=x.txt\n\nx\n")
	}
	for name, raw := range map[string]string{
		"only a header":        "From: a@b.example\nSubject: x\n",
		"no empty line":        "From: a@b.example\nSubject: x",
		"blank lines first":    "\n\n\nFrom: a@b.example\n\ntext",
		"mbox line first":      "From a@b.example Mon Jan  1 00:00:00 2026\nFrom: a@b.example\n\ntext",
		"bad base64":           "From: a@b.example\nContent-Transfer-Encoding: base64\n\n!!!!",
		"header of NULs":       "From: a@b.example\nSubject: a\x00b\n\n\x00",
		"a thousand levels":    "From: a@b.example\n" + deep.String(),
		"five thousand parts":  wide.String(),
		"boundary never ends":  "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext",
		"huge header":          "From: a@b.example\nSubject: " + strings.Repeat("=?utf-8?Q?a?= ", 100000) + "\n\ntext",
		"open angle brackets":  "From: " + strings.Repeat("<", 10000) + "a@b.example\n\ntext",
		"tnef that is nothing": "From: a@b.example\nContent-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := Read([]byte(raw))
			require.NoError(t, err)
			require.NotContains(t, l.Subject, "\x00")
			require.LessOrEqual(t, len(l.Attachments), partsMax)
			require.NotEmpty(t, l.From)
		})
	}
	for _, raw := range []string{"", "\n\n", "\xef\xbb\xbf"} {
		_, err := Read([]byte(raw))
		require.Error(t, err)
	}
}

// TestHeaderInjection: what a sender hides in an encoded word never becomes a line of its own.
func TestHeaderInjection(t *testing.T) {
	t.Parallel()
	l := readSample(t, "synthetic/hdr04-lf-crlf-injection.eml")
	require.NotContains(t, l.Subject, "\n")
	require.NotContains(t, l.Subject, "\r")
}

func TestDates(t *testing.T) {
	t.Parallel()
	require.True(t, readSample(t, "php-imap/missing_date.eml").Date.IsZero())
	require.Equal(t, time.Date(2026, 5, 12, 7, 15, 0, 0, time.UTC), readSample(t, "synthetic/auto05-outlook-human.eml").Date.UTC())
}

func TestParseAddresses(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][]Address{
		`"Иванова, Мария" <m@a.example>, b@c.example`:        {{"Иванова, Мария", "m@a.example"}, {"", "b@c.example"}},
		`MAILER-DAEMON@h.example (Mail Delivery System)`:     {{"Mail Delivery System", "MAILER-DAEMON@h.example"}},
		`Undisclosed recipients:;`:                           nil,
		`Friends: a@b.example, "C" <c@d.example>;`:           {{"", "a@b.example"}, {"C", "c@d.example"}},
		`=?utf-8?B?0JjQstCw0L3QvtCy0LA=?=<i@a.example>`:      {{"Иванова", "i@a.example"}},
		`=?utf-8?Q?=D0=98=2C_=D0=9F?= <i@a.example>`:         {{"И, П", "i@a.example"}},
		`Bob <bob@x.example> Bobby <bobby@x.example>`:        {{"Bob", "bob@x.example"}, {"Bobby", "bobby@x.example"}},
		`"quo\"ted" <q@a.example>`:                           {{`quo"ted`, "q@a.example"}},
		`no_host`:                                            {{"", "no_host"}},
		``:                                                   nil,
		`"unclosed <a@b.example>`:                            {{"", "a@b.example"}},
		"Evil\r\nBcc: <v@x.example>, e@x.example <e@x.test>": {{"", "v@x.example"}, {"e@x.example", "e@x.test"}},
	} {
		require.Equal(t, want, ParseAddresses(raw), "%q", raw)
	}
	require.True(t, Address{Email: "a@b.example"}.Valid())
	for _, bad := range []string{"a", "a@", "@b", "a@b@c", "a b@c.example", "a@b.example\nBcc:x", `<a@b>`} {
		require.False(t, Address{Email: bad}.Valid(), bad)
	}
}

func TestSanitize(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	for name, tc := range map[string]struct{ in, mustHave, mustNot string }{
		"script":         {`<p>a<script>alert(1)</script>b</p>`, "<p>ab</p>", "alert"},
		"handler":        {`<p onclick="x()">a</p>`, "<p>a</p>", "onclick"},
		"js link":        {`<a href="javascript:alert(1)">a</a>`, "a", "javascript"},
		"link":           {`<a href="https://x.example/">a</a>`, `rel="nofollow noreferrer noopener"`, "onclick"},
		"data link":      {`<a href="data:text/html;base64,AAAA">a</a>`, "a", "data:"},
		"remote picture": {`<img src="https://x.example/p.gif" width="1">`, "", "x.example"},
		"position":       {`<div style="position:fixed;z-index:9;color:red">a</div>`, "color: red", "position"},
		"url in style":   {`<div style="background-color:url(https://x.example)">a</div>`, "a", "x.example"},
		"form":           {`<form action="/x"><input name="p"><button>b</button></form>a`, "a", "form"},
		"class and id":   {`<p class="menu" id="top" name="x">a</p>`, "<p>a</p>", "menu"},
		"iframe":         {`<iframe src="https://x.example"></iframe>a`, "a", "iframe"},
		"svg picture":    {`<img src="data:image/svg+xml;base64,AAAA">a`, "a", "svg"},
		"png picture":    {`<img src="data:image/png;base64,AAAA">`, "data:image/png", "script"},
		"meta refresh":   {`<meta http-equiv="refresh" content="0;url=https://x.example">a`, "a", "x.example"},
		"table":          {`<table border="1"><tr><td align="right">1</td></tr></table>`, `<td align="right">1</td>`, "script"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Sanitize(tc.in, false, none).HTML
			require.Contains(t, got, tc.mustHave)
			require.NotContains(t, got, tc.mustNot)
		})
	}
	shown := Sanitize(`<img src="https://x.example/p.gif">`, true, none)
	require.Equal(t, 1, shown.Remote)
	require.Contains(t, shown.HTML, "x.example")
}

func FuzzRead(f *testing.F) {
	for _, s := range samples(f) {
		raw, err := os.ReadFile(filepath.Join(samplesDir, s.path))
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := Read(raw)
		if err != nil && len(bytes.TrimSpace(raw)) > 0 && strings.Contains(err.Error(), "runtime error") {
			t.Fatalf("a fault of the reader: %v", err)
		}
		if shown := Trim(l.Text); shown == "" && strings.TrimSpace(l.Text) != "" {
			t.Fatalf("trimmed to nothing: %q", l.Text)
		}
		Sanitize(l.HTML, false, func(string) string { return "" })
	})
}

func FuzzTNEF(f *testing.F) {
	for _, s := range []string{"synthetic/tnef01-cyrillic-names.eml", "synthetic/tnef02-html-inline-cid.eml", "synthetic/tnef03-forbidden-types.eml", "mimekit/ukr.eml"} {
		raw, err := os.ReadFile(filepath.Join(samplesDir, s))
		require.NoError(f, err)
		root, err := readParts(raw)
		require.NoError(f, err)
		for p := root.FirstChild; p != nil; p = p.NextSibling {
			f.Add(partBytes(p))
		}
	}
	f.Fuzz(func(_ *testing.T, data []byte) { readTNEF(data) })
}
