package billing

import (
	"context"
	"slices"
	"sync"
)

// catalogVersion is the row that every change of a table of the catalogue renews (a trigger). It
// is random, so it names one content in whatever database and after whatever roll-back.
type catalogVersion [16]byte

// catalogsKeptMax is more than one only for processes that work on several databases.
const catalogsKeptMax = 32

// keptCatalogs has the catalogues that were read last, the latest at the end. Nobody changes a
// catalogue once it is read.
var keptCatalogs struct {
	sync.Mutex
	list []keptCatalog
}

type keptCatalog struct {
	version catalogVersion
	catalog Catalog
}

// readCatalog returns the catalogue as q sees it. It asks for the version only, as long as nothing
// has changed: a use case then begins with one small query, not with seven.
func readCatalog(ctx context.Context, q querier) (Catalog, error) {
	version, err := readCatalogVersion(ctx, q)
	if err != nil {
		return Catalog{}, err
	}
	if c, ok := findKeptCatalog(version); ok {
		return c, nil
	}
	c, err := readCatalogTables(ctx, q)
	if err != nil {
		return c, err
	}
	// What another transaction has committed meanwhile may stand in one table and not in the next;
	// such a reading serves this once.
	if now, err := readCatalogVersion(ctx, q); err != nil || now != version {
		return c, err
	}
	keepCatalog(version, c)
	return c, nil
}

func readCatalogVersion(ctx context.Context, q querier) (v catalogVersion, err error) {
	err = q.QueryRow(ctx, `SELECT version FROM catalog_version`).Scan((*[16]byte)(&v))
	return v, err
}

func findKeptCatalog(version catalogVersion) (Catalog, bool) {
	keptCatalogs.Lock()
	defer keptCatalogs.Unlock()
	for i := len(keptCatalogs.list) - 1; i >= 0; i-- {
		if keptCatalogs.list[i].version == version {
			return keptCatalogs.list[i].catalog, true
		}
	}
	return Catalog{}, false
}

func keepCatalog(version catalogVersion, c Catalog) {
	keptCatalogs.Lock()
	defer keptCatalogs.Unlock()
	if len(keptCatalogs.list) >= catalogsKeptMax {
		keptCatalogs.list = slices.Delete(keptCatalogs.list, 0, 1)
	}
	keptCatalogs.list = append(keptCatalogs.list, keptCatalog{version, c})
}
