package cabinet

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/invoices"
)

func (r *Room) sendInvoice(c *gin.Context) error {
	return r.sendPaper(c, invoices.AttachInvoice, "invoice")
}

func (r *Room) sendDocument(c *gin.Context) error {
	return r.sendPaper(c, invoices.AttachDocument, "document")
}

func (r *Room) sendCreditNote(c *gin.Context) error {
	return r.sendPaper(c, invoices.AttachCreditNote, "note")
}

// sendPaper answers with a paper as PDF, to be saved under the name that people know it by.
func (r *Room) sendPaper(c *gin.Context, kind, name string) error {
	v, _ := visitOf(c)
	id, err := param(c, name)
	if err != nil {
		return err
	}
	file, err := r.invoices.FileOf(c.Request.Context(), v.account, kind, id)
	if err != nil {
		return err
	}
	sendFile(c, "application/pdf", file.ASCIIName, file.Name, file.Body)
	return nil
}

// sendPaymentCode answers with the payment code of an open invoice as a picture. What is paid or
// cancelled has none: nobody shall pay it again.
func (r *Room) sendPaymentCode(c *gin.Context) error {
	v, _ := visitOf(c)
	id, err := param(c, "invoice")
	if err != nil {
		return err
	}
	inv, err := r.invoices.InvoiceOf(c.Request.Context(), v.account, invoices.InvoiceID(id))
	if err != nil {
		return err
	}
	if inv.Status != invoices.StatusOpen {
		return prolong.NewError(prolong.CodeConflict, "error.invoice_not_open", prolong.Args{"Invoice": inv.Number})
	}
	doc := inv.Payable()
	picture, err := qrPicture(&doc)
	if err != nil {
		return err
	}
	if picture == nil {
		return prolong.NewError(prolong.CodeNotFound, "error.not_found", nil)
	}
	name := "qr-" + inv.Number + ".png"
	sendFile(c, "image/png", name, name, picture)
	return nil
}

// sendYear answers with the closing documents of a year in one file.
func (r *Room) sendYear(c *gin.Context) error {
	v, _ := visitOf(c)
	year, err := strconv.Atoi(c.Query("year"))
	if err != nil || year < yearMin || year > yearMax {
		years, err := r.invoices.DocumentYears(c.Request.Context(), v.account)
		if err != nil {
			return err
		}
		if year = yearMax; len(years) > 0 {
			year = years[0]
		}
	}
	file, err := r.invoices.YearArchive(c.Request.Context(), v.account, year)
	if err != nil {
		return err
	}
	sendFile(c, "application/zip", file.ASCIIName, file.Name, file.Body)
	return nil
}

// yearMin and yearMax bound what a year may be; anything else means the latest with papers.
const (
	yearMin = 2000
	yearMax = 2100
)

// sendUPD answers with the formalised file of a document, which accounting programs load.
func (r *Room) sendUPD(c *gin.Context) error {
	v, _ := visitOf(c)
	id, err := param(c, "document")
	if err != nil {
		return err
	}
	file, err := r.invoices.UPDFile(c.Request.Context(), v.account, invoices.DocumentID(id))
	if err != nil {
		return err
	}
	sendFile(c, invoices.MimeXML, file.ASCIIName, file.Name, file.Body)
	return nil
}

// sendSigned answers with the copy of a document that both sides signed.
func (r *Room) sendSigned(c *gin.Context) error {
	v, _ := visitOf(c)
	id, err := param(c, "document")
	if err != nil {
		return err
	}
	file, err := r.invoices.SignedCopy(c.Request.Context(), v.account, invoices.DocumentID(id))
	if err != nil {
		return err
	}
	sendFile(c, "application/octet-stream", file.ASCIIName, file.Name, file.Body)
	return nil
}

// sendFile answers with bytes to be saved. Nothing that clients or we uploaded is ever shown
// inside of our own origin.
func sendFile(c *gin.Context, contentType, asciiName, name string, body []byte) {
	c.Header("Content-Disposition", disposition(asciiName, name))
	c.Header("Cache-Control", "private, no-store")
	c.Data(http.StatusOK, contentType, body)
}

// disposition names a file twice (RFC 6266): in ASCII for old programs, and as it is.
func disposition(asciiName, name string) string {
	safe := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || strings.ContainsRune(`"\/;%`, r) {
			return '_'
		}
		return r
	}, asciiName)
	return `attachment; filename="` + safe + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
