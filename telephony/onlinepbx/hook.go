package onlinepbx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"prolong/telephony"
)

// hook is a webhook of the panel. Its values are strings; call_missed has no direction and no
// callee, call_answered no from_domain.
type hook struct {
	Event   text   `json:"event"`
	UUID    text   `json:"uuid"`
	Dir     text   `json:"direction"`
	Caller  text   `json:"caller"`
	Callee  text   `json:"callee"`
	Gateway text   `json:"gateway"`
	Date    number `json:"date"`
	Dialog  number `json:"dialog_duration"`
	Cause   text   `json:"hangup_cause"`
}

// ReadHook implements telephony.PBX. The vendor does not say in which form webhooks come, so
// both are taken. A test of the panel, without an id, and events that we do not know tell
// nothing.
func (c *Client) ReadHook(contentType string, body []byte) (telephony.News, error) {
	h, err := parseHook(contentType, body)
	if err != nil {
		return telephony.News{}, err
	}
	kind, known := map[text]telephony.NewsKind{
		"call_start": telephony.NewsStarted, "call_answered": telephony.NewsAnswered, "call_end": telephony.NewsEnded, "call_missed": telephony.NewsMissed,
	}[h.Event]
	if !known || strings.TrimSpace(string(h.UUID)) == "" || len(h.UUID) > 200 {
		return telephony.News{}, telephony.ErrNoNews
	}
	n := telephony.News{
		UUID: string(h.UUID), Kind: kind, Caller: string(h.Caller), Callee: string(h.Callee), Trunk: string(h.Gateway),
		TalkSeconds: seconds(h.Dialog), Cause: string(h.Cause),
	}
	switch d := telephony.Direction(strings.ToLower(string(h.Dir))); d {
	case telephony.DirectionInbound, telephony.DirectionOutbound, telephony.DirectionLocal:
		n.Direction = d
	}
	if h.Date >= stampMin && h.Date <= stampMax {
		n.At = time.Unix(int64(h.Date), 0).UTC()
	}
	n.Key = strings.Join([]string{n.UUID, string(h.Event), strconv.FormatInt(int64(h.Date), 10), n.Caller, n.Callee}, ":")
	return n, nil
}

// parseHook reads JSON or a form, whatever the content type says.
func parseHook(contentType string, body []byte) (hook, error) {
	var h hook
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return h, telephony.ErrNoNews
	}
	if trimmed[0] == '{' {
		if err := json.Unmarshal(trimmed, &h); err != nil {
			return h, fmt.Errorf("onlinepbx: a webhook that is no JSON object: %w", err)
		}
		return h, nil
	}
	form, err := url.ParseQuery(string(trimmed))
	if err != nil || !form.Has("event") {
		return h, fmt.Errorf("onlinepbx: a webhook of the type %q is neither JSON nor a form", contentType)
	}
	integer := func(name string) number {
		v, err := strconv.ParseInt(form.Get(name), 10, 64)
		if err != nil {
			return 0
		}
		return number(v)
	}
	value := func(name string) text { return text(storable(form.Get(name))) }
	return hook{
		Event: value("event"), UUID: value("uuid"), Dir: value("direction"), Caller: value("caller"), Callee: value("callee"),
		Gateway: value("gateway"), Date: integer("date"), Dialog: integer("dialog_duration"), Cause: value("hangup_cause"),
	}, nil
}
