// Package telephony owns the calls: who called whom, when, for how long and what came of it;
// the missed callers who must be called back; the recordings' relay and the pop-up that shows
// an agent who is ringing. README.md says how two feeds of news become one ledger.
package telephony
