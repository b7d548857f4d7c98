//! Conditions of actions: what they may say, what they mean, what they tell.

use std::collections::BTreeMap;

use cel::{Context, Program, Value as Cel};
use proptest::prelude::*;

use super::{lower::compile, *};
use crate::{
    domain::{
        action::{
            saying::{Name, Saying},
            target::Target,
            value::{Value, Values},
        },
        id::ActionId,
    },
    i18n::{Lang, Texts, saying},
    pack::actions::{ActionWorld, ObjectField, parse_object},
};

/// What an action has, and nothing around it.
#[derive(Debug, Clone, Default)]
struct Having {
    params: Values,
    before: Values,
    saved: BTreeMap<(String, String), Value>,
    target: Option<Target>,
    objects: BTreeMap<String, f64>,
    done: Option<bool>,
    flags: BTreeMap<String, f64>,
}

impl ActionWorld for Having {
    fn params(&self) -> &Values {
        &self.params
    }

    fn before(&self) -> &Values {
        &self.before
    }

    fn saved(&self, step: &str, field: &str) -> Option<Value> {
        self.saved
            .get(&(step.to_owned(), field.to_owned()))
            .cloned()
    }

    fn env(&self, name: &str) -> Option<String> {
        (name == "name").then(|| "prod".to_owned())
    }

    fn target(&self) -> Option<&Target> {
        self.target.as_ref()
    }

    fn object(&self, target: &Target, field: ObjectField) -> Option<f64> {
        self.objects.get(&format!("{target} {field:?}")).copied()
    }

    fn done(&self, _: &ActionId, seconds: f64) -> Option<bool> {
        self.done.map(|done| done && seconds >= 60.0)
    }

    fn verified(&self, _: &ActionId, seconds: f64) -> Option<bool> {
        self.done.map(|done| done && seconds >= 600.0)
    }
}

struct Seen<'a>(&'a Having);

impl View for Seen<'_> {
    fn query(&self, id: &QueryId) -> Option<f64> {
        self.0.flags.get(id.as_str()).copied()
    }

    fn change(&self, _: &QueryId) -> Option<f64> {
        None
    }

    fn observed(&self, _: usize) -> Option<f64> {
        None
    }

    fn slo(&self, _: &SloId, _: SloField) -> Option<f64> {
        None
    }

    fn light(&self, _: &Lamp) -> Light {
        Light::Unknown
    }

    fn now(&self) -> f64 {
        0.0
    }

    fn action(&self) -> Option<&dyn ActionWorld> {
        Some(self.0)
    }
}

fn names() -> ActionNames {
    let text = |text: &str| text.to_owned();
    ActionNames {
        params: vec![
            (text("n"), SlotKind::Number),
            (text("m"), SlotKind::Number),
            (text("word"), SlotKind::Text),
            (text("yes"), SlotKind::Bool),
        ],
        before: vec![
            vec![text("replicas")],
            vec![text("stage"), text("batch")],
            vec![text("stage"), text("weight")],
        ],
        saved: vec![(text("after"), text("value"))],
        env: vec![text("name")],
        actions: [(text("promote"), "x/promote".into())].into(),
    }
}

fn lowered(text: &str) -> Result<Statement, String> {
    let probe = |name: &str| (name.to_owned(), format!("x/{name}").into());
    let ids = Ids {
        probes: vec![probe("kill"), probe("other")],
        ..Ids::default()
    };
    compile(text, Scope::Action(&ids, &names())).map_err(|complaints| complaints[0].what.clone())
}

fn judge(text: &str, having: &Having) -> Truth {
    match lowered(text) {
        Ok(statement) => statement.judge(&Seen(having)),
        Err(why) => panic!("{text}: {why}"),
    }
}

fn having() -> Having {
    let text = Value::text;
    Having {
        params: [
            ("n".to_owned(), Value::Int(36)),
            ("word".to_owned(), text("REL-B2")),
            ("yes".to_owned(), Value::Bool(true)),
        ]
        .into(),
        before: [
            ("replicas".to_owned(), Value::Int(24)),
            ("stage.batch".to_owned(), text("REL-B1")),
            ("stage.weight".to_owned(), Value::Float(1.0)),
        ]
        .into(),
        saved: [(("after".to_owned(), "value".to_owned()), text("true"))].into(),
        target: parse_object("deployment/prod/app").ok(),
        objects: [
            ("deployment/app Ready".to_owned(), 22.0),
            ("deployment/app Exists".to_owned(), 1.0),
            ("node/a Cordoned".to_owned(), 0.0),
        ]
        .into(),
        done: Some(true),
        flags: [("x/kill".to_owned(), 1.0)].into(),
    }
}

