//! Notes that begin with a line of their own and go on to the end of what is shown with them.

use super::Mark;
use super::sheet::Sheet;

/// On each slide, the first line for which `text` gives the note's first words begins the note.
pub(super) fn notes_to_the_end(sheet: &mut Sheet<'_>, text: impl Fn(&str) -> Option<String>) {
    for slide in sheet.parts(|mark| matches!(mark, Mark::Break | Mark::Pause)) {
        let start = slide.clone().find_map(|n| {
            let words = sheet.is_text(n).then(|| text(&sheet.lines[n])).flatten()?;
            Some((n, words))
        });
        if let Some((start, words)) = start {
            // A later one of the same slide begins a note of its own, and its word is no part of it.
            let rest: Vec<String> = (start + 1..slide.end)
                .map(|n| {
                    let line = sheet.lines[n].as_ref();
                    sheet.is_text(n).then(|| text(line)).flatten().unwrap_or_else(|| line.to_owned())
                })
                .filter(|line| line.strip_prefix("<!--").and_then(super::index_of).is_none())
                .map(|line| {
                    line.trim_start()
                        .strip_prefix("<!--")
                        .map_or(line.clone(), |l| l.trim_end().trim_end_matches("-->").to_owned())
                })
                .collect();
            sheet.note(start..slide.end, &format!("{words}\n{}", rest.join("\n")));
        }
    }
}
