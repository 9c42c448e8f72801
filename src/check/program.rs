//! Which programs a container's words run: through `sh -c`, entrypoint scripts and version suffixes.

use super::script;

/// Programs that only start another one, named by the words that follow.
const STARTERS: [&str; 9] = ["env", "exec", "tini", "dumb-init", "nohup", "time", "nice", "sudo", "command"];
pub(super) const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ash", "zsh", "busybox"];

/// Whether these words run this program; versions are no part of a program's name.
pub(super) fn runs(argv: &[String], program: &str) -> bool {
    programs(argv).iter().any(|found| same(found, program))
}

/// `python`, `python3`, `python3.13` and `/usr/local/bin/python` are the same program.
pub(super) fn same(found: &str, wanted: &str) -> bool {
    fn unversioned(name: &str) -> &str {
        let base = name.rsplit('/').next().unwrap_or(name);
        let short = base.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
        if short.is_empty() { base } else { short }
    }
    unversioned(found.trim()) == unversioned(wanted.trim())
}

/// The commands that these words run in the end, each with its own words.
pub(super) fn commands(argv: &[String]) -> Vec<Vec<String>> {
    let words = after_starters(argv);
    let Some((first, rest)) = words.split_first() else { return Vec::new() };
    let given = rest.iter().position(|word| is_script_flag(word)).and_then(|at| rest.get(at + 1));
    match given.filter(|_| SHELLS.contains(&base(first))) {
        Some(script) => script::steps(script).iter().flat_map(|step| commands(&step.words)).collect(),
        None => vec![words.to_vec()],
    }
}

/// Whether a person can type commands at it: a shell without `-c` or a script.
pub(super) fn is_prompt(argv: &[String]) -> bool {
    let words = after_starters(argv);
    let Some((first, rest)) = words.split_first() else { return false };
    let is_shell = SHELLS.contains(&base(first)) && base(first) != "busybox";
    is_shell && rest.iter().all(|w| w.starts_with('-') && !w.starts_with("--") && !w.contains('c'))
}

/// The words of a `docker exec` event, which are joined by blanks and have lost their quotes: of `sh -c python -c …` what
/// was one word is several now.
pub(super) fn exec_words(line: &str) -> Vec<String> {
    let words: Vec<String> = line.split_whitespace().map(String::from).collect();
    let own = after_starters(&words);
    let is_shell = own.first().is_some_and(|word| SHELLS.contains(&base(word)));
    match own.iter().position(|word| is_script_flag(word)).filter(|_| is_shell) {
        Some(at) => [&own[..=at], &[own[at + 1..].join(" ")]].concat(),
        None => words,
    }
}

/// What a `docker exec` event says.
pub(super) fn exec_runs(line: &str, program: &str) -> bool {
    runs(&exec_words(line), program)
}

/// What was typed at a shell's prompt, where the line shows one.
pub(super) fn typed(line: &str) -> Option<&str> {
    let (prompt, typed) = line.split_once("# ").or_else(|| line.split_once("$ "))?;
    // A prompt is short and has no blanks: `root@4f1c:/`, `/`, or nothing at all.
    (!prompt.contains(' ') && prompt.len() <= 80).then_some(typed)
}

/// Whether the program was typed at a shell's prompt, as far as the terminal shows it. A shell's answer that
/// there is no such program takes it back.
pub(super) fn typed_at_prompt(text: &str, program: &str) -> bool {
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(typed) = typed(line) else { continue };
        let missing = lines.peek().is_some_and(|next| next.contains("not found"));
        if !missing && in_script(typed).iter().any(|found| same(found, program)) {
            return true;
        }
    }
    false
}

fn programs(argv: &[String]) -> Vec<String> {
    let words = after_starters(argv);
    let Some((first, rest)) = words.split_first() else { return Vec::new() };
    if !SHELLS.contains(&base(first)) {
        return vec![first.clone()];
    }
    let mut found = vec![first.clone()];
    if let Some(at) = rest.iter().position(|w| is_script_flag(w)) {
        found.extend(rest.get(at + 1).map(|script| in_script(script)).unwrap_or_default());
    } else if base(first) == "busybox" {
        found.extend(programs(rest));
    }
    found
}

pub(super) fn is_script_flag(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')
}

pub(super) fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Drops `env A=b`, `tini --`, `docker-entrypoint.sh` and the like from the front.
pub(super) fn after_starters(mut words: &[String]) -> &[String] {
    while let Some((first, rest)) = words.split_first() {
        let name = base(first);
        let starts_another =
            STARTERS.contains(&name) || name.contains("entrypoint") || name.contains("docker-init");
        if (!starts_another || rest.is_empty()) && !is_assignment(first) {
            break;
        }
        words = rest;
        while words.len() > 1 && (words[0].starts_with('-') || is_assignment(&words[0])) {
            words = &words[1..];
        }
    }
    words
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// The programs of a shell's script: the first word of each simple command.
fn in_script(script: &str) -> Vec<String> {
    script::steps(script).iter().flat_map(|step| programs(&step.words)).collect()
}
