package upd

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"prolong"
	"prolong/invoices/render"
)

var update = flag.Bool("update", false, "write the golden files anew")

func settings() Settings {
	return Settings{
		SellerID: "2BM-7701001238-770101001-000000000000000000001", BuyerID: "2LT-11000000001", FileID: "8c703486-75df-56f8-8f0a-959b09f807a9",
		FormedAt: time.Date(2026, 12, 31, 13, 5, 9, 0, time.UTC), Program: "Prolong",
	}
}

func decoded(t *testing.T, body []byte) string {
	t.Helper()
	s, err := charmap.Windows1251.NewDecoder().Bytes(body)
	require.NoError(t, err)
	return string(s)
}

// Every sample that is a Russian primary document or счёт-фактура keeps all rules of the format.
func TestEverySampleKeepsTheFormat(t *testing.T) {
	t.Parallel()
	formed := 0
	for name, doc := range render.Samples() {
		if !Formable(&doc) {
			continue
		}
		formed++
		file, err := Form(doc, settings())
		require.NoError(t, err, name)
		require.Empty(t, Check(file.Name, file.Body), name)
		require.NotContains(t, string(file.Body), "Пример", "%s is not UTF-8", name)
		again, err := Form(doc, settings())
		require.NoError(t, err)
		require.True(t, bytes.Equal(file.Body, again.Body), "what is signed is the same every time")
	}
	require.Equal(t, 25, formed, "УПД 1 and 2, act, счёт-фактура, счёт-фактура on an advance: plain, with a discount, long, corrected; act and счёт-фактура of a sole trader")
}

// documents.md 2.4: the file name is a part of the format.
func TestFileNameNamesBuyerSellerDayAndGUID(t *testing.T) {
	t.Parallel()
	file, err := Form(render.Samples()["upd_1"], settings())
	require.NoError(t, err)
	require.Equal(t, "ON_NSCHFDOPPR_2LT-11000000001_2BM-7701001238-770101001-000000000000000000001_20261231_8c703486-75df-56f8-8f0a-959b09f807a9_0_0_0_0_0_00.xml", file.Name)
	s := settings()
	s.SellerID, s.BuyerID = "", ""
	file, err = Form(render.Samples()["upd_1"], s)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(file.Name, "ON_NSCHFDOPPR_7702001230770201001_7701001238770101001_20261231_"), "without operators ИНН and КПП stand for the ids")
}

func TestFunctionsCarryWhatTheyMust(t *testing.T) {
	t.Parallel()
	samples := render.Samples()
	both, err := Form(samples["upd_1"], settings())
	require.NoError(t, err)
	text := decoded(t, both.Body)
	for _, want := range []string{
		`КНД="1115131" Функция="СЧФДОП"`, `ДатаИнфПр="31.12.2026" ВремИнфПр="13.05.09"`, `НаимОрг="Общество с ограниченной ответственностью «Пример Софт»"`,
		`<СвПРД НомерПРД="125" ДатаПРД="25.11.2026"/>`, `<ДокПодтвОтгрНом РеквНаимДок="Универсальный передаточный документ" РеквНомерДок="260045127" РеквДатаДок="31.12.2026"/>`,
		`НалСт="22%" СтТовУчНал="12900.00"`, `СтТовБезНДСВсего="12213.11" СтТовУчНалВсего="14900.00"`, `<СумНалВсего><СумНал>2686.89</СумНал></СумНалВсего>`,
		`Значен="№ 260044010 от 25.11.2026"`, `<ОснПер РеквНаимДок="Договор-оферта" РеквНомерДок="58291375" РеквДатаДок="15.01.2026"/>`,
		`ДатаНачПер="01.12.2026" ДатаОконПер="31.12.2026"`, `Должн="Генеральный директор" ТипПодпис="1" СпосПодтПолном="1"`,
		`<ФИО Фамилия="Образцов" Имя="О." Отчество="О."/>`, `КолТов="2" ЦенаТов="819.67"`, `<БезАкциз>без акциза</БезАкциз>`,
	} {
		require.Contains(t, text, want)
	}
	transfer, err := Form(samples["upd_2"], settings())
	require.NoError(t, err)
	text = decoded(t, transfer.Body)
	require.Contains(t, text, `Функция="ДОП"`)
	require.Contains(t, text, `<СвИП ИННФЛ="770300123462" ОГРНИП="304770000000016" ДатаОГРНИП="15.03.2004"><ФИО Фамилия="Образцов" Имя="Образец" Отчество="Образцович"/></СвИП>`)
	require.Contains(t, text, `НалСт="без НДС"`)
	require.Contains(t, text, `<БезНДС>без НДС</БезНДС>`)
	advance, err := Form(samples["sf_advance"], settings())
	require.NoError(t, err)
	text = decoded(t, advance.Body)
	require.Contains(t, text, `Функция="СЧФ"`)
	require.Contains(t, text, `НалСт="22/122"`)
	require.NotContains(t, text, "СвПродПер")
	require.NotContains(t, text, "ПоФактХЖ")
	require.NotContains(t, text, "НаимДокОпр", "the schema forbids it on a счёт-фактура alone")
	require.Contains(t, text, `<ДопСвФХЖ1 СпОбстФСЧФ="2"/>`, "only so it may name no shipment")
	require.NotContains(t, text, "ДокПодтвОтгрНом")
	require.NotContains(t, text, "КолТов")

	act := samples["act_ru"]
	s := settings()
	s.Function = Both
	asBoth, err := Form(act, s)
	require.NoError(t, err)
	require.Contains(t, decoded(t, asBoth.Body), `Функция="СЧФДОП"`, "a seller who gives one document in place of two says so")
}

