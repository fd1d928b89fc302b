//go:build spinkv_installed

package spinkv

// #cgo pkg-config: spinkv
import "C"
