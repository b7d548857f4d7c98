//! The bastion of glancy: its programs, its folders, its files.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use super::super::programs::{file, program};
use crate::harness::Bed;

const RELEASECTL: &str = r#"
case "$*" in
"stage status --env prod --json")
  read -r batch weight here <@DIR@/state/stage
  printf '{"batch": "%s", "weight": %s, "here": %s}\n' "$batch" "$weight" "$here" ;;
"stage promote --env prod --batch REL-B"[0-5]" --weight "*)
  [ $# = 8 ]
  echo "$6 $8 0" >@DIR@/state/stage ;;
"stage promote --env staging") echo staged >@DIR@/state/staging ;;
*) echo "releasectl: what is $*?" >&2; exit 64 ;;
esac
"#;

const CONFIGCTL: &str = r#"
case "$*" in
"snapshot create --env prod") echo "created snap-20250418-01" ;;
"snapshot list --recent --env prod") echo "snap-20250418-01 $(date +%s)" ;;
"feature list glancy.* --env prod") cd @DIR@/state/flags && for flag in *; do echo "$flag=$(cat "$flag")"; done ;;
"feature get glancy."*" --env prod") [ $# = 5 ]; cat "@DIR@/state/flags/$3" ;;
"feature set glancy."*" --env prod") [ $# = 6 ]; echo "$4" >"@DIR@/state/flags/$3" ;;
*) echo "configctl: what is $*?" >&2; exit 64 ;;
esac
"#;

/// Pulls the kill switch and DR-05 itself; `state/no-kill-switch` keeps it from the first, `state/no-dr-05` from the second,
/// and `state/waits` from ending.
const ROLLBACK: &str = r#"
case "$*" in
"--batch REL-B"[0-5]) ;;
*) echo "rollback_stage.sh: what is $*?" >&2; exit 64 ;;
esac
read -r batch weight here <@DIR@/state/stage
[ "$2" = "$batch" ]
echo "REL-B0 0.5 0" >@DIR@/state/stage
[ -e @DIR@/state/no-kill-switch ] || echo true >@DIR@/state/flags/glancy.lookup.force_basic
if [ -e @DIR@/state/no-dr-05 ]; then
  echo "$batch: kill switch alone" >>@DIR@/rollback_stage.log
else
  echo "triggered" >>@DIR@/state/dr-05
  echo "$batch: DR-05: started" >>@DIR@/rollback_stage.log
fi
while [ -e @DIR@/state/waits ]; do sleep 0.1; done
echo "$batch is rolled back"
"#;

/// `state/no-restart` keeps a restart from doing anything, without an error.
const SYSTEMCTL: &str = r#"
unit=glancy-backend
active=$(cat @DIR@/state/unit)
case "$*" in
"show --no-pager -p "*" -- $unit")
  [ $# = 6 ]
  echo "LoadState=loaded"
  echo "FragmentPath=/etc/systemd/system/$unit.service"
  echo "ActiveState=$active"
  [ "$active" = active ] && echo "SubState=running" || echo "SubState=dead"
  echo "MainPID=4711"
  echo "ExecMainStartTimestamp=$(cat @DIR@/state/started)" ;;
"show --property=ActiveState $unit") echo "ActiveState=$active" ;;
"show --property=ExecMainStartTimestamp $unit") echo "ExecMainStartTimestamp=$(cat @DIR@/state/started)" ;;
"status --no-pager --lines=0 $unit") echo "$unit.service: $active"; [ "$active" = active ] || exit 3 ;;
"restart --no-ask-password -- $unit")
  [ -e @DIR@/state/no-restart ] && exit
  echo active >@DIR@/state/unit; echo "Fri 2025-04-18 10:00:01 CST" >@DIR@/state/started ;;
"start --no-ask-password -- $unit")
  echo active >@DIR@/state/unit; echo "Fri 2025-04-18 10:00:01 CST" >@DIR@/state/started ;;
"stop --no-ask-password -- $unit") echo inactive >@DIR@/state/unit ;;
*) echo "systemctl: what is $*?" >&2; exit 64 ;;
esac
"#;

