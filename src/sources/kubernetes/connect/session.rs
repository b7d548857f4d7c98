//! A session without a terminal for programs we start: this binary starts itself, leaves the terminal and becomes the
//! program. A process group of its own would not do: its writes to the terminal go through.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{ErrorKind, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::OnceLock,
};

/// The first argument that asks for it; no person writes it.
const ASKED: &str = "__session";
/// How a shell says that there is no such program, and that it can't be started.
const MISSING: u8 = 127;
const UNUSABLE: u8 = 126;

/// How this binary is started again; nothing where `main` has not called [`own_session`].
static OURSELVES: OnceLock<PathBuf> = OnceLock::new();

/// To be called before anything else in `main`: becomes the program that a session was asked for. Returns with the exit
/// code where that can't be, and with nothing where none was asked for.
pub fn own_session() -> Option<ExitCode> {
    let mut args = env::args_os().skip(1);
    if args.next().as_deref() != Some(OsStr::new(ASKED)) {
        // By this name it is found where the file was replaced meanwhile, too.
        let running = PathBuf::from("/proc/self/exe");
        let ourselves = Some(running).filter(|it| it.exists());
        if let Some(ourselves) = ourselves.or_else(|| env::current_exe().ok()) {
            let _ = OURSELVES.set(ourselves);
        }
        return None;
    }
    let program = args.next().unwrap_or_default();
    // Fails for the leader of a process group only, which was not started by us.
    let why = match rustix::process::setsid() {
        Ok(_) => Command::new(&program).args(args).exec(),
        Err(why) => why.into(),
    };
    let name = program.to_string_lossy();
    let _ = writeln!(std::io::stderr(), "{name}: {why}");
    let missing = why.kind() == ErrorKind::NotFound;
    Some(ExitCode::from(if missing { MISSING } else { UNUSABLE }))
}

/// The words that start a program in a session of its own, where this binary can.
pub fn words(program: &str) -> Option<[OsString; 3]> {
    let ourselves = OURSELVES.get()?;
    Some([ourselves.into(), ASKED.into(), program.into()])
}

/// Whether a program can be found: by its path, or in the folders of `path`.
pub(super) fn is_there(program: &str, path: Option<&OsStr>) -> bool {
    if program.contains('/') {
        return Path::new(program).exists();
    }
    // Without one the system has its own.
    path.is_none_or(|path| env::split_paths(path).any(|it| it.join(program).is_file()))
}
