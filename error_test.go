package prolong_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

func TestCodeOf(t *testing.T) {
	t.Parallel()
	conflict := prolong.NewError(prolong.CodeConflict, "error.period_invoiced", nil)
	require.Empty(t, prolong.CodeOf(nil))
	require.Empty(t, prolong.KeyOf(nil))
	require.Empty(t, prolong.KeyOf(io.EOF))
	require.Equal(t, conflict.Key, prolong.KeyOf(fmt.Errorf("issue: %w", conflict)))
	require.Equal(t, prolong.CodeInternal, prolong.CodeOf(io.EOF))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(conflict))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(fmt.Errorf("issue: %w", conflict)))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(errors.Join(io.EOF, conflict)))
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(prolong.NewError(prolong.CodeNotFound, "error.x", nil).Because(conflict)), "the outermost counts")
}

func TestWrapKeepsCodeKeyAndCause(t *testing.T) {
	t.Parallel()
	require.NoError(t, prolong.Wrap("invoices.Issue", nil))

	cause := prolong.NewError(prolong.CodeConflict, "error.period_invoiced", prolong.Args{"Period": "2026-03"})
	err := prolong.Wrap("invoices.Issue", prolong.Wrap("invoices.issue", cause))
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, prolong.CodeConflict, e.Code)
	require.Equal(t, "error.period_invoiced", e.Key)
	require.Equal(t, prolong.Args{"Period": "2026-03"}, e.Args)
	require.ErrorIs(t, err, cause)
	require.EqualError(t, err, "invoices.Issue: invoices.issue: error.period_invoiced Period=2026-03")
}

func TestWrapOfAForeignErrorIsInternal(t *testing.T) {
	t.Parallel()
	err := prolong.Wrap("banksync.Pull", io.ErrUnexpectedEOF)
	require.Equal(t, prolong.CodeInternal, prolong.CodeOf(err))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.EqualError(t, err, "banksync.Pull: error.internal: unexpected EOF")
}

func TestErrorTextNamesTheValuesInOrder(t *testing.T) {
	t.Parallel()
	e := prolong.NewError(prolong.CodeInvalid, "error.period_invalid", prolong.Args{"To": 2, "From": 1})
	require.EqualError(t, e, "error.period_invalid From=1 To=2")
	require.NoError(t, e.Unwrap())
}

func TestBecauseLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	shared := prolong.NewError(prolong.CodeUnavailable, "error.bank_silent", nil)
	err := shared.Because(io.EOF)
	require.ErrorIs(t, err, io.EOF)
	require.EqualError(t, err, "error.bank_silent: EOF")
	require.NotErrorIs(t, shared, io.EOF, "a shared error must not collect the causes of others")
}
