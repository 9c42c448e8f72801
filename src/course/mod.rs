//! What an author writes: decks, lessons, quizzes and exercises, and what is wrong with them.

mod block;
mod bounds;
mod columns;
mod commands;
pub mod deck;
mod diagnostic;
mod dialect;
mod encoding;
mod exercise;
mod fence;
pub mod files;
mod footnote;
mod front_matter;
mod html;
mod inline;
mod lint;
mod load;
mod markdown;
mod quiz;
mod quiz_fence;
mod quoted;
mod rewrite;
mod rough;
mod runnable;
pub mod script;
mod signal;
mod solution;
mod source;
mod split;
mod task;
mod task_fence;
mod text;
mod tries;
mod variant;
mod vars;
mod yaml;

pub use block::{Align, Block, BlockKind, Inline, ListItem, Table, plain};
pub use commands::{commands, has_prompt, is_dockerfile};
pub use deck::{Deck, Settings, Slide};
pub use diagnostic::{Diagnostic, Manuscript, Severity};
pub use exercise::{Exercise, StarterFile, Task, TaskMode};
pub use fence::Attributes;
pub use lint::lint;
pub use load::{LoadError, load};
pub use markdown::blocks;
pub use quiz::{Choice, Grade, Quiz, QuizKind, Response, spell, unspell};
pub use quoted::{Difference, difference};
pub use rewrite::Rewrite;
pub use runnable::{Cue, Quoted, Runnable, cues};
pub use solution::{Way, ways};
pub use source::Source;
pub use task_fence::tasks_in;
pub use text::step_text;
pub use tries::{Accept, Expected, Reject, Tool, Try, VerdictWord};
pub use variant::{Dialect, Variant};
pub use vars::{Var, Vars, draw};

use std::path::PathBuf;

/// A course: lessons in order, and the exercises that they refer to.
#[derive(Clone, Debug, Default)]
pub struct Course {
    pub id: String,
    pub title: String,
    pub version: String,
    pub lessons: Vec<Lesson>,
    pub exercises: Vec<Exercise>,
    /// Authors' mistakes that did not stop the rest from loading.
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, Debug, Default)]
pub struct Lesson {
    /// The folder's name, for example `03-images`.
    pub id: String,
    pub title: String,
    pub minutes: u32,
    pub deck: Deck,
    pub manuscript: Manuscript,
    /// Where the text lives, when it is a file that can be watched for changes.
    pub path: Option<PathBuf>,
}

impl Course {
    pub fn exercise(&self, id: &str) -> Option<&Exercise> {
        self.exercises.iter().find(|e| e.id == id)
    }

    pub fn lesson_index(&self, id: &str) -> Option<usize> {
        self.lessons.iter().position(|l| l.id == id)
    }
}

#[cfg(test)]
mod fuzz_tests;
