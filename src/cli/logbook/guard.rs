//! `quarterdeck gate`, `hook` and `light`: how they stand, why, and what a person says of a gate.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::{
    app::{
        guards::{self, GuardRow},
        running::actor,
    },
    domain::{
        clean::clean,
        gauge::Unit,
        hook::HookState,
        id::GateId,
        light::{Light, LightState},
        logbook::{GateNoted, Noted},
    },
    i18n::{saying, time},
    pack::{GateHook, GateLimit, GateState, GateTick, HookWindow, LightPart, Row, Truth},
};

use super::{Book, Exit, json as print, say};
use crate::cli::args::{AskArgs, DeskArgs, GateTickArgs, GateVerb, HookVerb, LightVerb};

/// Answers what is asked of gates.
pub fn gate(desk: &DeskArgs, verb: &GateVerb) -> color_eyre::Result<Exit> {
    let (GateVerb::List { look } | GateVerb::Show { look, .. }) = verb else {
        let GateVerb::Tick(args) = verb else {
            return Ok(Exit::Usage);
        };
        return with(desk, &args.look, |book| tick(book, args));
    };
    with(desk, look, |book| match verb {
        GateVerb::Show { gate, .. } => one_gate(&book, gate, look.json),
        _ => Ok(all_gates(&book, look.json)),
    })
}

/// Answers what is asked of hooks.
pub fn hook(desk: &DeskArgs, verb: &HookVerb) -> color_eyre::Result<Exit> {
    let (HookVerb::List { look } | HookVerb::Show { look, .. }) = verb;
    with(desk, look, |book| match verb {
        HookVerb::Show { hook, .. } => one_hook(&book, hook, look.json),
        HookVerb::List { .. } => Ok(all_hooks(&book, look.json)),
    })
}

/// Answers what is asked of lights.
pub fn light(desk: &DeskArgs, verb: &LightVerb) -> color_eyre::Result<Exit> {
    let (LightVerb::List { look } | LightVerb::Show { look, .. }) = verb;
    with(desk, look, |book| match verb {
        LightVerb::Show { light, .. } => one_light(&book, light, look.json),
        LightVerb::List { .. } => Ok(all_lights(&book, look.json)),
    })
}

fn with(
    desk: &DeskArgs,
    look: &AskArgs,
    ask: impl FnOnce(Book) -> Result<Exit, Exit>,
) -> color_eyre::Result<Exit> {
    let book = match Book::open(desk, Some(look.timeout))? {
        Ok(book) => book,
        Err(exit) => return Ok(exit),
    };
    Ok(ask(book).unwrap_or_else(|exit| exit))
}

/// The code that stands for what was seen.
fn exit_of(lights: impl IntoIterator<Item = Light>) -> Exit {
    match Light::worst_of(lights) {
        None | Some(Light::Green) => Exit::Fine,
        Some(Light::Red) => Exit::Failed,
        Some(Light::Yellow | Light::Unknown) => Exit::Unsure,
    }
}

fn says(book: &Book, saying: &crate::domain::action::saying::Saying) -> String {
    saying::readings(&book.face.texts, std::slice::from_ref(saying))
}

fn sign(book: &Book, light: Light) -> String {
    let face = &book.face;
    let tint = crate::cli::headless::table::Tint::Of(light);
    face.paint(tint, face.glyph.light(light))
}

fn row_json(row: Row) -> Json {
    let ended_by = match row {
        Row::Of(_) => "bad",
        Row::AtLeast(_) => "kept",
        Row::Gap(_) => "no-data",
        Row::Unknown => return Json::Null,
    };
    json!({ "count": row.count(), "ended_by": ended_by })
}

// Gates.

