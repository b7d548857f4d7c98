//! Looks at the place we are at, and at small programs that check their arguments.

mod secrets;

use std::{collections::BTreeMap, fs};

use super::*;
use crate::{
    domain::action::{
        inspection::{Config, EnvOf, Variable},
        place::PlaceSpec,
    },
    domain::time::Moment,
    runtime::executors::{ComposePrograms, Places, ProgramRules, Secrets, testing::Scripts},
};

/// Knows two units: one that runs as the process in `pid`, one that failed.
const SYSTEMCTL: &str = r#"
cd "$(dirname "$0")" || exit 1
[ "$1 $2 $3 $5" = "show --no-pager -p --" ] && [ $# = 6 ] || { echo "odd: $*" >&2; exit 64; }
case $6 in
  app-example) echo LoadState=loaded; state=active; sub=running; pid=$(cat pid 2>/dev/null || echo 0);;
  broken) echo LoadState=loaded; state=failed; sub=failed; pid=0;;
  *) echo LoadState=not-found; echo ActiveState=inactive; exit 0;;
esac
case $4 in
  LoadState,ActiveState,SubState,StateChangeTimestamp)
    [ "$TZ" = UTC ] || exit 65
    echo "ActiveState=$state"; echo "SubState=$sub"; echo "StateChangeTimestamp=Sun 2026-11-22 02:00:00 UTC";;
  LoadState,MainPID) echo "MainPID=$pid";;
  *) exit 66;;
esac
"#;

/// The plugin, and docker itself: the containers of a service are in the file of its name.
const DOCKER: &str = r#"
cd "$(dirname "$0")" || exit 1
if [ "$1" = inspect ]; then
  [ "$2 $3 $4 $6" = "--type container --format --" ] || exit 64
  format=$5; shift 6
  for id in "$@"; do
    case $format in
      '{{json .State}}') cat "state-$id" || exit 1;;
      '{{json .Config.Env}}') cat "env-$id" || exit 1;;
      *) exit 65;;
    esac
  done
  exit 0
