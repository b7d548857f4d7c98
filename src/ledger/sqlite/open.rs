//! How the file is made and opened, and who may look into it.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    io::Read as _,
    os::unix::{
        ffi::{OsStrExt as _, OsStringExt as _},
        fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    },
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use super::{SqliteLedger, fault::fault, schema};
use crate::{
    domain::time::Clock,
    ledger::{LedgerError, chain},
};

/// How long a writer waits for another before it says that the ledger is locked.
const PATIENCE: Duration = Duration::from_secs(2);

impl SqliteLedger {
    /// Opens the ledger to write, and makes it where there is none: what a command does that may act.
    pub fn open_for_writing(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        make(path)?;
        look_who_may(path)?;
        if !may_be_written(path) {
            return Err(LedgerError::ReadOnly);
        }
        let mut connection = connect(path.as_os_str(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let writable = !connection
            .is_readonly(rusqlite::MAIN_DB)
            .map_err(|error| fault(&error))?;
        if !writable {
            return Err(LedgerError::ReadOnly);
        }
        // An answer tells which mode it is in: where shared memory does not work it stays what it was, which is safe too.
        connection
            .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
            .map_err(|error| fault(&error))?;
        for (name, value) in [("synchronous", "FULL"), ("foreign_keys", "ON")] {
            connection
                .pragma_update(None, name, value)
                .map_err(|error| fault(&error))?;
        }
        schema::migrate(&mut connection)?;
        let origin = begin(&mut connection, clock.now().wall)?;
        Ok(Self {
            path: path.to_owned(),
            origin,
            clock,
            file: Inode::of(path)?,
            connection: Mutex::new(connection),
            anchors: None,
        })
    }

    /// Opens the ledger to read; `None` where there is none, since reading makes nothing.
    pub fn open_for_reading(
        path: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Self>, LedgerError> {
        match fs::metadata(path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(not_opened(path, &error)),
        }
        look_who_may(path)?;
        let access = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = if may_be_written(path) || has_log(path) {
            connect(path.as_os_str(), access)?
        } else {
            // Nobody can write there, so nothing has to be shared with who does.
            connect(&unmoving(path), access | OpenFlags::SQLITE_OPEN_URI)?
        };
        let version = schema::found(&connection)?;
        if version == 0 {
            // Somebody is just making it.
            return Ok(None);
        }
        if version < schema::KNOWN {
            drop(connection);
            return Self::open_for_writing(path, clock).map(Some);
        }
        let Some(origin) = origin(&connection)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            path: path.to_owned(),
            origin,
            clock,
            file: Inode::of(path)?,
            connection: Mutex::new(connection),
            anchors: None,
        }))
    }
}

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inode {
    device: u64,
    number: u64,
}

impl Inode {
    /// The file that has this name now.
    pub fn of(path: &Path) -> Result<Self, LedgerError> {
        let found = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => gone(path),
            _ => not_opened(path, &error),
        })?;
        Ok(Self {
            device: found.dev(),
            number: found.ino(),
        })
    }

    /// An error where the name is another file's by now, or nobody's.
    pub fn still_has(self, path: &Path) -> Result<(), LedgerError> {
        if Self::of(path)? == self {
            Ok(())
        } else {
            Err(gone(path))
        }
    }
}

fn gone(path: &Path) -> LedgerError {
    LedgerError::Gone {
        path: path.display().to_string(),
    }
}

/// Whether the file and what stands beside it can be written by us, on a disk that can.
fn may_be_written(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    let folder = path.parent().unwrap_or(Path::new("."));
    access(folder, Access::WRITE_OK).is_ok() && access(path, Access::WRITE_OK).is_ok()
}

/// Whether a log of writes beside the file holds what the file does not.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|found| found.len() > 0)
}

/// The address of a file that nobody writes to.
fn unmoving(path: &Path) -> OsString {
    let mut address = b"file:".to_vec();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'%' => address.extend(b"%25"),
            b'?' => address.extend(b"%3f"),
            b'#' => address.extend(b"%23"),
            other => address.push(*other),
        }
    }
    address.extend(b"?immutable=1");
    OsString::from_vec(address)
}

fn connect(path: &OsStr, access: OpenFlags) -> Result<Connection, LedgerError> {
    let connection = Connection::open_with_flags(
        path,
        access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE,
    )
    .map_err(|error| match fault(&error) {
        LedgerError::Broken(why) => LedgerError::NotOpened {
            path: path.to_string_lossy().into_owned(),
            why,
        },
        other => other,
    })?;
    connection
        .busy_timeout(PATIENCE)
        .map_err(|error| fault(&error))?;
    Ok(connection)
}

fn not_opened(path: &Path, error: &io::Error) -> LedgerError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LedgerError::Full,
        io::ErrorKind::ReadOnlyFilesystem => LedgerError::ReadOnly,
        _ => LedgerError::NotOpened {
            path: path.display().to_string(),
            why: error.to_string(),
        },
    }
}

/// Makes the folder and an empty file that nobody else may read.
fn make(path: &Path) -> Result<(), LedgerError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| not_opened(path, &error))?;
    let made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(_) => fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| not_opened(path, &error)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(not_opened(path, &error)),
    }
}

/// Nobody but its owner may read or write the ledger, or put another in its place.
fn look_who_may(path: &Path) -> Result<(), LedgerError> {
    let mode = |path: &Path| {
        fs::metadata(path)
            .map(|found| found.mode())
            .map_err(|error| not_opened(path, &error))
    };
    if mode(path)? & 0o077 != 0 {
        return Err(LedgerError::Loose {
            path: path.display().to_string(),
            mode: "600",
        });
    }
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new(""))
        && mode(folder)? & 0o022 != 0
    {
        return Err(LedgerError::Loose {
            path: folder.display().to_string(),
            mode: "700",
        });
    }
    Ok(())
}

fn origin(connection: &Connection) -> Result<Option<String>, LedgerError> {
    connection
        .query_row("SELECT value FROM about WHERE name = 'origin'", [], |row| {
            row.get(0)
        })
        .optional()
        .map_err(|error| fault(&error))
}

/// The origin, which is made up where the file is new.
fn begin(connection: &mut Connection, now: jiff::Timestamp) -> Result<String, LedgerError> {
    if let Some(origin) = origin(connection)? {
        return Ok(origin);
    }
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(|error| fault(&error))?;
    if let Some(origin) = origin(&transaction)? {
        return Ok(origin);
    }
    let name = new_origin()?;
    transaction
        .execute(
            "INSERT INTO about (name, value) VALUES ('origin', ?1), ('made', ?2)",
            params![name, now.to_string()],
        )
        .and_then(|_| {
            transaction.execute(
                "INSERT INTO head (one, sequence, hash, writes) VALUES (1, 0, ?1, 0)",
                [chain::START],
            )
        })
        .map_err(|error| fault(&error))?;
    transaction.commit().map_err(|error| fault(&error))?;
    Ok(name)
}

/// `bastion-1/1000/9f86d081884c7d65`.
fn new_origin() -> Result<String, LedgerError> {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => "unnamed",
        host => host,
    };
    let uid = rustix::process::getuid().as_raw();
    let mut random = [0; 8];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut random))
        .map_err(|error| not_opened(Path::new("/dev/urandom"), &error))?;
    Ok(format!("{host}/{uid}/{:016x}", u64::from_be_bytes(random)))
}
