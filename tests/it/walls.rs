//! The walls between the rooms: reads every file of `src` and says which `use` goes the wrong way.

use std::path::{Path, PathBuf};

/// A room, and the rooms it may use. `facts` is data for all; arrows run down.
const ROOMS: [(&str, &[&str]); 13] = [
    ("facts", &[]),
    ("dial", &[]),
    ("shell", &[]),
    ("check", &["facts"]),
    ("engine", &["dial", "facts"]),
    ("tap", &["dial", "facts"]),
    ("course", &["check", "facts"]),
    ("progress", &["course", "facts"]),
    ("lab", &["course", "check", "engine", "facts", "session", "shell", "tap"]),
    ("class", &["course", "progress"]),
    ("session", &["course", "check", "facts", "progress"]),
    ("tui", &["facts", "check", "course", "session", "progress", "class"]),
    (
        "cli",
        &[
            "facts", "check", "course", "engine", "lab", "session", "progress", "class", "shell", "tap",
            "tui", "paths",
        ],
    ),
];

/// Single files that may use more than their room.
const DOORS: [(&str, &[&str]); 4] = [
    ("tui/effects.rs", &["engine", "lab", "shell", "tap", "paths"]),
    ("tui/widget/terminal.rs", &["shell"]),
    ("tui/widget/terminal/shown.rs", &["shell"]),
    ("main.rs", &["cli"]),
];

/// Crates from outside, and the one room that may name them.
const OUTSIDE: [(&str, &[&str]); 14] = [
    ("dial", &["hyper", "hyper_util", "tower_service", "tokio_rustls", "rustls_native_certs"]),
    ("engine", &["bollard"]),
    ("lab", &["ureq"]),
    ("tap", &["hyper", "hyper_util", "http_body_util"]),
    ("check", &["unicode_normalization", "unicode_security", "unicode_names2", "unicode_width"]),
    ("tui", &["ratatui", "crossterm", "syntect", "two_face", "crokey", "nucleo_matcher", "unicode_width"]),
    ("shell", &["alacritty_terminal", "portable_pty", "termwiz"]),
    ("progress", &["rusqlite"]),
    ("class", &["tokio_rustls", "rcgen", "tokio_util", "rusqlite", "unicode_width"]),
    ("course", &["pulldown_cmark", "serde_yaml", "chardetng", "encoding_rs", "cap_std"]),
    ("cli", &["clap", "clap_complete", "clap_mangen", "textwrap"]),
    // `anyhow` loses what kind of error it was: only where errors end up
    ("cli", &["anyhow"]),
    ("paths", &["anyhow"]),
    ("paths", &["etcetera"]),
];

/// What `tui` may not name of `progress` outside its door: the store writes files.
const STORE: (&str, &str, &str) = ("tui", "tui/effects.rs", "progress::Store");

/// What an author writes in a check knows nothing of judging: its files use nothing of the room above them.
const BELOW: (&str, &str, &str) = ("check/asked/", "check/asked/mod.rs", "check");

const MOST_LINES: usize = 500;

/// The one place that prints, and what only it may say.
const PRINTER: (&str, &str, [&str; 4]) =
    ("cli/", "cli/print.rs", ["println!", "print!", "stdout().lock()", "stderr().lock()"]);

