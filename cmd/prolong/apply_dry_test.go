package main

import (
	"image/color"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// documentedBench is a company of its own, with every key of the documented declaration in all.yaml.
func documentedBench(t *testing.T) (b *bench, declaration string) {
	t.Helper()
	b = newBench(t, "2026-11-22T09:00:00+03:00")
	for _, name := range []string{"stamp.png", "signature.png"} {
		b.write(name, string(pngOf(t, 300, 200, color.NRGBA{B: 200, A: 255})))
	}
	b.env = append(b.env, "DIADOC_CLIENT=not-to-be-seen", "ADMIN_PASSWORD="+testPassword, "ADMIN_SECRET="+testSecret)
	b.write("diadoc.txt", "not-to-be-seen")
	declaration = strings.Replace(documentedDeclaration(t), `role: administrator}     # password: "${ADMIN_PASSWORD}", second_factor: "file:totp.txt"`,
		`role: administrator, password: "${ADMIN_PASSWORD}", second_factor: "${ADMIN_SECRET}"}`, 1)
	require.Contains(t, declaration, "ADMIN_SECRET")
	b.write("all.yaml", declaration)
	return b, declaration
}

var dryTotals = regexp.MustCompile(`Новых: (\d+), изменится: (\d+), без изменений: (\d+)\. Ничего не записано\.`)

// What a dry run says is what apply then does: the first writes nothing, after the second nothing is
// left to do. Neither tells a secret.
func TestADryRunSaysWhatApplyDoesAndWritesNothing(t *testing.T) {
	t.Parallel()
	b, _ := documentedBench(t)
	said := b.run("apply", "--dry-run", "all.yaml")
	require.Contains(t, said, "sellers main: изменится\n")
	require.Contains(t, said, "  letters.hours: нет → 09:00-18:00\n")
	require.NotContains(t, said, "  kpp", "it is the same")
	require.Contains(t, said, "partners agent: появится\n")
	require.Contains(t, said, "  password: ***\n")
	require.Contains(t, said, "  edo.settings.client_id: нет → ${DIADOC_CLIENT}\n", "a reference, not what it refers to")
	for _, secret := range []string{testPassword, testSecret, "not-to-be-seen", "argon2"} {
		require.NotContains(t, said, secret)
	}
	require.Equal(t, []string{"11", "2", "0"}, dryTotals.FindStringSubmatch(said)[1:])
	require.Equal(t, said, b.run("apply", "--dry-run", "all.yaml"), "the first one wrote nothing")

	b.run("apply", "all.yaml")
	said = b.run("apply", "--dry-run", "all.yaml")
	require.Equal(t, []string{"0", "0", "13"}, dryTotals.FindStringSubmatch(said)[1:], said)
	b.run("apply", "all.yaml")
}

// Each kind of setting is told by its key, before and after, and refused as apply would refuse it.
func TestADryRunTellsEveryChangeByItsKey(t *testing.T) {
	t.Parallel()
	b, declaration := documentedBench(t)
	b.run("apply", "all.yaml")
	for _, c := range [][3]string{
		{"short_name: Пример Софт ", "short_name: Софт ", "  short_name: Пример Софт → Софт"},
		{"closing: next_day ", "closing: end_of_month ", "  documents.closing: next_day → end_of_month"},
		{"upd: both ", "upd: transfer ", "  documents.upd: both → transfer"},
		{"{from: 2026-07-01, regime: usn_5}", "{from: 2026-07-01, regime: usn_7}", "  vat.changes.from 2026-07-01: usn_5 → usn_7"},
		{"valid_days: 30 ", "valid_days: 10 ", "  documents.valid_days: 30 → 10"},
		{`hours: "09:00-18:00", days: mon-fri`, `hours: "10:00-20:00", days: "mon-wed, sat"`, "  letters.days: mon-fri → mon-wed, sat\n  letters.hours: 09:00-18:00 → 10:00-20:00"},
		{`write_off: "1.00"`, `write_off: "2.50"`, "  write_off: 1.00 → 2.50"},
		{`"22": НДС22`, `"22": НДС_22`, "  onec.rates.22: НДС22 → НДС_22"},
		{`customers: "62.01"`, `customers: "62"`, "  accounting.customers: 62.01 → 62"},
		{"automatic: true", "automatic: false", "  edo.automatic: true → нет"},
		{"source: {kind: folder, path: ./inbox}", `source: {kind: tbank, token: "${TBANK_TOKEN}"}`, "  bank_accounts.40702810938000000001.source.kind: folder → tbank"},
		{`price: {RUB: "2000.00"}`, `price: {RUB: "2100.00"}`, "  price.RUB from 2026-10-01: нет → 2100.00"},
		{"grace: 3 working days ", "grace: 5 days ", "  grace: 3 working day → 5 day"},
		{"terminate: 30 days ", "terminate: 60 days ", "  terminate: 30 day → 60 day"},
		{`name: СМС-пакет`, `name: Сообщения`, "  items.sms.name: СМС-пакет → Сообщения"},
		{`hours: "10", valid`, `hours: "12", valid`, "packs hours-10: изменится\n  minutes: 600 → 720"},
		{"email: rep@partner.example", "email: new@partner.example", "  email: rep@partner.example → new@partner.example"},
		{"name: Анна Примерова, role: support}", "name: Анна Примерова, role: accountant}", "  role: support → accountant"},
		{"on: 2027-11-05, kind: off", "on: 2027-11-05, kind: short", "  2027-11-05: off → short"},
		{`sat: ["10:00-14:00"]`, `sat: ["10:00-15:00"]`, "  week.sat: 10:00-14:00 → 10:00-15:00"},
		{"first_response: 30m", "first_response: 45m", "  targets.urgent.first_response: 30 min, almaty, 50 80 → 45 min, almaty, 50 80"},
		{"key: payment, name: Оплата", "key: payment, name: Деньги", "  name: Оплата → Деньги"},
	} {
		require.Contains(t, declaration, c[0])
		b.write("all.yaml", strings.Replace(declaration, c[0], c[1], 1))
		said := b.run("apply", "--dry-run", "all.yaml")
		require.Contains(t, said, c[2])
		require.Equal(t, []string{"0", "1", "12"}, dryTotals.FindStringSubmatch(said)[1:], said)
	}

	b.write("all.yaml", declaration+"\nnonsense: 1\n")
	_, errs, code := b.try("apply", "--dry-run", "all.yaml")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "nonsense")
	b.write("all.yaml", strings.Replace(declaration, "seller: main, name: Стойка", "seller: nobody, name: Стойка", 1))
	_, errs, code = b.try("apply", "--dry-run", "all.yaml")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "nobody", "found by doing it")
	b.write("all.yaml", strings.Replace(declaration, `hours: "09:00-18:00", days: mon-fri`, `hours: "9-18"`, 1))
	_, errs, code = b.try("apply", "--dry-run", "all.yaml")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "all.yaml:2: ")
	require.Contains(t, errs, "09:00-18:00")
	_, _, code = b.try("apply", "--dry-run")
	require.Equal(t, 2, code)
}

// A seller whose declaration says nothing about letters keeps the hours that an administrator set;
// "any" takes them away.
func TestHoursOfLettersAreDeclared(t *testing.T) {
	t.Parallel()
	b, declaration := documentedBench(t)
	b.run("apply", "all.yaml")
	b.run("apply", "company.yaml")
	b.write("all.yaml", declaration)
	require.NotContains(t, b.run("apply", "--dry-run", "all.yaml"), "letters.hours", "kept by the file that did not name them")
	b.write("all.yaml", strings.Replace(declaration, `hours: "09:00-18:00", days: mon-fri`, "hours: any", 1))
	require.Contains(t, b.run("apply", "--dry-run", "all.yaml"), "  letters.hours: 09:00-18:00 → нет\n")
}
