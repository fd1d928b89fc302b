//go:build !cgo

package spinkv

// Without cgo, which go switches off itself where it finds no C compiler and where it compiles for another system, all other
// files are left out. The name below is not defined: go says it in place of what would be missing elsewhere.
var _ = spinkv_needs_cgo__install_a_C_compiler_or_set_CGO_ENABLED_to_1
