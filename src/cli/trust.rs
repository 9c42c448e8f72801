//! Asks before the scripts of a course that is not built in may run, and remembers the answer.

use std::fmt::Write as _;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Stopped, agreed, say};
use crate::course::{Course, Source};
use crate::lab::Trust;
use crate::paths::Paths;

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
        say(&shown(course, &scripts));
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
    let mut text = format!(
        "The course «{}» is not built in, and some of its exercises begin with a script. The scripts run as you,\n\
         with all that you may do on this machine:\n",
        plain(&course.title)
    );
    for (script, folder) in scripts {
        let _ = writeln!(text, "\n  in {}", folder.display());
        for line in script.lines() {
            let _ = writeln!(text, "  | {}", plain(line));
        }
    }
    text + "\nWithout them the course opens all the same; only these exercises can't begin.\n"
}

/// What would move the cursor could hide a line from whoever reads.
fn plain(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

fn remember(file: &Path, hash: &str) -> Result<(), Stopped> {
    let known = fs::read_to_string(file).unwrap_or_default();
    let folder = file.parent().unwrap_or(file);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(file, format!("{known}{hash}\n")));
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
        let text = shown(&course, &[("echo a\n\trm -r x\u{1b}[1A\r", "/w/e".into())]);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
        for part in ["A\u{fffd}[2Jb", "in /w/e", "| echo a", "| \trm -r x\u{fffd}[1A\u{fffd}"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
