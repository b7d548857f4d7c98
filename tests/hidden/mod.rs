//! Secrets that are planted to be looked for: nothing of them may be found where they do not belong.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What every secret that a test makes up begins with.
const CANARY: &str = "canary-b7e1";

/// What was planted, by its place.
pub struct Planted(BTreeMap<&'static str, String>);

impl Planted {
    /// One for each place; `which` tells them from those of other tests.
    pub fn of(places: &[&'static str], which: &str) -> Self {
        let secret = |place: &&'static str| (*place, format!("{CANARY}-{place}-{which}"));
        Self(places.iter().map(secret).collect())
    }

    /// One that nobody here made up.
    pub fn also(&mut self, place: &'static str, secret: String) {
        self.0.insert(place, secret);
    }

    pub fn at(&self, place: &str) -> &str {
        &self.0[place]
    }

    /// Nothing of it is in there, in clear or as programs usually write it.
    #[track_caller]
    pub fn is_not_in(&self, what: &str, bytes: &[u8]) {
        use base64::Engine as _;
        for (place, secret) in &self.0 {
            let coded = base64::engine::general_purpose::STANDARD.encode(secret);
            for form in [secret.as_str(), coded.trim_end_matches('=')] {
                let found = bytes.windows(form.len()).any(|it| it == form.as_bytes());
                assert!(!found, "the secret of `{place}` is in {what}");
            }
        }
    }

    /// The same of every file below a folder, but for those it was planted in; how many were read.
    pub fn is_below_nowhere(&self, folder: &Path, planted: &[PathBuf]) -> usize {
        let mut read = 0;
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if planted.contains(&path) {
                continue;
            }
            if path.is_dir() {
                read += self.is_below_nowhere(&path, planted);
            } else if path.is_file()
                && let Ok(bytes) = fs::read(&path)
            {
                self.is_not_in(&path.display().to_string(), &bytes);
                read += 1;
            }
        }
        read
    }
}

/// Looks at the arguments of every process of this machine, again and again.
pub struct Processes {
    seen: Arc<Mutex<Vec<u8>>>,
    done: Arc<AtomicBool>,
    looking: Option<thread::JoinHandle<usize>>,
}

impl Processes {
    pub fn watched() -> Self {
        let (seen, done) = (
            Arc::<Mutex<Vec<u8>>>::default(),
            Arc::<AtomicBool>::default(),
        );
        let (into, over) = (Arc::clone(&seen), Arc::clone(&done));
        let looking = thread::spawn(move || {
            let mut known = BTreeSet::new();
            while !over.load(Ordering::SeqCst) {
                for process in fs::read_dir("/proc").unwrap().flatten() {
                    let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
                    if !line.is_empty() && known.insert(line.clone()) {
                        into.lock().unwrap().extend(line);
                    }
                }
                thread::sleep(Duration::from_millis(1));
            }
            known.len()
        });
        Self {
            seen,
            done,
            looking: Some(looking),
        }
    }

    /// All arguments that were seen.
    pub fn end(mut self) -> Vec<u8> {
        self.done.store(true, Ordering::SeqCst);
        let looked = self.looking.take().unwrap().join().unwrap();
        assert!(looked > 1);
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}
