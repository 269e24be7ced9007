package banksync

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// SourceFolder is the kind of source that watches a folder for statement files.
const SourceFolder = "folder"

// Where a folder's files go when they have been read. They are kept: the bank may be asked
// about them.
const (
	folderDone   = "done"
	folderFailed = "failed"
)

// settleWait is how long a file that has just been touched is watched before it is read: a
// program that is still writing it changes its size meanwhile.
const settleWait = 300 * time.Millisecond

// Pull brings in what the sources of all bank accounts have: every statement file in their
// folders, the oldest first, the attachments of letters, and what the interfaces of banks tell. A file that cannot be read
// is put aside with the reason beside it and does not hold up the others, nor does a bank that
// fails; err joins the reasons.
func (s *Service) Pull(ctx context.Context, actor prolong.Actor) ([]Report, error) {
	return s.pull(ctx, actor, false)
}

// pull asks banks that are left alone after failures only if now is set.
func (s *Service) pull(ctx context.Context, actor prolong.Actor, now bool) ([]Report, error) {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return nil, prolong.Wrap("banksync.Pull", err)
	}
	byFolder := map[string][]billing.BankAccount{}
	for _, b := range catalog.BankAccounts {
		if b.SourceKind == SourceFolder {
			folder := s.folder(b.SourcePath)
			byFolder[folder] = append(byFolder[folder], b)
		}
	}
	folders := make([]string, 0, len(byFolder))
	for f := range byFolder {
		folders = append(folders, f)
	}
	slices.Sort(folders)
	var reports []Report
	var failures []error
	for _, folder := range folders {
		started := s.db.Now()
		got, err := s.pullFolder(ctx, actor, folder)
		reports = append(reports, got...)
		failures = append(failures, err)
		if err := s.recordPull(ctx, byFolder[folder], started, got, err); err != nil {
			failures = append(failures, err)
		}
	}
	got, err := s.pullMailbox(ctx, actor)
	reports, failures = append(reports, got...), append(failures, err)
	got, err = s.pullBanks(ctx, actor, catalog, now)
	return append(reports, got...), prolong.Wrap("banksync.Pull", errors.Join(append(failures, err)...))
}

func (s *Service) folder(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.inboxRoot, path)
}

func (s *Service) pullFolder(ctx context.Context, actor prolong.Actor, folder string) ([]Report, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, prolong.NewError(prolong.CodeUnavailable, "error.inbox_unreadable", prolong.Args{"Folder": folder}).Because(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, prolong.NewError(prolong.CodeUnavailable, "error.inbox_unreadable", prolong.Args{"Folder": folder}).Because(err)
	}
	var reports []Report
	var failures []error
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || unfinishedName(e.Name()) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return reports, err
		}
		path := filepath.Join(folder, e.Name())
		if !settled(path) {
			continue // still being written; the next pull takes it
		}
		report, err := s.importPath(ctx, actor, path)
		switch {
		case err == nil:
			reports = append(reports, report)
			err = moveAside(path, folderDone, s.db.Now())
		case prolong.CodeOf(err) == prolong.CodeInvalid:
			// The file is at fault, not we: it is put aside, and the others go on.
			failures = append(failures, err)
			err = errors.Join(os.WriteFile(path+".reason.txt", []byte(err.Error()+"\n"), 0o644), moveAside(path+".reason.txt", folderFailed, s.db.Now()), moveAside(path, folderFailed, s.db.Now()))
		}
		failures = append(failures, err)
	}
	return reports, errors.Join(failures...)
}

func (s *Service) importPath(ctx context.Context, actor prolong.Actor, path string) (Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = f.Close() }() // only read
	return s.Import(ctx, actor, SourceFolder, filepath.Base(path), f)
}

// unfinishedName recognises what programs call files that they have not finished.
func unfinishedName(name string) bool {
	for _, suffix := range []string{".part", ".tmp", ".crdownload", ".filepart", "~"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// settled says whether nobody writes the file any more.
func settled(path string) bool {
	before, err := os.Stat(path)
	if err != nil {
		return false
	}
	if (prolong.SystemClock{}).Now().Sub(before.ModTime()).Abs() > 2*settleWait {
		return true
	}
	time.Sleep(settleWait)
	after, err := os.Stat(path)
	return err == nil && after.Size() == before.Size() && after.ModTime().Equal(before.ModTime())
}

// moveAside puts a file into a sub-folder; a name that is taken there gets the time in front.
func moveAside(path, sub string, now time.Time) error {
	dir := filepath.Join(filepath.Dir(path), sub)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	to := filepath.Join(dir, filepath.Base(path))
	if _, err := os.Lstat(to); err == nil {
		to = filepath.Join(dir, now.Format("20060102-150405.000000-")+filepath.Base(path))
	}
	return os.Rename(path, to)
}

func (s *Service) recordPull(ctx context.Context, accounts []billing.BankAccount, started time.Time, reports []Report, failure error) error {
	outcome, text, lines := "done", "", 0
	for _, r := range reports {
		lines += r.New
	}
	if failure != nil {
		outcome, text = "failed", failure.Error()
	}
	for _, b := range accounts {
		if _, err := s.db.Pool.Exec(ctx, `INSERT INTO bank_pulls (bank_account_id, started_at, finished_at, outcome, new_lines, error) VALUES ($1,$2,$3,$4,$5,$6)`,
			int64(b.ID), started, s.db.Now(), outcome, lines, text); err != nil {
			return err
		}
	}
	return nil
}

// LastPull is how the latest pull of a bank account went.
type LastPull struct {
	Number  string
	Bank    string
	At      time.Time
	Lines   int    // new ones
	Failure string // empty if it went well
}

// LastPulls returns the latest pull of every bank account that has been pulled, by number.
func (s *Service) LastPulls(ctx context.Context) ([]LastPull, error) {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return nil, prolong.Wrap("banksync.LastPulls", err)
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT b.id, p.started_at, p.new_lines, p.error FROM unnest($1::bigint[]) AS b (id)
		JOIN LATERAL (SELECT * FROM bank_pulls p WHERE p.bank_account_id = b.id ORDER BY p.id DESC LIMIT 1) p ON true`, postgres.Int64s(slices.Collect(maps.Keys(catalog.BankAccounts))))
	if err != nil {
		return nil, prolong.Wrap("banksync.LastPulls", err)
	}
	pulls, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p LastPull, err error) {
		var bank int64
		err = row.Scan(&bank, &p.At, &p.Lines, &p.Failure)
		b := catalog.BankAccounts[billing.BankAccountID(bank)]
		p.Number, p.Bank = b.Number, b.Bank
		return p, err
	})
	slices.SortFunc(pulls, func(a, b LastPull) int { return strings.Compare(a.Number, b.Number) })
	return pulls, prolong.Wrap("banksync.LastPulls", err)
}
