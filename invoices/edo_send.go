package invoices

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices/edo"
	"prolong/invoices/upd"
)

// DispatchState is where a document is on its way through an operator.
type DispatchState string

// The states of a dispatch; those of edo.State and two of ours.
const (
	DispatchQueued   DispatchState = "queued" // waits to be given to the operator
	DispatchDraft    DispatchState = DispatchState(edo.Draft)
	DispatchSent     DispatchState = DispatchState(edo.Sent)
	DispatchSigned   DispatchState = DispatchState(edo.Signed)
	DispatchRejected DispatchState = DispatchState(edo.Rejected)
	DispatchRevoked  DispatchState = DispatchState(edo.Revoked)
	DispatchFailed   DispatchState = "failed" // the operator does not take it; Detail says why
)

// Dispatch is a document's way through an operator.
type Dispatch struct {
	DocumentID DocumentID
	Operator   string
	State      DispatchState
	Detail     string // what the operator says, in his words
	ChangedAt  time.Time
	HasCopy    bool // the signed copy is here
}

// Living says whether the document is on its way or has arrived: it is not sent again then.
func (d Dispatch) Living() bool {
	switch d.State {
	case DispatchQueued, DispatchDraft, DispatchSent, DispatchSigned:
		return true
	case DispatchRejected, DispatchRevoked, DispatchFailed:
	}
	return false
}

const (
	edoBatch        = 50               // dispatches of one sweep
	edoClaim        = 10 * time.Minute // a dispatch that is being worked on is left alone so long
	edoBackoffFirst = 2 * time.Minute
	edoBackoffMax   = 6 * time.Hour
	edoMissedMax    = 20 // failures in a row after which people are asked
	edoAutoDays     = 30 // how far back documents are sent by themselves
)

// edoPolls say how often a dispatch is asked for, by its age.
var edoPolls = []struct{ age, every time.Duration }{{time.Hour, 5 * time.Minute}, {24 * time.Hour, 30 * time.Minute}, {14 * 24 * time.Hour, 3 * time.Hour}}

const edoPollOld = 24 * time.Hour

// edoOperators are the open ways to operators; they keep tokens and pace while the process lives.
type edoOperators struct {
	mu   sync.Mutex
	open func(operator string, values map[string]string) (edo.Operator, error)
	ways map[billing.SellerID]edo.Operator
}

// ConnectEDO says how operators are reached (operators.Open with its configuration). Without it
// nothing is sent.
func (s *Service) ConnectEDO(open func(operator string, values map[string]string) (edo.Operator, error)) {
	s.edo.mu.Lock()
	defer s.edo.mu.Unlock()
	s.edo.open, s.edo.ways = open, map[billing.SellerID]edo.Operator{}
}

func (s *Service) operator(ctx context.Context, seller billing.SellerID) (edo.Operator, error) {
	exchange, err := s.ExchangeOf(ctx, seller)
	if err != nil {
		return nil, err
	}
	s.edo.mu.Lock()
	defer s.edo.mu.Unlock()
	if s.edo.open == nil || exchange.EDO.Operator == "" {
		return nil, errNoOperator()
	}
	if way, ok := s.edo.ways[seller]; ok {
		return way, nil
	}
	way, err := s.edo.open(exchange.EDO.Operator, exchange.EDO.Values)
	if err == nil {
		s.edo.ways[seller] = way
	}
	return way, err
}

// forget drops a way whose key was refused: the next sweep reads the key again.
func (s *Service) forget(seller billing.SellerID) {
	s.edo.mu.Lock()
	defer s.edo.mu.Unlock()
	delete(s.edo.ways, seller)
}

func errNoOperator() error { return prolong.NewError(prolong.CodeInvalid, "error.edo_none", nil) }

