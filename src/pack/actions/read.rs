//! The file as a whole: actions, and the rules an action must keep.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    ActionSpec, Need, ParamSpec, Remind, TargetSpec, Temporary,
    holes::{Holes, fields_of},
    params::params,
    spec::{UndoSpec, Verify},
    steps::{of_table, only_reads, step, steps},
    targets::target,
};
use crate::{
    domain::{
        action::{
            step::{ComposeTask, Count, ENV_GIVES, Hole, Piece, StepKind, Written},
            target::Target,
            tier::Tier,
        },
        id::ActionId,
        sql::statements,
        text::Text,
    },
    pack::{
        condition::{ActionNames, Condition, Ids, Scope},
        manifest::{known, span_of},
        places::Places,
        reader::{Key, Node, Table},
        watch::condition,
    },
};

/// What the other files of the pack gave.
pub(in crate::pack) struct Known<'a> {
    pub pack: &'a str,
    pub places: &'a Places,
    pub ids: &'a Ids,
    /// The actions of every desk, by their whole ids.
    pub others: &'a [String],
}

pub(in crate::pack) fn read(root: Table<'_>, known: &Known<'_>) -> Vec<ActionSpec> {
    let tables = root.tables("action");
    let own = tables.iter().map(|(key, _)| key.name.clone());
    let names = own.chain(known.others.iter().cloned());
    let names: Names = names
        .map(|name| {
            let id = action_id(known.pack, &name);
            (name, id)
        })
        .collect();
    let specs = tables
        .into_iter()
        .map(|(key, table)| action(&key, table, known, &names))
        .collect();
    root.finish();
    specs
}

/// Another action by the name a pack calls it by: its own, or `generic/restart`.
fn action_id(pack: &str, name: &str) -> ActionId {
    if name.contains('/') {
        name.into()
    } else {
        format!("{pack}/{name}").into()
    }
}

/// All actions there are, by the names this pack calls them by.
type Names = Arc<[(String, ActionId)]>;

fn action(key: &Key, table: Table<'_>, known: &Known<'_>, names: &Names) -> ActionSpec {
    let params = params(&table);
    let preview_node = table.get("preview");
    let target_node = table.require("target");
    let object = match target_node.as_ref() {
        Some(node) => {
            node.if_table().is_some()
                || (node.if_str()).is_some_and(|text| super::parse_object(text).is_ok())
        }
        None => true,
    };
    let mut holes = Holes {
        params: &params,
        places: known.places,
        env: known.places.env_names(),
        before: Vec::new(),
        saved: RefCell::default(),
        preview: false,
        of_object: object,
    };
    let target = target_node.and_then(|node| target(&node, &holes));
    let reads = reads(&table, &mut holes);
    let preview = preview_node.and_then(|node| step(&node, &holes, Some("preview")));
    holes.preview = table.get("preview").is_some();
    let run_node = table.require("run");
    let run = run_node
        .as_ref()
        .map(|node| steps(node, &holes))
        .unwrap_or_default();
    holes.before.extend(own_before(&run));
    now_of(&table, &params, &holes);
    from_of(&table, &params, &holes);
    let names = condition_names(&params, &holes, names);
    let scope = Scope::Action(known.ids, &names);
    let judged = |key: &str| condition(&table.get(key)?, scope, None);
    let untils = run_node.map_or_else(BTreeMap::new, |node| untils(&node, scope));
    let tier = table.require("tier").and_then(|node| {
        let tiers = Tier::ALL.map(|tier| (tier.name(), tier));
        node.one_of("tier", &tiers)
    });
    let spec = ActionSpec {
        id: action_id(known.pack, &key.name),
        title: text(&table, "title").unwrap_or_else(|| Text::Same(key.name.clone())),
        about: text(&table, "about"),
        tier: tier.unwrap_or(Tier::T3),
        when: judged("when"),
        because: text(&table, "because"),
        needs: needs(&table, known.pack, &names),
        persons: persons(&table),
        envs: envs(&table, known),
        verify: table
            .get("verify")
            .and_then(|node| verify(&node, scope, &run)),
        helped: judged("helped"),
        undo: table
            .get("undo")
            .and_then(|node| undo(&node, &holes, scope)),
        remind: table.get("remind").and_then(|node| remind(&node)),
        temporary: table
            .get("temporary")
            .and_then(|node| temporary(&node, scope)),
        by_hand: by_hand(&table),
        target: target.unwrap_or_else(|| {
            TargetSpec::Is(Target::Named {
                name: String::new(),
            })
        }),
        params: params.iter().map(|param| with_now(param, &run)).collect(),
        reads,
        preview,
        run,
        untils,
    };
    rules(&table, &spec, tier.is_some());
    table.finish();
    spec
}

