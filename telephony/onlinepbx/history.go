package onlinepbx

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"prolong"
	"prolong/telephony"
)

// The limits of reading the history.
const (
	// windowMax is safely below a week: a longer window is silently cut, and sources disagree
	// at which end.
	windowMax = 6 * 24 * time.Hour
	// rowsSuspicious is where a full answer might be a capped one. 3,250 rows have been seen in
	// one answer, but no limit is documented, so such a window is asked for again in halves.
	rowsSuspicious = 500
	windowMin      = time.Minute
	// Stamps outside of these years, and talks longer than a week, are damage.
	stampMin   = 946684800  // 2000-01-01
	stampMax   = 4102444800 // 2100-01-01
	secondsMax = 7 * 24 * 60 * 60
)

// row is a call of mongo_history/search.json. The schema grows: unknown fields are ignored
// here and kept in the raw record.
type row struct {
	UUID        text            `json:"uuid"`
	CallerName  text            `json:"caller_id_name"`
	Caller      text            `json:"caller_id_number"`
	Destination text            `json:"destination_number"`
	Start       number          `json:"start_stamp"`
	End         number          `json:"end_stamp"`
	Duration    number          `json:"duration"`
	Talk        number          `json:"user_talk_time"`
	Cause       text            `json:"hangup_cause"`
	AccountCode text            `json:"accountcode"`
	Gateway     text            `json:"gateway"`
	Contacted   flag            `json:"contacted"`
	Events      json.RawMessage `json:"events"`
}

// event is a step of a call. They are not always in the order of time.
type event struct {
	Type     text   `json:"type"`
	Number   text   `json:"number"`
	Answered number `json:"answered_stamp"`
	At       number `json:"timestamp"`
}

// History implements telephony.PBX.
func (c *Client) History(ctx context.Context, from, to time.Time) ([]telephony.Record, error) {
	seen := map[string]bool{}
	var out []telephony.Record
	for from.Before(to) {
		end := from.Add(windowMax)
		if end.After(to) {
			end = to
		}
		if err := c.window(ctx, from, end, seen, &out); err != nil {
			return nil, err
		}
		from = end
	}
	return out, nil
}

// window reads one window, in halves if the answer might have been capped.
func (c *Client) window(ctx context.Context, from, to time.Time, seen map[string]bool, out *[]telephony.Record) error {
	records, rows, err := c.search(ctx, url.Values{
		"end_stamp_from": {strconv.FormatInt(from.Unix(), 10)}, "end_stamp_to": {strconv.FormatInt(to.Unix(), 10)},
	})
	if err != nil {
		return err
	}
	for _, r := range records {
		if !seen[r.UUID] {
			seen[r.UUID] = true
			*out = append(*out, r)
		}
	}
	if rows < rowsSuspicious || to.Sub(from) <= windowMin {
		return nil
	}
	middle := from.Add(to.Sub(from) / 2).Truncate(time.Second)
	if err := c.window(ctx, from, middle, seen, out); err != nil {
		return err
	}
	return c.window(ctx, middle, to, seen, out)
}

// Find implements telephony.PBX.
func (c *Client) Find(ctx context.Context, uuid string) (telephony.Record, bool, error) {
	records, _, err := c.search(ctx, url.Values{"uuid": {uuid}})
	if err != nil {
		return telephony.Record{}, false, err
	}
	for _, r := range records {
		if r.UUID == uuid {
			return r, true, nil
		}
	}
	return telephony.Record{}, false, nil
}

// search asks the history and returns the calls that have ended, and how many rows came.
func (c *Client) search(ctx context.Context, form url.Values) (records []telephony.Record, rows int, err error) {
	data, err := c.call(ctx, "mongo_history/search.json", form)
	if err != nil {
		return nil, 0, err
	}
	raws, err := many[json.RawMessage](data)
	if err != nil {
		return nil, 0, unavailable("error.pbx_unavailable", fmt.Errorf("onlinepbx: history: %w", err))
	}
	for _, raw := range raws {
		if r, ok := readRow(c.cfg.Country, raw); ok {
			records = append(records, r)
		}
	}
	return records, len(raws), nil
}

