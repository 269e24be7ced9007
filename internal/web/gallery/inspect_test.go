package gallery_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/internal/web/gallery"
)

const sound = `<!doctype html><html lang="ru"><head><title>Счёт</title></head><body><h1>Счёт</h1>
<form action="/pay" method="post"><label for="sum">Сумма</label><input id="sum" name="sum" aria-describedby="note"><p id="note">…</p>
<label>Комментарий <textarea name="note"></textarea></label><input type="hidden" name="x"><button>Оплатить</button></form>
<table><tr><th scope="col">Дата</th></tr></table><a href="/x">Дальше</a><img src="/qr.png" alt=""></body></html>`

func TestInspectPassesASoundPage(t *testing.T) {
	t.Parallel()
	problems, err := gallery.Inspect(strings.NewReader(sound))
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestInspectFinds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ old, new, want string }{
		"no heading":                   {"<h1>Счёт</h1>", "", "0 elements h1"},
		"two headings":                 {"<h1>Счёт</h1>", "<h1>a</h1><h1>b</h1>", "2 elements h1"},
		"no title":                     {"<title>Счёт</title>", "", "no title"},
		"no language":                  {` lang="ru"`, "", "language"},
		"an input without a label":     {`<label for="sum">Сумма</label>`, "", `name="sum"`},
		"an input without a name":      {`name="sum"`, "", "has no name"},
		"a label for nothing":          {`for="sum"`, `for="total"`, `"total"`},
		"a note that does not exist":   {`id="note"`, "", `"note"`},
		"an id used twice":             {`id="note"`, `id="sum"`, "used 2 times"},
		"a picture without words":      {` alt=""`, "", "without alt"},
		"a button without words":       {"<button>Оплатить</button>", "<button><svg></svg></button>", "says nothing"},
		"a link that leads nowhere":    {`<a href="/x">`, "<a>", "without an address"},
		"a script in the page":         {"<h1>", "<script>alert(1)</script><h1>", "content policy"},
		"a handler in the page":        {"<h1>", `<h1 onclick="x()">`, "content policy"},
		"a style in the page":          {"<h1>", `<h1 style="color:red">`, "content policy"},
		"a style sheet in the page":    {"<h1>", "<style>a{}</style><h1>", "content policy"},
		"an address that is code":      {`href="/x"`, `href="javascript:alert(1)"`, "not an address"},
		"a refused address":            {`href="/x"`, `href="#ZgotmplZ"`, "not an address"},
		"a text without a translation": {"Дальше", "⟦pager.next⟧", "pager.next"},
		"the same in an attribute":     {`alt=""`, `alt="⟦qr.alt⟧"`, "qr.alt"},
		"a value that did not print":   {"Дальше", "%!s(MISSING)", "did not print"},
		"a table without heads":        {`<th scope="col">Дата</th>`, "<td>Дата</td>", "no heads"},
		"a form that leaves":           {`action="/pay"`, `action="https://evil.test"`, "leaves the site"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, sound, tt.old)
			problems, err := gallery.Inspect(strings.NewReader(strings.Replace(sound, tt.old, tt.new, 1)))
			require.NoError(t, err)
			require.Contains(t, strings.Join(problems, "\n"), tt.want)
		})
	}
}
