//! `quarterdeck run`: one action from the command line, through the same model, machine and gate as from the cockpit.

mod challenge;
pub(in crate::cli) mod session;
mod told;

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    sync::Arc,
};

use crate::{
    actions::{access, draft, prompt::Phase},
    app::{
        self,
        acting::Act,
        model::Model,
        planning,
        prompting::{Back, Proposal},
    },
    domain::{
        action::{
            plan::Plan,
            preflight::Preflight,
            record::{Entry, Run},
            refusal::Refusal,
            tier::Tier,
            value::Values,
        },
        id::RunId,
    },
    i18n::{Texts, action_words, by_hand},
    ledger::Ledger as _,
    pack::parse_object,
    runtime::{cockpit::Came, ledger, log},
};

pub(in crate::cli) use self::told::{ended, settled};
use self::{
    challenge::{Challenge, Given, is_same},
    session::{Session, Stopped},
};
use super::{
    Exit, acting,
    args::{DeskArgs, RunArgs},
    clock,
    journal::ledger_error,
    open::{self, PATIENCE, Prepared},
    say,
};

/// How long the shared ledger may take to tell what others wrote.
const FETCH: std::time::Duration = std::time::Duration::from_secs(5);

/// What is to be done with the action.
enum Way {
    /// A person at this terminal is asked.
    Ask,
    /// Only say what would be done, and under which challenge.
    Plan,
    /// The challenge of an earlier plan is on standard input.
    Confirm(Given),
}

/// Runs an action, or says what it would do.
pub(super) fn run(desk: &DeskArgs, args: &RunArgs) -> color_eyre::Result<Exit> {
    let prepared = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let proposal = match proposal(&prepared, args) {
        Ok(proposal) => proposal,
        Err(exit) => return Ok(exit),
    };
    let way = match way(args, &prepared.texts)? {
        Ok(way) => way,
        Err(exit) => return Ok(exit),
    };
    if matches!(way, Way::Ask) {
        return open::cockpit_for(prepared, proposal);
    }
    let settings = &prepared.loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let exit = runtime.block_on(go(prepared, args, way, proposal));
    runtime.shutdown_timeout(PATIENCE);
    exit
}

/// How it is confirmed. Where nobody can be, nothing runs.
fn way(args: &RunArgs, texts: &Texts) -> io::Result<Result<Way, Exit>> {
    if args.plan {
        return Ok(Ok(Way::Plan));
    }
    if args.confirm.is_some() {
        return Ok(if let Some(given) = Given::read()? {
            Ok(Way::Confirm(given))
        } else {
            say::err(texts.t("run-no-challenge"));
            Err(Exit::Refused)
        });
    }
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(Ok(Way::Ask));
    }
    say::err(texts.t("run-no-terminal"));
    Ok(Err(Exit::Refused))
}

/// The action with its target and parameters, as they are written.
fn proposal(prepared: &Prepared, args: &RunArgs) -> Result<Proposal, Exit> {
    let texts = &prepared.texts;
    let wrong = |why: String| {
        say::err(&why);
        Exit::Usage
    };
    let settings = &prepared.loaded.settings;
    let model = acting::model(
        settings,
        &prepared.loaded.policy,
        &prepared.desk,
        &prepared.pack,
    );
    if let Some(run) = &args.undo {
        return back(prepared, args, run);
    }
    let action = args.action.as_deref().unwrap_or_default();
    let Some(item) = model.acts.catalogue.item(action) else {
        let args = [("id", action.into())];
        return Err(wrong(texts.with("run-no-action", &args)));
    };
    let mut given = BTreeMap::new();
    for param in &args.params {
        let Some((name, value)) = param.split_once('=') else {
            let args = [("param", param.as_str().into())];
            return Err(wrong(texts.with("run-bad-param", &args)));
        };
        given.insert(name.to_owned(), value.to_owned());
    }
    let params = draft::read_params(item.spec, &given)
        .map_err(|refusal| wrong(action_words::refusal(texts, &refusal)))?;
    let target = match &args.target {
        None => None,
        Some(text) => {
            let target = parse_object(text).map_err(|(why, help)| {
                wrong(help.map_or(why.clone(), |help| format!("{why}: {help}")))
            })?;
            let namespace = app::watching::namespace(&model);
            Some(access::in_namespace(target, namespace))
        }
    };
    Ok(Proposal {
        action: item.spec.id.clone(),
        target,
        params,
        back: None,
    })
}

