//! Who printed a line: which of the programs that ran can have written it, and where that program was read from.

use super::Text;
use super::program::{SHELLS, after_starters, base, is_script_flag, same, typed};
use super::script::{Step, steps};

/// Commands of a shell that print nothing.
const SILENT: [&str; 32] = [
    "cd", "export", "set", "unset", "true", "false", ":", "sleep", "test", "[", "[[", "wait", "trap",
    "alias", "read", "mkdir", "touch", "rm", "cp", "mv", "chmod", "chown", "ln", "umask", "exit", "return",
    "local", "readonly", "fi", "done", "for", "kill",
];
/// Programs that pass on what they are given.
const FILTERS: [&str; 9] = ["cat", "tee", "head", "tail", "sort", "uniq", "grep", "less", "more"];
/// With these, a program tells of itself and runs nothing.
const ABOUT_ITSELF: [&str; 6] = ["-V", "-VV", "--version", "-h", "--help", "-?"];
/// Options of interpreters whose next word is theirs as well.
const TAKING_A_WORD: [&str; 2] = ["-X", "-W"];
/// In a program's text: what it prints is known only while it runs.
const FROM_ELSEWHERE: [&str; 12] = [
    "argv",
    "input",
    "environ",
    "getenv",
    "open",
    "stdin",
    "exec",
    "import_module",
    "__import__",
    "runpy",
    "read",
    "chr",
];
/// In a program's text: others do the work.
const OTHERS: [&str; 6] = ["os.system", "subprocess", "os.popen", "os.exec", "os.spawn", "pty.spawn"];

/// What is known of who printed a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Printer {
    /// The program that was asked for.
    Asked,
    /// Another one, in its own words.
    Another(String),
}

/// A file that the program must have been read from: what stands for it in a container.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// Its paths there, and the names by which it is loaded.
    pub names: Vec<String>,
}

/// Who printed a line that is there, where these words were run.
pub(super) fn of_words(
    argv: &[String],
    wanted: &str,
    line: Option<&Text>,
    output: &str,
    source: Option<&Source>,
) -> Printer {
    let mut all = Vec::new();
    flatten(&Step { words: argv.to_vec(), ..Step::default() }, &mut all);
    let times = output.lines().filter(|found| line.is_none_or(|line| line.matches(found))).count();
    let is_wanted = |step: &Step| step.words.first().is_some_and(|word| same(word, wanted));
    let defined = defines(&all, wanted);
    let mut mine: Vec<(usize, Can)> = Vec::new();
    let mut others: Vec<(&Step, bool)> = Vec::new();
    for (n, step) in all.iter().enumerate() {
        if step.hidden || (step.into_pipe && !passes_on(&all[n + 1..])) {
            continue;
        }
        if is_wanted(step) && !defined {
            let can = can_print(step, line);
            if can != Can::Never {
                mine.push((n, can));
            }
        } else if !(is_silent(step) || step.from_pipe && is_filter(step)) {
            let said = literal(step);
            let is_it = |said: &String| said.lines().any(|said| line.is_none_or(|line| line.matches(said)));
            if said.as_ref().is_none_or(is_it) {
                others.push((step, said.is_some()));
            }
        }
    }
    if let Some(source) = source {
        mine.retain(|(n, _)| reads(&all, *n, source));
    }
    let certain = others.iter().filter(|(_, certain)| *certain).count();
    let weak = mine.iter().all(|(_, can)| *can == Can::Hardly);
    let by_another = mine.is_empty() || certain >= times.max(1) || (weak && !others.is_empty());
    let blamed = others.iter().find(|(_, certain)| *certain).or(others.first());
    match by_another {
        false => Printer::Asked,
        true => Printer::Another(blamed.map_or_else(|| argv.join(" "), |(step, _)| step.words.join(" "))),
    }
}

/// The command that printed it and does nothing else than to repeat words that it is given, where nothing else can have
/// printed it.
pub(super) fn only_said(
    argv: &[String],
    in_terminal: bool,
    output: &str,
    is_it: &dyn Fn(&str) -> bool,
) -> Option<String> {
    if in_terminal {
        let told =
            typed_commands(output).into_iter().filter(|(_, lines)| lines.iter().any(|found| is_it(found)));
        let said = told.map(|(script, lines)| only_said(&of_shell(script), false, &lines.join("\n"), is_it));
        let said: Option<Vec<String>> = said.collect();
        return said?.into_iter().next();
    }
    let mut all = Vec::new();
    flatten(&Step { words: argv.to_vec(), ..Step::default() }, &mut all);
    let shown = |n: usize, step: &Step| !step.hidden && (!step.into_pipe || passes_on(&all[n + 1..]));
    let says = |step: &Step| literal(step).is_some_and(|said| said.lines().any(is_it));
    let echoes: Vec<&Step> = all
        .iter()
        .enumerate()
        .filter(|(n, step)| shown(*n, step) && says(step))
        .map(|(_, step)| step)
        .collect();
    let times = output.lines().filter(|found| is_it(found)).count();
    (echoes.len() >= times.max(1)).then(|| echoes[0].words.join(" "))
}

