package pbxsim

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ServeHTTP answers as the exchange does: /{domain}/…, recordings under /calls-records/, and
// under /_sim/ what a demo or a person wants to see and do.
func (p *PBX) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path, admin := strings.CutPrefix(r.URL.Path, "/_sim/"); {
	case admin:
		p.serveAdmin(w, r, path)
	case strings.HasPrefix(r.URL.Path, "/calls-records/download/"):
		p.serveRecording(w, r)
	case strings.HasPrefix(r.URL.Path, "/"+p.o.Domain+"/"):
		p.serveAPI(w, r, strings.TrimPrefix(r.URL.Path, "/"+p.o.Domain+"/"))
	default:
		http.NotFound(w, r)
	}
}

// answer is the envelope.
func answer(w http.ResponseWriter, v map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, more map[string]any) {
	v := map[string]any{"status": "0", "comment": ""}
	for k, x := range more {
		v[k] = x
	}
	answer(w, v)
}

func (p *PBX) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		refuse(w, map[string]any{"comment": "body must be object"})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	shown := url.Values{}
	for k, v := range r.PostForm {
		if shown[k] = v; k == "auth_key" {
			shown[k] = []string{"***"}
		}
	}
	p.requests = append(p.requests, Request{p.o.Clock.Now(), path, shown.Encode()})
	switch {
	case p.happens(FaultTooMany):
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case p.happens(FaultBadGateway):
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html><body>502 Bad Gateway</body></html>"))
		return
	case p.happens(FaultDisabledDomain):
		refuse(w, map[string]any{"errorCode": "DISABLED_DOMAIN"})
		return
	case len(r.PostForm) == 0:
		refuse(w, map[string]any{"comment": "body must be object"})
		return
	case path == "auth.json":
		p.auth(w, r.PostForm)
		return
	}
	now := p.o.Clock.Now()
	if p.happens(FaultKeyRevoked) { // another installation was here
		p.newKey()
	}
	if p.session == "" || r.Header.Get("X-Pbx-Authentication") != p.session || now.Sub(p.used) > sessionIdleMax {
		refuse(w, map[string]any{"isNotAuth": true, "errorCode": "INTERNAL"})
		return
	}
	p.used = now
	if p.happens(FaultInternal) {
		refuse(w, map[string]any{"errorCode": "INTERNAL"})
		return
	}
	switch path {
	case "mongo_history/search.json":
		p.search(w, r)
	case "user/get.json":
		users := make([]map[string]any, 0, len(p.o.Users))
		for _, u := range p.o.Users {
			users = append(users, map[string]any{"num": u, "name": "Оператор " + u, "enabled": "1"})
		}
		answer(w, map[string]any{"status": "1", "data": users})
	default:
		refuse(w, map[string]any{"errorCode": "NOT_FOUND", "comment": "unknown method"})
	}
}

func (p *PBX) newKey() {
	p.keys++
	sum := sha256.Sum256([]byte(p.o.AuthKey + strconv.Itoa(p.keys)))
	p.session = "id" + strconv.Itoa(p.keys) + ":" + hex.EncodeToString(sum[:12])
	p.used = p.o.Clock.Now()
}

func (p *PBX) auth(w http.ResponseWriter, form url.Values) {
	p.auths++
	if form.Get("auth_key") != p.o.AuthKey {
		refuse(w, map[string]any{"errorCode": "WRONG_AUTH_DATA"})
		return
	}
	if form.Get("new") == "true" || p.session == "" || p.o.Clock.Now().Sub(p.used) > sessionIdleMax {
		p.newKey()
	}
	id, key, _ := strings.Cut(p.session, ":")
	answer(w, map[string]any{"status": "1", "data": map[string]any{"key_id": id, "key": key, "new": 1}})
}

// search answers the history.
func (p *PBX) search(w http.ResponseWriter, r *http.Request) {
	form, now := r.PostForm, p.o.Clock.Now()
	found := p.find(form, now)
	if form.Get("download") != "" {
		p.giveLink(w, r, form, found, now)
		return
	}
	rows := make([]map[string]any, 0, len(found))
	for _, c := range slices.Backward(found) { // newest first
		rows = append(rows, p.row(c))
	}
	if len(rows) == 1 && p.happens(FaultSingleObject) {
		answer(w, map[string]any{"status": "1", "data": rows[0]})
		return
	}
	answer(w, map[string]any{"status": "1", "data": rows})
}

