package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/workdays"
	"prolong/invoices"
	"prolong/notify"
	"prolong/tickets"
)

// declaration is the YAML of `prolong apply` (DESIGN section 8). Unknown keys are an error
// with their line; secrets come by ${ENV} or file:.
type declaration struct {
	Sellers []sellerYAML `yaml:"sellers"`
	Plans   []planYAML   `yaml:"plans"`
	Packs   []packYAML   `yaml:"packs"`

	Partners []partnerYAML `yaml:"partners"`

	Staff []staffYAML `yaml:"staff"`

	Calendars []calendarYAML `yaml:"calendars"`

	SupportHours []supportHoursYAML `yaml:"support_hours"`
	SLA          []slaYAML          `yaml:"sla"`
	Tags         []tagYAML          `yaml:"tags"`
}

type staffYAML struct {
	Email    string `yaml:"email"`
	Name     string `yaml:"name"`
	Role     string `yaml:"role"`
	Password string `yaml:"password"`
	// SecondFactor is a base32 TOTP secret for a person who has none yet.
	SecondFactor string `yaml:"second_factor"`
	// Extension is where he is called, Forward a mobile that it forwards to.
	Extension string `yaml:"extension"`
	Forward   string `yaml:"forward"`
}

func (c *cli) applyCommand() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "apply FILE.yaml", Short: c.tr.T("cli.apply"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := readDeclaration(args[0])
			if err != nil {
				return err
			}
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			if dry {
				return a.rehearseApply(cmd, d)
			}
			return a.apply(cmd, d)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, c.tr.T("cli.flag_dry_run"))
	return cmd
}

// declared is what a file declares, in the words of the rooms that keep it.
type declared struct {
	Sellers []billing.SellerSpec
	Plans   []billing.PlanSpec
	Packs   []billing.PackSpec

	Partners []invoices.PartnerSpec

	Sources []banksync.SourceSpec
	Staff   []identity.StaffSpec

	Exchange []invoices.ExchangeSpec

	SendingHours []notify.HoursSpec
	Calendars    []workdays.Day

	SupportHours []tickets.CalendarSpec
	SLA          []tickets.PolicySpec
	Tags         []tickets.Tag
	Seats        []seat
}

func (a *app) apply(cmd *cobra.Command, d declared) error {
	done, setups, err := a.bringIn(cmd.Context(), d)
	if err != nil {
		return err
	}
	a.printPapers(cmd, d.Sellers)
	a.printSetups(cmd, setups)
	a.print(cmd, "cli.applied", "Sellers", done.Sellers, "BankAccounts", done.BankAccounts, "Plans", done.Plans, "Prices", done.Prices, "Staff", len(d.Staff))
	return nil
}

// bringIn gives each room what is declared for it, in the order in which they build on each other.
func (a *app) bringIn(ctx context.Context, d declared) (done billing.Applied, setups []identity.StaffSetup, err error) {
	if err = a.checkDesk(d); err != nil {
		return done, nil, err
	}
	if _, err = a.billing.ApplyCalendars(ctx, d.Calendars); err != nil {
		return done, nil, err
	}
	if done, err = a.billing.Apply(ctx, d.Sellers, d.Plans); err != nil {
		return done, nil, err
	}
	for _, room := range []func() error{
		func() error { return a.applyPacks(ctx, d) },
		func() error { return a.applyPartners(ctx, d) },
		func() error { return a.banksync.DeclareSources(ctx, d.Sources) },
		func() error { return a.invoices.DeclareExchange(ctx, d.Exchange) },
		func() error { return a.notify.DeclareHours(ctx, prolong.System("apply"), d.SendingHours) },
		func() error { setups, err = a.identity.ApplyStaff(ctx, prolong.System("apply"), d.Staff); return err },
		func() error { return a.applySupport(ctx, d) },
		func() error { return a.applyDesk(ctx, d) },
	} {
		if err := room(); err != nil {
			return done, nil, err
		}
	}
	return done, setups, nil
}

