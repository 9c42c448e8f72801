//! The place of the tap's socket: a folder and a socket that only this user can open.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use thiserror::Error;

const NAME: &str = "docker.sock";
/// `sun_path` without the zero at its end.
const LONGEST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// Why the tap cannot stand. The shell then gets the engine's own address.
#[derive(Debug, Error)]
pub enum TapError {
    #[error("the path {path} is too long for a socket: it may have {LONGEST} bytes")]
    TooLong { path: PathBuf },
    #[error("{path} belongs to somebody else, or is not a folder")]
    NotOurs { path: PathBuf },
    #[error("another pilotwhale listens at {path}")]
    InUse { path: PathBuf },
    #[error("no socket could be made at {path}: {source}")]
    Socket { path: PathBuf, source: io::Error },
    #[error("no thread could be started: {source}")]
    NoThread { source: io::Error },
}

impl TapError {
    pub fn remedy(&self) -> String {
        match self {
            Self::TooLong { .. } => "set PILOTWHALE_HOME to a folder with a shorter path".into(),
            Self::NotOurs { path } => {
                format!("remove {}, or set PILOTWHALE_HOME to another folder", path.display())
            }
            Self::InUse { .. } => "close the other one, or go on without being observed".into(),
            Self::Socket { .. } => "look at the disk and at the rights of that folder".into(),
            Self::NoThread { .. } => "close some programs and start again".into(),
        }
    }
}

/// Removes the socket and its folder when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
}

impl Place {
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.join(NAME)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.socket());
        // Fails, rightly, when somebody put something else in it.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Makes the folder (0700) and listens on the socket (0600) in it. What a crash has left behind, here or beside, goes.
pub(super) fn open(folder: &Path) -> Result<(Place, UnixListener), TapError> {
    let path = folder.join(NAME);
    if path.as_os_str().len() > LONGEST {
        return Err(TapError::TooLong { path });
    }
    let failed = |source| TapError::Socket { path: path.clone(), source };
    own_folder(folder, &path)?;
    sweep(folder);
    match fs::symlink_metadata(&path) {
        Ok(found) if !found.file_type().is_socket() => return Err(TapError::NotOurs { path }),
        Ok(_) if UnixStream::connect(&path).is_ok() => return Err(TapError::InUse { path }),
        Ok(_) => fs::remove_file(&path).map_err(failed)?,
        Err(_) => {}
    }
    let listener = UnixListener::bind(&path).map_err(failed)?;
    let place = Place { folder: folder.to_owned() };
    // Until here the folder alone keeps others out; that is enough, and this holds where it is not.
    fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok((place, listener))
}

fn own_folder(folder: &Path, path: &Path) -> Result<(), TapError> {
    let failed = |source| TapError::Socket { path: path.to_owned(), source };
    if let Some(parent) = folder.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(failed)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    // Not followed: a link could lead to a folder that others can write to.
    let found = fs::symlink_metadata(folder).map_err(failed)?;
    if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() {
        return Err(TapError::NotOurs { path: folder.to_owned() });
    }
    fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(failed)
}

/// Removes the taps beside this one that nobody listens at any more: `tap-1234` beside `tap-5678`.
fn sweep(folder: &Path) {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name().and_then(|n| n.to_str())) else {
        return;
    };
    let Some((kind, number)) = name.rsplit_once('-') else { return };
    if number.parse::<u32>().is_err() {
        return;
    }
    let beside =
        |name: &str| name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('-')?.parse::<u32>().ok());
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_str().and_then(beside).is_none() || entry.path() == folder {
            continue;
        }
        let socket = entry.path().join(NAME);
        let refused =
            UnixStream::connect(&socket).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
        if refused && fs::remove_file(&socket).is_ok() {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn only_the_user_may_open_it_and_it_goes_with_its_owner() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("run/tap-1");
        let (place, _listener) = open(&folder).unwrap();
        assert_eq!((mode(&folder), mode(&place.socket())), (0o700, 0o600));
        drop(place);
        assert!(!folder.exists());
        assert!(folder.parent().unwrap().exists());
    }

    #[test]
    fn what_a_crash_left_is_removed_and_what_lives_is_not() {
        let root = tempfile::tempdir().unwrap();
        let (own, dead, alive) =
            (root.path().join("tap-1"), root.path().join("tap-2"), root.path().join("tap-3"));
        for folder in [&own, &dead] {
            fs::create_dir(folder).unwrap();
            drop(UnixListener::bind(folder.join(NAME)).unwrap());
        }
        let (_there, _listens) = open(&alive).unwrap();
        let (_place, listener) = open(&own).unwrap();
        assert!(UnixStream::connect(own.join(NAME)).is_ok());
        assert!(!dead.exists());
        assert!(alive.join(NAME).exists());
        assert!(matches!(open(&own), Err(TapError::InUse { .. })));
        drop(listener);
    }

    #[test]
    fn others_things_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = root.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, root.path().join("tap-1")).unwrap();
        assert!(matches!(open(&root.path().join("tap-1")), Err(TapError::NotOurs { .. })));
        fs::create_dir(root.path().join("tap-2")).unwrap();
        fs::write(root.path().join("tap-2").join(NAME), "mine").unwrap();
        assert!(matches!(open(&root.path().join("tap-2")), Err(TapError::NotOurs { .. })));
        assert!(root.path().join("tap-2").join(NAME).exists());
        let long = root.path().join("x".repeat(120));
        assert!(matches!(open(&long), Err(TapError::TooLong { .. })));
        assert!(!long.exists());
    }
}
