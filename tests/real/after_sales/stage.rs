//! The namespace of the team, its servers and its people.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use jiff::Timestamp;
use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::CronJob,
    core::v1::{ConfigMap, Pod, Secret},
};
use kube::{
    Api,
    core::{DynamicObject, GroupVersionKind},
    discovery::ApiResource,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};

use super::TRIED;
use crate::harness::{Bed, Person, Postgres, Redis, Session, Space, Told, until};

/// Users that no other test and no system has.
const UIDS: [u32; 2] = [20_021, 20_022];

/// `https://api.after-sales.com/health` and the app, as a test wants them to answer.
pub struct Health {
    pub port: u16,
    pub status: Arc<AtomicU16>,
    _serving: JoinSet<()>,
}

impl Health {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let status = Arc::new(AtomicU16::new(200));
        let told = Arc::clone(&status);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((mut came, _)) = listener.accept().await {
                let mut question = [0; 4096];
                let _ = came.read(&mut question).await;
                let status = told.load(Ordering::SeqCst);
                let answer = format!(
                    "HTTP/1.1 {status} Told\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
                );
                let _ = came.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            port,
            status,
            _serving: serving,
        }
    }
}

/// Everything the pack is about.
pub struct Stage<'a> {
    pub space: &'a Space<'a>,
    pub duty: Person,
    pub dba: Person,
    pub primary: Postgres,
    pub standby: Postgres,
    pub redis: Redis,
    pub health: Health,
    /// What the pods have of their own: programs, backups, the bucket.
    folder: tempfile::TempDir,
    /// The stores as the bastion lists them, where any of its users may look.
    stores: tempfile::TempDir,
}

impl<'a> Stage<'a> {
    pub async fn new(space: &'a Space<'a>) -> Self {
        let bed = space.bed;
        let primary = Postgres::with_database(bed, "after_sales");
        primary.psql(
            "after_sales",
            "CREATE EXTENSION pg_stat_statements; CREATE TABLE conversations (id int PRIMARY KEY, text text);
             INSERT INTO conversations SELECT n, 'talk ' || n FROM generate_series(1, 20) n",
        );
        let standby = Postgres::standby_of(bed, &primary);
        let password = format!("canary-{}", space.name);
        let stage = Self {
            space,
            duty: Person::in_space(space, "duty", Some(UIDS[0]), "admin"),
            dba: Person::in_space(space, "dba", Some(UIDS[1]), "admin"),
            redis: Redis::with_password(bed, &password),
            health: Health::new().await,
            folder: tempfile::tempdir().unwrap(),
            stores: tempfile::tempdir_in(bed.folder()).unwrap(),
            primary,
            standby,
        };
        stage.programs();
        stage.stores();
        stage.workloads().await;
        stage
            .reach("postgres-0", &[("BED_PGPORT", stage.primary.port)])
            .await;
        stage
            .reach("postgres-1", &[("BED_PGPORT", stage.standby.port)])
            .await;
        stage
            .reach("redis-0", &[("BED_REDIS_PORT", stage.redis.port)])
            .await;
        for person in [&stage.duty, &stage.dba] {
            person.policy("unattended = \"T2\"\n");
            stage.settle(person, &[]);
        }
        stage
    }