// What windows-1251 lacks becomes a character reference, and what XML lacks disappears.
func TestForeignLettersSurvive(t *testing.T) {
	t.Parallel()
	d := render.Samples()["upd_1"]
	d.Buyer.Name = "ТОО «Үлгі & <Қоңыр>\x01\" 😀"
	file, err := Form(d, settings())
	require.NoError(t, err)
	root, err := parse(file.Body)
	require.NoError(t, err)
	require.Equal(t, "ТОО «Үлгі & <Қоңыр>\" 😀", root.child("Документ").child("СвСчФакт").child("СвПокуп").child("ИдСв").child("СвЮЛУч").get("НаимОрг"))
}

func TestWhatCannotBeFormedSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *render.Document)
		key    string
		field  string
	}{
		"storno":        {func(d *render.Document) { *d = d.Reversal("1", d.Date) }, "error.upd_kind", ""},
		"currency":      {func(d *render.Document) { d.Currency = prolong.KZT }, "error.upd_kind", ""},
		"invoice":       {func(d *render.Document) { d.Kind = render.KindInvoiceRU }, "error.upd_kind", ""},
		"buyer tax id":  {func(d *render.Document) { d.Buyer.TaxID = "7702001231" }, "error.upd_missing", "buyer.tax_id"},
		"buyer kpp":     {func(d *render.Document) { d.Buyer.KPP = "" }, "error.upd_missing", "buyer.kpp"},
		"buyer address": {func(d *render.Document) { d.Buyer.Address = "" }, "error.upd_missing", "buyer.address"},
		"director":      {func(d *render.Document) { d.Seller.Director = "Образцов" }, "error.upd_missing", "seller.director"},
		"lines":         {func(d *render.Document) { d.Totals.Gross++ }, "error.upd_rule", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := render.Samples()["upd_1"]
			c.change(&d)
			_, err := Form(d, settings())
			var e *prolong.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, prolong.CodeInvalid, e.Code)
			require.Equal(t, c.key, e.Key)
			if c.field != "" {
				require.Equal(t, c.field, e.Args["Field"])
			}
		})
	}
}

