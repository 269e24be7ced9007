package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"prolong"
)

// File is a file of a form, read as far as it was wanted: see ReadFiles.
type File struct {
	Name        string
	ContentType string
	Data        []byte
}

// fileLike is a File, or the type of a room that is made like one.
type fileLike interface {
	~struct {
		Name        string
		ContentType string
		Data        []byte
	}
}

// The limits of a form with files, beside the one for the files themselves.
const (
	filesFieldsBytesMax = 1 << 20
	filesPartsMax       = 200
	// filesBodyBytesMax is how much of a form that is too large is still read through and thrown
	// away. Without that the browser shows a broken connection, and what was typed is lost.
	filesBodyBytesMax = 256 << 20
)

const bodyKey = "web.body"

// ReadFiles reads a POST with the files of one field, into the type of the room that they are for.
// Their number, size and kind are that room's to judge. The files together are kept up to bytesMax
// and one byte more, by which the caller sees that it was too much; the rest of the body is read
// through, so that the page can be shown again with what was typed. It may therefore be larger
// than the site's limit for bodies. Fails if the body as a whole is unreadable or beyond all measure.
func ReadFiles[F fileLike](c *gin.Context, field string, bytesMax int64) (*Form, []F, error) {
	if body, ok := c.Get(bodyKey); ok {
		c.Request.Body = http.MaxBytesReader(c.Writer, body.(io.ReadCloser), max(filesBodyBytesMax, bytesMax)) //nolint:forcetypeassert // limitBody has put it there
	}
	if c.ContentType() != gin.MIMEMultipartPOSTForm {
		form, err := ReadForm(c)
		return form, nil, err
	}
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return nil, nil, unreadable(err)
	}
	values, files := url.Values{}, []F(nil)
	for left, fields := bytesMax, int64(filesFieldsBytesMax); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return NewForm(values), files, nil
		}
		if err != nil {
			return nil, nil, unreadable(err)
		}
		room := &fields
		if part.FileName() != "" {
			room = &left
		}
		data, err := readSome(part, *room+1)
		if err != nil {
			return nil, nil, unreadable(err)
		}
		*room = max(*room-int64(len(data)), 0)
		switch {
		case fields == 0 || len(values)+len(files) >= filesPartsMax:
			return nil, nil, unreadable(nil)
		case part.FileName() == "" && part.FormName() != field: // a file that nobody chose comes as an empty part
			values.Add(part.FormName(), string(data))
		case part.FileName() != "" && part.FormName() == field:
			files = append(files, F{Name: part.FileName(), ContentType: part.Header.Get("Content-Type"), Data: data})
		}
	}
}

// readSome reads up to bytesMax of a part and skips the rest.
func readSome(part *multipart.Part, bytesMax int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, bytesMax))
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, part)
	return data, err
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return known(err)
	}
	return prolong.NewError(prolong.CodeInvalid, "error.form_unreadable", nil).Because(err)
}