#[test]
fn what_an_action_has_can_be_asked_for() {
    let having = having();
    for (text, truth) in [
        ("params.n > before.replicas", Truth::True),
        ("params.n * 2.0 == 72.0", Truth::True),
        ("params.word == 'REL-B2'", Truth::True),
        ("'REL-B2' != params.word", Truth::False),
        ("params.word in ['REL-B1', 'REL-B2']", Truth::True),
        ("before.stage.batch in ['REL-B0']", Truth::False),
        ("params.n in [24, 36]", Truth::True),
        ("params.yes", Truth::True),
        ("params.yes == false", Truth::False),
        (
            "before.stage.batch == 'REL-B1' && before.stage.weight == 1.0",
            Truth::True,
        ),
        ("saved.after.value == 'true'", Truth::True),
        ("env.name == 'prod' && target == 'app'", Truth::True),
        ("ready(target) < params.n", Truth::True),
        ("ready('deployment/app') == 22", Truth::True),
        ("exists(target) && !cordoned('node/a')", Truth::True),
        ("done('promote', 3600.0)", Truth::True),
        ("done('promote', 30.0)", Truth::False),
        ("verified('promote', 3600.0)", Truth::True),
        (
            "done('promote', 60.0) && !verified('promote', 60.0)",
            Truth::True,
        ),
        ("flag('kill')", Truth::True),
        ("flag('kill') == false", Truth::False),
        // Nothing here is known, and stays so.
        ("params.m > 1.0", Truth::Unknown),
        ("!(params.m > 1.0)", Truth::Unknown),
        ("ready('deployment/other') > 1.0", Truth::Unknown),
        ("!exists('deployment/other')", Truth::Unknown),
        ("flag('other')", Truth::Unknown),
        ("!flag('other') || flag('other')", Truth::Unknown),
        // A text is no number and no yes.
        ("before.stage.batch > 1.0", Truth::Unknown),
        ("before.stage.batch == true", Truth::Unknown),
        ("saved.after.value", Truth::Unknown),
        // The other side decides.
        ("params.m > 1.0 || params.yes", Truth::True),
        ("flag('other') && false", Truth::False),
    ] {
        assert_eq!(judge(text, &having), truth, "{text}");
    }
    let nobody = Having::default();
    for text in [
        "exists(target)",
        "done('promote', 60.0)",
        "verified('promote', 60.0)",
        "target == 'app'",
    ] {
        assert_eq!(judge(text, &nobody), Truth::Unknown, "{text}");
    }
}

#[test]
fn what_is_absent_is_not_something_else() {
    let mut having = having();
    having.before.insert("replicas".into(), Value::Absent);
    assert_eq!(judge("before.replicas != 3.0", &having), Truth::Unknown);
}

#[test]
fn what_an_action_has_not_is_refused_at_load() {
    for (text, why) in [
        (
            "params.replica > 1",
            "this action has no parameter `replica`",
        ),
        (
            "before.stage.wait == 'x'",
            "nothing reads `before.stage.wait`",
        ),
        ("before.stage == 'x'", "nothing reads `before.stage`"),
        ("saved.before.value == 'x'", "no step saves `before.value`"),
        ("env.nam == 'x'", "no environment of this pack has `nam`"),
        ("done('promot', 60.0)", "there is no action `promot`"),
        ("verified('promot', 60.0)", "there is no action `promot`"),
        (
            "verified('promote')",
            "`verified` wants an action and seconds",
        ),
        (
            "ready('deploymen/x') > 1",
            "`deploymen` is no kind of object",
        ),
        ("params.word > 1.0", "these two can't be compared"),
        ("params.word == 1.0", "these two can't be compared"),
        ("params.yes == 'x'", "these two can't be compared"),
        ("params.word < 'x'", "these two can't be compared"),
        ("params.n", "a condition is wanted here, this is a value"),
        ("params.word in 'x'", "`in` wants a list on its right"),
        ("params == 1", "conditions know no name `params`"),
        ("exists(x)", "an object is wanted here"),
        ("flag('kil')", "this pack has no probe `kil`"),
        ("flag('kill') == 'true'", "these two can't be compared"),
        (
            "in_window('maintenance')",
            "this pack has no window `maintenance`",
        ),
        ("batch == 'x'", "`batch` is not supported in conditions"),
        (
            "service('x') == 'up'",
            "`service(…)` is not supported in conditions",
        ),
        ("redy(target) > 1", "conditions know no function `redy`"),
    ] {
        assert_eq!(lowered(text), Err(why.to_owned()), "{text}");
    }
    // A watch has no action.
    let ids = Ids::default();
    for text in [
        "params.n > 1.0",
        "exists(target)",
        "flag('x') == 'y'",
        "1 in [1]",
        "target == 'x'",
    ] {
        assert!(compile(text, Scope::Watch(&ids)).is_err(), "{text}");
    }
}