fn of_shell(script: &str) -> [String; 3] {
    ["sh", "-c", script].map(str::to_owned)
}

/// What was typed at a shell's prompt in a terminal: each command with the lines that came after it.
fn typed_commands(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for found in text.lines() {
        match typed(found) {
            Some(script) => commands.push((script, Vec::new())),
            None => commands.last_mut().into_iter().for_each(|(_, lines)| lines.push(found)),
        }
    }
    commands
}

/// The same of what was typed at a shell's prompt in a terminal: each command with what came after it.
pub(super) fn of_terminal(text: &str, wanted: &str, line: Option<&Text>, source: Option<&Source>) -> Printer {
    let mut last = Printer::Another(String::new());
    for (script, lines) in typed_commands(text) {
        if !lines.iter().any(|found| line.is_none_or(|line| line.matches(found))) {
            continue;
        }
        let lines = lines.join("\n");
        // At the program's own prompt, what was typed there is what it was given.
        let source = source.filter(|source| !typed_of(&lines, source));
        last = of_words(&of_shell(script), wanted, line, &lines, source);
        if last == Printer::Asked {
            break;
        }
    }
    last
}

/// Whether what was typed at the prompt of the program itself speaks of the file.
pub(super) fn typed_of(text: &str, source: &Source) -> bool {
    let at_prompt = text.lines().filter(|l| l.starts_with(">>>") || l.starts_with("... "));
    at_prompt.into_iter().any(|line| mentioned(line, Some(source)))
}

/// Whether nothing but the program's own prompt, or standard input, could tell it what to do.
pub(super) fn is_fed(argv: &[String], wanted: &str) -> bool {
    let words = after_starters(argv);
    let Some((first, rest)) = words.split_first() else { return false };
    same(first, wanted) && rest.iter().all(|word| word.starts_with('-') && !is_script_flag(word))
}

#[derive(Clone, Copy, PartialEq)]
enum Can {
    Never,
    /// Its text can be read, and what was printed is not in it.
    Hardly,
    Well,
}

/// The steps that run in the end: scripts of shells are opened, programs that only start another one left out.
fn flatten(step: &Step, all: &mut Vec<Step>) {
    let words = after_starters(&step.words);
    let Some((first, rest)) = words.split_first() else { return };
    let is_shell = SHELLS.contains(&base(first)) && base(first) != "busybox";
    let given = rest.iter().position(|word| is_script_flag(word)).and_then(|at| rest.get(at + 1));
    let script = given.or(step.input.as_ref().filter(|_| rest.is_empty()));
    match script.filter(|_| is_shell) {
        Some(script) => {
            let mut inner = Vec::new();
            steps(script).iter().for_each(|step| flatten(step, &mut inner));
            // What is asked of the whole is asked of each part.
            inner.iter_mut().for_each(|one| one.hidden |= step.hidden);
            if let Some(last) = inner.last_mut() {
                last.into_pipe |= step.into_pipe;
            }
            all.extend(inner);
        }
        None => all.push(Step { words: words.to_vec(), ..step.clone() }),
    }
}

/// Whether what goes into the pipe comes out of it as it is.
fn passes_on(rest: &[Step]) -> bool {
    let mut rest = rest.iter().take_while(|step| step.from_pipe).peekable();
    rest.peek().is_some() && rest.all(|step| is_filter(step) && !step.hidden)
}

fn is_filter(step: &Step) -> bool {
    step.words.first().is_some_and(|word| FILTERS.contains(&base(word)))
}

fn is_silent(step: &Step) -> bool {
    step.words.first().is_none_or(|word| SILENT.contains(&base(word)) || word.contains('='))
}