// SendEDO puts a document on its way through the seller's operator; the sweep does the rest.
// Returns CodeInvalid if the seller has no operator or the document lacks what the format
// demands, CodeConflict if it is on its way already or cancelled, CodeNotFound.
func (s *Service) SendEDO(ctx context.Context, id DocumentID) error {
	f, err := s.formalised(ctx, 0, id)
	if err != nil {
		return prolong.Wrap("invoices.SendEDO", err)
	}
	switch {
	case f.exchange.EDO.Operator == "":
		err = errNoOperator()
	case f.status != "issued":
		err = prolong.NewError(prolong.CodeConflict, "error.edo_cancelled", prolong.Args{"Number": f.doc.Number})
	case upd.Formable(&f.doc):
		_, err = f.form("", "") // what is missing is said at once, and not by a job later
	}
	if err != nil {
		return prolong.Wrap("invoices.SendEDO", err)
	}
	return prolong.Wrap("invoices.SendEDO", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Pgx.Exec(ctx, `INSERT INTO edo_documents (account_id, seller_id, document_id, operator, operation_id, state, next_at, created_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, 'queued', $6, $6, $6)`, int64(f.account), int64(f.seller.ID), int64(id), f.exchange.EDO.Operator, uuid.New(), tx.Now)
		return postgres.MapConstraint(err, constraints)
	}))
}

// EDOSwept counts what a sweep did.
type EDOSwept struct {
	Queued  int `json:"queued"`  // put on their way by themselves
	Changed int `json:"changed"` // dispatches whose state changed
	Failed  int `json:"failed"`  // that the operator does not take, or that people have to look at
	Later   int `json:"later"`   // that have to wait for the operator
}

// dueDispatch is a dispatch that is to be looked at.
type dueDispatch struct {
	id        int64
	document  DocumentID
	seller    billing.SellerID
	account   billing.AccountID
	operation string
	state     DispatchState
	remote    string
	detail    string
	missed    int
	createdAt time.Time
}

// SweepEDO sends what waits and asks after what is on its way. It may run in several processes
// and be killed anywhere: a document is given to the operator once, by its operation.
func (s *Service) SweepEDO(ctx context.Context) (EDOSwept, error) {
	var done EDOSwept
	if err := s.queueAutomatic(ctx, &done); err != nil {
		return done, prolong.Wrap("invoices.SweepEDO", err)
	}
	for range edoBatch {
		d, err := s.claimDispatch(ctx)
		if err != nil || d == nil {
			return done, prolong.Wrap("invoices.SweepEDO", err)
		}
		if err := s.workDispatch(ctx, *d, &done); err != nil {
			return done, prolong.Wrap("invoices.SweepEDO", err)
		}
	}
	return done, nil
}

