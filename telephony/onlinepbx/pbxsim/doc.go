// Package pbxsim is onlinePBX as far as the product sees it: the API on the wire, the webhooks
// it sends, the history that appears late, recordings behind links that expire, and the faults
// that were seen of all of them. It runs on whatever clock it is given. Tests and the demo use
// it through the same entrances as the real exchange.
//
// It claims no more than is known: Contract says of each behaviour whether it is certain, comes
// from a single source, or is assumed.
package pbxsim
