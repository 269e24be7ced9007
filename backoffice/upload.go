package backoffice

import (
	"errors"
	"io"
	"mime/multipart"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/web"
	"prolong/tickets"
)

// readWithFiles reads a form with its files. Their number and size are support's to judge; the
// site's own limit of a body stands before it.
func readWithFiles(c *gin.Context) (form *web.Form, uploads []tickets.Upload, err error) {
	if form, err = web.ReadForm(c); err != nil {
		return nil, nil, err
	}
	m := c.Request.MultipartForm
	if m == nil {
		return form, nil, nil
	}
	// The server removes the temporary files of its own request only, and ours is a copy.
	defer func() { err = errors.Join(err, m.RemoveAll()) }()
	for _, head := range m.File["files"] {
		if head.Filename == "" && head.Size == 0 {
			continue // no file was chosen
		}
		data, err := readPart(head)
		if err != nil {
			return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.form_unreadable", nil).Because(err)
		}
		uploads = append(uploads, tickets.Upload{Name: head.Filename, ContentType: head.Header.Get("Content-Type"), Data: data})
	}
	return form, uploads, nil
}

func readPart(head *multipart.FileHeader) (data []byte, err error) {
	file, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(file)
}
