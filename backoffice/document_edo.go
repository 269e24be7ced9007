package backoffice

import (
	"context"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// DispatchView is a document's way through an operator of electronic documents, on a row.
type DispatchView struct {
	State  web.Badge // without text if it was never sent
	Detail string
	Signed string // address of the copy that both sides signed
	Send   string // where the form goes; empty if there is nothing to send or the reader may not
	Again  bool
}

// dispatchFacts is what the rows of documents say about electronic exchange.
type dispatchFacts struct {
	last    map[invoices.DocumentID]invoices.Dispatch
	sellers map[billing.SellerID]string // who has an operator
	maySend bool
}

func (r *Room) dispatchFacts(ctx context.Context, c *gin.Context, list []invoices.Document) (f dispatchFacts, err error) {
	ids := make([]invoices.DocumentID, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	if f.last, err = r.invoices.DispatchesOf(ctx, ids); err != nil {
		return f, err
	}
	f.maySend = may(c, identity.RightOfficeDocumentsManage)
	f.sellers, err = r.invoices.EDOSellers(ctx)
	return f, err
}

// dispatchView says how a document is doing; nil if there is nothing to say.
func (f dispatchFacts) view(t i18n.Translator, d invoices.Document) *DispatchView {
	last, sent := f.last[d.ID]
	path := documentsPath + "/" + strconv.FormatInt(int64(d.ID), 10)
	v := DispatchView{}
	if sent {
		v.State, v.Detail = dispatchBadge(t, last.State), last.Detail
		if last.HasCopy {
			v.Signed = path + "/signed"
		}
	}
	if f.maySend && f.sellers[d.SellerID] != "" && d.Status == documentIssued && !last.Living() {
		v.Send, v.Again = path+"/edo", sent
	}
	if v == (DispatchView{}) {
		return nil
	}
	return &v
}

func dispatchBadge(t i18n.Translator, s invoices.DispatchState) web.Badge {
	b := web.Badge{Tone: web.ToneNeutral, Text: t.T("edo.state." + string(s))}
	switch s {
	case invoices.DispatchSigned:
		b.Tone = web.ToneGood
	case invoices.DispatchDraft:
		b.Tone = web.ToneWarn // somebody of ours has to sign
	case invoices.DispatchRejected, invoices.DispatchFailed:
		b.Tone = web.ToneBad
	case invoices.DispatchSent:
		b.Tone = web.ToneInfo
	case invoices.DispatchQueued, invoices.DispatchRevoked:
	}
	return b
}

// sendEDO puts a document on its way.
func (r *Room) sendEDO(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	err = r.invoices.SendEDO(ctx, invoices.DocumentID(id))
	if code := prolong.CodeOf(err); code == prolong.CodeInvalid || code == prolong.CodeConflict {
		r.site.SetFlash(c, web.ToneBad, "flash.office_edo_refused", "Reason", r.site.Translator(c).Error(err))
		web.Redirect(c, documentsPath)
		return nil
	}
	if err != nil {
		return err
	}
	if err := r.identity.Note(ctx, web.Actor(c), identity.Change{Action: "edo.sent", SubjectKind: "document", SubjectID: id}); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.office_edo_sent")
	web.Redirect(c, documentsPath)
	return nil
}

// sendSigned answers with the copy that both sides signed.
func (r *Room) sendSigned(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	file, err := r.invoices.SignedCopy(c.Request.Context(), 0, invoices.DocumentID(id))
	if err != nil {
		return err
	}
	download(c, "application/octet-stream", file.ASCIIName, file.Body)
	return nil
}
