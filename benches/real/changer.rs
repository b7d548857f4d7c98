//! Who changes pods while a program is measured: a process of its own, behind all others.

use std::{
    io,
    path::Path,
    process::{Child, Command},
};

/// The process. Dropping ends it.
pub struct Changer(Child);

impl Changer {
    pub fn start(kubeconfig: &Path, namespace: &str, pods: usize, rate: u32) -> io::Result<Self> {
        let child = Command::new("nice")
            .arg(std::env::current_exe()?)
            .arg("change")
            .arg(kubeconfig)
            .arg(namespace)
            .arg(pods.to_string())
            .arg(rate.to_string())
            .spawn()?;
        Ok(Self(child))
    }
}

impl Drop for Changer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
