//! The boundaries between two states of a run, where tests make the process die.

/// A boundary. In a build for tests the process can be made to die here, as by `kill -9`, or to wait.
#[cfg(feature = "failpoints")]
pub fn point(name: &str) {
    let _ = fail::eval(name, |_| {
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    });
}

/// A boundary: nothing happens here in a build that is used.
#[cfg(not(feature = "failpoints"))]
pub const fn point(_name: &str) {}
