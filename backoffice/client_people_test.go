package backoffice_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/identity"
	"prolong/internal/i18n"
)

// Staff with the right adds a person of a client, changes and removes him, each said first and
// each audited; others may not, and nobody reaches a person of another client.
func TestPeopleOfAClientAreKeptInTheOffice(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	client, other := o.account(t, list[0].externalID), o.account(t, list[1].externalID)
	people := "/office/clients/" + idOf(client.ID) + "/people"
	manager := identity.RoleSupport
	shows(t, o.get(t, manager, "/office/clients/"+idOf(client.ID)), people+"/new")

	form := url.Values{"email": {"not an address"}, "language": {"ru"}, "role": {"accountant"}}
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, manager, people+"/new", form).Code)
	form.Set("email", "buh@client.example")
	form.Set("phone", "8 916 000-00-02")
	shows(t, o.post(t, manager, people+"/new", form), "buh@client.example")
	before, err := o.Identity.Members(t.Context(), client.ID, false)
	require.NoError(t, err)
	form.Set("do", "apply")
	require.Equal(t, http.StatusSeeOther, o.post(t, manager, people+"/new", form).Code)
	require.Equal(t, http.StatusConflict, o.post(t, manager, people+"/new", form).Code, "he is in already")
	members, err := o.Identity.Members(t.Context(), client.ID, false)
	require.NoError(t, err)
	require.Len(t, members, len(before)+1)
	added := members[len(members)-1]
	require.Equal(t, identity.MemberAccountant, added.Membership.Role)
	require.Equal(t, "+79160000002", string(added.Contact.Phone))

	path := people + "/" + strconv.FormatInt(added.Membership.ID, 10)
	change := url.Values{"name": {"Анна Примерова"}, "phone": {""}, "language": {string(i18n.Kazakh)}, "role": {"owner"}}
	shows(t, o.post(t, manager, path+"/edit", change), "Анна Примерова", "владелец")
	change.Set("do", "apply")
	require.Equal(t, http.StatusSeeOther, o.post(t, manager, path+"/edit", change).Code)
	require.Equal(t, http.StatusNotFound, o.post(t, manager, "/office/clients/"+idOf(other.ID)+"/people/"+strconv.FormatInt(added.Membership.ID, 10)+"/edit", change).Code)

	members, err = o.Identity.Members(t.Context(), client.ID, false)
	require.NoError(t, err)
	added = members[len(members)-1]
	require.Equal(t, identity.MemberOwner, added.Membership.Role)
	require.Equal(t, "Анна Примерова", added.Contact.Name)
	path = people + "/" + strconv.FormatInt(added.Membership.ID, 10)
	shows(t, o.get(t, manager, path+"/end"), "Анна Примерова")
	require.Equal(t, http.StatusSeeOther, o.post(t, manager, path+"/end", url.Values{"do": {"apply"}}).Code)
	members, err = o.Identity.Members(t.Context(), client.ID, false)
	require.NoError(t, err)
	require.Len(t, members, len(before))
	var audited int
	require.NoError(t, o.db.Pool.QueryRow(t.Context(), `SELECT count(DISTINCT action) FROM audit_entries WHERE action IN ('member.invite', 'member.role', 'contact.update', 'member.end')`).Scan(&audited))
	require.Equal(t, 4, audited)
}
