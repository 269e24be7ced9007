package upd

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"prolong"
)

// Problem is a rule of the format that a file breaks. Text is the rule in the words of the
// format, the same in every language.
type Problem struct {
	Place string // path of the element or attribute: "Документ/СвСчФакт@НомерДок"
	Text  string
}

// Limits of a file that is checked.
const (
	fileBytesMax = 16 << 20
	depthMax     = 20
	problemsMax  = 100
)

// Check holds a file against the format: name, encoding, structure, order, types, what a
// function demands, and the sums. An empty list is a valid file. It never panics, whatever the
// bytes are.
func Check(name string, body []byte) []Problem {
	c := checker{}
	head, _, _ := bytes.Cut(body, []byte("?>"))
	if !bytes.HasPrefix(head, []byte(`<?xml version="1.0" encoding="windows-1251"`)) {
		c.find("", `<?xml version="1.0" encoding="windows-1251"?>`)
		return c.problems
	}
	if len(body) > fileBytesMax {
		c.find("", fmt.Sprintf("%d > %d", len(body), fileBytesMax))
		return c.problems
	}
	root, err := parse(body)
	if err != nil {
		c.find("", err.Error())
		return c.problems
	}
	if root.name != "Файл" {
		c.find(root.name, "Файл")
		return c.problems
	}
	c.element("Файл", root, rootRule)
	if len(c.problems) > 0 {
		return c.problems
	}
	c.fileName(name, root)
	doc := root.child("Документ")
	c.byFunction(doc)
	c.taxIDs(doc.child("СвСчФакт"))
	c.sums(doc.child("ТаблСчФакт"), doc.child("СвСчФакт"))
	return c.problems
}

func parse(body []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if !strings.EqualFold(charset, "windows-1251") {
			return nil, fmt.Errorf("encoding %s", charset)
		}
		return charmap.Windows1251.NewDecoder().Reader(in), nil
	}
	var stack []*node
	var root *node
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local}
			for _, a := range t.Attr {
				n.attrs = append(n.attrs, attr{a.Name.Local, a.Value})
			}
			switch {
			case len(stack) >= depthMax:
				return nil, fmt.Errorf("depth > %d", depthMax)
			case len(stack) > 0:
				stack[len(stack)-1].add(n)
			case root != nil:
				return nil, errors.New("a second root element")
			default:
				root = n
			}
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += strings.TrimSpace(string(t))
			}
		}
	}
	if root == nil {
		return nil, io.ErrUnexpectedEOF
	}
	return root, nil
}

// child returns the first child of a name, an empty element if there is none.
func (n *node) child(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return &node{name: name}
}

