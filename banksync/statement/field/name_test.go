package field_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/banksync/statement/field"
)

// TestNameKeepsThePersonBehindABank: what stands behind a person is his address, what stands behind a
// bank is who pays (references banks.md 2.3 and matching.md 4.5).
func TestNameKeepsThePersonBehindABank(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][2]string{
		"ИВАНОВ ИВАН ИВАНОВИЧ//127422 МОСКВА//":                                                 {"ИВАНОВ ИВАН ИВАНОВИЧ", ""},
		"ПАО СБЕРБАНК//ИВАНОВ ИВАН ИВАНОВИЧ//3600467115214//381505107980//":                     {"ПАО СБЕРБАНК//ИВАНОВ ИВАН ИВАНОВИЧ//3600467115214//381505107980//", ""},
		"ИНН 7707083893 ПАО Сбербанк//ИВАНОВ ИВАН ИВАНОВИЧ//3600467115214//381505107980//":      {"ПАО Сбербанк//ИВАНОВ ИВАН ИВАНОВИЧ//3600467115214//381505107980//", "7707083893"},
		"JSC PRIMER BANK//IVANOV IVAN//KZ86125KZT5004100100//":                                  {"JSC PRIMER BANK//IVANOV IVAN//KZ86125KZT5004100100//", ""},
		"ИНДИВИДУАЛЬНЫЙ ПРЕДПРИНИМАТЕЛЬ ИВАНОВ ИВАН//Р/С 40802810000000000005 В ПАО СБЕРБАНК//": {"ИНДИВИДУАЛЬНЫЙ ПРЕДПРИНИМАТЕЛЬ ИВАНОВ ИВАН", ""},
		"ООО \"Пример\"//Москва":                                                                {"ООО \"Пример\"", ""},
	} {
		name, taxID := field.Name(line)
		require.Equal(t, want, [2]string{name, taxID}, line)
	}
}
