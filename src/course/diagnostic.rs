//! An author's mistake as a value: where, what, and how to mend it.

use std::path::PathBuf;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
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
