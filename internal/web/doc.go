// Package web carries the pages and the machine doors: the gin engine with its limits and
// headers, the renderer, static files, forms, cookies, failures and the route table in which
// every route states its right. It knows no domain package.
package web
