//! Addresses in a row of the shell's screen: those that a program marked (OSC 8), and those that are plain text.

use std::ops::Range;

/// Servers on this machine are written without a scheme: `docker port` prints `0.0.0.0:8081`.
const HERE: [&str; 5] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"];

/// What a program may make a link of; a terminal that opens anything else by a click would be a danger.
const SCHEMES: [&str; 4] = ["http://", "https://", "mailto:", "file://"];

/// Whether a program's own link is passed on.
pub(super) fn is_passed_on(uri: &str) -> bool {
    let lower = uri.to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| lower.starts_with(scheme))
}

/// Addresses in the text of a row, one character for each cell, with the cells they stand in.
pub(super) fn plain(row: &[char]) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < row.len() {
        let begins = at == 0
            || !(row[at - 1].is_alphanumeric() || matches!(row[at - 1], '.' | '-' | '_' | '/' | '@' | ':'));
        match begins.then(|| address(&row[at..])).flatten() {
            Some((length, url)) => {
                found.push((at..at + length, url));
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// The address that a text begins with: its length, and where it leads.
fn address(text: &[char]) -> Option<(usize, String)> {
    let begins_with = |start: &str| {
        let length = start.chars().count();
        (text.len() > length && text.iter().zip(start.chars()).all(|(c, s)| c.eq_ignore_ascii_case(&s)))
            .then_some(length)
    };
    if let Some(length) = begins_with("https://").or_else(|| begins_with("http://")) {
        let end = length + rest(&text[length..]);
        return (end > length).then(|| (end, text[..end].iter().collect()));
    }
    let host = HERE.iter().find_map(|host| begins_with(host))?;
    if text.get(host) != Some(&':') {
        return None;
    }
    let digits = text[host + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
    let port: String = text[host + 1..host + 1 + digits].iter().collect();
    let after = text.get(host + 1 + digits);
    if port.parse::<u16>().is_err() || after.is_some_and(|c| c.is_alphanumeric()) {
        return None;
    }
    let mut end = host + 1 + digits;
    if after == Some(&'/') {
        end += rest(&text[end..]);
    }
    let path: String = text[host + 1 + digits..end].iter().collect();
    Some((end, format!("http://localhost:{port}{path}")))
}

/// How far an address goes: up to a blank or a bracket around it, without the sentence's own signs at its end.
fn rest(text: &[char]) -> usize {
    let ends = |c: &char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '"' | '\'' | '<' | '>' | '`' | '|' | '{' | '}' | '(' | ')' | '│' | '┃')
    };
    let mut length = text.iter().position(ends).unwrap_or(text.len());
    while length > 0 && matches!(text[length - 1], '.' | ',' | ';' | ':' | '!' | '?' | ']' | '*') {
        length -= 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<(String, String)> {
        let row: Vec<char> = text.chars().collect();
        plain(&row).into_iter().map(|(cells, url)| (row[cells].iter().collect(), url)).collect()
    }

    #[test]
    fn addresses_are_found_where_they_begin_and_end() {
        for (text, shown, url) in [
            ("see https://docs.docker.com/get-started.", "https://docs.docker.com/get-started", None),
            ("(http://a.b/c?d=e&f=1#g)", "http://a.b/c?d=e&f=1#g", None),
            ("\"HTTP://A.B\"", "HTTP://A.B", None),
            ("80/tcp -> 0.0.0.0:8081", "0.0.0.0:8081", Some("http://localhost:8081")),
            ("80/tcp -> [::]:8081", "[::]:8081", Some("http://localhost:8081")),
            ("curl localhost:8081/path, then", "localhost:8081/path", Some("http://localhost:8081/path")),
            ("0.0.0.0:80->80/tcp", "0.0.0.0:80", Some("http://localhost:80")),
            ("on 127.0.0.1:5000.", "127.0.0.1:5000", Some("http://localhost:5000")),
        ] {
            let found = links(text);
            assert_eq!(found, [(shown.to_owned(), url.unwrap_or(shown).to_owned())], "{text}");
        }
        assert_eq!(links("http://a http://b").len(), 2);
        for text in [
            "localhost",
            "localhost:",
            "localhost:99999",
            "mylocalhost:80",
            "10.127.0.0.1:80",
            "http://",
            "https:// x",
            "a:80",
        ] {
            assert_eq!(links(text), [], "{text}");
        }
    }

    #[test]
    fn a_programs_own_link_leads_only_where_a_click_is_harmless() {
        for uri in ["https://a", "HTTP://a", "mailto:a@b", "file:///tmp/a"] {
            assert!(is_passed_on(uri), "{uri}");
        }
        for uri in ["javascript:alert(1)", "ssh://a", "", "x-scheme:run"] {
            assert!(!is_passed_on(uri), "{uri}");
        }
    }
}