// find returns the published calls that the filters choose, in the order of their ends.
func (p *PBX) find(form url.Values, now time.Time) []*placed {
	stampOf := func(name string) (time.Time, bool) {
		v, err := strconv.ParseInt(form.Get(name), 10, 64)
		return time.Unix(v, 0), err == nil
	}
	startFrom, hasStartFrom := stampOf("start_stamp_from")
	startTo, hasStartTo := stampOf("start_stamp_to")
	endFrom, hasEndFrom := stampOf("end_stamp_from")
	endTo, hasEndTo := stampOf("end_stamp_to")
	if hasEndFrom && hasEndTo {
		endFrom, endTo = p.cut(endFrom, endTo)
	}
	if hasStartFrom && hasStartTo {
		startFrom, startTo = p.cut(startFrom, startTo)
	}
	uuids := strings.FieldsFunc(form.Get("uuid")+","+form.Get("uuid_array"), func(r rune) bool { return r == ',' })
	phones := strings.FieldsFunc(form.Get("phone_numbers"), func(r rune) bool { return r == ',' })
	var found []*placed
	for _, c := range p.calls {
		switch {
		case c.published.After(now):
		case hasStartFrom && c.start.Before(startFrom), hasStartTo && c.start.After(startTo):
		case hasEndFrom && c.end.Before(endFrom), hasEndTo && c.end.After(endTo):
		case len(uuids) > 0 && !slices.Contains(uuids, c.uuid):
		case len(phones) > 0 && !slices.Contains(phones, c.Client):
		default:
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b *placed) int { return a.end.Compare(b.end) })
	return found
}

// cut shortens a window that is longer than a week, without a word.
func (p *PBX) cut(from, to time.Time) (time.Time, time.Time) {
	switch {
	case to.Sub(from) <= weekMax:
	case p.o.CutNewest:
		to = from.Add(weekMax)
	default:
		from = to.Add(-weekMax)
	}
	return from, to
}

// row is a call as the history shows it.
func (p *PBX) row(c *placed) map[string]any {
	talk := int64(c.Talk.Seconds())
	if p.happens(FaultRowEdited) {
		c.edited = true
	}
	cause := c.Cause
	if c.edited {
		cause = "RECOVERY_ON_TIMER_EXPIRE"
	}
	gateway := p.o.Trunk
	if p.happens(FaultAlphaGateway) {
		gateway = "sip-trunk-a"
	}
	code := c.Direction
	if c.missed() && p.happens(FaultMissedCode) {
		code = "missed"
	}
	row := map[string]any{
		"uuid": c.uuid, "from_host": p.o.Domain, "to_host": p.o.Domain, "start_stamp": c.start.Unix(), "end_stamp": c.end.Unix(),
		"duration": int64(c.end.Sub(c.start).Seconds()), "user_talk_time": talk, "hangup_cause": cause, "accountcode": code, "gateway": gateway,
		"quality_score": 0, "contacted": talk > 0, "events": p.events(c),
	}
	if c.Direction == "inbound" {
		row["caller_id_name"], row["caller_id_number"], row["destination_number"] = c.Client, c.Client, c.Extension
	} else {
		row["caller_id_name"], row["caller_id_number"], row["destination_number"] = c.Extension, c.Extension, c.Client
	}
	if p.happens(FaultUnknownField) {
		row["emotions"] = map[string]any{"client": []int{1, 2, 3}}
	}
	if p.happens(FaultStrings) {
		for _, name := range []string{"start_stamp", "end_stamp", "duration", "user_talk_time"} {
			row[name] = strconv.FormatInt(row[name].(int64), 10)
		}
		row["contacted"] = strconv.FormatBool(talk > 0)
	}
	return row
}