/// What steps of a run wait for, by their places.
fn untils(run: &Node<'_>, scope: Scope<'_>) -> BTreeMap<usize, Condition> {
    let steps = run.array().unwrap_or_default().into_iter().enumerate();
    let awaited = steps.filter_map(|(place, step)| {
        let node = step.if_table()?.get("until")?;
        let is = condition(&node, scope, None)?;
        if is.is_settled() {
            let what = "nothing of this condition is read again, so it can't come";
            let help = "wait for something that is watched".to_owned();
            node.error(what, Some(help));
        }
        Some((place, is))
    });
    awaited.collect()
}

fn text(table: &Table<'_>, key: &str) -> Option<Text> {
    table.get(key).and_then(|node| node.text())
}

/// `read = { stage = { command = […], json = { weight = "/weight" } } }`: each under its name.
fn reads(table: &Table<'_>, holes: &mut Holes<'_>) -> Vec<(String, Written)> {
    let Some(parent) = table.get("read").and_then(|node| node.table()) else {
        return Vec::new();
    };
    let mut reads = Vec::new();
    for (key, node) in parent.entries() {
        let Some(read) = step(&node, holes, Some(&key.name)) else {
            continue;
        };
        let fields = given_by(&read);
        if fields.is_empty() && read.save.is_none() {
            holes.before.push(vec![key.name.clone()]);
        }
        let of = |field: String| vec![key.name.clone(), field];
        holes.before.extend(fields.into_iter().map(of));
        if let (StepKind::InCompose { task, .. }, None) = (&read.kind, &read.save) {
            // The others are called as the services are, which only that place knows.
            let known: &[&str] = match task {
                ComposeTask::Ps { .. } => &["down"],
                ComposeTask::Stats => &["heaviest"],
                _ => &[],
            };
            let of = |field: &&str| vec![key.name.clone(), (*field).to_owned()];
            holes.before.extend(known.iter().map(of));
        }
        reads.push((key.name, read));
    }
    reads
}

/// The fields a read gives; none where it gives all that was said.
fn given_by(read: &Written) -> Vec<String> {
    if let Some(save) = &read.save {
        return fields_of(&save.parse);
    }
    match &read.kind {
        StepKind::Tcp { .. } => ["open", "ms"].map(str::to_owned).to_vec(),
        StepKind::Logs { .. } => ["count", "pods"].map(str::to_owned).to_vec(),
        StepKind::Env { .. } => ENV_GIVES.map(str::to_owned).to_vec(),
        StepKind::View { view, .. } => view.gives().iter().map(|it| (*it).to_owned()).collect(),
        StepKind::Object { fields, .. } => fields.keys().cloned().collect(),
        StepKind::Inspect(inspection) => inspection.fields(),
        _ => Vec::new(),
    }
}

/// What a table says that is read again and again, with the fields it gives; none where it gives all that was said.
pub(in crate::pack) fn read_of(
    name: &str,
    table: &Table<'_>,
    places: &Places,
) -> Option<(Written, Vec<String>)> {
    let read = of_table(table, &alone(places), Some(name))?;
    let fields = given_by(&read);
    Some((read, fields))
}

