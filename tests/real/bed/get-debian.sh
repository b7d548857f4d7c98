# The programs that Debian has: the older Prometheus and Alertmanager, Redis with its exporter, PostgreSQL. What the
# machine has is used; the rest is unpacked into the cache, which needs no root and starts no service.
# shellcheck shell=bash

# name, package, where it is once installed (the last that is there).
DEBIAN_PROGRAMS="
prometheus prometheus usr/bin/prometheus
prometheus-alertmanager prometheus-alertmanager usr/bin/prometheus-alertmanager
redis-server redis-server usr/bin/redis-server
redis-cli redis-tools usr/bin/redis-cli
prometheus-redis-exporter prometheus-redis-exporter usr/bin/prometheus-redis-exporter
postgres postgresql usr/lib/postgresql/*/bin/postgres
initdb postgresql usr/lib/postgresql/*/bin/initdb
pg_isready postgresql usr/lib/postgresql/*/bin/pg_isready
psql postgresql usr/lib/postgresql/*/bin/psql
pg_dump postgresql usr/lib/postgresql/*/bin/pg_dump
pg_restore postgresql usr/lib/postgresql/*/bin/pg_restore
pg_receivewal postgresql usr/lib/postgresql/*/bin/pg_receivewal
sshd openssh-server usr/sbin/sshd
ssh openssh-client usr/bin/ssh
ssh-keygen openssh-client usr/bin/ssh-keygen
"

# Lists of our own: those of the machine may be old or absent, and only root may renew them. Nor are its hooks run.
apt() {
  local tool=$1
  shift
  echo '#clear APT::Update::Post-Invoke; #clear DPkg::Post-Invoke;' >"$DEBIAN_DIR/apt/conf"
  "$tool" -c "$DEBIAN_DIR/apt/conf" -o "Dir::State=$DEBIAN_DIR/apt" -o "Dir::State::status=/var/lib/dpkg/status" \
    -o "Dir::Cache=$DEBIAN_DIR/apt/cache" -o Dir::Log="$DEBIAN_DIR/apt" -o Debug::NoLocking=1 -o APT::Sandbox::User= \
    -o Acquire::Retries=3 "$@"
}

# unpack_debian PACKAGE…: with all they need that the machine lacks.
unpack_debian() {
  local began=$SECONDS needed
  command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    die "this is no Debian; install what gives the programs of these packages: $*"
  say "unpacking $*"
  mkdir -p "$DEBIAN_DIR"/apt/{lists/partial,cache/archives/partial} "$DEBIAN_DIR"/{packages,root}
  apt apt-get -qq update >&2 || die "the lists of Debian's packages can't be had; as root: apt-get install --no-install-recommends $*"
  needed=$(apt apt-get -s --no-install-recommends install "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p') || true
  [ -n "$needed" ] || die "apt-get finds nothing to install; as root: apt-get install --no-install-recommends $*"
  # shellcheck disable=SC2086
  (cd "$DEBIAN_DIR/packages" && apt apt-get -qq download $needed >&2) ||
    die "packages can't be fetched; as root: apt-get install --no-install-recommends $*"
  local package
  for package in "$DEBIAN_DIR"/packages/*.deb; do
    dpkg -x "$package" "$DEBIAN_DIR/root"
  done
  # Debian's Alertmanager reads its templates from /usr/share; unpacked it shall read them from where it is started.
  if [ -e "$DEBIAN_DIR/root/usr/bin/prometheus-alertmanager" ]; then
    LC_ALL=C sed -i 's|/usr/share/prometheus/alertmanager|usr/share/prometheus/alertmanager/|g' \
      "$DEBIAN_DIR/root/usr/bin/prometheus-alertmanager"
  fi
  # Web pages, their scripts and PostgreSQL's compiler are most of it, and nothing here uses them.
  rm -rf "$DEBIAN_DIR/packages" "$DEBIAN_DIR/apt" "$DEBIAN_DIR"/root/usr/share/{javascript,nodejs,sass,doc,man,locale} \
    "$DEBIAN_DIR"/root/usr/lib/*/libLLVM* "$DEBIAN_DIR"/root/usr/lib/postgresql/*/lib/{bitcode,llvmjit*}
  say "unpacking took $((SECONDS - began)) s"
}

# found ROOT PATTERN: the last file that fits.
found() {
  local file last=
  # shellcheck disable=SC2231
  for file in "$1"/$2; do
    [ -x "$file" ] && last=$file
  done
  [ -n "$last" ] && echo "$last"
}

# Every program gets its place in $DEBIAN_DIR/bin, wherever it comes from.
link_debian_programs() {
  local name package where file libraries
  libraries=$DEBIAN_DIR/root/usr/lib/$(uname -m)-linux-gnu:$DEBIAN_DIR/root/lib/$(uname -m)-linux-gnu
  mkdir -p "$DEBIAN_DIR/bin"
  while read -r name package where; do
    [ -n "$name" ] || continue
    # Other beds run from what is there.
    [ ! -x "$DEBIAN_DIR/bin/$name" ] || continue
    rm -f "$DEBIAN_DIR/bin/$name"
    if file=$(found "" "$where"); then
      ln -s "$file" "$DEBIAN_DIR/bin/$name"
    elif file=$(found "$DEBIAN_DIR/root" "$where"); then
      {
        echo '#!/bin/sh'
        [ "$name" != prometheus-alertmanager ] || printf 'cd %q || exit 1\n' "$DEBIAN_DIR/root"
        printf 'LD_LIBRARY_PATH=%q exec %q "$@"\n' "$libraries" "$file"
      } >"$DEBIAN_DIR/bin/$name"
      chmod +x "$DEBIAN_DIR/bin/$name"
    else
      echo "$package"
    fi
  done <<<"$DEBIAN_PROGRAMS"
}

have_debian_programs() {
  local name rest
  while read -r name rest; do
    [ -z "$name" ] || [ -x "$DEBIAN_DIR/bin/$name" ] || return 1
  done <<<"$DEBIAN_PROGRAMS"
}

# does_run NAME: a server and a key maker of OpenSSH say what they are where they say that there is no such option.
does_run() {
  case $1 in
    ssh) "$DEBIAN_DIR/bin/$1" -V </dev/null >/dev/null 2>&1 ;;
    sshd) { "$DEBIAN_DIR/bin/$1" --version </dev/null 2>&1 || true; } | grep OpenSSH >/dev/null ;;
    ssh-keygen) { "$DEBIAN_DIR/bin/$1" --version </dev/null 2>&1 || true; } | grep usage >/dev/null ;;
    *) "$DEBIAN_DIR/bin/$1" --version </dev/null >/dev/null 2>&1 ;;
  esac
}

get_debian_programs() {
  local missing name rest
  missing=$(link_debian_programs | sort -u)
  if [ -n "$missing" ]; then
    # shellcheck disable=SC2086
    unpack_debian $missing
    missing=$(link_debian_programs | sort -u | tr '\n' ' ')
    [ -z "$missing" ] || die "Debian's packages lack a program; as root: apt-get install --no-install-recommends $missing"
  fi
  while read -r name rest; do
    [ -n "$name" ] || continue
    does_run "$name" || die "$name does not run: $DEBIAN_DIR/bin/$name --version"
  done <<<"$DEBIAN_PROGRAMS"
}
