//! One run of a program: its own process group, a clean environment, a limit, and an end that is told apart.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::process::Signal;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, Command},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    files::{OutFile, SecretFile},
    follow::Came,
    group::{AsUser, Begun, Group},
    ssh::{Sought, Ssh, first_lines, script},
};
use crate::{
    domain::action::{place::SecretDelivery, verdict::Stream},
    runtime::executors::{
        output::{Ears, Heard, Written},
        secrets::Secret,
    },
};

/// Where programs that a program names without a folder are found.
pub(super) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How long a program may take to end when it is asked to.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How long a killed program is waited for: one that hangs in the kernel ends when that lets go of it.
const LAST_WAIT: Duration = Duration::from_secs(2);
/// How long the output of a program that has ended is waited for: what it left behind may hold it open.
const LINGER: Duration = Duration::from_millis(500);

/// A program to run.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub program: PathBuf,
    pub args: Vec<String>,
    pub cwd: Option<PathBuf>,
    pub home: Option<PathBuf>,
    /// Beside the fixed ones.
    pub env: BTreeMap<String, String>,
    pub secrets: Vec<Secret>,
    /// Those it is not given, which are cleared out of what it says all the same.
    pub hidden: Vec<Secret>,
    pub stdin: Option<String>,
    /// What it reads instead: a file of where it runs.
    pub stdin_file: Option<PathBuf>,
    /// Where its output goes instead.
    pub stdout: Option<PathBuf>,
    pub by: Option<AsUser>,
    /// Where it runs, if that is not here.
    pub over: Option<Ssh>,
    pub limit: Duration,
    /// It goes on by itself: its limit is its proper end.
    pub bounded: bool,
    /// Who counts what comes of its output.
    pub came: Option<Arc<Came>>,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Exited(i32),
    /// By a signal that was not ours.
    Signalled(i32),
    /// It was ended at its limit, as it was meant to.
    AtLimit,
    /// The line to the other host went, and with it what became of it there.
    Lost(String),
    /// It was stopped for taking too long; whether it is gone is said.
    TimedOut {
        gone: bool,
    },
    /// It was stopped because a person asked for it.
    Cancelled {
        gone: bool,
    },
    /// A person asked for the stop before it was started.
    NotBegun,
    /// Nothing of it ever ran.
    NotStarted(String),
    /// It did its work, but what it wrote is not where it should be.
    NotKept(String),
}

/// A run that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub ended: Ended,
    pub out: Heard,
    pub err: Heard,
    /// Whole seconds it took.
    pub took: u64,
}

/// Runs it to its end, its limit, or until a person has it stopped.
pub async fn run(call: &Call, ears: Ears<'_>, cancel: Option<&CancellationToken>) -> Ran {
    let nothing = |ended: Ended| Ran {
        ended,
        out: Heard::default(),
        err: Heard::default(),
        took: 0,
    };
    let not_started = |why: String| nothing(Ended::NotStarted(why));
    if cancel.is_some_and(CancellationToken::is_cancelled) {
        return nothing(Ended::NotBegun);
    }
    let (mut command, files) = match prepared(call) {
        Ok(prepared) => prepared,
        Err(why) => return not_started(why),
    };
    let file = match call.stdout.as_deref().map(OutFile::create).transpose() {
        Ok(file) => file,
        Err(why) => return not_started(why),
    };
    match file.as_ref().map(OutFile::stdio).transpose() {
        Ok(stdio) => command.stdout(stdio.unwrap_or_else(Stdio::piped)),
        Err(why) => return not_started(why.to_string()),
    };
    let child = match start(&mut command).await {
        Ok(child) => child,
        Err(error) => return not_started(error.to_string()),
    };
    // It holds the writing end of our pipes.
    drop(command);
    let mut ran = attend(call, child, &ears, cancel).await;
    drop(files);
    if let Some(file) = file {
        let kept = ran.ended == Ended::Exited(0);
        if let Err(why) = file.settle(kept, &ears) {
            ran.ended = Ended::NotKept(why);
        }
    }
    ran
}

