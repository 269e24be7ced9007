package settings

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDiffTellsWhatIsNewChangedGoneAndTheSame(t *testing.T) {
	t.Parallel()
	before := Merge(
		[]Item{{"sellers", "main", map[string]string{"name": "A", "phone": "1"}}, {"tags", "old", map[string]string{"name": "x"}}, {"tags", "same", map[string]string{"name": "s"}}},
		[]Item{{"sellers", "main", map[string]string{"letters.hours": "09:00-18:00"}}})
	after := []Item{{"sellers", "main", map[string]string{"name": "B", "letters.hours": "09:00-18:00"}}, {"tags", "same", map[string]string{"name": "s"}}, {"tags", "new", map[string]string{"name": "n"}}}
	require.Equal(t, []Change{
		{Kind: "sellers", Key: "main", Fields: []FieldChange{{"name", "A", "B"}, {"phone", "1", ""}}},
		{Kind: "tags", Key: "same"},
		{Kind: "tags", Key: "new", Created: true, Fields: []FieldChange{{"name", "", "n"}}},
		{Kind: "tags", Key: "old", Removed: true, Fields: []FieldChange{{"name", "x", ""}}},
	}, Diff(before, after))
	require.True(t, Diff(before, before)[0].Unchanged())
}

func TestFlattenLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()
	require.Equal(t, map[string]string{"a.b": "x", "a.list": "1, two k v", "n": "2.5", "yes": "true"}, Flatten(map[string]any{
		"a": map[string]any{"b": "x", "none": nil, "empty": "", "list": []any{1.0, []any{"two", map[string]any{"k": "v", "z": ""}}}}, "n": 2.5, "zero": 0.0, "no": false, "yes": true, "gone": map[string]any{},
	}))
}
