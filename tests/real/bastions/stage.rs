//! What two persons act on.

use std::process::Command;

use k8s_openapi::api::{apps::v1::Deployment, coordination::v1::Lease};
use serde_json::{Value, json};

use crate::harness::{Bed, Person, Space, Told, until};

/// Users that no other test and no system has.
const UIDS: [u32; 2] = [20_001, 20_002];

/// A deployment and a counter, each in a place of their own, and two persons who may do everything to both.
pub struct Stage<'a> {
    pub space: &'a Space<'a>,
    pub li: Person,
    pub wang: Person,
}

pub const RESTART: [&str; 3] = ["generic/restart", "--target", "deployment/web"];

impl<'a> Stage<'a> {
    pub async fn new(space: &'a Space<'a>) -> Self {
        let _: Deployment = space
            .create(json!({
                "metadata": {"name": "web"},
                "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {"containers": [{"name": "main", "image": "web:1"}]},
                }},
            }))
            .await;
        until("the deployment is ready", async || {
            let web = space.api::<Deployment>().get("web").await.unwrap();
            let status = web.status.clone().unwrap_or_default();
            let ready = status.ready_replicas == Some(1)
                && status.observed_generation == web.metadata.generation;
            if ready { Ok(()) } else { Err(status) }
        })
        .await;
        let [li, wang] = UIDS.map(Some);
        let stage = Self {
            space,
            li: Person::in_space(space, "li", li, "admin"),
            wang: Person::in_space(space, "wang", wang, "admin"),
        };
        for person in [&stage.li, &stage.wang] {
            stage.settle(person, "");
        }
        stage
    }

    /// Their configuration with something more, and the pack of the counter.
    pub fn settle(&self, person: &Person, more: &str) {
        let place = self.space.bed.place("REDIS_URL");
        let port = place.rsplit_once(':').unwrap().1;
        let name = &self.space.name;
        let pack = format!(
            "[pack]\nid = \"watch\"\ntitle = \"Watch\"\ntime_zone = \"UTC\"\n\
             [connection.cache]\nkind = \"redis\"\nhost = \"127.0.0.1\"\nport = {port}\ndb = 0\ntls = \"off\"\n\
             [place.{name}]\ncwd = \"/\"\n"
        );
        let count =
            format!("run = [{{ redis = [\"INCR\", \"{name}\"], connection = \"cache\" }}]\n");
        let actions = format!(
            "[action.count]\ntitle = {{ en = \"Count\", zh = \"计数\" }}\ntier = \"T1\"\ntarget = \"flag/{name}\"\n{count}\
             [action.count-here]\ntitle = {{ en = \"Count here\", zh = \"在此计数\" }}\ntier = \"T1\"\ntarget = \"host/{name}\"\n{count}\
             [action.look]\ntitle = {{ en = \"Look\", zh = \"查看\" }}\ntier = \"T0\"\ntarget = \"flag/{name}-seen\"\n\
             run = [{{ redis = [\"GET\", \"{name}\"], connection = \"cache\" }}]\n\
             [action.purge]\ntitle = {{ en = \"Purge\", zh = \"清除\" }}\ntier = \"T3\"\ntarget = \"host/{name}\"\n{count}\
             verify = {{ is = \"true\", within = \"1m\" }}\n\
             [action.pair]\ntitle = {{ en = \"Pair\", zh = \"结对\" }}\ntier = \"T1\"\npersons = 2\ntarget = \"deployment/web\"\n\
             run = [{{ set-env = \"$target\", container = \"main\", name = \"PAIRED\", value = \"yes\" }}]\n"
        );
        person.pack("watch", &[("pack.toml", &pack), ("actions.toml", &actions)]);
        person.config(&format!(
            "namespaces = [\"{name}\"]\ndiscover = \"off\"\npack = \"watch\"\n{more}"
        ));
    }

    /// How often the counter was counted up.
    pub fn count(&self) -> u64 {
        let bed = self.space.bed;
        let mut command = Command::new(bed.folder().join("bin/redis-cli"));
        command.args(["-u", bed.place("REDIS_URL"), "GET", &self.space.name]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim().parse().unwrap_or(0)
    }

    /// How often the spec of the deployment was changed.
    pub async fn changes(&self) -> i64 {
        let web = self.space.api::<Deployment>().get("web").await.unwrap();
        web.metadata.generation.unwrap()
    }

    /// The Lease of the deployment as soon as somebody of this name holds it.
    pub async fn lease_of(&self, person: &Person) -> Lease {
        let leases = self.space.api::<Lease>();
        until("the Lease", async || {
            let lease = leases.get_opt("quarterdeck-deployments-apps-web");
            let lease = lease.await.unwrap();
            let holder = lease
                .as_ref()
                .and_then(|it| it.spec.as_ref()?.holder_identity.clone());
            match holder {
                Some(holder) if holder.starts_with(&person.name) => Ok(lease.unwrap()),
                other => Err(other),
            }
        })
        .await
    }
}

/// That somebody was told who acts, where, and since when.
#[track_caller]
pub fn is_told_of(told: &Told, person: &Person) {
    assert_eq!(told.code, Some(4), "{told:?}");
    let all = format!("{}{}", told.out, told.err);
    let host = format!("bastion-of-{}", person.name);
    for word in [person.name.as_str(), &host, ", since 20", "run 20"] {
        assert!(all.contains(word), "{word}: {told:?}");
    }
}

/// Their only run, once a runner has it.
pub async fn taken(person: &Person) -> Value {
    person
        .run_when("a run with a runner", |run| !run["owner"].is_null())
        .await
}

/// Their only run, once its first step is recorded.
pub async fn begun(person: &Person) -> Value {
    let begun = |run: &Value| !run["steps"][0]["started_at"].is_null();
    person.run_when("a run with a step", begun).await
}

/// Their only run, once it is over.
pub async fn over(person: &Person) -> Value {
    person
        .run_when("a run that is over", |run| run["state"]["state"] == "ended")
        .await
}

pub async fn space(bed: &Bed) -> Space<'_> {
    Space::new(bed, "bastions").await
}