    pub fn at(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// A program that the pods have instead of that of this machine.
    pub fn plays(&self, name: &str, script: &str) {
        let path = self.at("programs").join(name);
        fs::write(&path, format!("#!/bin/sh\nset -eu\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn programs(&self) {
        for below in [
            "programs",
            "backup",
            "bucket",
            "bucket/daily",
            "bucket/manual",
        ] {
            fs::create_dir(self.at(below)).unwrap();
        }
        let bucket = self.at("bucket").display().to_string();
        self.plays("aws", &AWS.replace("@BUCKET@", &bucket));
        self.plays("getent", "[ \"$*\" = 'hosts postgres-1.postgres' ] || exit 2\necho '10.0.0.7 postgres-1.postgres'");
        self.plays(
            "pg_dump",
            &format!("exec {} \"$@\"", self.primary.line("pg_dump")),
        );
    }

    /// The programs of the stores on the bastion: each takes exactly the call that is made, and says what a test put down.
    fn stores(&self) {
        let all = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.stores.path(), all.clone()).unwrap();
        let stores = self.stores.path().display().to_string();
        for (name, script) in [("aws", LIST_S3), ("ossutil", LIST_OSS)] {
            let path = self.stores.path().join(name);
            let script = script.replace("@STORES@", &stores);
            fs::write(&path, format!("#!/bin/sh\nset -eu\n{script}\n")).unwrap();
            fs::set_permissions(&path, all.clone()).unwrap();
        }
        self.stored("s3", &[]);
        self.stored("oss", &[]);
    }

    /// What lies in `postgres/daily/` of a store: names, sizes, and when they were written.
    pub fn stored(&self, store: &str, objects: &[(&str, u64, Timestamp)]) {
        let lines = objects.iter().map(|(name, size, at)| {
            if store == "s3" {
                return format!("{at}\t{size}\tpostgres/daily/{name}\n");
            }
            let at = at.strftime("%F %T +0000 UTC");
            let name = format!("oss://after-sales-backups/postgres/daily/{name}");
            format!("{at} {size} Standard 7E2F {name}\n")
        });
        let mut text: String = lines.collect();
        match (store, objects.len()) {
            ("s3", 0) => text = "None\n".to_owned(),
            ("s3", _) => {}
            (_, count) => text = format!("{text}Object Number is: {count}\n"),
        }
        let path = self.stores.path().join(store);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    }

    /// The pack as it ships, but for where things are; the first of each pair, which it must have, becomes the second.
    pub fn settle(&self, person: &Person, also: &[(&str, &str)]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs/after-sales");
        let health = format!("http://127.0.0.1:{}", self.health.port);
        let backup = format!("{}/", self.at("backup").display());
        let restore = self.at("restore-").display().to_string();
        let listed = |scheme: &str, program: &str| {
            let program = self.stores.path().join(program);
            let url = format!("url = \"{scheme}://after-sales-backups/postgres/daily/\"");
            let by = format!("{url}, program = \"{}\"", program.display());
            (url, by)
        };
        let (s3, s3_by) = listed("s3", "aws");
        let (oss, oss_by) = listed("oss", "ossutil");
        let usual = [
            ("after-sales-prod", self.space.name.as_str()),
            ("context = \"prod\"", "context = \"bed\""),
            ("prometheus = \"prod\"\n", ""),
            ("alertmanager = \"prod\"\n", ""),
            ("https://api.after-sales.com", &health),
            ("https://app.after-sales.com", &health),
            ("/backup/", &backup),
            ("/tmp/restore-", &restore),
            (&*s3, &s3_by),
            (&*oss, &oss_by),
        ];
        let files = [
            "pack.toml",
            "actions.toml",
            "probes.toml",
            "watch.toml",
            "routine.toml",
            "holidays.toml",
        ];
        let texts = files.map(|file| (file, fs::read_to_string(folder.join(file)).unwrap()));
        let mut texts = BTreeMap::from(texts);
        for (is, becomes) in usual.iter().chain(also) {
            let mut found = false;
            for text in texts.values_mut() {
                found |= text.contains(is);
                *text = text.replace(is, becomes);
            }
            assert!(found, "the pack says {is} nowhere");
        }
        let mut pack: Vec<(&str, &str)> = texts
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let templates: Vec<(String, String)> = fs::read_dir(folder.join("templates"))
            .unwrap()
            .flatten()
            .map(|file| {
                let name = format!("templates/{}", file.file_name().to_string_lossy());
                (name, fs::read_to_string(file.path()).unwrap())
            })
            .collect();
        pack.extend(
            templates
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str())),
        );
        person.pack("after-sales", &pack);
        person.config(&format!(
            "namespaces = [\"{}\"]\ndiscover = \"off\"\npack = \"after-sales\"\n",
            self.space.name
        ));
    }

