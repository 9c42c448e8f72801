//! Reads a shell's script as far as it tells which programs run, and where their output goes.

use std::iter::Peekable;
use std::str::Chars;

/// One simple command of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// Without redirections; quotes taken away, what is to be expanded left as it stands.
    pub words: Vec<String>,
    /// A `$` or a backquote that the shell expands stands in one of its words.
    pub expands: bool,
    /// What it prints goes into a file.
    pub hidden: bool,
    pub from_pipe: bool,
    pub into_pipe: bool,
    /// The file, or the text of the here-document, that it reads.
    pub input: Option<String>,
}

/// Words that only say how what follows them is run.
const KEYWORDS: [&str; 9] = ["if", "then", "else", "elif", "while", "until", "do", "!", "time"];
/// Files that are the output itself.
const SHOWN: [&str; 5] = ["/dev/stdout", "/dev/stderr", "/dev/tty", "/proc/1/fd/1", "/proc/1/fd/2"];

/// Where the next word goes.
#[derive(Clone, Copy, PartialEq)]
enum Goes {
    Word,
    /// The file that output goes to; whether it is what is shown otherwise.
    Output(bool),
    /// Another descriptor.
    Descriptor,
    Input,
    /// The word that ends a here-document.
    Here,
    HereText,
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    steps: Vec<Step>,
    step: Step,
    word: Option<String>,
    goes: Goes,
    /// Words that end here-documents whose bodies begin on the next line, with the steps that read them.
    due: Vec<(String, usize)>,
}