fn gate_json(book: &Book, state: &GateState) -> Json {
    let model = &book.model;
    let spec = model.pack.gate(&state.id);
    let lang = model.look.lang;
    let text = |text: &crate::domain::text::Text| text.get(lang).to_owned();
    let on_fail = spec.and_then(|spec| spec.on_fail.as_ref());
    let (actions, flow) = guards::proposed(model, &GuardRow::Gate(state.id.clone()));
    let hook = |hook: &GateHook| {
        json!({
            "id": hook.id,
            "light": hook.shows,
            "decides": hook.decides,
            "holds": hook.light(),
            "good_windows": row_json(hook.row),
        })
    };
    let limit = |limit: &GateLimit| {
        json!({
            "light": limit.light,
            "demands": limit.demands.cel,
            "says": says(book, &limit.says),
        })
    };
    let (held, all) = state.held();
    json!({
        "id": state.id,
        "title": spec.map(|spec| text(&spec.title)),
        "weight": spec.and_then(|spec| spec.weight),
        "light": state.light,
        "held": held,
        "of": all,
        "hooks": state.hooks.iter().map(hook).collect::<Vec<_>>(),
        "limits": state.limits.iter().map(limit).collect::<Vec<_>>(),
        "ticks": state.ticks.iter().map(|tick| tick_json(book, tick)).collect::<Vec<_>>(),
        "on_fail": on_fail.map(|what| text(&what.say)),
        "proposes": { "actions": actions, "flow": flow },
    })
}

fn tick_json(book: &Book, tick: &GateTick) -> Json {
    let said = tick.said.as_ref();
    json!({
        "id": tick.spec.id,
        "ask": tick.spec.ask.get(book.model.look.lang),
        "state": tick.state.id(),
        "at": said.map(|said| said.at),
        "by": said.map(|said| actor(&said.by)),
        "evidence": said.map(|said| &said.evidence),
        "stale_after": tick.spec.stale_after.map(|after| after.as_secs()),
    })
}

fn all_gates(book: &Book, as_json: bool) -> Exit {
    let states = guards::states(&book.model);
    if as_json {
        let items: Vec<Json> = states.iter().map(|state| gate_json(book, state)).collect();
        print(&book.document(&items));
    } else {
        let mut page = String::new();
        for state in &states {
            page += &gate_head(book, state);
        }
        say::out(&page);
    }
    exit_of(states.iter().map(|state| state.light))
}

fn gate_head(book: &Book, state: &GateState) -> String {
    let spec = book.model.pack.gate(&state.id);
    let weight = spec.and_then(|spec| spec.weight);
    let weight = weight.map_or_else(String::new, |weight| {
        let args = [("weight", weight.to_string().into())];
        format!("  {}", book.face.with("guards-weight", &args))
    });
    let (held, all) = state.held();
    let args = [("held", held.into()), ("all", all.into())];
    let held = book.face.with("guards-held", &args);
    format!("{} {}{weight}  {held}\n", sign(book, state.light), state.id)
}

fn named(book: &Book, name: &str) -> Result<GateState, Exit> {
    let id: GateId = name.into();
    let states = guards::states(&book.model).into_iter();
    let mut found = states.filter(|state| state.id == id);
    found
        .next()
        .ok_or_else(|| book.usage("guards-no-gate", name))
}

fn one_gate(book: &Book, name: &str, as_json: bool) -> Result<Exit, Exit> {
    let state = named(book, name)?;
    if as_json {
        print(&gate_json(book, &state));
        return Ok(exit_of([state.light]));
    }
    let face = &book.face;
    let mut page = gate_head(book, &state);
    // Writing to a text does not fail.
    for hook in &state.hooks {
        let key = if hook.decides {
            "guards-wants-green"
        } else {
            "guards-beside"
        };
        let word = face.light_word(hook.shows);
        let said = face.with(key, &[("light", word.into())]);
        let _ = writeln!(page, "  {} {}  {said}", sign(book, hook.light()), hook.id);
    }
    for limit in &state.limits {
        let _ = writeln!(
            page,
            "  {} {}",
            sign(book, limit.light),
            says(book, &limit.says)
        );
    }
    for tick in &state.ticks {
        let ask = tick.spec.ask.get(book.model.look.lang);
        let light = tick.state.light();
        let _ = writeln!(page, "  {} {}  {ask}", sign(book, light), tick.spec.id);
        if let Some(said) = &tick.said {
            let at = time::day_and_clock(said.at, &book.model.look.zone);
            let evidence = clean(&said.evidence);
            let _ = writeln!(page, "      {} {at}: {evidence}", actor(&said.by));
        }
    }
    let spec = book.model.pack.gate(&state.id);
    if let Some(what) = spec.and_then(|spec| spec.on_fail.as_ref()) {
        let say = what.say.get(book.model.look.lang);
        let text = face.with("guards-on-fail", &[("say", say.into())]);
        let _ = writeln!(page, "  {text}");
    }
    say::out(&page);
    Ok(exit_of([state.light]))
}

