# The control plane, and the kubelets and pods that KWOK plays.
# shellcheck shell=bash

# Who may do what: token, name, uid, groups. The rights are in objects/rights.yaml.
TOKENS='admin-token,admin,1,"system:masters"
viewer-token,viewer,2
oncall-token,oncall,3
nobody-token,nobody,4'

kubectl() { "$CLUSTER" kubectl --kubeconfig "$DIR/kubeconfig/admin" "$@"; }

write_kubeconfigs() {
  local user namespace
  mkdir -p "$DIR/kubeconfig"
  for user in admin viewer oncall nobody; do
    namespace=default
    [ "$user" != oncall ] || namespace=oncall
    cat >"$DIR/kubeconfig/$user" <<END
apiVersion: v1
kind: Config
current-context: bed
clusters:
- name: bed
  cluster:
    server: https://127.0.0.1:$(port "$DIR" apiserver)
    certificate-authority: $DIR/certificates/ca.crt
users:
- name: $user
  user:
    token: $user-token
contexts:
- name: bed
  context:
    cluster: bed
    user: $user
    namespace: $namespace
END
  done
}

bring_api() {
  local etcd peers certificates=$DIR/certificates
  [ -s "$certificates/accounts.key" ] || "$CLUSTER" certificates "$certificates"
  echo "$TOKENS" >"$DIR/tokens.csv"
  etcd=http://127.0.0.1:$(port "$DIR" etcd)
  peers=http://127.0.0.1:$(port "$DIR" etcd-peers)
  write_kubeconfigs
  define "$DIR" etcd TERM "$etcd/readyz" "$CLUSTER" etcd --data-dir "$DIR/data/etcd" --unsafe-no-fsync \
    --listen-client-urls "$etcd" --advertise-client-urls "$etcd" --listen-peer-urls "$peers" \
    --initial-advertise-peer-urls "$peers" --initial-cluster "default=$peers" --log-level warn
  # shellcheck disable=SC2086
  define "$DIR" apiserver TERM "https://127.0.0.1:$(port "$DIR" apiserver)/readyz" "$CLUSTER" kube-apiserver \
    --etcd-servers "$etcd" --bind-address 127.0.0.1 --secure-port "$(port "$DIR" apiserver)" --permit-address-sharing \
    --advertise-address 127.0.0.1 --endpoint-reconciler-type none \
    --tls-cert-file "$certificates/server.crt" --tls-private-key-file "$certificates/server.key" \
    --client-ca-file "$certificates/ca.crt" --token-auth-file "$DIR/tokens.csv" --authorization-mode RBAC \
    --kubelet-certificate-authority "$certificates/ca.crt" \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$certificates/accounts.key" \
    --service-account-signing-key-file "$certificates/accounts.key" \
    --disable-admission-plugins ServiceAccount --max-requests-inflight 4000 --max-mutating-requests-inflight 2000 \
    --service-cluster-ip-range 10.0.0.0/16 ${QDBED_APISERVER:-}
  start "$DIR" etcd
  start "$DIR" apiserver
  kubectl apply -f "$REAL/bed/objects/rights.yaml" >"$DIR/rights.log"
}

bring_cluster() {
  local admin=$DIR/kubeconfig/admin
  define "$DIR" controllers TERM true "$CLUSTER" kube-controller-manager --kubeconfig "$admin" --leader-elect=false \
    --secure-port 0 --kube-api-qps 2000 --kube-api-burst 4000 --node-monitor-grace-period 1h --concurrent-replicaset-syncs 20 \
    --concurrent-deployment-syncs 20 --service-account-private-key-file "$DIR/certificates/accounts.key" \
    --root-ca-file "$DIR/certificates/ca.crt" --use-service-account-credentials=false
  define "$DIR" scheduler TERM true "$CLUSTER" kube-scheduler --kubeconfig "$admin" --leader-elect=false \
    --secure-port 0 --kube-api-qps 2000 --kube-api-burst 4000
  start "$DIR" controllers
  start "$DIR" scheduler
  # Stages come before the first pod, or it stays Pending.
  kubectl apply --server-side -k "$KWOK_DIR/kustomize/crd" >"$DIR/kwok.log"
  kubectl wait --for condition=Established --timeout 30s crd --all >>"$DIR/kwok.log"
  kubectl apply --server-side -k "$KWOK_DIR/kustomize/stage/fast" >>"$DIR/kwok.log"
  write_pod_logs
  bring_kwok
  nodes | kubectl apply --server-side -f - >>"$DIR/kwok.log"
  kubectl wait --for condition=Ready --timeout 60s node -l quarterdeck.bed/kwok=true >>"$DIR/kwok.log"
  address_nodes
}

