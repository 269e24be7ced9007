package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"prolong/internal/i18n"
)

const (
	flashCookie   = "flash"
	langCookie    = "lang"
	sessionCookie = "session"

	// LanguagePath takes the choice of the language menu.
	LanguagePath = "/language"

	flashAge        = time.Minute
	flashBytesMax   = 2000
	langAge         = 365 * 24 * time.Hour
	flashMessageMax = 5
)

// Cookies makes the site's cookies: never readable by scripts, never sent from other sites.
// Over https they have the __Host- prefix, which keeps neighbours in the domain from planting
// them; over plain http, on a developer's machine, browsers drop that prefix, so it is left off.
type Cookies struct {
	Secure bool
}

// Clear removes a cookie.
func (k Cookies) Clear(c *gin.Context, name string) { k.set(c, name, "", -1) }

// Get returns the value of a cookie, empty if there is none.
func (k Cookies) Get(c *gin.Context, name string) string {
	cookie, err := c.Request.Cookie(k.Name(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// Name returns the name under which a browser knows the cookie.
func (k Cookies) Name(name string) string {
	if k.Secure {
		return "__Host-" + name
	}
	return name
}

// Session returns the session cookie of the request, empty if there is none.
func (k Cookies) Session(c *gin.Context) string { return k.Get(c, sessionCookie) }

// Set sends a cookie that lives for age; below a second it ends with the browser.
func (k Cookies) Set(c *gin.Context, name, value string, age time.Duration) {
	k.set(c, name, value, int(age/time.Second))
}

// SetSession sends the session cookie.
func (k Cookies) SetSession(c *gin.Context, value string, age time.Duration) {
	k.Set(c, sessionCookie, value, age)
}

// ClearSession removes the session cookie.
func (k Cookies) ClearSession(c *gin.Context) { k.Clear(c, sessionCookie) }

func (k Cookies) set(c *gin.Context, name, value string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: k.Name(name), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: k.Secure,
	})
}

// flashNote is a message on its way through the reader's browser. Only the key travels, so
// that nobody can put words into our mouth.
type flashNote struct {
	Tone Tone              `json:"t"`
	Key  string            `json:"k"`
	Args map[string]string `json:"a,omitempty"`
	// Link is the key of a link's words, Href a page of this site.
	Link string `json:"l,omitempty"`
	Href string `json:"h,omitempty"`
}

// SetFlash leaves a message for the next page: what has just been done. The key must begin
// with "flash."; args are names and values in turn, already written by the translator.
func (s *Site) SetFlash(c *gin.Context, tone Tone, key string, args ...string) {
	s.leaveFlash(c, flashNote{Tone: tone, Key: key}, args)
}

// SetFlashLink leaves a message as SetFlash does, with a link behind it: to what has been done, or
// to where it is taken back. The link's words are a key that begins with "flash.", too; href is a
// page of this site.
func (s *Site) SetFlashLink(c *gin.Context, tone Tone, key, link, href string, args ...string) {
	s.leaveFlash(c, flashNote{Tone: tone, Key: key, Link: link, Href: href}, args)
}

func (s *Site) leaveFlash(c *gin.Context, note flashNote, args []string) {
	note.Args = map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		note.Args[args[i]] = args[i+1]
	}
	notes := append(s.readFlash(c), note)
	data, err := json.Marshal(notes)
	if err != nil || len(data) > flashBytesMax {
		s.log.WarnContext(c.Request.Context(), "a message does not fit into its cookie", "key", note.Key, "error", err)
		return
	}
	s.cookies.Set(c, flashCookie, base64.RawURLEncoding.EncodeToString(data), flashAge)
}

// takeFlash returns the messages left by the request before and removes them. A part of a page
// has no place for them and leaves them to the next whole page.
func (s *Site) takeFlash(c *gin.Context) []Flash {
	if IsFragment(c) {
		return nil
	}
	notes := s.readFlash(c)
	if notes == nil {
		return nil
	}
	s.cookies.Clear(c, flashCookie)
	t := s.Translator(c)
	var all []Flash
	for _, n := range notes {
		if !strings.HasPrefix(n.Key, "flash.") || !t.Has(n.Key) {
			continue
		}
		args := map[string]any{}
		for k, v := range n.Args {
			args[k] = v
		}
		flash := Flash{Tone: n.Tone, Text: t.T(n.Key, args)}
		if href := LocalPath(n.Href, ""); href != "" && strings.HasPrefix(n.Link, "flash.") && t.Has(n.Link) {
			flash.Link = Link{Text: t.T(n.Link), Href: href}
		}
		all = append(all, flash)
	}
	return all
}

func (s *Site) readFlash(c *gin.Context) []flashNote {
	data, err := base64.RawURLEncoding.DecodeString(s.cookies.Get(c, flashCookie))
	if err != nil || len(data) == 0 || len(data) > flashBytesMax {
		return nil
	}
	var notes []flashNote
	if json.Unmarshal(data, &notes) != nil || len(notes) > flashMessageMax {
		return nil
	}
	return notes
}

// chooseLanguage keeps the choice of the language menu and leads back.
func (s *Site) chooseLanguage(c *gin.Context) {
	form, err := ReadForm(c)
	if err != nil {
		s.Fail(c, err)
		return
	}
	if l, ok := i18n.ParseLang(form.Value("lang")); ok {
		s.cookies.Set(c, langCookie, string(l), langAge)
	}
	Redirect(c, LocalPath(form.Value("next"), "/"))
}