// Each breach of a rule is found where it is.
func TestCheckFindsBreaches(t *testing.T) {
	t.Parallel()
	file, err := Form(render.Samples()["upd_1"], settings())
	require.NoError(t, err)
	text := decoded(t, file.Body)
	for name, c := range map[string]struct{ old, new, place string }{
		"classifier":   {`КНД="1115131"`, `КНД="1115125"`, "Файл/Документ@КНД"},
		"version":      {`ВерсФорм="5.03"`, `ВерсФорм="5.01"`, "Файл@ВерсФорм"},
		"function":     {`Функция="СЧФДОП"`, `Функция="СЧФ"`, "Файл/Документ/СвПродПер"},
		"date":         {`ДатаДок="31.12.2026"`, `ДатаДок="2026-12-31"`, "Файл/Документ/СвСчФакт@ДатаДок"},
		"time":         {`ВремИнфПр="13.05.09"`, `ВремИнфПр="13:05:09"`, "Файл/Документ@ВремИнфПр"},
		"tax id":       {`ИННЮЛ="7702001230"`, `ИННЮЛ="7702001231"`, "Файл/Документ/СвСчФакт/СвПокуп/ИдСв"},
		"kpp":          {`КПП="770201001"`, `КПП="7702"`, "Файл/Документ/СвСчФакт/СвПокуп[1]/ИдСв/СвЮЛУч@КПП"},
		"rate":         {`НалСт="22%"`, `НалСт="21%"`, "Файл/Документ/ТаблСчФакт/СведТов[1]@НалСт"},
		"tax":          {`<СумНал>2326.23</СумНал>`, `<СумНал>2326.33</СумНал>`, "Файл/Документ/ТаблСчФакт/СведТов[1]/СумНал/СумНал"},
		"total":        {`СтТовУчНалВсего="14900.00"`, `СтТовУчНалВсего="14900.01"`, "Файл/Документ/ТаблСчФакт/ВсегоОпл@СтТовУчНалВсего"},
		"row number":   {`НомСтр="2"`, `НомСтр="3"`, "Файл/Документ/ТаблСчФакт/СведТов[2]@НомСтр"},
		"price":        {`ЦенаТов="819.67"`, `ЦенаТов="820.67"`, "Файл/Документ/ТаблСчФакт/СведТов[2]@ЦенаТов"},
		"excise":       {`без акциза`, `нет`, "Файл/Документ/ТаблСчФакт/СведТов[1]/Акциз/БезАкциз"},
		"shipment":     {`<ДокПодтвОтгрНом РеквНаимДок="Универсальный передаточный документ" РеквНомерДок="260045127" РеквДатаДок="31.12.2026"/>`, ``, "Файл/Документ/СвСчФакт/ДокПодтвОтгрНом"},
		"position":     {`Должн="Генеральный директор" `, ``, "Файл/Документ/Подписант[1]@Должн"},
		"unknown":      {`<ДенИзм `, `<Лишнее/><ДенИзм `, "Файл/Документ/СвСчФакт/ДенИзм"},
		"file name":    {`_20261231_`, `_20261230_`, "Файл@ИдФайл"},
		"file day":     {`ДатаИнфПр="31.12.2026"`, `ДатаИнфПр="30.12.2026"`, "Файл@ИдФайл"},
		"form name":    {` НаимДокОпр="Универсальный передаточный документ"`, ``, "Файл/Документ@НаимДокОпр"},
		"fact":         {` ПоФактХЖ="Документ об отгрузке товаров (выполнении работ), передаче имущественных прав (документ об оказании услуг)"`, ``, "Файл/Документ@ПоФактХЖ"},
		"advance":      {`<ИнфПолФХЖ1>`, `<ДопСвФХЖ1 СпОбстФСЧФ="2"/><ИнфПолФХЖ1>`, "Файл/Документ/СвСчФакт/ДопСвФХЖ1@СпОбстФСЧФ"},
		"unit":         {` НаимЕдИзм="мес"`, ``, "Файл/Документ/ТаблСчФакт/СведТов[1]@НаимЕдИзм"},
		"quantity":     {` КолТов="2"`, ``, "Файл/Документ/ТаблСчФакт/СведТов[2]@КолТов"},
		"no quantity":  {` КолТов="2"`, ` КолТов="0"`, "Файл/Документ/ТаблСчФакт/СведТов[2]@КолТов"},
		"no price":     {` ЦенаТов="819.67"`, ` ЦенаТов="0"`, "Файл/Документ/ТаблСчФакт/СведТов[2]@ЦенаТов"},
		"net":          {` СтТовБезНДС="10573.77"`, ``, "Файл/Документ/ТаблСчФакт/СведТов[1]@СтТовБезНДС"},
		"line total":   {`СтТовБезНДС="10573.77"`, `СтТовБезНДС="10573.78"`, "Файл/Документ/ТаблСчФакт/СведТов[1]@СтТовУчНал"},
		"estimate":     {`НалСт="22%"`, `НалСт="22/122"`, "Файл/Документ/ТаблСчФакт/СведТов[1]@НалСт"},
		"exempt line":  {`<СумНал>2326.23</СумНал>`, `<БезНДС>без НДС</БезНДС>`, "Файл/Документ/ТаблСчФакт/СведТов[1]/СумНал"},
		"exempt total": {`<СумНал>2686.89</СумНал>`, `<БезНДС>без НДС</БезНДС>`, "Файл/Документ/ТаблСчФакт/ВсегоОпл/СумНалВсего"},
		"tax total":    {`<СумНал>2686.89</СумНал>`, `<СумНал>2686.90</СумНал>`, "Файл/Документ/ТаблСчФакт/ВсегоОпл/СумНалВсего/СумНал"},
		"net total":    {`СтТовБезНДСВсего="12213.11"`, `СтТовБезНДСВсего="12213.12"`, "Файл/Документ/ТаблСчФакт/ВсегоОпл@СтТовБезНДСВсего"},
		"currency":     {`КодОКВ="643"`, `КодОКВ="398"`, "Файл/Документ/СвСчФакт/ДенИзм@КодОКВ"},
		"attribute":    {`<ДенИзм `, `<ДенИзм Лишнее="1" `, "Файл/Документ/СвСчФакт/ДенИзм@Лишнее"},
		"text":         {`<СвПер `, `слово<СвПер `, "Файл/Документ/СвПродПер"},
		"two of one":   {`<СвЮЛУч `, `<СвЮЛУч НаимОрг="x" ИННЮЛ="7702001230" КПП="770201001"/><СвЮЛУч `, "Файл/Документ/СвСчФакт/СвПрод[1]/ИдСв"},
		"other of one": {`<СумНал>2326.23</СумНал>`, `<Сумма>2326.23</Сумма>`, "Файл/Документ/ТаблСчФакт/СведТов[1]/СумНал/Сумма"},
		"two of it":    {`<ДенИзм `, `<ДенИзм КодОКВ="643" НаимОКВ="x"/><ДенИзм `, "Файл/Документ/СвСчФакт/ДенИзм"},
		"seller's id":  {`ИННЮЛ="7701001238"`, `ИННЮЛ="7701001239"`, "Файл/Документ/СвСчФакт/СвПрод/ИдСв"},
		"kind":         {`ПрТовРаб="3"`, `ПрТовРаб="6"`, "Файл/Документ/ТаблСчФакт/СведТов[1]/ДопСведТов@ПрТовРаб"},
		"order":        {`НомерПРД="125"`, `НомерПРД="` + strings.Repeat("1", 31) + `"`, "Файл/Документ/СвСчФакт/СвПРД[1]@НомерПРД"},
		"basis broken": {` РеквДатаДок="15.01.2026"`, ``, "Файл/Документ/СвПродПер/СвПер/ОснПер@РеквДатаДок"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken := strings.Replace(text, c.old, c.new, 1)
			require.NotEqual(t, text, broken)
			raw, err := charmap.Windows1251.NewEncoder().String(broken)
			require.NoError(t, err)
			var places []string
			for _, p := range Check(file.Name, []byte(raw)) {
				places = append(places, p.Place)
			}
			require.Contains(t, places, c.place)
		})
	}
}

