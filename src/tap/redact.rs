//! Takes secrets out of what the tap saw, before anything of it reaches the screen or the disk.
//!
//! Headers are never kept at all, and of bodies only those of the calls named here.

use serde_json::{Map, Value};

use super::target::decoded_value;
use crate::facts::Action;
use crate::facts::secret::{self, HIDDEN};

/// Which half of a call a body belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Request,
    Response,
}

/// A body that is longer than this is not worth reading: what a learner wants to see is far below.
pub const MOST_BYTES: usize = 1024 * 1024;
/// Of a long list the first ones say enough.
const MOST_ITEMS: usize = 25;
/// What is kept of a body is at most this long.
const MOST_SHOWN: usize = 64 * 1024;
/// The longest text within a body.
const MOST_TEXT: usize = 4000;

const REQUESTS: [&str; 7] = [
    "container-create",
    "container-update",
    "exec-create",
    "exec-start",
    "volume-create",
    "network-create",
    "network-connect",
];
const RESPONSES: [&str; 28] = [
    "version",
    "info",
    "disk-usage",
    "container-list",
    "container-create",
    "container-inspect",
    "container-wait",
    "container-top",
    "container-diff",
    "container-prune",
    "container-commit",
    "container-update",
    "exec-create",
    "exec-inspect",
    "image-list",
    "image-inspect",
    "image-history",
    "image-search",
    "image-remove",
    "image-prune",
    "volume-list",
    "volume-create",
    "volume-inspect",
    "volume-prune",
    "network-list",
    "network-create",
    "network-inspect",
    "network-prune",
];

/// Whether `body` would keep anything of this half, so that its bytes are worth collecting.
pub fn wants(action: &Action, side: Side) -> bool {
    let kept: &[&str] = match side {
        Side::Request => &REQUESTS,
        Side::Response => &RESPONSES,
    };
    kept.contains(&action.name.as_str())
}

/// JSON without secrets in one line; None where nothing of it may be kept or it is no JSON.
pub fn body(action: &Action, side: Side, bytes: &[u8]) -> Option<String> {
    if !wants(action, side) || bytes.len() > MOST_BYTES {
        return None;
    }
    let mut value = value(serde_json::from_slice(bytes).ok()?);
    shorten(&mut value, MOST_ITEMS);
    let mut shown = value.to_string();
    if shown.len() > MOST_SHOWN {
        shorten(&mut value, 3);
        shown = value.to_string();
    }
    (shown.len() <= MOST_SHOWN).then_some(shown)
}

/// The engine's words from the body of an answer that refused.
pub fn message(action: &Action, bytes: &[u8]) -> Option<String> {
    if action.name == "login" {
        return Some("(not kept)".into());
    }
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let words = value.get("message")?.as_str()?;
    Some(text(words).chars().take(MOST_TEXT).collect())
}

/// Path and query as they were sent, with the values that nobody should see hidden.
pub fn target(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return text(target) };
    let parts: Vec<String> = query
        .split('&')
        .map(|part| {
            let Some((name, value)) = part.split_once('=') else { return text(part) };
            let plain = decoded_value(value);
            let hidden = match decoded_value(name).to_ascii_lowercase().as_str() {
                "buildargs" | "secrets" | "authconfig" | "cacheoptions" => Some(HIDDEN.to_owned()),
                // Dockerfile instructions, among them ENV
                "changes" => Some(change(&plain)).filter(|c| *c != plain),
                name if secret::is_secret(name) => Some(HIDDEN.to_owned()),
                _ => Some(text(&plain)).filter(|t| *t != plain),
            };
            // what hides nothing stays as it was sent
            format!("{name}={}", hidden.unwrap_or_else(|| value.to_owned()))
        })
        .collect();
    format!("{}?{}", text(path), parts.join("&"))
}

