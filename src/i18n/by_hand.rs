//! What to do by hand where nothing may run from here: the commands a person would type.

use crate::{
    domain::{
        action::{
            inspection::{Certificate, Inspection, Store},
            preflight::Draft,
            scan,
            step::{Planned, Reach, StepKind, Template},
            target::Target,
            value::Value,
            view::View,
        },
        desk::Desk,
        shell::quoted,
        text::Text,
    },
    i18n::{Texts, action_words},
};

/// The lines, as the pack writes them, else as the steps are.
pub fn lines(texts: &Texts, desk: &Desk, own: &[Text], draft: &Draft) -> Vec<String> {
    if !own.is_empty() {
        return own.iter().map(|text| pick(texts, text)).collect();
    }
    let steps = draft.steps.iter();
    let written = |step: &Planned| {
        let line = line(texts, desk, step);
        match step.batch {
            Some(number) => {
                let batch = texts.with("step-batch", &[("number", number.into())]);
                format!("{line}    # {batch}")
            }
            None => line,
        }
    };
    steps.map(written).collect()
}

fn pick(texts: &Texts, text: &Text) -> String {
    text.get(texts.lang()).to_owned()
}

fn kubectl(desk: &Desk, target: &Target, verb: &[&str], rest: &[&str]) -> String {
    let mut words = vec!["kubectl".to_owned()];
    if let Some(file) = &desk.kubeconfig {
        words.extend(["--kubeconfig".to_owned(), quoted(file)]);
    }
    words.extend(["--context".to_owned(), quoted(&desk.context)]);
    if let Some(namespace) = target.namespace() {
        words.extend(["-n".to_owned(), quoted(namespace)]);
    }
    words.extend(verb.iter().map(|word| quoted(word)));
    words.push(quoted(&target.to_string()));
    words.extend(rest.iter().map(|word| quoted(word)));
    words.join(" ")
}

fn argv(argv: &[Template]) -> String {
    let words = argv.iter().map(|word| quoted(&word.to_string()));
    words.collect::<Vec<_>>().join(" ")
}

/// What its own client is told; a `SCAN` that goes on to its end has a way of its own there.
fn redis_cli(words: &[Template]) -> String {
    let plain: Vec<String> = words.iter().map(ToString::to_string).collect();
    let Some(options) = scan::to_its_end(&plain) else {
        return format!("redis-cli {}", argv(words));
    };
    let mut command = "redis-cli --scan".to_owned();
    for pair in options.chunks(2) {
        let flag = match pair[0].to_ascii_uppercase().as_str() {
            "MATCH" => "--pattern",
            "TYPE" => "--type",
            "COUNT" => "--count",
            _ => continue,
        };
        for value in &pair[1..] {
            command = format!("{command} {flag} {}", quoted(value));
        }
    }
    command
}

