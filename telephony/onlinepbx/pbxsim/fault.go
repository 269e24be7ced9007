package pbxsim

// Fault is something that goes wrong.
type Fault string

// The faults, each seen of the real exchange or of webhooks in general.
const (
	FaultKeyRevoked      Fault = "auth.revoked"         // another installation has asked for a new key
	FaultInternal        Fault = "api.internal"         // INTERNAL
	FaultDisabledDomain  Fault = "api.disabled_domain"  // the licence has lapsed
	FaultTooMany         Fault = "transport.429"        //
	FaultBadGateway      Fault = "transport.502"        // an HTML page
	FaultHookLost        Fault = "webhook.lost"         //
	FaultHookTripled     Fault = "webhook.tripled"      // delivered three times
	FaultHookReordered   Fault = "webhook.reordered"    // a batch comes in any order
	FaultHookForm        Fault = "webhook.form"         // a form instead of JSON
	FaultHookNoCallee    Fault = "webhook.no_callee"    //
	FaultHookPing        Fault = "webhook.ping"         // the test of the panel, without an id
	FaultStrings         Fault = "history.strings"      // integers as strings
	FaultUnknownField    Fault = "history.new_field"    // the schema has grown
	FaultMissedCode      Fault = "history.missed_code"  // accountcode "missed"
	FaultAlphaGateway    Fault = "history.alpha"        // a SIP id for a gateway
	FaultSingleObject    Fault = "history.object"       // one row comes as an object and not in a list
	FaultRowEdited       Fault = "history.edited"       // a row is different the next time
	FaultEventsUnordered Fault = "history.events"       // the steps of a call are not in order
	FaultLinkExpired     Fault = "recording.expired"    // 404 KEY_IS_EXPIRED
	FaultLinkElsewhere   Fault = "recording.elsewhere"  // a forged answer: the link leads into our own network
	FaultUUIDInternal    Fault = "recording.uuid_array" // INTERNAL for uuid, an answer for uuid_array
)

// setting says when a fault happens.
type setting struct {
	chance float64
	next   int // so many times from now on, whatever the chance
}

// Chance makes a fault happen with a probability; 0 ends it.
func (p *PBX) Chance(f Fault, probability float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[f] = &setting{chance: probability}
}

// Next makes a fault happen the next n times.
func (p *PBX) Next(f Fault, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[f] = &setting{next: n}
}

// happens decides about a fault; the lock is held.
func (p *PBX) happens(f Fault) bool {
	s := p.faults[f]
	switch {
	case s == nil:
		return false
	case s.next > 0:
		s.next--
		return true
	}
	return s.chance > 0 && p.rnd.Float64() < s.chance
}

// Evidence says how well a behaviour is known.
type Evidence string

// The degrees of knowledge.
const (
	Assumed Evidence = "assumed"
	Certain Evidence = "certain" // the vendor's page, or three independent clients
	Single  Evidence = "single"  // one good source
)

// Behaviour is something that the simulator does as the exchange does.
type Behaviour struct {
	Name     string   `json:"name"`
	Evidence Evidence `json:"evidence"`
}

// Contract returns what the simulator shows of the exchange and how well each is known.
func Contract() []Behaviour {
	return []Behaviour{
		{"POST /{domain}/auth.json gives key_id and key; x-pbx-authentication carries them in plain text", Certain},
		{"new=true ends every other session, new=false returns the living key", Single},
		{"a key lives three days from its last use", Single},
		{"errors come with status 200 and status \"0\"; isNotAuth marks an ended session", Certain},
		{"isNotAuth may come together with INTERNAL", Single},
		{"mongo_history/search.json with start and end stamps, uuid, uuid_array, phone_numbers", Certain},
		{"a window above a week is cut silently", Certain},
		{"the cut takes the older end (CutNewest: the newer)", Assumed},
		{"rows appear up to a minute after the end of a call", Single},
		{"a missed call is inbound with zero talk; accountcode \"missed\" exists", Single},
		{"NORMAL_CLEARING says nothing about a conversation", Certain},
		{"talk time excludes hold", Single},
		{"download=1 replaces the answer by one link; a range gives a tar", Certain},
		{"a link expires after 200 s: 404 KEY_IS_EXPIRED; it needs no key and honours Range", Single},
		{"webhooks call_start, call_answered, call_end, call_missed with these fields, values as strings", Certain},
		{"call_missed has no direction and no callee", Certain},
		{"webhooks come as JSON (FaultHookForm: as a form)", Assumed},
		{"webhooks are not tried again", Assumed},
		{"call_end does not follow call_missed (EndAfterMissed: it does)", Assumed},
	}
}
