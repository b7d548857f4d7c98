//! The docker host: what uses most of its memory and of its disk.

use std::fs;

use quarterdeck::domain::action::value::Values;

use super::{DOCKER, here, played, text};
use crate::harness::{Bed, Project};

/// What follows the last of these words, line by line.
fn after<'t>(told: &'t str, word: &str) -> impl Iterator<Item = &'t str> {
    let (_, rest) = told.rsplit_once(word).expect("it is told");
    rest.lines().skip(1)
}

// row: D6
#[tokio::test]
async fn the_ten_processes_that_use_most_memory_stand_by_themselves() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    let draft = project.draft("lawsker/memory-status", &Values::new());
    let draft = played(draft, &project, DOCKER);
    let done = project.run(project.planned(&draft).await).await;
    assert_eq!(done.told.matches("%MEM").count(), 2, "{}", done.told);
    let sizes: Vec<u64> = after(&done.told, "%MEM")
        .map_while(|line| line.split_whitespace().nth(3)?.parse().ok())
        .collect();
    assert!((1..=10).contains(&sizes.len()), "{}", done.told);
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
}

// row: D7
#[tokio::test]
async fn the_largest_folders_and_files_of_a_mount_stand_by_their_size() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    let mount = project.at("mount");
    for place in 1..=12_usize {
        let folder = mount.join(format!("of-{place:02}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("filled"), vec![1; (1024 + 200 * place) << 10]).unwrap();
        let sparse = fs::File::create(folder.join("large")).unwrap();
        sparse.set_len(((100 + place) << 20) as u64).unwrap();
    }
    let params = Values::from([text("mount", mount.to_str().unwrap())]);
    let draft = project.draft("lawsker/disk-status", &params);
    let draft = played(draft, &project, DOCKER);
    let done = project.run(project.planned(&draft).await).await;
    let seen = |name: &str| -> Vec<String> {
        let lines = done.told.lines();
        let lines = lines.filter(|line| line.contains(name) && line.contains("of-"));
        lines
            .map(|line| line.rsplit_once("of-").unwrap().1.to_owned())
            .collect()
    };
    let by_size = |from: usize, name: &str| -> Vec<String> {
        (from..=12)
            .rev()
            .map(|place| format!("{place:02}{name}"))
            .collect()
    };
    // The mount itself is the largest of the ten.
    let folders = seen("of-");
    let folders: Vec<String> = folders.into_iter().filter(|it| it.len() == 2).collect();
    assert!(folders.len() > 9, "{}", done.told);
    assert_eq!(
        folders[folders.len() - 9..],
        by_size(4, ""),
        "{}",
        done.told
    );
    assert_eq!(seen("/large"), by_size(3, "/large"), "{}", done.told);
}