fn tick(mut book: Book, args: &GateTickArgs) -> Result<Exit, Exit> {
    let state = named(&book, &args.gate)?;
    if !state.ticks.iter().any(|tick| tick.spec.id == args.tick) {
        return Err(book.usage("guards-no-tick", &args.tick));
    }
    let evidence = args.evidence.trim();
    if evidence.is_empty() {
        return Err(book.usage("gate-wants-evidence", &args.tick));
    }
    book.write(Noted::Gate(GateNoted {
        gate: state.id,
        tick: args.tick.clone(),
        holds: !args.fails,
        evidence: evidence.to_owned(),
    }))?;
    // What was written down is what was asked for; how the gate stands is told, not judged.
    one_gate(&book, &args.gate, args.look.json).map(|_| Exit::Fine)
}

// Hooks.

fn hook_json(book: &Book, hook: &HookState, windows: bool) -> Json {
    let model = &book.model;
    let spec = model.pack.hooks().find(|spec| spec.id == hook.id);
    let (all, row) = guards::windows(model, &hook.id);
    let queries = model.pack.hook_queries(&hook.id);
    let observed: Vec<Json> = hook
        .observed
        .iter()
        .map(|(name, value)| {
            let unit = spec.map_or(Unit::None, |spec| spec.unit(name));
            let query = queries.iter().find(|(known, _)| known == name);
            json!({ "name": name, "value": value, "unit": unit, "query": query.map(|(_, query)| query) })
        })
        .collect();
    let parts = model.pack.hook_parts(&hook.id);
    let parts = parts
        .iter()
        .map(|part| json!({ "light": part.light, "is": part.says }));
    let mut found = json!({
        "id": hook.id,
        "title": hook.title.get(model.look.lang),
        "light": hook.light,
        "running_light": hook.running,
        "window_end": hook.window_end,
        "window": spec.map(|spec| spec.window.as_secs()),
        "good_windows": row_json(row),
        "observed": observed,
        "conditions": parts.collect::<Vec<_>>(),
    });
    if windows {
        let window = |window: &HookWindow| {
            json!({
                "end": window.end,
                "light": window.light,
                "running": window.running,
                "observed": window.observed,
            })
        };
        found["windows"] = all.iter().map(window).collect();
    }
    found
}

