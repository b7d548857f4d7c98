//! A pack of a person's own, whose actions come to every end a run can come to.

use std::{fs, process::Output};

use serde_json::Value;

use super::{headless::run, home::Home, served::Served};

const PACK: &str = r#"
[pack]
id = "own"
title = { en = "Own", zh = "自有" }
time_zone = "UTC"
"#;

const ACTIONS: &str = r#"
[action.drop]
title = { en = "Drop the cache", zh = "清空缓存" }
tier = "T3"
target = "named/cache"
run = [{ wait = "1s" }]
verify = { is = "target == 'cache'", within = "1m" }

[action.breaks]
title = { en = "Break", zh = "失败" }
tier = "T1"
target = "deployment/lookup-api"
run = [{ exec = "$target", argv = ["false"], in = "one" }]

[action.never]
title = { en = "Never well", zh = "永不达标" }
tier = "T1"
target = "deployment/lookup-api"
run = [{ wait = "1s" }]
verify = { is = "desired(target) == 99", within = "3s" }

[action.asks]
title = { en = "Ask somebody", zh = "请人处理" }
tier = "T1"
target = "deployment/lookup-api"
run = [
    { exec = "$target", argv = ["echo", "hello from the pod"], in = "one" },
    { ask = { en = "look at it", zh = "请查看" } },
]
verify = { is = "desired(target) > 0", within = "1m" }
"#;

/// Puts the pack where a person's packs are.
pub fn write(home: &Home) {
    let folder = home.path().join("config/quarterdeck/packs/own");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("pack.toml"), PACK).expect("a file");
    fs::write(folder.join("actions.toml"), ACTIONS).expect("a file");
}

/// The program without a terminal, with something on its standard input.
pub fn given(home: &Home, served: &Served, words: &[&str], input: &str) -> Output {
    let mut all = vec!["--config", served.config()];
    all.extend(words);
    home.call(&all, input)
}

/// The run that goes on, as the ledger has it.
pub fn open(home: &Home, served: &Served) -> Option<Value> {
    let told = run(home, served, &["runs", "--json"]);
    let document: Value = serde_json::from_slice(&told.stdout).ok()?;
    let runs = document["items"].as_array()?;
    runs.iter().find(|run| run["ended_at"].is_null()).cloned()
}

/// Its id.
pub fn open_run(home: &Home, served: &Served) -> Option<String> {
    Some(open(home, served)?["id"].as_str()?.to_owned())
}
