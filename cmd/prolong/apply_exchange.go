package main

import (
	"math/big"
	"strconv"

	"prolong"
	"prolong/invoices"
	"prolong/invoices/upd"
)

// oneCYAML says what the accountant's base of 1С understands.
type oneCYAML struct {
	Format string            `yaml:"format"` // version of EnterpriseData: "1.6"
	Rates  map[string]string `yaml:"rates"`  // percent -> name: "22": НДС22
}

// updFunctions are the words of the declaration for the functions of formalised acts.
var updFunctions = map[string]upd.Function{"": "", "both": upd.Both, "transfer": upd.Transfer}

// exchange returns how the seller exchanges with accounting programs.
func (y sellerYAML) exchange(dir string) (invoices.ExchangeSpec, error) {
	function, ok := updFunctions[y.Documents.UPD]
	if !ok {
		return invoices.ExchangeSpec{}, prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": "documents.upd", "Value": y.Documents.UPD, "Allowed": "both, transfer"})
	}
	spec := invoices.ExchangeSpec{Seller: y.Key, Exchange: invoices.Exchange{UPDFunction: function, OneCVersion: y.OneC.Format, OneCRates: map[int]string{}, Chart: y.Accounting}}
	var err error
	if spec.Exchange.EDO, err = y.EDO.spec(dir); err != nil {
		return spec, err
	}
	for percent, name := range y.OneC.Rates {
		points, ok := new(big.Rat).SetString(percent)
		if !ok || points.Sign() < 0 || points.Cmp(big.NewRat(100, 1)) > 0 {
			return spec, prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": "onec.rates", "Value": percent, "Allowed": "0…100"})
		}
		bp, err := strconv.Atoi(points.Mul(points, big.NewRat(100, 1)).FloatString(0))
		if err != nil {
			return spec, err
		}
		spec.Exchange.OneCRates[bp] = name
	}
	return spec, nil
}
