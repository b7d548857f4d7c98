//! Servers that fail under a cockpit that reads them: it says so, keeps what it knew, and is right again after.

mod alertmanager;
mod cockpit;
mod desk;
mod kubernetes;
mod prometheus;
mod way;

#[allow(dead_code, reason = "made for the tests of the terminal")]
#[path = "../../pty/home.rs"]
mod home;
#[allow(dead_code, reason = "made for the tests of the terminal")]
#[path = "../../pty/session.rs"]
mod session;
#[allow(dead_code, reason = "made for the tests of the terminal")]
#[path = "../../pty/terminal.rs"]
mod terminal;
