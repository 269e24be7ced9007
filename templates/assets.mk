# The recipe that brings third-party scripts and fonts into the embed folder. Nothing from
# outside is committed: package.json names exact versions, package-lock.json pins their
# integrity hashes, and what we embed is copied into a git-ignored folder.
# Included by the Makefile at the root of the module.

LIB := templates/static/lib
GOLOS_WEB := node_modules/@fontsource-variable/golos-text
GOLOS_TTF := node_modules/@expo-google-fonts/golos-text

.PHONY: assets
assets: $(LIB)/.stamp ## Bring third-party scripts and fonts into the embed folder

$(LIB)/.stamp: package.json package-lock.json .npmrc templates/assets.mk
	npm ci --ignore-scripts --no-audit --no-fund
	install -m 0644 node_modules/htmx.org/dist/htmx.min.js $(LIB)/
	install -m 0644 node_modules/htmx.org/LICENSE $(LIB)/htmx.LICENSE.txt
	install -m 0644 $(GOLOS_WEB)/files/*.woff2 $(LIB)/
	install -m 0644 $(GOLOS_WEB)/LICENSE $(LIB)/golos-text-web.LICENSE.txt
	install -m 0644 $(GOLOS_TTF)/400Regular/*.ttf $(GOLOS_TTF)/700Bold/*.ttf $(LIB)/
	install -m 0644 $(GOLOS_TTF)/LICENSE_FONT $(LIB)/golos-text-ttf.LICENSE.txt
	touch $@
