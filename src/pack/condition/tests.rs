use std::collections::BTreeSet;

use cel::{Context, Program, Value};
use proptest::prelude::*;

use super::{lower::compile, *};
use crate::domain::gauge::{GaugeSpec, Unit};

/// A world of four named numbers, some of them unknown.
#[derive(Debug, Clone, Default)]
struct Numbers([Option<f64>; 4]);

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

impl View for Numbers {
    fn query(&self, id: &QueryId) -> Option<f64> {
        let name = id.as_str().rsplit('/').next()?;
        self.observed(NAMES.iter().position(|known| *known == name)?)
    }

    fn change(&self, _: &QueryId) -> Option<f64> {
        None
    }

    fn observed(&self, index: usize) -> Option<f64> {
        self.0[index]
    }

    fn slo(&self, _: &SloId, _: SloField) -> Option<f64> {
        None
    }

    fn light(&self, lamp: &Lamp) -> Light {
        match lamp {
            Lamp::Gauge(_) => match self.0[0] {
                None => Light::Unknown,
                Some(value) if value > 1.0 => Light::Red,
                Some(_) => Light::Green,
            },
            _ => Light::Unknown,
        }
    }

    fn now(&self) -> f64 {
        1_000.0
    }
}

fn names() -> Vec<String> {
    NAMES.map(str::to_owned).to_vec()
}

fn judge(text: &str, world: &Numbers) -> Truth {
    match compile(text, Scope::Hook(&names())) {
        Ok(statement) => statement.judge(world),
        Err(complaints) => panic!("{text}: {complaints:?}"),
    }
}

fn watch_ids() -> Ids {
    let gauge = |name: &str| GaugeSpec {
        id: name.into(),
        title: name.into(),
        probe: format!("p/{name}").into(),
        unit: Unit::None,
        good: "<= 1".parse().ok(),
        warn: None,
        over: None,
        link: None,
    };
    Ids {
        gauges: vec![gauge("a"), gauge("b")],
        probes: vec![("c".to_owned(), "p/c".into())],
        hooks: vec!["HK-01".into()],
        ..Ids::default()
    }
}

/// What is wrong with a text, and the part of it that is pointed at.
fn wrong(text: &str, scope: Scope<'_>) -> (String, String, Option<String>) {
    let complaint = compile(text, scope).expect_err("it is wrong").remove(0);
    let at = complaint.at.start..complaint.at.end.min(text.len());
    (complaint.what, text[at].to_owned(), complaint.help)
}

// row: G9
#[test]
fn unknown_stays_unknown_unless_the_other_side_decides() {
    let world = Numbers([None, Some(2.0), Some(f64::NAN), Some(0.0)]);
    for (text, truth) in [
        ("a > 1.0 || true", Truth::True),
        ("true || a > 1.0", Truth::True),
        ("a > 1.0 && true", Truth::Unknown),
        ("a > 1.0 && false", Truth::False),
        ("false && a > 1.0", Truth::False),
        ("a > 1.0 || false", Truth::Unknown),
        ("!(a > 1.0)", Truth::Unknown),
        ("a == a", Truth::Unknown),
        ("b > 1.0", Truth::True),
        ("b > 1", Truth::True),
        ("!(c > 1.0)", Truth::Unknown),
        ("c != c", Truth::Unknown),
        ("d / d > 0.5", Truth::Unknown),
        ("!(d / d > 0.5)", Truth::Unknown),
        ("b / d > 0.5", Truth::True),
        (
            "-b < 0.0 && b - 1.0 >= 1.0 && b * 2.0 + 1.0 == 5.0",
            Truth::True,
        ),
        ("now == 1000.0", Truth::True),
    ] {
        assert_eq!(judge(text, &world), truth, "{text}");
    }
}

// row: G9
#[test]
fn an_unknown_light_is_not_red_and_not_not_red() {
    let ids = watch_ids();
    let unknown = Numbers::default();
    let red = Numbers([Some(2.0), None, None, None]);
    for (text, world, truth) in [
        ("gauge('a').light == \"red\"", &unknown, Truth::Unknown),
        ("gauge('a').light != \"red\"", &unknown, Truth::Unknown),
        ("gauge('a').light == \"unknown\"", &unknown, Truth::True),
        ("gauge('a').light == \"red\"", &red, Truth::True),
        ("\"green\" != gauge('a').light", &red, Truth::True),
        (
            "gauge('a').value > 1.0 && probe('c') > 1.0",
            &red,
            Truth::Unknown,
        ),
    ] {
        let statement = compile(text, Scope::Watch(&ids)).expect("it is right");
        assert_eq!(statement.judge(world), truth, "{text}");
    }
}