#[test]
fn each_part_tells_what_it_read() {
    let having = having();
    let told = |text: &str| {
        let condition = Condition {
            text: text.to_owned(),
            statement: lowered(text).expect("it is right"),
            over: Over::Once,
        };
        let ids = Ids::default();
        let words = Words {
            ids: &ids,
            params: &[],
            checks: &[],
            lights: &[],
        };
        condition.tell(&Seen(&having), words)
    };
    let texts = Texts::new(Lang::En);
    let found =
        told("params.n > before.replicas && before.stage.batch == 'REL-B1' && ready(target) < 30");
    assert_eq!(
        saying::readings(&texts, &found.says.reasons(true)),
        "n 36 > replicas before 24, stage.batch before = REL-B1, ready 22 < 30"
    );
    assert!(found.missing.is_empty() && found.unfilled.is_empty());
    let found = told("params.m > 1.0 && flag('other') && params.m + 1.0 > 2.0");
    let called = |names: &[Name]| -> Vec<String> {
        names
            .iter()
            .map(|name| saying::name(&texts, name))
            .collect()
    };
    assert_eq!(called(&found.missing), ["other"]);
    assert_eq!(called(&found.unfilled), ["m"]);
    // What does not hold says what it would need; a denial is told the other way round.
    let found = told("!(params.n > 40.0 || ready(target) >= 20) && !cordoned(target)");
    assert_eq!(
        saying::readings(&texts, &found.says.reasons(false)),
        "ready 22, wants < 20"
    );
    // Of alternatives each is wanted by itself, whatever else is.
    let found = told("params.n > 40.0 || ready(target) < 20");
    let of =
        |parts: &[_]| [Lang::En, Lang::Zh].map(|lang| saying::readings(&Texts::new(lang), parts));
    assert_eq!(
        of(&found.says.reasons(false)),
        [
            "n 36, wants > 40; or ready 22, wants < 20",
            "n 36，须 > 40；或就绪 22，须 < 20",
        ]
    );
    let found = told("params.n > 50.0 && (params.n > 40.0 || ready(target) < 20)");
    assert_eq!(
        of(&found.says.unmet())[0],
        "n 36, wants > 50, (n 36, wants > 40; or ready 22, wants < 20)"
    );
}

