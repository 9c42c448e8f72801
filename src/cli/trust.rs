//! Asks before the scripts of a course that is not built in may run, and remembers the answer.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Stopped, agreed};
use super::print::say;
use crate::check::{is_unseen, only_looks_plain};
use crate::course::{Course, Source};
use crate::lab::Trust;
use crate::paths::{Paths, make_private, private};

/// Whose scripts may run. Where nobody has said yes yet, the learner is shown all of them and asked; where nobody can be
/// asked, the answer is no, and the rest of the course works without them.
pub(super) fn trust(chosen: &Chosen, course: &Course, paths: &Paths) -> Result<Trust, Stopped> {
    let source = chosen.source();
    if source == Source::Embedded {
        return Ok(Trust::BuiltIn);
    }
    let scripts = scripts(course, paths);
    if scripts.is_empty() {
        return Ok(Trust::Nobody);
    }
    let hash = source.content_hash();
    let file = paths.course.join("trusted");
    if fs::read_to_string(&file).is_ok_and(|known| known.lines().any(|line| line == hash)) {
        return Ok(Trust::Text { source, hash });
    }
    if !chosen.trusts() {
        if !std::io::stdin().is_terminal() {
            return Ok(Trust::Nobody);
        }
        if !paged(&shown(course, &scripts)) {
            return Ok(Trust::Nobody);
        }
        if !agreed("May they run?")? {
            return Ok(Trust::Nobody);
        }
    }
    remember(&file, &hash)?;
    Ok(Trust::Text { source, hash })
}

/// The scripts that exercises begin with, and where each would run.
fn scripts<'a>(course: &'a Course, paths: &Paths) -> Vec<(&'a str, PathBuf)> {
    let exercises = course.exercises.iter();
    exercises.filter_map(|e| Some((e.setup.as_deref()?, paths.exercise_folder(&e.id)))).collect()
}

fn shown(course: &Course, scripts: &[(&str, PathBuf)]) -> String {
    let lines: usize = scripts.iter().map(|(script, _)| script.lines().count()).sum();
    let odd = scripts.iter().flat_map(|(script, _)| script.chars()).filter(|c| is_odd(*c)).count();
    let mut text = format!(
        "The course «{}» is not built in, and some of its exercises begin with a script. The scripts run as you,\n\
         with all that you may do on this machine: {lines} {} in {} {}.\n",
        marked(&course.title),
        if lines == 1 { "line" } else { "lines" },
        scripts.len(),
        if scripts.len() == 1 { "script" } else { "scripts" },
    );
    if odd > 0 {
        let _ = writeln!(
            text,
            "\n{odd} of their characters can't be seen, turn the text round, or only look like others. Each stands\n\
             as its number between marks, such as ⟦U+202E⟧: ask the author why before you say yes."
        );
    }
    for (script, folder) in scripts {
        let _ = writeln!(text, "\n  in {}", marked(&folder.display().to_string()));
        for line in script.lines() {
            let _ = writeln!(text, "  | {}", marked(line));
        }
    }
    text + "\nWithout them the course opens all the same; only these exercises can't begin.\n"
}

/// What would move the cursor or turn a line round could hide it from whoever reads; a letter of another script could
/// make one command look like another.
fn marked(line: &str) -> String {
    line.chars()
        .map(|c| if is_odd(c) { format!("⟦U+{:04X}⟧", u32::from(c)) } else { c.to_string() })
        .collect()
}

fn is_odd(c: char) -> bool {
    !matches!(c, ' ' | '\n' | '\t') && (is_unseen(c) || only_looks_plain(c))
}

/// Page by page, so that nothing scrolls away unread. False where somebody did not want to read on.
fn paged(text: &str) -> bool {
    let rows = rustix::termios::tcgetwinsize(std::io::stdout()).map_or(24, |size| size.ws_row);
    let page = usize::from(rows.max(8)) - 2;
    let lines: Vec<&str> = text.lines().collect();
    for (n, part) in lines.chunks(page).enumerate() {
        say(&format!("{}\n", part.join("\n")));
        let shown = n * page + part.len();
        if shown < lines.len() {
            say(&format!("-- {shown} of {} lines; Enter shows more, q ends -- ", lines.len()));
            let mut answer = String::new();
            let read = std::io::stdin().lock().read_line(&mut answer);
            if !read.is_ok_and(|bytes| bytes > 0) || answer.trim().starts_with(['q', 'n']) {
                return false;
            }
        }
    }
    true
}

fn remember(file: &Path, hash: &str) -> Result<(), Stopped> {
    let folder = file.parent().unwrap_or(file);
    let written = make_private(folder)
        .and_then(|()| private().create(true).append(true).open(file))
        .and_then(|mut kept| writeln!(kept, "{hash}"));
    written.map_err(|error| Stopped {
        what: format!("{} can't be written: {error}", file.display()),
        remedy: "Let your user write there, or set PILOTWHALE_HOME to another folder.".into(),
        ending: Ending::CouldNot,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_script_is_hidden() {
        let course = Course { title: "A\u{1b}[2Jb".into(), ..Course::default() };
        let script =
            "echo a\n\trm -r x\u{1b}[1A\r # \u{202e}fdp\u{2066}\nd\u{43e}cker ps\u{200b}\ne\u{301}t\u{e9} 鯨";
        let text = shown(&course, &[(script, "/w/e".into())]);
        assert!(!text.contains(|c: char| is_unseen(c) && !matches!(c, ' ' | '\n' | '\t')), "{text:?}");
        for part in [
            "this machine: 4 lines in 1 script.",
            "6 of their characters",
            "A⟦U+001B⟧[2Jb",
            "in /w/e",
            "| echo a",
            "| \trm -r x⟦U+001B⟧[1A⟦U+000D⟧ # ⟦U+202E⟧fdp⟦U+2066⟧",
            "| d⟦U+043E⟧cker ps⟦U+200B⟧",
            "| e\u{301}t\u{e9} 鯨",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
