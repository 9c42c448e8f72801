//! The commands in a fence, each as it can be put on a prompt.

/// Each is one line without control characters, so that nothing runs by itself; only a here document keeps its lines, and
/// the shell takes those as a paste or not at all. A text in quotes over several lines is left out.
pub fn commands(lang: &str, text: &str) -> Vec<String> {
    numbered(lang, text).into_iter().map(|(_, command)| command).collect()
}

/// The same with the line that each begins in, from 0.
pub(super) fn numbered(lang: &str, text: &str) -> Vec<(usize, String)> {
    match lang {
        "bash" | "sh" | "zsh" | "shell" | "console" | "shell-session" | "shellsession" | "terminal" => {}
        "" if looks_like_commands(text) => {}
        _ => return Vec::new(),
    }
    if is_dockerfile(text) {
        return Vec::new();
    }
    let prompted = has_prompt(text);
    let mut found = Vec::new();
    let mut numbered = text.lines().enumerate();
    while let Some((at, line)) = numbered.next() {
        let mut lines = numbered.by_ref().map(|(_, line)| line);
        let line = line.trim();
        let Some(line) = (if prompted { line.strip_prefix("$ ") } else { Some(line) }) else { continue };
        if line.starts_with('#') {
            continue;
        }
        let mut command = String::new();
        let mut part = line.to_owned();
        loop {
            let (code, goes_on) = match part.strip_suffix('\\') {
                Some(code) => (code.trim_end(), true),
                None => (part.as_str(), false),
            };
            if !command.is_empty() {
                command.push(' ');
            }
            command.push_str(code.trim());
            match goes_on.then(|| lines.next()).flatten() {
                Some(next) => part = next.trim().strip_prefix("> ").unwrap_or(next.trim()).to_owned(),
                None => break,
            }
        }
        if let Some(word) = here_document(&command) {
            let mut whole = command;
            for line in lines.by_ref() {
                whole.push('\n');
                whole.push_str(line.trim_end());
                if line.trim() == word {
                    found.push((at, std::mem::take(&mut whole)));
                    break;
                }
            }
            continue;
        }
        match without_comment(&command) {
            Quoting::Closed(command) => found.push((at, command)),
            Quoting::Open => {
                let _end = lines.by_ref().find(|line| line.contains(['"', '\'']));
            }
        }
    }
    for (_, command) in &mut found {
        command.retain(|c| !c.is_control() || c == '\n');
    }
    found.retain(|(_, command)| !command.trim().is_empty());
    found
}

/// Lessons often write Dockerfile lines into a fence marked as shell.
pub fn is_dockerfile(text: &str) -> bool {
    const WORDS: [&str; 17] = [
        "FROM",
        "RUN",
        "CMD",
        "ENTRYPOINT",
        "COPY",
        "ADD",
        "ENV",
        "ARG",
        "WORKDIR",
        "EXPOSE",
        "VOLUME",
        "USER",
        "LABEL",
        "HEALTHCHECK",
        "SHELL",
        "ONBUILD",
        "STOPSIGNAL",
    ];
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.and_then(|line| line.split_whitespace().next()).is_some_and(|word| WORDS.contains(&word))
}

/// Whether the text is what a terminal showed: commands after `$ `, and what they printed.
pub fn has_prompt(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("$ "))
}

fn looks_like_commands(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let first = first.strip_prefix("$ ").unwrap_or(first);
    ["docker ", "docker-compose ", "podman "].iter().any(|start| first.starts_with(start))
}

enum Quoting {
    /// The command up to its comment.
    Closed(String),
    /// A quote that does not end on this line.
    Open,
}

fn without_comment(command: &str) -> Quoting {
    let mut quote = None;
    let mut before = ' ';
    let mut chars = command.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => {
                chars.next();
            }
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') if before.is_whitespace() => return Quoting::Closed(command[..at].trim().to_owned()),
            _ => {}
        }
        before = c;
    }
    match quote {
        None => Quoting::Closed(command.trim().to_owned()),
        Some(_) => Quoting::Open,
    }
}

/// The word that ends a here document.
fn here_document(command: &str) -> Option<String> {
    let at = command.find("<<")?;
    here_word(&command[at + 2..])
}

/// The same, from what comes after the `<<`.
pub(super) fn here_word(rest: &str) -> Option<String> {
    if rest.starts_with('<') {
        return None;
    }
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start();
    let word: String = rest
        .trim_start_matches(['\'', '"', '\\'])
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prompts_comments_and_continuations() {
        let text = "# first\n$ docker run -d \\\n    --name web nginx   # in the background\n9f2c1e\n$ docker ps\nCONTAINER ID";
        assert_eq!(commands("console", text), ["docker run -d --name web nginx", "docker ps"]);
        let text = "docker run \\\n-v $(pwd):/data \\\nubuntu echo \"# no comment\"\n\ndocker stop <name>";
        assert_eq!(
            commands("bash", text),
            ["docker run -v $(pwd):/data ubuntu echo \"# no comment\"", "docker stop <name>"]
        );
    }

    #[test]
    fn what_is_no_command_is_left_out() {
        assert!(commands("bash", "FROM python:3\nCMD [\"a\"]").is_empty());
        assert!(commands("python", "import os").is_empty());
        assert!(commands("", "+----+\n| VM |\n+----+").is_empty());
        assert_eq!(commands("", "docker ps [-a]"), ["docker ps [-a]"]);
        assert_eq!(
            commands("bash", "cat > f <<EOF\nrm -rf x\nEOF\nls"),
            ["cat > f <<EOF\nrm -rf x\nEOF", "ls"]
        );
        assert_eq!(commands("bash", "cat > f <<EOF\nno end\nls"), Vec::<String>::new());
        assert_eq!(commands("bash", "echo 'a\nb'\nls"), ["ls"]);
        assert_eq!(commands("bash", "grep x <<< y"), ["grep x <<< y"]);
        assert_eq!(commands("bash", "it's fine"), Vec::<String>::new());
    }

    #[test]
    fn a_dockerfile_is_known_by_its_first_word() {
        assert!(is_dockerfile("# syntax\nFROM x"));
        assert!(is_dockerfile("ENTRYPOINT [\"a\"]"));
        assert!(!is_dockerfile("docker run FROM"));
        assert!(!is_dockerfile(""));
    }

    proptest! {
        #[test]
        fn nothing_runs_by_itself(text in "(?s)[\\x00-\\x7f]{0,200}") {
            for command in commands("bash", &text) {
                let lines = command.contains('\n');
                prop_assert!(!command.chars().any(|c| c.is_control() && c != '\n'));
                prop_assert!(!lines || command.contains("<<"), "only a here document has lines");
                prop_assert!(!command.is_empty());
            }
        }
    }
}
