// Package postgres is the door to the only store: one pool, transactions in which GORM, pgx
// and River see the same rows, the schema's migrations, and a private server for a machine
// that has none configured. Its README.md tells the rules.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"prolong"
)

// Defaults of a Config and limits that hold for every connection.
const (
	maxConnsDefault         = 20
	statementTimeoutDefault = 30 * time.Second
	lockTimeoutDefault      = 5 * time.Second
	slowQueryThreshold      = 200 * time.Millisecond
	connectTimeout          = 10 * time.Second
	// idleInTransactionMax ends a session whose program hangs inside a transaction, because
	// such a session holds its locks and stops vacuum for everybody.
	idleInTransactionMax = 5 * time.Minute
)

// sessionSettings hold for every connection. By the keep-alives the server notices within a
// minute that a machine has vanished, not within two hours: so long a leader's lock would stay.
var sessionSettings = "SET idle_in_transaction_session_timeout = " + milliseconds(idleInTransactionMax) +
	"; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"

// Config says which database to open and how. The zero value opens a private server in
// "./var" with the machine's clock.
type Config struct {
	// URL of the database, "postgres://user:password@host/name" or the keyword form of libpq.
	// Empty means a private server in DataDir.
	URL string
	// DataDir is the data folder of the product; the private server's files live in its
	// subfolder "postgres". Default "var".
	DataDir string
	// Clock gives Tx.Now. Default: the machine's clock.
	Clock prolong.Clock
	// Logger receives slow statements, without their values, and what happens to the private
	// server. Default: slog.Default.
	Logger *slog.Logger
	// MaxConns is the size of the pool; default 20. One connection stays with an elected
	// leader and one with the listener of the job queue.
	MaxConns int
	// StatementTimeout and LockTimeout hold inside transactions that do not set their own;
	// default 30 s and 5 s.
	StatementTimeout time.Duration
	LockTimeout      time.Duration
	// ApplicationName is what pg_stat_activity shows; default "prolong".
	ApplicationName string
}

// DB is an open database.
type DB struct {
	Pool   *pgxpool.Pool
	Gorm   *gorm.DB
	Clock  prolong.Clock
	Logger *slog.Logger
	// URL opens the same database from another process. It may hold a password.
	URL string

	sqlDB            *sql.DB
	server           *Server // nil unless Open started or found the private server
	statementTimeout time.Duration
	lockTimeout      time.Duration
}

// Open connects to the database of c.URL or, if that is empty, to the private server in
// c.DataDir, which it starts if nobody runs it yet. It does not migrate. Returns
// CodeUnavailable if the database does not answer and CodeInvalid if the URL cannot be read.
func Open(ctx context.Context, c Config) (*DB, error) {
	c = c.withDefaults()
	var server *Server
	url := c.URL
	if url == "" {
		var err error
		if server, err = StartServer(ctx, ServerConfig{DataDir: c.DataDir, Logger: c.Logger}); err != nil {
			return nil, err
		}
		url = server.URL(privateDatabase)
	}
	db, err := connect(ctx, url, c)
	if err != nil {
		if server != nil {
			err = errors.Join(err, server.Close())
		}
		return nil, err
	}
	db.server = server
	return db, nil
}

func (c Config) withDefaults() Config {
	if c.DataDir == "" {
		c.DataDir = "var"
	}
	if c.Clock == nil {
		c.Clock = prolong.SystemClock{}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.MaxConns <= 0 {
		c.MaxConns = maxConnsDefault
	}
	if c.StatementTimeout <= 0 {
		c.StatementTimeout = statementTimeoutDefault
	}
	if c.LockTimeout <= 0 {
		c.LockTimeout = lockTimeoutDefault
	}
	if c.ApplicationName == "" {
		c.ApplicationName = "prolong"
	}
	return c
}

func connect(ctx context.Context, url string, c Config) (*DB, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgconn hides the password in this error.
		return nil, prolong.NewError(prolong.CodeInvalid, "error.database_url", nil).Because(err)
	}
	pc.MaxConns = int32(min(c.MaxConns, 10_000))
	pc.ConnConfig.ConnectTimeout = connectTimeout
	pc.ConnConfig.RuntimeParams["application_name"] = c.ApplicationName
	pc.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pc.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		registerTypes(conn.TypeMap())
		_, err := conn.Exec(ctx, sessionSettings) // not sent at the start: a connection pooler would refuse them there
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("postgres.Open: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, prolong.NewError(prolong.CodeUnavailable, "error.database_unreachable",
			prolong.Args{"Host": pc.ConnConfig.Host, "Database": pc.ConnConfig.Database}).Because(err)
	}
	sqlDB := stdlib.OpenDBFromPool(pool)
	g, err := gorm.Open(gormpostgres.New(gormpostgres.Config{Conn: sqlDB}), &gorm.Config{
		SkipDefaultTransaction: true, // every write runs in WithTx
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger: slowLog{logger.NewSlogLogger(c.Logger, logger.Config{
			SlowThreshold:        slowQueryThreshold,
			LogLevel:             logger.Warn,
			ParameterizedQueries: true, // no personal data in logs
		})},
		NowFunc: func() time.Time { return Instant(c.Clock.Now()) },
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("postgres.Open: %w", err)
	}
	return &DB{
		Pool: pool, Gorm: g, Clock: c.Clock, Logger: c.Logger, URL: url,
		sqlDB: sqlDB, statementTimeout: c.StatementTimeout, lockTimeout: c.LockTimeout,
	}, nil
}

// slowLog logs slow statements only. An error is returned to the caller, who knows whether it
// was expected, and is logged once where it ends up.
type slowLog struct{ logger.Interface }

// LogMode implements logger.Interface.
func (l slowLog) LogMode(level logger.LogLevel) logger.Interface {
	return slowLog{l.Interface.LogMode(level)}
}

// Trace implements logger.Interface.
func (l slowLog) Trace(ctx context.Context, begin time.Time, statement func() (sql string, rows int64), _ error) {
	l.Interface.Trace(ctx, begin, statement, nil)
}

// ParamsFilter keeps GORM from writing the values into the statement.
func (l slowLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Close ends all connections, waiting for those in use, and stops the private server if this
// process owns it.
func (db *DB) Close() error {
	err := db.sqlDB.Close()
	db.Pool.Close()
	if db.server != nil {
		err = errors.Join(err, db.server.Close())
	}
	return err
}

// Now returns the clock's time as the database would give it back.
func (db *DB) Now() time.Time { return Instant(db.Clock.Now()) }

// Instant returns t as a timestamptz column keeps it: in UTC, in whole microseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
