//! Runs of words as they are joined while markdown is read: blanks, small marks, and attributes that are no words.

use super::block::{Inline, plain};

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
pub(super) fn mark(out: &mut Vec<Inline>, inner: Vec<Inline>, sign: &str, make: fn(Vec<Inline>) -> Inline) {
    let words = plain(&inner);
    if words.is_empty() || words.contains(|c: char| c.is_whitespace() || c == '/') {
        push_text(out, sign);
        for inline in inner {
            match inline {
                Inline::Text(text) => push_text(out, &text),
                other => out.push(other),
            }
        }
        push_text(out, sign);
    } else {
        out.push(make(inner));
    }
}

/// `` `x`{.bash} ``: pandoc's attributes of inline code are not words.
pub(super) fn drop_code_attributes(out: &mut [Inline]) {
    for i in 1..out.len() {
        let (before, after) = out.split_at_mut(i);
        if let (Some(Inline::Code(_)), Some(Inline::Text(text))) = (before.last(), after.first_mut())
            && (text.starts_with("{.") || text.starts_with("{#"))
            && let Some(end) = text.find('}')
        {
            text.replace_range(..=end, "");
        }
    }
}
