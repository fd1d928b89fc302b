module spinkv.example/bench

go 1.24

require (
	github.com/mattn/go-sqlite3 v1.14.53
	go.etcd.io/bbolt v1.4.3
	spinkv.example v0.0.0
)

require golang.org/x/sys v0.29.0 // indirect

replace spinkv.example => ../../..
