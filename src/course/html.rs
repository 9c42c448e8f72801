//! The HTML that decks hold between their words: known tags go, what they stand around stays.

use super::Inline;
use super::inline::raised_and_lowered;

/// Tags that are about looks; others, such as `<name>`, are shown as they are written.
const KNOWN: [&str; 62] = [
    "a",
    "abbr",
    "article",
    "aside",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "script",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "video",
];

/// A tag as it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    pub(super) closes: bool,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads `<name …>` at the start of a text, with its length, if it is a known one.
    pub(super) fn of(text: &'a str) -> Option<(Self, usize)> {
        let end = text.find('>')?;
        let inner = text.get(1..end).filter(|_| text.starts_with('<'))?;
        let closes = inner.starts_with('/');
        let inner = inner.trim_start_matches('/').trim_end_matches('/');
        let name = inner.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let known = KNOWN.contains(&lower.as_str());
        known.then(|| (Self { name, closes, attributes: &inner[name.len()..] }, end + 1))
    }

    pub(super) fn is(self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Speaker notes of reveal.js and of pandoc.
    pub(super) fn is_note(self) -> bool {
        !self.closes && self.attribute("class").is_some_and(|c| c.split_whitespace().any(|c| c == "notes"))
    }

    pub(super) fn attribute(self, key: &str) -> Option<&'a str> {
        let at = self.attributes.find(&format!("{key}="))? + key.len() + 1;
        let rest = &self.attributes[at..];
        match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split(quote).next(),
            _ => rest.split_whitespace().next(),
        }
    }
}

/// What a block of HTML holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// Words and markdown, without the known tags.
    pub(super) text: String,
    pub(super) notes: Vec<String>,
    /// Whether a known tag was there at all.
    pub(super) known: bool,
    /// Whether looks or a program were left out.
    pub(super) styles: bool,
}

/// Takes known tags out of a block. Those of a paragraph leave a line end, so that words do not run together.
pub(super) fn held(html: &str) -> Held {
    let mut out = Held::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.text.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((tag, length)) = Tag::of(rest) else {
            out.text.push('<');
            rest = &rest[1..];
            continue;
        };
        out.known = true;
        rest = &rest[length..];
        if !tag.closes && (tag.is("style") || tag.is("script")) {
            (_, rest) = inside(rest, tag.name);
            out.styles = true;
        } else if tag.is_note() {
            let (note, after) = inside(rest, tag.name);
            out.notes.push(held(note).text.trim().to_owned());
            rest = after;
        } else if tag.is("img") {
            let (alt, src) =
                (tag.attribute("alt").unwrap_or_default(), tag.attribute("src").unwrap_or_default());
            out.text.push_str(&format!("![{alt}]({src})"));
        } else if tag.is("br") {
            out.text.push_str("\\\n");
        } else if let Some(mark) = inline_mark(tag) {
            out.text.push_str(mark);
        } else if tag.is("li") && !tag.closes {
            out.text.push_str("\n- ");
        } else if ![
            "span", "a", "small", "u", "mark", "font", "abbr", "sub", "sup", "cite", "q", "big", "ins",
        ]
        .iter()
        .any(|n| tag.is(n))
        {
            out.text.push_str(if tag.is("td") || tag.is("th") || tag.is("li") { " " } else { "\n\n" });
        }
    }
    out.text.push_str(rest);
    if out.known {
        let lines: Vec<&str> = out.text.lines().map(str::trim).collect();
        out.text = lines.join("\n");
    }
    out
}

fn inline_mark(tag: Tag<'_>) -> Option<&'static str> {
    let table = [
        ("b", "**"),
        ("strong", "**"),
        ("i", "*"),
        ("em", "*"),
        ("code", "`"),
        ("kbd", "`"),
        ("tt", "`"),
        ("del", "~~"),
        ("s", "~~"),
    ];
    table.into_iter().find(|(name, _)| tag.is(name)).map(|(_, mark)| mark)
}

/// Where speaker notes begin in a line, and the name of their element.
pub(super) fn notes_in(line: &str) -> Option<(usize, usize, &str)> {
    line.match_indices('<').find_map(|(at, _)| {
        let (tag, length) = Tag::of(&line[at..])?;
        tag.is_note().then_some((at, at + length, tag.name))
    })
}

/// What stands before the end of the element that was just opened, and what after.
pub(super) fn inside<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let mut depth = 1;
    let mut at = 0;
    while let Some(next) = text[at..].find('<').map(|n| at + n) {
        match Tag::of(&text[next..]) {
            Some((tag, length)) if tag.is(name) => {
                depth = if tag.closes { depth - 1 } else { depth + 1 };
                if depth == 0 {
                    return (&text[..next], &text[next + length..]);
                }
                at = next + length;
            }
            Some((_, length)) => at = next + length,
            None => at = next + 1,
        }
    }
    (text, "")
}

/// Inline tags that are open, each with where its words begin.
#[derive(Debug, Default)]
pub(super) struct OpenTags(Vec<(String, usize, String)>);

impl OpenTags {
    /// Takes a tag among words; false if it is no known one.
    pub(super) fn take(&mut self, html: &str, out: &mut Vec<Inline>) -> bool {
        let Some((tag, _)) = Tag::of(html) else { return false };
        if tag.is("br") {
            out.push(Inline::HardBreak);
        } else if tag.is("img") {
            let get = |key: &str| tag.attribute(key).unwrap_or_default().to_owned();
            out.push(Inline::Image { alt: get("alt"), url: get("src") });
        } else if !tag.closes {
            let url = tag.attribute("href").unwrap_or_default().to_owned();
            self.0.push((tag.name.to_ascii_lowercase(), out.len(), url));
            // The words that follow are not joined to those before.
            out.push(Inline::Text(String::new()));
        } else if let Some(at) = self.0.iter().rposition(|(name, ..)| tag.is(name)) {
            let (name, from, url) = self.0.remove(at);
            let inner = if from <= out.len() { out.split_off(from) } else { Vec::new() };
            out.extend(made(&name, inner, url));
        }
        true
    }
}

fn made(name: &str, inner: Vec<Inline>, url: String) -> Vec<Inline> {
    if inner.is_empty() {
        return inner;
    }
    // What stays among the other words is read with them.
    let styled = ["b", "strong", "i", "em", "cite", "s", "del", "strike", "sub", "sup", "code", "kbd", "tt"]
        .contains(&name);
    if !styled && (name != "a" || url.is_empty()) {
        return inner;
    }
    let inner = raised_and_lowered(inner);
    vec![match name {
        "b" | "strong" => Inline::Strong(inner),
        "i" | "em" | "cite" => Inline::Emph(inner),
        "s" | "del" | "strike" => Inline::Strike(inner),
        "sub" => Inline::Subscript(inner),
        "sup" => Inline::Superscript(inner),
        "code" | "kbd" | "tt" => Inline::Code(super::plain(&inner)),
        _ => Inline::Link { text: inner, url },
    }]
}