// What is no file of the format at all says so, and nothing else; a file of breaches is not listed without end.
func TestCheckRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	const head = `<?xml version="1.0" encoding="windows-1251"?>`
	for body, place := range map[string]string{
		`<?xml version="1.0" encoding="UTF-8"?><Файл/>`: "",
		head + `<a>`:      "",
		head + ``:         "",
		head + `<a/><b/>`: "",
		head + `<a/>`:     "a",
		head + strings.Repeat("<a>", 21) + strings.Repeat("</a>", 21):                  "",
		head + strings.Repeat("<a>", 20) + strings.Repeat("</a>", 20):                  "a",
		head + `<a>` + strings.Repeat(" ", 16<<20-len(head)-len("<a></a>")) + `</a>`:   "a",
		head + `<a>` + strings.Repeat(" ", 16<<20-len(head)-len("<a></a>")+1) + `</a>`: "",
		`<?xml version="1.0" encoding="windows-1251x"?><a/>`:                           "",
	} {
		problems := Check("x.xml", []byte(body))
		require.Len(t, problems, 1, "%.80s", body)
		require.Equal(t, place, problems[0].Place, "%.80s", body)
	}
	raw, err := charmap.Windows1251.NewEncoder().String(head + `<Файл>` + strings.Repeat(`<x/>`, 10) + `</Файл>`)
	require.NoError(t, err)
	require.NotEmpty(t, Check("x.xml", []byte(raw)))
	many, err := charmap.Windows1251.NewEncoder().String(head + `<Файл ` + manyAttributes(200) + `/>`)
	require.NoError(t, err)
	require.Len(t, Check("x.xml", []byte(many)), 100)
}

