package record

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The prefixes of a key say how it was made, so that a later recipe can live beside it.
const (
	keyPrefixBank    = "b1:"
	keyPrefixContent = "c1:"
)

// bankIDLenMax bounds an id that is used as it is; longer ones are hashed.
const bankIDLenMax = 80

// keyHashBytes is how much of the SHA-256 is kept: 128 bits cannot collide by accident.
const keyHashBytes = 16

// Keyer gives entries their identity within an account (banks.md 2.7 and 8). The key is the
// bank's own id where the format has one. Otherwise it is a hash of the content and the
// occurrence number of this content. Because account and day are part of the content, twins
// are counted per (account, day): a file that starts or ends elsewhere does not shift them,
// as long as it holds the day from its beginning. What may change between two exports of the
// same operation stays out of the hash: status, kind of document, file version, names.
type Keyer struct {
	seen map[[keyHashBytes]byte]int
	buf  []byte
}

// BankKey returns the key made of the bank's own id.
func BankKey(id string) string {
	if len(id) <= bankIDLenMax {
		return keyPrefixBank + id
	}
	sum := sha256.Sum256([]byte(id))
	return keyPrefixBank + hex.EncodeToString(sum[:keyHashBytes])
}

// contentKey returns the key of an entry without an id, counting its twins. Entries must be
// given in the order of the file.
func (k *Keyer) contentKey(account string, e *Entry) string {
	b := k.buf[:0]
	b = appendField(b, account)
	b = append(b, e.Direction[0])
	b = binary.BigEndian.AppendUint32(b, dayNumber(e))
	b = appendField(b, e.DocNo)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Amount.Minor()))
	b = appendField(b, e.Counterparty.Account)
	b = appendField(b, e.Counterparty.TaxID)
	b = appendField(b, e.Purpose)
	return k.number(b)
}

// Reference returns a bank reference that can serve in a key: without spaces around it, empty
// for the words that say that there is none.
func Reference(s string) string {
	s = strings.TrimSpace(s)
	switch strings.ToUpper(s) {
	case "NONREF", "NOTPROVIDED", "NOREF", "NONE", "0", "N/A", "-":
		return ""
	}
	return s
}

// referenceKey returns the key of an entry whose reference is not unique by itself, see
// Entry.SetReference.
func (k *Keyer) referenceKey(account string, e *Entry) string {
	b := k.buf[:0]
	b = appendField(b, account)
	b = append(b, 'r', e.Direction[0])
	b = binary.BigEndian.AppendUint32(b, dayNumber(e))
	b = appendField(b, e.BankID)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Amount.Minor()))
	return k.number(b)
}

// appendField adds s without spaces and with its length, so that neighbouring fields cannot
// run together. Spaces are left out because banks wrap long purposes at different places.
func appendField(b []byte, s string) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c > ' ' {
				b = append(b, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsSpace(r) {
			b = append(b, s[i:i+size]...)
		}
		i += size
	}
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

func dayNumber(e *Entry) uint32 {
	if e.Date.IsZero() {
		return 0
	}
	return uint32(e.Date.Time().Unix() / (24 * 60 * 60))
}

func (k *Keyer) number(content []byte) string {
	k.buf = content
	if k.seen == nil {
		k.seen = make(map[[keyHashBytes]byte]int)
	}
	sum := sha256.Sum256(content)
	id := [keyHashBytes]byte(sum[:keyHashBytes])
	k.seen[id]++
	out := make([]byte, 0, len(keyPrefixContent)+2*keyHashBytes+4)
	out = append(out, keyPrefixContent...)
	out = hex.AppendEncode(out, id[:])
	out = append(out, ':')
	return string(strconv.AppendInt(out, int64(k.seen[id]), 10))
}
