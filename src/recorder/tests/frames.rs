//! Frames of any shape, made of a number: the next one has much of the one before.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use crate::domain::{
    alert::{Alert, AlertState, Severity},
    desk::{DemoMark, Desk, Namespaces, ShiftNow},
    frame::{AlertsSeen, CareSeen, Frame, PodsSeen, Who},
    freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
    gauge::{GaugeSpec, GaugeState, Unit},
    hook::HookState,
    light::{Light, LightState},
    limit::Limit,
    line::{AlertLine, GaugeLine, QueueLine, SloLine},
    pod::{Health, PodCount, PodRow, PodUsage, RollUp, WorkloadKey},
    queue::{QueueCourse, QueueLimits, QueueSpec, QueueState},
    series::Series,
    slo::{Burn, BurnPair, Period, SLO_WINDOWS, SloSpec, SloState},
    text::{EachText, Text},
};

/// Numbers that look like chance and are the same for the same beginning.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides.max(1)
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize].clone()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.roll(3) > 0).then(|| make(self))
    }

    fn float(&mut self) -> f64 {
        match self.roll(12) {
            0 => f64::INFINITY,
            1 => -0.0,
            2 => f64::MIN_POSITIVE,
            _ => f64::from(self.roll(1 << 30) as u32) / 7.0,
        }
    }

    fn word(&mut self) -> String {
        self.one(&["", "export", "导出", "a b", "\u{1f6a2}", "x"])
            .to_owned()
    }

    fn text(&mut self) -> Text {
        match self.roll(2) {
            0 => Text::Same(self.word()),
            _ => Text::Each(EachText {
                en: self.maybe(Self::word),
                zh: self.maybe(Self::word),
            }),
        }
    }

    fn time(&mut self) -> Timestamp {
        let second = self.roll(4_000_000_000).cast_signed() - 1_000_000;
        Timestamp::new(second, self.roll(1_000_000_000) as i32).unwrap()
    }

    fn span(&mut self) -> Duration {
        Duration::new(self.roll(1 << 40), self.roll(1_000_000_000) as u32)
    }

    fn light(&mut self) -> Light {
        self.one(&[Light::Green, Light::Yellow, Light::Unknown, Light::Red])
    }

    fn trouble(&mut self) -> Trouble {
        let kind = self.one(&[
            TroubleKind::Unreachable,
            TroubleKind::Forbidden,
            TroubleKind::Absent,
        ]);
        Trouble::new(kind, self.word())
    }

    fn link(&mut self) -> Link {
        match self.roll(5) {
            0 => Link::Absent,
            1 => Link::Connecting,
            2 => Link::Live { since: self.time() },
            3 => Link::Partial {
                since: self.time(),
                detail: self.word(),
            },
            _ => Link::Failed {
                since: self.time(),
                trouble: self.trouble(),
                retry_at: self.maybe(Self::time),
            },
        }
    }

    fn reading(&mut self) -> Reading<f64> {
        match self.roll(5) {
            0 => Reading::Waiting,
            1 => Reading::NoData,
            2 => Reading::Failed(self.trouble()),
            3 => Reading::Lost {
                value: self.float(),
                as_of: self.time(),
                trouble: self.trouble(),
            },
            _ => Reading::Known {
                value: self.float(),
                as_of: self.time(),
            },
        }
    }

    fn limit(&mut self) -> Limit {
        let limit = self.float();
        self.one(&[
            Limit::Above(limit),
            Limit::AtLeast(limit),
            Limit::Below(limit),
            Limit::AtMost(limit),
            Limit::Between(limit, 1e9),
        ])
    }

    /// A trend that went on from the one before, or another one.
    fn trend(&mut self, before: Option<&Series>) -> Option<Series> {
        let Some(before) = before.filter(|_| self.roll(8) > 0) else {
            return self.maybe(|dice| Series {
                start: dice.time(),
                step: Duration::from_secs(dice.one(&[15, 60, 0])),
                values: (0..dice.roll(70))
                    .map(|_| dice.maybe(Self::float))
                    .collect(),
            });
        };
        let mut next = before.clone();
        let gone = self.roll(4).min(next.values.len() as u64);
        next.start += next.step * gone as u32;
        next.values.drain(..gone as usize);
        if self.roll(2) == 0
            && let Some(last) = next.values.last_mut()
        {
            *last = Some(1.5);
        }
        let came = self.roll(4);
        next.values
            .extend((0..came).map(|_| self.maybe(Self::float)));
        Some(next)
    }

    fn labels(&mut self) -> BTreeMap<String, String> {
        (0..self.roll(3))
            .map(|_| (self.word(), self.word()))
            .collect()
    }

    fn pod(&mut self) -> PodRow {
        PodRow {
            uid: format!("uid-{}", self.roll(40)).into(),
            namespace: "prod".into(),
            name: self.word().into(),
            status: self.word().into(),
            generation: self.roll(9).cast_signed() - 2,
            health: self.one(&[
                Health::Sick,
                Health::Shaky,
                Health::Moving,
                Health::Well,
                Health::Done,
            ]),
            ready: self.roll(3) as u16,
            containers: self.roll(70_000).min(65_535) as u16,
            // No record holds it.
            is_ready: None,
            restarts: self.roll(1 << 32) as u32,
            last_restart: self.maybe(Self::time),
            last_death: self.maybe(|dice| dice.word().into()),
            created: self.maybe(Self::time),
            node: self.maybe(|dice| dice.word().into()),
            workload: self.maybe(Self::workload),
            labels: std::sync::Arc::default(),
        }
    }

    fn workload(&mut self) -> WorkloadKey {
        WorkloadKey {
            namespace: "prod".into(),
            kind: "Deployment".into(),
            name: format!("app-{}", self.roll(30)).into(),
        }
    }

    fn alert(&mut self) -> AlertLine {
        let state = match self.roll(6) {
            0 => AlertState::Pending,
            1 => AlertState::FiringUnseen,
            2 => AlertState::Unprocessed,
            3 => AlertState::Silenced {
                by: vec![self.word()],
            },
            4 => AlertState::Inhibited {
                by: vec![self.word().into()],
            },
            _ => AlertState::Firing,
        };
        AlertLine {
            alert: Alert {
                fingerprint: format!("{:x}", self.roll(20)).into(),
                name: self.word(),
                labels: self.labels(),
                annotations: self.labels(),
                state,
                starts_at: self.time(),
                silenced_until: self.maybe(Self::time),
                generator_url: self.maybe(Self::word),
                expression: self.maybe(Self::word),
            },
            severity: self.one(&[
                Severity::S1,
                Severity::S2,
                Severity::S3,
                Severity::S4,
                Severity::Unranked,
            ]),
            severity_word: self.word(),
            runbook: self.maybe(Self::word),
        }
    }

    fn care(&mut self) -> CareSeen {
        CareSeen {
            acknowledged: self.maybe(|dice| {
                let who = Who {
                    principal: dice.maybe(Self::word),
                    uid: dice.roll(70_000) as u32,
                    host: dice.word(),
                };
                (dice.time(), who)
            }),
            assigned: self.maybe(Self::word),
            respond_by: self.maybe(Self::time),
        }
    }

    fn slo_state(&mut self) -> SloState {
        let window = |dice: &mut Self| dice.one(&SLO_WINDOWS).0;
        SloState {
            light: self.light(),
            good: self.maybe(Self::float),
            good_stale: self.roll(2) == 0,
            budget_left: self.maybe(Self::float),
            budget_unread: self.roll(2) == 0,
            burns: (0..self.roll(8))
                .map(|_| Burn {
                    window: window(self),
                    rate: self.maybe(Self::float),
                    unread: self.roll(2) == 0,
                })
                .collect(),
            burning: self.maybe(|dice| BurnPair {
                factor: dice.float(),
                long: window(dice),
                short: window(dice),
            }),
            exhaustion: self.maybe(Self::span),
            net_exhaustion: self.maybe(Self::span),
            low_sample: self.maybe(Self::float),
            no_traffic: self.roll(2) == 0,
        }
    }

    fn queue_state(&mut self) -> QueueState {
        let span = self.span();
        QueueState {
            light: self.light(),
            depth: self.maybe(Self::float),
            oldest: self.maybe(Self::float),
            rate_in: self.maybe(Self::float),
            rate_out: self.maybe(Self::float),
            course: self.one(&[
                QueueCourse::Empty,
                QueueCourse::Draining(span),
                QueueCourse::Filling(None),
                QueueCourse::Filling(Some(span)),
                QueueCourse::Steady,
                QueueCourse::Stalled,
                QueueCourse::Unknown,
            ]),
        }
    }

    fn desk(&mut self) -> Desk {
        Desk {
            pack: self.maybe(|dice| dice.word().as_str().into()),
            context: self.word(),
            namespaces: match self.roll(2) {
                0 => Namespaces::All,
                _ => Namespaces::Some(vec![self.word()]),
            },
            kubeconfig: None,
            alertmanager: None,
            demo: self.maybe(|dice| DemoMark {
                scenario: dice.word(),
                speed: dice.maybe(Self::word),
            }),
            read_only: self.roll(2) == 0,
        }
    }

    /// A frame, with much of the one before it.
    pub fn frame(&mut self, at: Timestamp, before: Option<&Frame>) -> Frame {
        let keeps = |dice: &mut Self| dice.roll(3) > 0;
        let mut frame = before.cloned().unwrap_or_else(|| Frame {
            at,
            clocked: at,
            desk: self.desk(),
            zone: "Asia/Shanghai".to_owned(),
            shift: None,
            links: BTreeMap::new(),
            hooks: Vec::new(),
            lights: Vec::new(),
            slos: Vec::new(),
            gauges: Vec::new(),
            queues: Vec::new(),
            alerts: AlertsSeen::default(),
            pods: PodsSeen::default(),
        });
        frame.at = at;
        frame.clocked = self.time();
        if !keeps(self) {
            frame.shift = self.maybe(|dice| ShiftNow {
                title: dice.text(),
                from: dice.time(),
                to: dice.time(),
            });
        }
        if !keeps(self) {
            frame.links = SourceId::ALL
                .into_iter()
                .filter_map(|source| self.maybe(|dice| (source, dice.link())))
                .collect();
        }
        self.signs(&mut frame);
        self.numbers(&mut frame);
        self.cluster(&mut frame);
        frame
    }

    fn signs(&mut self, frame: &mut Frame) {
        frame.hooks.truncate(self.roll(4) as usize + 1);
        if self.roll(3) == 0 {
            frame.hooks.push(HookState {
                id: "HK-1".into(),
                title: self.text(),
                window_end: self.maybe(Self::time),
                light: self.light(),
                observed: vec![(self.word(), self.maybe(Self::float))],
                running: self.maybe(Self::light),
            });
            frame.lights.push(LightState {
                id: "overall".into(),
                title: self.text(),
                light: self.light(),
                reasons: vec![self.word()],
            });
        }
        frame.alerts.filled = self.roll(4) > 0;
        frame.alerts.lines.retain(|_, _| self.roll(4) > 0);
        for _ in 0..self.roll(4) {
            let line = self.alert();
            let fingerprint = line.alert.fingerprint.clone();
            if let Some(care) = self.maybe(Self::care) {
                frame.alerts.care.insert(fingerprint.clone(), care);
            }
            frame.alerts.lines.insert(fingerprint, line);
        }
    }

    fn numbers(&mut self, frame: &mut Frame) {
        let gauges = std::mem::take(&mut frame.gauges);
        for index in 0..self.roll(5) {
            let before = gauges.get(index as usize);
            frame.gauges.push(GaugeLine {
                spec: GaugeSpec {
                    id: "p95".into(),
                    title: self.text(),
                    probe: "glancy/p95".into(),
                    unit: self.one(&[Unit::None, Unit::Seconds, Unit::Share, Unit::Bytes]),
                    good: self.maybe(Self::limit),
                    warn: self.maybe(Self::limit),
                    over: self.maybe(Self::span),
                    link: self.maybe(Self::word),
                },
                reading: self.reading(),
                stale: self.roll(2) == 0,
                state: GaugeState {
                    light: self.maybe(Self::light),
                    value: self.maybe(Self::float),
                    headroom: self.maybe(Self::float),
                },
                trend: self.trend(before.and_then(|line| line.trend.as_ref())),
            });
        }
        let slos = std::mem::take(&mut frame.slos);
        for index in 0..self.roll(3) {
            let before = slos.get(index as usize);
            frame.slos.push(SloLine {
                spec: SloSpec {
                    id: "api".into(),
                    title: self.text(),
                    objective: 0.999,
                    period: self.one(&[Period::Month, Period::Rolling(Duration::from_secs(60))]),
                    queries: "glancy/api".into(),
                    link: None,
                },
                reading: self.reading(),
                stale: self.roll(2) == 0,
                state: self.slo_state(),
                trend: self.trend(before.and_then(|line| line.trend.as_ref())),
            });
        }
        let queues = std::mem::take(&mut frame.queues);
        for index in 0..self.roll(3) {
            let before = queues.get(index as usize);
            let limits = |dice: &mut Self| QueueLimits {
                depth: dice.maybe(Self::limit),
                oldest: dice.maybe(Self::limit),
            };
            frame.queues.push(QueueLine {
                spec: QueueSpec {
                    id: "export".into(),
                    title: self.text(),
                    depth: "glancy/depth".into(),
                    oldest: self.maybe(|dice| dice.word().as_str().into()),
                    rate_in: None,
                    rate_out: None,
                    warn: limits(self),
                    red: limits(self),
                },
                reading: self.reading(),
                stale: self.roll(2) == 0,
                state: self.queue_state(),
                trend: self.trend(before.and_then(|line| line.trend.as_ref())),
            });
        }
    }

    fn cluster(&mut self, frame: &mut Frame) {
        let pods = &mut frame.pods;
        pods.filled = self.roll(4) > 0;
        pods.rows.retain(|_, _| self.roll(5) > 0);
        for _ in 0..self.roll(6) {
            let row = self.pod();
            let usage = self.maybe(|dice| PodUsage {
                cpu_millicores: dice.roll(9_000) as u32,
                memory_bytes: dice.roll(1 << 50),
            });
            if let Some(usage) = usage {
                pods.usage.insert(row.uid.clone(), usage);
            }
            pods.rows.insert(row.uid.clone(), row);
        }
        for _ in 0..self.roll(5) {
            let roll_up = RollUp {
                ready: self.roll(30) as u32,
                total: 30,
                sick: self.roll(3) as u32,
                restarts: self.roll(1 << 20) as u32,
                worst: Health::Sick,
                by_health: [1, 2, 3, 4, self.roll(5) as u32],
            };
            let key = self.workload();
            pods.roll_ups.insert(key, roll_up);
        }
        pods.count = PodCount {
            ready: self.roll(99) as u32,
            total: 99,
            sick: self.roll(9) as u32,
        };
        (pods.unseen, pods.left_out) = (self.roll(200) as u32, self.roll(3) as u32);
    }
}
