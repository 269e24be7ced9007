package prolong

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Code says what kind of failure an Error is. One table in internal/web turns it into an
// HTTP status; the command line turns it into an exit code.
type Code string

// The codes. Anything that is not an *Error counts as CodeInternal.
const (
	CodeConflict     Code = "conflict"     // the state does not allow it, or somebody was faster
	CodeForbidden    Code = "forbidden"    // known, but not allowed
	CodeInternal     Code = "internal"     // our fault; details go to the log only
	CodeInvalid      Code = "invalid"      // the input is wrong; the message names place and remedy
	CodeNotFound     Code = "not_found"    // does not exist, or the actor may not know that it does
	CodeRateLimited  Code = "rate_limited" // too often; try again later
	CodeUnauthorized Code = "unauthorized" // not logged in, or the credentials are wrong
	CodeUnavailable  Code = "unavailable"  // an outside service does not answer; try again later
)

// Args are the values that a message refers to.
type Args map[string]any

// Error is the one error type that people may see. Key names a message of the catalogue
// (templates/locale), Args fill it; Op and Err are for the log only.
type Error struct {
	Code Code
	Key  string
	Args Args
	Op   string
	Err  error
}

// NewError returns an Error whose message is the catalogue text of key, filled with args.
func NewError(code Code, key string, args Args) *Error {
	return &Error{Code: code, Key: key, Args: args}
}

// Wrap adds the operation to err and keeps its code and key. It returns nil for nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return &Error{Code: e.Code, Key: e.Key, Args: e.Args, Op: op, Err: err}
	}
	return &Error{Code: CodeInternal, Key: "error.internal", Op: op, Err: err}
}

// CodeOf returns the code of the outermost Error in err's chain; CodeInternal for a foreign
// error, empty for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// KeyOf returns the message key of the outermost Error in err's chain, empty for a foreign error.
func KeyOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Key
	}
	return ""
}

// Because returns a copy of e with the cause attached.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Error returns the chain for logs: operation, key with its values, cause.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	if e.Err != nil {
		var inner *Error
		if errors.As(e.Err, &inner) && inner.Key == e.Key {
			b.WriteString(e.Err.Error())
			return b.String()
		}
	}
	b.WriteString(e.Key)
	keys := make([]string, 0, len(e.Args))
	for k := range e.Args {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%v", k, e.Args[k])
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
