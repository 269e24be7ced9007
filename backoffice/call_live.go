package backoffice

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong/internal/web"
	"prolong/telephony"
)

// liveBuffer is how many events may wait for a slow browser.
const liveBuffer = 32

// watchCalls sends the news of calls that concern the reader: which of them rings, was taken,
// is over. The browser then asks for the pop-up of the call. A browser that joins late, or has
// lost something, is told of the calls that go on now.
func (r *Room) watchCalls(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	news, err := r.telephony.Watch(ctx, actor)
	if err != nil {
		return err
	}
	now, err := r.telephony.LiveCalls(ctx, actor)
	if err != nil {
		return err
	}
	events := make(chan web.Event, liveBuffer)
	send := func(e web.Event) bool {
		select {
		case events <- e:
			return true
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		defer close(events)
		if !sendLive(now, actor.ID, send) {
			return
		}
		for e := range news {
			switch {
			case !e.Concerns(actor.ID) || e.Direction == telephony.DirectionLocal:
			case e.Resync:
				live, err := r.telephony.LiveCalls(ctx, actor)
				if err != nil || !sendLive(live, actor.ID, send) {
					return // the browser reconnects and begins anew
				}
			case !send(callEvent(e.CallID, e.State)):
				return
			}
		}
	}()
	return web.Stream(c, events)
}

func sendLive(calls []telephony.Call, staff int64, send func(web.Event) bool) bool {
	for _, call := range calls {
		if (call.AgentID == 0 || call.AgentID == staff) && !send(callEvent(call.ID, call.State)) {
			return false
		}
	}
	return true
}

// callEvent names the state of a call, its data the call.
func callEvent(id int64, state telephony.CallState) web.Event {
	return web.Event{Name: string(state), Data: strconv.FormatInt(id, 10)}
}
