//! Words from another machine, made fit for a screen: no control, no hidden direction, no endless width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a name may take.
const NAME: usize = 24;
/// Marks that may stand on one letter; more are piled up to cover other lines.
const MARKS: usize = 2;
/// Characters of one text.
const TEXT: usize = 1000;

/// A name in one line. Empty where nothing is left that can be seen.
pub fn clean_name(name: &str) -> String {
    let mut short = String::new();
    for c in clean_line(name).chars() {
        short.push(c);
        // of the whole: a character can make the one before it wider
        if short.width() > NAME {
            short.pop();
            break;
        }
    }
    short.trim_end().to_owned()
}

/// A text in one line.
pub(super) fn clean_line(text: &str) -> String {
    let text = clean_text(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with its line ends.
pub(super) fn clean_text(text: &str) -> String {
    cleaned(text.chars().take(TEXT))
}

/// A part of a screen's row: its blanks stay, because columns are counted by them.
pub(super) fn clean_glyphs(text: &str) -> String {
    cleaned(text.chars().filter(|c| !matches!(c, '\n' | '\t')))
}

fn cleaned(text: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    // On nothing and on a blank no mark can stand.
    let mut marks = MARKS;
    for c in text {
        let c = if c == '\t' { ' ' } else { c };
        if (c.is_control() && c != '\n') || is_hidden(c) {
            continue;
        }
        if c.is_whitespace() {
            marks = MARKS;
        } else if c.width() == Some(0) {
            if marks >= MARKS {
                continue;
            }
            marks += 1;
        } else {
            marks = 0;
        }
        out.push(c);
    }
    if out.width() == 0 { String::new() } else { out }
}

/// Characters that change how others are read, or that only pretend to be nothing.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_keep_what_a_person_writes() {
        for name in ["Ana", "Zoë Müller", "李小龍", "Ngọc", "O'Brien-Łukasz", "नमस्ते"] {
            assert_eq!(clean_name(name), name);
        }
    }

    #[test]
    fn names_lose_what_a_screen_must_not_get() {
        assert_eq!(clean_name("\u{1b}[31mAna\u{7}"), "[31mAna");
        assert_eq!(clean_name("a\u{202e}b\u{2066}c"), "abc");
        assert_eq!(clean_name(" a \n\t b "), "a b");
        assert_eq!(clean_name("Z\u{300}\u{301}\u{302}\u{303}\u{304}"), "Z\u{300}\u{301}");
        assert_eq!(clean_name("\u{200b}\u{3164}\u{300}"), "");
        assert_eq!(clean_name("a \u{300}b"), "a b");
        assert_eq!(clean_name(" \u{1134d}"), "");
        assert_eq!(clean_name(&"w".repeat(200)).len(), NAME);
        assert_eq!(clean_name(&"世".repeat(200)).width(), NAME);
        assert_eq!(clean_name(&"1\u{fe0f}".repeat(200)).width(), NAME);
    }

    proptest! {
        #[test]
        fn whatever_comes_a_name_is_one_short_line(name in "\\PC*|[\\x00-\\x{10ffff}]{0,60}") {
            let clean = clean_name(&name);
            prop_assert!(clean.width() <= NAME);
            prop_assert!(!clean.chars().any(|c| c.is_control() || is_hidden(c)));
            prop_assert_eq!(&clean_name(&clean), &clean, "cleaning twice is cleaning once");
        }

        #[test]
        fn a_text_holds_no_control_but_its_line_ends(text in "[\\x00-\\x{10ffff}]{0,80}") {
            prop_assert!(clean_text(&text).chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
