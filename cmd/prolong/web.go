package main

import (
	"net/http"

	"prolong/internal/jobs"
	"prolong/passes"
)

func (a *app) handler(replica *passes.Replica, schedules *jobs.Scheduler) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	_ = replica
	_ = schedules
	return mux, nil
}
