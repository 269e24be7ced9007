package notify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FolderTransport writes messages as .eml files: the way out where no SMTP server is
// configured. The file's name is the Message-ID, so a message sent twice is one file.
type FolderTransport struct {
	dir string
}

// mailFileSuffix is what mail programs open.
const mailFileSuffix = ".eml"

// NewFolderTransport returns a transport into dir, which is made if it is not there.
func NewFolderTransport(dir string) (*FolderTransport, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("notify: folder for mail: %w", err)
	}
	return &FolderTransport{dir: dir}, nil
}

// Dir returns the folder.
func (t *FolderTransport) Dir() string { return t.dir }

// PendingSpool counts the messages in the folder: they have reached nobody yet. "prolong
// doctor" says so.
func (t *FolderTransport) PendingSpool() (int, error) {
	entries, err := os.ReadDir(t.dir)
	if err != nil {
		return 0, fmt.Errorf("notify: folder for mail: %w", err)
	}
	n := 0
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), mailFileSuffix) {
			n++
		}
	}
	return n, nil
}

// Send writes the file under a temporary name and renames it, so that a reader of the folder
// never sees half a message.
func (t *FolderTransport) Send(ctx context.Context, m *Mail) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, err := os.CreateTemp(t.dir, ".writing-*")
	if err != nil {
		return fmt.Errorf("notify: folder for mail: %w", err)
	}
	defer func() {
		if removeErr := os.Remove(f.Name()); err != nil && removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}()
	w := bufio.NewWriter(f)
	if _, err := m.WriteTo(w); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		return fmt.Errorf("notify: folder for mail: %w", err)
	}
	return os.Rename(f.Name(), filepath.Join(t.dir, m.MessageID+mailFileSuffix))
}
