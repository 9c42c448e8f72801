//! Decks that are made of several files: the slides of another file, in the place where it is named.

use std::path::{Path, PathBuf};

use super::{Piece, Reader};
use crate::course::diagnostic::{Script, Severity};
use crate::course::dialect::{self, Sheet};
use crate::course::{deck, encoding, files, front_matter};

/// A file that includes itself ends there.
const DEEPEST: usize = 8;

impl Reader<'_> {
    /// Reads the file as the deck around it is read. One that can't be read is said.
    pub(super) fn include(&mut self, name: &str, line: usize) {
        let Some(script) = self.script else { return };
        let found = place_of(script.path, name)
            .and_then(|path| Some((files::read_named(&path, files::MOST_BYTES).ok()?, path)));
        let Some((bytes, path)) = found.filter(|_| self.includes < DEEPEST) else {
            self.diagnostics.push(script.whole_line(
                Severity::Warning,
                line,
                format!("the file `{name}` is not included: it is not there, or not below the deck's folder"),
                Some("give its path from the deck's own folder"),
            ));
            return;
        };
        let text = deck::clean(&encoding::decode(&bytes).0);
        let inner = Script::new(&path, &text);
        let mut front = front_matter::read(&inner, &mut self.diagnostics);
        let map = std::mem::take(&mut front.map);
        let mut sheet = Sheet::new(&inner.lines, map, front.from, front.lines);
        dialect::read_as(self.dialect, &mut sheet);
        let text = sheet.text();
        let mut reader =
            Reader { includes: self.includes + 1, ..Reader::new(&text, Some(&inner), &sheet.marks) };
        reader.dialect = self.dialect;
        reader.quizzes = std::mem::take(&mut self.quizzes);
        reader.tasks = std::mem::take(&mut self.tasks);
        let mut pieces = reader.pieces();
        pieces.retain(|piece| !matches!(piece, Piece::Referred(_) | Piece::Defined(_)));
        pieces.extend(reader.footnotes.left().into_iter().map(Piece::Block));
        self.asides.append(&mut pieces);
        self.diagnostics.append(&mut reader.diagnostics);
        (self.quizzes, self.tasks) = (reader.quizzes, reader.tasks);
        self.broken.append(&mut reader.broken);
        self.styles |= reader.styles;
    }
}

/// Below the deck's folder alone: a deck from somewhere is no way to read other files.
fn place_of(deck: &Path, name: &str) -> Option<PathBuf> {
    let folder = deck.parent()?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = folder.canonicalize().ok()?;
    let path = folder.join(name.trim_start_matches('/')).canonicalize().ok()?;
    path.starts_with(&folder).then_some(path)
}