    async fn workloads(&self) {
        let host = json!([{"name": "DATABASE_HOST", "value": "postgres-0.postgres"}]);
        let template = |app: &str| {
            // Only who uses the database has its host.
            let env = if ["backend", "agent", "postgres-backup"].contains(&app) {
                host.clone()
            } else {
                json!([])
            };
            let mut container = json!({"name": app, "image": format!("{app}:1"), "env": env});
            if app == "backend" {
                container["env"] = settings(&host[0]);
                container["envFrom"] = json!([{"configMapRef": {"name": "backend"}}]);
            }
            json!({"metadata": {"labels": {"app": app}}, "spec": {
                "terminationGracePeriodSeconds": 0,
                "containers": [container],
            }})
        };
        let _: ConfigMap = self
            .space
            .create(json!({"metadata": {"name": "backend"}, "data": {"JWT_ENFORCE_STRONG_SECRET": "true", "OUTBOX_PROCESSOR_ENABLED": "true"}}))
            .await;
        let _: Secret = self
            .space
            .create(json!({"metadata": {"name": "backend"}, "stringData": {"jwt": "k".repeat(32)}}))
            .await;
        for (name, replicas) in [("backend", 3), ("agent", 2)] {
            let spec = json!({"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template(name)});
            let _: Deployment = self
                .space
                .create(json!({"metadata": {"name": name}, "spec": spec}))
                .await;
        }
        for (name, replicas) in [("postgres", 2), ("redis", 1)] {
            let spec = json!({"replicas": replicas, "serviceName": name, "selector": {"matchLabels": {"app": name}}, "template": template(name)});
            let _: StatefulSet = self
                .space
                .create(json!({"metadata": {"name": name}, "spec": spec}))
                .await;
        }
        let mut job = template("postgres-backup");
        job["spec"]["restartPolicy"] = json!("Never");
        let _: CronJob = self
            .space
            .create(json!({"metadata": {"name": "postgres-backup"}, "spec": {
                "schedule": "0 2 * * *", "suspend": false, "jobTemplate": {"spec": {"template": job}},
            }}))
            .await;
        let _: Secret = self
            .space
            .create(json!({"metadata": {"name": "redis"}, "stringData": {"password": self.redis.password}}))
            .await;
        for (name, count) in [("backend", 3), ("agent", 2), ("postgres", 2), ("redis", 1)] {
            until("all pods are ready", async || {
                let pods = self.pods(name).await;
                if pods.iter().filter(|pod| is_ready(pod)).count() == count {
                    Ok(())
                } else {
                    Err(pods.len())
                }
            })
            .await;
        }
    }

    /// Which servers the programs of a pod reach.
    pub async fn reach(&self, pod: &str, variables: &[(&str, u16)]) {
        let kind = GroupVersionKind::gvk("kwok.x-k8s.io", "v1alpha1", "Exec");
        let resource = ApiResource::from_gvk(&kind);
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.space.client.clone(), &self.space.name, &resource);
        let mut envs = vec![json!({"name": "BED_PROGRAMS", "value": self.at("programs")})];
        let ports = variables.iter();
        envs.extend(ports.map(|(name, port)| json!({"name": name, "value": port.to_string()})));
        let object = json!({
            "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Exec", "metadata": {"name": pod},
            "spec": {"execs": [{"local": {"workDir": self.folder.path(), "envs": envs}}]},
        });
        let parameters = kube::api::PatchParams::apply("tests").force();
        let patch = kube::api::Patch::Apply(&object);
        api.patch(pod, &parameters, &patch).await.unwrap();
    }

    /// What a check comes to, by the code of the call.
    pub async fn check(&self, id: &str) -> Option<i32> {
        let told = self.duty.call(&["check", "run", id, "--json"], "").await;
        told.code
    }

    pub async fn pods(&self, app: &str) -> Vec<Pod> {
        let of = kube::api::ListParams::default().labels(&format!("app={app}"));
        self.space.api::<Pod>().list(&of).await.unwrap().items
    }

    pub async fn pod(&self, name: &str) -> Option<Pod> {
        self.space.api::<Pod>().get_opt(name).await.unwrap()
    }

    /// What the consumers are told where the database is.
    pub async fn hosts(&self) -> BTreeMap<String, String> {
        let mut hosts = BTreeMap::new();
        for name in ["backend", "agent"] {
            let it = self.space.api::<Deployment>().get(name).await.unwrap();
            let it = serde_json::to_value(it).unwrap();
            let host = host_of(&it["spec"]["template"]["spec"]);
            hosts.insert(name.to_owned(), host);
        }
        let it = self
            .space
            .api::<CronJob>()
            .get("postgres-backup")
            .await
            .unwrap();
        let it = serde_json::to_value(it).unwrap();
        let host = host_of(&it["spec"]["jobTemplate"]["spec"]["template"]["spec"]);
        hosts.insert("postgres-backup".to_owned(), host);
        hosts
    }

    /// What the plan of an action is refused with.
    #[track_caller]
    pub fn refused(told: &Told) -> String {
        assert_eq!(told.code, Some(4), "{told:?}");
        format!("{}{}", told.out, told.err)
    }

    /// Does an action that no prompt must be looked at for; its run.
    /// A lock of a name is the host's, which other tests are on too: what is refused for that is done again.
    pub async fn does(&self, action: &[&str]) -> Value {
        until("whoever else acts on it to end", async || {
            let run = self.tried(action).await;
            let busy = run["state"]["why"]["refusal"]["refusal"] == "busy";
            if busy { Err(run) } else { Ok(run) }
        })
        .await
    }

    async fn tried(&self, action: &[&str]) -> Value {
        let told = self.duty.act(action).await;
        let runs = self.duty.runs().await;
        let run = runs.first().cloned().unwrap_or_else(|| panic!("{told:?}"));
        let id = run["id"].as_str().unwrap().to_owned();
        let mut over = self
            .duty
            .run_when("the run to be over", |run| {
                run["id"] == id.as_str() && run["state"]["state"] == "ended"
            })
            .await;
        over["told"] = json!(format!("{told:?}"));
        over
    }

    /// Holds that each action its test is for was carried out and ended well, as `TRIED` says.
    pub async fn ended_well(&self, of: &str) {
        let (_, actions) = TRIED.iter().find(|(test, _)| *test == of).unwrap();
        let runs = self.duty.runs().await;
        for action in *actions {
            let id = format!("after-sales/{action}");
            let mut own = runs
                .iter()
                .filter(|run| run["intent"]["plan"]["action"] == id.as_str());
            let well = own.any(|run| {
                ["verified", "done"].contains(&run["state"]["verdict"].as_str().unwrap_or_default())
            });
            assert!(well, "{action} never ended well: {runs:?}");
        }
    }

    /// A T3 at a terminal: what it asks is typed behind it, the last leaves the choice to who calls.
    pub fn types(session: &mut Session, asked: &[(&str, &str)]) {
        for (place, (before, text)) in asked.iter().enumerate() {
            session.types_behind(before, text);
            if place + 1 < asked.len() {
                session.presses("\r");
            }
        }
    }
}

/// What the backend is told: here itself, by a Secret, and the rest by a `ConfigMap`.
fn settings(host: &Value) -> Value {
    let key = json!({"secretKeyRef": {"name": "backend", "key": "jwt"}});
    json!([
        host,
        {"name": "JWT_SECRET", "valueFrom": key},
        {"name": "OUTBOX_PUBLISH_MODE", "value": "outbox_only"},
    ])
}

/// Where the first container of a pod is told that the database is.
fn host_of(pod: &Value) -> String {
    let env = pod["containers"][0]["env"].as_array().unwrap();
    let host = env.iter().find(|it| it["name"] == "DATABASE_HOST").unwrap();
    host["value"].as_str().unwrap().to_owned()
}

#[track_caller]
pub fn verdict(run: &Value) -> &str {
    run["state"]["verdict"]
        .as_str()
        .unwrap_or_else(|| panic!("{run}"))
}

pub fn is_ready(pod: &Pod) -> bool {
    let status = pod.status.clone().unwrap_or_default();
    let mut conditions = status.conditions.into_iter().flatten();
    conditions.any(|it| it.type_ == "Ready" && it.status == "True")
}

pub async fn space(bed: &Bed) -> Space<'_> {
    Space::new(bed, "after-sales").await
}

