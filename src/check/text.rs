//! Matching a text, saying what was wanted of it, and telling two texts apart for a person.

use super::asked::text::quoted;
use super::asked::unicode;
use super::{Text, TextRule};

/// The line that comes nearest to one of the wanted texts, with that text, if it is near enough to be a slip.
pub(super) fn nearest<'l, 'w>(
    lines: impl Iterator<Item = &'l str>,
    wanted: &[&'w str],
) -> Option<(&'l str, &'w str)> {
    lines
        .filter(|line| !line.trim().is_empty())
        .flat_map(|line| wanted.iter().map(move |want| (line.trim(), *want)))
        .filter_map(|(line, want)| distance(line, want).map(|d| (d, line, want)))
        .min_by_key(|(d, ..)| *d)
        .map(|(_, line, want)| (line, want))
}

/// None when the two have too little in common to speak of a slip.
fn distance(found: &str, want: &str) -> Option<usize> {
    // A screenful in one line is not a slip, and comparing costs the product of the lengths.
    if found.len() > 4 * want.len() + 80 || want.is_empty() {
        return None;
    }
    if squash(found) == squash(want) || unicode::look(found) == unicode::look(want) {
        return Some(1);
    }
    let found = found.to_lowercase();
    let want = want.to_lowercase();
    if found.contains(&want) {
        return Some(2);
    }
    let edits = edits(&found, &want);
    (edits <= (want.chars().count() / 4).max(1)).then_some(2 + edits)
}

/// Letters and digits alone, in lower case.
fn squash(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many letters have to be put in, taken out or changed.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(ca != *cb)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

/// The first difference in words, for two texts that are not the same.
pub(super) fn difference(found: &str, want: &str) -> String {
    let bare = found.trim_matches(['\'', '"']);
    if found != want && bare == want {
        return "there are quotes around it".into();
    }
    if found.to_lowercase() == want.to_lowercase() {
        return format!("capital and small letters: {}", position(found, want));
    }
    let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let (found_words, want_words): (Vec<String>, Vec<String>) = (words(found), words(want));
    if found_words == want_words {
        return "the number of blanks".into();
    }
    if let Some(at) = found.find(want) {
        let (before, after) = (&found[..at], &found[at + want.len()..]);
        return match (before.is_empty(), after.is_empty()) {
            (true, _) => format!("there is {} after it", extra(after)),
            (_, true) => format!("there is {} before it", extra(before)),
            _ => "there is more on the same line".into(),
        };
    }
    position(found, want)
}

/// What is too much: quoted, or named where nothing of it can be seen.
fn extra(text: &str) -> String {
    match text.chars().find(|c| !c.is_whitespace()).filter(|_| text.chars().all(unicode::is_unseen)) {
        Some(unseen) => unicode::named(unseen),
        None => quoted(text.trim()),
    }
}

fn position(found: &str, want: &str) -> String {
    let same = found.chars().zip(want.chars()).take_while(|(a, b)| a == b).count();
    let end = || "the end of the line".to_owned();
    let (is, wanted) = (found.chars().nth(same), want.chars().nth(same));
    let told = match (is, wanted) {
        (Some(is), Some(wanted)) => unicode::named_beside(is, wanted),
        (is, _) => is.map_or_else(end, unicode::named),
    };
    format!("character {} is {told}, expected {}", same + 1, wanted.map_or_else(end, unicode::named))
}

/// Where a text looks as it was wanted and is not the same: which of its characters is another one.
pub(super) fn only_looks_right(found: &str, wanted: &Text) -> Option<String> {
    if let Some(want) = wanted.literals().into_iter().find(|want| looks_the_same(found.trim(), want)) {
        return Some(position(found.trim(), want));
    }
    match wanted {
        Text::Rule(TextRule::Contains(part) | TextRule::Prefix(part) | TextRule::Suffix(part)) => {
            only_looks_to_hold(found, part)
        }
        _ => None,
    }
}

/// The same for a part of a text.
pub(super) fn only_looks_to_hold(found: &str, part: &str) -> Option<String> {
    if found.is_ascii() && part.is_ascii() || !unicode::look(found).contains(&unicode::look(part)) {
        return None;
    }
    let odd = found.chars().find(|c| !c.is_ascii() && !part.contains(*c))?;
    Some(format!("it only looks so, because one of its characters is {}", unicode::named(odd)))
}

/// Two texts that differ and that nobody can tell apart by looking.
pub(super) fn looks_the_same(found: &str, want: &str) -> bool {
    found != want && !(found.is_ascii() && want.is_ascii()) && unicode::look(found) == unicode::look(want)
}
