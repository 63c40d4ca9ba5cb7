#!/usr/bin/env bash
# The README's two commands, word for word, on bare Debian systems made on the spot.
#
#     tools/newcomer.sh [bookworm] [trixie]      both without arguments; TESTS="tests/unit" runs fewer tests
#
# Needs root and debootstrap. Each system is Debian's smallest (variant minbase) with what the README says a bare system
# needs, and a clone of HEAD. Of this machine it gets only the way to the package registries: apt's mirror, pip's
# settings, certificates. It lives in a directory of its own, in namespaces of its own, and is gone afterwards.
set -euo pipefail

NEEDS="git make python3 python3-venv ca-certificates"  # the README's line for a bare Debian
READY_S=300
here=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)

fail() { echo "newcomer: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "needs root (it makes systems with debootstrap)"
command -v debootstrap >/dev/null || fail "debootstrap is missing:  apt-get install debootstrap"

mirror() {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m 1 '/debian/$' || true
}

# -- inside: what a newcomer types ------------------------------------------------------------------------------------

in_root() {  # in_root ROOT COMMAND: run a shell command there, with nothing of this machine but the way to the registries
	local way
	way=$(env | grep -E '^(PIP_(CERT|INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|DEFAULT_TIMEOUT)|SSL_CERT_FILE|(https?|no)_proxy|(HTTPS?|NO)_PROXY)=' || true)
	mapfile -t way <<<"$way"
	chroot "$1" /usr/bin/env -i "${way[@]:-A=}" HOME=/root LANG=C.UTF-8 TERM=dumb \
		TESTS="${TESTS:-}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c "cd /root && $2"
}

up() {  # up ROOT: `make up` until it answers, then Ctrl-C
	local log="$1/root/up.log" pid began=$SECONDS
	in_root "$1" 'cd maitred && exec make up' </dev/null >"$log" 2>&1 &
	pid=$!
	until grep -q '/ops' "$log" && in_root "$1" "$ANSWERS"; do
		kill -0 "$pid" 2>/dev/null || { cat "$log" >&2; return 1; }
		[ $((SECONDS - began)) -lt "$READY_S" ] || { cat "$log" >&2; echo "not ready after $READY_S s" >&2; return 1; }
		sleep 1
	done
	echo "make up: ready after $((SECONDS - began)) s, installing included"
	pkill -INT -x maitred || pkill -INT -f 'bin/maitred up'
	wait "$pid" || true
}
ANSWERS='python3 -c "import urllib.request as u; u.urlopen(\"http://127.0.0.1:8080/readyz\", timeout=5)" 2>/dev/null'

inside() {  # in a mount and a process namespace of our own: whatever is left running ends with it
	local root=$1
	mount -t proc proc "$root/proc"
	mount --rbind --make-rslave /sys "$root/sys"
	mount -t tmpfs tmpfs "$root/dev"
	mkdir -p "$root/dev/pts" "$root/dev/shm"
	for node in null zero full random urandom tty; do
		touch "$root/dev/$node" && mount --bind "/dev/$node" "$root/dev/$node"
	done
	ln -sf /proc/self/fd "$root/dev/fd"
	mount -t tmpfs tmpfs "$root/dev/shm"
	mount -t devpts devpts "$root/dev/pts"
	ip link set lo up 2>/dev/null || true
	in_root "$root" "apt-get update -qq && apt-get install -y -qq --no-install-recommends $NEEDS >/dev/null"
	up "$root"
	in_root "$root" 'cd maitred && make test </dev/null'
}

# -- outside ----------------------------------------------------------------------------------------------------------

make_root() {  # make_root RELEASE ROOT
	local at; at=$(mirror)
	debootstrap --variant=minbase --include=ca-certificates "$1" "$2" ${at:+"$at"} >"$2.log" 2>&1 || { tail "$2.log" >&2; return 1; }
	for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
		[ ! -f "$file" ] || { mkdir -p "$2$(dirname "$file")"; cp -L "$file" "$2$file"; }
	done
	for file in /etc/apt/apt.conf.d/*; do
		! grep -qiE 'acquire' "$file" || cp "$file" "$2/etc/apt/apt.conf.d/"
	done
	printf 'APT::Sandbox::User "root";\n' >"$2/etc/apt/apt.conf.d/99newcomer"
	git clone -q --no-local "$here" "$2/root/maitred"
}

newcomer() {  # newcomer RELEASE
	local root began=$SECONDS
	root=$(mktemp -d "${TMPDIR:-/var/tmp}/maitred-newcomer.XXXXXX")
	trap 'rm -rf --one-file-system "$root" "$root.log"' RETURN
	echo "== $1: making the system"
	make_root "$1" "$root"
	chmod 755 "$root"
	unshare --mount --pid --fork --mount-proc --kill-child bash "${BASH_SOURCE[0]}" --inside "$root" || return 1
	echo "== $1: both commands passed in $((SECONDS - began)) s"
}

if [ "${1:-}" = --inside ]; then inside "$2"; exit; fi
[ $# -gt 0 ] || set -- bookworm trixie
verdict=0
for release in "$@"; do
	newcomer "$release" || { echo "== $release: FAILED" >&2; verdict=1; }
done
exit $verdict
