package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"prolong"
	"prolong/internal/postgres"
)

// APIKey lets a machine in.
type APIKey struct {
	ID         int64
	Name       string
	Prefix     string // the part of the key that may be shown
	Scopes     []Right
	CreatedBy  string
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero for never
	LastUsedAt time.Time // within a minute; zero for never
	Revoked    bool
}

// APIKeySpec asks for a key.
type APIKeySpec struct {
	Name    string
	Scopes  []Right
	Expires time.Time // zero for never
}

const (
	// apiKeyBrand begins every key, so that scanners of leaked secrets know it.
	apiKeyBrand       = "prl"
	apiKeyPrefixRunes = 10
	apiKeyTouchEvery  = time.Minute
	// apiKeyCachedFor is how long a revoked key may still work on another node.
	apiKeyCachedFor = 10 * time.Second
	apiKeysCacheMax = 10_000
	apiKeysShownMax = 500
)

// CreateAPIKey makes a key for a machine and returns it; it is shown this once. Needs
// RightOfficeAPIKeys. Returns CodeInvalid for an empty name or an unknown scope, CodeForbidden.
func (s *Service) CreateAPIKey(ctx context.Context, actor prolong.Actor, spec APIKeySpec) (key string, info APIKey, err error) {
	if err := s.authorizeStaffOnly(ctx, actor, RightOfficeAPIKeys); err != nil {
		return "", APIKey{}, err
	}
	name := personName(spec.Name)
	if name == "" {
		return "", APIKey{}, prolong.NewError(prolong.CodeInvalid, "error.api_key_name", nil)
	}
	if len(spec.Scopes) == 0 {
		return "", APIKey{}, prolong.NewError(prolong.CodeInvalid, "error.api_key_scope", prolong.Args{"Value": ""})
	}
	scopes := make([]string, len(spec.Scopes))
	for i, scope := range spec.Scopes {
		if !slices.Contains(machineRights, scope) {
			return "", APIKey{}, prolong.NewError(prolong.CodeInvalid, "error.api_key_scope", prolong.Args{"Value": string(scope)})
		}
		scopes[i] = string(scope)
	}
	prefix := strings.ToLower(rand.Text()[:apiKeyPrefixRunes])
	secret, _ := newSecret()
	key = apiKeyBrand + "_" + prefix + "_" + secret
	row := apiKeyRow{Name: name, Prefix: prefix, SecretHash: hashSecret(key), Scopes: strings.Join(scopes, " "), CreatedBy: actor.String()}
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row.CreatedAt = tx.Now
		if !spec.Expires.IsZero() {
			row.ExpiresAt = &spec.Expires
		}
		if err := gorm.G[apiKeyRow](tx.DB).Create(ctx, &row); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Change{Action: "api_key.create", SubjectKind: "api_key", SubjectID: row.ID,
			After: map[string]any{"name": name, "scopes": scopes}})
	})
	if err != nil {
		return "", APIKey{}, prolong.Wrap("identity.CreateAPIKey", err)
	}
	return key, fromAPIKeyRow(row), nil
}

// APIKeys lists the keys, newest first, the revoked ones too.
func (s *Service) APIKeys(ctx context.Context) ([]APIKey, error) {
	rows, err := gorm.G[apiKeyRow](s.db.Gorm).Order("id DESC").Limit(apiKeysShownMax).Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.APIKeys", err)
	}
	keys := make([]APIKey, len(rows))
	for i, r := range rows {
		keys[i] = fromAPIKeyRow(r)
	}
	return keys, nil
}

// RevokeAPIKey ends a key, on this node at once and on others within ten seconds. Needs
// RightOfficeAPIKeys. Returns CodeForbidden, CodeNotFound.
func (s *Service) RevokeAPIKey(ctx context.Context, actor prolong.Actor, id int64) error {
	if err := s.authorizeStaffOnly(ctx, actor, RightOfficeAPIKeys); err != nil {
		return err
	}
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		n, err := gorm.G[apiKeyRow](tx.DB).Where("id = ? AND revoked_at IS NULL", id).Set(assign("revoked_at", tx.Now)).Update(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return prolong.NewError(prolong.CodeNotFound, "error.api_key_not_found", nil)
		}
		return Audit(ctx, tx, actor, Change{Action: "api_key.revoke", SubjectKind: "api_key", SubjectID: id})
	})
	if err != nil {
		return prolong.Wrap("identity.RevokeAPIKey", err)
	}
	s.keys.clear()
	return nil
}

