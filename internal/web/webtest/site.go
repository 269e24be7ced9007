package webtest

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/templates"
)

// Site is a site as the program runs it, with the pages of one room, which is yet to mount its
// routes. People who have no zone of their own read times in zone.
func Site(tb testing.TB, clock prolong.Clock, zone *time.Location, log *slog.Logger, pages web.Pages, door web.LoginDoor) *web.Site {
	tb.Helper()
	assets, err := web.LoadAssets(templates.FS)
	require.NoError(tb, err)
	renderer, err := web.NewRenderer(templates.FS, assets, web.FailurePages(), pages)
	require.NoError(tb, err)
	catalog, err := i18n.Embedded()
	require.NoError(tb, err)
	site, err := web.NewSite(web.Config{
		Assets: assets, Catalog: catalog, Clock: clock, Renderer: renderer, Zone: zone, Logger: slog.New(web.LogHandler(log.Handler())), Logins: []web.LoginDoor{door},
	})
	require.NoError(tb, err)
	return site
}
