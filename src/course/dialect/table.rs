//! Pandoc's tables that are drawn with dashes: simple, multiline and grid.

use std::borrow::Cow;

use super::scan::indent;
use crate::course::markdown::cell;
use crate::course::{Align, Table};

/// How far a table with blank lines inside is followed.
const LONGEST: usize = 400;

/// The lines that a table takes from `start` on, and what it holds; none of the latter where its cells can't be told apart.
pub(super) fn at(lines: &[Cow<'_, str>], i: usize, first: usize) -> Option<(usize, usize, Option<Table>)> {
    let blank = |n: usize| lines[n].trim().is_empty();
    if is_grid_border(&lines[i]) {
        let end =
            (i..lines.len()).find(|&n| !lines[n].trim_start().starts_with(['+', '|'])).unwrap_or(lines.len());
        let whole = (i == first || blank(i - 1)) && end - i > 2;
        return whole.then(|| (i, end, grid(&lines[i..end])));
    }
    if !is_column_rule(&lines[i]) {
        return None;
    }
    let start = (first..i).rev().find(|&n| blank(n)).map_or(first, |n| n + 1);
    if lines[start].trim_start().starts_with(['*', '+', '>', '#', '`', '~', '<']) {
        return None;
    }
    let closes = |n: usize| {
        (is_dashes(&lines[n]) || is_column_rule(&lines[n])) && (n + 1 == lines.len() || blank(n + 1))
    };
    let closed = |from: usize| (from..lines.len().min(i + LONGEST)).find(|&n| closes(n));
    // Blank lines part the rows where a rule stands first and last.
    let framed = start == i || is_dashes(&lines[start]);
    if let Some(last) = closed(i + 1).filter(|_| framed) {
        return Some((start, last + 1, ruled(&lines[start..=last], i - start)));
    }
    let end = (i + 1..lines.len()).find(|&n| blank(n)).unwrap_or(lines.len());
    (end > i + 1).then(|| (start, end, ruled(&lines[start..end], i - start)))
}

fn is_dashes(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.bytes().all(|b| b == b'-')
}

/// `-----  ----`: at least two groups of at least two dashes.
fn is_column_rule(line: &str) -> bool {
    let groups = line.split_whitespace();
    line.trim_start().starts_with("--")
        && groups.clone().count() >= 2
        && groups.into_iter().all(|g| g.len() >= 2 && g.bytes().all(|b| b == b'-'))
}

fn is_grid_border(line: &str) -> bool {
    let text = line.trim();
    indent(line) < 4
        && text.len() >= 5
        && text.starts_with("+-")
        && text.ends_with('+')
        && text.chars().all(|c| matches!(c, '+' | '-' | '=' | ':'))
}

/// First and last column of each group of dashes.
fn groups(rule: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in rule.char_indices().filter(|(_, c)| *c == '-') {
        match found.last_mut() {
            Some((_, end)) if *end + 1 == at => *end = at,
            _ => found.push((at, at)),
        }
    }
    found
}

/// The columns from `from` up to `to` of a line. None where a word stands on the line between two columns.
fn part(line: &str, from: usize, to: Option<usize>) -> Option<String> {
    let chars: Vec<char> = line.chars().collect();
    let is_word = |n: usize| chars.get(n).is_some_and(|c| !c.is_whitespace());
    if (from > 0 && is_word(from - 1) && is_word(from))
        || to.is_some_and(|to| to > 0 && is_word(to - 1) && is_word(to))
    {
        return None;
    }
    let to = to.unwrap_or(chars.len()).min(chars.len());
    Some(chars.get(from.min(to)..to)?.iter().collect::<String>().trim().to_owned())
}

fn ruled(lines: &[Cow<'_, str>], rule: usize) -> Option<Table> {
    let groups = groups(&lines[rule]);
    let cells = |line: &str| -> Option<Vec<String>> {
        let all = groups.iter().enumerate();
        let first_is_clear =
            groups.first().is_none_or(|(from, _)| line.chars().take(*from).all(char::is_whitespace));
        if !first_is_clear {
            return None;
        }
        all.map(|(n, (from, _))| part(line, *from, groups.get(n + 1).map(|next| next.0))).collect()
    };
    let is_rule = |line: &str| is_dashes(line) || is_column_rule(line);
    let head: Vec<&str> = lines[..rule].iter().map(AsRef::as_ref).filter(|l| !is_rule(l)).collect();
    let body: Vec<&str> = lines[rule + 1..].iter().map(AsRef::as_ref).collect();
    let closed = body.last().is_some_and(|l| is_rule(l));
    let body = &body[..body.len() - usize::from(closed)];
    let multiline = body.iter().any(|l| l.trim().is_empty()) || (closed && is_dashes(&lines[0]) && rule > 0);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut fresh = true;
    for line in body {
        if line.trim().is_empty() {
            fresh = true;
            continue;
        }
        let found = cells(line)?;
        match rows.last_mut().filter(|_| multiline && !fresh) {
            Some(row) => join(row, found),
            None => rows.push(found),
        }
        fresh = false;
    }
    let mut top: Option<Vec<String>> = None;
    for line in &head {
        let found = cells(line)?;
        match &mut top {
            Some(row) => join(row, found),
            None => top = Some(found),
        }
    }
    // What the head's words lean on says where the column's words go.
    let sample = head.first().copied().or(body.first().copied()).unwrap_or_default();
    let align = groups.iter().map(|(from, to)| {
        let chars: Vec<char> = sample.chars().collect();
        let is_word = |n: usize| chars.get(n).is_some_and(|c| !c.is_whitespace());
        match (is_word(*from), is_word(*to)) {
            (false, true) => Align::Right,
            (false, false) => Align::Center,
            _ => Align::Left,
        }
    });
    Some(made(align.collect(), top.unwrap_or_default(), &rows))
}

fn join(row: &mut [String], more: Vec<String>) {
    for (cell, more) in row.iter_mut().zip(more).filter(|(_, more)| !more.is_empty()) {
        if !cell.is_empty() {
            cell.push('\n');
        }
        cell.push_str(&more);
    }
}

fn grid(lines: &[Cow<'_, str>]) -> Option<Table> {
    let border: Vec<char> = lines[0].chars().collect();
    let edges: Vec<usize> = border.iter().enumerate().filter(|(_, c)| **c == '+').map(|(n, _)| n).collect();
    let mut head: Option<Vec<String>> = None;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row: Option<Vec<String>> = None;
    let mut aligned: &str = &lines[0];
    for line in &lines[1..] {
        if is_border(line) {
            rows.extend(row.take());
            if line.contains('=') && head.is_none() {
                aligned = line;
                head = Some(std::mem::take(&mut rows).into_iter().next()?);
            }
            continue;
        }
        let chars: Vec<char> = line.trim_end().chars().collect();
        if edges.iter().any(|n| !matches!(chars.get(*n), Some('|' | '+'))) {
            return None;
        }
        let cells: Vec<String> = edges
            .windows(2)
            .map(|pair| chars[pair[0] + 1..pair[1]].iter().collect::<String>())
            .map(|text| text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned())
            .collect();
        match &mut row {
            Some(row) => row.iter_mut().zip(cells).for_each(|(cell, more)| {
                cell.push('\n');
                cell.push_str(&more);
            }),
            None => row = Some(cells),
        }
    }
    rows.extend(row);
    let marks: Vec<char> = aligned.chars().collect();
    let align =
        edges.windows(2).map(|pair| match (marks.get(pair[0] + 1), marks.get(pair[1].saturating_sub(1))) {
            (Some(':'), Some(':')) => Align::Center,
            (_, Some(':')) => Align::Right,
            _ => Align::Left,
        });
    Some(made(align.collect(), head.unwrap_or_default(), &rows))
}

fn is_border(line: &str) -> bool {
    let text = line.trim();
    text.starts_with('+') && text.chars().all(|c| matches!(c, '+' | '-' | '=' | ':'))
}

fn made(align: Vec<Align>, head: Vec<String>, rows: &[Vec<String>]) -> Table {
    let row = |cells: &Vec<String>| cells.iter().map(|text| cell(text)).collect();
    Table { align, head: row(&head), rows: rows.iter().map(row).collect() }
}
