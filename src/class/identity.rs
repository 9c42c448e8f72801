//! Who a learner is to a class: a random number of this machine, mixed with the class, so that two classes can't tell that
//! it is the same person.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::code::JoinCode;
use super::{ClassError, LearnerId, tls};

const BYTES: usize = 16;

#[derive(Clone, Debug)]
pub struct Identity {
    path: Option<PathBuf>,
    number: String,
}

impl Identity {
    /// The one in this file, or a new one. Where the file can't be written, the next start is somebody new to the class.
    pub fn of(path: &Path) -> Result<Self, ClassError> {
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        let kept = kept.trim();
        if kept.len() == BYTES * 2 && kept.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Self { path: Some(path.into()), number: kept.to_owned() });
        }
        let mut fresh = Self { path: Some(path.into()), number: String::new() };
        fresh.renew()?;
        Ok(fresh)
    }

    /// Of somebody who is not kept.
    pub fn passing() -> Result<Self, ClassError> {
        Ok(Self { path: None, number: tls::hex(&tls::random::<BYTES>()?) })
    }

    /// From now on somebody else.
    pub fn renew(&mut self) -> Result<(), ClassError> {
        self.number = tls::hex(&tls::random::<BYTES>()?);
        if let Some(path) = &self.path
            && let Err(error) = write(path, &self.number)
        {
            tracing::warn!(%error, "who you are to a class could not be kept");
        }
        Ok(())
    }

    pub(super) fn for_class(&self, code: &JoinCode) -> LearnerId {
        let mixed = Sha256::new().chain_update(&self.number).chain_update(code.pin).finalize();
        LearnerId::of(&mixed)
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create(true).truncate(true).open(path)?;
    writeln!(file, "{text}")
}
