package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong/tickets"
)

const supportYAML = `support_hours:
  - key: almaty
    time_zone: Asia/Almaty
    week: {mon-fri: ["09:00-13:00", "14:00-18:00"], sat: ["10:00-14:00"]}
    holidays: KZ
    days:
      - {on: 2026-12-16, kind: work, note: дежурство}
sla:
  - key: gold
    name: Золотой
    plans: [standard]
    hours: almaty
    warn: [75]
    targets:
      normal: {first_response: 30m, resolution: 8h}
      urgent: {first_response: 10m}
`

// TestSupportHoursAndLevelsAreDeclared counts a promise by what the YAML says, to the second.
func TestSupportHoursAndLevelsAreDeclared(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "company.yaml")
	require.NoError(t, os.WriteFile(file, []byte(companyYAML+supportYAML), 0o600))
	d, err := readDeclaration(file)
	require.NoError(t, err)
	calendar, err := tickets.NewCalendar(d.SupportHours[0])
	require.NoError(t, err)
	almaty := calendar.Zone()
	due, err := calendar.Deadline(time.Date(2026, 12, 15, 17, 50, 0, 0, almaty), 30*time.Minute)
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 12, 16, 9, 20, 0, 0, almaty), due, "on duty on Independence Day, as declared")
	require.False(t, calendar.IsOpen(time.Date(2026, 10, 26, 12, 0, 0, 0, almaty)), "a holiday of the country")
	require.True(t, calendar.IsOpen(time.Date(2026, 12, 12, 11, 0, 0, 0, almaty)), "Saturday")
	require.Equal(t, []tickets.TargetSpec{
		{Priority: tickets.PriorityNormal, Metric: tickets.MetricFirstResponse, Minutes: 30, Calendar: "almaty", WarnPercents: []int{75}},
		{Priority: tickets.PriorityNormal, Metric: tickets.MetricResolution, Minutes: 480, Calendar: "almaty", WarnPercents: []int{75}},
		{Priority: tickets.PriorityUrgent, Metric: tickets.MetricFirstResponse, Minutes: 10, Calendar: "almaty", WarnPercents: []int{75}},
	}, d.SLA[0].Targets)

	b := newBench(t, "2026-03-02T09:00:00+03:00")
	b.write("support.yaml", companyYAML+supportYAML)
	b.run("apply", "support.yaml")
	b.run("apply", "support.yaml")
	db, err := pgx.Connect(t.Context(), b.database)
	require.NoError(t, err)
	defer func() { _ = db.Close(t.Context()) }()
	var targets, versions int
	require.NoError(t, db.QueryRow(t.Context(), `SELECT count(*) FROM sla_targets t JOIN sla_policies p ON p.id = t.policy_id WHERE p.key = 'gold'`).Scan(&targets))
	require.NoError(t, db.QueryRow(t.Context(), `SELECT count(*) FROM support_calendar_versions v JOIN support_calendars c ON c.id = v.calendar_id WHERE c.key = 'almaty'`).Scan(&versions))
	require.Equal(t, 3, targets)
	require.Equal(t, 1, versions, "applying it again changes nothing")
}

func TestWrongSupportSettingsAreNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct{ old, new, line, said string }{
		{"mon-fri", "mon-fry", ":2:", "mon-fry"},
		{"Asia/Almaty", "Asia/Atlantis", ":2:", "Asia/Atlantis"},
		{"holidays: KZ", "holidays: XX", ":2:", "XX"},
		{`"14:00-18:00"`, `"12:00-18:00"`, ":2:", "week."},
		{"kind: work", "kind: party", ":2:", "party"},
		{"30m", "soon", ":9:", "soon"},
		{"urgent:", "asap:", ":9:", "asap"},
		{"first_response: 10m", "answer: 10m", ":9:", "answer"},
	} {
		file := filepath.Join(dir, "wrong.yaml")
		require.Contains(t, supportYAML, c.old)
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(supportYAML, c.old, c.new, 1)), 0o600))
		_, err := readDeclaration(file)
		require.ErrorContains(t, err, c.line, c.new)
		require.ErrorContains(t, err, c.said, c.new)
	}
}

// TestTheDeskIsDeclared: the vocabulary of agents and who sits at which telephone come from the
// file, and a file that does not name them leaves them alone.
func TestTheDeskIsDeclared(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-02T09:00:00+03:00")
	b.write("desk.yaml", `tags: [{key: cash-desk, name: Касса}]
staff:
  - {email: Agent@example.test, name: Анна Примерова, role: support, extension: "101", forward: "+79250000001"}
`)
	out, errs, code := b.try("apply", "desk.yaml")
	require.Equal(t, 1, code, "there is no exchange to sit at")
	require.Contains(t, errs, "PROLONG_ONLINEPBX_DOMAIN")
	require.Empty(t, out, "nobody was made, so nobody has a set-up code")
	b.env = append(b.env, "PROLONG_ONLINEPBX_DOMAIN=test.onpbx.example", "PROLONG_ONLINEPBX_KEY=panel-key", "PROLONG_ONLINEPBX_HOOK_TOKEN=webhooks-of-the-test")
	for range 2 {
		b.run("apply", "desk.yaml")
		b.run("apply", "company.yaml")
	}
	db, err := pgx.Connect(t.Context(), b.database)
	require.NoError(t, err)
	defer func() { _ = db.Close(t.Context()) }()
	var who, forward, tag string
	require.NoError(t, db.QueryRow(t.Context(), `SELECT s.email, e.forward, (SELECT name FROM support_tags WHERE key = 'cash-desk') FROM phone_extensions e JOIN staff s ON s.id = e.staff_id WHERE e.extension = '101'`).Scan(&who, &forward, &tag))
	require.Equal(t, []string{"agent@example.test", "+79250000001", "Касса"}, []string{who, forward, tag})
	b.write("wrong.yaml", "tags:\n  - {key: cash-desk}\n")
	_, errs, code = b.try("apply", "wrong.yaml")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "wrong.yaml:2")
}