/// The words of a program, without the values of variables, build arguments and passwords.
pub fn argv(words: &[String]) -> Vec<String> {
    let is_login = subcommands(words).take(2).any(|word| word == "login");
    let mut plain: Vec<String> = Vec::with_capacity(words.len());
    let mut next: Option<Hide> = None;
    for word in words {
        if let Some(hide) = next.take() {
            plain.push(hide.apply(word));
            continue;
        }
        let (shown, expects) = one_word(word, is_login);
        next = expects;
        plain.push(shown);
    }
    plain
}

/// How the word after an option is to be treated.
enum Hide {
    /// `NAME=value`: the name stays.
    Value,
    Whole,
}

impl Hide {
    fn apply(&self, word: &str) -> String {
        match self {
            Self::Value => name_only(word),
            Self::Whole => HIDDEN.to_owned(),
        }
    }
}

fn one_word(word: &str, is_login: bool) -> (String, Option<Hide>) {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
        let hide = match name {
            "env" | "build-arg" | "env-add" => Some(Hide::Value),
            _ if is_secret_option(name) => Some(Hide::Whole),
            _ => None,
        };
        return match (hide, value) {
            (Some(hide), Some(value)) => (format!("--{name}={}", hide.apply(value)), None),
            (Some(hide), None) => (word.to_owned(), Some(hide)),
            (None, _) => (text(word), None),
        };
    }
    if let Some(short) = word.strip_prefix('-').filter(|s| !s.is_empty()) {
        // the first letter that takes a value ends a cluster: `-ite NAME=value`, `-eNAME=value`
        let Some(at) = short.find(|c| "acehlmpuvwnf".contains(c)) else { return (text(word), None) };
        let hide = match short.as_bytes()[at] {
            b'e' => Hide::Value,
            b'p' if is_login => Hide::Whole,
            _ => return (text(word), None),
        };
        let (flags, value) = short.split_at(at + 1);
        return match value.strip_prefix('=').unwrap_or(value) {
            "" => (word.to_owned(), Some(hide)),
            value => (format!("-{flags}{}", hide.apply(value)), None),
        };
    }
    (text(word), None)
}

/// `--password`, `--db-token`; not `--password-stdin` and not the name of a file.
fn is_secret_option(name: &str) -> bool {
    secret::is_secret(name)
        && !["-stdin", "-file", "-path"].iter().any(|end| name.ends_with(end))
        && !name.starts_with("disable-")
}

/// The words that are no options, the program's own name left out.
fn subcommands(words: &[String]) -> impl Iterator<Item = &str> {
    let takes_value = ["-H", "--host", "-c", "--context", "--config", "-l", "--log-level"];
    let mut skip = true;
    words.iter().map(String::as_str).filter(move |word| {
        let skipped = std::mem::replace(&mut skip, takes_value.contains(word));
        !skipped && !word.starts_with('-')
    })
}

/// JSON without secrets.
pub(super) fn value(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter().map(|(name, value)| (text(&name), member(&name, value))).collect::<Map<_, _>>(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(self::value).collect()),
        Value::String(words) => Value::String(text(&words)),
        other => other,
    }
}

fn member(name: &str, held: Value) -> Value {
    let lower = name.to_ascii_lowercase();
    match (lower.as_str(), held) {
        ("env" | "buildargs", Value::Array(list)) => Value::Array(
            list.into_iter()
                .map(|one| one.as_str().map_or(Value::Null, |one| Value::String(name_only(one))))
                .collect(),
        ),
        ("env" | "buildargs", Value::Object(map)) => {
            Value::Object(map.into_iter().map(|(name, _)| (name, Value::from(HIDDEN))).collect())
        }
        ("cmd" | "entrypoint" | "args" | "processargs" | "arguments" | "command", Value::Array(list))
            if list.iter().all(Value::is_string) =>
        {
            let words: Vec<String> = list.into_iter().filter_map(|w| w.as_str().map(str::to_owned)).collect();
            argv(&words).into()
        }
        ("createdby", Value::String(words)) => Value::String(change(&build_step(&words))),
        (lower, held) if is_secret_member(lower, name) => match held {
            Value::String(words) if words.is_empty() => Value::String(words),
            Value::Bool(_) | Value::Null => held,
            _ => Value::from(HIDDEN),
        },
        (_, held) => value(held),
    }
}

