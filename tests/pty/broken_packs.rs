//! A pack that can't be read stops nothing: it is named, and the others work.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{home::Home, served::Served, session::Start};

/// How a pack is broken, and what is said of it.
struct Broken {
    id: &'static str,
    says: &'static str,
}

const WHO: &str = "title = \"x\"\ntime_zone = \"UTC\"\n";

/// Packs of the person's own, each broken in its own way, and one that is well.
fn packs(home: &Home) -> Vec<Broken> {
    let folder = home.path().join("config/quarterdeck/packs");
    let write = |id: &str, file: &str, text: &str| -> PathBuf {
        let folder = folder.join(id);
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(file);
        fs::write(&path, text).expect("a file");
        path
    };
    let who = |id: &str| {
        write(id, "pack.toml", &format!("[pack]\nid = \"{id}\"\n{WHO}"));
    };
    who("well");
    who("torn");
    write("torn", "watch.toml", "[gauge.a\nprobe = ");
    who("odd-cel");
    write(
        "odd-cel",
        "watch.toml",
        "[light.a]\nred = [\"gauge('nowhere').value > \"]\n",
    );
    who("unreadable");
    // Whoever may read everything reads no text here either.
    let path = write("unreadable", "watch.toml", "");
    fs::write(&path, [0xff, 0xfe, 0x00]).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("its rights");
    fs::write(folder.join("a-file"), "no folder").expect("a file");
    write(
        "twin",
        "pack.toml",
        &format!("[pack]\nid = \"well\"\n{WHO}"),
    );
    [
        ("torn", "watch.toml:1:"),
        ("odd-cel", "watch.toml:2:"),
        ("unreadable", "unreadable"),
        ("a-file", "a-file"),
        ("twin", "well"),
    ]
    .map(|(id, says)| Broken { id, says })
    .into()
}

fn listed(home: &Home) -> Vec<Value> {
    let told = home
        .command(&["pack", "list", "--json"])
        .output()
        .expect("it runs");
    assert_eq!(told.status.code(), Some(0), "it listed them");
    let page: Value = serde_json::from_slice(&told.stdout).expect("it is JSON");
    page["packs"].as_array().expect("a list").clone()
}

#[test]
fn each_is_named_and_the_others_load() {
    let home = Home::new();
    let broken = packs(&home);
    let list = listed(&home);
    let one = |id: &str| {
        list.iter()
            .find(|it| it["id"] == id)
            .unwrap_or_else(|| panic!("no {id}"))
    };
    for Broken { id, says } in &broken {
        let row = one(id);
        assert_eq!(row["loads"], false, "{row}");
        assert!(
            row["why"].as_str().is_some_and(|why| why.contains(says)),
            "{row}"
        );
    }
    for id in [
        "well",
        "glancy",
        "lawsker",
        "tuheg",
        "module",
        "after-sales",
    ] {
        assert_eq!(one(id)["loads"], true, "{id}");
    }
    let told = home.command(&["pack", "list"]).output().expect("it runs");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("watch.toml:1:") && told.contains("well"),
        "{told}"
    );
    let doctor = home
        .command(&["doctor", "--json", "--timeout", "60s"])
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    for Broken { id, .. } in &broken {
        assert!(told.contains(&format!("packs/{id}")), "{id}: {told}");
    }
}

/// The served desk, with a pack of the person's own instead.
fn config(home: &Home, served: &Served, pack: &str) -> PathBuf {
    let text = fs::read_to_string(served.config()).expect("it is there");
    let lines = text.lines().map(|line| {
        if line.starts_with("pack = ") {
            format!("pack = \"{pack}\"\n")
        } else {
            format!("{line}\n")
        }
    });
    let path = home.path().join(format!("with-{pack}.toml"));
    fs::write(&path, lines.collect::<String>()).expect("a file");
    path
}

#[test]
fn the_cockpit_opens_without_it_and_takes_it_once_it_is_mended() {
    let home = Home::new();
    let broken = packs(&home);
    let served = Served::start(&home, "quiet");
    let mended = home.path().join("config/quarterdeck/packs/torn/watch.toml");
    for Broken { id, .. } in &broken {
        let config = config(&home, &served, id);
        let config = config.to_str().expect("a path of a test is text");
        let mut session = Start::of(&home, &["--config", config])
            .sized(160, 48)
            .session();
        session.shows(&format!("{id} can't be read: generic"));
        // The cluster is seen all the same.
        session.shows("lookup-api");
        if *id == "torn" {
            rewrite(&mended, "");
            session.shows("torn reloaded");
            session.hides("can't be read");
        }
        session.types("q");
        // All that is wrong is told once the screen is given back.
        session.shows("was opened without it");
        session.left();
        // What would answer by it says no instead.
        let status = home
            .command(&["--config", config, "status"])
            .output()
            .expect("it runs");
        let code = status.status.code();
        if *id == "torn" {
            assert!(matches!(code, Some(0 | 3)), "{status:?}");
        } else {
            assert_eq!(code, Some(2), "{status:?}");
        }
    }
    // One that is well beside them is taken as if there were no others.
    let config = config(&home, &served, "well");
    let config = config.to_str().expect("a path of a test is text");
    let mut session = Start::of(&home, &["--config", config])
        .sized(160, 48)
        .session();
    session.shows("lookup-api");
    session.hides("can't be read");
    session.types("q");
    session.left();
}

fn rewrite(path: &Path, text: &str) {
    let draft = path.with_extension("draft");
    fs::write(&draft, text).expect("a file");
    fs::rename(draft, path).expect("a file");
}
