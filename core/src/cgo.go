// Package src compiles the C files of this folder for programs in Go, which link them by importing this
// package (bindings/go does). It has no Go code; CMake, which does not read this file, builds for everyone else.
package src

// #cgo CFLAGS: -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -DNDEBUG -I${SRCDIR}/../include
// #cgo CXXFLAGS: -std=c++17 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -DNDEBUG -I${SRCDIR}/../include
// #cgo LDFLAGS: -lsqlite3 -pthread
import "C"

import (
	"embed"

	_ "spinkv.example/core/include"
)

// Other packages include these headers, and are built anew when one changes.
//
//go:embed *.h
var headers embed.FS
