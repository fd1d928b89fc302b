package main

import (
	spinkv "spinkv.example/bindings/go"
)

var spinkvKind = kind{spinkv.Version(), "WAL, durability full", "WAL, durability normal", openSpinkv}

// spinkvPeer is the package itself.
type spinkvPeer struct {
	store *spinkv.Store
}

func openSpinkv(terms terms) (peer, error) {
	durability := spinkv.Normal
	if terms.synced {
		durability = spinkv.Full
	}
	options := []spinkv.Option{spinkv.Path(terms.path), spinkv.Durability(durability)}
	if terms.uncached {
		options = append(options, spinkv.CacheBytes(0))
	}
	store, err := spinkv.Open("bench", options...)
	if err != nil {
		return nil, err
	}
	return &spinkvPeer{store}, nil
}

func (p *spinkvPeer) get(keys []string) (int, error) {
	size := 0
	for _, key := range keys {
		value, err := p.store.Get(key)
		if err != nil {
			return 0, err
		}
		size += len(value)
	}
	return size, nil
}

func (p *spinkvPeer) set(pairs []pair) error {
	for _, pair := range pairs {
		if err := p.store.Set(pair.key, pair.value); err != nil {
			return err
		}
	}
	return nil
}

func (p *spinkvPeer) setMany(pairs []pair) error {
	return p.store.SetMany(func(yield func(string, []byte) bool) {
		for _, pair := range pairs {
			if !yield(pair.key, pair.value) {
				return
			}
		}
	})
}

func (p *spinkvPeer) read(key string) ([]byte, error) {
	return p.store.Get(key)
}

func (p *spinkvPeer) close() error {
	return p.store.Close()
}