#[test]
fn complaints_point_at_the_place() {
    let ids = watch_ids();
    let names = names();
    let watch = Scope::Watch(&ids);
    let hook = Scope::Hook(&names);
    let help = |text: &str| Some(text.to_owned());
    assert_eq!(
        wrong("gauge('aa').value > 1.0", watch),
        (
            "this pack has no gauge `aa`".to_owned(),
            "'aa'".to_owned(),
            help("known here: `a`, `b`")
        )
    );
    assert_eq!(
        wrong("gauge('a').valu > 1.0", watch).2,
        help("did you mean `value`?")
    );
    assert_eq!(
        wrong("guage('a').value > 1.0", watch).2,
        help("did you mean `gauge`?")
    );
    assert_eq!(wrong("a > 1.0 && e > 2.0", hook).1, "e");
    assert_eq!(
        wrong("gauge('a').light == \"rad\"", watch).2,
        help("did you mean `red`?")
    );
    for (text, scope) in [
        ("a > ", hook),
        ("a", hook),
        ("1.0", hook),
        ("a + 1.0", hook),
        ("a + 1 > 2.0", hook),
        ("a > \"x\"", hook),
        ("a > 1.0 ? true : false", hook),
        ("[a].exists(x, x > 1.0)", hook),
        ("has(a.b)", hook),
        ("a.b > 1.0", hook),
        ("gauge('a').value > 1.0", hook),
        ("gauge('a')", watch),
        ("gauge('a') > 1.0", watch),
        ("gauge(a).value > 1.0", watch),
        ("gauge('a', 'b').value > 1.0", watch),
        ("gauge('a').light > \"red\"", watch),
        ("light('x') == \"red\"", watch),
        ("size('a') > 1", watch),
        ("a in [1.0]", hook),
        ("(a > 1.0) == (b > 1.0)", hook),
        ("x.gauge('a') > 1.0", watch),
        ("a > 1u", hook),
        ("null == null", hook),
    ] {
        assert!(compile(text, scope).is_err(), "{text}");
    }
}

/// A random condition over the four names, in a text that CEL's own interpreter reads too.
fn condition() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
        (-3i32..4).prop_map(|whole| format!("({whole}.0)")),
        prop::sample::select(NAMES.to_vec()).prop_map(|name| format!("-{name}")),
    ];
    let number = number.prop_recursive(2, 8, 2, |inner| {
        (
            inner.clone(),
            prop::sample::select(vec!["+", "-", "*", "/"]),
            inner,
        )
            .prop_map(|(left, sign, right)| format!("({left} {sign} {right})"))
    });
    let signs = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    let leaf = prop_oneof![
        6 => (number.clone(), signs, number).prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
        1 => any::<bool>().prop_map(|value| value.to_string()),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("!({inner})")),
            (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner)
                .prop_map(|(left, sign, right)| format!("(({left}) {sign} ({right}))")),
        ]
    })
}

/// Numbers that are easy to meet and to divide by; never zero, so that no NaN comes up by itself.
fn known() -> impl Strategy<Value = [f64; 4]> {
    let one = prop::sample::select(vec![-2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0]);
    [one.clone(), one.clone(), one.clone(), one]
}

/// With all numbers known, only NaN makes a comparison unknown.
fn whole(statement: &Statement, view: &dyn View) -> bool {
    match statement {
        Statement::Literal(_) | Statement::LightIs(..) => true,
        Statement::Not(inner) => whole(inner, view),
        Statement::And(left, right) | Statement::Or(left, right) => {
            whole(left, view) && whole(right, view)
        }
        Statement::Compare(..) | Statement::Same(..) | Statement::In(..) | Statement::Holds(_) => {
            statement.judge(view) != Truth::Unknown
        }
    }
}

/// Whether any computation in it comes to NaN, where CEL's interpreter and we part on purpose.
fn finite(text: &str, world: &Numbers) -> bool {
    let statement = compile(text, Scope::Hook(&names())).expect("generated ones are right");
    whole(&statement, world)
}

proptest! {
    #[test]
    fn with_all_numbers_known_it_means_what_cel_means(text in condition(), values in known()) {
        let world = Numbers(values.map(Some));
        prop_assume!(finite(&text, &world));
        let mut context = Context::default();
        for (name, value) in NAMES.iter().zip(values) {
            context.add_variable_from_value(*name, value);
        }
        let theirs = Program::compile(&text).expect("it is CEL").execute(&context);
        prop_assert_eq!(theirs, Ok(Value::Bool(judge(&text, &world) == Truth::True)), "{}", text);
    }

    /// A verdict given without some numbers is the one every filling of them gives.
    #[test]
    fn what_is_decided_without_a_number_is_so_with_any(
        text in condition(),
        values in known(),
        fill in known(),
        missing in prop::array::uniform4(any::<bool>()),
    ) {
        let mut partial = Numbers(values.map(Some));
        let mut filled = partial.clone();
        for (index, gone) in missing.iter().enumerate() {
            if *gone {
                partial.0[index] = None;
                filled.0[index] = Some(fill[index]);
            }
        }
        let before = judge(&text, &partial);
        if before != Truth::Unknown {
            prop_assert_eq!(before, judge(&text, &filled), "{}", text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_its_complaints_lie_inside(text in "[ab(1.0)<>=&|!'\"é ]{0,24}") {
        if let Err(complaints) = compile(&text, Scope::Hook(&names())) {
            prop_assert!(!complaints.is_empty());
            for complaint in complaints {
                prop_assert!(complaint.at.start <= text.len() + 1, "{:?}", complaint);
            }
        }
    }
}

#[test]
fn what_a_condition_reads_is_found() {
    let ids = watch_ids();
    let text = "gauge('a').value > 1.0 && (probe('c') > 2.0 || hook('HK-01').light == \"red\")";
    let statement = compile(text, Scope::Watch(&ids)).expect("it is right");
    let (mut facts, mut lamps) = (Vec::new(), BTreeSet::new());
    statement.visit(&mut |fact| facts.push(fact.clone()), &mut |lamp| {
        lamps.insert(format!("{lamp:?}"));
    });
    assert_eq!(
        facts,
        [Fact::Query("p/a".into()), Fact::Query("p/c".into())]
    );
    assert_eq!(lamps.len(), 1);
}