/// Holes where there is neither a target nor a parameter.
fn alone(places: &Places) -> Holes<'_> {
    Holes {
        params: &[],
        places,
        env: places.env_names(),
        before: Vec::new(),
        saved: RefCell::default(),
        preview: false,
        of_object: false,
    }
}

/// What is read where nothing is done: for no target and with no parameters; and the names it is known by after `before`.
pub(in crate::pack) fn reads_alone(
    table: &Table<'_>,
    places: &Places,
) -> (Vec<(String, Written)>, Vec<Vec<String>>) {
    let mut holes = alone(places);
    let reads = reads(table, &mut holes);
    (reads, holes.before)
}

/// What steps on objects know of the time before by themselves.
fn own_before(run: &[Written]) -> Vec<Vec<String>> {
    let names = run.iter().flat_map(|step| -> &[&str] {
        match &step.kind {
            StepKind::Scale { .. } => &["replicas", "autoscaler"],
            StepKind::Rollback { .. } => &["revision"],
            StepKind::SetEnv { .. } => &["value"],
            StepKind::Cordon { .. } | StepKind::Uncordon { .. } => &["unschedulable"],
            StepKind::Systemd { .. } => &["ActiveState"],
            _ => &[],
        }
    });
    names.map(|name| vec![(*name).to_owned()]).collect()
}

/// The parameter; where it is what a step on an object sets, what that step finds is what is in force now.
fn with_now(param: &ParamSpec, run: &[Written]) -> ParamSpec {
    let own = Count::Param(param.name.clone());
    let now = run.iter().find_map(|step| match &step.kind {
        StepKind::Scale { replicas, .. } if *replicas == own => Some("replicas"),
        StepKind::Rollback {
            revision: Some(revision),
            ..
        } if *revision == own => Some("revision"),
        StepKind::SetEnv {
            value: Some(value), ..
        } if matches!(&value.pieces[..], [Piece::Hole(Hole::Param(name))] if *name == param.name) => {
            Some("value")
        }
        _ => None,
    });
    ParamSpec {
        now: param.now.clone().or_else(|| now.map(str::to_owned)),
        ..param.clone()
    }
}

/// `now` of a parameter names something that is read.
fn now_of(table: &Table<'_>, params: &[ParamSpec], holes: &Holes<'_>) {
    for param in params {
        let Some(now) = &param.now else { continue };
        let path: Vec<&str> = now.split('.').collect();
        if !holes.before.iter().any(|known| *known == path) {
            let what = format!("`params.{}.now`: nothing reads `before.{now}`", param.name);
            table.error(what, None);
        }
    }
}

/// `from` of a parameter names something that is read line by line.
fn from_of(table: &Table<'_>, params: &[ParamSpec], holes: &Holes<'_>) {
    for param in params {
        let Some(from) = &param.from else { continue };
        let listed = |known: &Vec<String>| *known == [from.as_str(), "lines"];
        if !holes.before.iter().any(listed) {
            let what = format!(
                "`params.{}.from`: no `read.{from}` has `lines = true`",
                param.name
            );
            table.error(what, None);
        }
    }
}

fn condition_names(params: &[ParamSpec], holes: &Holes<'_>, names: &Names) -> ActionNames {
    let params = params.iter();
    ActionNames {
        params: params
            .map(|param| (param.name.clone(), param.kind.slot()))
            .collect(),
        before: holes.before.clone(),
        saved: holes.saved.borrow().clone(),
        env: holes.env.clone(),
        actions: Arc::clone(names),
    }
}

fn needs(table: &Table<'_>, pack: &str, names: &ActionNames) -> Vec<Need> {
    let items = table.get("needs").and_then(|node| node.array());
    let mut needs = Vec::new();
    for item in items.unwrap_or_default() {
        let Some(table) = item.table() else { continue };
        let ids: Vec<String> = names.actions.iter().map(|(name, _)| name.clone()).collect();
        let name = known(table.require("action"), "action", &ids).pop();
        let within = table.require("within").and_then(|node| span_of(&node));
        table.finish();
        if let (Some(name), Some(within)) = (name, within) {
            needs.push(Need {
                action: action_id(pack, &name),
                within,
            });
        }
    }
    needs
}

