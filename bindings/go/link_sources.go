//go:build !spinkv_installed

package spinkv

// #cgo CFLAGS: -I${SRCDIR}/../../core/include
import "C"

// The C library is compiled from the sources in this module, so that "go get" is all there is to it.
import (
	_ "spinkv.example/core/backends/sqlite"
	_ "spinkv.example/core/include"
	_ "spinkv.example/core/src"
)