// AuthorizeKey says whose key it is and whether it has the scope. Keys are remembered for ten
// seconds, so thousands of requests a second ask the database once. Returns CodeUnauthorized
// for a key that is unknown, revoked or expired, CodeForbidden for one without the scope.
func (s *Service) AuthorizeKey(ctx context.Context, key string, scope Right) (prolong.Actor, error) {
	now := s.db.Now()
	digest := sha256.Sum256([]byte(key))
	entry, ok := s.keys.get(digest, now)
	if !ok {
		row, err := s.readAPIKey(ctx, key, digest[:], now)
		if err != nil {
			return prolong.Actor{}, prolong.Wrap("identity.AuthorizeKey", err)
		}
		entry = keyEntry{actor: prolong.Actor{Kind: prolong.ActorMachine, ID: row.ID, Name: row.Name}, scopes: row.scopes(), until: now.Add(apiKeyCachedFor)}
		if row.ExpiresAt != nil && row.ExpiresAt.Before(entry.until) {
			entry.until = *row.ExpiresAt
		}
		s.keys.put(digest, entry)
	}
	if !slices.Contains(entry.scopes, scope) {
		return entry.actor, errForbidden()
	}
	return entry.actor, nil
}

// readAPIKey finds a key by its prefix, checks it, and notes about once a minute that it is used.
func (s *Service) readAPIKey(ctx context.Context, key string, digest []byte, now time.Time) (apiKeyRow, error) {
	unknown := prolong.NewError(prolong.CodeUnauthorized, "error.api_key_wrong", nil)
	brand, rest, _ := strings.Cut(key, "_")
	prefix, secret, ok := strings.Cut(rest, "_")
	if !ok || brand != apiKeyBrand || secret == "" || len(key) > tokenBytesMax {
		return apiKeyRow{}, unknown
	}
	row, err := findAPIKey(ctx, s.db.Gorm, "prefix = ?", prefix)
	if isMissing(err) {
		return row, unknown
	}
	if err != nil {
		return row, err
	}
	if subtle.ConstantTimeCompare(row.SecretHash, digest) != 1 || !row.usable(now) {
		return row, unknown
	}
	if row.LastUsedAt == nil || now.Sub(*row.LastUsedAt) >= apiKeyTouchEvery {
		_, err = gorm.G[apiKeyRow](s.db.Gorm).Where("id = ?", row.ID).Set(assign("last_used_at", now)).Update(ctx)
	}
	return row, err
}

func (r apiKeyRow) usable(now time.Time) bool {
	return r.RevokedAt == nil && (r.ExpiresAt == nil || now.Before(*r.ExpiresAt))
}

func (r apiKeyRow) scopes() []Right {
	var scopes []Right
	for scope := range strings.FieldsSeq(r.Scopes) {
		scopes = append(scopes, Right(scope))
	}
	return scopes
}

func fromAPIKeyRow(r apiKeyRow) APIKey {
	k := APIKey{ID: r.ID, Name: r.Name, Prefix: apiKeyBrand + "_" + r.Prefix, Scopes: r.scopes(), CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, Revoked: r.RevokedAt != nil}
	if r.ExpiresAt != nil {
		k.ExpiresAt = *r.ExpiresAt
	}
	if r.LastUsedAt != nil {
		k.LastUsedAt = *r.LastUsedAt
	}
	return k
}

// keyCache remembers checked keys by their hash. Wrong keys are not remembered, so that
// guessing cannot push the right ones out.
type keyCache struct {
	mu      sync.RWMutex
	entries map[[sha256.Size]byte]keyEntry
}

type keyEntry struct {
	actor  prolong.Actor
	scopes []Right
	until  time.Time
}

func newKeyCache() *keyCache { return &keyCache{entries: map[[sha256.Size]byte]keyEntry{}} }

func (c *keyCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
}

func (c *keyCache) get(digest [sha256.Size]byte, now time.Time) (keyEntry, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.entries[digest]
	return e, ok && now.Before(e.until)
}

func (c *keyCache) put(digest [sha256.Size]byte, e keyEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= apiKeysCacheMax {
		clear(c.entries)
	}
	c.entries[digest] = e
}
