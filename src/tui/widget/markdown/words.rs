//! The little markdown of a question or a choice: code, strong and emphasis in one line.

use crate::course::Inline;

/// Marks that are not closed stay as they are written.
pub fn words(text: &str) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = if rest.starts_with("``") {
            enclosed(rest, "``").map(|(inside, after)| (Inline::Code(inside.trim().into()), after))
        } else if c == '`' {
            enclosed(rest, "`").map(|(inside, after)| (Inline::Code(inside.into()), after))
        } else if rest.starts_with("**") {
            emphasis(rest, "**").map(|(inside, after)| (Inline::Strong(words(inside)), after))
        } else if c == '*' {
            emphasis(rest, "*").map(|(inside, after)| (Inline::Emph(words(inside)), after))
        } else {
            None
        };
        match found {
            Some((inline, after)) => {
                if !plain.is_empty() {
                    out.push(Inline::Text(std::mem::take(&mut plain)));
                }
                out.push(inline);
                rest = after;
            }
            None => {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    if !plain.is_empty() {
        out.push(Inline::Text(plain));
    }
    out
}

fn enclosed<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (inside, after) = text.strip_prefix(mark)?.split_once(mark)?;
    (!inside.is_empty()).then_some((inside, after))
}

/// `2 * 3 * 4` is no emphasis: the marks must touch the words.
fn emphasis<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (inside, after) = enclosed(text, mark)?;
    let touches = !inside.starts_with(char::is_whitespace) && !inside.ends_with(char::is_whitespace);
    (touches && !inside.contains('`')).then_some((inside, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_no_marks() {
        let text = |t: &str| Inline::Text(t.into());
        assert_eq!(words("a `b *c*` d"), [text("a "), Inline::Code("b *c*".into()), text(" d")]);
        assert_eq!(
            words("**not** *this*"),
            [Inline::Strong(vec![text("not")]), text(" "), Inline::Emph(vec![text("this")])]
        );
        assert_eq!(words("2 * 3 * 4, `x"), [text("2 * 3 * 4, `x")]);
    }
}
