package main

import "prolong/notify"

// lettersYAML says when the letters of a seller leave that can wait. A seller without it keeps the
// hours that he has, whoever set them.
type lettersYAML struct {
	Hours string `yaml:"hours"` // 09:00-18:00, in his zone; any: at any time
	Days  string `yaml:"days"`  // mon-fri; sat, sun
}

// anyHours lets letters leave at any time.
const anyHours = "any"

// sendingHours returns what is declared of the hours of letters; nothing without the key.
func (y sellerYAML) sendingHours() ([]notify.HoursSpec, error) {
	switch {
	case y.Letters == nil:
		return nil, nil
	case y.Letters.Hours == anyHours && y.Letters.Days == "":
		return []notify.HoursSpec{{Seller: y.Key}}, nil
	}
	h, err := notify.ParseHours(y.Letters.Hours, y.Letters.Days)
	return []notify.HoursSpec{{Seller: y.Key, Hours: &h}}, err
}
