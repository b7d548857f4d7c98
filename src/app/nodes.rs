//! The nodes as a person looks at them: what is wrong with each, what runs on it, what it uses.

use std::{
    cmp::{Ordering, Reverse},
    collections::HashMap,
    time::Duration,
};

use crate::domain::{
    freshness::Trouble,
    id::Uid,
    node::NodeRow,
    pod::{Health, Name, PodUsage},
    question::{Answer, Answered, RequestId},
};

use super::{
    browser::cursor::Cursor,
    filter::{Filter, Filterable},
    model::Cluster,
};

/// The table of nodes.
#[derive(Debug, Clone, Default)]
pub struct NodeTable {
    /// Those that pass the filter, in the order they are drawn.
    pub lines: Vec<NodeLine>,
    pub cursor: Cursor,
    pub filter: Filter,
    pub order: NodeOrder,
    pub reverse: bool,
    pub usage: NodeUsage,
}

/// What the nodes use, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct NodeUsage {
    pub by_name: HashMap<Name, PodUsage>,
    /// Why it is not known.
    pub trouble: Option<Trouble>,
    /// The question that is on its way.
    pub asked: Option<RequestId>,
    /// When it was told, on the monotonic clock.
    pub told: Option<Duration>,
}

/// One node with what is counted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeLine {
    pub uid: Uid,
    /// Pods of the desk's namespaces on it.
    pub pods: u32,
    pub sick: u32,
    pub state: NodeState,
}

/// How a node is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeState {
    NotReady,
    /// Its kubelet is silent.
    Unknown,
    /// It is ready, but short of something.
    Pressed,
    Cordoned,
    Ready,
}

/// What the nodes are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NodeOrder {
    /// The worst first, then those with sick pods.
    #[default]
    Worst,
    Name,
    Pods,
    Cpu,
    Memory,
    Age,
}

impl NodeOrder {
    pub const ALL: [Self; 6] = [
        Self::Worst,
        Self::Name,
        Self::Pods,
        Self::Cpu,
        Self::Memory,
        Self::Age,
    ];

    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

impl NodeState {
    pub fn of(node: &NodeRow) -> Self {
        match node.ready {
            Some(false) => Self::NotReady,
            None => Self::Unknown,
            Some(true) if !node.pressures.is_empty() => Self::Pressed,
            Some(true) if node.cordoned => Self::Cordoned,
            Some(true) => Self::Ready,
        }
    }
}

/// A node as a filter sees it.
struct Seen<'n> {
    text: String,
    node: &'n NodeRow,
}

impl Filterable for Seen<'_> {
    fn text(&self) -> &str {
        &self.text
    }

    fn label(&self, key: &str) -> Option<&str> {
        match key {
            "version" => Some(&self.node.version),
            "role" => self.node.roles.first().map(|role| &**role),
            _ => None,
        }
    }
}

impl NodeTable {
    /// Works out what is shown, in a place of so many rows.
    pub fn refresh(&mut self, cluster: &Cluster, page: usize) {
        let mut counts: HashMap<&str, (u32, u32)> = HashMap::new();
        for pod in cluster.pods.iter() {
            // What has finished takes nothing of its node any more.
            if let Some(node) = pod.node.as_deref().filter(|_| pod.health != Health::Done) {
                let (pods, sick) = counts.entry(node).or_default();
                *pods += 1;
                *sick += u32::from(pod.health == Health::Sick);
            }
        }
        let passes = |node: &&NodeRow| {
            let text = format!("{} {}", node.name, node.roles.join(" "));
            self.filter.matches(&Seen { text, node })
        };
        let mut found: Vec<(&NodeRow, NodeLine)> = cluster
            .nodes
            .iter()
            .filter(passes)
            .map(|node| {
                let (pods, sick) = counts.get(&*node.name).copied().unwrap_or_default();
                let line = NodeLine {
                    uid: node.uid.clone(),
                    pods,
                    sick,
                    state: NodeState::of(node),
                };
                (node, line)
            })
            .collect();
        found.sort_by(|one, other| self.compare(one, other));
        if self.reverse {
            found.reverse();
        }
        self.lines = found.into_iter().map(|(_, line)| line).collect();
        self.cursor
            .settle(self.lines.len(), page, |at| &self.lines[at].uid);
    }

    fn compare(&self, one: &(&NodeRow, NodeLine), other: &(&NodeRow, NodeLine)) -> Ordering {
        let used = |node: &NodeRow| self.usage.by_name.get(&node.name);
        let cpu = |node: &NodeRow| Reverse(used(node).map(|it| it.cpu_millicores));
        let memory = |node: &NodeRow| Reverse(used(node).map(|it| it.memory_bytes));
        let order = match self.order {
            NodeOrder::Worst => {
                let rank = |line: &NodeLine| (line.state, Reverse(line.sick));
                rank(&one.1).cmp(&rank(&other.1))
            }
            NodeOrder::Name => Ordering::Equal,
            NodeOrder::Pods => other.1.pods.cmp(&one.1.pods),
            NodeOrder::Cpu => cpu(one.0).cmp(&cpu(other.0)),
            NodeOrder::Memory => memory(one.0).cmp(&memory(other.0)),
            NodeOrder::Age => other.0.created.cmp(&one.0.created),
        };
        order.then_with(|| one.0.name.cmp(&other.0.name))
    }

    /// Selects another row, as a person does.
    pub fn choose(&mut self, at: usize, page: usize) {
        self.cursor
            .choose(at, self.lines.len(), page, |at| &self.lines[at].uid);
    }

    /// Takes the answer to the question about usage.
    pub fn take_usage(&mut self, answer: &Answered, now: Duration) {
        self.usage.asked = None;
        match answer {
            Ok(Answer::NodesUse(used)) => {
                self.usage.by_name = used.iter().cloned().collect();
                self.usage.told = Some(now);
                self.usage.trouble = None;
            }
            Ok(_) => {}
            Err(trouble) => self.usage.trouble = Some(trouble.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{observation::Rows, usage::Room};

    fn node(name: &str, ready: Option<bool>, cordoned: bool, pressed: bool) -> NodeRow {
        NodeRow {
            uid: format!("uid-{name}").into(),
            name: name.into(),
            ready,
            ready_since: None,
            cordoned,
            pressures: pressed
                .then(|| "MemoryPressure".into())
                .into_iter()
                .collect(),
            created: None,
            version: "v1.35.0".into(),
            roles: Vec::new(),
            taints: Vec::new(),
            room: Room::default(),
            most_pods: None,
        }
    }

    #[test]
    fn the_worst_node_comes_first() {
        let mut cluster = Cluster::default();
        let nodes = vec![
            node("fine", Some(true), false, false),
            node("drained", Some(true), true, false),
            node("pressed", Some(true), false, true),
            node("silent", None, true, false),
            node("down", Some(false), false, false),
        ];
        cluster.nodes.apply(Rows::All(nodes), |_, _| {});
        let mut table = NodeTable::default();
        table.refresh(&cluster, 10);
        let states: Vec<NodeState> = table.lines.iter().map(|line| line.state).collect();
        assert_eq!(
            states,
            [
                NodeState::NotReady,
                NodeState::Unknown,
                NodeState::Pressed,
                NodeState::Cordoned,
                NodeState::Ready
            ]
        );
        table.filter = Filter::parse("drain").unwrap();
        table.refresh(&cluster, 10);
        assert_eq!(table.cursor.selected, Some("uid-drained".into()));
    }
}