/// The simple commands of a script in their order. Quotes are honoured, so that a `;` inside of them ends nothing.
pub(super) fn steps(script: &str) -> Vec<Step> {
    let mut reader = Reader {
        chars: script.chars().peekable(),
        steps: Vec::new(),
        step: Step::default(),
        word: None,
        goes: Goes::Word,
        due: Vec::new(),
    };
    reader.read();
    let mut steps = reader.steps;
    for step in &mut steps {
        let keywords = step.words.iter().take_while(|word| KEYWORDS.contains(&word.as_str())).count();
        step.words.drain(..keywords);
    }
    steps.retain(|step| !step.words.is_empty());
    steps
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(c) = self.chars.next() {
            match c {
                '\'' => self.quoted('\''),
                '"' => self.quoted('"'),
                '\\' => {
                    let next = self.chars.next().filter(|c| *c != '\n');
                    self.word.get_or_insert_default().extend(next);
                }
                '#' if self.word.is_none() => while self.chars.next_if(|c| *c != '\n').is_some() {},
                '&' if self.chars.next_if_eq(&'>').is_some() => self.output(true),
                '|' if self.chars.next_if_eq(&'|').is_none() => {
                    self.chars.next_if_eq(&'&');
                    self.end_word();
                    self.step.into_pipe = true;
                    self.end_step();
                    self.step.from_pipe = true;
                }
                ';' | '&' | '|' | '(' | ')' => self.end_step(),
                '{' | '}' if self.word.is_none() => self.end_step(),
                '\n' => {
                    self.end_step();
                    self.here_documents();
                }
                '>' => {
                    let descriptor = self.word.take_if(|word| word.chars().all(|c| c.is_ascii_digit()));
                    self.end_word();
                    self.output(descriptor.is_none_or(|number| number == "1"));
                }
                '<' => self.input(),
                c if c.is_whitespace() => self.end_word(),
                c => {
                    self.step.expands |= matches!(c, '$' | '`');
                    self.word.get_or_insert_default().push(c);
                }
            }
        }
        self.end_step();
    }

    fn quoted(&mut self, quote: char) {
        self.word.get_or_insert_default();
        while let Some(c) = self.chars.next() {
            match c {
                c if c == quote => return,
                '\\' if quote == '"' => {
                    let next = self.chars.next();
                    if let Some(kept) = next.filter(|c| !matches!(c, '"' | '\\' | '$' | '`')) {
                        self.word.get_or_insert_default().extend(['\\', kept]);
                    } else {
                        self.word.get_or_insert_default().extend(next);
                    }
                }
                c => {
                    self.step.expands |= quote == '"' && matches!(c, '$' | '`');
                    self.word.get_or_insert_default().push(c);
                }
            }
        }
    }

    fn output(&mut self, shown: bool) {
        while self.chars.next_if(|c| matches!(c, '>' | '|')).is_some() {}
        self.goes = match self.chars.next_if_eq(&'&') {
            Some(_) => Goes::Descriptor,
            None => Goes::Output(shown),
        };
    }

    fn input(&mut self) {
        self.end_word();
        self.goes = Goes::Input;
        if self.chars.next_if_eq(&'<').is_some() {
            self.goes = if self.chars.next_if_eq(&'<').is_some() { Goes::HereText } else { Goes::Here };
            if self.goes == Goes::Here {
                self.chars.next_if_eq(&'-');
            }
        } else if self.chars.next_if_eq(&'&').is_some() {
            self.goes = Goes::Descriptor;
        }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        match std::mem::replace(&mut self.goes, Goes::Word) {
            Goes::Word => self.step.words.push(word),
            Goes::Output(shown) => self.step.hidden |= shown && !SHOWN.contains(&word.as_str()),
            Goes::Descriptor => {}
            Goes::Input | Goes::HereText => self.step.input = Some(word),
            Goes::Here => self.due.push((word, self.steps.len())),
        }
    }

    fn end_step(&mut self) {
        self.end_word();
        self.goes = Goes::Word;
        // Also an empty one: here-documents count them.
        self.steps.push(std::mem::take(&mut self.step));
    }

    fn here_documents(&mut self) {
        for (end, step) in std::mem::take(&mut self.due) {
            let mut text = String::new();
            loop {
                let mut line = String::new();
                while let Some(c) = self.chars.next_if(|c| *c != '\n') {
                    line.push(c);
                }
                let more = self.chars.next().is_some();
                if line.trim_start_matches('\t') == end {
                    break;
                }
                text.push_str(&line);
                text.push('\n');
                if !more {
                    break;
                }
            }
            if let Some(step) = self.steps.get_mut(step) {
                step.input = Some(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(script: &str) -> Vec<String> {
        steps(script).iter().map(|step| step.words.join(" ")).collect()
    }

    #[test]
    fn a_script_is_its_simple_commands() {
        for (script, expected) in [
            ("a 'b;c' && d\ne | f", vec!["a b;c", "d", "e", "f"]),
            ("if [ -f x ]; then python x; else echo no; fi", vec!["[ -f x ]", "python x", "echo no", "fi"]),
            ("(cd /w && ls) & { a; }", vec!["cd /w", "ls", "a"]),
            ("a >x 2>&1 <y", vec!["a"]),
            ("a # b; c\nd", vec!["a", "d"]),
            ("echo \"a \\\"b\\\" $C\" 'it''s'", vec!["echo a \"b\" $C its"]),
            ("cat <<END\npython\nEND\nls", vec!["cat", "ls"]),
            ("a || b 2>/dev/null", vec!["a", "b"]),
        ] {
            assert_eq!(words(script), expected, "{script}");
        }
    }

    #[test]
    fn where_output_goes_is_told() {
        let of = |script: &str| steps(script).into_iter().map(|s| (s.hidden, s.into_pipe, s.from_pipe));
        let told = |script| of(script).collect::<Vec<_>>();
        assert_eq!(
            told("a > /dev/null; b 2>x; c >&2"),
            [(true, false, false), (false, false, false), (false, false, false)]
        );
        assert_eq!(told("a | b"), [(false, true, false), (false, false, true)]);
        assert_eq!(told("a &> x"), [(true, false, false)]);
        assert_eq!(told("a >> /dev/stderr"), [(false, false, false)]);
    }

    #[test]
    fn what_is_read_is_told_and_what_the_shell_expands() {
        let input = |script: &str| steps(script)[0].input.clone();
        assert_eq!(input("python <<'E'\nprint(1)\nE\n").as_deref(), Some("print(1)\n"));
        assert_eq!(input("python < /w/x.py").as_deref(), Some("/w/x.py"));
        assert_eq!(input("python <<< 'print(1)'").as_deref(), Some("print(1)"));
        assert_eq!(input("cat <<-E | python\n\tx\n\tE").as_deref(), Some("\tx\n"));
        assert!(steps("echo \"$A\"")[0].expands && steps("echo `a`")[0].expands);
        assert!(!steps("echo '$A' \\$B")[0].expands);
        assert_eq!(input("python <<E"), None);
    }
}
