package pbxsim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hook is a webhook that is to be sent.
type hook struct {
	at     time.Time
	fields map[string]string
}

// announce plans the webhooks of a call; the lock is held.
func (p *PBX) announce(c *placed) {
	if p.o.HookURL == "" {
		return
	}
	add := func(at time.Time, event string, fields map[string]string) {
		fields["domain"], fields["event"], fields["uuid"], fields["gateway"] = p.o.Domain, event, c.uuid, p.o.Trunk
		fields["date"] = strconv.FormatInt(at.Unix(), 10)
		p.hooks = append(p.hooks, hook{at, fields})
	}
	parties := func(callee string) map[string]string {
		return map[string]string{"direction": c.Direction, "caller": c.caller(), "callee": callee, "from_domain": p.o.Domain, "to_domain": ""}
	}
	rung := append(slices.Clone(c.Queue), c.callee())
	if c.Direction != "inbound" {
		rung = []string{c.callee()}
	}
	step := c.Ring / time.Duration(len(rung))
	for i, callee := range rung {
		add(c.start.Add(time.Duration(i)*step), "call_start", parties(callee))
	}
	if c.Talk > 0 {
		answered := parties(c.callee())
		delete(answered, "from_domain")
		add(c.answered, "call_answered", answered)
	}
	if c.missed() {
		add(c.end, "call_missed", map[string]string{"caller": c.Client, "from_domain": "", "to_domain": p.o.Domain})
		if !p.o.EndAfterMissed {
			return
		}
	}
	end := parties(c.callee())
	end["call_duration"] = strconv.Itoa(int(c.end.Sub(c.start).Seconds()))
	end["dialog_duration"] = strconv.Itoa(int(c.Talk.Seconds()))
	end["hangup_cause"], end["hangup_by"] = c.Cause, "caller"
	add(c.end, "call_end", end)
}

// Deliver sends the webhooks that are due by the clock, once each and without trying again, as
// the exchange does. It returns how many it sent; an error is about the transport.
func (p *PBX) Deliver(ctx context.Context) (sent int, err error) {
	p.mu.Lock()
	now := p.o.Clock.Now()
	var due []hook
	p.hooks = slices.DeleteFunc(p.hooks, func(h hook) bool {
		if h.at.After(now) {
			return false
		}
		due = append(due, h)
		return true
	})
	slices.SortStableFunc(due, func(a, b hook) int { return a.at.Compare(b.at) })
	var batch []*http.Request
	for _, h := range due {
		if p.happens(FaultHookPing) {
			batch = append(batch, p.request(ctx, map[string]string{"domain": p.o.Domain, "event": "test"}, false))
		}
		if p.happens(FaultHookLost) {
			continue
		}
		if p.happens(FaultHookNoCallee) {
			delete(h.fields, "callee")
		}
		times := 1
		if p.happens(FaultHookTripled) {
			times = 3
		}
		form := p.happens(FaultHookForm)
		for range times {
			batch = append(batch, p.request(ctx, h.fields, form))
		}
	}
	if p.happens(FaultHookReordered) {
		p.rnd.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	}
	p.mu.Unlock()
	for _, req := range batch {
		res, doErr := p.o.Client.Do(req)
		if doErr != nil {
			err = errors.Join(err, doErr)
			continue
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16))
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			err = errors.Join(err, fmt.Errorf("pbxsim: a webhook was answered with %d", res.StatusCode))
			continue
		}
		sent++
	}
	return sent, err
}

// request makes a webhook.
func (p *PBX) request(ctx context.Context, fields map[string]string, form bool) *http.Request {
	contentType, body := "application/json", []byte(nil)
	if form {
		v := url.Values{}
		for name, value := range fields {
			v.Set(name, value)
		}
		contentType, body = "application/x-www-form-urlencoded", []byte(v.Encode())
	} else {
		body, _ = json.Marshal(fields) //nolint:errchkjson // a map of strings
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.o.HookURL, bytes.NewReader(body))
	if err != nil {
		panic("pbxsim: the address of webhooks: " + strings.TrimPrefix(err.Error(), "parse "))
	}
	req.Header.Set("Content-Type", contentType)
	return req
}

// Run delivers webhooks as they fall due, until ctx ends.
func (p *PBX) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = p.Deliver(ctx) // the exchange does not care either
		}
	}
}
