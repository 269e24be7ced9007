package banksync

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// UploadID identifies an Upload.
type UploadID int64

// UploadState says what became of a file.
type UploadState string

// The states of a file.
const (
	UploadDismissed UploadState = "dismissed"
	UploadImported  UploadState = "imported"
	UploadWaiting   UploadState = "waiting" // a person looks at it before anything is posted
)

// The ways on which files come that wait for a person.
const (
	SourceUpload = "upload"
	SourceMail   = "mail"
)

// uploadBytesMax bounds a file that a person brings or that comes by mail.
const uploadBytesMax = 32 << 20

// Upload is a statement file that waits for a person, or did.
type Upload struct {
	ID        UploadID
	Source    string
	Name      string
	Sender    string // of the mail; empty for an upload
	Bytes     int
	State     UploadState
	Report    *Report // once imported
	BroughtBy string  // an actor
	BroughtAt time.Time
	DecidedBy string
	DecidedAt time.Time
}

// UploadFile keeps a statement file until a person has looked at what is in it (ReadUpload) and
// confirms it (ConfirmUpload). A file that waits already is not kept twice: its id is returned.
// Returns CodeInvalid for an empty or too large file.
func (s *Service) UploadFile(ctx context.Context, actor prolong.Actor, source, name, sender string, body []byte) (id UploadID, err error) {
	fail := func(err error) (UploadID, error) { return 0, prolong.Wrap("banksync.UploadFile", err) }
	switch {
	case len(body) == 0:
		return fail(prolong.NewError(prolong.CodeInvalid, "error.upload_empty", nil))
	case len(body) > uploadBytesMax:
		return fail(prolong.NewError(prolong.CodeInvalid, "error.statement_file_too_large", prolong.Args{"Max": uploadBytesMax >> 20}))
	}
	sum := sha256.Sum256(body)
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.Pgx.Exec(ctx, `INSERT INTO bank_uploads (source, name, sender, sha256, body, state, brought_by, brought_at) VALUES ($1,$2,$3,$4,$5,'waiting',$6,$7) ON CONFLICT DO NOTHING`,
			source, clean(name), clean(sender), sum[:], body, actor.String(), tx.Now); err != nil {
			return err
		}
		return tx.Pgx.QueryRow(ctx, `SELECT id FROM bank_uploads WHERE sha256 = $1 AND state = 'waiting'`, sum[:]).Scan((*int64)(&id))
	})
	if err != nil {
		return fail(err)
	}
	return id, nil
}

// UploadPreview is what a file holds, before anything of it is taken.
type UploadPreview struct {
	Upload     Upload
	Statements []StatementPreview
	// Proposal is set for a table whose layout nobody has confirmed: a person confirms or corrects
	// it. Statements are then what it makes of the file.
	Proposal *statement.Proposal
	// Accounts are our bank accounts, to choose the one that the table is of.
	Accounts []billing.BankAccount
	// Failure says why the file cannot be read (so far); nil if it can.
	Failure error
}

// StatementPreview is what a file says about one account.
type StatementPreview struct {
	Format   statement.Format
	Account  string
	Bank     string // empty: no seller has the account, its lines will not be taken
	Currency prolong.Currency
	From, To prolong.Date
	Totals   statement.Totals
	New      int // lines that are not here yet
	Opening  *prolong.Money
	Closing  *prolong.Money
	Balanced *bool // opening, turnover and closing agree; nil: not stated
	Warnings []statement.Warning
}

// ReadUpload reads a file and changes nothing. mapping is a layout that the reader is trying; nil
// takes what is known, or guesses. Returns CodeNotFound.
func (s *Service) ReadUpload(ctx context.Context, id UploadID, mapping *statement.Mapping) (UploadPreview, error) {
	fail := func(err error) (UploadPreview, error) {
		return UploadPreview{}, prolong.Wrap("banksync.ReadUpload", err)
	}
	upload, body, err := s.uploadBody(ctx, id)
	if err != nil {
		return fail(err)
	}
	preview, err := s.preview(ctx, upload.Name, body, mapping)
	preview.Upload = upload
	return preview, prolong.Wrap("banksync.ReadUpload", err)
}

