//! `quarterdeck pack lint`: whether a pack loads, and what in it is a mistake all the same.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use serde_json::{Value, json};

use super::{
    Exit, Named,
    args::LintArgs,
    named, say,
    server::{self, Asked},
};
use crate::{
    cli::args::DeskArgs,
    domain::text::Text,
    i18n::Texts,
    pack::{
        PackErrors,
        lint::{Finding, Found, Report, Runbook, Severity, lint_heard as look},
    },
};

/// Loads a pack and looks through it; a file is a runbook's own commands.
pub(super) fn lint(texts: &Texts, desk: &DeskArgs, args: &LintArgs) -> Exit {
    let path = Path::new(&args.pack);
    if path.is_file() {
        return runbook(texts, args, path);
    }
    let named = match named(texts, &args.pack) {
        Ok(named) => named.under_its_folder(),
        Err(exit) => return exit,
    };
    if let Err(errors) = named.parse() {
        broken(args, &errors);
        return Exit::Failed;
    }
    let files = named.texts();
    let asked = args
        .server
        .as_deref()
        .map(|server| server::ask(texts, desk, server, &files));
    let heard = match &asked {
        Some(Ok(asked)) => Some(&asked.heard),
        _ => None,
    };
    let exit = tell(texts, args, (&look(&files, heard), asked.as_ref()), &files);
    match (exit, asked) {
        (Exit::Fine | Exit::Unsure, Some(Err(why))) => {
            say::err(&why);
            Exit::Unreachable
        }
        (exit, _) => exit,
    }
}

/// The commands of a runbook, as they stand there.
fn runbook(texts: &Texts, args: &LintArgs, path: &Path) -> Exit {
    let name = path.display().to_string();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            say::err(&format!("{name}: {error}"));
            return Exit::Usage;
        }
    };
    match Runbook::read(&text) {
        Ok(runbook) => {
            let report = Report {
                findings: runbook.look(),
                accepted: Vec::new(),
            };
            tell(texts, args, (&report, None), &[(&name, &text)])
        }
        Err(why) => {
            say::err(&format!("{name}: {why}"));
            Exit::Failed
        }
    }
}

/// Prints what was found; what is accepted only with `--all`.
fn tell(
    texts: &Texts,
    args: &LintArgs,
    (report, server): (&Report, Option<&Result<Asked, String>>),
    files: &[(&str, &str)],
) -> Exit {
    let found = |finding| found(finding, files);
    let worst = report.findings.iter().map(|it| found(it).severity()).min();
    let exit = match worst {
        None => Exit::Fine,
        Some(Severity::Warning) => Exit::Unsure,
        Some(Severity::Error) => Exit::Failed,
    };
    if args.json {
        let findings = report
            .findings
            .iter()
            .map(|it| as_json(texts, found(it), None));
        let accepted = report.accepted.iter().filter(|_| args.all);
        let accepted = accepted.map(|(it, why)| as_json(texts, found(it), Some(why)));
        let all: Vec<Value> = findings.chain(accepted).collect();
        let server = server.map(|asked| match asked {
            Ok(asked) => json!({ "queries": asked.queries, "metrics": asked.heard.metrics.as_ref().map(BTreeSet::len) }),
            Err(why) => json!({ "failed": why }),
        });
        let page = json!({ "loads": true, "errors": [], "findings": all, "server": server });
        say::out(&format!("{page}\n"));
        return exit;
    }
    let colour = super::super::colour_on_stderr();
    let lang = texts.lang();
    let mut out = String::new();
    for finding in &report.findings {
        let _ = writeln!(out, "{}\n", found(finding).render(lang, colour));
    }
    for (finding, why) in report.accepted.iter().filter(|_| args.all) {
        let found = found(finding);
        let accepted = texts.with("pack-lint-accepted", &[("why", why.get(lang).into())]);
        let place = format!("{}:{}", found.path, found.line());
        let (what, rule) = (found.what(lang), finding.rule);
        let _ = writeln!(
            out,
            "{place}: {}: {what} [{rule}]\n  {accepted}\n",
            finding.at
        );
    }
    if report.findings.is_empty() {
        out.push_str(texts.t("pack-lint-clean"));
    } else {
        let count = report.findings.len();
        out.push_str(&texts.with("pack-lint-found", &[("count", count.into())]));
    }
    out.push('\n');
    out.push_str(&server::said(texts, server));
    out.push('\n');
    say::out(&out);
    exit
}

fn found<'a>(finding: &'a Finding, files: &[(&'a str, &'a str)]) -> Found<'a> {
    let (path, text) = files[finding.place.file];
    Found {
        finding,
        path,
        text,
    }
}

fn as_json(texts: &Texts, found: Found<'_>, accepted: Option<&Text>) -> Value {
    let lang = texts.lang();
    let mut page = json!({
        "file": found.path,
        "line": found.line(),
        "column": found.column(),
        "at": found.finding.at,
        "rule": found.finding.rule,
        "kind": found.rule().kind,
        "severity": match found.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "what": found.what(lang),
        "mend": found.mend(lang),
    });
    if let Some(why) = accepted {
        page["accepted"] = json!(why.get(lang));
    }
    page
}

/// Says why a pack doesn't load.
fn broken(args: &LintArgs, errors: &PackErrors) {
    if !args.json {
        say::err(&errors.render(super::super::colour_on_stderr()));
        return;
    }
    let errors: Vec<Value> = errors
        .errors()
        .iter()
        .map(|error| {
            json!({
                "file": error.file(),
                "line": error.line,
                "column": error.column,
                "key": error.key,
                "what": error.what,
                "mend": error.help,
            })
        })
        .collect();
    let page = json!({ "loads": false, "errors": errors, "findings": [] });
    say::out(&format!("{page}\n"));
}

impl Named {
    /// The same, each file named as one can open it from here.
    pub(super) fn under_its_folder(mut self) -> Self {
        let folder = self.folder.clone();
        if let Some(folder) = folder.filter(|it| it.as_os_str() != ".") {
            for (name, _) in &mut self.files {
                *name = folder.join(&*name).display().to_string();
            }
        }
        self
    }
}
