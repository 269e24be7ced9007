// Command gallery draws what the product shows, to be looked at: every page in every language
// that the page rooms wrote into a folder, every letter, and every document as PDF. `make gallery` calls it.
package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"prolong/invoices/render"
	"prolong/notify"
)

const (
	pageTimeout = 30 * time.Second
	// settle is how long a page has to load its fonts and to move into place.
	settle = 300 * time.Millisecond
)

// view is a size and a scheme in which pages are drawn.
type view struct {
	name          string
	width, height int64
	dark          bool
}

var views = []view{{"desktop", 1300, 900, false}, {"dark", 1300, 900, true}, {"phone", 390, 844, false}}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gallery FOLDER")
		os.Exit(2)
	}
	if err := errors.Join(documents(os.Args[1]), mails(os.Args[1]), pages(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// documents writes a sample of every kind of document as PDF and, where pdftoppm is there, as
// pictures.
func documents(dir string) error {
	renderer, err := render.Embedded()
	if err != nil {
		return err
	}
	for name, doc := range render.Samples() {
		pdf, err := renderer.Render(doc)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		path := filepath.Join(dir, "document-"+name)
		if err := os.WriteFile(path+".pdf", pdf, 0o600); err != nil {
			return err
		}
		if err := exec.CommandContext(context.Background(), "pdftoppm", "-r", "80", "-png", path+".pdf", path).Run(); err != nil {
			return fmt.Errorf("pdftoppm %s: %w", name, err)
		}
	}
	return nil
}

// mails writes every letter in every language, as HTML and as the text beside it; pages draws
// both.
func mails(dir string) error {
	letters, err := notify.ExampleLetters()
	if err != nil {
		return err
	}
	for name, letter := range letters {
		path := filepath.Join(dir, "mail-"+name)
		text := "Subject: " + letter.Subject + "\n\n" + letter.Text
		plain := "<!DOCTYPE html><meta charset=\"utf-8\"><title>" + name + "</title><pre style=\"white-space:pre-wrap;font:15px/22px monospace;margin:24px\">" + html.EscapeString(text) + "</pre>"
		for file, body := range map[string]string{path + ".html": letter.HTML, path + ".txt": text, path + "-text.html": plain} {
			if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// pages draws every HTML file of the folder in every view.
func pages(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(files) == 0 {
		return err
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		return fmt.Errorf("chromium is not installed: apt-get install chromium: %w", err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	for _, v := range views {
		if err := drawAll(browser, server.URL, v, files); err != nil {
			return err
		}
	}
	return nil
}

func drawAll(browser, base string, v view, files []string) error {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	if v.dark {
		options = append(options, chromedp.Flag("blink-settings", "preferredColorScheme=0"))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, v.height)); err != nil {
		return fmt.Errorf("%s: %w", v.name, err)
	}
	for _, file := range files {
		if err := draw(ctx, base, v, file); err != nil {
			return fmt.Errorf("%s %s: %w", filepath.Base(file), v.name, err)
		}
	}
	return nil
}

func draw(ctx context.Context, base string, v view, file string) error {
	ctx, stop := context.WithTimeout(ctx, pageTimeout)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/"+filepath.Base(file)), chromedp.Sleep(settle)); err != nil {
		return err
	}
	const lossless = 100
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(lossless))
	if err != nil {
		return err
	}
	return os.WriteFile(strings.TrimSuffix(file, ".html")+"."+v.name+".png", png, 0o600)
}
