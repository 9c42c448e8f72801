//! Marp: directives in comments, backgrounds, slides at headings where the deck says so.

use serde_yaml::Value;

use super::sheet::{Cut, Said, Sheet, mapping};
use super::{Dialect, Mark};
use crate::course::yaml::scalar;

pub(super) const DIALECT: Dialect = Dialect { name: "Marp", signs, read };

/// What Marpit and Marp set by directives; a `_` before one means this slide alone.
const DIRECTIVES: [&str; 23] = [
    "marp",
    "theme",
    "style",
    "headingDivider",
    "size",
    "math",
    "title",
    "author",
    "description",
    "keywords",
    "url",
    "image",
    "lang",
    "paginate",
    "header",
    "footer",
    "class",
    "backgroundColor",
    "backgroundImage",
    "backgroundPosition",
    "backgroundRepeat",
    "backgroundSize",
    "color",
];

fn signs(sheet: &Sheet<'_>) -> usize {
    let directives = sheet.comments().filter(|c| directives(c).is_some()).count();
    let backgrounds = (sheet.body..sheet.lines.len())
        .filter(|n| sheet.is_text(*n) && sheet.lines[*n].contains("![bg"))
        .count();
    let front = ["headingDivider", "paginate", "backgroundColor", "backgroundImage"];
    let front = front.iter().filter(|key| sheet.front.contains_key(**key)).count();
    20 * usize::from(sheet.front.contains_key("marp")) + 2 * directives + 2 * backgrounds + 2 * front
}

/// The keys and values of a comment that holds directives and nothing else.
fn directives(comment: &str) -> Option<serde_yaml::Mapping> {
    if !comment.contains(':') {
        return None;
    }
    let known = |key: String| DIRECTIVES.contains(&key.strip_prefix('_').unwrap_or(&key));
    let whole = mapping(comment).filter(|map| map.keys().all(|key| scalar(key).is_some_and(known)));
    if whole.is_some() || comment.contains('\n') {
        return whole;
    }
    // `color: #fff` is a comment for YAML, and not for Marp.
    let (key, value) = comment.split_once(':').filter(|(key, _)| known(key.trim().to_owned()))?;
    let mut map = serde_yaml::Mapping::new();
    map.insert(Value::from(key.trim()), Value::from(value.trim()));
    Some(map)
}

fn read(sheet: &mut Sheet<'_>) {
    sheet.cut = Cut::Rules;
    let mut divider = sheet.front.get("headingDivider").cloned();
    sheet.read_comments(|comment, ignored| {
        if comment == "fit" {
            return Said::Nothing;
        }
        let Some(map) = directives(comment) else { return Said::Note };
        divider = map.get("headingDivider").cloned().or(divider.take());
        for key in map.keys().filter_map(scalar).filter(|key| key != "headingDivider") {
            let key = key.trim_start_matches('_').to_owned();
            if !ignored.contains(&key) {
                ignored.push(key);
            }
        }
        Said::Nothing
    });
    if let Some(divider) = divider {
        at_headings(sheet, &divider);
    }
    fragments(sheet);
    for n in sheet.body..sheet.lines.len() {
        if sheet.is_text(n) && sheet.lines[n].contains("![") {
            images(sheet, n);
        }
    }
    sheet.ignore_keys(&DIRECTIVES[1..3]);
    sheet.ignore_keys(&[
        "size",
        "math",
        "paginate",
        "header",
        "footer",
        "class",
        "backgroundColor",
        "backgroundImage",
        "color",
    ]);
}

/// An item comes with a step of its own if its bullet is `*`, or `)` stands after its number (Marpit's fragmented lists).
fn fragments(sheet: &mut Sheet<'_>) {
    for n in sheet.body..sheet.lines.len() {
        if !sheet.is_text(n) {
            continue;
        }
        let line = sheet.lines[n].trim_start();
        let sign = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let wanted = if sign.len() < line.len() { ") " } else { "* " };
        if sign.starts_with(wanted) {
            let mark = sheet.place(Mark::Fragment);
            let whole = format!("{} {mark}", sheet.lines[n].trim_end());
            sheet.lines[n] = whole.into();
        }
    }
}

/// Each heading of these levels begins a slide: `2` means the first and the second, `[2]` the second alone.
fn at_headings(sheet: &mut Sheet<'_>, divider: &Value) {
    let level = |value: &Value| scalar(value).and_then(|text| text.parse::<usize>().ok());
    let levels: Vec<usize> = match divider {
        Value::Sequence(list) => list.iter().filter_map(level).collect(),
        one => (1..=level(one).unwrap_or(0)).collect(),
    };
    let mut seen = false;
    for n in sheet.body..sheet.lines.len() {
        if !sheet.is_text(n) || sheet.is_blank(n) {
            continue;
        }
        let marks = sheet.lines[n].chars().take_while(|c| *c == '#').count();
        let is_heading = levels.contains(&marks) && sheet.lines[n][marks..].starts_with(' ');
        if is_heading && seen {
            let free = n.checked_sub(1).filter(|above| *above >= sheet.body && sheet.is_blank(*above));
            match free {
                Some(above) => sheet.put(above, Mark::Break),
                None => sheet.before(n, Mark::Break),
            }
        }
        seen = true;
    }
}

/// Backgrounds go; of other images the words for their size do.
fn images(sheet: &mut Sheet<'_>, n: usize) {
    const SIZES: [&str; 11] = [
        "bg",
        "fit",
        "cover",
        "contain",
        "auto",
        "left",
        "right",
        "vertical",
        "horizontal",
        "blur",
        "center",
    ];
    let line = sheet.lines[n].to_string();
    let mut out = String::new();
    let mut rest = line.as_str();
    let mut background = false;
    while let Some(at) = rest.find("![") {
        let (before, image) = rest.split_at(at);
        out.push_str(before);
        let parts = image[2..].split_once("](").and_then(|(alt, after)| Some((alt, after.split_once(')')?)));
        let Some((alt, (url, after))) = parts else {
            out.push_str("![");
            rest = &image[2..];
            continue;
        };
        let is_size = |word: &&str| {
            let name = word.split([':', '%']).next().unwrap_or_default();
            SIZES.contains(word) || word.contains(':') || (word.ends_with('%') && name.parse::<f32>().is_ok())
        };
        let words: Vec<&str> = alt.split_whitespace().filter(|w| !is_size(w)).collect();
        let is_background = alt.split_whitespace().any(|w| w == "bg");
        background |= is_background;
        if !is_background || !words.is_empty() {
            out.push_str(&format!("![{}]({url})", words.join(" ")));
        }
        rest = after;
    }
    out.push_str(rest);
    sheet.lines[n] = out.into();
    if background {
        sheet.ignore("backgrounds");
    }
}
