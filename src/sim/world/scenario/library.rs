//! The scenarios that come with the program, and how one inherits from another.

use toml::{Table, Value};

use super::ScenarioError;
use super::file::ScenarioFile;

/// A scenario's name, the pack whose story it tells and its title in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScenarioTitle {
    pub name: &'static str,
    pub pack: &'static str,
    pub en: &'static str,
    pub zh: &'static str,
}

const LIST: [ScenarioTitle; 8] = [
    ScenarioTitle {
        name: "quiet",
        pack: "glancy",
        en: "All is well and nothing moves",
        zh: "一切正常，数值静止",
    },
    ScenarioTitle {
        name: "export-backlog",
        pack: "glancy",
        en: "Export workers run out of memory and the queue grows",
        zh: "导出 worker 内存溢出，队列积压",
    },
    ScenarioTitle {
        name: "bad-release",
        pack: "glancy",
        en: "A new lookup-bff fails and burns the error budget",
        zh: "lookup-bff 新版本异常，快速消耗错误预算",
    },
    ScenarioTitle {
        name: "doubao-outage",
        pack: "glancy",
        en: "The upstream model fails and answers are degraded",
        zh: "豆包上游异常，回答降级",
    },
    ScenarioTitle {
        name: "primary-lost",
        pack: "after-sales",
        en: "The primary of the database is lost and the API answers 503",
        zh: "主库故障，API 返回 503",
    },
    ScenarioTitle {
        name: "pool-exhausted",
        pack: "tuheg",
        en: "The gateway's connection pool is exhausted",
        zh: "网关数据库连接池耗尽",
    },
    ScenarioTitle {
        name: "nginx-broken",
        pack: "lawsker",
        en: "nginx went down with a broken configuration, and the disk is full",
        zh: "NGINX 配置错误致全站不可用，磁盘不足",
    },
    ScenarioTitle {
        name: "bad-deploy",
        pack: "module",
        en: "A new version answers with errors and must be rolled back",
        zh: "新版本错误率升高，须回滚",
    },
];

/// The scenarios a person may choose, in the order to show them.
pub fn list() -> &'static [ScenarioTitle] {
    &LIST
}

/// The scenario that tells a pack's own story: the one to begin with where several do.
pub fn of_pack(pack: &str) -> Option<&'static ScenarioTitle> {
    let first = |name| LIST.iter().find(|known| known.name == name);
    if pack == USUAL_PACK {
        return first(USUAL);
    }
    LIST.iter().find(|known| known.pack == pack)
}

/// What is played where a pack has no scenario of its own, and whose it is.
pub const USUAL: &str = "export-backlog";
const USUAL_PACK: &str = "glancy";

fn source(name: &str) -> Option<&'static str> {
    match name {
        "base-glancy" => Some(include_str!("../../scenarios/base-glancy.toml")),
        "quiet" => Some(include_str!("../../scenarios/quiet.toml")),
        "export-backlog" => Some(include_str!("../../scenarios/export-backlog.toml")),
        "bad-release" => Some(include_str!("../../scenarios/bad-release.toml")),
        "doubao-outage" => Some(include_str!("../../scenarios/doubao-outage.toml")),
        "primary-lost" => Some(include_str!("../../scenarios/primary-lost.toml")),
        "pool-exhausted" => Some(include_str!("../../scenarios/pool-exhausted.toml")),
        "nginx-broken" => Some(include_str!("../../scenarios/nginx-broken.toml")),
        "bad-deploy" => Some(include_str!("../../scenarios/bad-deploy.toml")),
        _ => None,
    }
}

/// Reads a scenario by its name and merges in what it inherits.
pub fn load(name: &str) -> Result<ScenarioFile, ScenarioError> {
    if !LIST.iter().any(|known| known.name == name) {
        return Err(ScenarioError::Unknown {
            name: name.to_owned(),
            nearest: nearest(name).to_owned(),
            known: LIST.map(|known| known.name).join(", "),
        });
    }
    let broken = |message: String| ScenarioError::Broken {
        scenario: name.to_owned(),
        message,
    };
    let merged = merged(name).map_err(&broken)?;
    Value::Table(merged)
        .try_into()
        .map_err(|error: toml::de::Error| broken(error.to_string()))
}

fn merged(name: &str) -> Result<Table, String> {
    let text = source(name).ok_or_else(|| format!("inherits `{name}`, which is not there"))?;
    let mut table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let Some(parent) = table.remove("inherits") else {
        return Ok(table);
    };
    let parent = parent.as_str().ok_or("`inherits` is a name")?;
    let mut whole = merged(parent)?;
    overlay(&mut whole, table);
    Ok(whole)
}

/// Tables are merged key by key; anything else is replaced by the child's.
fn overlay(base: &mut Table, child: Table) {
    for (key, value) in child {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => overlay(old, new),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// The known name that was meant, else the one to begin with.
fn nearest(name: &str) -> &'static str {
    crate::domain::nearest::nearest(name, LIST.iter().map(|known| known.name)).unwrap_or("quiet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let error = load("export-backlgo").unwrap_err().to_string();
        assert!(error.contains("did you mean `export-backlog`"), "{error}");
        assert!(
            load("bad-relase")
                .unwrap_err()
                .to_string()
                .contains("`bad-release`")
        );
        assert!(
            load("base-glancy").is_err(),
            "the base is no scenario of its own"
        );
    }

    #[test]
    fn every_scenario_reads_and_its_title_is_the_listed_one() {
        for known in list() {
            let file = load(known.name).unwrap();
            assert_eq!(
                (file.title.en.as_str(), file.title.zh.as_str()),
                (known.en, known.zh)
            );
            assert_eq!(file.pack, known.pack);
            super::super::compile(file).unwrap();
        }
    }

    #[test]
    fn a_child_overrides_single_keys_of_its_parent() {
        let mut base: Table = toml::from_str("[param]\na = 1\nb = 2\n[[at]]\nt = '1m'").unwrap();
        overlay(&mut base, toml::from_str("[param]\nb = 3").unwrap());
        assert_eq!(base["param"]["a"].as_integer(), Some(1));
        assert_eq!(base["param"]["b"].as_integer(), Some(3));
        assert!(base.contains_key("at"));
    }
}
