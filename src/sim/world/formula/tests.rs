use super::*;
use crate::sim::port::WorkloadNow;

struct Few(Vec<String>);

impl Names for Few {
    fn slot(&self, name: &str) -> Option<usize> {
        ["a", "b.c"].iter().position(|known| *known == name)
    }
    fn workload(&self, name: &str) -> Option<usize> {
        (name == "w").then_some(0)
    }
    fn slo(&self, name: &str) -> Option<usize> {
        (name == "lookup").then_some(0)
    }
    fn flag(&mut self, key: &str) -> usize {
        self.0.push(key.to_owned());
        self.0.len() - 1
    }
}

impl Windows for Few {
    fn bad_share(&self, _slo: usize, over: f64) -> f64 {
        over / 3600.0
    }
}

fn value(source: &str) -> f64 {
    let formula = parse(source, &mut Few(Vec::new())).unwrap();
    let workload = WorkloadNow {
        ready: 22,
        image: "registry/app:2.4.0".into(),
        env: [("LIMIT".to_owned(), "7".to_owned())].into(),
        ..WorkloadNow::default()
    };
    let frame = Frame {
        values: &[3.0, f64::NAN],
        previous: &[1.0, 2.0],
        workloads: &[workload],
        since_restart: &[f64::INFINITY],
        flags: &[Some(1.0)],
        windows: &Few(Vec::new()),
        at: -30.0,
        seed: 1,
        stream: 0,
        still: false,
        hour: 14.5,
    };
    evaluate(&formula, &frame)
}

#[track_caller]
fn is(source: &str, expected: f64) {
    let found = value(source);
    assert!((found - expected).abs() < 1e-12, "{source}: {found}");
}

#[test]
fn precedence_and_choice() {
    is("1 + 2 * 3 - 4 / 2", 5.0);
    is("-(a + 1) * 2", -8.0);
    is("a > 2 && !(a > 5) ? 10 : 20", 10.0);
    is("a > 2 ? a > 5 ? 1 : 2 : 3", 2.0);
}

#[test]
fn units_of_time_and_ramps() {
    is("15m + 2h", 8100.0);
    is("ramp(-1m, 0)", 0.5);
    is("1e3", 1000.0);
}

#[test]
fn missing_values_make_conditions_false() {
    is("b.c > 0", 0.0);
    is("!(b.c > 0)", 1.0);
    is("or(b.c, 4)", 4.0);
    assert!(value("b.c + 1").is_nan());
}

#[test]
fn workloads_flags_and_the_step_before() {
    is("ready('w')", 22.0);
    is("runs('w', ':2.4.0')", 1.0);
    is("runs('w', ':2.3.1')", 0.0);
    is("env('w', 'LIMIT', 1)", 7.0);
    is("env('w', 'OTHER', 9)", 9.0);
    is("flag('glancy.exports.enabled', 0)", 1.0);
    is("prev(a)", 1.0);
    is("bad('lookup', 30m)", 0.5);
}

#[test]
fn errors_say_what_and_where() {
    let wrong = |source: &str| parse(source, &mut Few(Vec::new())).unwrap_err().to_string();
    assert!(wrong("a + nope").contains("`nope`"));
    assert!(wrong("ready('x')").contains("no workload `x`"));
    assert!(wrong("min(1)").contains("takes 2"));
    assert!(wrong("(1").contains("`)` is missing"));
    assert!(wrong("1 2").contains("left over"));
}
