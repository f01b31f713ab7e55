#!/bin/sh
# Installs what Souk is built and tested with, where it is missing; does nothing when all is there.
# What is named as arguments comes besides: programs (clang), servers (redis-server), which are not
# started, and modules of Debian's own Python (python3-zmq). Wants root, or sudo, and Debian's apt.
set -eu

packages="gcc make pkg-config libzmq3-dev libczmq-dev libjansson-dev check libsqlite3-dev zlib1g-dev uthash-dev \
python3 $*"

named_there() {
    for name in "$@"; do
        case $name in
        python3-*) /usr/bin/python3 -c "import ${name#python3-}" ;;
        redis-tools) command -v redis-benchmark redis-cli ;;
        postgresql) ls /usr/lib/postgresql/*/bin/initdb /usr/lib/postgresql/*/bin/pgbench ;;
        *) command -v "$name" ;;
        esac >/dev/null 2>&1 || return 1
    done
}

all_there() {
    command -v "${CC:-gcc}" >/dev/null && command -v make >/dev/null && command -v pkg-config >/dev/null &&
        command -v python3 >/dev/null &&
        pkg-config --exists libzmq libczmq jansson check sqlite3 zlib &&
        echo '#include <uthash.h>' | "${CC:-gcc}" -E -x c - >/dev/null 2>&1
}

if all_there && named_there "$@"; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "deps: this is no Debian; install by hand: $packages" >&2
    exit 1
fi
root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "deps: neither root nor sudo; install by hand: apt-get install $packages" >&2
        exit 1
    fi
    root=sudo
fi
echo "deps: installing $packages" >&2
log=$(mktemp)
policy=/usr/sbin/policy-rc.d # Debian asks it whether a package may start its service.
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM HUP
services=""
case "$*" in *redis-server* | *postgresql*) services="redis-server postgresql" ;; esac
if [ -n "$services" ] && [ ! -e "$policy" ]; then
    trap 'rm -f "$log"; $root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
    $root chmod 755 "$policy"
fi
# shellcheck disable=SC2086
if ! { $root apt-get update && $root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $packages; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
if ! { all_there && named_there "$@"; }; then
    echo "deps: something is still missing after the installation" >&2
    exit 1
fi
if [ -n "$services" ] && command -v systemctl >/dev/null; then
    echo "deps: no service was started; to keep them off at the next boot:" \
        "systemctl disable $services" >&2
fi
