//! What to tell someone whose try is not right yet: what is wrong or where to look, never the solution.

use super::program;
use crate::facts::{Exec, Run};

/// The engine's sentence about a failed start, without the names of its inner parts.
pub(super) fn short_error(error: &str) -> String {
    let at = error.find("exec: ").map_or(0, |at| at + "exec: ".len());
    let rest = error[at..].trim().trim_end_matches(": unknown").trim_end_matches('.');
    rest.chars().take(200).collect()
}

pub(super) fn start_failed(run: &Run) -> Option<String> {
    let first = run.argv.as_ref().and_then(|argv| argv.first());
    if let Some(word) = first.filter(|w| w.starts_with('-')) {
        return Some(format!(
            "{word} stands after the image, so Docker took it for the command. Options of docker run go before the image."
        ));
    }
    let error = run.error.to_lowercase();
    if error.contains("executable file not found")
        || error.contains("no such file")
        || run.exit_code == Some(127)
    {
        return Some(match first {
            Some(word) if word.contains(':') || word.contains("python:") => format!(
                "{word} looks like an image, but the first word after the options is the image and what follows is the command."
            ),
            Some(word) => format!(
                "The first word after the image is the program to run, and this image has no program {word}. What should run it?"
            ),
            None => "The image has no program of that name. Look at the first word after the image.".into(),
        });
    }
    if error.contains("permission denied") || run.exit_code == Some(126) {
        return Some(
            "The file is there but cannot be executed. Name the program that should read it.".into(),
        );
    }
    if error.contains("already allocated") || error.contains("address already in use") {
        return Some(
            "Another container or program holds that port of your machine: docker ps shows which.".into(),
        );
    }
    None
}

/// One of these options stands after the image, where it is a word of the command.
pub(super) fn option_late(run: &Run, options: &[&str]) -> Option<String> {
    let is_it = |word: &&String| {
        let name = word.split('=').next().unwrap_or(word);
        options.iter().any(|o| name == *o || (o.len() == 2 && !word.starts_with("--") && word.starts_with(o)))
    };
    let late = run.argv.iter().flatten().find(is_it)?;
    Some(format!(
        "{late} stands after the image, so it is a word of the command in the container. Options of docker run go before the image."
    ))
}

/// What should have been an option of `docker exec` is the program.
pub(super) fn exec_option_late(exec: &Exec) -> Option<String> {
    let word = exec.line.split_whitespace().next().filter(|word| word.starts_with('-'))?;
    Some(format!(
        "{word} stands after the container's name, so Docker took it for the program. Options of docker exec go before the name."
    ))
}

/// A variable is missing.
pub(super) fn variable(run: &Run, name: &str) -> Option<String> {
    let late = option_late(run, &["-e", "--env", "--env-file"]);
    late.or_else(|| {
        let by_exec = run.execs.iter().any(|exec| exec.line.contains(name));
        by_exec.then(|| {
            "docker exec starts another program beside the first one, whose variables stay as they were."
                .to_owned()
        })
    })
}

/// The image is of another repository altogether.
pub(super) fn wrong_image(run: &Run, repo: &str) -> Option<String> {
    let repo = repo.rsplit('/').next().unwrap_or(repo);
    let names_it_later = run.argv.iter().flatten().any(|w| w == repo || w.starts_with(&format!("{repo}:")));
    Some(if names_it_later {
        format!("{repo} came after another image's name. The first word after the options is the image.")
    } else {
        format!("Another image is asked for: {repo}. It stands after the options and before the command.")
    })
}

pub(super) fn wrong_program(argv: &[String], wanted: &str) -> Option<String> {
    if program::is_prompt(argv) {
        return Some(format!("It was a shell in the container; {wanted} was not started in it."));
    }
    Some(format!("What follows the image is the command that runs in the container: let it be {wanted}."))
}

pub(super) fn ended(run: &Run) -> Option<String> {
    if run.exit_code == Some(127) && run.argv.iter().flatten().any(|word| word.trim_start().starts_with("['"))
    {
        return Some(
            "127 means 'command not found': CMD takes its list with double quotes, and with single ones a shell gets it as one text.".into(),
        );
    }
    Some(
        match run.exit_code? {
            125 => "125 comes from Docker itself: it could not run the container. Read its message.",
            126 => "126 means that the command was found but cannot be executed.",
            127 => "127 means 'command not found'. Look at the first word after the image.",
            137 => "137 means that it was killed.",
            _ => return None,
        }
        .into(),
    )
}

pub(super) fn near_line(found: &str, want: &str) -> Option<String> {
    let bare = found.trim_matches(['\'', '"']);
    if bare == want && found != want {
        return Some(
            "At Python's prompt a text alone is shown with its quotes; print(…) shows it without.".into(),
        );
    }
    Some(format!("Nearly: your container printed «{found}», expected «{want}»."))
}

/// What the output itself says about why the line is not in it.
pub(super) fn complaint(text: &str) -> Option<String> {
    let error = text.lines().rev().map(str::trim).find(|l| {
        l.split_once(':').map_or(*l, |(name, _)| name).ends_with("Error")
            && l.starts_with(|c: char| c.is_ascii_uppercase())
    });
    if let Some(error) = error {
        return Some(match error {
            e if e.starts_with("SyntaxError: Missing parentheses") => {
                "Python 3 wants brackets: print is a function, so what it prints stands in ( ).".into()
            }
            e if e.starts_with("SyntaxError") || e.starts_with("NameError") => format!(
                "Python says «{e}». Text needs quotes, and your shell takes one pair away: put '…' around the whole program and \"…\" around the text."
            ),
            e => format!("Python says «{e}»."),
        });
    }
    if text.contains("can't open file") || text.contains("No such file or directory") {
        return Some("A file was looked for inside the container, where it is not.".into());
    }
    None
}

/// Why a container did not print it.
pub(super) fn output(run: &Run, text: &str) -> Option<String> {
    if let Some(advice) = complaint(text).or_else(|| ended(run)) {
        return Some(advice);
    }
    let silent_prompt =
        text.trim().is_empty() && !run.stdin_open && run.argv.as_ref().is_some_and(|a| a.len() == 1);
    if silent_prompt {
        return Some(
            "The program had nothing to do and no keyboard to listen to: give it a command, or start it with -it.".into(),
        );
    }
    None
}

/// In a terminal the engine's record also holds what was typed, after a prompt. Such a line shows what was meant,
/// not what was printed.
pub(super) fn is_echo(tty: bool, line: &str) -> bool {
    let line = line.trim_start();
    let prompt =
        line.starts_with(">>>") || line.starts_with("... ") || line.contains("# ") || line.contains("$ ");
    // Python quotes the line that it did not understand, in a terminal or not.
    (tty && prompt) || line.starts_with("print ") || line.starts_with("print(")
}

/// The last line that the program printed by itself.
pub(super) fn last_line(tty: bool, text: &str) -> Option<&str> {
    text.lines().rev().map(str::trim).find(|l| !l.is_empty() && !is_echo(tty, l))
}