// readRow turns a row into a record; false for a call that goes on, or what is no call.
func readRow(country prolong.Country, raw json.RawMessage) (telephony.Record, bool) {
	var r row
	if err := json.Unmarshal(raw, &r); err != nil || r.UUID == "" || r.Start < stampMin || r.End < stampMin || r.Start > stampMax || r.End > stampMax {
		return telephony.Record{}, false
	}
	events, err := many[event](r.Events)
	if err != nil {
		events = nil // who answered stays unknown; the call is there
	}
	rec := telephony.Record{
		UUID: string(r.UUID), Direction: direction(country, r), Trunk: string(r.Gateway), StartedAt: stamp(r.Start), EndedAt: stamp(r.End),
		TalkSeconds: seconds(r.Talk), TotalSeconds: seconds(r.Duration), Cause: string(r.Cause), Raw: storableJSON(raw),
	}
	// NORMAL_CLEARING says nothing: a quarter of the calls that end so had no conversation.
	answered := bool(r.Contacted) || r.Talk > 0
	who, at := whoAnswered(country, events)
	switch rec.Direction {
	case telephony.DirectionOutbound:
		rec.Client = string(r.Destination)
		rec.Extension = extension(country, r.CallerName, r.Caller, text(who))
	case telephony.DirectionInbound:
		rec.Client = string(r.Caller)
		rec.Extension = who
		if who == "" {
			rec.Extension = extension(country, r.Destination)
		}
	case telephony.DirectionLocal:
		rec.Client, rec.Extension = string(r.Destination), string(r.Caller)
	}
	if answered {
		rec.AnsweredAt = stamp(r.End - number(rec.TalkSeconds))
		if at >= stampMin && at <= r.End {
			rec.AnsweredAt = stamp(at)
		}
	} else {
		rec.TalkSeconds = 0
	}
	rec.Outcome = outcome(rec.Direction, answered, string(r.Cause))
	return rec, true
}

// direction reads the account code. "missed" is a kind of inbound call; live accounts have
// shown inbound and outbound only.
func direction(country prolong.Country, r row) telephony.Direction {
	switch r.AccountCode {
	case "outbound":
		return telephony.DirectionOutbound
	case "local":
		return telephony.DirectionLocal
	case "inbound", "missed":
		return telephony.DirectionInbound
	}
	if telephony.ReadNumber(country, string(r.Caller)).Extension != "" {
		return telephony.DirectionOutbound
	}
	return telephony.DirectionInbound
}

// whoAnswered returns the party of ours whose leg was answered first.
func whoAnswered(country prolong.Country, events []event) (who string, at number) {
	for _, e := range events {
		if e.Type == "user" && e.Answered > 0 && e.Number != "" && (at == 0 || e.Answered < at) {
			who, at = string(e.Number), e.Answered
		}
	}
	if n := telephony.ReadNumber(country, who); n.Extension == "" && n.Phone != "" {
		who = string(n.Phone) // forwarded to a mobile
	}
	return who, at
}

// extension returns the first of the values that is an extension.
func extension(country prolong.Country, values ...text) string {
	for _, v := range values {
		if e := telephony.ReadNumber(country, string(v)).Extension; e != "" {
			return e
		}
	}
	return ""
}

// outcome is the table of the reference (section 4.4).
func outcome(d telephony.Direction, answered bool, cause string) telephony.Outcome {
	if d == telephony.DirectionLocal {
		return ""
	}
	if answered {
		return telephony.OutcomeAnswered
	}
	if d == telephony.DirectionInbound {
		switch cause {
		case "ORIGINATOR_CANCEL":
			return telephony.OutcomeGaveUp
		case "USER_BUSY":
			return telephony.OutcomeBusy
		}
		return telephony.OutcomeNoAnswer
	}
	switch cause {
	case "USER_BUSY":
		return telephony.OutcomeBusy
	case "NO_USER_RESPONSE", "NO_ANSWER", "NORMAL_CLEARING", "ORIGINATOR_CANCEL":
		return telephony.OutcomeNoAnswer
	case "UNALLOCATED_NUMBER", "INVALID_NUMBER_FORMAT":
		return telephony.OutcomeWrongNumber
	case "OUTGOING_CALL_BARRED":
		return telephony.OutcomeBarred
	}
	return telephony.OutcomeTechnical
}

func stamp(n number) time.Time { return time.Unix(int64(n), 0).UTC() }

// seconds is a length of time that can be one.
func seconds(n number) int { return int(min(max(n, 0), secondsMax)) }