/// Taking back what a run did, which is read out of the ledger.
fn back(prepared: &Prepared, args: &RunArgs, id: &str) -> Result<Proposal, Exit> {
    let texts = &prepared.texts;
    let settings = &prepared.loaded.settings;
    let id: RunId = id.into();
    let found = ledger::open_for_reading(settings, clock(), FETCH)
        .and_then(|opened| opened.map_or(Ok(None), |opened| opened.file().run(&id)));
    match found {
        Ok(Some(run)) => Ok(Proposal {
            action: run.intent.plan.action.clone(),
            target: Some(run.intent.plan.target.clone()),
            params: run.intent.plan.params.clone(),
            back: Some(Back {
                run: run.id,
                emergency: args.emergency.clone(),
            }),
        }),
        Ok(None) => {
            let target = id.to_string();
            say::err(&action_words::refusal(texts, &Refusal::NotFound { target }));
            Err(Exit::Usage)
        }
        Err(error) => {
            say::err(&ledger_error(texts, &error));
            Err(Exit::Failed)
        }
    }
}

async fn go(
    prepared: Prepared,
    args: &RunArgs,
    way: Way,
    proposal: Proposal,
) -> color_eyre::Result<Exit> {
    let Prepared {
        inputs,
        loaded,
        texts,
        pack,
        plan,
        desk,
    } = prepared;
    let means = acting::means(&inputs, &loaded, &pack, &plan);
    let model = acting::model(&loaded.settings, &loaded.policy, &desk, &pack);
    let session = Session::open(model, plan, Arc::clone(&means), clock())?;
    let mut errand = Errand {
        session,
        texts,
        args,
        proposal,
    };
    Ok(match errand.walk(way).await {
        Ok(exit) => exit,
        Err(End::Refused(refusal)) => errand.refused(&refusal),
        Err(End::Stopped(Stopped::TooLong)) => {
            say::err(errand.texts.t("run-too-long"));
            Exit::Unreachable
        }
        Err(End::Stopped(Stopped::Signal(number))) => Exit::Signal(number),
    })
}

/// Why an errand came to nothing.
enum End {
    Refused(Refusal),
    Stopped(Stopped),
}

impl From<Stopped> for End {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// One action on its way, without a screen.
struct Errand<'a> {
    session: Session,
    texts: Texts,
    args: &'a RunArgs,
    proposal: Proposal,
}

