//! What each line of a deck is before anybody knows its dialect: text, code, or part of a comment.

use std::borrow::Cow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::course) enum Place {
    Text,
    /// In a fence, its two marks included, or indented.
    Code,
    /// In a comment over several lines, or one that fills its line.
    Comment,
}

#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) first: usize,
    pub(super) last: usize,
    /// From the byte of its `<` on the first line to the one after its `>` on the last.
    pub(super) from: usize,
    pub(super) to: usize,
    /// What stands inside, without the blanks around it.
    pub(super) text: String,
}

pub(super) fn scan(lines: &[Cow<'_, str>], body: usize) -> (Vec<Place>, Vec<Comment>) {
    let mut places = vec![Place::Text; lines.len()];
    let mut comments = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut in_list = false;
    let mut i = body.min(lines.len());
    // A comment may stand before the front matter, too.
    comments_before(lines, i, &mut comments);
    while i < lines.len() {
        let line = lines[i].as_ref();
        if let Some((mark, width)) = fence {
            places[i] = Place::Code;
            if closes(line, mark, width) {
                fence = None;
            }
        } else if let Some(open) = opens(line) {
            places[i] = Place::Code;
            fence = Some(open);
        } else {
            let blank_above = i == body || lines[i - 1].trim().is_empty() || places[i - 1] == Place::Code;
            let above_is_code = i > body && places[i - 1] == Place::Code;
            if indent(line) >= 4
                && blank_above
                && !in_list
                && !line.trim().is_empty()
                && !is_fence_end(lines, i, above_is_code)
            {
                places[i] = Place::Code;
            } else {
                if indent(line) < 2 && !line.trim().is_empty() {
                    in_list = begins_item(line) || (in_list && !blank_above);
                }
                i = comments_of(lines, i, &mut places, &mut comments);
            }
        }
        i += 1;
    }
    (places, comments)
}

/// Whether the code above was a fence: what stands below its end is no further code by being indented, unless a blank line parts them.
fn is_fence_end(lines: &[Cow<'_, str>], i: usize, above_is_code: bool) -> bool {
    above_is_code && i > 0 && opens(&lines[i - 1]).is_some()
}

fn comments_before(lines: &[Cow<'_, str>], body: usize, out: &mut Vec<Comment>) {
    let mut places = vec![Place::Text; lines.len()];
    let mut i = 0;
    while i < body && !matches!(lines[i].trim_end(), "---" | "...") {
        i = comments_of(lines, i, &mut places, out) + 1;
    }
}

/// Finds the comments that begin on a line; gives the last line that they take.
fn comments_of(lines: &[Cow<'_, str>], mut i: usize, places: &mut [Place], out: &mut Vec<Comment>) -> usize {
    let mut at = 0;
    while let Some(from) = comment_start(&lines[i], at) {
        let first = i;
        let end_on = |line: &str, after: usize| line[after..].find("-->").map(|n| after + n + 3);
        let mut end = end_on(&lines[i], from + 4);
        let mut text = lines[i][from + 4..end.map_or(lines[i].len(), |end| end - 3)].to_owned();
        while end.is_none() && i + 1 < lines.len() {
            i += 1;
            end = end_on(&lines[i], 0);
            text.push('\n');
            text.push_str(&lines[i][..end.map_or(lines[i].len(), |end| end - 3)]);
        }
        // One that is never closed is left to the reader, who says so.
        let Some(to) = end else {
            places[first..].fill(Place::Comment);
            return i;
        };
        let alone = lines[first][..from].trim().is_empty() && lines[i][to..].trim().is_empty();
        if alone || i > first {
            places[first..=i].fill(Place::Comment);
        }
        out.push(Comment { first, last: i, from, to, text: text.trim().to_owned() });
        at = to;
    }
    i
}

/// The first `<!--` from a byte on that is not inside of inline code.
fn comment_start(line: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let start = at + line[at..].find("<!--")?;
        let tick = line[at..start].find('`').map(|n| at + n);
        let Some(tick) = tick else { return Some(start) };
        let width = line[tick..].chars().take_while(|c| *c == '`').count();
        let marks = "`".repeat(width);
        at = match line[tick + width..].find(&marks) {
            Some(end) => tick + width + end + width,
            None => tick + width,
        };
    }
}

pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn opens(line: &str) -> Option<(char, usize)> {
    let line = line.trim_start_matches([' ', '>', '\t']);
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let width = line.chars().take_while(|c| *c == mark).count();
    (width >= 3 && !(mark == '`' && line[width..].contains('`'))).then_some((mark, width))
}

fn closes(line: &str, mark: char, width: usize) -> bool {
    let line = line.trim_start_matches([' ', '>', '\t']).trim_end();
    line.len() >= width && line.chars().all(|c| c == mark)
}

/// `- item`, `3. item`, `(@) item`.
fn begins_item(line: &str) -> bool {
    let text = line.trim_start();
    let marker = text.split(' ').next().unwrap_or_default();
    let numbered = marker
        .strip_suffix(['.', ')'])
        .is_some_and(|n| n == "#" || n.starts_with("(@") || n.parse::<u32>().is_ok());
    matches!(marker, "-" | "*" | "+" | ":") || numbered
}
