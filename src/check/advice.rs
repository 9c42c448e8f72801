//! What to tell someone whose try is not right yet: what is wrong or where to look, never the solution.

use super::asked::unicode;
use super::program;
use super::text::looks_the_same;
use crate::facts::{Exec, Run, StartFailure};

pub(super) fn start_failed(run: &Run) -> Option<String> {
    if let Some(advice) = long_dash(run.argv.as_deref().unwrap_or_default()) {
        return Some(advice);
    }
    let first = run.argv.as_ref().and_then(|argv| argv.first());
    if let Some(word) = first.filter(|w| w.starts_with('-')) {
        return Some(format!(
            "{word} stands after the image, so Docker took it for the command. Options of docker run go before the image."
        ));
    }
    if let Some(odd) = first.and_then(|word| word.chars().find(|c| unicode::is_unseen(*c) && *c != ' ')) {
        return Some(format!(
            "The program's name has a character in it that is none of it: {}.",
            unicode::named(odd)
        ));
    }
    let failure = StartFailure::of(&run.error, run.exit_code)?;
    if failure == StartFailure::Program {
        return Some(match first {
            Some(word) if word.contains(':') || word.contains("python:") => format!(
                "{word} looks like an image, but the first word after the options is the image and what follows is the command."
            ),
            Some(word) => format!(
                "The first word after the image is the program to run, and this image has no program {word}. What should run it?"
            ),
            None => failure.sentence().to_owned(),
        });
    }
    Some(failure.sentence().to_owned()).filter(|_| failure != StartFailure::Other)
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

/// What follows CMD or ENTRYPOINT was meant as a list, and Docker did not take it as one: it gave the text to a shell. Says
/// the one thing that is wrong with it.
pub(super) fn list_as_text(argv: &[String]) -> Option<String> {
    let text = argv.iter().map(|word| word.trim()).find(|word| is_meant_as_list(word))?;
    Some(format!(
        "What begins with [ was not taken as a list, so a shell got it as text: {}",
        list_fault(text)
    ))
}

/// A test of a shell begins with `[` too, and has a blank after it and no commas.
fn is_meant_as_list(text: &str) -> bool {
    let Some(inside) = text.strip_prefix('[') else { return false };
    !inside.starts_with('[')
        && (!inside.starts_with(char::is_whitespace) || inside.contains(','))
        && serde_json::from_str::<Vec<String>>(text).is_err()
}

const ROUND: [char; 7] = ['“', '”', '„', '‟', '‘', '’', '‚'];

/// What is wrong with a list of words that is no JSON; never more than one thing.
pub(super) fn list_fault(text: &str) -> &'static str {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']').trim();
    let outside = outside_quotes(bare);
    if text.contains(ROUND) {
        "its quotes are the round ones of a word processor. Type straight double quotes."
    } else if bare.starts_with('\'') || outside.contains('\'') {
        "each word of a list stands in double quotes, not in single ones."
    } else if !text.trim().ends_with(']') {
        "the ] at the end of the list is missing."
    } else if bare.ends_with(',') || outside.split(',').any(|gap| gap.trim().is_empty()) {
        "there is a comma too many in the list."
    } else if outside.split(',').any(|part| part.matches(WORD).count() > 1) {
        "between two words of the list a comma is missing."
    } else if outside.split(',').any(|part| part.trim() != WORD.to_string()) {
        "each word of a list stands in double quotes."
    } else {
        "a backslash in it needs another one before it."
    }
}

/// Stands for a word in double quotes.
const WORD: char = '\u{fffc}';

fn outside_quotes(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '"' {
            out.push(c);
            continue;
        }
        out.push(WORD);
        while let Some(inner) = chars.next().filter(|inner| *inner != '"') {
            if inner == '\\' {
                chars.next();
            }
        }
    }
    out
}

/// An option that begins with a dash of a word processor.
fn long_dash(argv: &[String]) -> Option<String> {
    let is_dash = |c: char| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}');
    let (word, dash) = argv.iter().find_map(|w| Some((w, w.chars().next().filter(|c| is_dash(*c))?)))?;
    Some(format!("{word} begins with {}. Options begin with a hyphen.", unicode::named(dash)))
}

/// What an exit code means by itself.
fn meaning(code: i64) -> Option<&'static str> {
    Some(match code {
        125 => "125 comes from Docker itself: it could not run the container. Read its message.",
        126 => "126 means that the command was found but cannot be executed.",
        127 => "127 means 'command not found'. Look at the first word after the image.",
        137 => "137 means that it was killed.",
        _ => return None,
    })
}

