# The programs that are built from Go modules.
# shellcheck shell=bash

# The official toolchain as a module, for a machine without Go.
go_toolchain() {
  local arch sum zip home
  case $(uname -m) in
    x86_64) arch=amd64 sum=$GO_SUM_AMD64 ;;
    aarch64) arch=arm64 sum=$GO_SUM_ARM64 ;;
    *) die "go is missing, and none is known for $(uname -m): install Go 1.26 (https://go.dev/dl)" ;;
  esac
  home=$CACHE/$GO_VERSION
  if [ ! -x "$home/bin/go" ]; then
    command -v curl >/dev/null || die "go and curl are missing: install Go 1.26 (https://go.dev/dl), or the Debian package curl"
    say "go is missing: getting $GO_VERSION from the module proxy"
    zip=$home.zip
    curl -fsSL --retry 3 -o "$zip" "https://proxy.golang.org/golang.org/toolchain/@v/v0.0.1-$GO_VERSION.linux-$arch.zip" ||
      die "go is missing and proxy.golang.org gives none: install Go 1.26 (https://go.dev/dl)"
    echo "$sum  $zip" | sha256sum -c --quiet - || die "$zip is not what it should be"
    rm -rf "$home.new"
    unpack_zip "$zip" "$home.new"
    rm -f "$zip"
    mv "$home.new/golang.org/toolchain@v0.0.1-$GO_VERSION.linux-$arch" "$home"
    rmdir -p "$home.new/golang.org" 2>/dev/null || true
    chmod -R u+w,a+rX "$home"
    # A module has no executable files.
    find "$home/bin" "$home/pkg/tool" -type f -exec chmod a+x {} +
  fi
  PATH=$home/bin:$PATH
}

unpack_zip() {
  if command -v unzip >/dev/null; then
    unzip -q "$1" -d "$2"
  elif command -v python3 >/dev/null; then
    python3 -m zipfile -e "$1" "$2"
  else
    . "$REAL/bed/get-debian.sh"
    unpack_debian unzip
    "$DEBIAN_DIR/root/usr/bin/unzip" -q "$1" -d "$2"
  fi
}

find_go() {
  if ! command -v go >/dev/null; then
    go_toolchain
  elif ! go version | grep -qE 'go1\.(2[1-9]|[3-9][0-9])'; then
    say "$(go version) is too old"
    go_toolchain
  fi
  # A younger Go stays as it is, an older one gets the one we name, from the module proxy.
  export GOTOOLCHAIN=$GO_VERSION+auto CGO_ENABLED=0 GOWORK=off GOFLAGS=-buildvcs=false
  go version >/dev/null || die "$GO_VERSION can't be had: install Go 1.26 (https://go.dev/dl)"
}

# building NAME COMMAND…: runs `go … -v` and tells how far it is.
building() {
  local name=$1 log=$CACHE/${1// /-}.log began=$SECONDS build told=0
  shift
  say "building $name"
  nice "$@" >"$log" 2>&1 &
  build=$!
  while kill -0 "$build" 2>/dev/null; do
    sleep 1
    if ((SECONDS - began >= told + 20)); then
      told=$((SECONDS - began))
      say "building $name: $(grep -c '^go: downloading' "$log") modules fetched, $(grep -vc '^go: ' "$log") packages built, $told s"
    fi
  done
  if ! wait "$build"; then
    tail -n 20 "$log" >&2
    die "$name can't be built (is proxy.golang.org in reach? the whole log is $log)"
  fi
  say "building $name took $((SECONDS - began)) s"
}

have_go_programs() { [ -x "$CLUSTER" ] && [ -x "$KWOK_DIR/kwok" ] && [ -x "$MONITORING_DIR/amtool" ]; }

get_go_programs() {
  ! have_go_programs || return 0
  find_go
  [ -x "$CLUSTER" ] || get_cluster
  [ -x "$KWOK_DIR/kwok" ] || get_kwok
  [ -x "$MONITORING_DIR/amtool" ] || get_monitoring
}

get_cluster() {
  local version=${KUBERNETES#v} flags new=$CLUSTER_DIR.new
  # Without these `kubectl version` fails and the server calls itself v0.0.0.
  flags="-s -w -X k8s.io/component-base/version.gitVersion=$KUBERNETES"
  flags+=" -X k8s.io/component-base/version.gitMajor=${version%%.*}"
  flags+=" -X k8s.io/component-base/version.gitMinor=$(cut -d . -f 2 <<<"$version")"
  flags+=" -X k8s.io/client-go/pkg/version.gitVersion=$KUBERNETES"
  rm -rf "$new" && mkdir -p "$new"
  building "Kubernetes $KUBERNETES" \
    go build -C "$REAL/cluster" -v -trimpath -ldflags "$flags" -o "$new/cluster" .
  ln -s cluster "$new/kubectl"
  rm -rf "$CLUSTER_DIR" && mv "$new" "$CLUSTER_DIR"
}

get_kwok() {
  local source new=$KWOK_DIR.new
  rm -rf "$new" && mkdir -p "$new"
  building "KWOK $KWOK" env "GOBIN=$new" go install -v -trimpath -ldflags "-s -w" "sigs.k8s.io/kwok/cmd/kwok@$KWOK"
  source=$(go mod download -json "sigs.k8s.io/kwok@$KWOK" | sed -n 's/^\s*"Dir": "\(.*\)",$/\1/p')
  cp -r "$source/kustomize" "$new/kustomize"
  chmod -R u+w "$new"
  rm -rf "$KWOK_DIR" && mv "$new" "$KWOK_DIR"
}

get_monitoring() {
  local source copy=$CACHE/alertmanager-source new=$MONITORING_DIR.new
  rm -rf "$new" "$copy" && mkdir -p "$new"
  # The module of Alertmanager lacks its built web page, which nothing here looks at.
  go mod download -modcacherw "github.com/prometheus/alertmanager@$ALERTMANAGER"
  source=$(cd "$REAL/monitoring" && go list -m -f '{{.Dir}}' github.com/prometheus/alertmanager)
  cp -r "$source" "$copy"
  chmod -R u+w "$copy"
  mkdir -p "$copy/ui/app/dist"
  echo '<!doctype html><title>Alertmanager</title>' >"$copy/ui/app/dist/index.html"
  cp "$REAL/monitoring/go.mod" "$new/build.mod"
  cp "$REAL/monitoring/go.sum" "$new/build.sum"
  go mod edit -replace "github.com/prometheus/alertmanager=$copy" "$new/build.mod"
  building "Prometheus $PROMETHEUS and Alertmanager $ALERTMANAGER" \
    go build -C "$REAL/monitoring" -v -modfile "$new/build.mod" -tags remove_all_sd -trimpath -ldflags "-s -w" -o "$new/" \
    github.com/prometheus/prometheus/cmd/prometheus \
    github.com/prometheus/alertmanager/cmd/alertmanager \
    github.com/prometheus/alertmanager/cmd/amtool
  rm -rf "$copy" "$new"/build.*
  rm -rf "$MONITORING_DIR" && mv "$new" "$MONITORING_DIR"
}
