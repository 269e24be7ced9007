// Package operators knows every adapter of an operator of electronic documents; it is the door
// to them.
package operators

import (
	"maps"
	"slices"
	"strings"

	"prolong"
	"prolong/invoices/edo"
	"prolong/invoices/edo/diadoc"
	"prolong/invoices/edo/vchasno"
)

type kind struct {
	keys []edo.Key
	open func(c edo.Config, values map[string]string) (edo.Operator, error)
}

var kinds = map[string]kind{
	diadoc.Kind:  {diadoc.Keys, func(c edo.Config, v map[string]string) (edo.Operator, error) { return diadoc.Open(c, v) }},
	vchasno.Kind: {vchasno.Keys, func(c edo.Config, v map[string]string) (edo.Operator, error) { return vchasno.Open(c, v) }},
}

// Kinds returns the operators, in order.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Check verifies the settings of an operator as they were declared, without reading the secrets
// that they name. Returns CodeInvalid that names the setting.
func Check(name string, values map[string]string) error {
	k, err := kindOf(name)
	if err != nil {
		return err
	}
	return edo.CheckSettings(name, k.keys, values)
}

// Open returns the access that the settings declare. Nothing is sent. Returns CodeInvalid if
// they are wrong or a secret is not where they say.
func Open(name string, values map[string]string, c edo.Config) (edo.Operator, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	return k.open(c, values)
}

func kindOf(name string) (kind, error) {
	k, ok := kinds[name]
	if !ok {
		return k, prolong.NewError(prolong.CodeInvalid, "error.edo_unknown", prolong.Args{"Operator": name, "Allowed": strings.Join(Kinds(), ", ")})
	}
	return k, nil
}
