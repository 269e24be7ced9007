// Package onlinepbx speaks to onlinePBX, a cloud exchange: its HTTP API 2, its webhooks and
// its recordings. What is certain about it, what only one source says and what is assumed
// stands in the simulator beside it (pbxsim), which shows all of it and its faults.
package onlinepbx