/// The program as it is started, and the files its secrets are in.
fn prepared(call: &Call) -> Result<(Command, Vec<SecretFile>), String> {
    if let Some(ssh) = &call.over {
        first_lines(call)?;
        return Ok((far(call, ssh)?, Vec::new()));
    }
    let mut env: BTreeMap<String, String> = BTreeMap::from([
        ("PATH".to_owned(), PATH.to_owned()),
        ("LANG".to_owned(), "C".to_owned()),
    ]);
    if let Some(home) = &call.home {
        env.insert("HOME".to_owned(), home.to_string_lossy().into_owned());
    }
    env.extend(call.env.clone());
    let mut kept: Vec<String> = call.env.keys().cloned().collect();
    let mut files = Vec::new();
    let mut hidden = Vec::new();
    for secret in &call.secrets {
        let variable = match &secret.deliver {
            SecretDelivery::Env(variable) => {
                hidden.push((variable.clone(), secret.expose().to_owned()));
                variable
            }
            SecretDelivery::File(variable) => {
                let file = SecretFile::create(secret).map_err(|error| error.to_string())?;
                env.insert(variable.clone(), file.path().to_string_lossy().into_owned());
                files.push(file);
                variable
            }
            SecretDelivery::Header(_) => {
                return Err(format!(
                    "the secret `{}` goes into a header, which a program has not",
                    secret.name
                ));
            }
        };
        kept.push(variable.clone());
    }
    let mut command = match &call.by {
        None => Command::new(&call.program),
        Some(by) => {
            let mut command = Command::new(&by.sudo);
            command.arg("-n");
            if !kept.is_empty() {
                command.arg(format!("--preserve-env={}", kept.join(",")));
            }
            command.args(["-u", &by.user, "--"]).arg(&call.program);
            command
        }
    };
    command
        .args(&call.args)
        .env_clear()
        .envs(env)
        .envs(hidden)
        .stdin(match (&call.stdin_file, &call.stdin) {
            (Some(path), _) => Stdio::from(opened(path)?),
            (None, Some(_)) => Stdio::piped(),
            (None, None) => Stdio::null(),
        })
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    if let Some(cwd) = &call.cwd {
        command.current_dir(cwd);
    }
    Ok((command, files))
}

fn opened(path: &std::path::Path) -> Result<std::fs::File, String> {
    let file = std::fs::File::open(path);
    file.map_err(|error| format!("{}: {error}", path.display()))
}

/// The same at another host.
fn far(call: &Call, ssh: &Ssh) -> Result<Command, String> {
    let mut command = Command::new(&ssh.program);
    command
        .args(ssh.args(&script(call)?))
        .env_clear()
        .env("PATH", PATH)
        .env("LANG", "C")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    if let Some(home) = &call.home {
        command.env("HOME", home);
    }
    if let Some(agent) = &ssh.agent {
        command.env("SSH_AUTH_SOCK", agent);
    }
    Ok(command)
}

/// A file that somebody is just done writing is busy for a moment; nothing has run then.
async fn start(command: &mut Command) -> std::io::Result<Child> {
    for _ in 0..5 {
        match command.spawn() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            other => return other,
        }
    }
    command.spawn()
}

/// What stops a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Limit,
    Person,
}

/// What it is given to read.
fn input(call: &Call) -> Option<String> {
    if call.over.is_none() {
        return call.stdin.clone();
    }
    // Whether there is more than one line of a secret was looked at before it was started.
    let first = first_lines(call).ok()?;
    Some(first + call.stdin.as_deref().unwrap_or_default())
}

async fn attend(
    call: &Call,
    mut child: Child,
    ears: &Ears<'_>,
    cancel: Option<&CancellationToken>,
) -> Ran {
    let began = Instant::now();
    let mut group = Group::of(&child, call.by.clone(), call.over.clone());
    let begun = group.begun();
    let stdin = input(call);
    let hidden = [call.secrets.as_slice(), &call.hidden].concat();
    let mut out = Written::new(ears.clone(), Stream::Out, &hidden);
    let mut err = Written::new(ears.clone(), Stream::Err, &hidden);
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (status, stop) = {
        let pumping = async {
            futures::join!(
                give(pipes.0, stdin.as_deref(), begun.as_deref()),
                pump(pipes.1, &mut out, call.came.as_deref()),
                pump_behind(pipes.2, &mut err, begun.as_deref()),
            );
        };
        tokio::pin!(pumping);
        let mut pumped = false;
        let mut stop = None;
        let mut killed = false;
        let mut reached = true;
        let mut until = began + call.limit;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status.ok(),
                () = &mut pumping, if !pumped => pumped = true,
                () = cancelled(cancel), if stop.is_none() => {
                    stop = Some(Stop::Person);
                    reached = group.signal(Signal::TERM).await;
                    until = Instant::now() + GRACE;
                }
                () = sleep_until(until) => match stop {
                    None => {
                        stop = Some(Stop::Limit);
                        // What traces or captures writes what it has when it is interrupted.
                        let signal = if call.bounded { Signal::INT } else { Signal::TERM };
                        reached = group.signal(signal).await;
                        until = Instant::now() + GRACE;
                    }
                    Some(_) if !killed => {
                        killed = true;
                        reached |= group.signal(Signal::KILL).await;
                        until = Instant::now() + LAST_WAIT;
                    }
                    Some(_) => break None,
                },
            }
        };
        if stop.is_some() && !killed {
            // It ended as it was told; what it started and left is made to.
            group.signal(Signal::KILL).await;
        }
        if !pumped {
            let _ = timeout(LINGER, pumping).await;
        }
        (status, stop.map(|stop| (stop, reached)))
    };
    group.let_go();
    let mut ran = Ran {
        ended: ended(status, stop),
        out: out.end(),
        err: err.end(),
        took: began.elapsed().as_secs(),
    };
    if ran.ended == (Ended::TimedOut { gone: true }) && call.bounded {
        ran.ended = Ended::AtLimit;
    }
    if let Some(begun) = begun {
        ran.ended = ended_far(ran.ended, matches!(begun.get(), Some(Some(_))), &ran.err);
    }
    ran
}