proptest! {
    #[test]
    fn what_was_read_is_the_same_when_it_is_read_back(ready in -1e12..1e12_f64, small in -1.0..1.0_f64) {
        for number in [ready, small, ready * small, f64::INFINITY] {
            let mut having = having();
            having.objects.insert("deployment/app Ready".to_owned(), number);
            let condition = Condition {
                text: String::new(),
                statement: lowered("ready(target) > 0.1").expect("it is right"),
                over: Over::Once,
            };
            let words = Words { ids: &Ids::default(), params: &[], checks: &[], lights: &[] };
            let says = condition.tell(&Seen(&having), words).says;
            let text = serde_json::to_string(&says).unwrap();
            let back: Saying = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
    }
}

/// A random condition over what an action has, in a text that CEL's own interpreter reads too.
fn condition() -> impl Strategy<Value = String> {
    let numbers = prop::sample::select(vec![
        "params.n",
        "params.m",
        "before.replicas",
        "(2.0)",
        "(-1.0)",
    ]);
    let signs = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    let words = prop::sample::select(vec![
        "'a'",
        "'b'",
        "params.word",
        "before.stage.batch",
        "target",
    ]);
    let same = prop::sample::select(vec!["==", "!="]);
    let leaf = prop_oneof![
        3 => (numbers.clone(), signs, numbers).prop_map(|(l, s, r)| format!("{l} {s} {r}")),
        3 => (prop::sample::select(vec!["params.word", "before.stage.batch", "target"]), same, words)
            .prop_map(|(l, s, r)| format!("{l} {s} {r}")),
        2 => prop::sample::select(vec!["params.word", "before.stage.batch"])
            .prop_map(|l| format!("{l} in ['a', 'c']")),
        1 => Just("params.yes".to_owned()),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("!({inner})")),
            (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner)
                .prop_map(|(left, sign, right)| format!("(({left}) {sign} ({right}))")),
        ]
    })
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn with_all_known_it_means_what_cel_means(
        text in condition(),
        numbers in [-1.0..3.0f64, -1.0..3.0f64, -1.0..3.0f64],
        words in [word(), word(), word()],
        yes in any::<bool>(),
    ) {
        let [n, m, replicas] = numbers.map(f64::round);
        let [one, batch, target] = words;
        let having = Having {
            params: [
                ("n".to_owned(), Value::Float(n)),
                ("m".to_owned(), Value::Float(m)),
                ("word".to_owned(), Value::text(one.as_str())),
                ("yes".to_owned(), Value::Bool(yes)),
            ].into(),
            before: [
                ("replicas".to_owned(), Value::Float(replicas)),
                ("stage.batch".to_owned(), Value::text(batch.as_str())),
            ].into(),
            target: Some(Target::Named { name: target.clone() }),
            ..Having::default()
        };
        let map = |entries: Vec<(&str, Cel)>| {
            let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value));
            Cel::from(entries.collect::<std::collections::HashMap<String, Cel>>())
        };
        let mut context = Context::default();
        context.add_variable_from_value("params", map(vec![
            ("n", n.into()), ("m", m.into()), ("word", one.into()), ("yes", yes.into()),
        ]));
        context.add_variable_from_value("before", map(vec![
            ("replicas", replicas.into()), ("stage", map(vec![("batch", batch.into())])),
        ]));
        context.add_variable_from_value("target", target);
        let theirs = Program::compile(&text).expect("it is CEL").execute(&context);
        prop_assert_eq!(theirs, Ok(Cel::Bool(judge(&text, &having) == Truth::True)), "{}", text);
    }
}

// row: C18, G6
#[test]
fn what_pods_say_holds_where_it_holds_of_each() {
    use crate::domain::action::value::ByPod;
    let saying = |said: [(&str, Value); 2]| {
        let said = said.map(|(pod, value)| (pod.to_owned(), value)).into();
        let value = Value::ByPod(ByPod { said });
        let key = ("after".to_owned(), "value".to_owned());
        Having {
            saved: [(key, value)].into(),
            ..having()
        }
    };
    let numbers = saying([("a", Value::Int(1)), ("b", Value::Int(2))]);
    for (text, truth) in [
        ("saved.after.value >= 1.0", Truth::True),
        ("saved.after.value == 1.0", Truth::False),
        ("saved.after.value != 3.0", Truth::True),
        ("!(saved.after.value == 1.0)", Truth::True),
        ("saved.after.value == 'open'", Truth::Unknown),
        ("saved.after.value + 1.0 > 1.0", Truth::Unknown),
    ] {
        assert_eq!(judge(text, &numbers), truth, "{text}");
    }
    let texts = saying([("a", Value::text("open")), ("b", Value::text("closed"))]);
    for (text, truth) in [
        ("saved.after.value == 'open'", Truth::False),
        ("saved.after.value != ''", Truth::True),
        ("saved.after.value in ['open', 'closed']", Truth::True),
        ("saved.after.value in ['open']", Truth::False),
    ] {
        assert_eq!(judge(text, &texts), truth, "{text}");
    }
    let statement = lowered("saved.after.value == 1.0").expect("it is right");
    let condition = Condition {
        text: String::new(),
        statement,
        over: Over::Once,
    };
    let ids = Ids::default();
    let words = Words {
        ids: &ids,
        params: &[],
        checks: &[],
        lights: &[],
    };
    let told = condition.tell(&Seen(&numbers), words);
    assert!(told.missing.is_empty() && told.unfilled.is_empty());
    let english = Texts::new(Lang::En);
    let said = saying::readings(&english, &told.says.reasons(false));
    assert!(said.contains("a: 1, b: 2"), "{said}");
}
