// Package i18n holds the texts of the product in four languages and writes numbers, money and
// times as their readers expect. A page speaks the language of its user, a mail or document
// that of the customer.
package i18n

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	parser "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"prolong/templates"
)

// Catalog is the set of all messages in all languages. It is read-only after loading and safe
// for concurrent use.
type Catalog struct {
	bundle     *goi18n.Bundle
	localizers map[Lang]*goi18n.Localizer
	messages   map[Lang]map[string]*goi18n.Message
	origin     map[Lang]map[string]string // key -> file, to name both sides of a clash
}

// Load reads every <room>.<lang>.toml of the folder dir and merges them. It fails, naming the
// file, if one does not parse, is in a language that is not ours, has a key that another file
// of the same language has too, or a text whose placeholders do not parse.
func Load(fsys fs.FS, dir string) (*Catalog, error) {
	c := &Catalog{
		bundle:     goi18n.NewBundle(language.MustParse(string(Default))),
		localizers: map[Lang]*goi18n.Localizer{},
		messages:   map[Lang]map[string]*goi18n.Message{},
		origin:     map[Lang]map[string]string{},
	}
	for _, l := range Langs() {
		c.messages[l], c.origin[l] = map[string]*goi18n.Message{}, map[string]string{}
	}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("i18n.Load: %w", err)
	}
	var problems []error
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".toml" {
			continue
		}
		problems = append(problems, c.addFile(fsys, path.Join(dir, e.Name())))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("i18n.Load: %w", err)
	}
	for _, l := range Langs() {
		c.localizers[l] = goi18n.NewLocalizer(c.bundle, string(l))
	}
	return c, nil
}

// Embedded returns the catalogue of the texts built into the program, loaded once.
var Embedded = sync.OnceValues(func() (*Catalog, error) { return Load(templates.FS, "locale") })

// Has says whether the default language has a message for key.
func (c *Catalog) Has(key string) bool { return c.messages[Default][key] != nil }

// Keys returns the keys of a language in order.
func (c *Catalog) Keys(l Lang) []string {
	keys := make([]string, 0, len(c.messages[l]))
	for k := range c.messages[l] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Translator returns the voice of a language; an unknown language gets the default.
func (c *Catalog) Translator(l Lang) Translator {
	if c.localizers[l] == nil {
		l = Default
	}
	return Translator{catalog: c, lang: l}
}

// addFile merges one file. The language is the part of the name before ".toml".
func (c *Catalog) addFile(fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(path.Base(name), ".toml")
	room, code, ok := strings.Cut(base, ".")
	lang, known := ParseLang(code)
	if !ok || room == "" || !known || string(lang) != code {
		return fmt.Errorf("%s: name it <room>.<language>.toml with one of the languages %v", name, Langs())
	}
	file, err := goi18n.ParseMessageFileBytes(data, code+".toml", map[string]goi18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var problems []error
	for _, m := range file.Messages {
		if other, taken := c.origin[lang][m.ID]; taken {
			problems = append(problems, fmt.Errorf("%s: key %q stands in %s too", name, m.ID, other))
			continue
		}
		for form, text := range forms(m) {
			if _, err := strictParser.Parse(text, "", ""); err != nil {
				problems = append(problems, fmt.Errorf("%s: key %q, form %q: %w", name, m.ID, form, err))
			}
		}
		c.origin[lang][m.ID], c.messages[lang][m.ID] = name, m
	}
	if err := c.bundle.AddMessages(language.MustParse(code), file.Messages...); err != nil {
		problems = append(problems, fmt.Errorf("%s: %w", name, err))
	}
	return errors.Join(problems...)
}

// forms returns the texts of a message by the name of the plural form.
func forms(m *goi18n.Message) map[string]string {
	all := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other}
	for form, text := range all {
		if text == "" {
			delete(all, form)
		}
	}
	return all
}

// strictParser parses the texts of messages so that a placeholder without a value is an error
// and never "<no value>" before a reader.
var strictParser = &parser.TextParser{Option: "missingkey=error"}