// queueAutomatic puts new documents of sellers who want it on their way.
func (s *Service) queueAutomatic(ctx context.Context, done *EDOSwept) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT d.id FROM documents d JOIN seller_exchange x ON x.seller_id = d.seller_id
		WHERE (x.settings->'edo'->>'automatic')::boolean AND d.status = 'issued' AND d.kind <> 'storno' AND d.issued_on >= $1
			AND NOT EXISTS (SELECT 1 FROM edo_documents e WHERE e.document_id = d.id)
		ORDER BY d.id LIMIT $2`, prolong.DateOf(s.db.Now(), time.UTC).AddDays(-edoAutoDays), edoBatch)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := s.SendEDO(ctx, DocumentID(id))
		switch prolong.CodeOf(err) {
		case "":
			done.Queued++
		case prolong.CodeInvalid, prolong.CodeConflict:
			// A requisite is missing: the row says so on the pages, and nobody tries again by himself.
			if err := s.recordUnsendable(ctx, DocumentID(id), err); err != nil {
				return err
			}
			done.Failed++
		default:
			return err
		}
	}
	return nil
}

func (s *Service) recordUnsendable(ctx context.Context, id DocumentID, cause error) error {
	_, err := s.db.Pool.Exec(ctx, `INSERT INTO edo_documents (account_id, seller_id, document_id, operator, operation_id, state, detail, created_at, changed_at)
		SELECT d.account_id, d.seller_id, d.id, x.settings->'edo'->>'operator', $2, 'failed', $3, $4, $4 FROM documents d JOIN seller_exchange x ON x.seller_id = d.seller_id WHERE d.id = $1`,
		int64(id), uuid.New(), detailOf(cause), s.db.Now())
	return err
}

// detailOf is an error in few words, for a row.
func detailOf(err error) string {
	var e *prolong.Error
	if errors.As(err, &e) {
		if detail, ok := e.Args["Detail"].(string); ok && detail != "" {
			return detail
		}
		if field, ok := e.Args["Field"].(string); ok {
			return field
		}
		if place, ok := e.Args["Place"].(string); ok {
			return place
		}
		return e.Key
	}
	return err.Error()
}

func (s *Service) claimDispatch(ctx context.Context) (*dueDispatch, error) {
	now := s.db.Now()
	var d dueDispatch
	err := s.db.Pool.QueryRow(ctx, `
		UPDATE edo_documents e SET next_at = $2
		WHERE e.id = (SELECT id FROM edo_documents WHERE next_at <= $1 ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING e.id, e.document_id, e.seller_id, e.account_id, e.operation_id::text, e.state, e.remote_id, e.detail, e.missed, e.created_at`, now, now.Add(edoClaim)).
		Scan(&d.id, (*int64)(&d.document), (*int64)(&d.seller), (*int64)(&d.account), &d.operation, (*string)(&d.state), &d.remote, &d.detail, &d.missed, &d.createdAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nothing is due
	}
	return &d, err
}

// workDispatch takes a dispatch one step further and writes what came of it. A failure of the
// operator is no failure of the sweep.
func (s *Service) workDispatch(ctx context.Context, d dueDispatch, done *EDOSwept) error {
	before := d.state
	body, name, err := s.step(ctx, &d)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now := s.db.Now()
	next := new(time.Time)
	*next = now.Add(pollAfter(now.Sub(d.createdAt)))
	switch code := prolong.CodeOf(err); {
	case err == nil:
		d.missed = 0
	case code == prolong.CodeInvalid || code == prolong.CodeForbidden || code == prolong.CodeNotFound || d.missed+1 >= edoMissedMax:
		d.state, d.detail = DispatchFailed, detailOf(err)
		s.log.WarnContext(ctx, "an operator of electronic documents does not take a document", "document", int64(d.document), "error", err)
		done.Failed++
	default:
		if code == prolong.CodeUnauthorized {
			s.forget(d.seller)
			d.detail = detailOf(err)
		}
		d.missed++
		wait := min(edoBackoffFirst<<min(d.missed-1, 8), edoBackoffMax)
		if asked, ok := edo.Later(err); ok {
			wait = max(asked, time.Second)
		}
		*next = now.Add(wait)
		done.Later++
		s.log.InfoContext(ctx, "an operator of electronic documents cannot answer now", "document", int64(d.document), "wait", wait, "error", err)
	}
	if !(Dispatch{State: d.state}).Living() || d.state == DispatchSigned {
		next = nil
	}
	if d.state != before {
		done.Changed++
	}
	_, err = s.db.Pool.Exec(ctx, `UPDATE edo_documents SET state = $2, remote_id = $3, detail = $4, missed = $5, next_at = $6,
		changed_at = CASE WHEN state = $2 THEN changed_at ELSE $7 END, signed_name = coalesce(nullif($8, ''), signed_name), signed_body = coalesce($9, signed_body) WHERE id = $1`,
		d.id, string(d.state), d.remote, d.detail, d.missed, next, now, name, body)
	return err
}

func pollAfter(age time.Duration) time.Duration {
	for _, p := range edoPolls {
		if age < p.age {
			return p.every
		}
	}
	return edoPollOld
}

// step talks to the operator; no transaction is open meanwhile.
func (s *Service) step(ctx context.Context, d *dueDispatch) (signed []byte, name string, err error) {
	way, err := s.operator(ctx, d.seller)
	if err != nil {
		return nil, "", err
	}
	if d.state == DispatchQueued {
		out, err := s.outgoing(ctx, way, d)
		if err != nil {
			return nil, "", err
		}
		if d.remote, err = way.Send(ctx, out); err != nil {
			d.remote = ""
			return nil, "", err
		}
		d.state, d.detail = DispatchDraft, ""
		return nil, "", nil
	}
	status, err := way.Status(ctx, d.remote)
	if err != nil {
		return nil, "", err
	}
	d.detail = status.Detail
	if status.State == edo.Signed {
		// The copy is a part of being done: until it is here, the dispatch goes on.
		copied, err := way.Signed(ctx, d.remote)
		if code := prolong.CodeOf(err); err != nil && code != prolong.CodeInvalid && code != prolong.CodeNotFound {
			return nil, "", err
		}
		signed, name = copied.Body, copied.Name
	}
	d.state = DispatchState(status.State)
	return signed, name, nil
}

// outgoing forms what is given to the operator: the formalised file where there is one, else the
// paper as PDF.
func (s *Service) outgoing(ctx context.Context, way edo.Operator, d *dueDispatch) (edo.Outgoing, error) {
	f, err := s.formalised(ctx, 0, d.document)
	if err != nil {
		return edo.Outgoing{}, err
	}
	if f.status != "issued" { // corrected or cancelled while it waited
		return edo.Outgoing{}, prolong.NewError(prolong.CodeInvalid, "error.edo_cancelled", prolong.Args{"Number": f.doc.Number, "Detail": f.status})
	}
	out := edo.Outgoing{
		Operation: d.operation, Number: f.doc.Number, Date: f.doc.Date, Total: prolong.NewMoney(f.doc.Totals.Gross, f.doc.Currency),
		Title:  basisTitle(f) + " № " + f.doc.Number + " " + shortDate(f.doc.Date),
		Seller: edo.Party{TaxID: f.doc.Seller.TaxID, KPP: f.doc.Seller.KPP, Name: f.doc.Seller.Name, Email: f.doc.Seller.Email},
		Buyer:  edo.Party{TaxID: f.doc.Buyer.TaxID, KPP: f.doc.Buyer.KPP, Name: f.doc.Buyer.Name, Email: f.doc.Buyer.Email},
	}
	if c := f.doc.Correction; !c.IsZero() {
		out.Title += ", " + correctionWords[f.doc.Language] + " № " + c.Number
		if out.Corrects, err = s.correctedAt(ctx, d); err != nil {
			return out, err
		}
	}
	if out.From, err = way.Participant(ctx, out.Seller); err != nil {
		return out, err
	}
	if out.To, err = way.Participant(ctx, out.Buyer); err != nil {
		return out, err
	}
	if upd.Formable(&f.doc) {
		file, err := f.form(out.From.ID, out.To.ID)
		out.Function, out.FileName, out.Body = string(file.Function), file.Name, file.Body
		return out, err
	}
	out.FileName, _ = f.doc.FileNames()
	out.Body, err = s.renderer.Render(f.doc)
	return out, err
}

// correctedAt returns what the operator calls the last issue before a corrected one that has left
// through him; empty if none has.
func (s *Service) correctedAt(ctx context.Context, d *dueDispatch) (remote string, err error) {
	err = s.db.Pool.QueryRow(ctx, `
		SELECT e.remote_id FROM documents d JOIN documents p ON p.seller_id = d.seller_id AND p.kind = d.kind AND p.year = d.year AND p.running = d.running AND p.revision < d.revision
		JOIN edo_documents e ON e.document_id = p.id AND e.operator = (SELECT operator FROM edo_documents WHERE id = $2)
		WHERE d.id = $1 AND e.state IN ('sent', 'signed') ORDER BY p.revision DESC, e.id DESC LIMIT 1`, int64(d.document), d.id).Scan(&remote)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return remote, err
}

// followDispatch puts a corrected issue on the way that the one before it has taken: what the
// client has from the operator is replaced there, and one that still waits does not leave.
func followDispatch(ctx context.Context, tx postgres.Tx, before, corrected DocumentID) error {
	_, err := tx.Pgx.Exec(ctx, `
		INSERT INTO edo_documents (account_id, seller_id, document_id, operator, operation_id, state, next_at, created_at, changed_at)
		SELECT account_id, seller_id, $2, operator, $3, 'queued', $4, $4, $4 FROM edo_documents
		WHERE document_id = $1 AND state IN ('queued', 'draft', 'sent', 'signed') ORDER BY id DESC LIMIT 1`, int64(before), int64(corrected), uuid.New(), tx.Now)
	return err
}

// correctionWords name a corrected issue in the language of the document.
var correctionWords = map[string]string{"ru": "исправление", "uk": "виправлення", "kk": "түзету", "en": "correction"}

// actTitles name a closing document in the language of its country's accountants.
var actTitles = map[string]string{"ru": "Акт", "uk": "Акт надання послуг", "kk": "Акт", "en": "Act"}

func basisTitle(f formal) string {
	if f.kind == DocumentUPD {
		return "УПД"
	}
	if title, ok := actTitles[f.doc.Language]; ok {
		return title
	}
	return actTitles["en"]
}

// DispatchesOf returns the last dispatch of each document that has one.
func (s *Service) DispatchesOf(ctx context.Context, ids []DocumentID) (map[DocumentID]Dispatch, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT DISTINCT ON (document_id) document_id, operator, state, detail, changed_at, signed_body IS NOT NULL
		FROM edo_documents WHERE document_id = ANY($1) ORDER BY document_id, id DESC`, postgres.Int64s(ids))
	if err != nil {
		return nil, prolong.Wrap("invoices.DispatchesOf", err)
	}
	out := map[DocumentID]Dispatch{}
	var d Dispatch
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&d.DocumentID), &d.Operator, (*string)(&d.State), &d.Detail, &d.ChangedAt, &d.HasCopy}, func() error {
		out[d.DocumentID] = d
		return nil
	})
	return out, prolong.Wrap("invoices.DispatchesOf", err)
}

