//go:build race

package render

// hostileDocuments is small under the race detector, which is ten times slower: it looks for
// shared state, and a hundred documents share as much as a thousand.
const hostileDocuments = 100
