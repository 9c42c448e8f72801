//! What an author wants to have typed into the shell, as steps: commands, and what the program that then runs is told.

/// Lines count from 1 inside the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub line: usize,
    pub kind: StepKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// For the prompt. Has lines of its own only inside of quotes or a here document.
    Command(String),
    /// For the program that runs: a line, or a key.
    Typed(Keys),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    Line(String),
    /// Ctrl and this letter.
    Control(char),
}

impl Keys {
    /// `^D` is a key, everything else a line.
    pub fn of(text: &str) -> Self {
        let mut letters = text.trim().chars();
        match (letters.next(), letters.next(), letters.next()) {
            (Some('^'), Some(letter), None) if letter.is_ascii_alphabetic() => {
                Self::Control(letter.to_ascii_lowercase())
            }
            _ => Self::Line(text.to_owned()),
        }
    }
}

/// The steps of a script: a line each; a `\` at its end, an open quote or a here document takes more. `> x` is typed into
/// the program that runs. Blank lines and comments are no steps.
pub fn steps(script: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = script.lines().enumerate();
    while let Some((at, first)) = lines.next() {
        let line = at + 1;
        let start = first.trim_start();
        if start.is_empty() || start.starts_with('#') {
            continue;
        }
        if let Some(typed) = start.strip_prefix('>').filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            let typed = typed.strip_prefix(' ').unwrap_or(typed);
            steps.push(Step { line, kind: StepKind::Typed(Keys::of(typed)) });
            continue;
        }
        let mut command = start.trim_end().to_owned();
        loop {
            let more = match open(&command) {
                Open::No => break,
                Open::Line => {
                    command.pop();
                    lines.next().map(|(_, next)| next.trim_start().to_owned())
                }
                Open::Quote | Open::Document => lines.next().map(|(_, next)| format!("\n{next}")),
            };
            match more {
                Some(more) => command.push_str(&more),
                None => break,
            }
        }
        steps.push(Step { line, kind: StepKind::Command(command.trim_end().to_owned()) });
    }
    steps
}

/// What a command waits for.
#[derive(Debug, PartialEq)]
enum Open {
    No,
    /// The next line, to be joined to this one.
    Line,
    Quote,
    Document,
}

fn open(command: &str) -> Open {
    let mut quote = None;
    let mut before = ' ';
    let mut word = None;
    let mut at = 0;
    while let Some(c) = command[at..].chars().next() {
        let rest = &command[at + c.len_utf8()..];
        at += c.len_utf8();
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some('\''), _) => {}
            (_, '\\') if rest.is_empty() => return Open::Line,
            (_, '\\') => at += rest.chars().next().map_or(0, char::len_utf8),
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') if before.is_whitespace() => at += rest.find('\n').unwrap_or(rest.len()),
            (None, '<') if rest.starts_with("<<") => at += 2,
            (None, '<') if rest.starts_with('<') => word = word.or(super::commands::here_word(&rest[1..])),
            (None, '\n') if word.is_some() => break,
            _ => {}
        }
        before = c;
    }
    match (quote, word) {
        (Some(_), _) => Open::Quote,
        (None, Some(word)) if !command[at..].lines().any(|line| line.trim() == word) => Open::Document,
        (None, _) => Open::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: usize, text: &str) -> Step {
        Step { line, kind: StepKind::Command(text.to_owned()) }
    }

    fn typed(line: usize, keys: Keys) -> Step {
        Step { line, kind: StepKind::Typed(keys) }
    }

    #[test]
    fn a_script_is_read_line_by_line() {
        let script =
            "# first\ndocker run -it \\\n    python:3-slim\n> print(\"a\")\n> ^D\n\n  docker ps # all\n>\n";
        assert_eq!(
            steps(script),
            [
                command(2, "docker run -it python:3-slim"),
                typed(4, Keys::Line("print(\"a\")".into())),
                typed(5, Keys::Control('d')),
                command(7, "docker ps # all"),
                typed(8, Keys::Line(String::new())),
            ]
        );
    }

    #[test]
    fn quotes_and_here_documents_hold_lines_together() {
        let script =
            "cat > a <<'END'\nFROM x\n# it's\n> y\nEND\npython -c 'a\n  b'\necho \"x # y\" <<< z\nls";
        assert_eq!(
            steps(script),
            [
                command(1, "cat > a <<'END'\nFROM x\n# it's\n> y\nEND"),
                command(6, "python -c 'a\n  b'"),
                command(8, "echo \"x # y\" <<< z"),
                command(9, "ls"),
            ]
        );
    }

    #[test]
    fn what_is_never_closed_ends_with_the_script() {
        assert_eq!(steps("echo 'a\nb"), [command(1, "echo 'a\nb")]);
        assert_eq!(steps("cat <<END\nb"), [command(1, "cat <<END\nb")]);
        assert_eq!(steps("ls \\"), [command(1, "ls")]);
        assert_eq!(steps("echo it\\'s\nls"), [command(1, "echo it\\'s"), command(2, "ls")]);
    }

    #[test]
    fn only_a_single_letter_after_a_hat_is_a_key() {
        assert_eq!(Keys::of("^C"), Keys::Control('c'));
        for line in ["^", "^CC", "x^C", "2^3", ""] {
            assert_eq!(Keys::of(line), Keys::Line(line.into()));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_script_panics(script in "(?s)[\\\\'\"<>#^ \nAé]{0,60}") {
            let _ = steps(&script);
        }
    }
}