func (s *Service) previewOf(ctx context.Context, catalog billing.Catalog, st *statement.Statement) (StatementPreview, error) {
	p := StatementPreview{Format: st.Format, Account: st.Account, Currency: st.Currency, From: st.From, To: st.To, Totals: st.Totals, Opening: st.Opening, Closing: st.Closing, Balanced: st.BalanceOK, Warnings: st.Warnings}
	bank, ok := catalog.BankAccountByNumber(st.Account)
	if !ok {
		return p, nil
	}
	p.Bank = bank.Bank
	lines := *st
	lines.Entries = linesOf(st.Entries)
	err := s.db.WithTxOptions(ctx, postgres.TxOptions{ReadOnly: true}, func(ctx context.Context, tx postgres.Tx) error {
		found, err := tellApart(ctx, tx, bank.ID, &lines, lines.Entries)
		p.New = len(found.fresh)
		return err
	})
	return p, err
}

// ConfirmUpload takes the lines of a file that a person has looked at. With a mapping, its layout
// is remembered for the bank account that it names, and later files with the same header are
// read by it. Returns CodeConflict if the file is settled, CodeInvalid if it cannot be read.
func (s *Service) ConfirmUpload(ctx context.Context, actor prolong.Actor, id UploadID, mapping *statement.Mapping) (Report, error) {
	fail := func(err error) (Report, error) { return Report{}, prolong.Wrap("banksync.ConfirmUpload", err) }
	upload, body, err := s.uploadBody(ctx, id)
	if err != nil {
		return fail(err)
	}
	if upload.State != UploadWaiting {
		return fail(prolong.NewError(prolong.CodeConflict, "error.upload_settled", nil))
	}
	if mapping != nil {
		if err := s.keepMapping(ctx, actor, upload.Name, body, *mapping); err != nil {
			return fail(err)
		}
	}
	report, err := s.Import(ctx, actor, upload.Source, upload.Name, bytes.NewReader(body))
	if err != nil {
		return report, prolong.Wrap("banksync.ConfirmUpload", err)
	}
	raw, err := json.Marshal(report)
	if err != nil {
		return report, err
	}
	return report, prolong.Wrap("banksync.ConfirmUpload", s.settleUpload(ctx, actor, id, UploadImported, raw))
}

// DismissUpload puts a file away unread. Returns CodeConflict if it is settled.
func (s *Service) DismissUpload(ctx context.Context, actor prolong.Actor, id UploadID) error {
	return prolong.Wrap("banksync.DismissUpload", s.settleUpload(ctx, actor, id, UploadDismissed, nil))
}

func (s *Service) settleUpload(ctx context.Context, actor prolong.Actor, id UploadID, state UploadState, report []byte) error {
	return s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		tag, err := tx.Pgx.Exec(ctx, `UPDATE bank_uploads SET state = $2, report = $3, decided_by = $4, decided_at = $5 WHERE id = $1 AND state = 'waiting'`,
			int64(id), string(state), report, actor.String(), tx.Now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return prolong.NewError(prolong.CodeConflict, "error.upload_settled", nil)
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "statement." + string(state), SubjectKind: "bank_upload", SubjectID: int64(id)})
	})
}

const uploadColumns = `id, source, name, sender, length(body), state, report, brought_by, brought_at, decided_by, decided_at`

func scanUpload(row pgx.CollectableRow) (u Upload, err error) {
	var raw []byte
	var at *time.Time
	if err = row.Scan((*int64)(&u.ID), &u.Source, &u.Name, &u.Sender, &u.Bytes, (*string)(&u.State), &raw, &u.BroughtBy, &u.BroughtAt, &u.DecidedBy, &at); err != nil {
		return u, err
	}
	if at != nil {
		u.DecidedAt = *at
	}
	if raw != nil {
		u.Report = &Report{}
		err = json.Unmarshal(raw, u.Report)
	}
	return u, err
}

func (s *Service) uploadBody(ctx context.Context, id UploadID) (u Upload, body []byte, err error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+uploadColumns+` FROM bank_uploads WHERE id = $1`, int64(id))
	if err != nil {
		return u, nil, err
	}
	u, err = pgx.CollectExactlyOneRow(rows, scanUpload)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, nil, prolong.NewError(prolong.CodeNotFound, "error.upload_not_found", nil)
	}
	if err != nil {
		return u, nil, err
	}
	return u, body, s.db.Pool.QueryRow(ctx, `SELECT body FROM bank_uploads WHERE id = $1`, int64(id)).Scan(&body)
}

// FindUploads lists the latest files that wait or waited for a person, those that wait first.
func (s *Service) FindUploads(ctx context.Context) ([]Upload, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+uploadColumns+` FROM bank_uploads ORDER BY state <> 'waiting', id DESC LIMIT $1`, listLimitDefault)
	if err != nil {
		return nil, prolong.Wrap("banksync.FindUploads", err)
	}
	list, err := pgx.CollectRows(rows, scanUpload)
	return list, prolong.Wrap("banksync.FindUploads", err)
}