impl Errand<'_> {
    async fn walk(&mut self, way: Way) -> Result<Exit, End> {
        let before = match &way {
            Way::Confirm(given) => Some(self.challenged(given).await?),
            Way::Plan | Way::Ask => None,
        };
        self.heard().await?;
        let (plan, preflight) = self.planned().await?;
        match (way, before) {
            (Way::Confirm(given), Some(before)) => self.confirm(&given, &before, &plan).await,
            _ => self.tell_plan(&plan, &preflight).await,
        }
    }

    /// The plan a challenge was written for. It is the plan that is proposed again, whatever else the call says.
    async fn challenged(&mut self, given: &Given) -> Result<Plan, End> {
        let means = Arc::clone(&self.session.means);
        let (given, now) = (given.clone(), clock().now().wall);
        let found = tokio::task::spawn_blocking(move || {
            let ledger = means.shelf.ledger().map_err(|error| Refusal::NoLedger {
                why: error.to_string(),
            })?;
            given.find(&*ledger, now)
        });
        let plan = found.await.map_err(|error| Refusal::NoLedger {
            why: error.to_string(),
        })??;
        if plan.action != self.proposal.action {
            let why = format!("{} ≠ {}", plan.action, self.proposal.action);
            return Err(Refusal::Unattended { why }.into());
        }
        self.proposal.target = Some(plan.target.clone());
        self.proposal.params = plan.params.clone();
        Ok(plan)
    }

    /// Waits until enough is known of the desk to judge by, and of what may be done.
    async fn heard(&mut self) -> Result<(), End> {
        let patience = Some(self.args.timeout);
        let told = |model: &Model| model.acts.is_told();
        self.session.first_answers(self.args.timeout, told).await?;
        let model = &self.session.model;
        let namespace = app::watching::namespace(model);
        let asked = match model.acts.catalogue.item(self.proposal.action.as_str()) {
            Some(item) => access::of_spec(item.spec, self.proposal.target.as_ref(), namespace),
            None => Vec::new(),
        };
        if asked.is_empty() {
            return Ok(());
        }
        self.session.act(Act::Review(asked.clone()));
        let reviewed = |session: &Session| {
            let allowed = &session.model.acts.allowed;
            asked
                .iter()
                .all(|it| allowed.contains_key(it))
                .then_some(())
        };
        match self.session.until(patience, reviewed).await {
            Err(Stopped::Signal(number)) => Err(Stopped::Signal(number).into()),
            // It is asked again when it is found out what would change.
            _ => Ok(()),
        }
    }

    /// What would be done, with everything that was found out for it.
    async fn planned(&mut self) -> Result<(Plan, Preflight), End> {
        let effects = app::propose(&mut self.session.model, &self.proposal)?;
        self.session.carry_out(effects);
        let patience = Some(self.args.timeout.max(std::time::Duration::from_secs(30)));
        let found = self.session.until(patience, |session| {
            if let Some(intent) = session.held() {
                return Some(Ok((intent.plan.clone(), intent.preflight.clone())));
            }
            match &session.prompt()?.prompt.phase {
                Phase::Confirming(asked) => {
                    let ready = &asked.ready;
                    Some(Ok(((*ready.plan).clone(), ready.preflight.clone())))
                }
                Phase::Refused(refusal) => Some(Err(refusal.clone())),
                _ => None,
            }
        });
        match found.await? {
            Ok(found) => Ok(found),
            // The machine has kept it already.
            Err(refusal) => Err(refusal.into()),
        }
    }

    async fn tell_plan(&mut self, plan: &Plan, preflight: &Preflight) -> Result<Exit, End> {
        let policy = self.session.model.acts.catalogue.policy();
        let may = plan.tier != Tier::T3 && plan.persons < 2 && policy.may_run_unattended(plan.tier);
        let challenge = if may {
            let challenge =
                Challenge::of(plan, clock().now().wall).map_err(|error| Refusal::Unattended {
                    why: error.to_string(),
                })?;
            let entry = challenge.entry.clone();
            self.session.means.record(None, entry).await?;
            Some(challenge)
        } else {
            None
        };
        told::plan(self, plan, preflight, challenge.as_ref());
        Ok(Exit::Fine)
    }

    /// Walks on with the plan as it is now, where it is the one that was shown.
    async fn confirm(&mut self, given: &Given, before: &Plan, plan: &Plan) -> Result<Exit, End> {
        let policy = self.session.model.acts.catalogue.policy();
        if plan.tier == Tier::T3 || !policy.may_run_unattended(plan.tier) {
            let why = plan.tier.to_string();
            return Err(Refusal::Unattended { why }.into());
        }
        if plan.persons > 1 {
            let why = format!("{} persons", plan.persons);
            return Err(Refusal::Unattended { why }.into());
        }
        if !is_same(before, plan) {
            return Err(drifted(before, plan).into());
        }
        let used = Entry::ChallengeUsed {
            digest: given.digest.clone(),
        };
        self.session.means.record(None, used).await?;
        // What only reads asks nobody, and has waited since it was planned.
        if !self.session.release() {
            let effects = app::vouch(&mut self.session.model);
            self.session.carry_out(effects);
        }
        let launched = self.session.until(None, |session| {
            let overlays = &session.model.view.overlays;
            if let Some(crate::app::overlay::Overlay::Run(run)) = overlays.last() {
                return Some(Ok(run.id.clone()));
            }
            match &session.prompt()?.prompt.phase {
                Phase::Refused(refusal) => Some(Err(refusal.clone())),
                // A fact drifted under the confirmation: it is another plan by now.
                Phase::Confirming(asked) if !is_same(&asked.ready.plan, plan) => {
                    Some(Err(drifted(plan, &asked.ready.plan)))
                }
                _ => None,
            }
        });
        let run = launched.await??;
        self.follow(&run).await
    }

    /// Waits for what comes of a run. Whoever stops waiting stops nothing.
    async fn follow(&mut self, id: &RunId) -> Result<Exit, End> {
        say::err(
            &self
                .texts
                .with("run-begun", &[("run", id.to_string().into())]),
        );
        let over = self.session.until(None, |session| {
            let run = session.model.acts.run(id)?;
            run.is_over().then(|| Arc::clone(run))
        });
        match over.await {
            Ok(run) => {
                told::ended(&self.texts, &run, self.args.json);
                Ok(exit_of(&run))
            }
            Err(stopped) => {
                say::err(
                    &self
                        .texts
                        .with("run-goes-on", &[("run", id.to_string().into())]),
                );
                Err(stopped.into())
            }
        }
    }

    /// Says why it is not done, and what can be done by hand where nothing may run from here.
    fn refused(&self, refusal: &Refusal) -> Exit {
        say::err(&action_words::refusal(&self.texts, refusal));
        if refusal.leaves_hands() {
            self.by_hand();
        }
        exit_of_refusal(refusal)
    }

    fn by_hand(&self) {
        let model = &self.session.model;
        let Some(item) = model.acts.catalogue.item(self.proposal.action.as_str()) else {
            return;
        };
        let site = planning::site(model, &item);
        let (target, params) = (self.proposal.target.as_ref(), &self.proposal.params);
        let Ok(draft) = draft::draft(&item, target, params, site) else {
            return;
        };
        say::err(self.texts.t("run-by-hand"));
        for line in by_hand::lines(&self.texts, &model.desk, &item.spec.by_hand, &draft) {
            say::err(&format!("  {line}"));
        }
        let note = format!(
            "quarterdeck journal note --action {} --target {} '…'",
            item.spec.id, draft.target
        );
        say::err(&self.texts.with("run-note-it", &[("command", note.into())]));
    }
}

