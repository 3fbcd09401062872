//! The data folder: one process at a time, and the master key beside the database.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::chance;

/// A data folder that this process holds alone.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Why a data folder cannot be used; each says what would be right.
#[derive(Debug, thiserror::Error)]
pub enum FolderFault {
    /// Another process holds it.
    #[error("another countersign process uses the data folder {0}; stop it first")]
    Held(PathBuf),
    /// The operating system says no.
    #[error("the data folder {0} cannot be used: {1}")]
    Unusable(PathBuf, io::Error),
    /// There is a database but no key for it.
    #[error(
        "{0} holds a database but no master key; put the key back as {0}/master.key \
         or give it in COUNTERSIGN_MASTER_KEY"
    )]
    KeyMissing(PathBuf),
    /// There is a key but nothing that it opens.
    #[error(
        "{0} holds a master key but no database: put the database back as {0}/countersign.db; \
         if this folder was never in use, delete {0}/master.key to begin anew"
    )]
    DatabaseMissing(PathBuf),
    /// The text is no key.
    #[error("a master key is 32 bytes in base64 (44 characters); {0} holds something else")]
    KeyMalformed(String),
    /// Others can read the file.
    #[error("{0} can be read by others; run: chmod 600 {0}")]
    KeyOpen(PathBuf),
}

/// A master key of 256 bits.
pub type MasterKey = Zeroizing<[u8; 32]>;

impl Folder {
    /// Takes the folder for this process, making it if it is missing.
    pub fn hold(path: &Path) -> Result<Self, FolderFault> {
        let unusable = |error| FolderFault::Unusable(path.to_owned(), error);
        if !path.exists() {
            fs::create_dir_all(path).map_err(unusable)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(unusable)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join("lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderFault::Held(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// The file of the embedded database.
    pub fn database(&self) -> PathBuf {
        self.path.join("countersign.db")
    }

    /// Where the master key lies when it is not given from outside.
    pub fn key_file(&self) -> PathBuf {
        self.path.join("master.key")
    }

    /// Refuses a folder whose embedded database is gone: a new one in its place would look like
    /// a fresh installation, and the old one's words would seem lost.
    pub fn expect_database(&self) -> Result<(), FolderFault> {
        let has_database = fs::metadata(self.database()).is_ok_and(|file| file.len() > 0);
        if self.key_file().exists() && !has_database {
            return Err(FolderFault::DatabaseMissing(self.path.clone()));
        }
        Ok(())
    }

    /// The master key: `given` from outside, or the folder's file, made with a new database.
    pub fn master_key(&self, given: Option<&str>) -> Result<MasterKey, FolderFault> {
        if let Some(text) = given {
            return parse(text).ok_or_else(|| FolderFault::KeyMalformed("the given text".into()));
        }
        let path = self.key_file();
        match File::open(&path) {
            Ok(file) => read(&path, file),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(FolderFault::Unusable(path, error))
            }
            Err(_) if self.database().exists() => Err(FolderFault::KeyMissing(self.path.clone())),
            Err(_) => make(&path).map_err(|error| FolderFault::Unusable(path, error)),
        }
    }
}

fn read(path: &Path, mut file: File) -> Result<MasterKey, FolderFault> {
    let unusable = |error| FolderFault::Unusable(path.to_owned(), error);
    if file.metadata().map_err(unusable)?.permissions().mode() & 0o077 != 0 {
        return Err(FolderFault::KeyOpen(path.to_owned()));
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(unusable)?;
    parse(&text).ok_or_else(|| FolderFault::KeyMalformed(path.display().to_string()))
}

fn make(path: &Path) -> io::Result<MasterKey> {
    let key = Zeroizing::new(chance::bytes::<32>());
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(STANDARD.encode(*key).as_bytes())?;
    file.sync_all()?;
    Ok(key)
}

fn parse(text: &str) -> Option<MasterKey> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}
