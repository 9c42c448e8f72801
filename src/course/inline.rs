//! Runs of words as they are joined while markdown is read: blanks, small letters, and attributes that are no words.

use super::block::Inline;
use super::dialect::is_attributes;

/// Stands before a sign that was escaped; no author writes it, because control characters are taken out before.
pub(super) const GUARD: &str = "\u{2}";

/// Joins neighbours, and runs of blanks to one.
pub(super) fn push_text(out: &mut Vec<Inline>, text: &str) {
    if !matches!(out.last(), Some(Inline::Text(_))) {
        out.push(Inline::Text(String::new()));
    }
    let Some(Inline::Text(last)) = out.last_mut() else { return };
    for c in text.chars() {
        let c = if c == '\n' || c == '\t' { ' ' } else { c };
        if c != ' ' || !last.ends_with(' ') {
            last.push(c);
        }
    }
}

/// `~x~` and `^x^` as pandoc has them: no blank inside. Paths like `~/a ~/b` stay as they are.
pub(super) fn raised_and_lowered(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(inlines.len());
    for inline in inlines {
        match inline {
            Inline::Text(text) if text.contains(['~', '^', '\u{2}']) => small(&text, &mut out),
            other => out.push(other),
        }
    }
    out
}

fn small(text: &str, out: &mut Vec<Inline>) {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == '\u{2}' {
            plain.extend(after.chars().next());
            rest = after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
            continue;
        }
        match marked(c, after) {
            Some(words) => {
                if !plain.is_empty() {
                    out.push(Inline::Text(std::mem::take(&mut plain)));
                }
                let inner = vec![Inline::Text(words.to_owned())];
                out.push(if c == '~' { Inline::Subscript(inner) } else { Inline::Superscript(inner) });
                rest = &after[words.len() + 1..];
            }
            None => {
                plain.push(c);
                rest = after;
            }
        }
    }
    if !plain.is_empty() {
        out.push(Inline::Text(plain));
    }
}

/// The words up to the closing mark, where these are small ones.
fn marked(mark: char, after: &str) -> Option<&str> {
    let words = matches!(mark, '~' | '^').then(|| after.split_once(mark)).flatten()?.0;
    let fits = !words.is_empty() && !words.contains(|c: char| c.is_whitespace() || c == '/' || c == '\u{2}');
    fits.then_some(words)
}

/// Pandoc's attributes after inline code, links, images and `[words]` are no words: `` `x`{.bash} ``, `[words]{.small}`.
pub(super) fn drop_attributes(out: &mut [Inline]) {
    for i in 1..out.len() {
        let (before, after) = out.split_at_mut(i);
        if let (Some(Inline::Code(_) | Inline::Link { .. } | Inline::Image { .. }), Some(Inline::Text(text))) =
            (before.last(), after.first_mut())
            && let Some((inner, end)) =
                text.strip_prefix('{').and_then(|t| Some((t.split_once('}')?.0, t.find('}')? + 2)))
            && is_attributes(inner)
        {
            text.replace_range(..end, "");
        }
    }
    for inline in out {
        if let Inline::Text(text) = inline
            && text.contains("]{")
        {
            *text = without_spans(text);
        }
    }
}

fn without_spans(text: &str) -> String {
    let mut out = text.to_owned();
    let mut from = 0;
    while let Some(at) = out[from..].find("]{").map(|n| from + n) {
        let inner = out[at + 2..].split_once('}').map(|(inner, _)| inner.len());
        let open = out[..at].rfind('[');
        match (inner, open) {
            (Some(length), Some(open)) if is_attributes(&out[at + 2..at + 2 + length]) => {
                out.replace_range(at..at + 3 + length, "");
                out.replace_range(open..=open, "");
                from = at.saturating_sub(1);
                while !out.is_char_boundary(from) {
                    from -= 1;
                }
            }
            _ => from = at + 2,
        }
    }
    out
}
