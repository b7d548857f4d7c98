//! The objects of any kind as the server prints them: a list as a table, page by page, then a watch from its version.

mod part;
mod wire;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use tokio::sync::mpsc;

use self::part::{Beat, Change, LISTED_EVERY, Last, MOST, Page, Part};
use crate::{
    domain::{
        id::Uid,
        observation::Observation,
        pod::Name,
        question::{Answer, RequestId},
        table::{self, Beyond, Column, KindInfo, PartState, Row, Sheet},
    },
    sources::kubernetes::{run::Scopes, watch::Watcher},
};

/// A sheet is told at most so often; one with many rows less often.
const TOLD_EVERY: Duration = Duration::from_millis(50);
const BIG: usize = 5_000;
const BIG_TOLD_EVERY: Duration = Duration::from_millis(250);

/// Tells the sheet of a kind and every change of it until it is dropped.
pub(super) async fn follow(watcher: Watcher, scopes: &Scopes, request: RequestId, kind: KindInfo) {
    let namespaces = if kind.kind.namespaced {
        scopes.names().to_vec()
    } else {
        vec![None]
    };
    let mut ledger = Ledger::new(&kind, &namespaces);
    let (speak, mut hear) = mpsc::channel(4);
    let parts = namespaces
        .into_iter()
        .enumerate()
        .map(|(place, namespace)| {
            Part::new(
                watcher.clone(),
                kind.clone(),
                namespace,
                place,
                speak.clone(),
            )
            .run()
        });
    let mut parts: FuturesUnordered<_> = parts.collect();
    drop(speak);
    let mut due = true;
    let mut pause = std::pin::pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        tokio::select! {
            heard = hear.recv() => match heard {
                Some((place, beat)) => {
                    let now = watcher.clock.now().wall;
                    due |= ledger.hear(place, beat, now);
                }
                None => return,
            },
            Some(()) = parts.next() => {}
            () = &mut pause, if due => {
                due = false;
                let answer = Box::new(Ok(Answer::Table(Box::new(ledger.sheet()))));
                watcher.outbox.send(Observation::Answered { request, answer });
                let every = if ledger.rows.len() > BIG { BIG_TOLD_EVERY } else { TOLD_EVERY };
                pause.set(tokio::time::sleep(every));
            }
        }
    }
}

/// Where a row stands in the sheet.
type Place = (Option<Name>, Name, Uid);

/// The rows of all parts, as they are known now.
struct Ledger {
    columns: Arc<[Column]>,
    plain: bool,
    listed_every: Option<u64>,
    parts: Vec<Scope>,
    rows: BTreeMap<Place, Arc<Row>>,
    places: HashMap<Uid, (usize, Place)>,
}

/// One part with what only the ledger needs to know of it.
struct Scope {
    part: table::Part,
    /// What the running list has named.
    named: HashSet<Uid>,
    beyond: Option<Beyond>,
}

impl Ledger {
    fn new(kind: &KindInfo, namespaces: &[Option<String>]) -> Self {
        let scope = |namespace: &Option<String>| Scope {
            part: table::Part {
                namespace: namespace.as_deref().map(Name::from),
                listed: false,
                state: PartState::Reading { left: None },
            },
            named: HashSet::new(),
            beyond: None,
        };
        Self {
            columns: Arc::from([]),
            plain: false,
            listed_every: (!kind.watched).then_some(LISTED_EVERY.as_secs()),
            parts: namespaces.iter().map(scope).collect(),
            rows: BTreeMap::new(),
            places: HashMap::new(),
        }
    }

    /// Takes what a part says; `true` where something on the screen may have changed.
    fn hear(&mut self, place: usize, beat: Beat, now: Timestamp) -> bool {
        let Some(scope) = self.parts.get_mut(place) else {
            return false;
        };
        match beat {
            Beat::Page(page) => self.page(place, page),
            Beat::Changes(changes) => {
                scope.part.state = PartState::Live;
                for change in changes {
                    match change {
                        Change::Is(row) => self.put(place, row),
                        Change::Gone(uid) => self.drop_row(&uid),
                    }
                }
            }
            Beat::Live => {
                if scope.part.state == PartState::Live {
                    return false;
                }
                scope.part.state = PartState::Live;
            }
            Beat::Failed { trouble, retry_at } => {
                let since = match scope.part.state {
                    PartState::Failed { since, .. } => since,
                    _ => now,
                };
                scope.part.state = PartState::Failed {
                    since,
                    trouble,
                    retry_at: Some(retry_at),
                };
            }
        }
        true
    }

    fn page(&mut self, place: usize, page: Page) {
        self.columns = page.columns;
        self.plain = page.plain;
        let scope = &mut self.parts[place];
        if page.first {
            scope.named.clear();
            scope.beyond = None;
        }
        scope.part.state = match page.last {
            Last::More => PartState::Reading { left: page.left },
            Last::End | Last::Full => PartState::Live,
        };
        if page.last == Last::Full {
            scope.beyond = Some(page.left.map_or(Beyond::Unknown, Beyond::Exactly));
        }
        for row in page.rows {
            self.parts[place].named.insert(row.uid.clone());
            self.put(place, row);
        }
        if page.last == Last::More {
            return;
        }
        let scope = &mut self.parts[place];
        scope.part.listed = true;
        let named = std::mem::take(&mut scope.named);
        let ghosts: Vec<Uid> = self
            .places
            .iter()
            .filter(|(uid, (of, _))| *of == place && !named.contains(*uid))
            .map(|(uid, _)| uid.clone())
            .collect();
        for uid in ghosts {
            self.drop_row(&uid);
        }
    }

    fn put(&mut self, part: usize, row: Row) {
        let at: Place = (row.namespace.clone(), row.name.clone(), row.uid.clone());
        if !self.places.contains_key(&row.uid) {
            if self.rows.len() >= MOST {
                self.parts[part].beyond.get_or_insert(Beyond::Unknown);
                return;
            }
            self.places.insert(row.uid.clone(), (part, at.clone()));
        }
        self.rows.insert(at, Arc::new(row));
    }

    fn drop_row(&mut self, uid: &Uid) {
        if let Some((_, at)) = self.places.remove(uid) {
            self.rows.remove(&at);
        }
    }

    fn sheet(&self) -> Sheet {
        let beyond = self.parts.iter().filter_map(|scope| scope.beyond);
        let beyond = beyond.reduce(|one, other| match (one, other) {
            (Beyond::Exactly(one), Beyond::Exactly(other)) => {
                Beyond::Exactly(one.saturating_add(other))
            }
            _ => Beyond::Unknown,
        });
        Sheet {
            columns: Arc::clone(&self.columns),
            rows: self.rows.values().cloned().collect(),
            parts: self.parts.iter().map(|it| it.part.clone()).collect(),
            beyond,
            plain: self.plain,
            listed_every: self.listed_every,
        }
    }
}

#[cfg(test)]
mod tests;
