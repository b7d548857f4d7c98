//! What tests of executors share: a plan of one step, an ear, programs made of scripts.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use tokio_util::sync::CancellationToken;

use super::{Doing, Executor, Tell};
use crate::domain::{
    action::{
        place::{Line, SecretSource},
        plan::Plan,
        preflight::{Draft, Preflighted},
        step::{Planned, Template},
        target::Target,
        verdict::{Output, StepEnd, Stream},
    },
    id::RunId,
};

/// A plan of this step alone.
pub fn plan_of(step: Planned) -> Plan {
    let target = Target::Named {
        name: "it".to_owned(),
    };
    Plan {
        action: "test/it".into(),
        principal: "li".to_owned(),
        ..Plan::of_steps(target, vec![step])
    }
}

/// The draft such a plan would come from.
pub fn draft_of(plan: &Plan) -> Draft {
    Draft {
        action: plan.action.clone(),
        target: plan.target.clone(),
        params: plan.params.clone(),
        steps: plan.steps.clone(),
        reads: plan.reads.clone(),
        preview: None,
        reads_only: false,
    }
}

/// What an executor finds out about a step.
pub async fn look(executor: &dyn Executor, step: &Planned) -> Preflighted {
    executor.look(step, &draft_of(&plan_of(step.clone()))).await
}

/// A plan of this step, on the facts that an executor finds now.
pub async fn planned(executor: &dyn Executor, step: Planned) -> Bench {
    let found = look(executor, &step).await.unwrap();
    Bench::new(Plan {
        facts: found.facts,
        ..plan_of(step)
    })
}

/// Plans a step as it is found now, and does it.
pub async fn done(executor: &dyn Executor, step: Planned) -> (StepEnd, Bench) {
    let bench = planned(executor, step).await;
    let end = bench.run(executor).await;
    (end, bench)
}

/// A plan that is being done, and what was heard of it.
pub struct Bench {
    pub run: RunId,
    pub plan: Plan,
    pub cancel: CancellationToken,
    tell: Tell,
    told: Arc<Mutex<Vec<Output>>>,
}

impl Bench {
    pub fn new(plan: Plan) -> Self {
        let told = Arc::<Mutex<Vec<Output>>>::default();
        let into = Arc::clone(&told);
        Self {
            run: "run-1".into(),
            plan,
            cancel: CancellationToken::new(),
            tell: Arc::new(move |output| into.lock().unwrap().push(output)),
            told,
        }
    }

    pub fn doing(&self, place: usize) -> Doing<'_> {
        Doing {
            run: &self.run,
            plan: &self.plan,
            place,
            step: &self.plan.steps[place],
            output: &self.tell,
            cancel: &self.cancel,
        }
    }

    /// Does the first step.
    pub async fn run(&self, executor: &dyn Executor) -> StepEnd {
        executor.run(self.doing(0)).await
    }

    pub fn told(&self) -> Vec<Output> {
        self.told.lock().unwrap().clone()
    }

    /// What was heard of one stream.
    pub fn heard(&self, stream: Stream) -> String {
        let told = self.told();
        let of = told.iter().filter(|output| output.stream == stream);
        of.map(|output| output.text.as_str()).collect()
    }

    /// Waits until it was heard.
    pub async fn until(&self, stream: Stream, text: &str) {
        let hearing = async {
            while !self.heard(stream).contains(text) {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let heard = tokio::time::timeout(std::time::Duration::from_secs(20), hearing).await;
        assert!(heard.is_ok(), "never {text:?}: {:?}", self.told());
    }
}

/// A folder with programs.
pub struct Scripts(pub tempfile::TempDir);

impl Scripts {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A program of the shell.
    pub fn program(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_string_lossy().into_owned()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }
}

/// Arguments without holes.
pub fn argv(words: &[&str]) -> Vec<Template> {
    words.iter().copied().map(Template::plain).collect()
}

/// A connection's line that is sealed by what an authority's file says.
pub fn sealed(file: &std::path::Path) -> Line {
    Line::Sealed {
        authorities: Some(SecretSource::File(file.to_string_lossy().into_owned())),
    }
}

/// A file of certificates, which everybody may read.
pub fn public_file(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    path
}
