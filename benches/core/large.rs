//! A pack of 500 actions and 300 gauges: how long it takes to load, and to open the palette over it.

use std::{cell::Cell, fmt::Write as _};

use divan::{Bencher, black_box};
use quarterdeck::{
    app::{command::Command, event::Event, model::Model},
    domain::{settings::ColourDepth, text::Lang},
    i18n::Texts,
    keymap::Keymap,
    pack::Pack,
    theme::Themes,
    ui::{self, Paint},
};
use ratatui::{Terminal, backend::TestBackend};

use super::{
    Keys,
    desk::{blank_with, happened, types_on},
};

const ACTIONS: usize = 500;
const GAUGES: usize = 300;

const WHO: &str = r#"
[pack]
id = "large"
title = { en = "Large", zh = "大" }
time_zone = "Asia/Shanghai"

[desk]
context = "prod"
namespaces = ["prod"]

[severity.sev-1]
respond = "5m"

[role.on-call]
title = { en = "on call", zh = "值班" }
"#;

/// The files of a pack with so many actions and gauges, each as a team writes them: a guard, a parameter, a reading, a
/// verification and a recovery that name gauges.
fn files(actions: usize, gauges: usize) -> Vec<(&'static str, String)> {
    let (mut probes, mut watch, mut acts) = (String::new(), String::new(), String::new());
    for at in 0..gauges {
        let _ = write!(
            probes,
            "[probe.p{at}]\npromql = 'sum(rate(requests_total{{job=\"service-{at}\",code=~\"5..\"}}[5m])) \
             / sum(rate(requests_total{{job=\"service-{at}\"}}[5m]))'\nsource = 'up{{job=\"service-{at}\"}}'\nunit = \"share\"\n\n"
        );
        let _ = write!(
            watch,
            "[gauge.g{at}]\ntitle = {{ en = \"errors of service {at}\", zh = \"服务 {at} 错误率\" }}\nprobe = \"p{at}\"\n\
             good = \"<= 0.01\"\nover = \"5m\"\n\n"
        );
    }
    for at in 0..actions {
        let (gauge, other) = (at % gauges, (at * 7 + 3) % gauges);
        let _ = write!(
            acts,
            "[action.a{at}]\ntitle = {{ en = \"Scale service {at}\", zh = \"调整服务 {at} 副本\" }}\n\
             about = {{ en = \"takes the load off service {at}\", zh = \"降低服务 {at} 的负载\" }}\ntier = \"T2\"\n\
             target = \"deployment/service-{at}\"\nparams.replicas = {{ type = \"int\", ladder = [2, 4, 8] }}\n\
             when = \"gauge('g{gauge}').value > 0.01 && gauge('g{other}').light != 'red'\"\n\
             because = {{ en = \"only while it fails\", zh = \"仅在出错时\" }}\n\
             read.state = {{ command = [\"/usr/local/bin/state\", \"--service\", \"{at}\"], json = {{ weight = \"/weight\" }} }}\n\
             run = [{{ scale = \"$target\", replicas = \"$replicas\" }}]\n\
             verify = {{ is = \"ready(target) == params.replicas\", within = \"10m\", hold = \"30s\" }}\n\
             helped = {{ is = \"gauge('g{gauge}').value <= 0.01\", for = \"5m\" }}\n\n"
        );
    }
    vec![
        ("pack.toml", WHO.to_owned()),
        ("probes.toml", probes),
        ("watch.toml", watch),
        ("actions.toml", acts),
    ]
}

fn parse(files: &[(&'static str, String)]) -> Pack {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    Pack::parse(&files).expect("it is a valid pack")
}

/// Twice as much takes twice as long: half of it stands beside the whole.
#[divan::bench(args = [(ACTIONS / 2, GAUGES / 2), (ACTIONS, GAUGES)])]
fn load(bencher: Bencher<'_, '_>, (actions, gauges): (usize, usize)) {
    let files = files(actions, gauges);
    bencher.bench_local(|| parse(black_box(&files)).actions().len());
}

fn model() -> Model {
    blank_with(parse(&files(ACTIONS, GAUGES)), 160, 48)
}

/// From the key to the frame that shows the palette.
#[divan::bench]
fn palette(bencher: Bencher<'_, '_>) {
    let theme = Themes::default().fallback(ColourDepth::TrueColour);
    let (texts, keys) = (Texts::new(Lang::En), Keys(Keymap::defaults()));
    let mut terminal = Terminal::new(TestBackend::new(160, 48)).expect("no terminal is asked");
    let mut model = model();
    bencher.bench_local(|| {
        happened(&mut model, Event::Command(Command::Palette));
        let paint = Paint {
            asking: Cell::default(),
            theme: &theme,
            texts: &texts,
            keys: &keys,
            scrolled: Cell::new(None),
        };
        let drawn = terminal.draw(|frame| ui::draw(frame, &model, &paint));
        let drawn = drawn.map(|frame| frame.count);
        happened(&mut model, Event::Command(Command::TextCancel));
        drawn
    });
}

/// A letter more in the palette.
#[divan::bench]
fn palette_key(bencher: Bencher<'_, '_>) {
    types_on(bencher, model(), "scale service 4");
}