// SignedCopy returns the copy of a document that both sides signed. account 0 asks for anybody's.
// Returns CodeNotFound, for another account's document as well.
func (s *Service) SignedCopy(ctx context.Context, account billing.AccountID, id DocumentID) (File, error) {
	var f File
	err := s.db.Pool.QueryRow(ctx, `SELECT signed_name, signed_body FROM edo_documents WHERE document_id = $1 AND ($2 = 0 OR account_id = $2) AND signed_body IS NOT NULL ORDER BY id DESC LIMIT 1`,
		int64(id), int64(account)).Scan(&f.Name, &f.Body)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, errPaperNotFound(int64(id))
	}
	f.ASCIIName = f.Name
	return f, prolong.Wrap("invoices.SignedCopy", err)
}

// EDOSellers returns the sellers who have an operator, so that pages offer sending only for them.
func (s *Service) EDOSellers(ctx context.Context) (map[billing.SellerID]string, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT seller_id, settings->'edo'->>'operator' FROM seller_exchange WHERE coalesce(settings->'edo'->>'operator', '') <> ''`)
	if err != nil {
		return nil, prolong.Wrap("invoices.EDOSellers", err)
	}
	out := map[billing.SellerID]string{}
	var seller billing.SellerID
	var operator string
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&seller), &operator}, func() error {
		out[seller] = operator
		return nil
	})
	return out, prolong.Wrap("invoices.EDOSellers", err)
}