func (n *node) get(name string) string {
	for _, a := range n.attrs {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

type checker struct{ problems []Problem }

func (c *checker) find(place, text string) {
	if len(c.problems) < problemsMax {
		c.problems = append(c.problems, Problem{place, text})
	}
}

// element holds one element against its rule, and its children.
func (c *checker) element(place string, n *node, r *rule) {
	c.attributes(place, n, r)
	switch {
	case r.text != nil && !r.text.fits(n.text):
		c.find(place, r.text.String())
	case r.text == nil && n.text != "":
		c.find(place, "no text")
	}
	if r.oneOf {
		if len(n.children) != 1 {
			c.find(place, fmt.Sprintf("%d children, not 1", len(n.children)))
			return
		}
		for _, want := range r.children {
			if want.name == n.children[0].name {
				c.element(place+"/"+want.name, n.children[0], want.rule)
				return
			}
		}
		c.find(place+"/"+n.children[0].name, "unknown element")
		return
	}
	rest := n.children
	for _, want := range r.children {
		count := 0
		for len(rest) > 0 && rest[0].name == want.name {
			at := place + "/" + want.name
			if want.max != 1 {
				at += fmt.Sprintf("[%d]", count+1)
			}
			c.element(at, rest[0], want.rule)
			rest, count = rest[1:], count+1
		}
		if count < want.min || want.max > 0 && count > want.max {
			c.find(place+"/"+want.name, fmt.Sprintf("%d, not %d..%d", count, want.min, want.max))
		}
	}
	if len(rest) > 0 {
		c.find(place+"/"+rest[0].name, "unknown or out of order")
	}
}

func (c *checker) attributes(place string, n *node, r *rule) {
	known := map[string]bool{}
	for _, want := range r.attrs {
		known[want.name] = true
		there := false
		for _, a := range n.attrs {
			if a.name != want.name {
				continue
			}
			there = true
			if !want.kind.fits(a.value) {
				c.find(place+"@"+a.name, want.kind.String())
			}
		}
		if !there && want.required {
			c.find(place+"@"+want.name, "required")
		}
	}
	for _, a := range n.attrs {
		if !known[a.name] {
			c.find(place+"@"+a.name, "unknown attribute")
		}
	}
}

func (c *checker) fileName(name string, root *node) {
	id := root.get("ИдФайл")
	parts := fileID.FindStringSubmatch(id)
	if parts == nil {
		c.find("Файл@ИдФайл", fileID.String())
		return
	}
	if name != id+".xml" {
		c.find("Файл@ИдФайл", name)
	}
	if d := root.child("Документ").get("ДатаИнфПр"); parts[3] != d[6:]+d[3:5]+d[:2] {
		c.find("Файл@ИдФайл", parts[3]+" != "+d)
	}
}

// byFunction checks what a function demands or forbids, as the assertions of the schema have it.
func (c *checker) byFunction(doc *node) {
	const place = "Файл/Документ"
	function := Function(doc.get("Функция"))
	because := "Функция=" + string(function)
	head := doc.child("СвСчФакт")
	handed, onMoney := len(doc.child("СвПродПер").children) > 0, head.child("ДопСвФХЖ1").get("СпОбстФСЧФ") == onAdvance
	taxed := function != Transfer
	require := func(at string, ok bool) {
		if !ok {
			c.find(at, because)
		}
	}
	require(place+"/СвПродПер", handed == (function != TaxInvoice))
	require(place+"@НаимДокОпр", (doc.get("НаимДокОпр") != "") == (function != TaxInvoice))
	require(place+"@ПоФактХЖ", function == TaxInvoice || doc.get("ПоФактХЖ") != "")
	require(place+"/СвСчФакт/ДопСвФХЖ1@СпОбстФСЧФ", function == TaxInvoice || head.child("ДопСвФХЖ1").get("СпОбстФСЧФ") == "")
	require(place+"/СвСчФакт/ДокПодтвОтгрНом", onMoney || len(head.child("ДокПодтвОтгрНом").attrs) > 0)
	for _, side := range []string{"СвПрод", "СвПокуп"} {
		require(place+"/СвСчФакт/"+side+"/Адрес", !taxed || len(head.child(side).child("Адрес").children) > 0)
	}
	number := 0
	for _, row := range doc.child("ТаблСчФакт").children {
		if row.name != "СведТов" {
			continue
		}
		number++
		at := fmt.Sprintf("%s/ТаблСчФакт/СведТов[%d]", place, number)
		counted := row.get("ОКЕИ_Тов") != ""
		require(at+"@НаимЕдИзм", !counted || row.get("НаимЕдИзм") != "")
		require(at+"@КолТов", !counted || !taxed || row.get("КолТов") != "")
		require(at+"@КолТов", row.get("КолТов") == "" || rat(row.get("КолТов")).Sign() > 0)
		require(at+"@ЦенаТов", row.get("КолТов") == "" || !taxed || rat(row.get("ЦенаТов")).Sign() > 0)
		require(at+"@СтТовБезНДС", !taxed || onMoney || row.get("СтТовБезНДС") != "")
		require(at+"@НалСт", onMoney || !strings.Contains(row.get("НалСт"), "/"))
	}
}

func (c *checker) taxIDs(head *node) {
	for _, side := range []string{"СвПрод", "СвПокуп"} {
		id := head.child(side).child("ИдСв")
		for _, inn := range []string{id.child("СвЮЛУч").get("ИННЮЛ"), id.child("СвИП").get("ИННФЛ")} {
			if inn != "" && !prolong.ValidTaxID(prolong.Russia, inn) {
				c.find("Файл/Документ/СвСчФакт/"+side+"/ИдСв", inn)
			}
		}
	}
}

// sums checks the arithmetic: every line, and the totals as sums of the lines. Tax is taken out
// of the line's total and rounded half up to the kopeck.
func (c *checker) sums(table, head *node) {
	place := "Файл/Документ/ТаблСчФакт"
	net, tax, gross := new(big.Rat), new(big.Rat), new(big.Rat)
	exempt, number := true, 0
	for _, row := range table.children {
		if row.name != "СведТов" {
			continue
		}
		number++
		at := fmt.Sprintf("%s/СведТов[%d]", place, number)
		if row.get("НомСтр") != strconv.Itoa(number) {
			c.find(at+"@НомСтр", strconv.Itoa(number))
		}
		lineGross, lineTax := rat(row.get("СтТовУчНал")), rat(row.child("СумНал").child("СумНал").text)
		withoutTax := len(row.child("СумНал").child("БезНДС").text) > 0
		if withoutTax != (row.get("НалСт") == "без НДС") {
			c.find(at+"/СумНал", "НалСт="+row.get("НалСт"))
		}
		exempt = exempt && withoutTax
		if want := inside(lineGross, row.get("НалСт")); want != nil && !near(want, lineTax) {
			c.find(at+"/СумНал/СумНал", want.FloatString(2))
		}
		if row.get("СтТовБезНДС") != "" {
			lineNet := rat(row.get("СтТовБезНДС"))
			if sum := new(big.Rat).Add(lineNet, lineTax); sum.Cmp(lineGross) != 0 {
				c.find(at+"@СтТовУчНал", sum.FloatString(2))
			}
			if product := new(big.Rat).Mul(rat(row.get("КолТов")), rat(row.get("ЦенаТов"))); !near(product, lineNet) {
				c.find(at+"@ЦенаТов", product.FloatString(2))
			}
			net.Add(net, lineNet)
		}
		tax.Add(tax, lineTax)
		gross.Add(gross, lineGross)
	}
	total := table.child("ВсегоОпл")
	for _, sum := range []struct {
		name, value string
		want        *big.Rat
	}{
		{"@СтТовБезНДСВсего", total.get("СтТовБезНДСВсего"), net}, {"@СтТовУчНалВсего", total.get("СтТовУчНалВсего"), gross},
		{"/СумНалВсего/СумНал", total.child("СумНалВсего").child("СумНал").text, tax},
	} {
		if sum.value != "" && rat(sum.value).Cmp(sum.want) != 0 {
			c.find(place+"/ВсегоОпл"+sum.name, sum.want.FloatString(2))
		}
	}
	if exempt != (total.child("СумНалВсего").child("БезНДС").text != "") {
		c.find(place+"/ВсегоОпл/СумНалВсего", "без НДС")
	}
	if code := head.child("ДенИзм").get("КодОКВ"); code != roubleCode {
		c.find("Файл/Документ/СвСчФакт/ДенИзм@КодОКВ", code)
	}
}

// rat reads a number that has passed its pattern; nothing is nought.
func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// near says whether two amounts differ by a kopeck at most.
func near(a, b *big.Rat) bool {
	diff := new(big.Rat).Sub(a, b)
	return diff.Abs(diff).Cmp(big.NewRat(1, 100)) <= 0
}

// inside returns the tax in a gross amount, nil where there is no rate to take it by.
func inside(gross *big.Rat, rate string) *big.Rat {
	percent, _, estimated := strings.Cut(rate, "/")
	if !estimated {
		percent, estimated = strings.CutSuffix(rate, "%")
	}
	r, ok := new(big.Rat).SetString(percent)
	if !estimated || !ok {
		return nil
	}
	base := new(big.Rat).Add(big.NewRat(100, 1), r)
	return r.Quo(r.Mul(r, gross), base)
}
