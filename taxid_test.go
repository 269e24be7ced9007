package prolong_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

// Vectors of matching.md 4.1, the bank's INN of 4.5, the published ones of python-stdnum's and
// npm unp-validator's documentation, and the УНП that three banks of Belarus state of themselves.
var taxIDVectors = map[prolong.Country][]string{
	prolong.Russia:     {"7707083893", "7713699602", "500100732259", "381505107980"},
	prolong.Ukraine:    {"14360570", "43720363", "00032129", "32855961", "23226362", "23246880", "25083040", "1759013776", "3184710691"},
	prolong.Kazakhstan: {"971240001315", "940140000385", "061211600012"},
	prolong.Belarus:    {"200988541", "100320487", "100325912", "807000028", "100220190"},
}

func TestTaxIDVectorsAreValid(t *testing.T) {
	t.Parallel()
	for country, ids := range taxIDVectors {
		for _, id := range ids {
			require.True(t, prolong.ValidTaxID(country, id), "%s %s", country, id)
			require.True(t, prolong.TaxIDLooksValid(id), id)
			got, err := prolong.ParseTaxID(country, "\u00a0 "+id+" ")
			require.NoError(t, err)
			require.Equal(t, prolong.TaxID(id), got)
		}
	}
}

// The last digit is a function of the others everywhere, so nine of ten last digits are wrong.
func TestTaxIDWithAnotherLastDigitIsInvalid(t *testing.T) {
	t.Parallel()
	for country, ids := range taxIDVectors {
		for _, id := range ids {
			for last := '0'; last <= '9'; last++ {
				changed := id[:len(id)-1] + string(last)
				require.Equal(t, changed == id, prolong.ValidTaxID(country, changed), "%s %s", country, changed)
			}
		}
	}
}

// A БИН whose first sum leaves 10 is checked by the same weights moved on by two places, round
// the eleven; where that leaves 10 too, no number is given out (matching.md 4.1).
func TestKazakhTaxIDFallsBackToWeightsMovedByTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[1-9][0-9]{10}`).Filter(func(s string) bool { return movedSum(s, 0) == 10 }).Draw(t, "body")
		want := movedSum(body, 2)
		for last := range 10 {
			require.Equal(t, last == want, prolong.ValidTaxID(prolong.Kazakhstan, body+strconv.Itoa(last)), "%s%d", body, last)
		}
	})
}

// The three sums of Russian numbers take the ends of one row of weights (matching.md 4.1).
func TestRussianTaxIDsShareOneRowOfWeights(t *testing.T) {
	t.Parallel()
	row := []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
	check := func(body string) string {
		sum, weights := 0, row[len(row)-len(body):]
		for i, digit := range body {
			sum += weights[i] * int(digit-'0')
		}
		return body + strconv.Itoa(sum%11%10)
	}
	rapid.Check(t, func(t *rapid.T) {
		company := check(rapid.StringMatching(`[1-9][0-9]{8}`).Draw(t, "company"))
		person := check(check(rapid.StringMatching(`[1-9][0-9]{9}`).Draw(t, "person")))
		for _, id := range []string{company, person} {
			for last := range 10 {
				changed := id[:len(id)-1] + strconv.Itoa(last)
				require.Equal(t, changed == id, prolong.ValidTaxID(prolong.Russia, changed), changed)
			}
		}
		before := person[:10] + strconv.Itoa((int(person[10]-'0')+1)%10)
		require.False(t, prolong.ValidTaxID(prolong.Russia, check(before)), "the first check digit of %s counts too", person)
	})
}

// Weights 1 to 7, from 30000000 to 60000000 with the 7 in front; where the rest is 10, two more for each digit, and 10 again is 0.
func TestUkrainianCompanyNumberFallsBackToWeightsRaisedByTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[1-9][0-9]{6}`).Draw(t, "body")
		sum, digits := 0, 0
		for i, digit := range body {
			weight := i + 1
			if body >= "3000000" && body < "6000000" {
				weight = (i+6)%7 + 1
			}
			sum += weight * int(digit-'0')
			digits += int(digit - '0')
		}
		want := sum % 11
		if want == 10 {
			want = (sum + 2*digits) % 11 % 10
		}
		for last := range 10 {
			require.Equal(t, last == want, prolong.ValidTaxID(prolong.Ukraine, body+strconv.Itoa(last)), "%s%d", body, last)
		}
	})
}

// movedSum is the sum modulo 11 of the digits, each by its place counted from 1 after moving.
func movedSum(body string, moved int) int {
	sum := 0
	for i, digit := range body {
		sum += ((i+moved)%11 + 1) * int(digit-'0')
	}
	return sum % 11
}

