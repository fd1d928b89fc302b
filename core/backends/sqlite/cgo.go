// Package sqlite compiles the C files of this folder for programs in Go; core/src/cgo.go says more.
package sqlite

// #cgo CFLAGS: -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -DNDEBUG -I${SRCDIR}/../../include
// #cgo LDFLAGS: -lsqlite3 -pthread
import "C"

import (
	_ "spinkv.example/core/include"
	_ "spinkv.example/core/src"
)