func manyAttributes(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString("a" + strconv.Itoa(i) + `="" `)
	}
	return out.String()
}

// The title of every paper, letter by letter; `make golden UPDATE=1` rewrites it, on purpose.
func TestGoldenTitles(t *testing.T) {
	t.Parallel()
	samples := render.Samples()
	for _, name := range []string{"upd_1", "upd_2", "act_ru_discount", "upd_1_correction", "sf", "sf_advance"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, known := samples[name]
			require.True(t, known)
			file, err := Form(doc, settings())
			require.NoError(t, err)
			got := strings.ReplaceAll(decoded(t, file.Body), "><", ">\n<") // a line for each element, to be read
			path := filepath.Join("testdata", name+".txt")
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// A parser that is not ours reads every file in its declared encoding; where the schema of the tax
// office lies beside the tests (it is not ours to give away), it holds the files against it too.
func TestAnotherParserReadsEveryFile(t *testing.T) {
	t.Parallel()
	schemas, err := filepath.Glob(filepath.Join("testdata", "ON_NSCHFDOPPR_1_997_01_05_03*.xsd"))
	require.NoError(t, err)
	lint, err := exec.LookPath("xmllint")
	require.NoError(t, err, "make test installs libxml2-utils where it can")
	for name, doc := range render.Samples() {
		if !Formable(&doc) {
			continue
		}
		file, err := Form(doc, settings())
		require.NoError(t, err, name)
		root, err := parse(file.Body)
		require.NoError(t, err)
		require.Equal(t, "Файл", root.name)
		path := filepath.Join(t.TempDir(), "title.xml")
		require.NoError(t, os.WriteFile(path, file.Body, 0o600))
		arguments := []string{"--noout", path}
		for _, schema := range schemas {
			arguments = []string{"--noout", "--schema", schema, path}
		}
		out, err := exec.CommandContext(t.Context(), lint, arguments...).CombinedOutput() //nolint:gosec // a linter on our own file
		require.NoError(t, err, "%s: %s", name, out)
	}
}

func FuzzCheck(f *testing.F) {
	for _, doc := range render.Samples() {
		if file, err := Form(doc, settings()); err == nil {
			f.Add(file.Body)
		}
	}
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1251"?><a/>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if problems := Check("x.xml", body); len(problems) == 0 {
			t.Fatal("a file of another name passes")
		}
	})
}

// Hostile texts of people never break the file.
func FuzzForm(f *testing.F) {
	f.Add("ООО «Пример»", "ул. Примерная", "Услуга", "Образцов О. О.")
	f.Add("]]>&#0;", "\x00\r\n", "<x a='1'>", "А Б В Г Д")
	sample := render.Samples()["upd_1"]
	f.Fuzz(func(t *testing.T, name, address, line, director string) {
		d := sample
		d.Lines = slices.Clone(sample.Lines)
		d.Buyer.Name, d.Buyer.Address, d.Seller.Director = name, address, director
		d.Lines[0].Name = line
		file, err := Form(d, settings())
		if err != nil {
			require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
			return
		}
		_, err = parse(file.Body)
		require.NoError(t, err)
	})
}
