//! An author's mistake as a value: where, what, and how to mend it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::facts::printable;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
    /// Nothing is wrong: how a deck was read.
    Note,
}

/// Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub path: PathBuf,
    pub line: usize,
    pub column: usize,
    /// How many characters the caret underlines, at least one.
    pub width: usize,
    pub message: String,
    pub help: Option<String>,
    /// The source line that the caret points into.
    pub source: String,
}

impl Diagnostic {
    /// One line: `file:line:column: message`.
    pub fn short(&self) -> String {
        printable(&format!("{}:{}:{}: {}", self.path.display(), self.line, self.column, self.message))
    }

    /// Several lines: what, `file:line:column`, the source line, a caret, and what to do.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let path = printable(&self.path.display().to_string());
        let (message, source) = (printable(&self.message), printable(&self.source));
        let start = byte_of(&source, self.column.saturating_sub(1));
        let end = byte_of(&source, self.column.saturating_sub(1) + self.width.max(1));
        let snippet = Snippet::source(source.as_str())
            .line_start(self.line)
            .path(path.as_str())
            .annotation(AnnotationKind::Primary.span(start..end));
        let mut group: Group<'_> = level.primary_title(message.as_str()).element(snippet);
        let help = self.help.as_deref().map(printable);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}

fn byte_of(line: &str, chars: usize) -> usize {
    line.char_indices().nth(chars).map_or(line.len(), |(i, _)| i)
}

/// An author's file as it was read, so that a mistake that is found later can be pointed at. Clones share the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manuscript {
    pub path: PathBuf,
    text: Arc<str>,
}

impl Manuscript {
    pub fn new(path: PathBuf, text: &str) -> Self {
        Self { path, text: text.into() }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same file with another text in it.
    pub(super) fn with_text(&self, text: &str) -> Self {
        Self::new(self.path.clone(), text)
    }

    /// Underlines what a line holds.
    pub fn mistake(
        &self,
        severity: Severity,
        line: usize,
        message: impl Into<String>,
        help: &str,
    ) -> Diagnostic {
        Script::new(&self.path, &self.text).whole_line(severity, line, message, Some(help))
    }

    /// The number of the first line, from `after` on, that holds this text.
    pub fn line_with(&self, text: &str, after: usize) -> Option<usize> {
        let lines = self.text.split('\n').enumerate().skip(after.saturating_sub(1));
        lines.filter(|(_, line)| line.contains(text)).map(|(at, _)| at + 1).next()
    }
}

/// An author's file by lines, so that a mistake can be pointed at.
#[derive(Clone, Debug)]
pub(super) struct Script<'a> {
    pub(super) path: &'a Path,
    pub(super) lines: Vec<&'a str>,
}

impl<'a> Script<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str) -> Self {
        Self { path, lines: text.split('\n').collect() }
    }

    /// Points at `width` characters from `column` on; a place outside of the file is moved to its nearest line.
    pub(super) fn point(
        &self,
        severity: Severity,
        place: (usize, usize, usize),
        message: impl Into<String>,
        help: Option<&str>,
    ) -> Diagnostic {
        let (line, column, width) = place;
        let line = line.clamp(1, self.lines.len().max(1));
        Diagnostic {
            severity,
            path: self.path.to_path_buf(),
            line,
            column: column.max(1),
            width: width.max(1),
            message: message.into(),
            help: help.map(str::to_owned),
            source: self.lines.get(line - 1).map_or_else(String::new, |l| (*l).to_owned()),
        }
    }

    /// Underlines what a line holds, without the blanks around it.
    pub(super) fn whole_line(
        &self,
        severity: Severity,
        line: usize,
        message: impl Into<String>,
        help: Option<&str>,
    ) -> Diagnostic {
        let text = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = text.chars().take_while(|c| c.is_whitespace()).count() + 1;
        self.point(severity, (line, column, text.trim().chars().count()), message, help)
    }
}
