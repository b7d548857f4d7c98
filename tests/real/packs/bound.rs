//! A pack with its places on this machine: where its team has a folder or a server, the test has its own.

use std::sync::Arc;

use quarterdeck::pack::Pack;

/// The pack of this id with texts replaced, each of which it must have. Waits for the world to stay as it is, or to get
/// better, are cut to moments; how long something may take, and what a guard looks back over, stays as it is.
pub fn bound(id: &str, replaced: &[(&str, &str)]) -> Arc<Pack> {
    let files = Pack::embedded_files(id).expect("the pack is embedded");
    let mut texts: Vec<(String, String)> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    for (from, to) in replaced {
        let mut found = false;
        for (_, text) in &mut texts {
            found |= text.contains(from);
            *text = text.replace(from, to);
        }
        assert!(found, "{id} says {from} nowhere");
    }
    for (name, text) in &mut texts {
        if name.ends_with("actions.toml") {
            *text = text.lines().map(hurried).collect();
        }
    }
    let files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    Arc::new(Pack::parse(&files).unwrap_or_else(|errors| panic!("{errors:?}")))
}

/// A line in which nobody waits long for what is so already.
fn hurried(line: &str) -> String {
    let cut = |line: &str, key: &str, to: &str| match line.split_once(&format!("{key} = \"")) {
        Some((before, rest)) => {
            let (_, after) = rest.split_once('"').expect("a text that ends");
            format!("{before}{key} = \"{to}\"{after}")
        }
        None => line.to_owned(),
    };
    let mut line = line.to_owned();
    if line.starts_with("verify = ") {
        line = cut(&line, "hold", "2s");
    } else if line.starts_with("helped = ") {
        line = cut(&line, "for", "1s");
    }
    cut(&line, "again", "1s") + "\n"
}
