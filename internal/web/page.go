package web

import (
	"net/http"
	"time"
	"unicode"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/i18n"
)

// Base is what every page carries; page structs embed it, so that templates write .T "key",
// .Money .Total, .DateTime .At .Zone.
type Base struct {
	i18n.Translator
	Title  string
	Path   string // of the request, without the query
	Posted bool   // the page answers a form: its address may be one that nobody can open
	Nav    []NavSection
	User   *User // nil: nobody is logged in
	Flash  []Flash
	Now    time.Time // fixed once per request
	Zone   *time.Location
	Crumbs []Link // the way to this page, without the page itself
}

// Page is the data of a page: any struct that embeds Base.
type Page interface{ Voice() i18n.Translator }

// Flash is a message above the content: about what has just been done.
type Flash struct {
	Tone Tone
	Text string
	Link Link // behind the text; without Href there is none
}

// Link is a text that leads somewhere.
type Link struct {
	Text, Href string
}

// NavItem is an entry of the side navigation.
type NavItem struct {
	Icon    string // a name of static/icons.svg
	Text    string
	Href    string
	Count   int  // how much waits there; 0 shows nothing
	Current bool // set by MarkCurrent
}

// NavSection is a group of the side navigation.
type NavSection struct {
	Heading string // empty: none
	Items   []NavItem
}

// Tone is the mood of a badge, tile or message; it is shown by colour and by a sign.
type Tone string

// The tones.
const (
	ToneBad     Tone = "bad"     // failed, late, money at risk
	ToneGood    Tone = "good"    // done, active, paid
	ToneInfo    Tone = "info"    // under way
	ToneNeutral Tone = "neutral" // nothing to say
	ToneWarn    Tone = "warn"    // wants a look
)

// Badge is a short state in a coloured frame.
type Badge struct {
	Tone Tone
	Text string
}

// Tile is a number that is read at a glance.
type Tile struct {
	Label string
	Value string // written by the translator: a count, money
	Hint  string // a second line; may be empty
	Tone  Tone   // colours the value; empty is neutral
	Href  string // where the number is explained; may be empty
}

// User is who is logged in, as the frame shows him.
type User struct {
	Name     string
	Role     string // translated
	LogoutTo string // the address that a POST logs out at
}

// Initials returns up to two letters for the round sign beside the name.
func (u User) Initials() string {
	letters := []rune{}
	inWord := false
	for _, r := range u.Name {
		if r == ' ' || r == '-' {
			inWord = false
			continue
		}
		if !inWord && len(letters) < 2 {
			letters = append(letters, unicode.ToUpper(r))
		}
		inWord = true
	}
	return string(letters)
}

// Voice returns the translator, for partials.
func (b Base) Voice() i18n.Translator { return b.Translator }

// Langs lists the languages for the language menu.
func (b Base) Langs() []i18n.Lang { return i18n.Langs() }

// MarkCurrent marks the entry whose address is the longest beginning of path.
func MarkCurrent(nav []NavSection, path string) {
	var best *NavItem
	for i := range nav {
		for j := range nav[i].Items {
			item := &nav[i].Items[j]
			item.Current = false
			if under(path, item.Href) && (best == nil || len(item.Href) > len(best.Href)) {
				best = item
			}
		}
	}
	if best != nil {
		best.Current = true
	}
}

// under says whether path is the folder or lies in it.
func under(path, folder string) bool {
	if len(path) < len(folder) || path[:len(folder)] != folder {
		return false
	}
	return len(path) == len(folder) || folder[len(folder)-1] == '/' || path[len(folder)] == '/'
}

// Base begins the data of a page: the voice of the reader, the time and the messages left by
// the request before.
func (s *Site) Base(c *gin.Context, title string) Base {
	return Base{
		Translator: s.Translator(c),
		Title:      title,
		Path:       c.Request.URL.Path,
		Posted:     c.Request.Method == http.MethodPost,
		Flash:      s.takeFlash(c),
		Now:        s.clock.Now(),
		Zone:       s.zone,
	}
}

// Translator returns the voice of the reader: the language of the user, else the one he chose
// in the menu, else the one his browser asks for.
func (s *Site) Translator(c *gin.Context) i18n.Translator {
	if l, ok := c.Get(langKey); ok {
		if l, ok := l.(i18n.Lang); ok {
			return s.catalog.Translator(l)
		}
	}
	if l, ok := i18n.ParseLang(s.cookies.Get(c, langCookie)); ok {
		return s.catalog.Translator(l)
	}
	return s.catalog.Translator(i18n.Negotiate(c.GetHeader("Accept-Language")))
}

// Actor returns who makes the request; the zero Actor for nobody.
func Actor(c *gin.Context) prolong.Actor {
	a, _ := ActorOf(c.Request.Context())
	return a
}
