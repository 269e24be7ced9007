package webtest

import (
	"context"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Timeout bounds one step of a browser; the machine may be busy.
const Timeout = 60 * time.Second

const lookAgain = 50 * time.Millisecond

// View is a size of the window in CSS pixels.
type View struct{ Width, Height int64 }

// The windows that people have.
var (
	Desktop = View{1360, 800}
	Phone   = View{390, 844}
)

// WithoutScripts is a browser whose owner has switched scripts off.
var WithoutScripts = chromedp.Flag("blink-settings", "scriptEnabled=false")

// Browser is one person's Chromium, at a site. Its methods fail the test when a step fails.
type Browser struct {
	t    testing.TB
	ctx  context.Context //nolint:containedctx // it is the browser
	base string

	mu       sync.Mutex
	problems []string // what the console complained about
}

// Browse starts a Chromium of its own, which ends with the test. It prefers pages in Russian;
// base is the address of the site, without a path.
func Browse(tb testing.TB, base string, view View, options ...chromedp.ExecAllocatorOption) *Browser {
	tb.Helper()
	path, err := exec.LookPath("chromium")
	require.NoError(tb, err, "chromium is not installed: run tools/needs.sh test")
	all := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "ru"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), append(all, options...)...)
	tb.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	tb.Cleanup(stop)
	b := &Browser{t: tb, ctx: ctx, base: base}
	// The first step must not be bounded by a context of its own: that would end the browser
	// with it.
	require.NoError(tb, chromedp.Do(ctx, chromedp.EmulateViewport(view.Width, view.Height)))
	require.NoError(tb, chromedp.Listen(ctx, b.listen))
	return b
}

func (b *Browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, event.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if event.Entry.Level == log.EntryLevelError {
			b.problems = append(b.problems, event.Entry.Text+" "+event.Entry.URL)
		}
	}
}

// Click presses what the selector finds, once it is to be seen.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.Do(chromedp.WaitVisible(selector))
	b.settle()
	b.Do(chromedp.Click(selector))
}

// Do takes steps, within Timeout.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, Timeout)
	defer stop()
	require.NoError(b.t, chromedp.Do(ctx, steps...))
}

// Eval runs JavaScript in the page and returns its value; a promise is not waited for.
func (b *Browser) Eval(expression string) any {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, Timeout)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[any](expression))
	require.NoError(b.t, err, expression)
	return v
}

// Fill types a text into a field, once it is to be seen.
func (b *Browser) Fill(selector, text string) {
	b.t.Helper()
	b.Do(chromedp.WaitVisible(selector))
	b.settle()
	b.Do(chromedp.SendKeys(selector, text))
}

// settle waits until the page has all its parts. On a busy machine elements are to be seen before
// their style sheet is there: what is pressed then has moved when the mouse arrives.
func (b *Browser) settle() {
	b.t.Helper()
	late := time.After(Timeout)
	for {
		ctx, stop := context.WithTimeout(b.ctx, Timeout)
		complete, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === 'complete'`))
		stop()
		if err == nil && complete {
			return
		}
		select {
		case <-late:
			require.Fail(b.t, "the page does not come to rest")
		case <-time.After(lookAgain):
		}
	}
}

// Open goes to a page of the site.
func (b *Browser) Open(path string) { b.t.Helper(); b.Do(chromedp.Navigate(b.base + path)) }

// Press strikes keys as on a keyboard, whatever has the focus.
func (b *Browser) Press(keys string) { b.t.Helper(); b.Do(chromedp.KeyEvent(keys)) }

// Quiet demands that the console has said nothing bad.
func (b *Browser) Quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.problems, "the console is quiet")
}

// See waits until the page says the text.
func (b *Browser) See(text string) {
	b.t.Helper()
	late := time.After(Timeout)
	for said := ""; ; time.Sleep(lookAgain) {
		if said = b.Text("body"); strings.Contains(said, text) {
			return
		}
		select {
		case <-late:
			require.Fail(b.t, "the page does not say it", "want %q in: %s", text, said)
		default:
		}
	}
}

// Text is what a part of the page says now, its white space made single; nothing while the page
// changes.
func (b *Browser) Text(selector string) string {
	ctx, stop := context.WithTimeout(b.ctx, Timeout)
	defer stop()
	got, err := chromedp.Run(ctx, chromedp.Text(selector))
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(got), " ")
}
