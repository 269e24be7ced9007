package backoffice

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// auditPayments asks for what people decided about payments, which banksync keeps.
const auditPayments = "payments"

// AuditListPage is the data of office/audit_list: who did what, when, with what before and
// after.
type AuditListPage struct {
	web.Base
	Client *billing.AccountBrief
	Kind   string // auditPayments, or empty
	Tabs   []Tab
	Staff  []Option
	Rows   []AuditRow
	Next   string
}

// AuditRow is an entry of the audit trail.
type AuditRow struct {
	At            time.Time
	Who           string
	What          string
	Subject       string
	SubjectHref   string
	IP            string
	Before, After string // as text, one field a line; empty for nothing
}

func (r *Room) listAudit(c *gin.Context) error {
	ctx := c.Request.Context()
	base, err := r.base(c, "office.audit.title")
	if err != nil {
		return err
	}
	staff, err := r.identity.FindStaff(ctx)
	if err != nil {
		return err
	}
	client, err := r.clientOfList(ctx, billing.AccountID(idQuery(c, "client")))
	if err != nil {
		return err
	}
	query, who, before := web.ReadQuery(c), idQuery(c, "who"), idQuery(c, "before")
	var account billing.AccountID
	if client != nil {
		account = client.ID
	}
	page := auditListPage(base, staff, who)
	page.Client = client
	if query.Value("kind") == auditPayments {
		page.Kind = auditPayments
	}
	page.Tabs = auditTabs(base.Translator, page.Kind, account, who)
	if page.Kind == auditPayments {
		decisions, err := r.banksync.FindStaffDecisions(ctx, banksync.StaffDecisionFilter{StaffID: who, AccountID: account, BeforeID: before, Limit: listRowsMax + 1})
		if err != nil {
			return err
		}
		decisions, page.Next = cutPage(decisions, func(last banksync.StaffDecision) string {
			return withParams(auditPath, "kind", page.Kind, "client", int64(account), "who", who, "before", last.ID)
		})
		page.Rows = decisionRows(base, decisions, staff)
	} else {
		filter := identity.AuditFilter{AccountID: account, Action: query.Value("action"), BeforeID: before, Limit: listRowsMax + 1}
		if who != 0 {
			filter.Actor = prolong.Actor{Kind: prolong.ActorStaff, ID: who}
		}
		entries, err := r.identity.FindAudit(ctx, filter)
		if err != nil {
			return err
		}
		entries, page.Next = cutPage(entries, func(last identity.AuditEntry) string {
			return withParams(auditPath, "client", int64(account), "who", who, "action", filter.Action, "before", last.ID)
		})
		page.Rows = auditRows(base, entries, staff)
	}
	r.site.Show(c, http.StatusOK, "office/audit_list", "", page)
	return nil
}

// auditListPage is the page without its rows.
func auditListPage(b web.Base, staff []identity.Staff, who int64) AuditListPage {
	page := AuditListPage{Base: b, Tabs: auditTabs(b.Translator, "", 0, who), Staff: []Option{{Value: "", Text: b.T("office.audit_list.everybody"), Selected: who == 0}}}
	for _, s := range staff {
		page.Staff = append(page.Staff, Option{Value: strconv.FormatInt(s.ID, 10), Text: s.Name, Selected: s.ID == who})
	}
	return page
}

func auditTabs(t i18n.Translator, kind string, account billing.AccountID, who int64) []Tab {
	return []Tab{
		{Text: t.T("office.audit_list.tab.actions"), Href: withParams(auditPath, "client", int64(account), "who", who), Current: kind == ""},
		{Text: t.T("office.audit_list.tab.payments"), Href: withParams(auditPath, "kind", auditPayments, "client", int64(account), "who", who), Current: kind == auditPayments},
	}
}

func auditRows(b web.Base, entries []identity.AuditEntry, staff []identity.Staff) []AuditRow {
	t, names := b.Translator, namesOf(staff)
	rows := make([]AuditRow, 0, len(entries))
	for _, e := range entries {
		row := AuditRow{At: e.At, Who: e.Actor.Name, What: auditAction(t, e.Action), Subject: subjectName(t, e.SubjectKind), SubjectHref: subjectHref(e.SubjectKind, e.SubjectID), IP: e.IP, Before: auditText(e.Before), After: auditText(e.After)}
		if e.SubjectID != 0 {
			row.Subject += " № " + strconv.FormatInt(e.SubjectID, 10)
		}
		if name := names[e.Actor.ID]; e.Actor.Kind == prolong.ActorStaff && name != "" {
			row.Who = name
		} else if row.Who == "" || e.Actor.Kind == prolong.ActorSystem {
			row.Who = actorName(t, e.Actor.String(), names)
		}
		rows = append(rows, row)
	}
	return rows
}

// subjectName names what was acted on; a kind that has no name yet is called by its own.
func subjectName(t i18n.Translator, kind string) string {
	if key := "office.subject." + kind; t.Has(key) {
		return t.T(key)
	}
	return kind
}

func decisionRows(b web.Base, decisions []banksync.StaffDecision, staff []identity.Staff) []AuditRow {
	names := namesOf(staff)
	rows := make([]AuditRow, 0, len(decisions))
	for _, d := range decisions {
		text, _ := decisionText(b.Translator, d.DecisionRecord)
		id := int64(d.PaymentID)
		rows = append(rows, AuditRow{At: d.At, Who: actorName(b.Translator, d.By, names), What: text, Subject: subjectName(b.Translator, "payment") + " № " + strconv.FormatInt(id, 10), SubjectHref: subjectHref("payment", id), After: d.Note})
	}
	return rows
}

func namesOf(staff []identity.Staff) map[int64]string {
	names := make(map[int64]string, len(staff))
	for _, s := range staff {
		names[s.ID] = s.Name
	}
	return names
}

// subjectHref leads to what an entry is about, where there is a page of it.
func subjectHref(kind string, id int64) string {
	prefix := map[string]string{"payment": paymentsPath, "ticket": ticketsPath, "call": callsPath, "account": clientsPath, "invoice": invoicesPath}[kind]
	if prefix == "" || id == 0 {
		return ""
	}
	return prefix + "/" + strconv.FormatInt(id, 10)
}

// auditText writes the state of a thing so that people can read it.
func auditText(raw json.RawMessage) string {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return string(raw)
	}
	return out.String()
}
