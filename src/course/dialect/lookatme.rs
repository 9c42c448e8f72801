//! lookatme: `stop` in a comment is a pause.

use super::sheet::{Said, Sheet};
use super::{Dialect, Mark};

pub(super) const DIALECT: Dialect = Dialect { name: "lookatme", signs, read };

fn signs(sheet: &Sheet<'_>) -> usize {
    4 * sheet.comments().filter(|c| *c == "stop").count() + usize::from(sheet.front.contains_key("styles"))
}

fn read(sheet: &mut Sheet<'_>) {
    sheet.read_comments(|comment, _| match comment {
        "stop" => Said::Mark(Mark::Pause),
        _ => Said::Note,
    });
    sheet.ignore_keys(&["theme", "styles", "extensions"]);
}
