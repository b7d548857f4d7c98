//! The team's own programs, played: they keep what they are told in a folder and take no other words than the team's.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

/// Puts a program at `bin/NAME` below a folder. `@DIR@` in it is that folder; each call is noted in `calls/NAME`, before
/// anything else is done.
pub fn program(folder: &Path, path: &str, script: &str) {
    let at = folder.join(path);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::create_dir_all(folder.join("calls")).unwrap();
    let name = at.file_name().unwrap().to_str().unwrap();
    let text = format!("#!/bin/sh\nset -eu\necho \"$*\" >>@DIR@/calls/{name}\n{script}");
    let text = text.replace("@DIR@", folder.to_str().unwrap());
    fs::write(&at, text).unwrap();
    fs::set_permissions(&at, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Writes a file below a folder.
pub fn file(folder: &Path, path: &str, text: &str) {
    let at = folder.join(path);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::write(at, text).unwrap();
}
