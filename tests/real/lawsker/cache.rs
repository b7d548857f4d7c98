//! A cache that goes by its pattern, in batches.

use std::process::Command;

use quarterdeck::domain::action::{
    value::{Value, Values},
    verdict::Verdict,
};

use super::{here, text};
use crate::harness::{Bed, Project};

// row: D12
#[tokio::test]
async fn a_cache_goes_by_its_pattern_without_keys_in_batches() {
    let project = Project::new(&Bed::shared(), "lawsker", false, here, |all| all);
    let cli = |words: &[&str]| {
        let mut command = Command::new(project.at("bin/redis-cli"));
        let output = command.args(words).output().unwrap();
        assert!(output.status.success(), "{words:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let own = format!("tried-{}", std::process::id());
    let names = (0..1_200).map(|number| format!("{own}:user:{number}"));
    let names: Vec<String> = names.collect();
    let pairs = names.iter().flat_map(|key| [key.as_str(), "1"]);
    cli(&std::iter::once("MSET").chain(pairs).collect::<Vec<_>>());
    let other = format!("{own}x:user:1");
    cli(&["SET", &other, "1"]);
    let draft = project.draft(
        "lawsker/cache-clean",
        &Values::from([text("keys", &format!("{own}:*"))]),
    );
    let plan = project.planned(&draft).await;
    let mut listed = names.clone();
    listed.sort();
    assert_eq!(plan.items, listed);
    let done = project.run(plan).await;
    done.ended(Verdict::Verified);
    assert_eq!(done.saved["gone"]["keys"], Value::Int(1_200));
    let left = cli(&["--scan", "--pattern", &format!("{own}*")]);
    assert_eq!(left, other, "nothing else goes");
    cli(&["DEL", &other]);
    // Nothing is there by this pattern any more: nothing is asked about.
    let refused = project.look(&draft).await.map(|found| found.items.len());
    assert_eq!(refused, Ok(0));
}
