package banksync

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"prolong"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Report says what an import did.
type Report struct {
	Name       string `json:"name"`
	Statements int    `json:"statements"`
	Lines      int    `json:"lines"`   // operations in the file
	New        int    `json:"new"`     // of them, not seen before
	Credits    int    `json:"credits"` // of the new ones, money received
	Matched    int    `json:"matched"` // of the credits, posted without a human
	Review     int    `json:"review"`
	Ignored    int    `json:"ignored"` // not ours: own transfers, registers, bank interest
	Paid       int    `json:"paid"`    // invoices paid in full
	// Reversed counts lines that were booked before and that the bank has taken back.
	Reversed int `json:"reversed,omitempty"`
	// Returns counts debits that seem to give a payment back and of which a person has to say.
	Returns int `json:"returns,omitempty"`
	// Completed counts lines whose text the end of an earlier file had cut, and that this one tells
	// whole, or longer. They are not new.
	Completed int `json:"completed,omitempty"`
	// Warnings are about the file; nothing was dropped because of them.
	Warnings []statement.Warning `json:"warnings"`
	// UnknownAccounts are statements of accounts that no seller has; their lines were not taken.
	UnknownAccounts []string `json:"unknown_accounts,omitempty"`
}

const (
	// statementBytesMax bounds one file; a year of a busy account is below it.
	statementBytesMax = 512 << 20
	// importChunk is how many lines one transaction stores, matches and posts: their accounts are
	// locked for about a second.
	importChunk = 5000
)

// Import reads a statement file, stores every line that is new, and posts the credits: each
// chunk of lines with all its consequences in one transaction, so a kill at any moment leaves
// whole chunks, and importing the file again does the rest and nothing twice. source says
// where the file came from ("folder", "upload", "command").
func (s *Service) Import(ctx context.Context, actor prolong.Actor, source, name string, r io.Reader) (Report, error) {
	report := Report{Name: name, Warnings: []statement.Warning{}}
	fail := func(err error) (Report, error) { return report, prolong.Wrap("banksync.Import", err) }
	body, err := io.ReadAll(io.LimitReader(r, statementBytesMax+1))
	if err != nil {
		return fail(err)
	}
	if len(body) > statementBytesMax {
		return fail(prolong.NewError(prolong.CodeInvalid, "error.statement_file_too_large", prolong.Args{"Max": statementBytesMax >> 20}))
	}
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return fail(err)
	}
	statements, err := s.parseFile(ctx, catalog, name, body)
	if err != nil {
		return fail(err)
	}
	s.importing.Lock()
	defer s.importing.Unlock()
	sum := sha256.Sum256(body)
	file := importFile{source: source, name: name, sha256: sum[:], body: body}
	for i := range statements {
		st := &statements[i]
		report.Warnings = append(report.Warnings, st.Warnings...)
		bank, ok := catalog.BankAccountByNumber(st.Account)
		if !ok {
			report.UnknownAccounts = append(report.UnknownAccounts, st.Account)
			continue
		}
		file.format = string(st.Format)
		st.Entries = linesOf(st.Entries)
		report.Statements++
		report.Lines += len(st.Entries)
		if err := s.importStatement(ctx, actor, catalog, bank, st, &file, &report); err != nil {
			return fail(err)
		}
	}
	if report.Statements == 0 {
		return fail(prolong.NewError(prolong.CodeInvalid, "error.bank_account_unknown", prolong.Args{"Numbers": strings.Join(report.UnknownAccounts, ", "), "File": name}))
	}
	return report, nil
}

// importFile is the file as it is stored with its first transaction.
type importFile struct {
	source, name, format string
	sha256, body         []byte
	id                   int64
}

func (s *Service) importStatement(ctx context.Context, actor prolong.Actor, catalog billing.Catalog, bank billing.BankAccount, st *statement.Statement, file *importFile, report *Report) error {
	for start := 0; start == 0 || start < len(st.Entries); start += importChunk {
		entries := st.Entries[start:min(start+importChunk, len(st.Entries))]
		var step Report
		var reversed []line
		id := file.id
		snapshot, err := s.snapshotOf(ctx, bank.SellerID, catalog.Sellers[bank.SellerID].Today(s.db.Clock.Now()))
		if err != nil {
			return err
		}
		err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			step, id = Report{}, file.id
			p := &posting{service: s, tx: tx, actor: actor, catalog: catalog, bank: bank, snapshot: snapshot}
			// Imports of one bank account go one after the other, on all replicas.
			if err := postgres.AdvisoryXactLock(ctx, tx, "bank account "+bank.Number); err != nil {
				return err
			}
			if id == 0 {
				if id, err = insertImport(ctx, tx, *file, report); err != nil {
					return err
				}
			}
			if start == 0 {
				if err := upsertBalances(ctx, tx, bank.ID, id, st); err != nil {
					return err
				}
			}
			lines, err := tellApart(ctx, tx, bank.ID, st, entries)
			if err == nil {
				err = lines.number(ctx, tx)
			}
			if err != nil {
				return err
			}
			news := lines.news()
			step.New, step.Completed, reversed = len(news), len(lines.joined), lines.reversed
			// Deciding needs no database, storing hardly a processor of ours: they go side by side.
			decided := p.decideAll(news)
			err = lines.store(ctx, tx, bank.ID, id)
			<-decided
			if err != nil {
				return err
			}
			if err := noteReturns(ctx, tx, bank.ID, slices.Concat(news, lines.joined)); err != nil {
				return err
			}
			return p.post(ctx, &step)
		})
		if err != nil {
			s.forgetSnapshot(bank.SellerID)
			return err
		}
		file.id = id
		report.New, report.Credits, report.Matched = report.New+step.New, report.Credits+step.Credits, report.Matched+step.Matched
		report.Completed += step.Completed
		report.Review, report.Ignored, report.Paid = report.Review+step.Review, report.Ignored+step.Ignored, report.Paid+step.Paid
		if err := s.reverseLines(ctx, actor, reversed, report); err != nil {
			return err
		}
	}
	if err := s.decideJoined(ctx, actor, catalog, bank, report); err != nil {
		return err
	}
	return s.settleReturns(ctx, actor, bank, report)
}

func insertImport(ctx context.Context, tx postgres.Tx, f importFile, report *Report) (id int64, err error) {
	warnings, err := json.Marshal(warningRows(report.Warnings))
	if err != nil {
		return 0, err
	}
	err = tx.Pgx.QueryRow(ctx, `
		INSERT INTO bank_imports (source, name, sha256, format, body, lines, new_lines, warnings, imported_at)
		VALUES ($1, $2, $3, $4, CASE WHEN EXISTS (SELECT 1 FROM bank_imports WHERE sha256 = $3) THEN ''::bytea ELSE $5 END, $6, 0, $7, $8) RETURNING id`,
		f.source, f.name, f.sha256, f.format, f.body, report.Lines, warnings, tx.Now).Scan(&id)
	return id, err
}