fn at(place: Option<&str>, command: &str) -> String {
    match place {
        Some(place) => format!("{command}    # {place}"),
        None => command.to_owned(),
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one line for each kind of step; apart they read worse"
)]
fn line(texts: &Texts, desk: &Desk, step: &Planned) -> String {
    match &step.kind {
        StepKind::Restart { target } => kubectl(desk, target, &["rollout", "restart"], &[]),
        StepKind::Scale { target, replicas } => {
            let replicas = format!("--replicas={replicas}");
            kubectl(desk, target, &["scale"], &[&replicas])
        }
        StepKind::Rollback { target, revision } => {
            let revision = revision.map(|number| format!("--to-revision={number}"));
            let rest: Vec<&str> = revision.iter().map(String::as_str).collect();
            kubectl(desk, target, &["rollout", "undo"], &rest)
        }
        StepKind::SetEnv {
            target,
            container,
            name,
            value,
        } => {
            let value = match value {
                Some(value) => format!("{name}={value}"),
                None => format!("{name}-"),
            };
            let mut rest = vec![value];
            if let Some(container) = container {
                rest.extend(["-c".to_owned(), container.clone()]);
            }
            let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
            kubectl(desk, target, &["set", "env"], &rest)
        }
        StepKind::DeletePod { target } => kubectl(desk, target, &["delete"], &[]),
        StepKind::Cordon { target } => kubectl_node(desk, target, "cordon"),
        StepKind::Uncordon { target } => kubectl_node(desk, target, "uncordon"),
        StepKind::RunCronjob { target } => {
            let from = format!("--from={target}");
            let name = format!("{}-by-hand", target.name());
            let job = Target::Object {
                kind: crate::domain::object::KindRef::new("batch", "v1", "Job", "jobs", true),
                namespace: target.namespace().map(str::to_owned),
                name,
            };
            kubectl(desk, &job, &["create"], &[&from]).replace("create job/", "create job ")
        }
        StepKind::Exec {
            target,
            container,
            reach,
            argv: words,
            ..
        } => {
            let mut rest = Vec::new();
            if let Some(container) = container {
                rest.extend(["-c", container.as_str()]);
            }
            rest.push("--");
            let each = match reach {
                Reach::One => "",
                Reach::Each => "    # each pod",
                Reach::Primary { .. } => "    # the pod of the primary",
            };
            let command = kubectl(desk, target, &["exec"], &rest);
            format!("{command} {}{each}", argv(words))
        }
        StepKind::Command {
            place, argv: words, ..
        } => at(place.as_deref(), &argv(words)),
        StepKind::Systemd { place, verb, unit } => {
            let command = format!("systemctl {} {}", verb.word(), quoted(&unit.to_string()));
            at(place.as_deref(), &command)
        }
        StepKind::Compose {
            place,
            verb,
            service,
            scale,
        } => {
            let verb = verb.words().join(" ");
            let service = quoted(&service.to_string());
            let scale = scale.map(|count| format!("--scale {service}={count} "));
            let scale = scale.unwrap_or_default();
            at(
                Some(place),
                &format!("docker compose {verb} {scale}{service}"),
            )
        }
        StepKind::InCompose { place, task } => {
            let words: Vec<String> = task.words().iter().map(|word| quoted(word)).collect();
            at(Some(place), &format!("docker compose {}", words.join(" ")))
        }
        StepKind::Redis {
            connection,
            argv: words,
        } => at(Some(connection), &redis_cli(words)),
        StepKind::Tcp { address } => format!("nc -vz {}", address.to_string().replace(':', " ")),
        StepKind::Inspect(inspection) => inspected(inspection),
        StepKind::Object { target, .. } => kubectl(desk, target, &["get"], &["-o", "yaml"]),
        StepKind::Logs {
            target,
            container,
            pattern,
            since,
        } => {
            let since = format!("--since={since}s");
            let mut rest = vec![since.as_str()];
            if let Some(container) = container {
                rest.extend(["-c", container.as_str()]);
            }
            let command = kubectl(desk, target, &["logs"], &rest);
            format!("{command} | grep -cE {}", quoted(pattern))
        }
        StepKind::View { target, view } => viewed(desk, target, view),
        StepKind::Env { target, name, .. } => {
            let all = ["deployments,statefulsets,daemonsets,cronjobs", "-o", "yaml"];
            let command = kubectl(desk, target, &["get"], &all);
            format!("{command} | grep -A1 {}", quoted(name))
        }
        StepKind::Ask { text } => pick(texts, text),
        StepKind::Wait { seconds } => format!("sleep {seconds}"),
        StepKind::Until { is, within, .. } => format!("# until {is} (within {within}s)"),
        StepKind::Patch { target, patch } => {
            let patch = serde_json::to_string(&plain(patch)).unwrap_or_default();
            kubectl(desk, target, &["patch"], &["-p", &patch])
        }
        StepKind::Http {
            method, url, body, ..
        } => {
            let body = body
                .as_ref()
                .map(|it| format!(" -d {}", quoted(&it.to_string())));
            let url = quoted(&url.to_string());
            format!("curl -X {method} {url}{}", body.unwrap_or_default())
        }
        StepKind::Sql {
            connection, text, ..
        } => at(Some(connection), text.trim()),
        // No one command does these as we do them.
        StepKind::Evict { .. } | StepKind::Silence { .. } | StepKind::ExpireSilence { .. } => {
            format!("# {}", action_words::step_line(texts, step))
        }
    }
}

/// What a person would type to see the same.
fn inspected(inspection: &Inspection) -> String {
    match inspection {
        Inspection::Tls(Certificate::Served { host, port, name }) => {
            let address = quoted(&format!("{host}:{port}"));
            let name = name.clone().unwrap_or_else(|| host.to_string());
            let name = quoted(&name);
            format!(
                "openssl s_client -connect {address} -servername {name} </dev/null | openssl x509 -noout -enddate"
            )
        }
        Inspection::Tls(Certificate::File { place, path }) => {
            let path = quoted(&path.to_string());
            at(
                place.as_deref(),
                &format!("openssl x509 -noout -enddate -in {path}"),
            )
        }
        Inspection::Host { place, disk } => {
            let disk: Vec<String> = disk.iter().map(|mount| quoted(mount)).collect();
            at(
                place.as_deref(),
                &format!("vmstat 1 2; free -m; df -P {}", disk.join(" ")),
            )
        }
        Inspection::Objects(objects) => match &objects.of {
            Store::Bucket { url, .. } => {
                let url = url.to_string();
                let list = if url.starts_with("oss:") {
                    "ossutil ls"
                } else {
                    "aws s3 ls --recursive"
                };
                at(
                    objects.place.as_deref(),
                    &format!("{list} {}", quoted(&url)),
                )
            }
            Store::Folder { path } => {
                let path = quoted(&path.to_string());
                at(objects.place.as_deref(), &format!("ls -lRt {path}"))
            }
        },
        Inspection::Config(config) => {
            let files: Vec<String> = config
                .files
                .iter()
                .map(|it| quoted(&it.to_string()))
                .collect();
            let last = config.key.rsplit('.').next().unwrap_or(&config.key);
            at(
                config.place.as_deref(),
                &format!("grep -n {} {}", quoted(last), files.join(" ")),
            )
        }
        Inspection::Unit { place, unit } => {
            let unit = quoted(&unit.to_string());
            at(
                place.as_deref(),
                &format!("systemctl status --no-pager {unit}"),
            )
        }
        Inspection::Service { place, service } => {
            let service = quoted(&service.to_string());
            at(Some(place), &format!("docker compose ps -a {service}"))
        }
    }
}