#[test]
fn nobody_reaches_through_a_wall() {
    let mut found = Vec::new();
    for path in sources() {
        let name = path.strip_prefix(src()).expect("it is below src").to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&path).expect("a source file can be read");
        found.extend(faults(&name, &text));
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn a_use_that_goes_the_wrong_way_is_seen() {
    let faulty = |file: &str, text: &str| !faults(file, &format!("//! A file.\n{text}")).is_empty();
    assert!(faulty("facts/mod.rs", "use crate::engine::Engine;"));
    assert!(faulty("facts/mod.rs", "fn f(x: crate::check::Check) {}"));
    assert!(faulty("check/mod.rs", "use crate::{\n    facts::Image,\n    lab,\n};"));
    assert!(faulty("tui/app.rs", "use crate::engine::watch;"));
    assert!(faulty("tui/app.rs", "use crate::progress::{Event, Store};"));
    assert!(faulty("tui/app.rs", "use super::super::lab::grade;"));
    assert!(faulty("lab/mod.rs", "use bollard::Docker;"));
    assert!(faulty("lab/mod.rs", "    let docker = bollard::Docker::new();"));
    assert!(faulty("session/mod.rs", "pub use ::ratatui::style::Style;"));
    assert!(faulty("session/mod.rs", "use anyhow::Result;"));
    assert!(faulty("engine/connection.rs", "use hyper::Request;"));
    assert!(faulty("lab/mod.rs", "use http_body_util::BodyExt;"));
    assert!(faulty("check/asked/image.rs", "use super::super::verdict::Known;"));
    assert!(faulty("check/asked/image.rs", "use crate::check::verdict::Known;"));
    assert!(faulty("check/asked/mod.rs", "use super::bound;"));
    assert!(faulty("new_room/mod.rs", ""));
    assert!(faulty("cli/grade/mod.rs", "fn f() { eprintln!(\"what others wrote\") }"));
    assert!(!faults("facts/mod.rs", "pub struct NoSentence;").is_empty());
    assert!(!faults("facts/mod.rs", &format!("//! Long.\n{}", "\n".repeat(MOST_LINES))).is_empty());
}

#[test]
fn a_use_that_goes_down_is_not() {
    let fine = |file: &str, text: &str| assert_eq!(faults(file, &format!("//! A file.\n{text}")), [""; 0]);
    fine("lab/mod.rs", "use crate::{\n    check::{Check, Verdict},\n    engine::Engine,\n};");
    fine(
        "tui/effects.rs",
        "use crate::engine::watch;\nuse crate::progress::Store;\nuse crate::shell::Shell;",
    );
    fine("tui/effects/line.rs", "use crate::engine::Engine;");
    fine("tui/widget/terminal.rs", "use crate::shell::Cells;\nuse ratatui::buffer::Buffer;");
    fine("tui/app.rs", "use crate::tui::msg::Msg;\nuse super::super::course::Deck;");
    fine(
        "check/mod.rs",
        "// not like crate::engine or use bollard::Docker\nconst WORD: &str = \"a crate::tui\";",
    );
    fine("tap/relay.rs", "use hyper_util::rt::TokioIo;\nuse hyper::{Request, body::Incoming};");
    fine("check/asked/image.rs", "use super::number::Number;\nuse crate::facts::Image;");
    fine("engine/mod.rs", "mod lab_bollard {}\nlet crossterm = 1;");
}

/// All that is wrong with a file, one sentence each. `name` is its path below `src`.
fn faults(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with("//! ") {
        found.push(format!("src/{name}: must begin with a `//!` sentence that says what it is"));
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        found.push(format!("src/{name}: has {lines} lines; split it, {MOST_LINES} are the most"));
    }
    let (whose, printer, prints) = PRINTER;
    if name.starts_with(whose) && name != printer {
        let found_here = prints.iter().filter(|word| text.contains(*word));
        found.extend(found_here.map(|word| format!("src/{name}: only {printer} may say {word}")));
    }
    let (folder, door, above) = BELOW;
    let up = if name == door { "use super::".into() } else { "super::super::".to_owned() };
    if name.starts_with(folder) && (text.contains(&up) || text.contains(&format!("crate::{above}::"))) {
        found.push(format!("src/{name}: uses what is above it in {above}"));
    }
    let room = name.split('/').next().unwrap_or(name).trim_end_matches(".rs");
    let known = ["lib", "main", "paths"].contains(&room) || ROOMS.iter().any(|(known, _)| *known == room);
    if !known {
        found.push(format!("src/{name}: '{room}' is not a room of this house; add it to tests/it/walls.rs"));
    }
    let words = words(text);
    for used in used_rooms(&words, name) {
        if used != room && !may_use(room, name, &used) {
            found.push(format!("src/{name}: {room} may not use {used}"));
        }
    }
    for (_, crates) in OUTSIDE {
        for outside in crates {
            let allowed = OUTSIDE.iter().any(|(owner, crates)| *owner == room && crates.contains(outside));
            if !allowed && names_crate(&words, outside) {
                let owners: Vec<&str> = OUTSIDE
                    .iter()
                    .filter(|(_, crates)| crates.contains(outside))
                    .map(|(owner, _)| *owner)
                    .collect();
                found.push(format!("src/{name}: {outside} may be named in {} only", owners.join(" and ")));
            }
        }
    }
    let (behind, door, store) = STORE;
    if room == behind && name != door && paths(&words).iter().any(|path| path.ends_with(store)) {
        found.push(format!("src/{name}: {store} may be named in {door} only"));
    }
    found.sort();
    found.dedup();
    found
}

fn may_use(room: &str, file: &str, used: &str) -> bool {
    let by = |table: &[(&str, &[&str])], name: &str| {
        table.iter().any(|(owner, allowed)| *owner == name && allowed.contains(&used))
    };
    // A door that has grown a folder of its own is still one door.
    let door = file.strip_prefix("tui/effects/").map_or(file, |_| "tui/effects.rs");
    by(&ROOMS, room) || by(&DOORS, door)
}

/// The rooms that `crate::…` and `super::super::…` paths lead to.
fn used_rooms(words: &[String], file: &str) -> Vec<String> {
    let depth = file.trim_end_matches("/mod.rs").matches('/').count() + 1;
    let up = "super::".repeat(depth);
    let is_room = |word: &str| word == "paths" || ROOMS.iter().any(|(room, _)| *room == word);
    let mut used: Vec<String> = paths(words)
        .iter()
        .filter_map(|path| {
            let inside = path.strip_prefix("crate::").or_else(|| path.strip_prefix("pilotwhale::"));
            let inside = inside.or_else(|| path.strip_prefix(&up))?;
            let first = inside.split("::").next()?;
            is_room(first).then(|| first.to_owned())
        })
        .collect();
    used.sort();
    used.dedup();
    used
}

fn names_crate(words: &[String], outside: &str) -> bool {
    paths(words).iter().any(|path| path.split("::").find(|part| !part.is_empty()) == Some(outside))
}

/// Every path with a `::` in it, the braces of `use a::{b, c::d}` multiplied out: `a::b`, `a::c::d`.
fn paths(words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut path = String::new();
    for word in words {
        match word.as_str() {
            "{" => {
                open.push(if path.ends_with("::") { path.clone() } else { String::new() });
                path = open.last().cloned().unwrap_or_default();
            }
            "}" | "," | ";" => {
                finish(&mut found, &path);
                if word == "}" {
                    open.pop();
                }
                path = open.last().cloned().unwrap_or_default();
            }
            "::" => path.push_str("::"),
            name if path.is_empty() || path.ends_with("::") => path.push_str(name),
            name => {
                finish(&mut found, &path);
                path = name.to_owned();
            }
        }
    }
    finish(&mut found, &path);
    found
}

fn finish(found: &mut Vec<String>, path: &str) {
    if path.contains("::") {
        found.push(path.to_owned());
    }
}

/// Names, `::`, braces, commas and semicolons of the code; comments and the insides of strings are left out, other marks are `;`.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let raw = matches!(&rest[..end], "r" | "br") && rest[end..].starts_with(['"', '#']);
            if raw {
                end + raw_string(&rest[end..])
            } else {
                let word = &rest[..end];
                // a path may begin right after one of these
                let keyword =
                    matches!(word, "use" | "pub" | "dyn" | "impl" | "mut" | "as" | "in" | "return" | "where");
                words.push(if keyword { ";".into() } else { word.to_owned() });
                end
            }
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            string(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'{'") || rest.starts_with("'}'") {
            3
        } else if rest.starts_with("::") {
            words.push("::".into());
            2
        } else {
            if !first.is_whitespace() {
                words.push(if "{},".contains(first) { first.into() } else { ";".into() });
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    words
}

/// Length of the string literal that `text` begins with.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Length of the raw string literal whose `r` has been read.
fn raw_string(text: &str) -> usize {
    let hashes = text.len() - text.trim_start_matches('#').len();
    if !text[hashes..].starts_with('"') {
        return hashes; // r#keyword
    }
    let end = format!("\"{}", "#".repeat(hashes));
    text[hashes + 1..].find(&end).map_or(text.len(), |at| hashes + 1 + at + end.len())
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("src can be read") {
            let path = entry.expect("src can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
