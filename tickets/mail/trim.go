package mail

import (
	"regexp"
	"strings"
)

// ReplyMarker stands at the head of what we send; what a client writes, he writes above it.
const ReplyMarker = "##-"

// The bounds of trimming.
const (
	trimLinesMax        = 20000
	attributionLinesMax = 3
	attributionRunesMax = 400
	headerBlockLinesMax = 12
	signatureLinesMax   = 12
)

var (
	markerLine  = regexp.MustCompile(`^[>\s]*##-.*-##\s*$`)
	forwardLine = regexp.MustCompile(`(?i)^[>\s]*(-{2,}\s*(пересылаемое|пересланное|переадресованное|forwarded|переслане)[\s\p{L}]*-{2,}|begin forwarded message:|начало (переадресованного|пересылаемого) сообщения:|початок переадресованого повідомлення:)\s*$`)
	originLine  = regexp.MustCompile(`(?i)^[>\s]*(-{2,}\s*(original message|original appointment|исходное сообщение|оригинальное сообщение|вихідне повідомлення|оригінальне повідомлення|бастапқы хабар)\s*-{2,})\s*$`)
	ruleLine    = regexp.MustCompile(`^\s*(_{10,}|-{10,}|={10,})\s*$`)
	deviceLine  = regexp.MustCompile(`(?i)^\s*(отправлено|надіслано|sent|жіберілген)\s+(с|со|из|from|using|via|з|із)\s+(\S+\s+){0,6}(iphone|ipad|android|mail\.ru|почты|почта|пошти|outlook|samsung|galaxy|телефона?|смартфона?|устройства|пристрою|phone|device|gmail|yahoo|huawei|xiaomi|blackberry|планшета?).{0,40}$`)

	dateShape    = regexp.MustCompile(`(?i)\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\d{1,2}\.?\s+(янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|қаң|ақп|нау|сәу|мам|мау|шіл|там|қыр|қаз|қар|жел|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[ -]\d{1,2}\b`)
	timeShape    = regexp.MustCompile(`\b\d{1,2}[:.]\d{2}\b`)
	addressShape = regexp.MustCompile(`[^\s<>@]+@[^\s<>@]+`)
	saidBefore   = regexp.MustCompile(`(?i)(^|[\s>])(вы писали|ви писали|you wrote)|(написала?|написал\(а\)|пишет|писала?|написав|написала|пише|wrote|writes|жазды)\s*:$|пользователь\s.*:$`)
	headerKey    = regexp.MustCompile(`(?i)^[>\s*]*(от|отправлено|дата|кому|копия|тема|from|sent|date|to|cc|subject|reply-to|від|надіслано|копія|кімнен|жіберілді|кімге|тақырып|тақырыбы)\s*:\*?\s*(.*)$`)
	headerFirst  = regexp.MustCompile(`(?i)^[>\s*]*(от|отправлено|from|sent|subject|від|надіслано|кімнен|date|дата)\s*:`)
)

// Trim returns what the sender wrote, without the letter quoted below or above it and without
// the signature. It only chooses what to show first, the whole text is kept beside it. When in
// doubt it leaves the text alone: forwards and answers between the lines stay whole, and a
// text is never trimmed to nothing.
func Trim(text string) string {
	lines := strings.Split(text, "\n")
	if len(lines) > trimLinesMax {
		return text
	}
	kept := dropSignature(cutQuote(lines))
	if blank(kept) {
		return strings.TrimRight(text, " \t\r\n")
	}
	return strings.Trim(strings.Join(kept, "\n"), "\r\n \t")
}

// cutQuote takes away the quoted letter.
func cutQuote(lines []string) []string {
	for i, l := range lines {
		switch {
		case markerLine.MatchString(l):
			return cutQuoteAt(lines[:i])
		case forwardLine.MatchString(l):
			return lines
		case originLine.MatchString(l), isHeaderBlock(lines[i:]):
			if i > 0 && ruleLine.MatchString(lines[i-1]) {
				i--
			}
			return cutUnlessAnswered(lines, i, i+1)
		}
		if n := attribution(lines[i:]); n > 0 {
			return cutUnlessAnswered(lines, i, i+n)
		}
		if quoted(l) && !allQuoted(lines[:i]) && allQuoted(lines[i:]) {
			return lines[:i]
		}
	}
	return lines
}

