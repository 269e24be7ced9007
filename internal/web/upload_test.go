package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"prolong/internal/web"
)

// TestFilesBeyondTheirLimit: what was typed is there however large the files are, the files are
// read up to their limit and one byte, and the site's limit for bodies does not stand before it.
func TestFilesBeyondTheirLimit(t *testing.T) {
	t.Parallel()
	const kilo = 1 << 10
	b := setup(t, func(cfg *web.Config) { cfg.BodyBytesMax = 2 * kilo })
	b.Mount([]web.Route{{Method: "POST", Path: "/file", Right: web.Public, Handler: b.Handle(func(c *gin.Context) error {
		form, files, err := web.ReadFiles[web.File](c, "files", 10*kilo)
		if err != nil {
			return err
		}
		said := form.Text("text", 100)
		for _, f := range files {
			said += fmt.Sprintf(" %s:%d", f.Name, len(f.Data))
		}
		c.String(http.StatusOK, said)
		return nil
	})}}, nil)
	for name, tt := range map[string]struct {
		sizes []int
		want  string
	}{
		"none":             {nil, "Касса"},
		"some":             {[]int{3 * kilo, 0, 7 * kilo}, "Касса f0:3072 f1:0 f2:7168"},
		"one too large":    {[]int{400 * kilo, 5}, "Касса f0:10241 f1:1"},
		"together too big": {[]int{6 * kilo, 6 * kilo}, "Касса f0:6144 f1:4097"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var body bytes.Buffer
			w := multipart.NewWriter(&body)
			for i, size := range tt.sizes {
				part, err := w.CreateFormFile("files", fmt.Sprintf("f%d", i))
				require.NoError(t, err)
				_, err = part.Write(bytes.Repeat([]byte("x"), size))
				require.NoError(t, err)
			}
			other, err := w.CreateFormFile("unasked", "g")
			require.NoError(t, err)
			_, err = other.Write([]byte{})
			require.NoError(t, err)
			require.NoError(t, w.WriteField("text", "Касса"))
			require.NoError(t, w.Close())
			require.Equal(t, tt.want, b.call(t, "POST", "/file", &body, "Content-Type", w.FormDataContentType()).Body.String())
		})
	}
	const plain = "application/x-www-form-urlencoded"
	require.Equal(t, "x", b.call(t, "POST", "/file", strings.NewReader("text=x"), "Content-Type", plain).Body.String())
	broken := b.call(t, "POST", "/file", strings.NewReader("--x\r\nnonsense"), "Content-Type", "multipart/form-data; boundary=x")
	require.Equal(t, http.StatusUnprocessableEntity, broken.Code)
}