fi
[ "$1" = compose ] || exit 66; shift
[ -f no-plugin ] && { echo "docker: 'compose' is not a docker command." >&2; exit 1; }
[ "$*" = version ] && { echo "Docker Compose version v2.39.1"; exit 0; }
[ "$*" = "config --services" ] && { printf 'frontend\nbackend\n'; exit 0; }
[ "$1 $2 $3 $4" = "ps -a --format json" ] && [ $# = 5 ] && { cat "$5" 2>/dev/null; exit 0; }
# What is read in a container lies here; one without programs has none that reads.
if [ "$1 $2 $3 $4 $5" = "exec -T backend cat --" ] && [ $# = 6 ]; then
  [ -f no-programs ] && { echo 'OCI runtime exec failed: exec: "cat": executable file not found in $PATH: unknown' >&2; exit 127; }
  exec /usr/bin/cat -- "$6"
fi
exit 67
"#;

/// The old program: ids, and what runs.
const OLD: &str = r#"
cd "$(dirname "$0")" || exit 1
[ "$*" = "config --services" ] && { printf 'frontend\nbackend\n'; exit 0; }
[ "$1 $2" = "ps -q" ] && [ $# = 3 ] && { cat "ids-$3" 2>/dev/null; exit 0; }
[ "$*" = "ps --services --filter status=running" ] && { cat running 2>/dev/null; exit 0; }
exit 64
"#;

const AWS: &str = r#"
cd "$(dirname "$0")" || exit 1
[ "$1 $2" = "s3api list-objects-v2" ] && [ "$3" = --bucket=backups ] && [ "$4" = --prefix=daily/ ] || exit 64
[ "$5" = '--query=Contents[].[LastModified,Size,Key]' ] && [ "$6" = --output=text ] && [ $# = 6 ] || exit 65
[ "${AWS_PAGER-none}" = "" ] || exit 66
[ -f denied ] && { echo "An error occurred (AccessDenied)" >&2; exit 254; }
cat listing
"#;

const OSSUTIL: &str = r#"
cd "$(dirname "$0")" || exit 1
[ "$1 $2" = "ls oss://backups/daily/" ] && [ $# = 2 ] || exit 64
cat oss-listing
"#;

/// Lets nobody do anything but read, and only as that user.
const SUDO: &str = r#"
[ "$1 $2 $3 $4" = "-n -u keeper --" ] || { echo "odd: $*" >&2; exit 64; }
shift 4
case $1 in /usr/bin/cat|/usr/bin/find) exec "$@";; *) echo "not allowed: $1" >&2; exit 1;; esac
"#;

/// Noon of a day, in the zone of the pack the next hours of it.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Moment {
        let wall = "2026-11-22T12:00:00Z".parse().unwrap();
        Moment::new(wall, Duration::ZERO)
    }
}

struct Machine {
    scripts: Scripts,
    inspections: Inspections,
}

impl Machine {
    fn new() -> Self {
        let scripts = Scripts::new();
        let at = |name: &str, text: &str| PathBuf::from(scripts.program(name, text));
        let programs = InspectionPrograms {
            aws: at("aws", AWS),
            ossutil: at("ossutil", OSSUTIL),
            ..InspectionPrograms::default()
        };
        let composes = ComposePrograms {
            docker: at("docker", DOCKER),
            docker_compose: at("docker-compose", OLD),
        };
        let systemctl = at("systemctl", SYSTEMCTL);
        let here = PlaceSpec {
            name: "docker-host".to_owned(),
            cwd: Some(scripts.0.path().to_string_lossy().into_owned()),
            ..PlaceSpec::default()
        };
        let far = PlaceSpec {
            name: "far".to_owned(),
            ssh: Some("ops@far".to_owned()),
            ..PlaceSpec::default()
        };
        let host = Arc::new(Host::new(
            Places::new([here, far]),
            ProgramRules::default(),
            Secrets::default(),
        ));
        let services = (
            Systemd::new(host.clone(), systemctl),
            Composes::new(host.clone(), composes),
        );
        Self {
            inspections: Inspections::new(host, services, programs, Arc::new(Noon)),
            scripts,
        }
    }

    fn set(&self, name: &str, text: &str) {
        let path = self.scripts.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The same for somebody else than the user of the place.
    fn of_another() -> Self {
        let mut machine = Self::new();
        let sudo = machine.scripts.program("sudo", SUDO);
        let place = PlaceSpec {
            name: "docker-host".to_owned(),
            cwd: Some(machine.scripts.0.path().to_string_lossy().into_owned()),
            user: Some("keeper".to_owned()),
            ..PlaceSpec::default()
        };
        let mut host = Host::new(
            Places::new([place]),
            ProgramRules::default(),
            Secrets::default(),
        );
        host.sudo = sudo.into();
        machine.inspections.host = Arc::new(host);
        machine
    }

    async fn look(&self, inspection: Inspection) -> Result<Values, Refusal> {
        let fields = inspection.fields();
        let step = Planned {
            kind: StepKind::Inspect(inspection),
            limit: None,
            save: None,
            again: None,
            batch: None,
        };
        let values = Family::read(&self.inspections, &step).await?;
        let mut given: Vec<&String> = values.keys().collect();
        let mut told: Vec<&String> = fields.iter().collect();
        given.sort();
        told.sort();
        assert_eq!(given, told, "it gives what it says it gives");
        Ok(values)
    }

    async fn why(&self, inspection: Inspection) -> String {
        format!("{:?}", self.look(inspection).await.unwrap_err())
    }
}

fn text(text: &str) -> Template {
    Template::plain(text)
}

fn unit(unit: &str) -> Inspection {
    Inspection::Unit {
        place: None,
        unit: text(unit),
    }
}

fn service(service: &str) -> Inspection {
    Inspection::Service {
        place: "docker-host".to_owned(),
        service: text(service),
    }
}

fn objects(of: Store) -> Objects {
    Objects {
        of,
        place: Some("docker-host".to_owned()),
        date: None,
        written: None,
        name: None,
    }
}

fn bucket(url: &str) -> Objects {
    objects(Store::Bucket {
        url: text(url),
        program: None,
        secrets: Vec::new(),
    })
}

fn folder(path: &str) -> Objects {
    objects(Store::Folder { path: text(path) })
}

fn config(key: &str, files: &[&str], of: Option<EnvOf>) -> Inspection {
    Inspection::Config(Config {
        place: Some("docker-host".to_owned()),
        files: files.iter().map(|path| text(path)).collect(),
        key: key.to_owned(),
        env: of.map(|of| Variable {
            name: "LOG_LEVEL".to_owned(),
            of,
        }),
        secrets: Vec::new(),
        default: None,
        secret: false,
    })
}

#[tokio::test]
async fn a_unit_tells_its_state_and_since_when() {
    let machine = Machine::new();
    let values = machine.look(unit("app-example")).await.unwrap();
    assert_eq!(values["active"], Value::Bool(true));
    assert_eq!(values["since"], Value::Int(36_000));
    let values = machine.look(unit("broken")).await.unwrap();
    assert_eq!(values["active"], Value::Bool(false));
    assert_eq!(values["state"], Value::text("failed"));
    assert!(machine.why(unit("absent")).await.contains("NotFound"));
    assert!(machine.why(unit("a*")).await.contains("BadValue"));
    let far = Inspection::Unit {
        place: Some("far".to_owned()),
        unit: text("app-example"),
    };
    assert!(machine.why(far).await.contains("ssh"));
}

#[tokio::test]
async fn a_service_runs_where_all_of_it_does_and_its_worst_health_counts() {
    let machine = Machine::new();
    machine.set(
        "backend",
        "{\"ID\":\"a1\",\"State\":\"running\",\"Health\":\"healthy\"}\n{\"ID\":\"b2\",\"State\":\"running\",\"Health\":\"unhealthy\"}\n",
    );
    let values = machine.look(service("backend")).await.unwrap();
    assert_eq!(values["running"], Value::Bool(true));
    assert_eq!(values["health"], Value::text("unhealthy"));
    assert_eq!(values["containers"], Value::Int(2));
    machine.set(
        "backend",
        "[{\"ID\":\"a1\",\"State\":\"running\",\"Health\":\"\"},{\"ID\":\"b2\",\"State\":\"exited\",\"Health\":\"\"}]",
    );
    let values = machine.look(service("backend")).await.unwrap();
    assert_eq!(values["running"], Value::Bool(false));
    assert_eq!(values["state"], Value::text("exited"));
    assert_eq!(values["health"], Value::text("none"));
    let values = machine.look(service("frontend")).await.unwrap();
    assert_eq!(values["running"], Value::Bool(false), "of none, none runs");
    assert_eq!(values["state"], Value::text("absent"));
    assert!(machine.why(service("nobody")).await.contains("NotFound"));
}

#[tokio::test]
async fn under_the_old_program_docker_tells_the_health() {
    let machine = Machine::new();
    machine.set("no-plugin", "");
    machine.set("ids-backend", "a1\n");
    machine.set("running", "backend\n");
    machine.set(
        "state-a1",
        "{\"Status\":\"running\",\"Health\":{\"Status\":\"starting\"}}\n",
    );
    let values = machine.look(service("backend")).await.unwrap();
    assert_eq!(values["running"], Value::Bool(true));
    assert_eq!(values["health"], Value::text("starting"));
    machine.set("state-a1", "{\"Status\":\"running\"}\n");
    let values = machine.look(service("backend")).await.unwrap();
    assert_eq!(values["health"], Value::text("none"));
    fs::remove_file(machine.scripts.path("state-a1")).unwrap();
    let values = machine.look(service("backend")).await.unwrap();
    assert_eq!(
        values["health"],
        Value::Absent,
        "what is not told is not known"
    );
}

#[tokio::test]
async fn this_host_tells_how_much_of_it_is_used() {
    let machine = Machine::new();
    let host = |disk: &str| Inspection::Host {
        place: None,
        disk: vec!["/".to_owned(), disk.to_owned()],
    };
    let values = machine.look(host("/tmp")).await.unwrap();
    for (field, value) in &values {
        let share = value.as_f64().unwrap_or(-1.0);
        assert!((0.0..=1.0).contains(&share), "{field}: {value:?}");
    }
    let share = |field: &str| values[field].as_f64().unwrap();
    let most = share("disk_root").max(share("disk_tmp"));
    assert_eq!(values["disk"], Value::Float(most));
    assert!(machine.why(host("/nowhere")).await.contains("/nowhere"));
}

#[tokio::test]
async fn a_folder_is_counted_with_what_is_below_it() {
    let machine = Machine::new();
    machine.set("backup/old/dump-2026-11-21.sql.gz", "old");
    machine.set("backup/dump-2026-11-22.sql.gz", "newer");
    machine.set("backup/notes.txt", "x");
    let at = |seconds: u64| std::time::UNIX_EPOCH + Duration::from_secs(seconds);
    let noon = 1_795_348_800;
    for (name, age) in [
        ("old/dump-2026-11-21.sql.gz", 90_000),
        ("dump-2026-11-22.sql.gz", 3_600),
        ("notes.txt", 60),
    ] {
        let file = fs::File::options()
            .write(true)
            .open(machine.scripts.path(&format!("backup/{name}")));
        file.unwrap().set_modified(at(noon - age)).unwrap();
    }
    let all = machine
        .look(Inspection::Objects(folder("backup")))
        .await
        .unwrap();
    assert_eq!(all["count"], Value::Int(3));
    assert_eq!(all["total"], Value::Int(9));
    let dumps = Objects {
        name: Some(r"\.sql\.gz$".to_owned()),
        ..folder("backup")
    };
    let values = machine.look(Inspection::Objects(dumps)).await.unwrap();
    assert_eq!(values["count"], Value::Int(2));
    assert_eq!(values["newest"], Value::Int(3_600));
    assert_eq!(values["oldest"], Value::Int(90_000));
    assert_eq!(values["size"], Value::Int(5));
    assert_eq!(values["name"], Value::text("dump-2026-11-22.sql.gz"));
    // In the zone of the pack it is the next day by noon in Greenwich.
    for (zone, count) in [("UTC", 1), ("Pacific/Auckland", 0)] {
        let today = Objects {
            date: Some(Dated {
                format: "%Y-%m-%d".to_owned(),
                zone: zone.to_owned(),
            }),
            ..folder("backup")
        };
        let values = machine.look(Inspection::Objects(today)).await.unwrap();
        assert_eq!(values["count"], Value::Int(count), "{zone}");
        assert_eq!(values["newest"] == Value::Absent, count == 0);
    }
    let nowhere = Inspection::Objects(folder("nowhere"));
    assert!(machine.why(nowhere).await.contains("nowhere"));
}

// row: A6
#[tokio::test]
async fn a_bucket_is_listed_by_the_program_of_its_store() {
    let machine = Machine::new();
    machine.set(
        "listing",
        "2026-11-22T02:10:00+00:00\t4096\tdaily/dump-2026-11-22.sql.gz\n",
    );
    let s3 = || Inspection::Objects(bucket("s3://backups/daily/"));
    let values = machine.look(s3()).await.unwrap();
    assert_eq!(values["count"], Value::Int(1));
    assert_eq!(values["size"], Value::Int(4096));
    assert_eq!(values["newest"], Value::Int(35_400));
    assert_eq!(values["empty"], Value::Int(0));
    // Written less than ten hours ago, which in Auckland was yesterday.
    for (zone, count) in [("Asia/Shanghai", 1), ("Pacific/Auckland", 0)] {
        let today = Objects {
            written: Some(zone.to_owned()),
            ..bucket("s3://backups/daily/")
        };
        let values = machine.look(Inspection::Objects(today)).await.unwrap();
        assert_eq!(values["count"], Value::Int(count), "{zone}");
    }
    machine.set(
        "listing",
        "2026-11-22T02:10:00+00:00\t4096\tdaily/latest.sql\n2026-11-22T02:09:00+00:00\t0\tdaily/a.sql\n",
    );
    assert_eq!(machine.look(s3()).await.unwrap()["empty"], Value::Int(1));
    assert_eq!(
        machine.look(s3()).await.unwrap()["oldest"],
        Value::Int(35_460)
    );
    machine.set("listing", "None\n");
    let none = machine.look(s3()).await.unwrap();
    assert_eq!(none["count"], Value::Int(0));
    assert_eq!(none["oldest"], Value::Absent);
    machine.set("denied", "");
    assert!(machine.why(s3()).await.contains("AccessDenied"));
    machine.set(
        "oss-listing",
        "2026-11-22 10:10:00 +0800 CST 7 Standard 7E2F oss://backups/daily/a.gz\nObject Number is: 1\n",
    );
    let oss = Inspection::Objects(bucket("oss://backups/daily/"));
    assert_eq!(
        machine.look(oss).await.unwrap()["newest"],
        Value::Int(35_400)
    );
    let odd = Inspection::Objects(bucket("s3://--endpoint-url=x/daily/"));
    assert!(machine.why(odd).await.contains("no bucket"));
    let missing = Inspection::Objects(objects(Store::Bucket {
        url: text("s3://backups/daily/"),
        program: Some("/nowhere/aws".to_owned()),
        secrets: Vec::new(),
    }));
    assert!(machine.why(missing).await.contains("/nowhere/aws"));
}

// row: B2
#[tokio::test]
async fn the_later_file_wins_and_the_environment_of_the_service_over_both() {
    let machine = Machine::new();
    machine.set("defaults.yaml", "log:\n  level: INFO\npool: 4\n");
    machine.set("prod.yaml", "log:\n  level: WARNING\n");
    let files = ["defaults.yaml", "prod.yaml"];
    let values = machine
        .look(config("log.level", &files, None))
        .await
        .unwrap();
    assert_eq!(values["value"], Value::text("WARNING"));
    assert_eq!(values["source"], Value::text("prod.yaml"));
    let values = machine.look(config("pool", &files, None)).await.unwrap();
    assert_eq!(values["value"], Value::Int(4));
    assert_eq!(values["source"], Value::text("defaults.yaml"));
    let values = machine.look(config("nothing", &files, None)).await.unwrap();
    assert_eq!(values["set"], Value::Bool(false));
    assert_eq!(values["source"], Value::text("none"));

    machine.set("backend", "{\"ID\":\"a1\",\"State\":\"running\"}\n");
    machine.set("env-a1", "[\"PATH=/bin\",\"LOG_LEVEL=DEBUG\"]\n");
    let of = || Some(EnvOf::Service("backend".to_owned()));
    let values = machine
        .look(config("log.level", &files, of()))
        .await
        .unwrap();
    assert_eq!(values["value"], Value::text("DEBUG"));
    assert_eq!(values["source"], Value::text("environment"));
    machine.set("env-a1", "[\"PATH=/bin\"]\n");
    let values = machine
        .look(config("log.level", &files, of()))
        .await
        .unwrap();
    assert_eq!(values["source"], Value::text("prod.yaml"));
    machine.set("backend", "{\"ID\":\"a1\",\"State\":\"exited\"}\n");
    assert!(
        machine
            .why(config("log.level", &files, of()))
            .await
            .contains("does not run")
    );
    let absent = ["defaults.yaml", "staging.yaml"];
    assert!(
        machine
            .why(config("log.level", &absent, None))
            .await
            .contains("staging.yaml")
    );
}

// row: B2
#[tokio::test]
async fn the_environment_of_a_unit_is_that_of_its_process_and_not_ours() {
    let machine = Machine::new();
    let mut process = tokio::process::Command::new("/bin/sleep")
        .arg("600")
        .env_clear()
        .envs(BTreeMap::from([("LOG_LEVEL", "ERROR")]))
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    machine.set("pid", &process.id().unwrap().to_string());
    let of = |unit: &str| config("log.level", &[], Some(EnvOf::Unit(unit.to_owned())));
    let values = machine.look(of("app-example")).await.unwrap();
    assert_eq!(values["value"], Value::text("ERROR"));
    process.kill().await.unwrap();
    assert!(machine.why(of("broken")).await.contains("no process"));
}

#[tokio::test]
async fn a_certificate_in_a_file_is_read_from_the_folder_of_its_place() {
    let machine = Machine::new();
    machine.set("ssl/a.crt", &crate::trust::testing::Authority::new().pem());
    let of = |path: &str, place: Option<&str>| {
        Inspection::Tls(Certificate::File {
            place: place.map(str::to_owned),
            path: text(path),
        })
    };
    let values = machine
        .look(of("ssl/a.crt", Some("docker-host")))
        .await
        .unwrap();
    assert!(values["days"].as_f64().unwrap() > 0.0);
    assert!(
        machine
            .why(of("ssl/b.crt", Some("docker-host")))
            .await
            .contains("ssl/b.crt")
    );
    assert!(
        machine
            .why(of("ssl/a.crt", None))
            .await
            .contains("no whole path")
    );
}

#[tokio::test]
async fn what_belongs_to_another_is_read_by_the_user_of_the_place() {
    let machine = Machine::of_another();
    machine.set("backup/dump 1.sql", "12345");
    let values = machine.look(Inspection::Objects(folder("backup"))).await;
    let values = values.unwrap();
    assert_eq!(values["count"], Value::Int(1));
    assert_eq!(values["size"], Value::Int(5));
    assert_eq!(values["name"], Value::text("dump 1.sql"));
    machine.set("prod.yaml", "log:\n  level: WARNING\n");
    let values = machine
        .look(config("log.level", &["prod.yaml"], None))
        .await;
    assert_eq!(values.unwrap()["value"], Value::text("WARNING"));
    let why = machine.why(config("log.level", &["dev.yaml"], None)).await;
    assert!(why.contains("dev.yaml"), "{why}");

    let mut process = tokio::process::Command::new("/bin/sleep")
        .arg("600")
        .env_clear()
        .envs(BTreeMap::from([("LOG_LEVEL", "ERROR"), ("ODD", "x")]))
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    machine.set("pid", &process.id().unwrap().to_string());
    let of = || {
        config(
            "log.level",
            &[],
            Some(EnvOf::Unit("app-example".to_owned())),
        )
    };
    assert_eq!(
        machine.look(of()).await.unwrap()["value"],
        Value::text("ERROR")
    );
    process.kill().await.unwrap();
}