/// What was not asked for rightly is another matter than a no.
fn exit_of_refusal(refusal: &Refusal) -> Exit {
    if refusal.is_misuse() {
        Exit::Usage
    } else {
        Exit::Refused
    }
}

/// The first fact that is another, or that it is another plan.
fn drifted(was: &Plan, now: &Plan) -> Refusal {
    match crate::domain::action::fact::drift(&was.facts, &now.facts) {
        Some(drift) => Refusal::Drifted {
            drift: Box::new(drift),
        },
        None => Refusal::Unattended {
            why: "it is another plan by now".to_owned(),
        },
    }
}

/// Says what came of an action that a person was asked about in the cockpit.
pub(super) fn came(texts: &Texts, came: &Came) -> Exit {
    match came {
        Came::Refused(refusal) => {
            say::err(&action_words::refusal(texts, refusal));
            exit_of_refusal(refusal)
        }
        Came::Declined => {
            say::err(texts.t("run-declined"));
            Exit::Refused
        }
        Came::Over(run) => {
            told::ended(texts, run, false);
            exit_of(run)
        }
        Came::Left(id) => {
            say::err(&texts.with("run-goes-on", &[("run", id.to_string().into())]));
            // What comes of it is not known, and whoever asks the code must not take it for well.
            Exit::Unsure
        }
    }
}

/// The code that stands for what came of a run.
pub(super) fn exit_of(run: &Run) -> Exit {
    use crate::domain::action::{record::RunState, verdict::Verdict};
    match &run.state {
        RunState::Ended(outcome) => match outcome.verdict {
            Verdict::Verified | Verdict::Done => Exit::Fine,
            Verdict::NotHelped | Verdict::Unverified | Verdict::Failed => Exit::Failed,
            Verdict::Unknown => Exit::Unsure,
            Verdict::Aborted => Exit::Refused,
        },
        _ => Exit::Unsure,
    }
}

/// Values as a call writes them.
fn written(values: &Values) -> Vec<String> {
    let one = |(name, value)| format!("{name}={value}");
    values.iter().map(one).collect()
}
