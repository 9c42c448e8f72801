//! Writes what the learner wants to keep into a file of its own.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// `NAME.log` in the folder, or `NAME-2.log` and so on where that is taken: nothing is written over. The error is a sentence,
/// with what to do.
pub(super) fn save(folder: &Path, name: &str, text: &str) -> Result<PathBuf, (String, String)> {
    let failed = |path: &Path, error: std::io::Error| {
        let what = format!("The log could not be written to {}: {error}", path.display());
        (what, "make room on the disk, or make the folder writable".to_owned())
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    // A container's name has no others, and a file's must not.
    let name: String = name.chars().filter(|c| c.is_alphanumeric() || "._-".contains(*c)).collect();
    let mut number = 1u32;
    loop {
        let path = match number {
            1 => folder.join(format!("{name}.log")),
            number => folder.join(format!("{name}-{number}.log")),
        };
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(|error| failed(&path, error))?;
                return Ok(path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(failed(&path, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_and_no_name_leads_elsewhere() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("work");
        let first = save(&folder, "web", "one").unwrap();
        let second = save(&folder, "web", "two").unwrap();
        assert_eq!((first.clone(), second), (folder.join("web.log"), folder.join("web-2.log")));
        assert_eq!(fs::read_to_string(first).unwrap(), "one");
        assert_eq!(save(&folder, "../x/y", "").unwrap(), folder.join("..xy.log"));
        let (what, _) = save(Path::new("/proc/nowhere"), "web", "").unwrap_err();
        assert!(what.contains("/proc/nowhere"), "{what}");
    }
}
