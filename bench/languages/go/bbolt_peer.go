package main

import (
	"bytes"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"
)

var bboltKind = kind{moduleVersion("go.etcd.io/bbolt"), "a synced commit a set", "NoSync", openBbolt}

var bucketName = []byte("bench")

// bboltPeer is bbolt: a read transaction a get, a write transaction a set. Values are copied out, as they hold
// only within the transaction.
type bboltPeer struct {
	db *bolt.DB
}

// moduleVersion is that of a module in this program.
func moduleVersion(path string) string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == path {
			return module.Version
		}
	}
	return ""
}

func openBbolt(terms terms) (peer, error) {
	options := *bolt.DefaultOptions
	options.NoSync = !terms.synced
	db, err := bolt.Open(terms.path, 0o600, &options)
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucketName)
		return err
	})
	return &bboltPeer{db}, err
}

func (p *bboltPeer) get(keys []string) (int, error) {
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

func (p *bboltPeer) set(pairs []pair) error {
	for index := range pairs {
		if err := p.setMany(pairs[index : index+1]); err != nil {
			return err
		}
	}
	return nil
}

func (p *bboltPeer) setMany(pairs []pair) error {
	return p.db.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(bucketName)
		for _, pair := range pairs {
			if err := bucket.Put([]byte(pair.key), pair.value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *bboltPeer) read(key string) ([]byte, error) {
	var value []byte
	err := p.db.View(func(tx *bolt.Tx) error {
		value = bytes.Clone(tx.Bucket(bucketName).Get([]byte(key)))
		return nil
	})
	return value, err
}

func (p *bboltPeer) close() error {
	return p.db.Close()
}
