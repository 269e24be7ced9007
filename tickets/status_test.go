package tickets

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// TestReadmeDrawsTheTransitions compares the first diagram of README.md with the table.
func TestReadmeDrawsTheTransitions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	diagram := regexp.MustCompile("(?s)## Status of a ticket.*?```mermaid\n(.*?)```").FindSubmatch(text)
	require.NotNil(t, diagram)
	drawn := map[Status]map[Status][]prolong.ActorKind{}
	for _, st := range Statuses() {
		drawn[st] = map[Status][]prolong.ActorKind{}
	}
	for _, m := range regexp.MustCompile(`(?m)^\s+(\w+) --> (\w+): (.+)$`).FindAllStringSubmatch(string(diagram[1]), -1) {
		for _, kind := range strings.Split(m[3], ", ") {
			drawn[Status(m[1])][Status(m[2])] = append(drawn[Status(m[1])][Status(m[2])], prolong.ActorKind(kind))
		}
	}
	require.Equal(t, transitions, drawn)
}

func TestEveryStatusLeadsToTheEnd(t *testing.T) {
	t.Parallel()
	for _, st := range Statuses() {
		if st == StatusClosed {
			require.Empty(t, st.Next(prolong.ActorStaff))
			continue
		}
		require.True(t, slices.Contains(st.Next(prolong.ActorStaff), StatusClosed), st)
		require.Empty(t, st.Next(prolong.ActorMachine))
	}
	require.False(t, StatusOpen.May(StatusClosed, prolong.ActorContact))
}
