package invoices

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
)

// archivePapersMax bounds an archive, which is made in memory: some 15 MB.
const archivePapersMax = 500

// DocumentYears lists the years in which an account was issued closing documents, the latest
// first.
func (s *Service) DocumentYears(ctx context.Context, account billing.AccountID) ([]int, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT DISTINCT extract(year FROM issued_on)::int FROM documents WHERE account_id = $1 AND status <> 'cancelled' ORDER BY 1 DESC`, int64(account))
	if err != nil {
		return nil, prolong.Wrap("invoices.DocumentYears", err)
	}
	years, err := pgx.CollectRows(rows, pgx.RowTo[int])
	return years, prolong.Wrap("invoices.DocumentYears", err)
}

// YearArchive packs the closing documents that an account was issued in a year, as the PDF files
// that its letters carry, into one ZIP file; cancelled ones are left out. Returns CodeNotFound for
// a year without documents, and CodeInvalid where there are too many for one file.
func (s *Service) YearArchive(ctx context.Context, account billing.AccountID, year int) (File, error) {
	list, err := s.clientDocuments(ctx, account, `d.issued_on >= make_date($2, 1, 1) AND d.issued_on < make_date($2 + 1, 1, 1) AND d.status <> 'cancelled'`,
		`ORDER BY d.issued_on, d.id LIMIT $3`, year, archivePapersMax+1)
	if err != nil {
		return File{}, prolong.Wrap("invoices.YearArchive", err)
	}
	switch {
	case len(list) == 0:
		return File{}, prolong.NewError(prolong.CodeNotFound, "error.archive_empty", prolong.Args{"Year": year})
	case len(list) > archivePapersMax:
		return File{}, prolong.NewError(prolong.CodeInvalid, "error.archive_too_big", prolong.Args{"Year": year, "Max": archivePapersMax})
	}
	var body bytes.Buffer
	archive, taken := zip.NewWriter(&body), map[string]int{}
	for _, d := range list {
		paper, err := s.FileOf(ctx, account, AttachDocument, int64(d.ID))
		if err != nil {
			return File{}, err
		}
		// The day of the paper, not of the download: the same papers make the same archive.
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: freeName(taken, paper.Name), Method: zip.Deflate, Modified: d.IssuedOn.Start(time.UTC)})
		if err != nil {
			return File{}, prolong.Wrap("invoices.YearArchive", err)
		}
		if _, err := entry.Write(paper.Body); err != nil {
			return File{}, prolong.Wrap("invoices.YearArchive", err)
		}
	}
	if err := archive.Close(); err != nil {
		return File{}, prolong.Wrap("invoices.YearArchive", err)
	}
	name := fmt.Sprintf("documents-%d.zip", year)
	return File{ASCIIName: name, Name: name, Body: body.Bytes()}, nil
}

// freeName tells papers of one name apart: what unpacks an archive writes one over the other.
func freeName(taken map[string]int, name string) string {
	taken[name]++
	if taken[name] == 1 {
		return name
	}
	ext := path.Ext(name)
	return fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, ext), taken[name], ext)
}