/// A name that the script itself gives to something else.
fn defines(all: &[Step], wanted: &str) -> bool {
    let alias = |step: &Step| {
        step.words[0] == "alias"
            && step.words[1..]
                .iter()
                .any(|word| word.split('=').next().is_some_and(|name| same(name, wanted)))
    };
    // `python() { echo …; }`: the name, and then nothing.
    let function =
        |step: &Step| step.words[0] == "function" && step.words.get(1).is_some_and(|w| same(w, wanted));
    all.iter().any(|step| alias(step) || function(step))
}

/// What `echo` and `printf` print for certain.
fn literal(step: &Step) -> Option<String> {
    let (first, rest) = step.words.split_first()?;
    let plain = |words: &[String]| {
        let text = words.join(" ");
        (!step.expands && !text.contains(['\\', '%'])).then_some(text)
    };
    match base(first) {
        "echo" => {
            let options =
                rest.iter().take_while(|word| ["-n", "-e", "-E", "-ne", "-en"].contains(&word.as_str()));
            plain(&rest[options.count()..])
        }
        "printf" => match rest {
            [format, values @ ..] if ["%s", "%s\\n"].contains(&format.as_str()) && !step.expands => {
                Some(values.join("\n"))
            }
            [format] => {
                let text = format.replace("\\n", "\n");
                (!step.expands && !text.contains(['\\', '%'])).then_some(text)
            }
            _ => None,
        },
        "cat" if rest.is_empty() || rest == ["-"] => step.input.clone().filter(|text| text.contains('\n')),
        _ => None,
    }
}

/// The words that the program runs, and its text where it stands among them.
fn given(step: &Step) -> (Vec<&String>, Option<String>) {
    let mut rest = step.words.iter().skip(1).peekable();
    while let Some(word) = rest.next_if(|word| word.starts_with('-') && word.len() > 1) {
        if is_script_flag(word) {
            // Of an exec the quotes are lost: what follows is the text, or begins with it.
            let words: Vec<&String> = rest.collect();
            let text = words.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(" ");
            return (words, Some(text));
        }
        if word == "-m" {
            break;
        }
        if TAKING_A_WORD.contains(&word.as_str()) {
            rest.next();
        }
    }
    let words: Vec<&String> = rest.collect();
    let fed = words.first().is_none_or(|word| *word == "-");
    let text = step.input.clone().filter(|text| fed && text.contains(char::is_whitespace));
    (words, text)
}

fn can_print(step: &Step, line: Option<&Text>) -> Can {
    let own = step.words.iter().skip(1).take_while(|word| word.starts_with('-') && !is_script_flag(word));
    if own.into_iter().any(|word| ABOUT_ITSELF.contains(&word.as_str())) {
        return Can::Never;
    }
    let (_, Some(text)) = given(step) else { return Can::Well };
    let prints = text.contains("print") || text.contains("write");
    if OTHERS.iter().any(|other| text.contains(other)) && !prints {
        return Can::Never;
    }
    let literals = line.map(Text::literals).unwrap_or_default();
    let holds = |literal: &&str| literal.split_whitespace().all(|word| text.contains(word));
    let open =
        step.expands || FROM_ELSEWHERE.iter().any(|word| text.contains(word)) || text.contains("import ");
    if open || literals.is_empty() || literals.iter().any(holds) { Can::Well } else { Can::Hardly }
}

/// Whether the program was read from the file, as far as words tell: by its own words, by what was piped into it, or
/// as a copy that the script has made of it.
fn reads(all: &[Step], at: usize, source: &Source) -> bool {
    let says = |step: &Step| {
        let words = step.words.iter().skip(1).chain(&step.input);
        words.into_iter().any(|word| mentioned(word, Some(source)))
    };
    let step = &all[at];
    let piped = all[..at].iter().rev().take_while(|before| before.into_pipe);
    if says(step) || (step.from_pipe && piped.into_iter().any(says)) {
        return true;
    }
    // `*.py` and `$FILE` may be any file.
    let (words, text) = given(step);
    let Some(script) = words.first().filter(|_| text.is_none()) else { return false };
    let open = script.contains(['*', '?', '$', '`']);
    open || all[..at].iter().any(|before| says(before) && before.words.contains(script))
}

fn mentioned(text: &str, source: Option<&Source>) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let bounded = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let before = text[..at].chars().next_back().is_some_and(is_part);
            let after = text[at + name.len()..].chars().next().is_some_and(is_part);
            !before && !after
        })
    };
    source.is_some_and(|source| source.names.iter().any(|name| bounded(name)))
}

#[cfg(test)]
#[path = "printer_tests.rs"]
mod tests;