/// The one cause that the command, the output or the exit code shows.
fn cause(run: &Run, text: &str) -> Option<String> {
    let argv = run.argv.as_deref().unwrap_or_default();
    list_as_text(argv)
        .or_else(|| long_dash(argv))
        .or_else(|| complaint(text))
        .or_else(|| meaning(run.exit_code?).map(str::to_owned))
}

/// Why it is not running any more: what its log says last, and the cause where that is known.
pub(super) fn ended(run: &Run) -> Option<String> {
    let text = run.output.as_ref().map(|output| output.text.as_str()).unwrap_or_default();
    let cause = cause(run, text);
    let last = last_line(run.tty, text).map(|line| line.chars().take(200).collect::<String>());
    let last = last.filter(|line| !cause.as_ref().is_some_and(|cause| cause.contains(line.as_str())));
    let said = last.map(|line| format!("Its log says last: «{}».", unicode::plain_sight(&line)));
    let all: Vec<String> = said.into_iter().chain(cause).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

pub(super) fn near_line(found: &str, want: &str) -> Option<String> {
    let bare = found.trim_matches(['\'', '"']);
    if bare == want && found != want {
        return Some(
            "At Python's prompt a text alone is shown with its quotes; print(…) shows it without.".into(),
        );
    }
    let shown =
        format!("Nearly: your container printed «{}», expected «{want}».", unicode::plain_sight(found));
    Some(match looks_the_same(found, want) {
        true => format!(
            "{shown} Type it yourself: what is copied from a page or a document may hold other characters than it shows."
        ),
        false => shown,
    })
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
    if let Some(advice) = cause(run, text) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_none_has_one_fault() {
        for (text, part, never) in [
            ("['python', '/a.py']", "single ones", "comma"),
            ("[ 'python', '/a.py' ]", "single ones", "comma"),
            ("[\"python\", '/a.py']", "single ones", "comma"),
            ("[“python”, “/a.py”]", "word processor", "comma"),
            ("[\"python\" \"/a.py\"]", "comma is missing", "double quotes"),
            ("[\"python\", \"-c\" \"print('x')\"]", "comma is missing", "quotes"),
            ("[\"python\", \"/a.py\",]", "comma too many", "quotes"),
            ("[\"python\",, \"/a.py\"]", "comma too many", "quotes"),
            ("[\"python\", \"/a.py\"", "] at the end", "comma"),
            ("[python, /a.py]", "in double quotes", "comma"),
            ("[\"python\", /a.py]", "in double quotes", "comma"),
            ("[\"a\\d\"]", "backslash", "comma"),
        ] {
            let argv = ["/bin/sh", "-c", text].map(str::to_owned);
            let said = list_as_text(&argv).unwrap_or_default();
            assert!(said.contains(part) && !said.contains(never), "{text}: {said}");
        }
        for text in ["[ -f /a ] && python /a", "[[ -f /a ]]", "python /a.py", "[\"python\"]", "[ a = b ]"] {
            assert_eq!(list_as_text(&["sh", "-c", text].map(str::to_owned)), None, "{text}");
        }
    }

    #[test]
    fn a_dash_of_a_word_processor_is_named() {
        let run = Run {
            argv: Some(["python", "\u{2013}c", "print(1)"].map(str::to_owned).to_vec()),
            exit_code: Some(2),
            ..Run::default()
        };
        let said = output(&run, "python: can't open file '//\u{2013}c': [Errno 2] No such file").unwrap();
        assert!(said.contains("U+2013 EN DASH") && !said.contains("looked for"), "{said}");
    }

    #[test]
    fn what_the_log_says_last_is_quoted_once() {
        let dead = |text: &str, code| Run {
            argv: Some(vec!["flask".into(), "run".into()]),
            exit_code: Some(code),
            output: Some(crate::facts::Output { text: text.into(), truncated: false }),
            ..Run::default()
        };
        let said = ended(&dead("one\nError: Could not locate a Flask application.\n\n", 2)).unwrap();
        assert_eq!(said.matches("Could not locate").count(), 1, "{said}");
        let said = ended(&dead("Traceback\nModuleNotFoundError: No module named 'flask'\n", 1)).unwrap();
        assert_eq!(said, "Python says «ModuleNotFoundError: No module named 'flask'».");
        assert_eq!(
            ended(&dead("bye\n", 137)).unwrap(),
            "Its log says last: «bye». 137 means that it was killed."
        );
        assert_eq!(ended(&dead("", 1)), None);
    }
}
