package invoices

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
	"prolong/invoices/upd"
)

// updProgram is ВерсПрог of our files.
const updProgram = "Prolong"

// MimeXML is the content type of formalised files.
const MimeXML = "application/xml"

// UPDFile forms the title of a document in format 5.03 from its frozen snapshot: the same bytes
// every time. account 0 asks for anybody's document. Returns CodeNotFound, for another account's
// document as well, and CodeInvalid naming the requisite that is missing.
func (s *Service) UPDFile(ctx context.Context, account billing.AccountID, id DocumentID) (File, error) {
	p, err := s.formalised(ctx, account, id)
	if err != nil {
		return File{}, prolong.Wrap("invoices.UPDFile", err)
	}
	file, err := p.form("", "")
	return File{ASCIIName: file.Name, Name: file.Name, Body: file.Body}, prolong.Wrap("invoices.UPDFile", err)
}

// formal is a document that is to be given out as a formalised file.
type formal struct {
	id       DocumentID
	account  billing.AccountID
	kind     DocumentKind
	status   string
	doc      render.Document
	seller   billing.Seller
	exchange Exchange
	issuedAt time.Time
}

func (s *Service) formalised(ctx context.Context, account billing.AccountID, id DocumentID) (f formal, err error) {
	var raw []byte
	var version string
	var seller int64
	f.id = id
	err = s.db.Pool.QueryRow(ctx, `SELECT snapshot, renderer, seller_id, account_id, kind, status, created_at FROM documents WHERE id = $1 AND ($2 = 0 OR account_id = $2)`, int64(id), int64(account)).
		Scan(&raw, &version, &seller, (*int64)(&f.account), (*string)(&f.kind), &f.status, &f.issuedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, errPaperNotFound(int64(id))
	}
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(raw, &f.doc); err != nil {
		return f, err
	}
	f.doc.Renderer = version
	catalog, err := billing.New(s.db, s.log).Catalog(ctx)
	if err != nil {
		return f, err
	}
	f.seller = catalog.Sellers[billing.SellerID(seller)]
	f.exchange, err = s.ExchangeOf(ctx, f.seller.ID)
	return f, err
}

// form writes the title; sellerID and buyerID are the participants at their operators, if known.
func (f formal) form(sellerID, buyerID string) (upd.File, error) {
	settings := upd.Settings{
		SellerID: sellerID, BuyerID: buyerID, FileID: StableID(f.seller.TaxID, "file", int64(f.id)), FormedAt: f.issuedAt.In(f.seller.Location), Program: updProgram,
	}
	if f.doc.Kind == render.KindActRU {
		settings.Function = f.exchange.UPDFunction
	}
	doc := f.doc
	if doc.Seller.Director == "" {
		doc.Seller.Director = f.seller.Director // a snapshot from before there was one: who signs now
	}
	return upd.Form(doc, settings)
}

// Formalised says whether a document can be given out as a formalised file, so that pages offer
// it only then: primary documents in roubles, which only Russian sellers issue.
func Formalised(d Document) bool {
	return d.Total.Currency() == prolong.RUB && d.Kind != DocumentStorno && d.Total.Minor() >= 0
}

// EachUPD gives the formalised files of the documents issued in an interval to yield, in order;
// a document that cannot be given out comes with its error instead. Documents that have no
// formalised form are left out.
func (s *Service) EachUPD(ctx context.Context, i Interval, yield func(number string, file File, err error) error) error {
	if err := i.check(); err != nil {
		return prolong.Wrap("invoices.EachUPD", err)
	}
	seller, err := s.sellerOf(ctx, i.Seller)
	if err != nil {
		return prolong.Wrap("invoices.EachUPD", err)
	}
	exchange, err := s.ExchangeOf(ctx, seller.ID)
	if err != nil {
		return prolong.Wrap("invoices.EachUPD", err)
	}
	return prolong.Wrap("invoices.EachUPD", s.eachPaper(ctx, paperQueryDocuments, seller, i, func(p exportedPaper) error {
		if !upd.Formable(&p.doc) {
			return nil
		}
		f := formal{id: DocumentID(p.id), doc: p.doc, seller: seller, exchange: exchange, issuedAt: p.createdAt}
		file, err := f.form("", "")
		return yield(p.doc.Number, File{ASCIIName: file.Name, Name: file.Name, Body: file.Body}, err)
	}))
}
