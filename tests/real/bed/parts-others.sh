# Monitoring, new and old, and the databases that packs ask.
# shellcheck shell=bash

# bring_alertmanager NAME: `a` and `b` are current and know each other, `old` is Debian's and alone.
bring_alertmanager() {
  local name=$1 program=$MONITORING_DIR/alertmanager peers=() at
  at=127.0.0.1:$(port "$DIR" "$name")
  case $name in
    *-old)
      program=$DEBIAN_DIR/bin/prometheus-alertmanager
      peers=(--cluster.listen-address=)
      ;;
    *)
      # Both name both: whoever comes first waits for the other.
      peers=("--cluster.listen-address=127.0.0.1:$(port "$DIR" "$name-peers")" --cluster.settle-timeout=1s
        --cluster.gossip-interval=50ms --cluster.pushpull-interval=1s --cluster.reconnect-interval=1s
        "--cluster.peer=127.0.0.1:$(port "$DIR" alertmanager-a-peers)"
        "--cluster.peer=127.0.0.1:$(port "$DIR" alertmanager-b-peers)")
      ;;
  esac
  define "$DIR" "$name" TERM "http://$at/-/ready" "$program" --config.file "$REAL/bed/objects/alertmanager.yml" \
    --storage.path "$DIR/data/$name" --web.listen-address "$at" "${peers[@]}"
  start "$DIR" "$name"
}

# bring_prometheus NAME: scrapes what DIR/targets/*.json names every second; rules and all can be edited and reloaded.
bring_prometheus() {
  local name=$1 program=$MONITORING_DIR/prometheus alertmanagers=() peer at
  at=127.0.0.1:$(port "$DIR" "$name")
  if [ "$name" = prometheus-old ]; then
    program=$DEBIAN_DIR/bin/prometheus
    alertmanagers=(alertmanager-old)
  else
    alertmanagers=(alertmanager-a alertmanager-b)
  fi
  mkdir -p "$DIR/targets" "$DIR/rules" "$DIR/data"
  [ -e "$DIR/rules/bed.yml" ] || cp "$REAL/bed/objects/rules.yml" "$DIR/rules/bed.yml"
  {
    sed "s|@DIR@|$DIR|" "$REAL/bed/objects/prometheus.yml"
    echo '    - targets:'
    for peer in "${alertmanagers[@]}"; do echo "      - 127.0.0.1:$(port "$DIR" "$peer")"; done
  } >"$DIR/$name.yml"
  define "$DIR" "$name" TERM "http://$at/-/ready" "$program" --config.file "$DIR/$name.yml" \
    --storage.tsdb.path "$DIR/data/$name" --web.listen-address "$at" --web.enable-lifecycle --web.enable-admin-api
  start "$DIR" "$name"
}

bring_redis() {
  mkdir -p "$DIR/data/redis"
  define "$DIR" redis TERM "tcp://127.0.0.1:$(port "$DIR" redis)" "$DEBIAN_DIR/bin/redis-server" --bind 127.0.0.1 \
    --port "$(port "$DIR" redis)" --dir "$DIR/data/redis" --save "" --daemonize no
  start "$DIR" redis
}

bring_redis_exporter() {
  local at
  at=127.0.0.1:$(port "$DIR" redis-exporter)
  define "$DIR" redis-exporter TERM "http://$at/health" "$DEBIAN_DIR/bin/prometheus-redis-exporter" \
    -web.listen-address "$at" -redis.addr "redis://127.0.0.1:$(port "$DIR" redis)"
  start "$DIR" redis-exporter
  mkdir -p "$DIR/targets"
  # Written in one go: a half written file would be read.
  echo "[{\"targets\": [\"$at\"], \"labels\": {\"job\": \"redis\"}}]" >"$DIR/targets/.redis"
  mv "$DIR/targets/.redis" "$DIR/targets/redis.json"
}

# PostgreSQL refuses to be root, and nobody can pass through root's home to a cache there: it gets a copy.
postgres_programs() {
  local file root=$DEBIAN_DIR/root copy=$DIR/postgresql libraries
  libraries=usr/lib/$(uname -m)-linux-gnu
  if file=$(found "" "usr/lib/postgresql/*/bin/postgres"); then
    dirname "$file"
    return
  fi
  if [ ! -d "$copy" ]; then
    mkdir -p "$copy.new/usr/share" "$copy.new/$libraries"
    (cd "$root" && cp -r --parents usr/lib/postgresql usr/share/postgresql "$libraries" "$copy.new")
    chmod -R a+rX "$copy.new"
    mv "$copy.new" "$copy"
  fi
  dirname "$(found "$copy" "usr/lib/postgresql/*/bin/postgres")"
}

bring_postgres() {
  local data=$DIR/data/postgres certificates=$DIR/certificates as=() programs name
  programs=$(postgres_programs)
  if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid "$(id -u nobody)" --regid "$(id -g nobody)" --clear-groups); fi
  as+=(env "LD_LIBRARY_PATH=$DIR/postgresql/usr/lib/$(uname -m)-linux-gnu")
  if [ ! -s "$data/PG_VERSION" ]; then
    mkdir -p "$data"
    [ "$(id -u)" != 0 ] || chown nobody "$data"
    chmod 711 "$DIR/data"
    (cd / && "${as[@]}" "$programs/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale C --no-sync) >"$DIR/initdb.log" 2>&1 ||
      { tail -n 15 "$DIR/initdb.log" >&2; die "initdb failed"; }
    # Who writes into a shared ledger proves who they are.
    { echo 'host all +quarterdeck_writer all scram-sha-256'; cat "$data/pg_hba.conf"; } >"$DIR/pg_hba"
    cat "$DIR/pg_hba" >"$data/pg_hba.conf"
    # Its key is its own, or it won't have it.
    [ -s "$certificates/accounts.key" ] || "$CLUSTER" certificates "$certificates"
    for name in server.crt server.key; do
      install -m 600 "$certificates/$name" "$data/$name"
      [ "$(id -u)" != 0 ] || chown nobody "$data/$name"
    done
  fi
  # INT: ends at once, whoever is connected.
  define "$DIR" postgres INT "$(printf 'exec %q -q -h 127.0.0.1 -p %q' "$DEBIAN_DIR/bin/pg_isready" "$(port "$DIR" postgres)")" \
    "${as[@]}" "$programs/postgres" -D "$data" -h 127.0.0.1 -p "$(port "$DIR" postgres)" -c fsync=off -c jit=off -c ssl=on \
    -c "unix_socket_directories="
  start "$DIR" postgres
}