fn is_secret_member(lower: &str, name: &str) -> bool {
    secret::is_secret(name) || ["authorization", "x-registry-auth", "x-registry-config"].contains(&lower)
}

/// The classic builder writes build arguments as `|1 NAME=value /bin/sh -c …`.
fn build_step(words: &str) -> String {
    let Some(at) = words.find('|').filter(|at| words[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
    else {
        return words.to_owned();
    };
    let end = words[at..].find("/bin/sh -c").map_or(words.len(), |end| at + end);
    let names: Vec<&str> =
        words[at..end].split(' ').filter_map(|w| w.split_once('=')).map(|(name, _)| name).collect();
    let count = words[at + 1..end].split(' ').next().unwrap_or_default();
    // more names than arguments: a value holds what looks like one
    let hidden: String = match count.parse() == Ok(names.len()) {
        true => names.iter().map(|name| format!("{name}={HIDDEN} ")).collect(),
        false => format!("{HIDDEN} "),
    };
    format!("{}|{count} {hidden}{}", &words[..at], &words[end..])
}

/// A Dockerfile instruction: `ENV` and `ARG` keep their names.
fn change(words: &str) -> String {
    let bare = words.trim_start().trim_start_matches("/bin/sh -c #(nop)").trim_start();
    let Some((verb, rest)) = bare.split_once(char::is_whitespace) else { return text(words) };
    if !verb.eq_ignore_ascii_case("env") && !verb.eq_ignore_ascii_case("arg") {
        return text(words);
    }
    let rest = rest.trim_start();
    let name = rest.split(['=', ' ', '\t']).next().unwrap_or_default();
    if name.len() == rest.len() { format!("{verb} {name}") } else { format!("{verb} {name}={HIDDEN}") }
}

fn name_only(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}={HIDDEN}"),
        None => pair.to_owned(),
    }
}

/// Any text: passwords in addresses, and what follows a name that sounds secret.
pub(super) fn text(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    let is_end = |c: char| c.is_whitespace() || "'\"`,;&|<>(){}[]".contains(c);
    let mut rest = words;
    while !rest.is_empty() {
        let end = rest.find(is_end).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        match word.split_once('=') {
            Some((name, value)) if secret::is_secret(name) => {
                plain.push_str(name);
                plain.push('=');
                // a quoted value goes on to its other quote
                let quote = rest.chars().next().filter(|c| value.is_empty() && ['\'', '"'].contains(c));
                if let Some(quote) = quote {
                    let end = rest[1..].find(quote).map_or(rest.len(), |at| at + 2);
                    rest = &rest[end..];
                    plain.push_str(HIDDEN);
                } else if !value.is_empty() {
                    plain.push_str(HIDDEN);
                    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                    // `PASS=a,b;c` is one word to a shell's reader, more to ours
                    if !rest.starts_with(['\'', '"', ')', '}', ']', '&', ';', '|', ',']) {
                        rest = &rest[end..];
                    }
                }
            }
            Some((name, value)) if !name.contains("://") => {
                plain.push_str(name);
                plain.push('=');
                plain.push_str(&secret::mask("", value));
            }
            _ => plain.push_str(&secret::mask("", word)),
        }
        let Some(sign) = rest.chars().next() else { break };
        plain.push(sign);
        rest = &rest[sign.len_utf8()..];
    }
    plain
}

/// Keeps what is shown within bounds, and says what was left out.
fn shorten(held: &mut Value, items: usize) {
    match held {
        Value::Array(list) => {
            let more = list.len().saturating_sub(items);
            list.truncate(items);
            list.iter_mut().for_each(|item| shorten(item, items));
            if more > 0 {
                list.push(format!("… and {more} more").into());
            }
        }
        Value::Object(map) => map.values_mut().for_each(|item| shorten(item, items)),
        Value::String(words) if words.len() > MOST_TEXT => {
            *words = words.chars().take(MOST_TEXT).chain("…".chars()).collect();
        }
        _ => {}
    }
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
