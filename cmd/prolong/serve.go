package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/web"
	"prolong/passes"
)

const (
	// metricsHeaderTimeout bounds a scraper that connects and says nothing.
	metricsHeaderTimeout = 10 * time.Second
	shutdownTimeout      = 20 * time.Second
)

func (c *cli) serveCommand() *cobra.Command {
	var onlyWeb, onlyJobs, demo bool
	cmd := &cobra.Command{
		Use: "serve", Short: c.tr.T("cli.serve"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if onlyWeb == onlyJobs {
				onlyWeb, onlyJobs = true, true
			}
			return c.serve(cmd, onlyWeb, onlyJobs, demo)
		},
	}
	cmd.Flags().BoolVar(&onlyWeb, "web", false, c.tr.T("cli.flag_web"))
	cmd.Flags().BoolVar(&onlyJobs, "jobs", false, c.tr.T("cli.flag_jobs"))
	cmd.Flags().BoolVar(&demo, "demo", false, c.tr.T("cli.flag_demo"))
	return cmd
}

// serve runs pages, API and jobs until the context ends.
func (c *cli) serve(cmd *cobra.Command, withWeb, withJobs, demo bool) (err error) {
	ctx := cmd.Context()
	if demo {
		if err := c.loadDemo(cmd); err != nil {
			return err
		}
	}
	options := appOptions{workers: withJobs}
	var exchange *demoExchange
	if demo && c.cfg.OnlinePBX.Domain == "" {
		if options.clock, err = c.cfg.clock(); err != nil {
			return err
		}
		// The ids of its calls must not be those of the demo's history.
		if exchange, err = newDemoExchange(ctx, options.clock, uint64(options.clock.Now().UnixNano())); err != nil { //nolint:gosec // any bits will do
			return err
		}
		defer func() { err = errors.Join(err, exchange.close()) }()
		options.support = exchange.options()
	}
	a, err := c.open(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.ensureSupport(ctx); err != nil {
		return err
	}
	schedules, err := a.scheduler()
	if err != nil {
		return err
	}
	if withJobs {
		if err := a.jobs.Start(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stopped(ctx, a.jobs.Stop)) }()
		if err := schedules.Start(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stopped(ctx, schedules.Stop)) }()
		defer a.watchMailboxes(ctx)()
	}
	if !withWeb {
		<-ctx.Done()
		return nil
	}
	return a.serveWeb(cmd, schedules, demo, exchange)
}

// stopped gives a part its time to end after the context has.
func stopped(ctx context.Context, stop func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return stop(ctx)
}

func (a *app) serveWeb(cmd *cobra.Command, schedules *jobs.Scheduler, demo bool, exchange *demoExchange) error {
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	replica := passes.NewReplica(a.db, a.log)
	if err := replica.Load(ctx); err != nil {
		return err
	}
	following := make(chan error, 1)
	go func() { following <- replica.Follow(ctx) }()
	listening := make(chan error, 1)
	go func() { listening <- a.telephony.Listen(ctx) }()
	if exchange != nil {
		go exchange.pbx.Run(ctx, demoHooksEvery)
	}
	handler, err := a.handler(replica, schedules, demo)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.Addr)
	if err != nil {
		return prolong.NewError(prolong.CodeUnavailable, "error.listen", prolong.Args{"Addr": a.cfg.Addr}).Because(err)
	}
	server := web.NewServer(a.cfg.Addr, handler, a.log)
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	serving := make(chan error, 2)
	go func() { serving <- server.Serve(listener) }()
	servers := []*http.Server{server}
	if a.cfg.MetricsAddr != "" {
		metrics := &http.Server{Addr: a.cfg.MetricsAddr, Handler: promhttp.Handler(), ReadHeaderTimeout: metricsHeaderTimeout}
		servers = append(servers, metrics)
		go func() { serving <- metrics.ListenAndServe() }()
	}
	a.print(cmd, "cli.serving", "URL", fmt.Sprintf("http://%s/", listener.Addr()))
	if demo {
		if err := a.printDemoLogins(cmd, exchange); err != nil {
			return err
		}
	}
	select {
	case err = <-serving:
	case <-ctx.Done():
	}
	for _, s := range servers {
		err = errors.Join(err, stopped(ctx, s.Shutdown))
	}
	cancel() // where a server has failed, the others end with it
	return errors.Join(err, <-following, <-listening)
}
