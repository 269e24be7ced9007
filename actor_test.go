package prolong_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

func TestActorString(t *testing.T) {
	t.Parallel()
	for want, actor := range map[string]prolong.Actor{
		"system:renewals": prolong.System("renewals"),
		"staff:12":        {Kind: prolong.ActorStaff, ID: 12, Name: "buh@example.org"},
		"contact:7":       {Kind: prolong.ActorContact, ID: 7},
		"machine:3":       {Kind: prolong.ActorMachine, ID: 3, Name: "pass service"},
	} {
		require.Equal(t, want, actor.String())
	}
}
