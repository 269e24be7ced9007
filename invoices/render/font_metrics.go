package render

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// unitsPerMM turns millimetres per point of size into thousandths of the em.
const unitsPerMM = 1000 * 72 / 25.4

// metrics are the widths of one TrueType font, in thousandths of the em, so that layout
// needs no PDF library.
type metrics struct {
	advance   []uint16 // by rune up to U+FFFF; 0: no glyph
	missing   int
	ascent    int
	descent   int
	capHeight int
	bbox      [4]int
}

// Errors of font files, wrapped with which font it was.
var (
	errNotTrueType = errors.New("not a TrueType font with glyf outlines")
	errTruncated   = errors.New("truncated table")
	errNoUnicode   = errors.New("no Unicode character map of format 4")
)

// parseMetrics reads the tables head, hhea, hmtx, cmap and OS/2 of a TrueType font.
func parseMetrics(ttf []byte) (*metrics, error) {
	tables, err := sfntTables(ttf)
	if err != nil {
		return nil, err
	}
	head, hhea, hmtx := tables["head"], tables["hhea"], tables["hmtx"]
	if len(head) < 54 || len(hhea) < 36 || len(tables["glyf"]) == 0 {
		return nil, errNotTrueType
	}
	perEm, hmetrics := u16(head, 18), u16(hhea, 34)
	if perEm == 0 || hmetrics == 0 || len(hmtx) < 4*hmetrics {
		return nil, fmt.Errorf("hmtx: %w", errTruncated)
	}
	scale := func(v int) int { return (v*1000*2 + perEm) / (2 * perEm) }
	m := &metrics{
		advance: make([]uint16, 0x10000),
		missing: scale(u16(hmtx, 0)),
		ascent:  scale(i16(hhea, 4)),
		descent: -scale(-i16(hhea, 6)),
		bbox:    [4]int{scale(i16(head, 36)), scale(i16(head, 38)), scale(i16(head, 40)), scale(i16(head, 42))},
	}
	m.capHeight = m.ascent
	if os2 := tables["OS/2"]; len(os2) >= 90 && u16(os2, 0) >= 2 {
		m.capHeight = scale(i16(os2, 88))
	}
	err = eachGlyph(tables["cmap"], func(r rune, glyph int) {
		if glyph != 0 {
			m.advance[r] = uint16(max(1, scale(u16(hmtx, 4*min(glyph, hmetrics-1)))))
		}
	})
	return m, err
}

// has says whether the font has a glyph for r.
func (m *metrics) has(r rune) bool { return r >= 0 && r <= 0xffff && m.advance[r] > 0 }

// advanceOf returns the width of r, that of the box for missing glyphs if there is none.
func (m *metrics) advanceOf(r rune) int {
	if m.has(r) {
		return int(m.advance[r])
	}
	return m.missing
}

// units returns the width of s in thousandths of the em.
func (m *metrics) units(s string) int {
	w := 0
	for _, r := range s {
		w += m.advanceOf(r)
	}
	return w
}

// sfntTables cuts a font file into its tables.
func sfntTables(ttf []byte) (map[string][]byte, error) {
	if len(ttf) < 12 || (binary.BigEndian.Uint32(ttf) != 0x00010000 && string(ttf[:4]) != "true") {
		return nil, errNotTrueType
	}
	count := u16(ttf, 4)
	if len(ttf) < 12+16*count {
		return nil, errTruncated
	}
	tables := make(map[string][]byte, count)
	for i := range count {
		entry := ttf[12+16*i:]
		from, size := uint64(binary.BigEndian.Uint32(entry[8:])), uint64(binary.BigEndian.Uint32(entry[12:]))
		if from+size > uint64(len(ttf)) {
			return nil, fmt.Errorf("%.4s: %w", entry, errTruncated)
		}
		tables[string(entry[:4])] = ttf[from : from+size]
	}
	return tables, nil
}

// eachGlyph calls fn for every mapping of the Windows Unicode subtable of format 4.
func eachGlyph(cmap []byte, fn func(r rune, glyph int)) error {
	if len(cmap) < 4 {
		return errNoUnicode
	}
	for i := range u16(cmap, 2) {
		if len(cmap) < 12+8*i {
			return fmt.Errorf("cmap: %w", errTruncated)
		}
		entry := cmap[4+8*i:]
		offset := int(binary.BigEndian.Uint32(entry[4:]))
		if u16(entry, 0) != 3 || u16(entry, 2) != 1 || offset+14 > len(cmap) || u16(cmap, offset) != 4 {
			continue
		}
		return eachGlyphOfFormat4(cmap[offset:], fn)
	}
	return errNoUnicode
}

func eachGlyphOfFormat4(t []byte, fn func(r rune, glyph int)) error {
	segments := u16(t, 6) / 2
	if len(t) < 16+8*segments {
		return fmt.Errorf("cmap: %w", errTruncated)
	}
	ends, starts := t[14:], t[16+2*segments:]
	deltas, offsets := t[16+4*segments:], t[16+6*segments:]
	for i := range segments {
		start, end := u16(starts, 2*i), u16(ends, 2*i)
		delta, offset := u16(deltas, 2*i), u16(offsets, 2*i)
		for r := start; r <= end && r < 0xffff; r++ {
			glyph := r
			if offset != 0 {
				at := 2*i + offset + 2*(r-start)
				if at+2 > len(offsets) {
					return fmt.Errorf("cmap: %w", errTruncated)
				}
				if glyph = u16(offsets, at); glyph == 0 {
					continue
				}
			}
			fn(rune(r), (glyph+delta)&0xffff)
		}
	}
	return nil
}

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func i16(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
