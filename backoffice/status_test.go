package backoffice

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong/internal/jobs"
	"prolong/internal/web"
	"prolong/internal/web/webtest"
)

// TestStatusIsBrokenByAJobThatIsLateOrFailed: then everybody sees the jobs, and red.
func TestStatusIsBrokenByAJobThatIsLateOrFailed(t *testing.T) {
	t.Parallel()
	b := officeBase(webtest.Bases(t, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))["ru"], statusPath, "status.title")
	for name, c := range map[string]struct {
		jobs   []jobs.Status
		broken bool
	}{
		"no jobs at all": {nil, true},
		"done":           {[]jobs.Status{{Name: "renewals", Last: &jobs.Run{Outcome: jobs.OutcomeDone}}}, false},
		"late":           {[]jobs.Status{{Name: "renewals", Late: true, Last: &jobs.Run{Outcome: jobs.OutcomeDone}}}, true},
		"failed":         {[]jobs.Status{{Name: "renewals", Last: &jobs.Run{Outcome: jobs.OutcomeFailed}}}, true},
	} {
		page := statusPage(b, statusFacts{jobs: c.jobs})
		require.Equal(t, c.broken, page.Broken, name)
		require.Equal(t, c.broken, page.Verdict.Tone == web.ToneBad, name)
	}
}
