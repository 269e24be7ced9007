package mail

import (
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// SafeHTML is what may be shown of a letter's HTML.
type SafeHTML struct {
	HTML string
	// Remote counts the pictures that would be loaded from elsewhere and tell the sender that
	// his letter is being read. They are left out unless asked for.
	Remote int
	// CIDs are the content ids of the letter's own pictures that the HTML shows.
	CIDs []string
}

// dataImageBytesMax bounds a picture written into the HTML itself.
const dataImageBytesMax = 256 << 10

// policy is built once: a list of what helpdesks show, without anything that runs, loads,
// navigates or covers the page around it.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("a", "abbr", "acronym", "address", "b", "bdi", "big", "blockquote", "br", "caption", "center", "cite", "code",
		"dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins",
		"kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot",
		"th", "thead", "tr", "tt", "u", "ul", "var")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt", "width", "height").OnElements("img")
	p.AllowAttrs("colspan", "rowspan", "align", "valign", "width", "height", "bgcolor").OnElements("td", "th", "tr", "table")
	p.AllowAttrs("cellpadding", "cellspacing", "border").OnElements("table")
	p.AllowAttrs("color", "size", "face").OnElements("font")
	p.AllowAttrs("start", "type").OnElements("ol", "ul", "li")
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`(?i)^(rtl|ltr|auto)$`)).Globally()
	p.AllowAttrs("title").Globally()
	number := regexp.MustCompile(`(?i)^-?[\d.]+(px|pt|em|rem|%)?( -?[\d.]+(px|pt|em|rem|%)?){0,3}$|^auto$`)
	border := regexp.MustCompile(`(?i)^[\w\s#.,()%-]{1,80}$`)
	p.AllowStyles("color", "background-color").Matching(regexp.MustCompile(`(?i)^(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([\d\s,.%]+\))$`)).Globally()
	p.AllowStyles("font-size", "line-height", "width", "max-width", "height", "padding", "padding-left", "padding-right", "padding-top", "padding-bottom",
		"margin", "margin-left", "margin-right", "margin-top", "margin-bottom", "text-indent").Matching(number).Globally()
	p.AllowStyles("font-weight", "font-style", "text-align", "vertical-align", "text-decoration", "white-space", "border-collapse").
		Matching(regexp.MustCompile(`(?i)^[\w\s-]{1,40}$`)).Globally()
	p.AllowStyles("border", "border-left", "border-right", "border-top", "border-bottom", "border-color", "border-style", "border-width", "font-family").
		Matching(border).Globally()
	p.AllowURLSchemes("http", "https", "mailto", "tel", "cid", "data")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	p.SkipElementsContent("script", "style", "title", "head", "object", "iframe", "noscript", "template", "textarea", "select")
	return p
})

// Sanitize makes the HTML of a letter harmless. Pictures of the letter itself keep their cid:
// address, which picture turns into one of ours; it gets the content id and returns "" to
// leave the picture out. Pictures from elsewhere are left out, and counted, unless remote is
// true.
func Sanitize(source string, remote bool, picture func(contentID string) string) SafeHTML {
	if len(source) > htmlBytesMax {
		source = strings.ToValidUTF8(source[:htmlBytesMax], "")
	}
	out := SafeHTML{}
	clean := policy().Sanitize(source)
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(clean))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := string(z.Raw())
		t := z.Token()
		switch {
		case (kind == html.StartTagToken || kind == html.SelfClosingTagToken) && t.Data == "img":
			b.WriteString(out.image(t, remote, picture))
		case kind == html.StartTagToken && t.Data == "a" && !safeLink(t):
			b.WriteString("<span>")
		case kind == html.CommentToken || kind == html.DoctypeToken:
		default:
			b.WriteString(raw)
		}
	}
	out.HTML = b.String()
	return out
}

// image writes an image tag, or a placeholder in its place.
func (s *SafeHTML) image(t html.Token, remote bool, picture func(string) string) string {
	src := ""
	for _, a := range t.Attr {
		if a.Key == "src" {
			src = strings.TrimSpace(a.Val)
		}
	}
	scheme, rest, _ := strings.Cut(src, ":")
	switch strings.ToLower(scheme) {
	case "cid":
		id, err := url.PathUnescape(rest)
		if err != nil {
			id = rest
		}
		s.CIDs = append(s.CIDs, id)
		if src = picture(id); src == "" {
			return ""
		}
	case "data":
		if len(src) > dataImageBytesMax || !dataImage.MatchString(src) {
			return ""
		}
	case "http", "https":
		s.Remote++
		if !remote {
			return ""
		}
	default:
		return ""
	}
	for i := range t.Attr {
		if t.Attr[i].Key == "src" {
			t.Attr[i].Val = src
		}
	}
	return t.String()
}

var dataImage = regexp.MustCompile(`(?i)^data:image/(png|jpe?g|gif);base64,[a-z0-9+/=\s]+$`)

// safeLink says whether a link may stay one: pictures' schemes are not for links.
func safeLink(t html.Token) bool {
	for _, a := range t.Attr {
		if a.Key == "href" {
			scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(a.Val)), ":")
			return scheme != "cid" && scheme != "data"
		}
	}
	return true
}
