//! What somebody typed in answer to a question: what word processors, phones and chats make of it is forgiven.

use unicode_normalization::UnicodeNormalization;

use super::is_unseen;

/// The ways to read a typed text, as it stands first. Quotes, dashes, blanks, wide letters and composed accents are the plain
/// ones (NFKC); backquotes around it are left out; a long dash may have been two hyphens.
pub fn readings(typed: &str) -> Vec<String> {
    let typed = joined(typed);
    let plain = plain(&typed);
    let one = plain.replace(LONG, "-");
    let two = plain.replace(LONG, "--");
    let bare = |text: &str| joined(text.trim_matches('`'));
    let mut all = vec![typed];
    for reading in [one.clone(), two.clone(), bare(&one), bare(&two)] {
        if !all.contains(&reading) {
            all.push(reading);
        }
    }
    all
}

/// Whether one of these readings is the wanted text, in small or capital letters.
pub fn is_read_as(readings: &[String], wanted: &str) -> bool {
    let wanted = joined(wanted);
    let forms = [wanted.to_lowercase(), plain(&wanted).replace(LONG, "-").to_lowercase()];
    readings.iter().any(|reading| forms.contains(&reading.to_lowercase()))
}

/// Stands for every dash that is no hyphen, until it is known what it was made from.
const LONG: char = '\u{2013}';

fn plain(text: &str) -> String {
    let composed = text.chars().filter(|c| c.is_whitespace() || !is_unseen(*c)).nfkc();
    let plain = composed.map(|c| match c {
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2035}' | '\u{b4}' | '\u{2bc}' | '\u{2b9}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2010}' | '\u{2011}' | '\u{2212}' | '\u{ad}' => '-',
        '\u{2012}'..='\u{2015}' => LONG,
        c => c,
    });
    joined(&plain.collect::<String>())
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_word_processors_make_of_it_is_forgiven() {
        for (typed, wanted) in [
            ("it\u{2019}s", "it's"),
            ("\u{201c}a\u{201d}", "\"a\""),
            ("\u{ab}a\u{bb}", "\"a\""),
            ("\u{2013}d", "-d"),
            ("\u{2014}rm", "--rm"),
            ("\u{2013}rm", "--rm"),
            ("\u{2014}\u{2014}rm", "--rm"),
            ("\u{2212}5", "-5"),
            ("`docker ps`", "docker ps"),
            ("docker ps \u{2013}a", "docker ps -a"),
            ("cafe\u{301}", "café"),
            ("café", "cafe\u{301}"),
            ("ｐｏｄ", "pod"),
            ("docker\u{a0}ps", "docker ps"),
            ("po\u{200b}d", "pod"),
            ("\u{feff}pod", "pod"),
            ("a\u{2026}", "a..."),
            ("it's", "it\u{2019}s"),
            ("  Docker   PS ", "docker ps"),
            ("`date`", "`date`"),
        ] {
            assert!(is_read_as(&readings(typed), wanted), "{typed:?} {:?}", readings(typed));
        }
        for (typed, wanted) in [("-rm", "--rm"), ("--d", "-d"), ("d", "-d"), ("cafe", "café"), ("\"a\"", "a")]
        {
            assert!(!is_read_as(&readings(typed), wanted), "{typed:?} {:?}", readings(typed));
        }
    }
}