const JOURNALCTL: &str = r#"
[ "$*" = "--no-pager -u glancy-backend -S -5m" ] || { echo "journalctl: what is $*?" >&2; exit 64; }
echo "10:00:00 glancy-backend: ready"
"#;

const KMSCTL: &str = r#"
[ "$*" = "export" ] || { echo "kmsctl: what is $*?" >&2; exit 64; }
echo "exported" >>@DIR@/state/keys
echo "exported 14 keys"
"#;

/// `state/cut-dump` ends it in the middle without an error; with `state/tells-secret` it fails and says its password.
const PG_DUMP: &str = r#"
case "$*" in
"-h primary.db.internal -U export -d exports -f @DIR@/srv/backup/exports-"*.sql) [ $# = 8 ] ;;
*) echo "pg_dump: what is $*?" >&2; exit 64 ;;
esac
grep -q . "$PGPASSFILE"
[ -e @DIR@/state/tells-secret ] && { cat "$PGPASSFILE" >&2; exit 1; }
printf -- '--\n-- PostgreSQL database dump\n--\n' >"$8"
[ -e @DIR@/state/cut-dump ] || printf -- '--\n-- PostgreSQL database dump complete\n--\n' >>"$8"
"#;

/// The real client: the names of the team's servers are those of the bed.
const REDIS_CLI: &str = r#"
case "$1 $2" in
"-h redis-l1.internal"|"-h redis-export.internal") shift 2 ;;
*) echo "redis-cli: what is $*?" >&2; exit 64 ;;
esac
exec @CLIENT@ "$@"
"#;

/// The program itself, in the home of whoever runs the desk.
const QUARTERDECK: &str = r#"
mkdir -p @DIR@/home/quarterdeck
chmod 700 @DIR@/home/quarterdeck
ln -sf @DIR@/ledger.db @DIR@/home/quarterdeck/ledger.db
case "$1" in
journal) XDG_STATE_HOME=@DIR@/home XDG_CONFIG_HOME=@DIR@/home exec @PROGRAM@ "$@" ;;
*) echo "quarterdeck: what is $*?" >&2; exit 64 ;;
esac
"#;

pub fn furnish(folder: &Path, bed: &Bed) {
    let client = bed.folder().join("bin/redis-cli");
    let redis_cli = REDIS_CLI.replace("@CLIENT@", client.to_str().unwrap());
    let quarterdeck = QUARTERDECK.replace("@PROGRAM@", env!("CARGO_BIN_EXE_quarterdeck"));
    for (path, script) in [
        ("bin/quarterdeck", &*quarterdeck),
        ("bin/releasectl", RELEASECTL),
        ("bin/configctl", CONFIGCTL),
        ("bin/systemctl", SYSTEMCTL),
        ("bin/journalctl", JOURNALCTL),
        ("bin/kmsctl", KMSCTL),
        ("bin/pg_dump", PG_DUMP),
        ("bin/redis-cli", &redis_cli),
        ("srv/ops/bin/rollback_stage.sh", ROLLBACK),
    ] {
        program(folder, path, script);
    }
    fs::create_dir_all(folder.join("srv/backup")).unwrap();
    for (path, text) in [
        ("state/stage", "REL-B1 1 0\n"),
        ("state/unit", "active\n"),
        ("state/started", "Fri 2025-04-18 09:00:00 CST\n"),
        ("state/flags/glancy.lookup.force_basic", "false\n"),
        ("state/flags/glancy.degrade.force_basic", "false\n"),
        ("state/flags/glancy.regenerate.enabled", "true\n"),
        ("state/flags/glancy.exports.enabled", "true\n"),
        ("state/flags/glancy.exports.low_priority", "true\n"),
        ("state/flags/glancy.cache.mode", "l1_prio\n"),
        ("state/flags/glancy.ratelimit.user_rpm", "300\n"),
        ("backend/backend.log", "ready\n"),
        ("backend/backend/logs/glancy.log", "ready too\n"),
        ("pgpass", "*:*:*:*:never-shown\n"),
    ] {
        file(folder, path, text);
    }
    fs::set_permissions(folder.join("pgpass"), fs::Permissions::from_mode(0o600)).unwrap();
}
