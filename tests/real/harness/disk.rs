//! A small disk of a person's own, which can be filled and made read-only.

use std::{
    fs,
    io::{BufRead as _, BufReader, ErrorKind, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use super::person::Person;

/// How much it holds.
const SIZE: &str = "8m";

/// Mounts it and lives, with all that is mounted, for as long as its standard input does.
const HELD: &str = r#"
mount -t tmpfs -o "size=$2,mode=700,uid=$3,gid=$3" none "$1"
echo mounted
exec cat
"#;

/// A disk in a mount namespace that ends with the test. That takes root.
pub struct Disk {
    holder: Child,
    path: PathBuf,
}

impl Disk {
    /// Over one of a person's folders, for every call of theirs from now on.
    pub fn below(person: &mut Person, folder: &str) -> Self {
        let path = person.at(folder);
        let uid = person.uid.expect("they are a user of their own");
        let mut holder = Command::new("/usr/bin/unshare")
            .args(["--mount", "/bin/sh", "-ec", HELD, "sh"])
            .arg(&path)
            .args([SIZE, &uid.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut told = BufReader::new(holder.stdout.as_mut().unwrap());
        told.read_line(&mut said).unwrap();
        assert_eq!(said, "mounted\n");
        person.within = Some(holder.id());
        Self { holder, path }
    }

    /// What takes all the room that is left.
    fn ballast(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        let path = self.path.strip_prefix("/").unwrap();
        root.join(path).join("ballast")
    }

    /// Fills it to the brim.
    pub fn fill(&self) {
        let mut file = fs::File::create(self.ballast()).unwrap();
        let page = [0; 4096];
        let full = loop {
            if let Err(error) = file.write_all(&page) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
    }

    /// Gives the room back.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    /// From now on it may only be read. Nobody may have a file of it open to write.
    pub fn protect(&self) {
        self.remount("ro");
    }

    pub fn unprotect(&self) {
        self.remount("rw");
    }

    fn remount(&self, how: &str) {
        let mounts = format!("--mount=/proc/{}/ns/mnt", self.holder.id());
        let options = format!("remount,{how}");
        let mut command = Command::new("/usr/bin/nsenter");
        command.args([&mounts, "--", "mount", "-o", &options]);
        let output = command.arg(&self.path).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
