//! What the lines around fenced code say.

/// Whether a fence has an end of its own, and does not run to the end of the text.
pub(super) fn is_closed(source: &str) -> bool {
    let mut lines = source.trim_end().lines();
    let Some(first) = lines.next() else { return true };
    let mark = if first.trim_start().starts_with('~') { '~' } else { '`' };
    let width = first.trim_start().chars().take_while(|c| *c == mark).count();
    lines.next_back().is_some_and(|last| {
        let last = last.trim_matches([' ', '>', '\t']);
        last.len() >= width && last.chars().all(|c| c == mark)
    })
}

/// The first word of the info string, or the first class of `{.python #id}`; lower case.
pub(super) fn language(info: &str) -> String {
    let info = info.trim();
    let word = match info.strip_prefix('{') {
        Some(attributes) => {
            attributes.split([' ', '}']).find_map(|a| a.strip_prefix('.')).unwrap_or_default()
        }
        None => info.split([' ', '\t', '{', ',']).next().unwrap_or_default(),
    };
    word.to_lowercase()
}
