package invoices

import (
	"strconv"

	"github.com/google/uuid"

	"prolong"
)

// exchangeSpace is the namespace of the GUIDs under which other programs know our objects. It
// never changes: a changed one would double everything that was ever exported.
var exchangeSpace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("urn:prolong:exchange:1"))

// StableID returns the GUID (version 5) of an object of a seller in exchange files: the same
// object has the same one for ever, in every process, and two installations that serve
// different sellers do not collide.
func StableID(seller prolong.TaxID, kind string, id int64) string {
	return stableID(string(seller), kind, strconv.FormatInt(id, 10))
}

func stableID(seller, kind, id string) string {
	return uuid.NewSHA1(exchangeSpace, []byte(seller+"/"+kind+"/"+id)).String()
}

// partnerID is the GUID of a party: companies with one tax id and КПП are one partner in the
// accountant's books, however many clients of ours they are.
func partnerID(seller, taxID, kpp string, account int64) string {
	if taxID == "" {
		return stableID(seller, "account", strconv.FormatInt(account, 10))
	}
	return stableID(seller, "partner", taxID+"-"+kpp)
}
