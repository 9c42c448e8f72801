//! Opens files below a folder, whatever links in it say: regular ones alone, and no more of them than a bound.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};

/// Bytes of one file of a course, be it a lesson, an exercise or a starter file.
pub const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("it is not there")]
    Missing,
    #[error("it is a link that leads out of the folder")]
    Outside,
    #[error("it is a folder")]
    Folder,
    /// A pipe, a device or a socket, which may never end.
    #[error("it is no regular file")]
    Special,
    #[error("it is larger than {} MB", .0 / 1024 / 1024)]
    TooLong(u64),
    #[error("{0}")]
    Other(io::Error),
}

impl Unread {
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing => "check its name, letter by letter",
            Self::Outside => "put the file itself there, or a link to a file of the same folder",
            Self::Folder | Self::Special => "put a file of text there",
            Self::TooLong(_) => "cut it into several files, or leave out what is not text",
            Self::Other(_) => "check who may read it",
        }
    }

    /// A leading link is refused by the library and not by the system, so it has no number.
    fn of(error: io::Error) -> Self {
        match (error.kind(), error.raw_os_error()) {
            (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, _) => Self::Missing,
            (io::ErrorKind::PermissionDenied, None) => Self::Outside,
            _ => Self::Other(error),
        }
    }
}

/// A path below `folder`, with `/` between the parts. Never waits for what is no regular file.
pub fn open(folder: &Path, path: &str) -> Result<File, Unread> {
    let root = Dir::open_ambient_dir(folder, ambient_authority()).map_err(Unread::of)?;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(without_waiting());
    let file = root.open_with(path, &options).map_err(Unread::of)?;
    regular(file.into_std())
}

/// All of the file, as long as that is at most `most` bytes.
pub fn read(folder: &Path, path: &str, most: u64) -> Result<Vec<u8>, Unread> {
    all(open(folder, path)?, most)
}

/// The file that somebody named: there a link may lead anywhere.
pub fn read_named(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let mut options = File::options();
    std::os::unix::fs::OpenOptionsExt::custom_flags(options.read(true), without_waiting());
    all(regular(options.open(path).map_err(Unread::of)?)?, most)
}

/// To open a pipe waits for its other end, unless one says that one does not.
fn without_waiting() -> i32 {
    i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default()
}

fn regular(file: File) -> Result<File, Unread> {
    let about = file.metadata().map_err(Unread::of)?;
    match about.is_file() {
        true => Ok(file),
        false if about.is_dir() => Err(Unread::Folder),
        false => Err(Unread::Special),
    }
}

fn all(file: File, most: u64) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(Unread::of)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        Ok(bytes)
    } else {
        Err(Unread::TooLong(most))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_stay_below_the_folder_and_nothing_else_than_a_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::write(dir.path().join("secret"), "secret").unwrap();
        fs::write(root.join("a"), "text").unwrap();
        let link = |to: &str, name: &str| symlink(to, root.join(name)).unwrap();
        for (to, name) in [
            ("a", "same"),
            ("../a", "sub/up"),
            ("../secret", "out"),
            ("/dev/zero", "device"),
            ("/etc", "sub/etc"),
            ("nowhere", "dangling"),
            ("loop", "loop"),
        ] {
            link(to, name);
        }
        link(&dir.path().join("secret").display().to_string(), "absolute");
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe"), rustix::fs::Mode::RWXU).unwrap();
        let of = |path: &str| read(&root, path, 4);
        for path in ["a", "./a", "same", "sub/up", "sub/../a"] {
            assert_eq!(of(path).unwrap(), b"text", "{path}");
        }
        for path in
            ["out", "absolute", "device", "sub/etc/passwd", "../secret", "/etc/passwd", "sub/../../secret"]
        {
            assert!(matches!(of(path), Err(Unread::Outside)), "{path}: {:?}", of(path));
        }
        assert!(matches!(of("pipe"), Err(Unread::Special)));
        assert!(matches!(of("sub"), Err(Unread::Folder)));
        assert!(matches!(of("loop"), Err(Unread::Other(_))));
        for path in ["dangling", "b", "a/b"] {
            assert!(matches!(of(path), Err(Unread::Missing)), "{path}: {:?}", of(path));
        }
        assert!(matches!(read(&root, "a", 3), Err(Unread::TooLong(3))));
        assert!(matches!(read_named(&root.join("pipe"), 3), Err(Unread::Special)));
        assert!(matches!(read_named(&root.join("device"), 3), Err(Unread::Special)));
        assert_eq!(read_named(&root.join("out"), 6).unwrap(), b"secret");
    }
}
