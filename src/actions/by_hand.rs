//! The steps of an action as commands a person could type, for when nothing may run from here.

use crate::{
    domain::{
        action::{
            step::{Count, StepKind, TargetName, Written},
            target::Target,
        },
        silence,
        text::Lang,
    },
    pack::ActionSpec,
};

/// One line for each step; as its pack states them, where it does. Holes stay visible: `$replicas`.
pub fn lines(spec: &ActionSpec, target: Option<&Target>, lang: Lang) -> Vec<String> {
    if !spec.by_hand.is_empty() {
        let texts = spec.by_hand.iter();
        return texts.map(|text| text.get(lang).to_owned()).collect();
    }
    let steps = spec.run.iter();
    steps.map(|step| line(step, target, lang)).collect()
}

fn line(step: &Written, target: Option<&Target>, lang: Lang) -> String {
    on_object(step, target).unwrap_or_else(|| outside(step, lang))
}

/// `kubectl … -n prod deployment/backend`
fn on_object(step: &Written, of_action: Option<&Target>) -> Option<String> {
    let name = step.kind.target()?;
    let target = match name {
        TargetName::OfAction => of_action,
        TargetName::Is(target) => Some(target),
        TargetName::Param(_) => None,
    };
    let written = match (target, name) {
        (Some(target), _) => {
            let namespace = target.namespace().or(of_action.and_then(Target::namespace));
            let namespace = namespace.map(|namespace| format!("-n {namespace} "));
            format!("{}{target}", namespace.unwrap_or_default())
        }
        (None, TargetName::Param(name)) => format!("${name}"),
        (None, _) => "$target".to_owned(),
    };
    let bare = target.map_or("$target", Target::name);
    Some(match &step.kind {
        StepKind::Restart { .. } => format!("kubectl rollout restart {written}"),
        StepKind::Scale { replicas, .. } => {
            format!("kubectl scale {written} --replicas={}", number(replicas))
        }
        StepKind::Rollback { revision, .. } => {
            let to = revision.as_ref();
            let to = to.map(|to| format!(" --to-revision={}", number(to)));
            format!("kubectl rollout undo {written}{}", to.unwrap_or_default())
        }
        StepKind::SetEnv {
            container,
            name,
            value,
            ..
        } => {
            let container = container.as_ref().map(|name| format!(" -c {name}"));
            let value = value
                .as_ref()
                .map_or_else(|| format!("{name}-"), |value| format!("{name}={value}"));
            format!(
                "kubectl set env {written}{} {}",
                container.unwrap_or_default(),
                quoted(&value)
            )
        }
        StepKind::Patch { .. } => format!("kubectl edit {written}"),
        StepKind::DeletePod { .. } => format!("kubectl delete {written}"),
        StepKind::Evict { .. } => format!("kubectl evict {written}"),
        StepKind::Cordon { .. } => format!("kubectl cordon {bare}"),
        StepKind::Uncordon { .. } => format!("kubectl uncordon {bare}"),
        StepKind::RunCronjob { .. } => {
            format!("kubectl create job {bare}-by-hand --from={written}")
        }
        StepKind::Exec { argv, .. } => {
            let argv: Vec<String> = argv.iter().map(|one| quoted(&one.to_string())).collect();
            format!("kubectl exec {written} -- {}", argv.join(" "))
        }
        _ => return None,
    })
}

fn outside(step: &Written, lang: Lang) -> String {
    match &step.kind {
        StepKind::Command { argv, .. } => {
            let argv: Vec<String> = argv.iter().map(|one| quoted(&one.to_string())).collect();
            argv.join(" ")
        }
        StepKind::Sql {
            connection, text, ..
        } => format!(
            "{connection}: {}",
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        ),
        StepKind::Redis { connection, argv } => {
            let argv: Vec<String> = argv.iter().map(|one| quoted(&one.to_string())).collect();
            format!("{connection}: {}", argv.join(" "))
        }
        StepKind::Http { method, url, .. } => format!("{method} {url}"),
        StepKind::Systemd { verb, unit, .. } => {
            format!("sudo -n systemctl {} {unit}", verb.word())
        }
        StepKind::Compose {
            verb,
            service,
            scale,
            ..
        } => {
            let scale = scale.as_ref().map_or_else(String::new, |count| {
                format!("--no-recreate --scale {service}={} ", number(count))
            });
            format!("docker compose {} {scale}{service}", verb.words().join(" "))
        }
        StepKind::InCompose { task, .. } => {
            let words: Vec<String> = task.words().iter().map(|word| quoted(word)).collect();
            format!("docker compose {}", words.join(" "))
        }
        StepKind::Silence {
            matchers, seconds, ..
        } => {
            let matchers: Vec<String> = matchers
                .iter()
                .map(|one| {
                    let sign = silence::sign(one.is_equal, one.is_regex);
                    quoted(&format!("{}{sign}{}", one.name, one.value))
                })
                .collect();
            format!(
                "amtool silence add --duration={}s {}",
                number(seconds),
                matchers.join(" ")
            )
        }
        StepKind::ExpireSilence { id } => format!("amtool silence expire {id}"),
        StepKind::Ask { text } => text.get(lang).to_owned(),
        StepKind::Wait { seconds } => format!("sleep {}", number(seconds)),
        StepKind::Until { is, within, .. } => format!("# until {is} (within {within}s)"),
        other => other.name().to_owned(),
    }
}

fn number(count: &Count) -> String {
    match count {
        Count::Is(number) => number.to_string(),
        Count::Param(name) => format!("${name}"),
    }
}

/// As a shell takes it for one word; holes stay readable.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,@%+$".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
