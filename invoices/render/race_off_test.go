//go:build !race

package render

const hostileDocuments = 1000