// cutQuoteAt cleans what is left above our own marker: the line that says who wrote.
func cutQuoteAt(lines []string) []string {
	for i := max(0, len(lines)-8); i < len(lines); i++ {
		if attribution(lines[i:]) > 0 || isHeaderBlock(lines[i:]) || quoted(lines[i]) && allQuoted(lines[i:]) {
			return lines[:i]
		}
	}
	return lines
}

// cutUnlessAnswered decides about a quotation announced at lines[from:to]: everything from
// there on goes, unless the sender wrote something below or between the quoted lines.
func cutUnlessAnswered(lines []string, from, to int) []string {
	rest := lines[to:]
	first := 0
	for first < len(rest) && strings.TrimSpace(rest[first]) == "" {
		first++
	}
	if first == len(rest) || !quoted(rest[first]) || allQuoted(rest) {
		return lines[:from] // not marked line by line, or marked to the end
	}
	runs, below, inQuote := 0, -1, false
	for i, l := range rest {
		switch {
		case strings.TrimSpace(l) == "":
		case quoted(l):
			if !inQuote {
				runs++
			}
			inQuote = true
		default:
			if below < 0 {
				below = i
			}
			inQuote = false
		}
	}
	if runs == 1 && blank(lines[:from]) { // one quotation on top, the answer below
		return rest[below:]
	}
	return lines
}

// attribution returns how many lines at the head of lines say who wrote the quoted letter and
// when, 0 if they do not.
func attribution(lines []string) int {
	if !dateShape.MatchString(lines[0]) { // it begins with the date in every mailer we know
		return 0
	}
	joined := ""
	for n := range min(attributionLinesMax, len(lines)) {
		line := strings.TrimSpace(lines[n])
		if joined = strings.TrimSpace(joined + " " + line); line == "" || len(joined) > attributionRunesMax {
			return 0
		}
		if n > 0 && attribution(lines[n:n+1]) > 0 {
			return 0 // the next line says it by itself; this one is the sender's text
		}
		if !strings.HasSuffix(joined, ":") {
			continue
		}
		hasDate, hasAddress, said := dateShape.MatchString(joined), addressShape.MatchString(joined), saidBefore.MatchString(joined)
		if !hasDate || !hasAddress && !said {
			return 0
		}
		if hasAddress && (timeShape.MatchString(joined) || said) || quoteFollows(lines[n+1:]) {
			return n + 1
		}
		return 0
	}
	return 0
}

// isHeaderBlock says whether lines begin with the header that Outlook puts above a quoted
// letter: at least two of its lines must have the shape of an address or a date, because
// people begin sentences with "От:" and "Тема:" too.
func isHeaderBlock(lines []string) bool {
	if !headerFirst.MatchString(lines[0]) {
		return false
	}
	shaped, keys := 0, 0
	for i := range min(headerBlockLinesMax, len(lines)) {
		m := headerKey.FindStringSubmatch(lines[i])
		if m == nil {
			if strings.Trim(lines[i], "> \t\r") == "" {
				break
			}
			continue // a folded line
		}
		keys++
		if addressShape.MatchString(m[2]) || dateShape.MatchString(m[2]) || timeShape.MatchString(m[2]) {
			shaped++
		}
	}
	return keys >= 3 && shaped >= 2
}

// dropSignature takes away what stands below "-- ", and the advertisements of telephones.
func dropSignature(lines []string) []string {
	for i := max(0, len(lines)-signatureLinesMax); i < len(lines); i++ {
		if l := strings.TrimRight(lines[i], "\r"); (l == "-- " || l == "--") && !blank(lines[:i]) {
			lines = lines[:i]
			break
		}
	}
	for len(lines) > 0 {
		last := strings.TrimSpace(lines[len(lines)-1])
		if last != "" && !deviceLine.MatchString(last) && !ruleLine.MatchString(last) {
			break
		}
		lines = lines[:len(lines)-1]
	}
	return lines
}

func quoted(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), ">") }

// quoteFollows says whether the next line that is not empty is quoted.
func quoteFollows(lines []string) bool {
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			return quoted(l)
		}
	}
	return false
}

// allQuoted says whether every line that is not empty is quoted.
func allQuoted(lines []string) bool {
	for _, l := range lines {
		if strings.TrimSpace(l) != "" && !quoted(l) {
			return false
		}
	}
	return true
}

func blank(lines []string) bool {
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			return false
		}
	}
	return true
}
