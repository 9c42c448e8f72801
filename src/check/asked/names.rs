//! Names in the texts of checks: `$web`, and values such as `$web.id`.

/// The values that there are, for the author's mistakes and the table of checks.
pub(in crate::check) const VALUES: [&str; 10] = [
    "id",
    "short-id",
    "name",
    "image",
    "image-id",
    "host-port",
    "exit-code",
    "size",
    "layers",
    "largest-layer",
];

/// The names in a text: `$r` and `$r.image` are both `r`. Names are small letters, digits and hyphens.
pub(in crate::check) fn names(text: &str) -> impl Iterator<Item = &str> {
    references(text).map(|(_, name, _)| name)
}

/// Where each reference stands, its name, and the value that is asked of it.
pub(in crate::check) fn references(
    text: &str,
) -> impl Iterator<Item = (std::ops::Range<usize>, &str, Option<&str>)> {
    text.match_indices('$').filter_map(|(at, _)| {
        let word = |from: usize| {
            let rest = &text[from..];
            let end = rest
                .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
                .unwrap_or(rest.len());
            // A hyphen at the end belongs to the sentence.
            rest[..end].trim_end_matches('-')
        };
        let name = word(at + 1);
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        let end = at + 1 + name.len();
        let field = text[end..].strip_prefix('.').map(|_| word(end + 1)).filter(|f| VALUES.contains(f));
        let end = end + field.map_or(0, |f| f.len() + 1);
        Some((at..end, name, field))
    })
}

/// Whether a value of this name is asked of anything.
pub(in crate::check) fn asks_for(text: &str, field: &str) -> bool {
    references(text).any(|(_, _, asked)| asked == Some(field))
}

/// What is wrong with a key that takes a name, if anything.
pub(in crate::check) fn mistake(key: &str, text: Option<&str>) -> Option<String> {
    text.filter(|text| bare(text).is_none()).map(|_| format!("`{key}` takes a name such as $web"))
}

/// The name in `$name`, where that is all.
pub(in crate::check) fn bare(text: &str) -> Option<&str> {
    references(text)
        .find(|(place, _, field)| *place == (0..text.len()) && field.is_none())
        .map(|(_, name, _)| name)
}
