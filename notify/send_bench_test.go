package notify_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/notify"
)

// One message from the outbox into the folder: claim, letter, file, note; and the letter alone.
func BenchmarkSendToFolder(b *testing.B) {
	folder, err := notify.NewFolderTransport(b.TempDir())
	require.NoError(b, err)
	w := newOutbox(b, folder)
	ids := make([]int64, 0, b.N)
	msgs := make([]notify.Message, b.N)
	for i := range msgs {
		msgs[i] = invoiceTo("anna@example.test", int64(i))
	}
	w.queue(b, msgs...)
	rows, err := w.db.Pool.Query(b.Context(), "SELECT id FROM messages")
	require.NoError(b, err)
	for rows.Next() {
		var id int64
		require.NoError(b, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(b, rows.Err())
	b.ResetTimer()
	for i := range b.N {
		require.NoError(b, w.outbox.Send(b.Context(), ids[i]))
	}
}

func BenchmarkLetter(b *testing.B) {
	w := newOutbox(b, &gate{})
	payload := anInvoice()
	for b.Loop() {
		_, err := w.outbox.PreviewPayload("ru", notify.Letterhead{}, notify.Recipient{Email: "anna@example.test"}, payload)
		require.NoError(b, err)
	}
}
