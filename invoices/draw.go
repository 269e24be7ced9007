package invoices

import (
	"context"

	"prolong/billing"
	"prolong/invoices/render"
)

// draw renders a frozen paper with the pictures that it names by their hashes.
func (s *Service) draw(ctx context.Context, doc render.Document) ([]byte, error) {
	for _, image := range []*render.Image{&doc.Stamp, &doc.Facsimile} {
		if image.SHA256 == "" || image.PNG != nil {
			continue
		}
		// A hash names the same bytes for ever, and a seller has few of them.
		known, ok := s.images.Load(image.SHA256)
		if !ok {
			png, err := billing.New(s.db, s.log).ImagePNG(ctx, image.SHA256)
			if err != nil {
				return nil, err
			}
			known, _ = s.images.LoadOrStore(image.SHA256, png)
		}
		image.PNG, _ = known.([]byte)
	}
	return s.renderer.Render(doc)
}
