package backoffice

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/web"
	"prolong/tickets"
)

// replyTicket answers the client, or writes a note among colleagues.
func (r *Room) replyTicket(c *gin.Context) error {
	ctx, actor, id, err := r.ticketID(c)
	if err != nil {
		return err
	}
	form, files, err := web.ReadFiles[tickets.Upload](c, "files", tickets.UploadsBytesMax)
	if err != nil {
		return err
	}
	draft := ReplyDraft{Text: form.Lines("text", replyRunesMax), Note: form.Value("kind") == "note", Status: form.Value("status"), Key: form.Value("key")}
	reply := tickets.Reply{Text: draft.Text, Files: files, Status: tickets.Status(draft.Status), RequestKey: "office:" + draft.Key}
	reply.SeenMessageID, _ = strconv.ParseInt(form.Value("seen"), 10, 64) //nolint:errcheck // nonsense skips the check
	err = form.Err()
	if err == nil && draft.Note {
		reply.Status, reply.SeenMessageID = "", 0
		_, err = r.tickets.Note(ctx, actor, id, reply)
	} else if err == nil {
		_, err = r.tickets.Reply(ctx, actor, id, reply)
	}
	switch prolong.CodeOf(err) {
	case "":
		if draft.Note {
			r.site.SetFlash(c, web.ToneGood, "flash.note_written")
		} else {
			r.site.SetFlash(c, web.ToneGood, "flash.reply_sent")
		}
		web.Redirect(c, ticketHref(id))
		return nil
	case prolong.CodeInvalid, prolong.CodeConflict:
		draft.Problem = r.site.Translator(c).Error(err)
		return r.showTicketWith(c, web.StatusOf(err), id, draft)
	case prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeNotFound, prolong.CodeRateLimited, prolong.CodeUnauthorized, prolong.CodeUnavailable:
	}
	return err
}

// changeTicket sets what a field of the side of the page says: status, priority, assignee,
// client, tags.
func (r *Room) changeTicket(c *gin.Context) error {
	ctx, actor, id, err := r.ticketID(c)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	number := func(name string) int64 {
		n, err := strconv.ParseInt(form.Value(name), 10, 64)
		if err != nil {
			form.Reject(name, prolong.NewError(prolong.CodeInvalid, "error.field_choice", nil))
		}
		return n
	}
	switch what := form.Value("what"); what {
	case "status":
		err = r.tickets.SetStatus(ctx, actor, id, tickets.Status(form.Value("status")))
	case "priority":
		err = r.tickets.SetPriority(ctx, actor, id, tickets.Priority(form.Value("priority")))
	case "assignee":
		if staff := number("assignee"); form.Valid() {
			err = r.tickets.Assign(ctx, actor, id, staff)
		}
	case "me":
		err = r.tickets.Assign(ctx, actor, id, actor.ID)
	case "client":
		if client := number("client"); form.Valid() {
			err = r.tickets.SetAccount(ctx, actor, id, client, form.Checked("remember"))
		}
	case "subject":
		err = r.tickets.SetSubject(ctx, actor, id, form.Text("subject", subjectRunesMax))
	case "tag":
		err = r.tickets.Tag(ctx, actor, id, form.Value("tag"))
	case "time":
		err = r.spendTime(c, actor, id, form)
	case "untime":
		if entry := number("time"); form.Valid() {
			err = r.tickets.CancelTime(ctx, actor, id, entry)
		}
	case "untag":
		err = r.tickets.Untag(ctx, actor, id, form.Value("tag"))
	default:
		err = prolong.NewError(prolong.CodeInvalid, "error.field_choice", nil)
	}
	if err == nil && !form.Valid() {
		err = prolong.NewError(prolong.CodeInvalid, "error.field_choice", nil)
	}
	if err != nil {
		return err
	}
	web.Redirect(c, ticketHref(id))
	return nil
}

// ticketFile sends a file of a ticket, always to be saved: its type is the sender's word.
func (r *Room) ticketFile(c *gin.Context) error {
	id, err := idParam(c, "file")
	if err != nil {
		return err
	}
	if err := r.isPartOf(c, func(m tickets.Message) bool {
		return slices.ContainsFunc(m.Attachments, func(a tickets.Attachment) bool { return a.ID == id })
	}); err != nil {
		return err
	}
	file, err := r.tickets.AttachmentFile(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	c.Data(http.StatusOK, "application/octet-stream", file.Data)
	return nil
}

// isPartOf fails unless a message of the address's ticket is what is asked for: an address never
// shows a part of another ticket than it names.
func (r *Room) isPartOf(c *gin.Context, wanted func(m tickets.Message) bool) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	thread, err := r.tickets.Thread(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(thread.Messages, wanted) {
		return prolong.NewError(prolong.CodeNotFound, "error.not_found", nil)
	}
	return nil
}

// letterPolicy lets a letter show its own styles and pictures and do nothing else. It keeps its
// origin, for without the session its pictures would not come; scripts stay forbidden.
const letterPolicy = "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ticketLetter shows a letter as its sender designed it, made harmless.
func (r *Room) ticketLetter(c *gin.Context) error {
	ticket, err := idParam(c, "id")
	if err != nil {
		return err
	}
	id, err := idParam(c, "message")
	if err != nil {
		return err
	}
	if err := r.isPartOf(c, func(m tickets.Message) bool { return m.ID == id }); err != nil {
		return err
	}
	letter, err := r.tickets.MessageHTML(c.Request.Context(), web.Actor(c), id, false, func(file int64) string {
		return fmt.Sprintf("%s/files/%d", ticketHref(ticket), file)
	})
	if err != nil {
		return err
	}
	c.Header("Content-Security-Policy", letterPolicy)
	c.Data(http.StatusOK, "text/html; charset=utf-8", []byte("<!doctype html><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light\">"+letter.HTML))
	return nil
}