# KWOK now and then leaves a node without its address; then neither logs nor exec reach the pods on it.
address_nodes() {
  local node address
  kubectl get nodes -l quarterdeck.bed/kwok=true --no-headers \
    -o 'custom-columns=:.metadata.name,:.status.addresses[0].address' |
    while read -r node address; do
      [ "$address" = "<none>" ] || continue
      kubectl patch node "$node" --subresource status --type merge >>"$DIR/kwok.log" \
        -p '{"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}]}}'
    done
}

# What `logs` answers for every pod that has no Logs object of its own, and where `exec` runs.
write_pod_logs() {
  local second
  if [ ! -s "$DIR/pods.log" ]; then
    for second in $(seq -w 0 59); do
      echo "2026-01-01T00:00:$second.000000000Z stdout F line $second of the bed"
    done >"$DIR/pods.log"
  fi
  sed "s|@DIR@|$DIR|" "$REAL/bed/objects/kwok.yaml" | kubectl apply --server-side -f - >>"$DIR/kwok.log"
}

bring_kwok() {
  local kubelet
  kubelet=$(port "$DIR" kwok)
  mkdir -p "$DIR/exec"
  # Nodes without the annotation are nobody's: their pods stay as a test has written them.
  define "$DIR" kwok TERM "https://127.0.0.1:$kubelet/healthz" env "PATH=$(exec_path):$PATH" "$KWOK_DIR/kwok" \
    --kubeconfig "$DIR/kubeconfig/admin" --manage-nodes-with-annotation-selector kwok.x-k8s.io/node=fake \
    --enable-crds ClusterLogs,ClusterExec,Logs,Exec,Stage,ClusterResourceUsage,Metric \
    --server-address "127.0.0.1:$kubelet" --node-ip 127.0.0.1 --node-port "$kubelet" \
    --tls-cert-file "$DIR/certificates/server.crt" --tls-private-key-file "$DIR/certificates/server.key"
  start "$DIR" kwok
}

# Programs that an exec'd command finds: `redis-cli` and `psql` reach the servers of this bed, or those that the Exec object of
# the pod names in BED_REDIS_PORT and BED_PGPORT. Of the others a pod may have its own in BED_PROGRAMS.
exec_path() {
  local name
  mkdir -p "$DIR/bin"
  printf '#!/bin/sh\nexec %q -p "${BED_REDIS_PORT:-%q}" "$@"\n' "$DEBIAN_DIR/bin/redis-cli" "$(port "$DIR" redis)" >"$DIR/bin/redis-cli"
  printf '#!/bin/sh\nexec %q -h 127.0.0.1 -U postgres -p "${BED_PGPORT:-%q}" "$@"\n' "$DEBIAN_DIR/bin/psql" "$(port "$DIR" postgres)" >"$DIR/bin/psql"
  printf '#!/bin/sh\n[ -x "$BED_PROGRAMS/pg_isready" ] && exec "$BED_PROGRAMS/pg_isready" "$@"\nexec %q -h 127.0.0.1 -p "${BED_PGPORT:-%q}" "$@"\n' \
    "$DEBIAN_DIR/bin/pg_isready" "$(port "$DIR" postgres)" >"$DIR/bin/pg_isready"
  chmod +x "$DIR/bin/redis-cli" "$DIR/bin/psql" "$DIR/bin/pg_isready"
  for name in aws pg_dump df printenv getent; do
    printf '#!/bin/sh\n[ -x "$BED_PROGRAMS/%s" ] && exec "$BED_PROGRAMS/%s" "$@"\nexec "/usr/bin/%s" "$@"\n' "$name" "$name" "$name" >"$DIR/bin/$name"
    chmod +x "$DIR/bin/$name"
  done
  echo "$DIR/bin"
}

nodes() {
  local number
  for number in $(seq 0 $((${QDBED_NODES:-8} - 1))); do
    cat <<END
---
apiVersion: v1
kind: Node
metadata:
  name: node-$number
  annotations:
    kwok.x-k8s.io/node: fake
  labels:
    kubernetes.io/hostname: node-$number
    kubernetes.io/os: linux
    quarterdeck.bed/kwok: "true"
    topology.kubernetes.io/zone: zone-$((number % 3))
status:
  allocatable: {cpu: "64", memory: 256Gi, pods: "10000"}
  capacity: {cpu: "64", memory: 256Gi, pods: "10000"}
END
  done
}