func TestTaxIDChecksKnownTraps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country prolong.Country
		id      string
	}{
		{prolong.Belarus, "200988542"},
		{prolong.Ukraine, "32855968"},
		{prolong.Russia, "0000000000"}, // passes the sum, but is what banks write for "none"
		{prolong.Russia, "000000000000"},
		{prolong.Ukraine, "00000000"},
		{prolong.Kazakhstan, "000000000000"},
		{prolong.Belarus, "000000000"},
		{prolong.Russia, "7707083893 "},
		{prolong.Russia, "77070838９3"},
		{prolong.Russia, ""},
		{"DE", "7707083893"},
		{prolong.Ukraine, "7707083893"},
	} {
		require.False(t, prolong.ValidTaxID(c.country, c.id), "%s %q", c.country, c.id)
	}
}

// Every body has exactly one check digit, by the rule of matching.md 4.1 written out anew:
// both orders of weights, and weights raised by two where the remainder is 10.
func TestEveryEDRPOUBodyHasItsCheckDigit(t *testing.T) {
	t.Parallel()
	secondRound := map[bool]int{}
	for body := 1000003; body < 10000000; body += 997 {
		digits := strconv.Itoa(body)
		middle := digits[0] >= '3' && digits[0] <= '5'
		first, second := 0, 0
		for i := range 7 {
			weight := i + 1
			if middle {
				weight = []int{7, 1, 2, 3, 4, 5, 6}[i]
			}
			first += weight * int(digits[i]-'0')
			second += (weight + 2) * int(digits[i]-'0')
		}
		want := first % 11
		if want == 10 {
			want = second % 11 % 10
			secondRound[middle]++
		}
		for check := range 10 {
			id := digits + strconv.Itoa(check)
			require.Equal(t, check == want, prolong.ValidTaxID(prolong.Ukraine, id), id)
		}
	}
	require.Positive(t, secondRound[true])
	require.Positive(t, secondRound[false])
}

// For a Kazakh number whose both sums give 10 no check digit exists (matching.md 4.1).
func TestBINWhoseBothSumsAreTenDoesNotExist(t *testing.T) {
	t.Parallel()
	rounds := map[int]int{}
	for n := range 20000 {
		body := []byte("97124000000")
		for i, v := len(body)-1, n; v > 0; i, v = i-1, v/10 {
			body[i] += byte(v % 10)
		}
		first, second := 0, 0
		for i, weight := range []int{3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2} {
			first += (i + 1) * int(body[i]-'0')
			second += weight * int(body[i]-'0')
		}
		valid := 0
		for last := '0'; last <= '9'; last++ {
			if prolong.ValidTaxID(prolong.Kazakhstan, string(body)+string(last)) {
				valid++
			}
		}
		switch {
		case first%11 != 10:
			rounds[1]++
			require.Equal(t, 1, valid, "%s", body)
		case second%11 != 10:
			rounds[2]++
			require.Equal(t, 1, valid, "%s", body)
		default:
			rounds[3]++
			require.Equal(t, 0, valid, "%s", body)
		}
	}
	require.Positive(t, rounds[1])
	require.Positive(t, rounds[2])
	require.Positive(t, rounds[3])
}

// matching.md 4.1: a random number passes one check digit in 10 %, an INN-12 in 1 %.
func TestShareOfRandomNumbersThatPass(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country prolong.Country
		size    int
		perMill int // expected
	}{
		{prolong.Russia, 10, 100},
		{prolong.Russia, 12, 10},
		{prolong.Ukraine, 8, 100},
		{prolong.Ukraine, 10, 100},
		{prolong.Kazakhstan, 12, 99}, // a body in 121 has no check digit
		{prolong.Belarus, 9, 91},     // a body in 11 has no check digit
	} {
		const samples = 100000
		passed, state := 0, uint64(1)
		for range samples {
			id := make([]byte, c.size)
			for i := range id {
				state = state*6364136223846793005 + 1442695040888963407
				id[i] = byte('0' + (state>>33)%10)
			}
			if prolong.ValidTaxID(c.country, string(id)) {
				passed++
			}
		}
		t.Logf("%s %d: %d of %d", c.country, c.size, passed, samples)
		require.InDelta(t, c.perMill, passed*1000/samples, 5, "%s %d", c.country, c.size)
	}
}

