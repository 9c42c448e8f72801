//! Characters that cannot be seen, or that look like others: told apart, and named as the Unicode standard names them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;
use unicode_width::UnicodeWidthChar;

/// How a text looks: letters of other scripts, wide forms and blanks of all kinds are the plain ones that they look like (UTS #39,
/// skeletons), and what cannot be seen is left out.
pub(in crate::check) fn look(text: &str) -> String {
    let plain: String = text
        .nfkc()
        .filter(|c| c.is_whitespace() || !is_unseen(*c))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    skeleton(&plain).collect()
}

/// Whether nothing of it can be seen, or only an empty place.
pub fn is_unseen(c: char) -> bool {
    c.is_control() || c.is_whitespace() || (c.width() == Some(0) && !is_combining_mark(c))
}

/// Whether it is no ASCII character and looks like one: a Cyrillic o, a wide a, a slash of another kind.
pub fn only_looks_plain(c: char) -> bool {
    !c.is_ascii() && look(&c.to_string()).chars().all(|c| c.is_ascii_graphic())
}

/// Code point and name: `U+00A0 NO-BREAK SPACE`.
fn code(c: char) -> String {
    let name = unicode_names2::name(c).map(|name| format!(" {name}")).unwrap_or_default();
    format!("U+{:04X}{name}", u32::from(c))
}

/// A character in words that tell it from every other one: `"e"`, `a blank`, `a no-break space`, with its code where that says more.
pub(in crate::check) fn named(c: char) -> String {
    match c {
        ' ' => "a blank".into(),
        '\t' => "a tab".into(),
        c if c.is_ascii() => super::text::quoted(&c.to_string()),
        c if c.is_whitespace() => format!("another kind of blank, {}", code(c)),
        c if is_combining_mark(c) => format!("a mark on the letter before it, {}", code(c)),
        c if is_unseen(c) => format!("one that cannot be seen, {}", code(c)),
        c => format!("\"{c}\", {}", code(c)),
    }
}

/// The same, beside the character that was wanted in its place.
pub(in crate::check) fn named_beside(c: char, wanted: char) -> String {
    let (found, wanted_look) = (look(&c.to_string()), look(&wanted.to_string()));
    if !c.is_ascii() && !is_unseen(c) && !is_unseen(wanted) && !found.is_empty() && found == wanted_look {
        return format!("one that only looks like {}, {}", named(wanted), code(c));
    }
    named(c)
}

/// A text as a JSON string would show it, with what cannot be seen as `\u00a0`.
pub(in crate::check) fn shown(text: &str) -> String {
    let escaped = |c: char| {
        let mut units = [0; 2];
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>()
    };
    let json = serde_json::Value::from(text).to_string();
    json.chars().map(|c| if !c.is_ascii() && is_unseen(c) { escaped(c) } else { c.to_string() }).collect()
}

/// The same without quotes around it.
pub(in crate::check) fn plain_sight(text: &str) -> String {
    text.chars()
        .map(|c| {
            if is_unseen(c) && c != ' ' {
                shown(&c.to_string()).trim_matches('"').to_owned()
            } else {
                c.to_string()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_looks_the_same() {
        for (one, other) in [
            ("hell\u{43e}", "hello"),
            ("he\u{200b}llo", "hello"),
            ("\u{feff}hello", "hello"),
            ("ｈｅｌｌｏ", "hello"),
            ("a\u{a0}b", "a b"),
            ("a\u{3000}b", "a b"),
            ("cafe\u{301}", "café"),
            ("\u{391}\u{392}", "AB"),
        ] {
            assert_eq!(look(one), look(other), "{one:?}");
        }
        assert_ne!(look("hello"), look("hallo"));
    }

    #[test]
    fn each_is_named_so_that_it_can_be_looked_up() {
        assert_eq!(named('\u{a0}'), "another kind of blank, U+00A0 NO-BREAK SPACE");
        assert_eq!(named('\u{200b}'), "one that cannot be seen, U+200B ZERO WIDTH SPACE");
        assert_eq!(named('\u{301}'), "a mark on the letter before it, U+0301 COMBINING ACUTE ACCENT");
        assert_eq!(named('é'), "\"é\", U+00E9 LATIN SMALL LETTER E WITH ACUTE");
        assert_eq!([named(' '), named('\t'), named('"')], ["a blank", "a tab", r#""\"""#]);
        assert_eq!(
            named_beside('\u{43e}', 'o'),
            "one that only looks like \"o\", U+043E CYRILLIC SMALL LETTER O"
        );
        assert_eq!(
            named_beside('ｈ', 'h'),
            "one that only looks like \"h\", U+FF48 FULLWIDTH LATIN SMALL LETTER H"
        );
        assert_eq!(named_beside('x', 'o'), "\"x\"");
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(shown("a\u{a0}b\t\u{200b}é\u{e0020}"), "\"a\\u00a0b\\t\\u200bé\\udb40\\udc20\"");
    }
}
