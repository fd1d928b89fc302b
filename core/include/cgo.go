// Package include holds the C header spinkv.h for the Go build, which does not look at headers of other
// folders: what imports this package is built anew when the header changes.
package include

import "embed"

//go:embed spinkv.h
var headers embed.FS
