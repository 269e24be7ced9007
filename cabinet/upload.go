package cabinet

import (
	"errors"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/web"
	"prolong/tickets"
)

// readWithFiles reads a form with its files. Their number, size and kind are support's to judge.
func readWithFiles(c *gin.Context) (*web.Form, []tickets.Upload, error) {
	form, files, err := web.ReadFiles(c, "files", tickets.UploadsBytesMax)
	uploads := make([]tickets.Upload, len(files))
	for i, f := range files {
		uploads[i] = tickets.Upload(f)
	}
	return form, uploads, err
}

// keyOf returns the message key of an error, empty for one that has none.
func keyOf(err error) string {
	var e *prolong.Error
	if errors.As(err, &e) {
		return e.Key
	}
	return ""
}
