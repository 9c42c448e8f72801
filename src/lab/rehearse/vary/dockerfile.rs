//! A Dockerfile in other words that mean the same.

/// One instruction with its lines, or lines between two.
struct Part {
    /// In capital letters; empty for comments and empty lines.
    name: String,
    text: String,
}

/// Continued lines and here documents belong to their instruction.
fn parts(text: &str) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let word = line.split_whitespace().next().unwrap_or_default();
        if word.is_empty() || word.starts_with('#') {
            found.push(Part { name: String::new(), text: line.to_owned() });
            continue;
        }
        let mut whole = line.to_owned();
        while whole.trim_end().ends_with('\\') {
            match lines.next() {
                Some(more) => whole.push_str(more),
                None => break,
            }
        }
        let ends: Vec<String> = whole.split("<<").skip(1).filter_map(here_word).collect();
        for end in ends {
            for more in lines.by_ref() {
                whole.push_str(more);
                if more.trim() == end {
                    break;
                }
            }
        }
        found.push(Part { name: word.to_uppercase(), text: whole });
    }
    found
}

fn here_word(after: &str) -> Option<String> {
    let word = after.trim_start_matches('-').split_whitespace().next()?;
    let word = word.trim_matches(['"', '\'']);
    (!word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then(|| word.to_owned())
}

fn together(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// What stands after the instruction's name, on one line; None for an instruction of several lines.
fn rest(part: &Part) -> Option<&str> {
    let text = part.text.trim();
    let (_, rest) = text.split_once(char::is_whitespace)?;
    (!text.contains('\n')).then(|| rest.trim())
}

/// The words of an exec form.
fn listed(rest: &str) -> Option<Vec<String>> {
    serde_json::from_str(rest).ok()
}

/// Words that a shell takes as they are.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c))
}

/// Words that only a shell understands: POSIX's special built-in utilities, and `cd`.
const BUILT_IN: [&str; 16] = [
    ".", ":", "break", "cd", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set",
    "shift", "times", "trap", "unset",
];

/// A command in the other form: a list for a line, and a line for a list, where no shell reads it differently.
fn other_form(rest: &str) -> Option<String> {
    if let Some(words) = listed(rest) {
        return (!words.is_empty() && words.iter().all(|word| is_plain(word))).then(|| words.join(" "));
    }
    if rest.starts_with("--") || rest.contains("<<") || rest.is_empty() {
        return None;
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    let is_program = words.first().is_some_and(|first| !BUILT_IN.contains(first));
    let list = match is_program && words.iter().all(|word| is_plain(word)) {
        true => words,
        // What the builder itself makes of it.
        false => vec!["/bin/sh", "-c", rest],
    };
    serde_json::to_string(&list).ok()
}

fn last_stage(parts: &[Part]) -> usize {
    parts.iter().rposition(|part| part.name == "FROM").unwrap_or(0)
}

/// The places of what says in the last stage what a container starts.
fn starts(parts: &[Part]) -> Vec<usize> {
    let all = parts.iter().enumerate().skip(last_stage(parts));
    all.filter(|(_, part)| ["CMD", "ENTRYPOINT"].contains(&part.name.as_str())).map(|(at, _)| at).collect()
}

/// What a container starts, in the other form. Where CMD and ENTRYPOINT are put together, the form means something.
pub(super) fn start_form(text: &str) -> Option<String> {
    let mut parts = parts(text);
    let [at] = starts(&parts)[..] else { return None };
    let form = other_form(rest(&parts[at])?)?;
    parts[at].text = format!("{} {form}\n", parts[at].name);
    Some(together(&parts))
}

/// The steps that run while building, in the other form.
pub(super) fn run_form(text: &str) -> Option<String> {
    let mut parts = parts(text);
    let mut changed = false;
    for part in parts.iter_mut().filter(|part| part.name == "RUN") {
        if let Some(form) = rest(part).and_then(other_form) {
            part.text = format!("RUN {form}\n");
            changed = true;
        }
    }
    changed.then(|| together(&parts))
}

/// CMD as ENTRYPOINT and the other way round, and the two together as one CMD: the same for who gives no command.
pub(super) fn entrypoint(text: &str) -> Option<String> {
    let mut parts = parts(text);
    match starts(&parts)[..] {
        [at] => {
            let other = if parts[at].name == "CMD" { "ENTRYPOINT" } else { "CMD" };
            parts[at].text = format!("{other} {}\n", rest(&parts[at])?);
        }
        [first, second] if parts[first].name != parts[second].name => {
            let (cmd, entry) = if parts[first].name == "CMD" { (first, second) } else { (second, first) };
            let words = [listed(rest(&parts[entry])?)?, listed(rest(&parts[cmd])?)?].concat();
            parts[entry].text.clear();
            parts[cmd].text = format!("CMD {}\n", serde_json::to_string(&words).ok()?);
        }
        _ => return None,
    }
    Some(together(&parts))
}

/// The images that stages begin with, as they are written; no stages, and nothing with a variable in it.
pub(super) fn bases(text: &str) -> Vec<String> {
    let mut stages: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for part in parts(text).iter().filter(|part| part.name == "FROM") {
        let words: Vec<&str> = part.text.split_whitespace().collect();
        let Some(image) = words.iter().skip(1).find(|word| !word.starts_with("--")) else { continue };
        if !image.contains('$') && *image != "scratch" && !stages.iter().any(|stage| stage == image) {
            found.push((*image).to_owned());
        }
        stages.extend(words.last().filter(|_| words.len() > 3).map(|stage| (*stage).to_owned()));
    }
    found
}

/// Other names for the images that stages begin with; None where it says so of no image.
pub(super) fn rebased(text: &str, other: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let bases = bases(text);
    let mut parts = parts(text);
    let mut changed = false;
    for part in parts.iter_mut().filter(|part| part.name == "FROM") {
        let image = part.text.split_whitespace().skip(1).find(|word| bases.iter().any(|base| base == word));
        if let Some((image, other)) = image.and_then(|image| Some((image.to_owned(), other(image)?))) {
            part.text = part.text.replacen(&image, &other, 1);
            changed = true;
        }
    }
    changed.then(|| together(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_written_in_the_other_form() {
        for (from, to) in [
            ("FROM x\nCMD [\"python\", \"/a.py\"]\n", Some("FROM x\nCMD python /a.py\n")),
            ("FROM x\nENTRYPOINT python /a.py\n", Some("FROM x\nENTRYPOINT [\"python\",\"/a.py\"]\n")),
            ("FROM x\nCMD cd /srv && go\n", Some("FROM x\nCMD [\"/bin/sh\",\"-c\",\"cd /srv && go\"]\n")),
            ("FROM x\nCMD [\"a b\"]\n", None),
            ("FROM x\nENTRYPOINT [\"a\"]\nCMD [\"b\"]\n", None),
            ("FROM x\nCMD [\"a\"]\nFROM y\n", None),
        ] {
            assert_eq!(start_form(from).as_deref(), to, "{from}");
        }
        let runs = "FROM x\nRUN pip install -r a.txt\nRUN --mount=type=cache,target=/c a\nRUN <<END\na\nEND\nRUN a \\\n  b\n";
        let other = "FROM x\nRUN [\"pip\",\"install\",\"-r\",\"a.txt\"]\nRUN --mount=type=cache,target=/c a\nRUN <<END\na\nEND\nRUN a \\\n  b\n";
        assert_eq!(run_form(runs).as_deref(), Some(other));
    }

    #[test]
    fn who_gives_no_command_sees_no_difference() {
        for (from, to) in [
            ("FROM x\nCMD a b\n", Some("FROM x\nENTRYPOINT a b\n")),
            ("from x\nentrypoint [\"a\"]\n", Some("from x\nCMD [\"a\"]\n")),
            ("FROM x\nCMD [\"b\"]\nENTRYPOINT [\"a\"]\n", Some("FROM x\nCMD [\"a\",\"b\"]\n")),
            ("FROM x\nCMD b\nENTRYPOINT [\"a\"]\n", None),
            ("FROM x\nCMD a\nCMD b\n", None),
        ] {
            assert_eq!(entrypoint(from).as_deref(), to, "{from}");
        }
    }

    #[test]
    fn a_stage_is_no_image() {
        let text = "ARG T=1\nFROM --platform=linux/amd64 python:3 AS build\nFROM build\nFROM a:$T\nFROM scratch\nFROM b\n";
        assert_eq!(bases(text), ["python:3", "b"]);
        let other = rebased(text, &|image| Some(format!("docker.io/library/{image}"))).unwrap();
        assert!(other.contains("amd64 docker.io/library/python:3 AS build\nFROM build\n"), "{other}");
        assert!(other.ends_with("FROM docker.io/library/b\n"), "{other}");
    }

    proptest::proptest! {
        #[test]
        fn a_form_and_back_is_where_it_began(words in proptest::collection::vec("[a-z./-]{1,5}", 1..4)) {
            proptest::prop_assume!(!BUILT_IN.contains(&words[0].as_str()));
            let line = words.join(" ");
            proptest::prop_assume!(!line.starts_with("--"));
            let list = other_form(&line).unwrap();
            proptest::prop_assert_eq!(listed(&list), Some(words));
            proptest::prop_assert_eq!(other_form(&list), Some(line));
        }

        #[test]
        fn parts_are_the_whole_text(text in "(FROM x|RUN <<E|E|CMD a \\\\|#|\n| |é){0,12}") {
            proptest::prop_assert_eq!(together(&parts(&text)), text);
        }
    }
}