func TestParseTaxIDRestoresZerosThatASpreadsheetDropped(t *testing.T) {
	t.Parallel()
	for country, want := range map[prolong.Country]prolong.TaxID{
		prolong.Kazakhstan: "061211600012",
		prolong.Russia:     inn10("010500000"),
		prolong.Ukraine:    "03327121",
	} {
		require.True(t, prolong.ValidTaxID(country, string(want)), want)
		got, err := prolong.ParseTaxID(country, strings.TrimLeft(string(want), "0"))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := prolong.ParseTaxID(prolong.Ukraine, "32129") // 00032129 without three zeros: too little is left to trust
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
}

// Eight digits with a wrong check digit are a mistyped ЄДРПОУ, not a РНОКПП that lost two
// zeros; ten are a mistyped INN of a company, not one of a person.
func TestParseTaxIDOfFullLengthIsNotPadded(t *testing.T) {
	t.Parallel()
	rescued := 0
	for n := 10000000; n < 10020000; n++ {
		id := prolong.TaxID(strconv.Itoa(n))
		got, err := prolong.ParseTaxID(prolong.Ukraine, string(id))
		if prolong.ValidTaxID(prolong.Ukraine, string(id)) {
			require.NoError(t, err)
			require.Equal(t, id, got)
			continue
		}
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), id)
		if prolong.ValidTaxID(prolong.Ukraine, "00"+string(id)) {
			rescued++
		}
	}
	t.Logf("%d of 20000 numbers would have become a valid РНОКПП by two zeros", rescued)
	require.Positive(t, rescued)
}

func TestParseTaxIDRefusesWithAReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country prolong.Country
		in, key string
	}{
		{prolong.Russia, "", "error.tax_id_empty"},
		{"DE", " ", "error.tax_id_empty"},
		{prolong.Russia, "ИНН 7707083893", "error.tax_id_digits"},
		{prolong.Russia, "77070838-93", "error.tax_id_digits"},
		{prolong.Belarus, "MA1953684", "error.tax_id_digits"},
		{prolong.Russia, "7707083894", "error.tax_id_check"},
		{prolong.Russia, "0", "error.tax_id_check"},
		{prolong.Russia, "0000000000", "error.tax_id_check"},
		{prolong.Russia, "77070838931234567890", "error.tax_id_check"},
		{prolong.Kazakhstan, "7707083893", "error.tax_id_check"},
	} {
		got, err := prolong.ParseTaxID(c.country, c.in)
		var e *prolong.Error
		require.ErrorAs(t, err, &e, "%s %q", c.country, c.in)
		require.Equal(t, prolong.CodeInvalid, e.Code)
		require.Equal(t, c.key, e.Key, "%s %q", c.country, c.in)
		require.Empty(t, got)
	}
}

func TestParseTaxIDTakesOtherCountriesAsTheyAre(t *testing.T) {
	t.Parallel()
	got, err := prolong.ParseTaxID("DE", " DE136695976 ")
	require.NoError(t, err)
	require.Equal(t, prolong.TaxID("DE136695976"), got)
}

// The sums modulo 11 of INN-10 have pairwise different weights and none is 0, so what slips
// through comes from the folding of the remainder 10 onto 0 alone.
func TestSubstitutedINNPassesRarely(t *testing.T) {
	t.Parallel()
	tried, passed := 0, 0
	for body := 770000000; body < 770003000; body++ {
		id := []byte(inn10(strconv.Itoa(body)))
		for i, right := range id {
			for digit := byte('0'); digit <= '9'; digit++ {
				if digit == right {
					continue
				}
				id[i] = digit
				tried++
				if prolong.ValidTaxID(prolong.Russia, string(id)) {
					passed++
				}
			}
			id[i] = right
		}
	}
	t.Logf("%d of %d substitutions pass", passed, tried)
	require.Less(t, passed*50, tried, "fewer than 2 %%")
}

func FuzzParseTaxID(f *testing.F) {
	for country, ids := range taxIDVectors {
		for _, id := range ids {
			f.Add(string(country), id)
			f.Add(string(country), strings.TrimLeft(id, "0"))
		}
	}
	for _, s := range []string{"", " ", "0", "\xff", "１２３", "-1", strings.Repeat("7", 100)} {
		f.Add("RU", s)
		f.Add("DE", s)
	}
	f.Fuzz(func(t *testing.T, code, s string) {
		t.Parallel()
		country := prolong.Country(code)
		id, err := prolong.ParseTaxID(country, s)
		if err != nil {
			require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
			require.Empty(t, id)
			return
		}
		again, err := prolong.ParseTaxID(country, string(id))
		require.NoError(t, err)
		require.Equal(t, id, again)
		if _, known := taxIDVectors[country]; known {
			require.True(t, prolong.ValidTaxID(country, string(id)))
			require.True(t, strings.HasSuffix(string(id), strings.TrimSpace(s)))
		}
	})
}

func TestTaxIDLooksValidIsTheUnionOfCountries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{7,13}`).Draw(t, "s")
		want := false
		for country := range taxIDVectors {
			want = want || prolong.ValidTaxID(country, s)
		}
		require.Equal(t, want, prolong.TaxIDLooksValid(s))
	})
}

// inn10 appends the check digit to nine digits, by the rule written out anew.
func inn10(body string) prolong.TaxID {
	sum := 0
	for i, weight := range []int{2, 4, 10, 3, 5, 9, 4, 6, 8} {
		sum += weight * int(body[i]-'0')
	}
	return prolong.TaxID(body + strconv.Itoa(sum%11%10))
}