// readDeclaration reads the YAML file and turns it into what the rooms understand. Every
// error names file and line.
func readDeclaration(file string) (declared, error) {
	var out declared
	raw, err := os.ReadFile(file)
	if err != nil {
		return out, prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": file, "Detail": err.Error()})
	}
	var d declaration
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&d); err != nil {
		return out, prolong.NewError(prolong.CodeInvalid, "error.yaml", prolong.Args{"File": file, "Detail": yamlDetail(err)})
	}
	dir, at := filepath.Dir(file), place{file: file, line: yamlLines(raw)}
	for i := range d.Sellers {
		s, sources, err := d.Sellers[i].spec(dir)
		if err != nil {
			return out, placed(file, at.line("sellers", i), err)
		}
		out.Sellers = append(out.Sellers, s)
		out.Sources = append(out.Sources, sources...)
		x, err := d.Sellers[i].exchange(dir)
		if err != nil {
			return out, placed(file, at.line("sellers", i), err)
		}
		out.Exchange = append(out.Exchange, x)
		hours, err := d.Sellers[i].sendingHours()
		if err != nil {
			return out, placed(file, at.line("sellers", i), err)
		}
		out.SendingHours = append(out.SendingHours, hours...)
	}
	if out.Plans, err = specs(at, "plans", d.Plans, planYAML.spec); err != nil {
		return out, err
	}
	if out.Packs, err = specs(at, "packs", d.Packs, packYAML.spec); err != nil {
		return out, err
	}
	if out.Partners, err = specs(at, "partners", d.Partners, partnerYAML.spec); err != nil {
		return out, err
	}
	if out.Staff, err = specs(at, "staff", d.Staff, func(y staffYAML) (identity.StaffSpec, error) { return y.spec(dir) }); err != nil {
		return out, err
	}
	calendars, err := specs(at, "calendars", d.Calendars, calendarYAML.spec)
	if err != nil {
		return out, err
	}
	out.Calendars = slices.Concat(calendars...)
	if out.SupportHours, err = specs(at, "support_hours", d.SupportHours, supportHoursYAML.spec); err != nil {
		return out, err
	}
	for i, y := range d.Staff {
		out.Seats = append(out.Seats, seat{email: out.Staff[i].Email, extension: y.Extension, forward: y.Forward})
	}
	if out.Tags, err = specs(at, "tags", d.Tags, tagYAML.spec); err != nil {
		return out, err
	}
	out.SLA, err = specs(at, "sla", d.SLA, slaYAML.spec)
	return out, err
}

// place finds the line of an element of a list in a file.
type place struct {
	file string
	line func(key string, i int) int
}

// specs turns the list under a key into the words of its room; an error names the line of the
// element.
func specs[Y, S any](at place, key string, list []Y, spec func(Y) (S, error)) ([]S, error) {
	out := make([]S, len(list))
	for i := range list {
		var err error
		if out[i], err = spec(list[i]); err != nil {
			return nil, placed(at.file, at.line(key, i), err)
		}
	}
	return out, nil
}

func (y staffYAML) spec(dir string) (identity.StaffSpec, error) {
	password, err := secret(y.Password, dir)
	if err != nil {
		return identity.StaffSpec{}, err
	}
	factor, err := secret(y.SecondFactor, dir)
	return identity.StaffSpec{SecondFactor: factor, Email: y.Email, Name: y.Name, Role: identity.Role(y.Role), Password: password}, err
}

func yamlDetail(err error) string {
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		return strings.Join(typed.Errors, "; ")
	}
	return strings.TrimPrefix(err.Error(), "yaml: ")
}

// yamlLines tells the line on which the i-th element of a top-level list begins.
func yamlLines(raw []byte) func(key string, i int) int {
	var root yaml.Node
	if yaml.Unmarshal(raw, &root) != nil || len(root.Content) == 0 {
		return func(string, int) int { return 1 }
	}
	return func(key string, i int) int {
		m := root.Content[0]
		for k := 0; k+1 < len(m.Content); k += 2 {
			if list := m.Content[k+1]; m.Content[k].Value == key && i < len(list.Content) {
				return list.Content[i].Line
			}
		}
		return 1
	}
}

// placed adds file and line to what is wrong in them; an error that knows its own line (onLine)
// keeps it.
func placed(file string, line int, err error) error {
	var own *linedError
	if errors.As(err, &own) {
		line, err = own.line, own.error
	}
	return &placedError{file: file, line: line, err: err}
}

type placedError struct {
	file string
	line int
	err  error
}

func (e *placedError) Error() string { return fmt.Sprintf("%s:%d: %v", e.file, e.line, e.err) }
func (e *placedError) Unwrap() error { return e.err }

var envRef = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// secret resolves ${NAME} from the environment and file:PATH from a file.
func secret(s, dir string) (string, error) {
	if m := envRef.FindStringSubmatch(s); m != nil {
		value, ok := os.LookupEnv(m[1])
		if !ok {
			return "", prolong.NewError(prolong.CodeInvalid, "error.env_missing", prolong.Args{"Name": m[1]})
		}
		return value, nil
	}
	if path, ok := strings.CutPrefix(s, "file:"); ok {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": path, "Detail": err.Error()})
		}
		return strings.TrimSpace(string(raw)), nil
	}
	return s, nil
}

func oneOf[T ~string](field string, value T, allowed ...T) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	return prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": field, "Value": string(value), "Allowed": strings.Join(names, ", ")})
}

func required(field, value string) error {
	if strings.TrimSpace(value) == "" {
		return prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": field})
	}
	return nil
}
