//! Slidev: front matter before each slide, clicks as steps, slots as columns.

use super::sheet::{Cut, Sheet, mapping};
use super::{Dialect, Mark};
use crate::course::yaml::scalar;

pub(super) const DIALECT: Dialect = Dialect { name: "Slidev", signs, read };

/// What a slide's own front matter sets.
const OF_SLIDE: [&str; 26] = [
    "layout",
    "class",
    "src",
    "clicks",
    "clicksStart",
    "transition",
    "background",
    "hideInToc",
    "level",
    "routeAlias",
    "preload",
    "zoom",
    "disabled",
    "hide",
    "dragPos",
    "layoutClass",
    "backgroundSize",
    "image",
    "title",
    "name",
    "theme",
    "url",
    "scale",
    "color",
    "lang",
    "id",
];
/// So many of them belong to no other tool.
const TELLING: usize = 17;
const OF_DECK: [&str; 7] =
    ["mdc", "drawings", "highlighter", "lineNumbers", "fonts", "colorSchema", "canvasWidth"];
/// Layouts whose words stand in the middle.
const MIDDLE: [&str; 7] = ["center", "cover", "section", "statement", "fact", "intro", "end"];

fn signs(sheet: &Sheet<'_>) -> usize {
    let tells = |key: String| OF_SLIDE[..TELLING].contains(&key.as_str());
    let of_slides =
        matters(sheet).iter().filter(|(.., map)| map.keys().filter_map(scalar).any(tells)).count();
    let has_slots = slots(sheet).next().is_some();
    let clicks =
        (sheet.body..sheet.lines.len()).filter(|n| sheet.is_text(*n) && sheet.lines[*n].contains("v-click"));
    let front = OF_DECK.iter().filter(|key| sheet.front.contains_key(**key)).count();
    let layout = usize::from(sheet.front.contains_key("layout"));
    3 * of_slides
        + 3 * clicks.count()
        + 2 * (front + layout)
        + usize::from(has_slots && of_slides + layout > 0)
}

fn is_separator(line: &str) -> bool {
    let line = line.trim_end();
    line.len() >= 3 && line.bytes().all(|b| b == b'-')
}

/// First and last line of each slide's own front matter, with what it holds.
fn matters(sheet: &Sheet<'_>) -> Vec<(usize, usize, serde_yaml::Mapping)> {
    let mut found = Vec::new();
    let mut n = sheet.body;
    while n < sheet.lines.len() {
        let block =
            (sheet.is_text(n) && is_separator(&sheet.lines[n])).then(|| matter_at(sheet, n)).flatten();
        match block {
            Some((last, map)) => {
                found.push((n, last, map));
                n = last;
            }
            None => n += 1,
        }
        if found.last().is_some_and(|(_, last, _)| *last == n) {
            n += 1;
        }
    }
    found
}

fn matter_at(sheet: &Sheet<'_>, n: usize) -> Option<(usize, serde_yaml::Mapping)> {
    if sheet.is_blank(n + 1) {
        return None;
    }
    let last = (n + 1..sheet.lines.len().min(n + 60)).find(|m| is_separator(&sheet.lines[*m]))?;
    let text: Vec<&str> = sheet.lines[n + 1..last].iter().map(AsRef::as_ref).collect();
    let map = mapping(&text.join("\n"))?;
    let known = map.keys().filter_map(scalar).any(|key| OF_SLIDE.contains(&key.as_str()));
    known.then_some((last, map))
}

/// Lines like `::right::`.
fn slots<'s>(sheet: &'s Sheet<'_>) -> impl Iterator<Item = (usize, &'s str)> {
    (sheet.body..sheet.lines.len()).filter(|n| sheet.is_text(*n)).filter_map(|n| {
        let name = sheet.lines[n].trim().strip_prefix("::")?.strip_suffix("::")?;
        (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')).then_some((n, name))
    })
}

fn read(sheet: &mut Sheet<'_>) {
    sheet.cut = Cut::Marks;
    let middle = |map: &serde_yaml::Mapping| {
        map.get("layout").and_then(scalar).is_some_and(|layout| MIDDLE.contains(&layout.as_str()))
    };
    for (first, last, map) in matters(sheet) {
        (first..=last).for_each(|n| sheet.blank(n));
        sheet.put(first, Mark::Break);
        if let Some(name) = map.get("src").and_then(scalar) {
            sheet.put(last, Mark::Include(name));
        } else if middle(&map) {
            sheet.put(last, Mark::Middle);
        }
        for key in map
            .keys()
            .filter_map(scalar)
            .filter(|key| !["layout", "title", "name", "id", "src"].contains(&key.as_str()))
        {
            sheet.ignore(&key);
        }
    }
    for n in sheet.body..sheet.lines.len() {
        if sheet.is_text(n) && is_separator(&sheet.lines[n]) {
            sheet.put(n, Mark::Break);
        }
    }
    let slots: Vec<(usize, String)> = slots(sheet).map(|(n, name)| (n, name.to_owned())).collect();
    for (n, name) in slots {
        match name.as_str() {
            "left" | "default" => sheet.put(n, Mark::Column(0)),
            "right" => sheet.put(n, Mark::Column(1)),
            _ => sheet.put(n, Mark::EndColumns),
        }
    }
    for n in sheet.body..sheet.lines.len() {
        if sheet.is_text(n) && sheet.lines[n].contains('<') {
            tags(sheet, n);
        }
    }
    sheet.ignore_keys(&["theme", "background", "class", "transition", "drawings", "fonts", "highlighter"]);
}

/// Clicks become steps; components go, and what stands between their tags stays.
fn tags(sheet: &mut Sheet<'_>, n: usize) {
    let line = sheet.lines[n].to_string();
    let mut out = String::new();
    let mut rest = line.as_str();
    let mut code = false;
    while let Some(at) = rest.find(['<', '`']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('`') {
            code = !code;
            out.push('`');
            rest = &rest[1..];
            continue;
        }
        let tag = if code { None } else { tag_at(rest) };
        let Some((name, closing, attributes, length)) = tag else {
            out.push('<');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[length..];
        let mark = match (name, closing) {
            ("v-click" | "VClick", false) => Some(Mark::Open),
            ("v-click" | "VClick", true) => Some(Mark::Close),
            ("v-clicks" | "VClicks", false) => Some(Mark::Lists(Some(true))),
            ("v-clicks" | "VClicks", true) => Some(Mark::Lists(None)),
            (_, false) if attributes.contains("v-click") => Some(Mark::Pause),
            _ => None,
        };
        match mark {
            Some(mark) => out.push_str(&sheet.place(mark)),
            None if is_component(name) => {
                if !name.starts_with("v-") && name != "template" {
                    sheet.ignore("components");
                }
            }
            None => out.push_str(&line[line.len() - rest.len() - length..line.len() - rest.len()]),
        }
    }
    out.push_str(rest);
    sheet.lines[n] = out.into();
}

/// The name of the tag that a text begins with, whether it closes, its attributes, and how long it is.
fn tag_at(text: &str) -> Option<(&str, bool, &str, usize)> {
    let end = text.find('>')?;
    let inner = &text[1..end];
    let closing = inner.starts_with('/');
    let inner = inner.trim_start_matches('/').trim_end_matches('/');
    let name = inner.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_'))
        && !name.contains("://");
    is_name.then(|| (name, closing, &inner[name.len()..], end + 1))
}

/// Vue's components have a hyphen or a colon in their names, or begin with a capital.
fn is_component(name: &str) -> bool {
    name.contains(['-', ':']) || name == "template" || name.starts_with(|c: char| c.is_ascii_uppercase())
}