/// The way to another host has an end of its own: before the program ran, or after.
fn ended_far(ended: Ended, begun: bool, err: &Heard) -> Ended {
    let said = || err.last_line().unwrap_or("ssh ended").to_owned();
    match ended {
        Ended::Exited(_) | Ended::Signalled(_) if !begun => Ended::NotStarted(said()),
        Ended::TimedOut { .. } | Ended::AtLimit if !begun => {
            Ended::NotStarted("no way to the other host within its limit".to_owned())
        }
        Ended::Exited(255) => Ended::Lost(said()),
        other => other,
    }
}

/// How it ended; a stop says whether it reached the program.
fn ended(status: Option<ExitStatus>, stop: Option<(Stop, bool)>) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    let gone = status.is_some() && stop.is_none_or(|(_, reached)| reached);
    match (stop, status) {
        (Some((Stop::Limit, _)), _) => Ended::TimedOut { gone },
        (Some((Stop::Person, _)), _) => Ended::Cancelled { gone },
        (None, Some(status)) => match (status.code(), status.signal()) {
            (Some(code), _) => Ended::Exited(code),
            (None, signal) => Ended::Signalled(signal.unwrap_or_default()),
        },
        (None, None) => Ended::Signalled(0),
    }
}

pub(super) async fn cancelled(cancel: Option<&CancellationToken>) {
    match cancel {
        Some(cancel) => cancel.cancelled().await,
        None => std::future::pending().await,
    }
}

/// Gives it what it reads; at another host once it is said that it will run there.
async fn give(pipe: Option<ChildStdin>, text: Option<&str>, begun: Option<&Begun>) {
    if let Some(begun) = begun
        && begun.wait().await.is_none()
    {
        return;
    }
    if let (Some(mut pipe), Some(text)) = (pipe, text) {
        // A program that does not read to the end says with its exit code whether that is well.
        let _ = pipe.write_all(text.as_bytes()).await;
        let _ = pipe.shutdown().await;
    }
}

/// What comes; at another host, behind the line that says that the program will run there.
async fn pump_behind(
    pipe: Option<impl AsyncRead + Unpin>,
    into: &mut Written<'_>,
    begun: Option<&Begun>,
) {
    let Some(begun) = begun else {
        return pump(pipe, into, None).await;
    };
    let Some(mut pipe) = pipe else { return };
    let mut sought = Sought::default();
    let mut piece = vec![0; 16 << 10];
    while let Ok(count @ 1..) = pipe.read(&mut piece).await {
        if let Some((group, rest)) = sought.feed(&piece[..count]) {
            // It is said once.
            let _ = begun.set(Some(group));
            into.feed(&rest);
            return pump(Some(pipe), into, None).await;
        }
    }
    let _ = begun.set(None);
    into.feed(&sought.rest());
}

async fn pump(pipe: Option<impl AsyncRead + Unpin>, into: &mut Written<'_>, came: Option<&Came>) {
    let Some(mut pipe) = pipe else { return };
    let mut piece = vec![0; 16 << 10];
    while let Ok(count @ 1..) = pipe.read(&mut piece).await {
        into.feed(&piece[..count]);
        if let Some(came) = came {
            came.add(count);
        }
    }
}
