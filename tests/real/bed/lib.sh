# What the scripts of the bed share: where things are cached, and how a part is started, asked and stopped.
# shellcheck shell=bash

REAL=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${QDBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/quarterdeck-bed}

GO_VERSION=go1.26.8
# Of the toolchain as a module, golang.org/toolchain.
GO_SUM_AMD64=30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7
GO_SUM_ARM64=02b36b6787b3ac767668f630e2998df45a3b1f9ffee08d1bf3ef6487cd658d99
KUBERNETES=$(sed -n 's/^\tk8s.io\/kubernetes \(v.*\)$/\1/p' "$REAL/cluster/go.mod")
KWOK=v0.8.0
PROMETHEUS=$(sed -n 's/^\tgithub.com\/prometheus\/prometheus \(v[^ ]*\).*$/\1/p' "$REAL/monitoring/go.mod")
ALERTMANAGER=$(sed -n 's/^\tgithub.com\/prometheus\/alertmanager \(v[^ ]*\).*$/\1/p' "$REAL/monitoring/go.mod")

# A short word for the content of files: another source is another program.
digest() { cat "$@" | sha256sum | cut -c 1-8; }

CLUSTER_DIR=$CACHE/kubernetes-$KUBERNETES-$(digest "$REAL"/cluster/*)
KWOK_DIR=$CACHE/kwok-$KWOK
MONITORING_DIR=$CACHE/prometheus-$PROMETHEUS-alertmanager-$ALERTMANAGER-$(digest "$REAL"/monitoring/*)
DEBIAN_DIR=$CACHE/debian-$(. /etc/os-release 2>/dev/null && echo "${ID:-other}-${VERSION_ID:-0}")-$(uname -m)

CLUSTER=$CLUSTER_DIR/cluster

say() { echo "bed: $*" >&2; }

die() {
  say "$*"
  exit 1
}

# port DIR NAME: the port of a part, chosen once and kept.
port() {
  local file=$1/ports/$2
  if [ ! -s "$file" ]; then
    mkdir -p "$1/ports"
    "$CLUSTER" ports 1 >"$file.new"
    if grep -qxF "$(cat "$file.new")" "$1"/ports/*[!w] 2>/dev/null; then
      port "$1" "$2"
      return
    fi
    mv "$file.new" "$file"
  fi
  cat "$file"
}

# define DIR NAME SIGNAL READY COMMAND…: writes down how a part is started (COMMAND), known to be ready (READY, a URL or
# a command) and stopped (SIGNAL).
define() {
  local part=$1/parts/$2
  mkdir -p "$part"
  echo "$3" >"$part/signal"
  case $4 in
    http*://* | tcp://*) printf '#!/bin/sh\nexec %q answers %q 1\n' "$CLUSTER" "$4" ;;
    *) printf '#!/bin/sh\n%s\n' "$4" ;;
  esac >"$part/ready"
  {
    echo '#!/usr/bin/env bash'
    printf 'exec'
    printf ' %q' "${@:5}"
    echo
  } >"$part/run"
  chmod +x "$part/run" "$part/ready"
}

# When a process began, in ticks since the start of the machine: with it a process id is never another's.
began() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

# alive DIR NAME
alive() {
  local pid when
  read -r pid when 2>/dev/null <"$1/parts/$2/pid" || return 1
  [ -n "$when" ] && [ "$(began "$pid")" = "$when" ] && ! grep -q '^State:\s*Z' "/proc/$pid/status" 2>/dev/null
}

# start DIR NAME: in a session of its own; returns when it is ready.
start() {
  local part=$1/parts/$2 pid tries
  [ -x "$part/run" ] || die "there is no part $2 in $1"
  alive "$1" "$2" && return 0
  setsid "$part/run" >>"$part/log" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(began "$pid")" >"$part/pid"
  for ((tries = 0; tries < 600; tries++)); do
    "$part/ready" >"$part/ready.log" 2>&1 && return 0
    if ! alive "$1" "$2"; then
      tail -n 15 "$part/log" >&2
      die "$2 ended at once; its log is $part/log"
    fi
    sleep 0.1
  done
  tail -n 15 "$part/log" "$part/ready.log" >&2
  die "$2 is not ready; its log is $part/log"
}

# send DIR NAME SIGNAL: to the whole group.
send() {
  local pid when
  alive "$1" "$2" || return 0
  read -r pid when <"$1/parts/$2/pid"
  kill "-$3" -- "-$pid" 2>/dev/null || true
}

# gone DIR NAME SECONDS: waits for the end.
gone() {
  local tries
  for ((tries = 0; tries < $3 * 20; tries++)); do
    alive "$1" "$2" || return 0
    sleep 0.05
  done
  return 1
}

# stop DIR NAME…: all at once, politely, then not.
stop() {
  local dir=$1 name
  shift
  for name in "$@"; do
    # One that sleeps hears nothing.
    send "$dir" "$name" CONT
    send "$dir" "$name" "$(cat "$dir/parts/$name/signal")"
  done
  for name in "$@"; do
    gone "$dir" "$name" 10 || send "$dir" "$name" KILL
    gone "$dir" "$name" 5 || say "$name does not end"
    rm -f "$dir/parts/$name/pid"
  done
}
