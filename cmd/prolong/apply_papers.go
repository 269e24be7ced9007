package main

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// papersYAML says which papers a seller gives out and what stands on them.
type papersYAML struct {
	Closing string `yaml:"closing"`
	UPD     string `yaml:"upd"` // both | transfer: what a formalised act is
	// Document is what closes an invoice: act | act_sf | upd; AdvanceFrom the day from which
	// advances get a счёт-фактура.
	Document    string `yaml:"document"`
	AdvanceFrom string `yaml:"advance_from"`
	// Stamp and Facsimile are PNG files that are drawn on invoices; FacsimileAgreed says that
	// clients in Ukraine have agreed to it.
	Stamp           string `yaml:"stamp"`
	Facsimile       string `yaml:"facsimile"`
	FacsimileAgreed bool   `yaml:"facsimile_agreed"`
	// Notice stands above an invoice, ValidDays is how long it is valid.
	Notice    string `yaml:"notice"`
	ValidDays int    `yaml:"valid_days"`
	// AcceptanceDays and OneSided are about acts.
	AcceptanceDays int  `yaml:"acceptance_days"`
	OneSided       bool `yaml:"one_sided"`
}

// papers returns what stands on the papers of a seller, with its pictures. What no paper of his
// would show is refused: nobody is to believe that it does.
func (y papersYAML) papers(dir string, seller billing.Seller) (billing.Papers, []billing.SellerImage, error) {
	p := billing.Papers{Notice: strings.TrimSpace(y.Notice), ValidDays: y.ValidDays, AcceptanceDays: y.AcceptanceDays, OneSided: y.OneSided}
	if utf8.RuneCountInString(p.Notice) > billing.PaperNoticeMax {
		return p, nil, prolong.NewError(prolong.CodeInvalid, "error.document_field_long", prolong.Args{"Field": "documents.notice", "Max": billing.PaperNoticeMax})
	}
	for _, d := range []struct {
		key       string
		days, max int
	}{
		{"documents.valid_days", p.ValidDays, billing.PaperValidDaysMax}, {"documents.acceptance_days", p.AcceptanceDays, billing.PaperAcceptanceDaysMax},
	} {
		if d.days < 0 || d.days > d.max {
			return p, nil, prolong.NewError(prolong.CodeInvalid, "error.paper_days", prolong.Args{"Key": d.key, "Value": d.days, "Max": d.max})
		}
	}
	switch {
	case p.OneSided && seller.Country != prolong.Ukraine:
		return p, nil, prolong.NewError(prolong.CodeInvalid, "error.one_sided_country", nil)
	case y.Facsimile != "" && seller.Country == prolong.Ukraine && !y.FacsimileAgreed:
		return p, nil, prolong.NewError(prolong.CodeInvalid, "error.facsimile_agreement", nil)
	}
	var images []billing.SellerImage
	for _, picture := range []struct {
		key, file string
		prepare   func([]byte) (render.Image, error)
		hash      *string
	}{
		{"documents.stamp", y.Stamp, render.NewStamp, &p.Stamp}, {"documents.facsimile", y.Facsimile, render.NewFacsimile, &p.Facsimile},
	} {
		if picture.file == "" {
			continue
		}
		image, err := readPicture(dir, picture.file, picture.prepare)
		if err != nil {
			return p, nil, prolong.NewError(prolong.CodeInvalid, "error.paper_image", prolong.Args{"Key": picture.key, "File": picture.file, "Problem": err}).Because(err)
		}
		*picture.hash = image.SHA256
		images = append(images, billing.SellerImage{SHA256: image.SHA256, PNG: image.PNG})
	}
	return p, images, nil
}

// readPicture reads a picture that lies beside the file that names it.
func readPicture(dir, file string, prepare func([]byte) (render.Image, error)) (render.Image, error) {
	path, err := absolute(dir, file)
	if err != nil {
		return render.Image{}, err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return render.Image{}, prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": path, "Detail": err.Error()})
	}
	return prepare(raw)
}

// printPapers tells what stands on the papers of each seller that has something of his own there.
func (a *app) printPapers(cmd *cobra.Command, sellers []billing.SellerSpec) {
	for _, spec := range sellers {
		if list := paperFacts(spec); len(list) > 0 {
			a.print(cmd, "cli.applied_papers", "Seller", spec.Seller.Key, "List", strings.Join(list, ", "))
		}
	}
}

// paperFacts are the settings of papers by the keys of the declaration; pictures with their size
// and the beginning of their hash.
func paperFacts(spec billing.SellerSpec) []string {
	var list []string
	p := spec.Seller.Papers
	picture := func(key, hash string) {
		for _, image := range spec.Images {
			if image.SHA256 == hash {
				width, height := render.Image{PNG: image.PNG}.Size()
				list = append(list, fmt.Sprintf("%s %d×%d %.8s", key, width, height, hash))
				return
			}
		}
	}
	picture("stamp", p.Stamp)
	picture("facsimile", p.Facsimile)
	if p.Notice != "" {
		list = append(list, "notice «"+p.Notice+"»")
	}
	if p.ValidDays > 0 {
		list = append(list, fmt.Sprintf("valid_days %d", p.ValidDays))
	}
	if p.AcceptanceDays > 0 {
		list = append(list, fmt.Sprintf("acceptance_days %d", p.AcceptanceDays))
	}
	if p.OneSided {
		list = append(list, "one_sided")
	}
	return list
}
