//! Whether a file of another host may be run, and which file it is: asked there, judged here by the same rules.

use std::path::{Path, PathBuf};

use super::{
    path::{Known, Part, safe},
    rules::{ProgramRules, is_interpreter},
    ssh::quoted,
};
use crate::domain::action::refusal::Refusal;

/// What is asked of the other host. Nothing of it changes anything.
pub(super) fn question(path: &str, cwd: Option<&str>) -> String {
    let cwd = cwd.map_or_else(String::new, |cwd| {
        let cwd = quoted(cwd);
        format!("cd -- {cwd} 2>/dev/null || {{ echo no-folder; exit 0; }}\n")
    });
    let path = quoted(path);
    format!(
        "{cwd}p={path}
r=$(readlink -f -- \"$p\") && [ -e \"$r\" ] || {{ echo absent; exit 0; }}
echo \"real $r\"
for d in \"$r\" \"$(dirname -- \"$p\")\"; do
  while :; do
    stat -L -c 'part %f %u %g %n' -- \"$d\" || exit 1
    [ \"$d\" = / ] && break
    d=$(dirname -- \"$d\")
  done
done
[ -f \"$r\" ] || exit 0
s=$(sha256sum < \"$r\") || exit 1
echo \"sum ${{s%% *}}\"
"
    )
}

/// What it answered, judged.
pub(super) fn judged(
    path: &str,
    cwd: Option<&str>,
    answer: &str,
    rules: &ProgramRules,
) -> Result<Known, Refusal> {
    let refused = |why: String| Refusal::unreadable(path, why);
    let mut real = None;
    let mut parts = Vec::new();
    let mut sum = None;
    for line in answer.lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("no-folder", _) => {
                let cwd = cwd.unwrap_or_default();
                return Err(Refusal::unreadable(cwd, "it is no folder of that host"));
            }
            ("absent", _) => {
                return Err(Refusal::NotFound {
                    target: path.to_owned(),
                });
            }
            ("real", rest) => real = Some(PathBuf::from(rest)),
            ("part", rest) => {
                let part = part(rest).ok_or_else(|| refused(format!("odd answer {rest:?}")))?;
                parts.push(part);
            }
            ("sum", rest) => sum = Some(rest.to_owned()),
            _ => {}
        }
    }
    let unsaid = || refused("that host does not say what it is".to_owned());
    let (Some(real), Some(file)) = (real, parts.first()) else {
        return Err(unsaid());
    };
    if is_interpreter(&real) {
        return Err(Refusal::Policy {
            rule: format!("interpreter {}", real.display()),
        });
    }
    if file.mode & 0o170_000 != 0o100_000 {
        return Err(refused("it is no file".to_owned()));
    }
    if file.mode & 0o111 == 0 {
        return Err(refused("it is not executable".to_owned()));
    }
    let sum = sum.ok_or_else(unsaid)?;
    for part in &parts {
        safe(part, rules.allowed.is_some()).map_err(refused)?;
    }
    Ok(Known {
        path: Path::new(path).to_owned(),
        mark: format!("sha256:{sum}"),
    })
}

/// `81ed 0 0 /usr/bin/docker`
fn part(text: &str) -> Option<Part> {
    let mut words = text.splitn(4, ' ');
    Some(Part {
        mode: u32::from_str_radix(words.next()?, 16).ok()?,
        uid: words.next()?.parse().ok()?,
        gid: words.next()?.parse().ok()?,
        path: PathBuf::from(words.next()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str, cwd: Option<&str>) -> Result<Known, Refusal> {
        let told = std::process::Command::new("/bin/sh")
            .args(["-c", &question(path, cwd)])
            .output()
            .unwrap();
        let answer = String::from_utf8(told.stdout).unwrap();
        judged(path, cwd, &answer, &ProgramRules::default())
    }

    #[test]
    fn what_the_other_host_says_of_a_file_is_what_would_be_found_there() {
        let here = super::super::path::known("/bin/true", &ProgramRules::default()).unwrap();
        assert_eq!(asked("/bin/true", Some("/tmp")).unwrap(), here);
        for (path, cwd, why) in [
            ("/bin/no-such-program", None, "NotFound"),
            ("/bin/sh", None, "interpreter"),
            ("/usr/bin", None, "no file"),
            ("/etc/passwd", None, "not executable"),
            ("/bin/true", Some("/no/such/folder"), "no folder"),
        ] {
            let refusal = format!("{:?}", asked(path, cwd).unwrap_err());
            assert!(refusal.contains(why), "{path}: {refusal}");
        }
    }
}
