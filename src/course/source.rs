//! Where a course comes from: the one inside the program, or a folder.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::files::{self, MOST_BYTES, Unread};

#[derive(RustEmbed)]
#[folder = "lessons/"]
struct Lessons;

#[derive(RustEmbed)]
#[folder = "exercises/"]
struct Exercises;

/// A debug build reads the embedded course from the repository at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Embedded,
    /// Holds `lessons/` and `exercises/`.
    Folder(PathBuf),
    /// One deck, as a course of one lesson.
    Deck(PathBuf),
}

impl Source {
    /// A file by its path below the course's root, with `/` between the parts.
    pub(super) fn read(&self, path: &str) -> Result<Cow<'static, [u8]>, Unread> {
        let built_in = match (self, path.split_once('/')) {
            (Self::Folder(root), _) => return files::read(root, path, MOST_BYTES).map(Cow::Owned),
            (Self::Embedded, Some(("lessons", rest))) => Lessons::get(rest),
            (Self::Embedded, Some(("exercises", rest))) => Exercises::get(rest),
            (Self::Embedded | Self::Deck(_), _) => None,
        };
        built_in.map(|file| file.data).ok_or(Unread::Missing)
    }

    /// Whether a file is there that can be read, however large.
    pub(super) fn has(&self, path: &str) -> bool {
        match self {
            Self::Folder(root) => files::open(root, path).is_ok(),
            Self::Embedded | Self::Deck(_) => self.read(path).is_ok(),
        }
    }

    /// All files below `folder`, by their paths below the course's root, sorted.
    pub(super) fn list(&self, folder: &str) -> Vec<String> {
        let mut out: Vec<String> = match self {
            Self::Embedded => {
                let lessons = Lessons::iter().map(|p| format!("lessons/{p}"));
                let exercises = Exercises::iter().map(|p| format!("exercises/{p}"));
                let inside = format!("{folder}/");
                lessons.chain(exercises).filter(|p| p.starts_with(&inside)).collect()
            }
            Self::Folder(root) => {
                let mut found = Vec::new();
                walk(&root.join(folder), folder, 0, &mut found);
                found
            }
            Self::Deck(_) => Vec::new(),
        };
        out.sort();
        out
    }

    /// Says whether two courses are the same, word for word: `sha256:…` over the names and contents of all files below
    /// `lessons/` and `exercises/`. The built-in course and its folder have the same one.
    pub fn content_hash(&self) -> String {
        let mut all = Sha256::new();
        for path in ["lessons", "exercises"].into_iter().flat_map(|folder| self.list(folder)) {
            let content = Sha256::digest(self.read(&path).unwrap_or_default());
            // A name holds no zero, so that a file's end can't be moved into the next one's name.
            all.update(path.as_bytes());
            all.update([0]);
            all.update(content);
        }
        all.finalize().iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// How a file is named in a message.
    pub(super) fn shown(&self, path: &str) -> PathBuf {
        match self {
            Self::Embedded => PathBuf::from(path),
            Self::Folder(root) => root.join(path),
            Self::Deck(file) => file.clone(),
        }
    }
}

/// Six levels are more than any course has; a link that leads to itself ends there.
fn walk(folder: &Path, name: &str, depth: usize, out: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if path.is_dir() && depth < 6 {
            walk(&path, &name, depth + 1, out);
        } else if fs::metadata(&path).is_ok_and(|what| !what.is_dir()) {
            // also what is no regular file: who reads it says so
            out.push(name);
        }
    }
}