fn persons(table: &Table<'_>) -> u8 {
    let Some(node) = table.get("persons") else {
        return 1;
    };
    match node.integer() {
        Some(1) => 1,
        Some(2) | None => 2,
        Some(_) => {
            node.error("one person, or two", None);
            2
        }
    }
}

fn envs(table: &Table<'_>, from: &Known<'_>) -> Vec<String> {
    let environments = from.places.environments.iter();
    let ids: Vec<String> = environments.map(|one| one.id.clone()).collect();
    known(table.get("envs"), "environment", &ids)
}

fn reads_again(run: &[Written]) -> bool {
    run.iter().any(|step| step.again.is_some())
}

fn verify(node: &Node<'_>, scope: Scope<'_>, run: &[Written]) -> Option<Verify> {
    let table = node.table()?;
    let is = table.require("is").and_then(|node| {
        if node.if_table().is_some() {
            let help = "write the string alone; `hold` says how long it must be so".to_owned();
            node.error("what is verified is judged now", Some(help));
            return None;
        }
        condition(&node, scope, None)
    });
    let within = table.require("within").and_then(|node| span_of(&node));
    let hold = table.get("hold").and_then(|node| span_of(&node));
    if let (Some(within), Some(hold)) = (within, hold)
        && hold >= within
    {
        table.error("it can't hold for longer than it may take", None);
    }
    if let (Some(is), Some(hold)) = (&is, table.get("hold"))
        && is.is_settled()
        && !reads_again(run)
    {
        let help =
            "ask for something that is watched, read the last steps `again`, or leave `hold` out"
                .to_owned();
        hold.error(
            "nothing of this condition is read again, so it can't change",
            Some(help),
        );
    }
    if let Some(is) = &is {
        super::steps::again::in_verify(&table, run, (&is.text, within, hold));
    }
    table.finish();
    Some(Verify {
        is: is?,
        within: within?,
        hold: hold.unwrap_or_default(),
    })
}

fn undo(node: &Node<'_>, holes: &Holes<'_>, scope: Scope<'_>) -> Option<UndoSpec> {
    let table = node.table()?;
    let when = table
        .get("when")
        .and_then(|node| condition(&node, scope, None));
    let run = table.require("run").map(|node| {
        let steps = steps(&node, holes);
        let waits = |step: &Written| matches!(step.kind, StepKind::Until { .. });
        if steps.iter().any(waits) || reads_again(&steps) {
            node.error("only a run itself can wait for a condition", None);
        }
        if steps.iter().any(|step| step.batch.is_some()) {
            let help = "leave `batch` out, or take back what a step of the run saved".to_owned();
            let what = "an undo takes what was previewed as a whole";
            node.error(what, Some(help));
        }
        steps
    });
    table.finish();
    Some(UndoSpec { when, run: run? })
}

fn remind(node: &Node<'_>) -> Option<Remind> {
    let table = node.table()?;
    let after = table.require("after").and_then(|node| span_of(&node));
    let since = table
        .get("since")
        .and_then(|node| node.one_of("beginning", &[("recovered", true), ("run", false)]));
    let say = table.require("say").and_then(|node| node.text());
    table.finish();
    Some(Remind {
        after: after?,
        since_recovered: since.unwrap_or(false),
        say: say?,
    })
}

fn temporary(node: &Node<'_>, scope: Scope<'_>) -> Option<Temporary> {
    let table = node.table()?;
    let release = table
        .get("release")
        .and_then(|node| condition(&node, scope, None));
    let expires: Option<Duration> = table.get("expires").and_then(|node| span_of(&node));
    if release.is_none() && expires.is_none() {
        let help = "add `release = { is = '…', windows = 3 }` or `expires = \"2h\"`".to_owned();
        table.error("it doesn't say when it is over", Some(help));
    }
    table.finish();
    Some(Temporary { release, expires })
}

