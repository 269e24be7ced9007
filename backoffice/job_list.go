package backoffice

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/riverqueue/river/rivertype"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/web"
)

const (
	runsShownMax   = 100
	failedShownMax = 50
)

// JobListPage is the data of office/job_list: schedules, and what is in the queue.
type JobListPage struct {
	web.Base
	Jobs      []StatusJob
	WithQueue bool
	Queue     []QueueRow
	Failed    []FailedRow
}

// QueueRow is how many jobs of a kind wait, run or failed.
type QueueRow struct {
	Kind   string
	State  web.Badge
	Count  int
	Oldest time.Time
}

// FailedRow is a job that will not be tried again by itself.
type FailedRow struct {
	ID       int64
	Kind     string
	At       time.Time
	Attempts int
	Problem  string
	Retry    string
}

func (r *Room) listJobs(c *gin.Context) error {
	ctx := c.Request.Context()
	base, err := r.base(c, "office.jobs.title")
	if err != nil {
		return err
	}
	page := JobListPage{Base: base, WithQueue: r.queue != nil}
	schedules, err := r.schedules.LatestRuns(ctx)
	if err != nil {
		return err
	}
	for _, s := range schedules {
		page.Jobs = append(page.Jobs, statusJob(base, s))
	}
	if r.queue != nil {
		if err := r.fillQueueOfJobs(ctx, &page); err != nil {
			return err
		}
	}
	r.site.Show(c, http.StatusOK, "office/job_list", "live", page)
	return nil
}

func (r *Room) fillQueueOfJobs(ctx context.Context, page *JobListPage) error {
	counts, err := r.queue.Counts(ctx)
	if err != nil {
		return err
	}
	for _, n := range counts {
		page.Queue = append(page.Queue, queueRow(page.Base, n))
	}
	failed, err := r.queue.Failed(ctx, failedShownMax)
	if err != nil {
		return err
	}
	for _, j := range failed {
		page.Failed = append(page.Failed, failedRow(page.Base, j))
	}
	return nil
}

func queueRow(b web.Base, n jobs.Count) QueueRow {
	tone := web.ToneInfo
	switch n.State {
	case rivertype.JobStateCompleted:
		tone = web.ToneGood
	case rivertype.JobStateDiscarded:
		tone = web.ToneBad
	case rivertype.JobStateRetryable:
		tone = web.ToneWarn
	case rivertype.JobStateCancelled:
		tone = web.ToneNeutral
	case rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled:
	}
	return QueueRow{Kind: kindName(b, n.Kind), State: web.Badge{Tone: tone, Text: b.T("office.queue_state." + string(n.State))}, Count: n.Count, Oldest: n.Oldest}
}

func failedRow(b web.Base, j *rivertype.JobRow) FailedRow {
	row := FailedRow{ID: j.ID, Kind: kindName(b, j.Kind), At: j.CreatedAt, Attempts: j.Attempt, Retry: jobsPath + "/queue/" + strconv.FormatInt(j.ID, 10) + "/retry"}
	if j.FinalizedAt != nil {
		row.At = *j.FinalizedAt
	}
	if n := len(j.Errors); n > 0 {
		row.Problem = j.Errors[n-1].Error
	}
	return row
}

// kindName names a kind of durable job; one that has no name yet is called by its own.
func kindName(b web.Base, kind string) string {
	if key := "office.kind." + kind; b.Has(key) {
		return b.T(key)
	}
	return kind
}

// retryJob lets a failed job be tried again at once.
func (r *Room) retryJob(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if r.queue == nil {
		return prolong.NewError(prolong.CodeNotFound, "error.not_found", nil)
	}
	if err := r.queue.Retry(c.Request.Context(), id); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.job_retried")
	web.Redirect(c, jobsPath)
	return nil
}

// RunListPage is the data of office/run_list: the runs of one schedule.
type RunListPage struct {
	web.Base
	Kind string
	Rows []RunRow
}

// RunRow is a run of a schedule.
type RunRow struct {
	Due, Started time.Time
	Took         time.Duration
	Outcome      web.Badge
	Counts       string
	Problem      string
}

func (r *Room) listRuns(c *gin.Context) error {
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	name := c.Param("name")
	runs, err := r.schedules.Runs(c.Request.Context(), name, runsShownMax)
	if err != nil {
		return err
	}
	if len(runs) == 0 && !r.knowsSchedule(c.Request.Context(), name) {
		return prolong.NewError(prolong.CodeNotFound, "error.not_found", nil)
	}
	r.site.Show(c, http.StatusOK, "office/run_list", "", runListPage(base, name, runs))
	return nil
}

func (r *Room) knowsSchedule(ctx context.Context, name string) bool {
	schedules, err := r.schedules.LatestRuns(ctx)
	for _, s := range schedules {
		if s.Name == name {
			return true
		}
	}
	return err != nil // a failure of ours is not the reader's mistake
}

func runListPage(b web.Base, name string, runs []jobs.Run) RunListPage {
	b.Title = jobName(b.Translator, name)
	b.Crumbs = []web.Link{{Text: b.T("office.jobs.title"), Href: jobsPath}}
	page := RunListPage{Base: b, Kind: name}
	for _, run := range runs {
		page.Rows = append(page.Rows, RunRow{Due: run.DueAt, Started: run.StartedAt, Took: run.Duration(), Outcome: outcomeBadge(b.Translator, run), Counts: countWords(b.Translator, run.Counts), Problem: run.Error})
	}
	return page
}
