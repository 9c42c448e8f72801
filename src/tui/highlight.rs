//! Names the parts of code, so that a theme can colour them. Reads nothing but the text; remembers what it has done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use ratatui::style::Style;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::theme::Theme;
use crate::course::{has_prompt, is_dockerfile};

/// What a stretch of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Plain,
    Comment,
    Keyword,
    Text,
    Number,
    Function,
    Variable,
    Option,
    Operator,
    Kind,
    /// The `$ ` before a command.
    Prompt,
}

impl Part {
    pub fn style(self, theme: &Theme) -> Style {
        let syntax = &theme.syntax;
        let over = match self {
            Self::Plain => return theme.code,
            Self::Comment => syntax.comment,
            Self::Keyword => syntax.keyword,
            Self::Text => syntax.string,
            Self::Number => syntax.number,
            Self::Function => syntax.function,
            Self::Variable => syntax.variable,
            Self::Option => syntax.option,
            Self::Operator => syntax.operator,
            Self::Kind => syntax.kind,
            Self::Prompt => syntax.comment,
        };
        theme.code.patch(over)
    }
}

/// One line of code in its parts; together they are the line without its newline.
pub type CodeLine = Vec<(Part, String)>;

/// Code that is longer than this is shown without colour: a slide never needs it, and a key must be answered at once.
const TOO_LONG: usize = 64 * 1024;
const REMEMBERED: usize = 512;

/// By language and text.
type Done = HashMap<(String, String), Arc<Vec<CodeLine>>>;

#[derive(Default)]
pub struct Highlighter {
    done: Mutex<Done>,
}

impl std::fmt::Debug for Highlighter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Highlighter")
    }
}

/// Reads the syntaxes and compiles the expressions of those that slides are full of, 4 ms that no key should wait for.
pub fn warm_up() {
    paint(
        "bash",
        "$ docker run -d --name web -p 8081:80 \"nginx\" | grep 'a' > b # c\n$ cd \"$HOME\" && for x in 1 2; do echo $x; done",
    );
    paint(
        "dockerfile",
        "FROM python:3-slim AS a\nRUN pip install x && ls -l\nENV A=\"b\"\nCOPY . /app\nCMD [\"python\", \"a.py\"]\n# c",
    );
}

/// Loaded once (2 ms) and shared, because it never changes.
fn syntaxes() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

impl Highlighter {
    /// One `CodeLine` for each line of the text. `lang` is a fence's first word, or empty.
    pub fn lines(&self, lang: &str, text: &str) -> Arc<Vec<CodeLine>> {
        let key = (lang.to_owned(), text.to_owned());
        let mut done = self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(lines) = done.get(&key) {
            return Arc::clone(lines);
        }
        let lines = Arc::new(paint(lang, &visible(text)));
        if done.len() >= REMEMBERED {
            done.clear();
        }
        done.insert(key, Arc::clone(&lines));
        lines
    }
}

/// Tabs become blanks and control characters go, so that text can do nothing to the terminal.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\n' => {
                column = 0;
                out.push(c);
            }
            '\t' => {
                let blanks = 4 - column % 4;
                out.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            c if c.is_control() => {}
            c => {
                column += 1;
                out.push(c);
            }
        }
    }
    out
}

fn paint(lang: &str, text: &str) -> Vec<CodeLine> {
    let plain = || text.split('\n').map(|line| vec![(Part::Plain, line.to_owned())]).collect();
    if text.len() > TOO_LONG {
        return plain();
    }
    let lang = language(lang, text);
    if lang.is_empty() {
        return plain();
    }
    let set = syntaxes();
    let Some(syntax) = set.find_syntax_by_token(&lang) else { return plain() };
    if matches!(lang.as_str(), "bash" | "console") && has_prompt(text) {
        return session(set, syntax, text);
    }
    let mut state = State::new(set, syntax);
    text.split('\n').map(|line| state.line(line)).collect()
}

/// The name by which the syntax set knows a fence's language; empty for none.
fn language(lang: &str, text: &str) -> String {
    let name = match lang.to_lowercase().as_str() {
        "sh" | "bash" | "zsh" | "shell" | "console" | "shell-session" | "shellsession" | "terminal" => "bash",
        "docker" | "dockerfile" | "containerfile" => "Dockerfile",
        "dockerignore" | ".dockerignore" | "gitignore" => "gitignore",
        "compose" | "yml" | "yaml" => "yaml",
        "env" | "dotenv" => "DotENV",
        "py" | "python" | "python3" => "python",
        "golang" => "go",
        "jsonc" | "json5" => "json",
        "text" | "txt" | "plain" | "output" | "none" => "",
        other => return other.to_owned(),
    };
    if name == "bash" && is_dockerfile(text) { "Dockerfile".into() } else { name.into() }
}

fn session(set: &SyntaxSet, syntax: &SyntaxReference, text: &str) -> Vec<CodeLine> {
    let mut state = State::new(set, syntax);
    let mut goes_on = false;
    text.split('\n')
        .map(|line| {
            let blanks = line.len() - line.trim_start().len();
            let command = match line[blanks..].strip_prefix("$ ") {
                Some(command) => {
                    state = State::new(set, syntax);
                    command
                }
                None if goes_on => line,
                None => return vec![(Part::Plain, line.to_owned())],
            };
            goes_on = command.ends_with('\\');
            let mut parts = Vec::new();
            if command.len() < line.len() {
                parts.push((Part::Prompt, line[..line.len() - command.len()].to_owned()));
            }
            parts.extend(state.line(command));
            parts
        })
        .collect()
}

