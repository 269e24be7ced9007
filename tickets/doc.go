// Package tickets owns the conversation with clients: tickets and their messages, the letters
// that feed them, the clocks of the service level agreement with their business calendars, and
// the vocabulary of tags that tickets share with calls.
//
// README.md beside this file says what it owns, its states, times, jobs and invariants.
package tickets