fn by_hand(table: &Table<'_>) -> Vec<Text> {
    let items = table.get("by_hand").and_then(|node| node.array());
    let items = items.unwrap_or_default();
    items.iter().filter_map(Node::text).collect()
}

/// What one action must keep beyond what its parts must.
fn rules(table: &Table<'_>, spec: &ActionSpec, tier_known: bool) {
    let by_person = |step: &Written| {
        matches!(
            step.kind,
            StepKind::Ask { .. } | StepKind::Wait { .. } | StepKind::Until { .. }
        )
    };
    let all_by_person = spec.run.iter().all(by_person);
    let given = |key: &str| table.get(key).is_some();
    if tier_known && spec.tier >= Tier::T2 && !given("verify") && !all_by_person {
        let help = "add `verify = { is = '…', within = \"10m\" }`".to_owned();
        let what = format!("a {} that nothing verifies", spec.tier);
        table.error(what, Some(help));
    }
    if reads_again(&spec.run) && !given("verify") {
        let help = "add `verify = { is = '…', within = \"1m\" }`".to_owned();
        table.error("read again until when? there is no `verify`", Some(help));
    }
    if tier_known && spec.tier == Tier::T0 && spec.run.iter().any(changes) {
        let what = "a T0 reads only, this changes something";
        table.error(what, Some("make it a T1".to_owned()));
    }
    if spec.because.is_some() && !given("when") {
        table.error("`because` of what? there is no `when`", None);
    }
    if spec.temporary.is_some() && !given("undo") && !spec.run.iter().all(undoes_itself) {
        let help = "add `undo = { run = [ … ] }`".to_owned();
        table.error(
            "what is temporary must know how it is taken back",
            Some(help),
        );
    }
}

/// Whether a step surely changes something.
fn changes(step: &Written) -> bool {
    match &step.kind {
        StepKind::Exec { .. }
        | StepKind::Command { .. }
        | StepKind::Tcp { .. }
        | StepKind::Logs { .. }
        | StepKind::Env { .. }
        | StepKind::Object { .. }
        | StepKind::View { .. }
        | StepKind::Inspect(_)
        | StepKind::InCompose { .. }
        | StepKind::Ask { .. }
        | StepKind::Wait { .. }
        | StepKind::Until { .. } => false,
        StepKind::Http { method, .. } => !matches!(method.as_str(), "GET" | "HEAD"),
        StepKind::Redis { argv, .. } => !only_reads(argv),
        StepKind::Sql { text, values, .. } => statements(text, values.keys().map(String::as_str))
            .is_ok_and(|all| all.iter().any(|it| it.acts() || it.changes_rows())),
        _ => true,
    }
}

/// Whether a step knows its own way back.
pub(super) fn undoes_itself(step: &Written) -> bool {
    matches!(
        step.kind,
        StepKind::Scale { .. }
            | StepKind::Rollback { .. }
            | StepKind::SetEnv { .. }
            | StepKind::Patch { .. }
            | StepKind::Cordon { .. }
            | StepKind::Uncordon { .. }
            | StepKind::Silence { .. }
    )
}

impl ActionSpec {
    /// Every condition it is judged by.
    pub(in crate::pack) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let verify = self.verify.as_ref().map(|verify| &verify.is);
        let undo = self.undo.as_ref().and_then(|undo| undo.when.as_ref());
        let temporary = self.temporary.as_ref();
        let release = temporary.and_then(|temporary| temporary.release.as_ref());
        let own = [
            self.when.as_ref(),
            self.helped.as_ref(),
            verify,
            undo,
            release,
        ];
        own.into_iter().flatten().chain(self.untils.values())
    }
}