fn observed(book: &Book, hook: &HookState) -> String {
    let spec = book.model.pack.hooks().find(|spec| spec.id == hook.id);
    let parts = hook.observed.iter().map(|(name, value)| {
        let unit = spec.map_or(Unit::None, |spec| spec.unit(name));
        let value = value.map_or_else(
            || "?".to_owned(),
            |value| book.face.value(value, unit, None),
        );
        format!("{name} {value}")
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn hook_head(book: &Book, hook: &HookState) -> String {
    let title = hook.title.get(book.model.look.lang);
    let read = observed(book, hook);
    format!("{} {}  {title}  {read}\n", sign(book, hook.light), hook.id)
}

fn all_hooks(book: &Book, as_json: bool) -> Exit {
    let hooks = &book.model.board.hooks;
    if as_json {
        let items: Vec<Json> = hooks
            .iter()
            .map(|hook| hook_json(book, hook, false))
            .collect();
        print(&book.document(&items));
    } else {
        say::out(
            &hooks
                .iter()
                .map(|hook| hook_head(book, hook))
                .collect::<String>(),
        );
    }
    exit_of(hooks.iter().map(|hook| hook.light))
}

fn one_hook(book: &Book, name: &str, as_json: bool) -> Result<Exit, Exit> {
    let mut hooks = book.model.board.hooks.iter();
    let found = hooks.find(|hook| hook.id.as_str() == name);
    let hook = found.ok_or_else(|| book.usage("guards-no-hook", name))?;
    if as_json {
        print(&hook_json(book, hook, true));
        return Ok(exit_of([hook.light]));
    }
    let mut page = hook_head(book, hook);
    // Writing to a text does not fail.
    for part in book.model.pack.hook_parts(&hook.id) {
        let _ = writeln!(page, "  {} {}", sign(book, part.light), part.says);
    }
    for (name, query) in book.model.pack.hook_queries(&hook.id) {
        let _ = writeln!(page, "  {name} = {query}");
    }
    for window in guards::windows(&book.model, &hook.id).0 {
        let clock = time::clock(window.end, &book.model.look.zone);
        let running = if window.running { " …" } else { "" };
        let state = HookState {
            observed: (hook.observed.iter().map(|(name, _)| name.clone()))
                .zip(window.observed)
                .collect(),
            ..hook.clone()
        };
        let read = observed(book, &state);
        let _ = writeln!(
            page,
            "  {clock} {} {read}{running}",
            sign(book, window.light)
        );
    }
    say::out(&page);
    Ok(exit_of([hook.light]))
}

// Lights.

fn light_json(book: &Book, light: &LightState) -> Json {
    let parts = guards::parts(&book.model, &light.id);
    let part = |part: &LightPart| {
        let truth = match part.truth {
            Truth::True => "true",
            Truth::False => "false",
            Truth::Unknown => "unknown",
        };
        json!({
            "of": part.of,
            "is": part.demands.cel,
            "truth": truth,
            "reason": part.is_reason(),
            "says": says(book, &part.says),
        })
    };
    let pack = &book.model.pack;
    let say = |of: Light| {
        let what = pack.light_proposal(&light.id, of);
        what.map(|what| what.say.get(book.model.look.lang))
    };
    let (actions, flow) = guards::proposed(&book.model, &GuardRow::Light(light.id.clone()));
    json!({
        "id": light.id,
        "title": light.title.get(book.model.look.lang),
        "light": light.light,
        "conditions": parts.iter().map(part).collect::<Vec<_>>(),
        "on_warn": say(Light::Yellow),
        "on_red": say(Light::Red),
        "proposes": { "actions": actions, "flow": flow },
    })
}

fn all_lights(book: &Book, as_json: bool) -> Exit {
    let lights = &book.model.board.lights;
    if as_json {
        let items: Vec<Json> = lights.iter().map(|light| light_json(book, light)).collect();
        print(&book.document(&items));
    } else {
        let line = |light: &LightState| format!("{} {}\n", sign(book, light.light), light.id);
        say::out(&lights.iter().map(line).collect::<String>());
    }
    exit_of(lights.iter().map(|light| light.light))
}

fn one_light(book: &Book, name: &str, as_json: bool) -> Result<Exit, Exit> {
    let mut lights = book.model.board.lights.iter();
    let found = lights.find(|light| light.id.as_str() == name);
    let light = found.ok_or_else(|| book.usage("guards-no-light", name))?;
    if as_json {
        print(&light_json(book, light));
        return Ok(exit_of([light.light]));
    }
    let mut page = format!("{} {}\n", sign(book, light.light), light.id);
    let parts = guards::parts(&book.model, &light.id);
    for (of, key, then) in [
        (Light::Red, "guards-light-red", "guards-on-red"),
        (Light::Yellow, "guards-light-warn", "guards-on-warn"),
        (Light::Green, "guards-light-green", ""),
    ] {
        let mut these = parts.iter().filter(|part| part.of == of).peekable();
        if these.peek().is_some() {
            // Writing to a text does not fail.
            let _ = writeln!(page, "{}", book.face.t(key));
        }
        for part in these {
            let (mark, key) = match part.truth {
                Truth::Unknown => (sign(book, Light::Unknown), "guards-part-unknown"),
                Truth::True => (sign(book, of), "guards-part-holds"),
                Truth::False => (" ".to_owned(), "guards-part-fails"),
            };
            let read = saying::found(&book.face.texts, &part.says);
            let read = book.face.with(key, &[("read", read.into())]);
            let _ = writeln!(page, "  {mark} {read}");
        }
        if let Some(what) = book.model.pack.light_proposal(&light.id, of) {
            let say = what.say.get(book.model.look.lang);
            let _ = writeln!(page, "  {}", book.face.with(then, &[("say", say.into())]));
        }
    }
    say::out(&page);
    Ok(exit_of([light.light]))
}
