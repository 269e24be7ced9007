// Package settings compares what an installation is set to before and after a declaration is brought
// in: each room says what it keeps as items with fields of text, and the differences are told in the
// words of the declaration.
package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong/internal/postgres"
)

// Item is one thing that can be declared, as it is set.
type Item struct {
	// Kind is the key of the declaration's list: "sellers".
	Kind string
	// Key names the thing in it: "main", an address of a person.
	Key string
	// Fields are by their path in the declaration, "documents.closing". What is not set is not
	// among them. Secrets never are.
	Fields map[string]string
}

// Read makes items of the rows of a query: the key, and the fields as a JSON object, whose inner
// objects become paths.
func Read(ctx context.Context, q postgres.Querier, kind, sql string, args ...any) ([]Item, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("settings of %s: %w", kind, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Item, error) {
		item := Item{Kind: kind}
		var raw []byte
		if err := row.Scan(&item.Key, &raw); err != nil {
			return item, err
		}
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			return item, fmt.Errorf("settings of %s %s: %w", kind, item.Key, err)
		}
		item.Fields = Flatten(fields)
		return item, nil
	})
}

// Flatten writes a JSON object as paths and texts. Lists keep their order; what is empty is left out.
func Flatten(fields map[string]any) map[string]string {
	out := map[string]string{}
	flatten(out, "", fields)
	return out
}

func flatten(out map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			flatten(out, strings.TrimPrefix(path+"."+key, "."), inner)
		}
	case []any:
		texts := make([]string, len(v))
		for i, inner := range v {
			texts[i] = text(inner)
		}
		set(out, path, strings.Join(texts, ", "))
	default:
		set(out, path, text(v))
	}
}

func set(out map[string]string, path, value string) {
	if value != "" {
		out[path] = value
	}
}

// text writes a value; nothing, false and 0 are what is not set.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if !v {
			return ""
		}
		return "true"
	case float64:
		if v == 0 {
			return ""
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if s := text(v[key]); s != "" {
				parts = append(parts, key+" "+s)
			}
		}
		return strings.Join(parts, " ")
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = text(v[i])
		}
		return strings.Join(parts, " ")
	}
	return fmt.Sprint(value)
}

// Merge puts items of the same kind and key together: what several rooms keep of one thing.
func Merge(lists ...[]Item) []Item {
	type name struct{ kind, key string }
	at := map[name]int{}
	var out []Item
	for _, item := range slices.Concat(lists...) {
		n := name{item.Kind, item.Key}
		i, seen := at[n]
		if !seen {
			i = len(out)
			at[n] = i
			out = append(out, Item{Kind: item.Kind, Key: item.Key, Fields: map[string]string{}})
		}
		maps.Copy(out[i].Fields, item.Fields)
	}
	return out
}

// Change is what becomes of an item.
type Change struct {
	Kind, Key string
	// Created says that it was not there; Removed that it is gone.
	Created, Removed bool
	// Fields that differ, by their paths; of a new item all that are set.
	Fields []FieldChange
}

// FieldChange is a field before and after; empty is not set.
type FieldChange struct{ Path, Before, After string }

// Unchanged says that nothing becomes of the item.
func (c Change) Unchanged() bool { return !c.Created && !c.Removed && len(c.Fields) == 0 }

// Diff compares two states of the same items. It has every item of either, in the order of after.
func Diff(before, after []Item) []Change {
	type name struct{ kind, key string }
	old := map[name]Item{}
	for _, item := range before {
		old[name{item.Kind, item.Key}] = item
	}
	var out []Change
	for _, item := range after {
		n := name{item.Kind, item.Key}
		was, there := old[n]
		delete(old, n)
		out = append(out, Change{Kind: item.Kind, Key: item.Key, Created: !there, Fields: differing(was.Fields, item.Fields)})
	}
	for _, item := range before {
		if _, gone := old[name{item.Kind, item.Key}]; gone {
			out = append(out, Change{Kind: item.Kind, Key: item.Key, Removed: true, Fields: differing(item.Fields, nil)})
		}
	}
	return out
}

func differing(before, after map[string]string) []FieldChange {
	paths := map[string]bool{}
	for path := range before {
		paths[path] = true
	}
	for path := range after {
		paths[path] = true
	}
	var out []FieldChange
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if before[path] != after[path] {
			out = append(out, FieldChange{path, before[path], after[path]})
		}
	}
	return out
}
