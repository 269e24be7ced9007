// Package jobs runs work outside of requests: durable jobs, which are inserted in the
// business transaction and worked by any process, and schedules, which one elected process
// runs. Its README.md tells which of the two a piece of work is.
package jobs
