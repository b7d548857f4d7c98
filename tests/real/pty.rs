//! The program at a terminal, as the first tier has it.

#[path = "../pty/home.rs"]
pub mod home;
#[path = "../pty/session.rs"]
pub mod session;
#[path = "../pty/terminal.rs"]
pub mod terminal;