/// The store as the bastion lists it, with exactly the call that is made.
const LIST_S3: &str = r#"
[ "$*" = 's3api list-objects-v2 --bucket=after-sales-backups --prefix=postgres/daily/ --query=Contents[].[LastModified,Size,Key] --output=text' ] ||
  { echo "aws: $*" >&2; exit 252; }
cat @STORES@/s3
"#;
const LIST_OSS: &str = r#"
[ "$*" = 'ls oss://after-sales-backups/postgres/daily/' ] || { echo "ossutil: $*" >&2; exit 1; }
cat @STORES@/oss
"#;

/// A store of objects with exactly the calls that the pack makes.
const AWS: &str = r#"
bucket=@BUCKET@
no() { echo "aws: $*" >&2; exit 252; }
case "$1 $2" in
's3 cp')
  [ $# = 5 ] && [ "$3" = --no-progress ] || no "$*"
  case "$5" in s3://after-sales-backups/postgres/*/*) ;; *) no "$5" ;; esac
  cp "$4" "$bucket/${5#s3://after-sales-backups/postgres/}" ;;
's3api head-object')
  [ $# = 8 ] && [ "$3 $4 $5 $7 $8" = '--bucket after-sales-backups --key --output json' ] || no "$*"
  file=$bucket/${6#postgres/}
  [ -f "$file" ] || { echo 'An error occurred (404) when calling the HeadObject operation: Not Found' >&2; exit 254; }
  printf '{"ContentLength": %s, "LastModified": "%s", "ETag": "\\"%s\\""}\n' "$(stat -c %s "$file")" \
    "$(date -u -r "$file" +%FT%TZ)" "$(md5sum <"$file" | cut -c1-32)" ;;
's3api get-object')
  if [ "$7" = --range ]; then
    [ $# = 9 ] && [ "$3 $4 $5 $8 $9" = '--bucket after-sales-backups --key bytes=-512 /dev/stdout' ] || no "$*"
    file=$bucket/${6#postgres/}
    [ -s "$file" ] || { echo 'An error occurred (InvalidRange) when calling the GetObject operation' >&2; exit 254; }
    tail -c 512 "$file"
    echo '{"AcceptRanges": "bytes"}'
    exit 0
  fi
  [ $# = 9 ] && [ "$3 $4 $5 $7" = '--bucket after-sales-backups --key --if-match' ] || no "$*"
  file=$bucket/${6#postgres/}
  [ "\"$(md5sum <"$file" | cut -c1-32)\"" = "$8" ] || { echo 'An error occurred (PreconditionFailed)' >&2; exit 254; }
  cp "$file" "$9" ;;
*) no "$*" ;;
esac
"#;
