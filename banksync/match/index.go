package match

// index maps a hashed key to accounts. Keys may be shared; a lookup verifies the text against
// the account, so that a collision of hashes costs time and never a wrong hit. It holds no
// pointers, so that a million keys cost the garbage collector nothing.
type index struct {
	heads map[uint64]head
	nodes []node
	free  int32 // head of the list of unused nodes, -1 for none
}

type head struct {
	first int32
	count int32
}

type node struct {
	account int32
	next    int32
}

func newIndex() index { return index{heads: map[uint64]head{}, free: -1} }

// add is idempotent for an account.
func (x *index) add(key uint64, account int32) {
	h, ok := x.heads[key]
	if !ok {
		h = head{first: -1}
	}
	for n := h.first; n >= 0 && h.count <= indexScanMax; n = x.nodes[n].next {
		if x.nodes[n].account == account {
			return
		}
	}
	var at int32
	if x.free >= 0 {
		at = x.free
		x.free = x.nodes[at].next
	} else {
		at = int32(len(x.nodes))
		x.nodes = append(x.nodes, node{})
	}
	x.nodes[at] = node{account: account, next: h.first}
	x.heads[key] = head{first: at, count: h.count + 1}
}

// indexScanMax bounds the search for a repeated account: lists longer than that belong to
// words that everybody has, and there add would become quadratic. The callers never add the
// same account twice there.
const indexScanMax = 64

func (x *index) remove(key uint64, account int32) {
	h, ok := x.heads[key]
	if !ok {
		return
	}
	prev := int32(-1)
	for n := h.first; n >= 0; prev, n = n, x.nodes[n].next {
		if x.nodes[n].account != account {
			continue
		}
		next := x.nodes[n].next
		if prev < 0 {
			h.first = next
		} else {
			x.nodes[prev].next = next
		}
		x.nodes[n] = node{account: -1, next: x.free}
		x.free = n
		if h.count--; h.count == 0 {
			delete(x.heads, key)
		} else {
			x.heads[key] = h
		}
		return
	}
}

// count returns how many accounts have the key.
func (x *index) count(key uint64) int { return int(x.heads[key].count) }

// each calls fn for the accounts of the key, at most limit of them.
func (x *index) each(key uint64, limit int, fn func(account int32)) {
	h, ok := x.heads[key]
	if !ok {
		return
	}
	for n := h.first; n >= 0 && limit > 0; n = x.nodes[n].next {
		fn(x.nodes[n].account)
		limit--
	}
}

// hashText is FNV-1a in 64 bits.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