// events are the steps of a call.
func (p *PBX) events(c *placed) []map[string]any {
	who := c.Extension
	if c.Forward != "" {
		who = c.Forward
	}
	events := []map[string]any{}
	for _, q := range c.Queue {
		events = append(events, map[string]any{"type": "user", "timestamp": c.start.Unix(), "uuid": c.uuid, "number": q, "end_stamp": c.start.Unix() + 5})
	}
	if c.Direction == "outbound" {
		events = append(events, map[string]any{"type": "transfer", "timestamp": c.start.Unix(), "number": c.Client})
	}
	leg := map[string]any{"type": "user", "timestamp": c.start.Unix(), "uuid": c.uuid, "number": who, "end_stamp": c.end.Unix()}
	if c.Talk > 0 {
		leg["answered_stamp"] = c.answered.Unix()
	}
	events = append(events, leg)
	if c.Hold > 0 {
		events = append(events, map[string]any{"type": "hold", "timestamp": c.answered.Unix() + 1, "uuid": c.uuid}, map[string]any{"type": "unhold"})
	}
	if p.happens(FaultEventsUnordered) {
		slices.Reverse(events)
	}
	return events
}

// giveLink replaces the answer by a link.
func (p *PBX) giveLink(w http.ResponseWriter, r *http.Request, form url.Values, found []*placed, now time.Time) {
	if form.Get("uuid") != "" && p.happens(FaultUUIDInternal) {
		p.faults[FaultUUIDInternal] = &setting{next: 1} // it stays so for this parameter
		refuse(w, map[string]any{"errorCode": "INTERNAL"})
		return
	}
	l := link{expires: now.Add(linkLifetime), tar: form.Get("uuid") == "" && form.Get("uuid_array") == ""}
	for _, c := range found {
		if !c.recorded.IsZero() && !c.recorded.After(now) {
			l.uuids = append(l.uuids, c.uuid)
		}
	}
	if len(l.uuids) == 0 {
		answer(w, map[string]any{"status": "1", "data": ""})
		return
	}
	if p.happens(FaultLinkExpired) {
		l.expires = now.Add(-time.Second)
	}
	sum := sha256.Sum256([]byte(strings.Join(l.uuids, ",") + strconv.Itoa(len(p.links))))
	signature := hex.EncodeToString(sum[:16])
	p.links[signature] = l
	name := "/rec.mp3"
	if l.tar {
		name = "/rec.tar"
	}
	host := "http://" + r.Host
	if p.happens(FaultLinkElsewhere) {
		host = "http://169.254.169.254"
	}
	answer(w, map[string]any{"status": "1", "data": host + "/calls-records/download/" + signature + name})
}

// serveRecording plays a tone of the call's own length and pitch, with Range.
func (p *PBX) serveRecording(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/calls-records/download/"), "/")
	p.mu.Lock()
	l, known := p.links[parts[0]]
	expired := known && p.o.Clock.Now().After(l.expires)
	p.requests = append(p.requests, Request{p.o.Clock.Now(), "calls-records/download/***", r.Header.Get("Range")})
	p.mu.Unlock()
	if !known || expired {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("KEY_IS_EXPIRED"))
		return
	}
	w.Header().Set("Content-Type", "audio/mpeg")
	http.ServeContent(w, r, "rec.wav", time.Time{}, bytes.NewReader(Tone(l.uuids[0])))
}

// Tone returns two seconds of a sound that is different for each call, as a WAV file.
func Tone(uuid string) []byte {
	const rate, seconds = 8000, 2
	sum := sha256.Sum256([]byte(uuid))
	pitch := 300 + float64(sum[0])*2
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+rate*seconds))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, []uint32{16, 1 | 1<<16, rate, rate, 1 | 8<<16})
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(rate*seconds))
	for i := range rate * seconds {
		b.WriteByte(byte(128 + 60*math.Sin(2*math.Pi*pitch*float64(i)/rate)))
	}
	return b.Bytes()
}

// serveAdmin shows the journal and the contract, and plays calls that are posted as scripts.
func (p *PBX) serveAdmin(w http.ResponseWriter, r *http.Request, path string) {
	var v any
	switch {
	case path == "contract" && r.Method == http.MethodGet:
		v = Contract()
	case path == "journal" && r.Method == http.MethodGet:
		v = p.Journal()
	case path == "calls" && r.Method == http.MethodPost:
		var s Script
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&s); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		v = map[string]string{"uuid": p.Place(s)}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}
