package banksync_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
)

func TestAnUploadIsLookedAtBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	file := []byte(statementFile(prolong.MustDate("2026-03-02"), exact(0, open[0])))
	id, err := h.banksync.UploadFile(ctx, accountant, banksync.SourceUpload, "kl_to_1c.txt", "", file)
	require.NoError(t, err)
	again, err := h.banksync.UploadFile(ctx, accountant, banksync.SourceUpload, "copy.txt", "", file)
	require.NoError(t, err)
	require.Equal(t, id, again)

	preview, err := h.banksync.ReadUpload(ctx, id, nil)
	require.NoError(t, err)
	require.NoError(t, preview.Failure)
	require.Nil(t, preview.Proposal)
	require.Len(t, preview.Statements, 1)
	require.Equal(t, 1, preview.Statements[0].New)
	require.NotNil(t, preview.Statements[0].Balanced)
	require.True(t, *preview.Statements[0].Balanced)
	require.Equal(t, "2026-03-20", h.paidThrough(t, open[0].externalID), "looking takes nothing")

	report, err := h.banksync.ConfirmUpload(ctx, accountant, id, nil)
	require.NoError(t, err)
	require.Equal(t, 1, report.Matched)
	_, err = h.banksync.ConfirmUpload(ctx, accountant, id, nil)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(h.banksync.DismissUpload(ctx, accountant, id)))
	list, err := h.banksync.FindUploads(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, list[0].Report.Matched)

	bad, err := h.banksync.UploadFile(ctx, accountant, banksync.SourceUpload, "letter.txt", "", []byte("Добрый день!"))
	require.NoError(t, err)
	preview, err = h.banksync.ReadUpload(ctx, bad, nil)
	require.NoError(t, err)
	require.Error(t, preview.Failure)
	require.NoError(t, h.banksync.DismissUpload(ctx, accountant, bad))
	_, err = h.banksync.UploadFile(ctx, accountant, banksync.SourceUpload, "e.txt", "", nil)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	h.sound(t)
}

func TestTheLayoutOfATableIsConfirmedOnceAndRemembered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	table := func(day string, o openInvoice) []byte {
		return []byte("Дата операции;Номер;Контрагент;ИНН;Приход;Расход;Назначение платежа\n" + day + ";41;ООО " + o.name + ";" + o.taxID + ";2000,00;;Оплата по счету № " + o.number + " от 01.03.2026\n")
	}
	_, err := h.banksync.Import(ctx, accountant, "command", "table.csv", strings.NewReader(string(table("02.03.2026", open[0]))))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), "nobody has confirmed the layout")

	id, err := h.banksync.UploadFile(ctx, accountant, banksync.SourceUpload, "table.csv", "", table("02.03.2026", open[0]))
	require.NoError(t, err)
	preview, err := h.banksync.ReadUpload(ctx, id, nil)
	require.NoError(t, err)
	require.NotNil(t, preview.Proposal)
	require.NoError(t, preview.Failure)
	require.Equal(t, ownAccount, preview.Proposal.Mapping.Account, "there is but one")
	require.Equal(t, 1, preview.Statements[0].Totals.Count)
	mapping := preview.Proposal.Mapping
	lost := mapping
	lost.Account = ""
	_, err = h.banksync.ConfirmUpload(ctx, accountant, id, &lost)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	report, err := h.banksync.ConfirmUpload(ctx, accountant, id, &mapping)
	require.NoError(t, err)
	require.Equal(t, 1, report.Matched)

	report, err = h.banksync.Import(ctx, accountant, "command", "table2.csv", strings.NewReader(string(table("03.03.2026", open[1]))))
	require.NoError(t, err, "the next file of this layout needs nobody")
	require.Equal(t, 1, report.Matched)
	h.sound(t)
}