struct State<'a> {
    set: &'a SyntaxSet,
    parse: ParseState,
    stack: ScopeStack,
}

impl<'a> State<'a> {
    fn new(set: &'a SyntaxSet, syntax: &SyntaxReference) -> Self {
        Self { set, parse: ParseState::new(syntax), stack: ScopeStack::new() }
    }

    fn line(&mut self, line: &str) -> CodeLine {
        let whole = || vec![(Part::Plain, line.to_owned())];
        let Ok(ops) = self.parse.parse_line(&format!("{line}\n"), self.set) else { return whole() };
        let mut parts: CodeLine = Vec::new();
        let mut from = 0;
        for (at, op) in ops {
            let at = at.min(line.len());
            if at > from {
                push(&mut parts, part(&self.stack), &line[from..at]);
                from = at;
            }
            if self.stack.apply(&op).is_err() {
                return whole();
            }
        }
        push(&mut parts, part(&self.stack), &line[from..]);
        parts
    }
}

fn push(parts: &mut CodeLine, part: Part, text: &str) {
    match parts.last_mut() {
        Some((last, before)) if *last == part => before.push_str(text),
        _ if text.is_empty() => {}
        _ => parts.push((part, text.to_owned())),
    }
}

/// The innermost scope that means something decides.
fn part(stack: &ScopeStack) -> Part {
    static TABLE: OnceLock<Vec<(Scope, Part)>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        [
            ("comment", Part::Comment),
            ("punctuation.definition.comment", Part::Comment),
            ("meta.mapping.key string", Part::Function),
            ("string", Part::Text),
            ("punctuation.definition.string", Part::Text),
            ("constant.character.escape", Part::Number),
            ("constant.numeric", Part::Number),
            ("constant.language", Part::Number),
            ("keyword.operator", Part::Operator),
            ("keyword", Part::Keyword),
            ("storage.type", Part::Kind),
            ("storage", Part::Keyword),
            ("entity.name.function", Part::Function),
            ("entity.name.tag", Part::Function),
            ("entity.name.type", Part::Kind),
            ("entity.name.class", Part::Kind),
            ("support.function", Part::Function),
            ("support.type", Part::Kind),
            ("support.class", Part::Kind),
            ("variable.function", Part::Function),
            ("variable.parameter.option", Part::Option),
            ("punctuation.definition.parameter", Part::Option),
            ("variable.other.readwrite", Part::Variable),
            ("punctuation.definition.variable", Part::Variable),
            ("variable.language", Part::Kind),
        ]
        .into_iter()
        .filter_map(|(name, part)| Some((Scope::new(name).ok()?, part)))
        .collect()
    });
    let scopes = stack.as_slice().iter().rev();
    scopes
        .flat_map(|s| table.iter().filter(|(t, _)| t.is_prefix_of(*s)))
        .map(|(_, part)| *part)
        .next()
        .unwrap_or(Part::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(lang: &str, text: &str) -> Vec<CodeLine> {
        Highlighter::default().lines(lang, text).to_vec()
    }

    fn has(lines: &[CodeLine], part: Part, text: &str) -> bool {
        lines.iter().flatten().any(|(p, t)| *p == part && t.trim() == text)
    }

    #[test]
    fn the_text_is_never_changed() {
        for lang in ["bash", "docker", "console", "py", "yml", "json", "go", "toml", "", "no-such-language"] {
            let text = "FROM x\n\n$ docker run -d \\\n  \"a b\" # c\n{\"a\": [1, 2]}\n\u{540d}\u{524d}";
            let joined: Vec<String> =
                parts(lang, text).iter().map(|l| l.iter().map(|(_, t)| t.as_str()).collect()).collect();
            assert_eq!(joined.join("\n"), text, "{lang}");
        }
    }

    #[test]
    fn known_languages_have_colour() {
        let bash = parts("bash", "docker run --rm -it ubuntu bash # try it");
        assert!(has(&bash, Part::Function, "docker"), "{bash:?}");
        assert!(has(&bash, Part::Option, "--rm -it"), "{bash:?}");
        assert!(has(&bash, Part::Comment, "# try it"), "{bash:?}");
        for (lang, text, part, word) in [
            ("docker", "FROM python:3-slim", Part::Keyword, "FROM"),
            ("bash", "FROM python:3-slim", Part::Keyword, "FROM"),
            ("py", "def f():\n    return 'x'", Part::Text, "'x'"),
            ("yml", "name: web # c", Part::Comment, "# c"),
            ("json", "{\"a\": 12}", Part::Number, "12"),
            ("go", "return 12", Part::Keyword, "return"),
            ("toml", "a = 12", Part::Number, "12"),
            ("console", "$ docker ps\nCONTAINER ID", Part::Function, "docker"),
            ("console", "$ docker ps\nCONTAINER ID", Part::Plain, "CONTAINER ID"),
            ("sh", "$ ls", Part::Prompt, "$"),
        ] {
            assert!(has(&parts(lang, text), part, word), "{lang}: {:?}", parts(lang, text));
        }
    }

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(visible("a\tb\x1b[31mc\x07\r\nd"), "a   b[31mc\nd");
    }

    #[test]
    fn what_was_done_is_remembered() {
        let highlighter = Highlighter::default();
        let first = highlighter.lines("bash", "ls");
        assert!(Arc::ptr_eq(&first, &highlighter.lines("bash", "ls")));
    }
}
