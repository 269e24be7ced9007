package web

import (
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"
)

const (
	pageParam     = "page"
	pageNumberMax = 10_000 // past that one searches, and an offset gets slow
)

// Paging is the part of a list that a reader asks for.
type Paging struct {
	Number int // from 1
	Size   int // rows a page
}

// PagingOf reads the page number of the address; nonsense is the first page.
func PagingOf(c *gin.Context, size int) Paging {
	n, err := strconv.Atoi(c.Query(pageParam))
	if err != nil || n < 1 || n > pageNumberMax {
		n = 1
	}
	return Paging{Number: n, Size: size}
}

// Offset returns how many rows come before the page.
func (p Paging) Offset() int { return (p.Number - 1) * p.Size }

// Pager is the data of the partial "pager".
type Pager struct {
	From, To, Total int
	Previous, Next  string // addresses; empty where there is none
}

// NewPager describes the page of a list of total rows. The links keep the other parameters of
// the address, so that a filter survives turning the page.
func NewPager(address *url.URL, p Paging, total int) Pager {
	pages := max((total+p.Size-1)/p.Size, 1)
	number := min(p.Number, pages)
	pager := Pager{From: min((number-1)*p.Size+1, total), To: min(number*p.Size, total), Total: total}
	link := func(n int) string {
		q := address.Query()
		q.Set(pageParam, strconv.Itoa(n))
		if n == 1 {
			q.Del(pageParam)
		}
		if len(q) == 0 {
			return address.Path
		}
		return address.Path + "?" + q.Encode()
	}
	if number > 1 {
		pager.Previous = link(number - 1)
	}
	if number < pages {
		pager.Next = link(number + 1)
	}
	return pager
}
