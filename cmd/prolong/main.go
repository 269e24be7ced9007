// Command prolong is the whole product in one binary: the server, its jobs, and the command
// line that other programs call.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/internal/i18n"
	"prolong/templates"
)

// Exit codes of the command line.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	catalog, err := i18n.Load(templates.FS, "locale")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
	cfg, err := loadConfig()
	lang, ok := i18n.ParseLang(cfg.Lang)
	if !ok {
		lang = i18n.Default
	}
	c := &cli{cfg: cfg, catalog: catalog, tr: catalog.Translator(lang)}
	if err != nil {
		return c.report(err)
	}
	c.log = newLogger(cfg)
	slog.SetDefault(c.log)
	root := c.root()
	root.SetArgs(args)
	return c.report(root.ExecuteContext(ctx))
}

// cli is what every command has in hand.
type cli struct {
	cfg     Config
	catalog *i18n.Catalog
	tr      i18n.Translator
	log     *slog.Logger
}

// usageError is a command line that cannot be understood; it exits with 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// errReported ends a command with code 1 after it has said itself what is wrong.
var errReported = errors.New("reported")

func (c *cli) report(err error) int {
	switch usage := (usageError{}); {
	case err == nil:
		return exitDone
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "prolong: "+err.Error())
		return exitUsage
	}
	text := c.tr.Error(err)
	if at := (*placedError)(nil); errors.As(err, &at) {
		text = fmt.Sprintf("%s:%d: %s", at.file, at.line, text)
	}
	var e *prolong.Error
	if !errors.As(err, &e) || e.Code == prolong.CodeInternal {
		// On the command line the reader is the operator: the cause helps him.
		text += "\n" + err.Error()
	}
	fmt.Fprintln(os.Stderr, "prolong: "+text)
	return exitFailed
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use: "prolong", Short: c.tr.T("cli.root"), SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		c.serveCommand(), c.migrateCommand(), c.applyCommand(), c.importCommand(), c.invoicesCommand(), c.documentsCommand(), c.bankCommand(),
		c.matchCommand(), c.exportCommand(), c.accessCommand(), c.whyCommand(), c.doctorCommand(), c.rehearseCommand(), c.rentCommand(), c.subscriptionCommand(), c.partnerCommand(), c.simulateCommand(), c.keyCommand(),
	)
	c.usageArgs(root)
	return root
}

// usageArgs makes wrong arguments a usage error in every command.
func (c *cli) usageArgs(cmd *cobra.Command) {
	wrong := func(cmd *cobra.Command) error {
		return usageError{errors.New(c.tr.T("error.arguments_wrong", "Use", cmd.UseLine()))}
	}
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if check(cmd, args) != nil {
				return wrong(cmd)
			}
			return nil
		}
	} else if !cmd.HasSubCommands() {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrong(cmd)
			}
			return nil
		}
	} else {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{errors.New(c.tr.T("error.command_unknown", "Name", args[0], "Use", cmd.CommandPath()+" --help"))}
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		c.usageArgs(sub)
	}
}

func newLogger(cfg Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
