//! Words of others for a terminal: what would move the cursor, or turn the order of a line round, is made visible.

/// Controls but the end of a line and the tab, and the signs that change the direction of what follows
/// (<https://www.unicode.org/reports/tr9/>, explicit formatting), stand as U+FFFD. What remains is text.
pub fn printable(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars().map(|c| if is_steering(c) && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

/// Whether a terminal obeys it instead of showing it.
pub fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_and_text_of_all_scripts_stays() {
        for steering in [
            "\u{1b}]52;c;eA==\u{7}",
            "\u{9b}2J",
            "\u{1b}[1A",
            "\r",
            "\u{8}",
            "\u{7f}",
            "\u{202e}",
            "\u{2066}",
        ] {
            let shown = printable(&format!("a{steering}b"));
            assert!(
                !shown.chars().any(is_steering) && shown.starts_with('a') && shown.ends_with('b'),
                "{shown:?}"
            );
        }
        for text in ["a\tb\nc", "Żółć 鯨 שלום", "👩‍💻", "e\u{301}"] {
            assert_eq!(printable(text), text);
        }
        assert_eq!(printable("a\r\nb"), "a\nb");
    }
}
