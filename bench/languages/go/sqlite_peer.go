package main

import (
	"database/sql"
	"fmt"

	_ "github.com/mattn/go-sqlite3"
)

var sqliteKind = kind{
	moduleVersion("github.com/mattn/go-sqlite3"), "WAL, synchronous=FULL", "WAL, synchronous=NORMAL", openSqlite,
}

const (
	createTable = `CREATE TABLE IF NOT EXISTS spin_key_value
		(store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))`
	selectValue = `SELECT value FROM spin_key_value WHERE store = 'bench' AND key = ?`
	upsert      = `INSERT INTO spin_key_value (store, key, value) VALUES ('bench', ?, ?)
		ON CONFLICT (store, key) DO UPDATE SET value = excluded.value`
)

// sqlitePeer is go-sqlite3 through database/sql on a file of the same kind: statements prepared once.
type sqlitePeer struct {
	db       *sql.DB
	getValue *sql.Stmt
	setValue *sql.Stmt
}

func openSqlite(terms terms) (peer, error) {
	synchronous := "NORMAL"
	if terms.synced {
		synchronous = "FULL"
	}
	source := fmt.Sprintf("file:%s?_journal_mode=WAL&_synchronous=%s&_txlock=immediate", terms.path, synchronous)
	db, err := sql.Open("sqlite3", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err = db.Exec(createTable); err != nil {
		return nil, err
	}
	peer := &sqlitePeer{db: db}
	if peer.getValue, err = db.Prepare(selectValue); err != nil {
		return nil, err
	}
	peer.setValue, err = db.Prepare(upsert)
	return peer, err
}

func (p *sqlitePeer) get(keys []string) (int, error) {
	size := 0
	for _, key := range keys {
		value, err := p.read(key)
		if err != nil {
			return 0, err
		}
		size += len(value)
	}
	return size, nil
}

func setAll(statement *sql.Stmt, pairs []pair) error {
	for _, pair := range pairs {
		if _, err := statement.Exec(pair.key, pair.value); err != nil {
			return err
		}
	}
	return nil
}

func (p *sqlitePeer) set(pairs []pair) error {
	return setAll(p.setValue, pairs)
}

func (p *sqlitePeer) setMany(pairs []pair) error {
	tx, err := p.db.Begin()
	if err != nil {
		return err
	}
	statement := tx.Stmt(p.setValue)
	defer statement.Close()
	if err := setAll(statement, pairs); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func (p *sqlitePeer) read(key string) ([]byte, error) {
	var value []byte
	err := p.getValue.QueryRow(key).Scan(&value)
	return value, err
}

func (p *sqlitePeer) close() error {
	_ = p.getValue.Close()
	_ = p.setValue.Close()
	return p.db.Close()
}
