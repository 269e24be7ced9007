package banksync

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// PreviewFile says what a statement file holds and changes nothing; of a table whose layout nobody
// has confirmed it proposes one. mapping is a layout that the reader is trying; nil takes what is
// known, or guesses. That a file cannot be read is in the preview (Failure).
func (s *Service) PreviewFile(ctx context.Context, name string, body []byte, mapping *statement.Mapping) (UploadPreview, error) {
	preview, err := s.preview(ctx, name, body, mapping)
	return preview, prolong.Wrap("banksync.PreviewFile", err)
}

// ConfirmMapping remembers a layout for the bank account that it names, after it has read the file:
// later files with the same header are read by it. Returns CodeInvalid if it does not read the file,
// or names no account of ours.
func (s *Service) ConfirmMapping(ctx context.Context, actor prolong.Actor, name string, body []byte, mapping statement.Mapping) error {
	return prolong.Wrap("banksync.ConfirmMapping", s.keepMapping(ctx, actor, name, body, mapping))
}

func (s *Service) preview(ctx context.Context, name string, body []byte, mapping *statement.Mapping) (UploadPreview, error) {
	preview := UploadPreview{}
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return preview, err
	}
	for _, b := range catalog.BankAccounts {
		preview.Accounts = append(preview.Accounts, b)
	}
	slices.SortFunc(preview.Accounts, func(a, b billing.BankAccount) int { return cmp.Compare(a.Number, b.Number) })
	var statements []statement.Statement
	if mapping == nil {
		statements, err = s.parseFile(ctx, catalog, name, body)
	}
	if mapping != nil || unmapped(err) {
		proposal, guessErr := statement.GuessMapping(bytes.NewReader(body))
		if guessErr != nil {
			preview.Failure = guessErr
			return preview, nil //nolint:nilerr // that the file cannot be read is what the preview says
		}
		if mapping != nil {
			proposal.Mapping = *mapping
		} else if len(preview.Accounts) == 1 {
			proposal.Mapping.Account = preview.Accounts[0].Number
		}
		preview.Proposal = &proposal
		statements, err = parseMapped(catalog, name, body, proposal.Mapping)
	}
	if err != nil {
		preview.Failure = err
		return preview, nil //nolint:nilerr // as above
	}
	for i := range statements {
		p, err := s.previewOf(ctx, catalog, &statements[i])
		if err != nil {
			return preview, err
		}
		preview.Statements = append(preview.Statements, p)
	}
	return preview, nil
}

// keepMapping stores a layout that a person confirmed, after it has read the file.
func (s *Service) keepMapping(ctx context.Context, actor prolong.Actor, name string, body []byte, mapping statement.Mapping) error {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return err
	}
	if _, err := parseMapped(catalog, name, body, mapping); err != nil {
		return err
	}
	bank, ok := catalog.BankAccountByNumber(mapping.Account)
	if !ok {
		return prolong.NewError(prolong.CodeInvalid, "error.upload_account", nil)
	}
	raw, err := json.Marshal(mapping)
	if err != nil {
		return err
	}
	return s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.Pgx.Exec(ctx, `
			INSERT INTO bank_mappings (bank_account_id, header, mapping, confirmed_by, confirmed_at) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT ON CONSTRAINT bank_mappings_pkey DO UPDATE SET mapping = excluded.mapping, confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at`,
			int64(bank.ID), headerOf(mapping), raw, actor.String(), tx.Now); err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "statement.mapping", SubjectKind: "seller_bank_account", SubjectID: int64(bank.ID), After: mapping})
	})
}

// headerOf names a layout by the columns that it uses.
func headerOf(m statement.Mapping) string {
	names := make([]string, 0, len(m.Columns))
	for _, header := range m.Columns {
		names = append(names, strings.ToLower(strings.TrimSpace(header)))
	}
	slices.Sort(names)
	return strings.Join(names, "|")
}

// unmapped says whether a file is a table whose layout is not known.
func unmapped(err error) bool {
	var e *prolong.Error
	return errors.As(err, &e) && e.Key == "error.statement_csv_mapping"
}

func parseOptions(catalog billing.Catalog, name string) statement.Options {
	return statement.Options{OwnAccounts: ownOf(catalog).accounts, FileName: name}
}

func parseMapped(catalog billing.Catalog, name string, body []byte, mapping statement.Mapping) ([]statement.Statement, error) {
	options := parseOptions(catalog, name)
	options.Mapping = &mapping
	return statement.Parse(bytes.NewReader(body), options)
}

// parseFile reads a statement file; a table by the layouts that people confirmed, if no other
// is known. If layouts of several accounts read it, nobody can tell whose it is: the table must
// then be confirmed again.
func (s *Service) parseFile(ctx context.Context, catalog billing.Catalog, name string, body []byte) ([]statement.Statement, error) {
	statements, err := statement.Parse(bytes.NewReader(body), parseOptions(catalog, name))
	if !unmapped(err) {
		return statements, err
	}
	rows, queryErr := s.db.Pool.Query(ctx, `SELECT mapping FROM bank_mappings ORDER BY confirmed_at DESC`)
	if queryErr != nil {
		return nil, queryErr
	}
	mappings, queryErr := pgx.CollectRows(rows, pgx.RowTo[statement.Mapping])
	if queryErr != nil {
		return nil, queryErr
	}
	var found []statement.Statement
	for _, m := range mappings {
		list, readErr := parseMapped(catalog, name, body, m)
		if readErr != nil {
			continue // of another header
		}
		if found != nil && !slices.EqualFunc(found, list, func(a, b statement.Statement) bool { return a.Account == b.Account }) {
			return nil, err
		}
		if found == nil {
			found = list
		}
	}
	if found == nil {
		return nil, err
	}
	return found, nil
}
