package backoffice

import (
	"github.com/gin-gonic/gin"

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
