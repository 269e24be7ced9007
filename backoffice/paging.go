package backoffice

// listRowsMax is how many rows a list shows on a page. A list is asked for with one more, which
// tells whether there is another page.
const listRowsMax = 50

// cutPage cuts a list to what a page shows. href is the address of what comes after the last row
// of the page, asked for only if there is more; next is empty if there is not.
func cutPage[T any](list []T, href func(last T) string) (rows []T, next string) {
	if len(list) <= listRowsMax {
		return list, ""
	}
	rows = list[:listRowsMax]
	return rows, href(rows[listRowsMax-1])
}
