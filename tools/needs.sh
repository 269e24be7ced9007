#!/usr/bin/env bash
# Installs the programs that the product (run) or its tests (test) need and that are not there.
# Says what to install where it cannot do so itself.
set -euo pipefail
what=${1:-run}

packages=()
want() { # want PACKAGE COMMAND...: the package brings the commands
	local package=$1 command
	shift
	for command in "$@"; do
		command -v "$command" >/dev/null 2>&1 || [ -x "/usr/sbin/$command" ] || { packages+=("$package"); return; }
	done
}
has_postgres() {
	[ -n "${DATABASE_URL:-}" ] && [ "$what" = run ] && return 0
	command -v initdb >/dev/null 2>&1 && return 0
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null ||
		compgen -G '/opt/homebrew/opt/postgresql*/bin/initdb' >/dev/null
}

has_postgres || packages+=(postgresql)
if [ "$what" = test ]; then
	command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || packages+=(chromium fonts-dejavu-core)
	want poppler-utils pdftotext pdftoppm
	want zbar-tools zbarimg
	want libxml2-utils xmllint
	want exim4-daemon-light exim4
	want dovecot-imapd dovecot
fi
[ ${#packages[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "These are missing, please install them: ${packages[*]}" >&2
	exit 1
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
		echo "These are missing; install them as root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	sudo=(sudo)
fi
echo "Installing: ${packages[*]}"
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
