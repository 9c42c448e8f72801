//! A command line taken apart into the programs that it calls and what stands between them; joined again it is the same.

/// As it is written, quotes and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The words of one call. Its redirections, and what stands before it, are texts.
    Call(Vec<String>),
    /// Operators, blanks, redirections, here documents, and calls that are better left alone.
    Text(String),
}

/// Words that stand before a program.
const LEADS: [&str; 12] =
    ["if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "sudo", "retry"];

enum Token {
    Word(String),
    Blank(String),
    /// Ends a call.
    Control(String),
    /// With the file that it leads to.
    Redirection(String),
}

pub(super) fn pieces(command: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut call: Vec<Token> = Vec::new();
    for token in tokens(command) {
        match token {
            Token::Control(text) => {
                close(&mut call, &mut found);
                add(&mut found, &text);
            }
            token => call.push(token),
        }
    }
    close(&mut call, &mut found);
    found
}

pub(super) fn joined(pieces: &[Piece]) -> String {
    pieces.iter().fold(String::new(), |text, piece| match piece {
        Piece::Call(words) => text + &words.join(" "),
        Piece::Text(more) => text + more,
    })
}

fn add(found: &mut Vec<Piece>, more: &str) {
    match found.last_mut() {
        Some(Piece::Text(text)) => text.push_str(more),
        _ => found.push(Piece::Text(more.to_owned())),
    }
}

fn text_of(token: &Token) -> &str {
    match token {
        Token::Word(text) | Token::Blank(text) | Token::Control(text) | Token::Redirection(text) => text,
    }
}

fn close(call: &mut Vec<Token>, found: &mut Vec<Piece>) {
    let tokens = std::mem::take(call);
    let is_lead = |word: &str| LEADS.contains(&word) || assigns(word);
    let begins = tokens.iter().position(|token| matches!(token, Token::Word(word) if !is_lead(word)));
    let ends = tokens.iter().rposition(|token| matches!(token, Token::Word(_))).map_or(0, |last| last + 1);
    let within = tokens.get(begins.unwrap_or(ends)..ends).unwrap_or_default();
    let is_whole = within.iter().all(|t| match t {
        Token::Word(_) => true,
        Token::Blank(text) => text == " ",
        _ => false,
    });
    if within.is_empty() || !is_whole {
        tokens.iter().for_each(|token| add(found, text_of(token)));
        return;
    }
    let begins = begins.unwrap_or(0);
    tokens[..begins].iter().for_each(|token| add(found, text_of(token)));
    let words = within.iter().filter(|token| matches!(token, Token::Word(_)));
    found.push(Piece::Call(words.map(|token| text_of(token).to_owned()).collect()));
    tokens[ends..].iter().for_each(|token| add(found, text_of(token)));
}

fn assigns(word: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    word.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_letter))
}

fn tokens(command: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = command;
    while let Some(first) = rest.chars().next() {
        let (length, make): (usize, fn(String) -> Token) = match first {
            ' ' | '\t' => (until(rest, |c| c != ' ' && c != '\t'), Token::Blank),
            '#' => (rest.find('\n').unwrap_or(rest.len()), Token::Control),
            '|' | '&' | ';' | '(' | ')' | '\n' => (until(rest, |c| !"|&;()\n".contains(c)), Token::Control),
            '<' | '>' => (redirection(rest), Token::Redirection),
            _ => {
                let length = word(rest);
                let number = rest[..length].bytes().all(|b| b.is_ascii_digit());
                match number && rest[length..].starts_with(['<', '>']) {
                    true => (length + redirection(&rest[length..]), Token::Redirection),
                    false => (length, Token::Word),
                }
            }
        };
        let (text, more) = rest.split_at(length.max(first.len_utf8()));
        // From the line after a here document's word on, all is its body.
        if text.starts_with("<<") && !text.starts_with("<<<") {
            found.push(Token::Redirection(text.to_owned()));
            let body = more.find('\n').unwrap_or(more.len());
            found.extend(tokens(&more[..body]));
            found.push(Token::Control(more[body..].to_owned()));
            return found;
        }
        found.push(make(text.to_owned()));
        rest = more;
    }
    found
}

fn until(text: &str, ends: impl Fn(char) -> bool) -> usize {
    text.find(ends).unwrap_or(text.len())
}

/// The length of a redirection and the word after it.
fn redirection(text: &str) -> usize {
    let sign = until(text, |c| !"<>&|-".contains(c));
    let blank = until(&text[sign..], |c| c != ' ');
    sign + blank + word(&text[sign + blank..])
}

/// The length of the word that the text begins with.
fn word(text: &str) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let after = at + c.len_utf8();
        at = match c {
            ' ' | '\t' | '\n' | '|' | '&' | ';' | '<' | '>' | '(' | ')' => break,
            '\\' => after + text[after..].chars().next().map_or(0, char::len_utf8),
            '\'' => text[after..].find('\'').map_or(text.len(), |end| after + end + 1),
            '"' => quoted(text, after),
            '`' => text[after..].find('`').map_or(text.len(), |end| after + end + 1),
            '$' if text[after..].starts_with('(') => nested(text, after + 1),
            _ => after,
        };
    }
    at
}

/// The end of a text in double quotes that began before `at`.
fn quoted(text: &str, mut at: usize) -> usize {
    while let Some(c) = text[at..].chars().next() {
        at += c.len_utf8();
        match c {
            '"' => return at,
            '\\' => at += text[at..].chars().next().map_or(0, char::len_utf8),
            '$' if text[at..].starts_with('(') => at = nested(text, at + 1),
            _ => {}
        }
    }
    at
}

/// The end of a `$(` that began before `at`.
fn nested(text: &str, mut at: usize) -> usize {
    loop {
        match text[at..].chars().next() {
            None => return at,
            Some(')') => return at + 1,
            Some('(') => at = nested(text, at + 1),
            Some(c) => at += word(&text[at..]).max(c.len_utf8()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(command: &str) -> Vec<Vec<String>> {
        let calls = pieces(command).into_iter().filter_map(|piece| match piece {
            Piece::Call(words) => Some(words),
            Piece::Text(_) => None,
        });
        calls.collect()
    }

    #[test]
    fn each_program_is_a_call_of_its_own() {
        for (command, expected) in [
            ("docker run x", vec![vec!["docker", "run", "x"]]),
            ("A=1 sudo docker ps # all", vec![vec!["docker", "ps"]]),
            (
                "cat a | docker run -i \"$(docker images -q x)\" > out 2>&1 && ls",
                vec![vec!["cat", "a"], vec!["docker", "run", "-i", "\"$(docker images -q x)\""], vec!["ls"]],
            ),
            ("docker run -i x - <<'END'\nls | wc\nEND", vec![vec!["docker", "run", "-i", "x", "-"]]),
            ("retry curl -s 'a b'", vec![vec!["curl", "-s", "'a b'"]]),
            ("echo > a b", vec![]),
        ] {
            assert_eq!(calls(command), expected, "{command}");
        }
    }

    proptest::proptest! {
        #[test]
        fn joined_it_is_the_same(command in "([a-z]{1,3}| |'|\"|\\\\|\\$\\(|\\)|\\(|<<|<|>|2>|\\||&|;|\n|#|`|é|=){0,30}") {
            proptest::prop_assert_eq!(joined(&pieces(&command)), command);
        }
    }
}
