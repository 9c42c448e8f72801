//! One call of the engine's API in words: as a row below its command, and as a page with its JSON.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::words;
use crate::facts::{Answer, Command, Observed, Origin};
use crate::tui::widget::ink::{Ink, InkLine};

/// A command as it was typed, near enough: words with blanks in quotes.
pub fn words(command: &Command) -> String {
    let quoted = command.argv.iter().enumerate().map(|(i, word)| {
        // how it was found is of no interest
        let word = if i == 0 { word.rsplit('/').next().unwrap_or(word) } else { word };
        let plain = |c: char| c.is_alphanumeric() || "-_=+.,:/@%^•~".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.to_owned()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

pub(super) fn command(command: &Command, calls: usize) -> InkLine {
    let words = if command.argv.is_empty() { "a program".to_owned() } else { words(command) };
    let calls = words::count(calls, "call", "calls");
    match command.origin {
        Origin::Typed => InkLine::of("$ ", Ink::Dim).with(words, Ink::Strong),
        Origin::Shell => InkLine::of(format!("{words}  by the shell itself, {calls}"), Ink::Dim),
        Origin::Elsewhere => InkLine::of(format!("{words}  from outside this shell, {calls}"), Ink::Dim),
    }
}

pub(super) fn ping(call: &Observed, times: usize) -> InkLine {
    let times = if times > 1 { format!(" ×{times}") } else { String::new() };
    InkLine::of(format!("{} {}{times}", call.method, call.target), Ink::Dim)
        .with(format!(" · {}", answered(call)), Ink::Dim)
}

/// `GET /containers/json?all=1 · 200 · 3 ms · 1.2 kB`. What was answered is never cut for the sake of a long target.
pub(super) fn row(start: InkLine, call: &Observed, width: usize) -> InkLine {
    let mut end = InkLine::of(" · ", Ink::Dim);
    match &call.answer {
        None => end.push("waiting", Ink::Info),
        Some(answer) => {
            end.push(answer.status.to_string(), status_ink(answer.status));
            end.push(format!(" · {}", facts_of(answer)), Ink::Dim);
        }
    }
    let line = start.with(format!("{} ", call.method), Ink::Info).with(short_ids(&target(call)), Ink::Text);
    let room = width.saturating_sub(end.width());
    let mut line = if room >= 24 { line.cut(room) } else { line };
    line.append(&end);
    if let Some(message) = call.answer.as_ref().and_then(|a| a.message.as_deref()) {
        line.push(format!("  {message}"), Ink::Bad);
    }
    line.cut(width)
}

/// Path and query for reading: percent signs undone.
pub(super) fn target(call: &Observed) -> String {
    percent_decode_str(&call.target).decode_utf8_lossy().into_owned()
}

/// Ids cut to the twelve digits that docker shows.
fn short_ids(target: &str) -> String {
    let is_id = |part: &str| part.len() >= 32 && part.chars().all(|c| c.is_ascii_hexdigit());
    let parts = target.split_inclusive(['/', '?', '=', '&', ':']);
    let short = parts.map(|part| match part.find(|c: char| !c.is_ascii_hexdigit()) {
        Some(end) if is_id(&part[..end]) => format!("{}…{}", &part[..12], &part[end..]),
        None if is_id(part) => format!("{}…", &part[..12]),
        _ => part.to_owned(),
    });
    short.collect()
}

fn answered(call: &Observed) -> String {
    match &call.answer {
        None => "waiting".to_owned(),
        Some(answer) => format!("{} · {}", answer.status, facts_of(answer)),
    }
}

/// Time and size.
fn facts_of(answer: &Answer) -> String {
    let mut parts = vec![time(answer.micros)];
    if answer.bytes_in > 10_000 {
        parts.push(format!("{} sent", words::size(answer.bytes_in)));
    }
    if answer.bytes_out > 0 {
        parts.push(words::size(answer.bytes_out));
    }
    if !answer.ended {
        parts.push(if answer.status == 101 { "connected".to_owned() } else { "still open".to_owned() });
    }
    parts.join(" · ")
}

fn time(micros: u64) -> String {
    match micros {
        0..950 => "<1 ms".to_owned(),
        950..1_000_000 => format!("{} ms", (micros + 500) / 1000),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

fn status_ink(status: u16) -> Ink {
    match status {
        0..400 => Ink::Ok,
        400..500 => Ink::Warn,
        _ => Ink::Bad,
    }
}

/// What the status means; the engine uses few of them.
fn status_words(status: u16) -> &'static str {
    match status {
        101 => "the connection is now a stream in both ways",
        200 => "done; the answer follows",
        201 => "made",
        204 => "done; there is nothing to say",
        304 => "it was so already",
        400 => "the engine did not understand it",
        401 | 403 => "not allowed",
        404 => "there is no such thing",
        409 => "it is in the way of something else",
        500.. => "the engine failed",
        _ => "answered",
    }
}

/// Everything that is known of one call.
pub(super) fn sheet(command: &Command, call: &Observed, width: usize) -> Vec<InkLine> {
    let mut lines = Vec::new();
    let mut add = |line: InkLine| lines.extend(line.wrap(width, 2));
    add(InkLine::of("‹ ", Ink::Key).with("$ ", Ink::Dim).with(words(command), Ink::Strong));
    add(InkLine::of(format!("{} ", call.method), Ink::Info).with(target(call), Ink::Title));
    let args: Vec<String> = call.action.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut meaning = InkLine::of("means ", Ink::Dim).with(&call.action.name, Ink::Text);
    for more in call.action.object.iter().chain(&args) {
        meaning.push(format!("  {more}"), Ink::Dim);
    }
    add(meaning);
    match &call.answer {
        None => add(InkLine::of("… the engine has not answered yet", Ink::Info)),
        Some(answer) => {
            add(InkLine::of(answer.status.to_string(), status_ink(answer.status))
                .with(format!(" {}", status_words(answer.status)), Ink::Text)
                .with(format!(" · {}", facts_of(answer)), Ink::Dim));
            if let Some(message) = &answer.message {
                add(InkLine::of(message, Ink::Bad));
            }
        }
    }
    for (title, body) in [("sent", &call.request_body), ("answered", &call.response_body)] {
        let Some(body) = body else { continue };
        lines.push(InkLine::new());
        lines.push(InkLine::of(format!("── {title} ──"), Ink::Dim).cut(width));
        lines.extend(json(body, width));
    }
    if call.request_body.is_none() && call.response_body.is_none() && call.answer.is_some() {
        lines.push(InkLine::new());
        let words = "There is no JSON to show: it had none, it was a stream, or it is kept secret.";
        lines.extend(InkLine::of(words, Ink::Dim).wrap(width, 0));
    }
    lines
}

/// JSON for reading: what fits on a line stays on one.
fn json(text: &str, width: usize) -> Vec<InkLine> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return InkLine::of(text, Ink::Text).wrap(width, 2);
    };
    let mut lines = Vec::new();
    write(&value, InkLine::new(), "", 0, width, &mut lines);
    lines
}

/// `start` is what stands before the value on its first line, `end` the comma after it.
fn write(value: &Value, start: InkLine, end: &str, depth: usize, width: usize, lines: &mut Vec<InkLine>) {
    let short = start.clone().with_line(&flat(value)).with(end, Ink::Dim);
    let (open, close, items): (&str, &str, Vec<(Option<&String>, &Value)>) = match value {
        Value::Array(list) if !list.is_empty() => ("[", "]", list.iter().map(|item| (None, item)).collect()),
        Value::Object(map) if !map.is_empty() => {
            ("{", "}", map.iter().map(|(name, item)| (Some(name), item)).collect())
        }
        _ => return lines.extend(short.wrap(width, depth * 2 + 2)),
    };
    let nested = items.iter().filter(|(_, item)| item.is_object() || item.is_array()).count();
    // An outermost map is easier to read one member a line.
    let is_list_of_maps = items.iter().all(|(name, item)| name.is_none() && item.is_object());
    if short.width() <= width && depth > 0 && nested <= 1 && !is_list_of_maps {
        lines.push(short);
        return;
    }
    lines.push(start.with(open, Ink::Dim));
    let last = items.len() - 1;
    for (i, (name, item)) in items.into_iter().enumerate() {
        let mut line = InkLine::of("  ".repeat(depth + 1), Ink::Text);
        if let Some(name) = name {
            line = line.with(format!("\"{name}\": "), Ink::Info);
        }
        write(item, line, if i == last { "" } else { "," }, depth + 1, width, lines);
    }
    lines.push(InkLine::of("  ".repeat(depth), Ink::Text).with(close, Ink::Dim).with(end, Ink::Dim));
}

/// The value in one line.
fn flat(value: &Value) -> InkLine {
    match value {
        Value::Array(list) => {
            let mut line = InkLine::of("[", Ink::Dim);
            for (i, item) in list.iter().enumerate() {
                line.push(if i == 0 { "" } else { ", " }, Ink::Dim);
                line.append(&flat(item));
            }
            line.with("]", Ink::Dim)
        }
        Value::Object(map) => {
            let mut line = InkLine::of("{", Ink::Dim);
            for (i, (name, item)) in map.iter().enumerate() {
                line.push(if i == 0 { "" } else { ", " }, Ink::Dim);
                line.push(format!("\"{name}\": "), Ink::Info);
                line.append(&flat(item));
            }
            line.with("}", Ink::Dim)
        }
        Value::String(_) => InkLine::of(value.to_string(), Ink::Text),
        _ => InkLine::of(value.to_string(), Ink::Key),
    }
}