/// What the cluster shows, asked of it by hand.
fn viewed(desk: &Desk, target: &Target, view: &View) -> String {
    let listed = |plural: &str, rest: &[&str]| {
        let all = Target::Object {
            kind: crate::domain::object::KindRef::new("", "v1", plural, plural, true),
            namespace: target.namespace().map(str::to_owned),
            name: String::new(),
        };
        let command = kubectl(desk, &all, &["get"], rest);
        command.replace(&format!(" {plural}/"), &format!(" {plural}"))
    };
    match view {
        View::Pods => listed("pods", &[]),
        View::Events { .. } => listed("events", &["--sort-by=.lastTimestamp"]),
        View::Cronjob { .. } => kubectl(desk, target, &["get"], &["-o", "yaml"]),
        View::Lines {
            container,
            tail,
            since,
        } => {
            let tail = tail.map(|tail| format!("--tail={tail}"));
            let since = since.map(|since| format!("--since={since}s"));
            let mut rest: Vec<&str> = tail.iter().chain(&since).map(String::as_str).collect();
            match container {
                Some(container) => rest.extend(["-c", container.as_str()]),
                None => rest.push("--all-containers"),
            }
            rest.extend(["--all-pods", "--timestamps"]);
            kubectl(desk, target, &["logs"], &rest)
        }
    }
}

fn kubectl_node(desk: &Desk, target: &Target, verb: &str) -> String {
    let line = kubectl(desk, target, &[verb], &[]);
    line.replace(" node/", " ")
}

/// A patch as JSON.
fn plain(patch: &crate::domain::action::step::Patch) -> Value {
    use crate::domain::action::step::Patch;
    match patch {
        Patch::Fields(fields) => {
            let fields = fields
                .iter()
                .map(|(name, field)| (name.clone(), plain(field)));
            Value::Object(fields.collect())
        }
        Patch::List(items) => Value::List(items.iter().map(plain).collect()),
        Patch::Text(text) => Value::Text(text.to_string()),
        Patch::Value(value) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{desk::Namespaces, object::KindRef, text::Lang};

    fn desk() -> Desk {
        Desk {
            pack: None,
            context: "prod".to_owned(),
            namespaces: Namespaces::All,
            kubeconfig: None,
            alertmanager: None,
            demo: None,
            read_only: false,
        }
    }

    fn said(kind: StepKind<Target, i64>) -> String {
        let step = Planned {
            kind,
            limit: None,
            save: None,
            again: None,
            batch: None,
        };
        line(&Texts::new(Lang::En), &desk(), &step)
    }

    fn target(kind: &str, plural: &str) -> Target {
        Target::Object {
            kind: KindRef::new("apps", "v1", kind, plural, true),
            namespace: Some("prod".to_owned()),
            name: "web".to_owned(),
        }
    }

    #[test]
    fn steps_are_commands_a_person_can_type() {
        let deployment = || target("Deployment", "deployments");
        assert_eq!(
            said(StepKind::Scale {
                target: deployment(),
                replicas: 36
            }),
            "kubectl --context prod -n prod scale deployment/web --replicas=36"
        );
        assert_eq!(
            said(StepKind::Restart {
                target: deployment()
            }),
            "kubectl --context prod -n prod rollout restart deployment/web"
        );
        let words = ["SCAN", "MATCH", "cache:user:*", "COUNT", "100"];
        assert_eq!(
            said(StepKind::Redis {
                connection: "cache".to_owned(),
                argv: words.map(Template::plain).to_vec(),
            }),
            "redis-cli --scan --pattern 'cache:user:*' --count 100    # cache"
        );
        let value = Some(Template::plain("it's on"));
        assert_eq!(
            said(StepKind::SetEnv {
                target: deployment(),
                container: None,
                name: "MODE".to_owned(),
                value,
            }),
            r"kubectl --context prod -n prod set env deployment/web 'MODE=it'\''s on'"
        );
        assert_eq!(
            said(StepKind::RunCronjob {
                target: target("CronJob", "cronjobs")
            }),
            "kubectl --context prod -n prod create job web-by-hand --from=cronjob/web"
        );
        assert_eq!(
            said(StepKind::Command {
                place: Some("docker-host".to_owned()),
                argv: vec![Template::plain("/usr/bin/touch"), Template::plain("a b")],
                stdin: None,
                stdout: None,
                secrets: Vec::new(),
                bounded: false,
                follow: None,
            }),
            "/usr/bin/touch 'a b'    # docker-host"
        );
    }
}
