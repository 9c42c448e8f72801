//! A deck by lines while its dialect is read: what is no word becomes a mark, and every line keeps its number.

use std::borrow::Cow;
use std::ops::Range;

use serde_yaml::{Mapping, Value};

use super::mark::{Mark, comment};
use super::scan::{Comment, Place, scan};
use crate::course::yaml::scalar;

/// Where one slide ends and the next begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::course) enum Cut {
    /// At rules if there are any, else at headings.
    #[default]
    RulesOrHeadings,
    Rules,
    Marks,
}

#[derive(Debug)]
pub(in crate::course) struct Sheet<'a> {
    pub(in crate::course) lines: Vec<Cow<'a, str>>,
    pub(super) places: Vec<Place>,
    comments: Vec<Comment>,
    pub(in crate::course) marks: Vec<Mark>,
    /// What the front matter holds.
    pub(super) front: Mapping,
    /// The first line after it.
    pub(super) body: usize,
    pub(in crate::course) title: Option<String>,
    pub(in crate::course) author: Option<String>,
    /// The slide that the dialect's tool makes of the front matter.
    pub(in crate::course) opening: Vec<(u8, String)>,
    pub(in crate::course) cut: Cut,
    pub(in crate::course) incremental: bool,
    /// A slide does not begin with its heading alone because the first of the rest is a fragment.
    pub(in crate::course) no_bare_start: bool,
    pub(in crate::course) ignored: Vec<String>,
}

/// What a comment is.
pub(super) enum Said {
    /// A speaker note, or settings of patat.
    Note,
    Nothing,
    Mark(Mark),
}

impl<'a> Sheet<'a> {
    pub(in crate::course) fn new(lines: &[&'a str], front: Mapping, from: usize, body: usize) -> Self {
        let mut lines: Vec<Cow<'a, str>> = lines.iter().map(|l| Cow::Borrowed(*l)).collect();
        let (places, comments) = scan(&lines, body);
        lines.iter_mut().take(body).skip(from).for_each(|l| *l = Cow::Borrowed(""));
        Self {
            lines,
            places,
            comments,
            marks: Vec::new(),
            front,
            body,
            title: None,
            author: None,
            opening: Vec::new(),
            cut: Cut::default(),
            incremental: false,
            no_bare_start: false,
            ignored: Vec::new(),
        }
    }

    pub(in crate::course) fn text(&self) -> String {
        self.lines.join("\n")
    }

    pub(super) fn is_text(&self, line: usize) -> bool {
        line >= self.body && self.places.get(line) == Some(&Place::Text)
    }

    pub(super) fn is_blank(&self, line: usize) -> bool {
        self.lines.get(line).is_none_or(|l| l.trim().is_empty())
    }

    /// The lines of text that are exactly this, but for blanks at their end.
    pub(super) fn exactly(&self, text: &str) -> Vec<usize> {
        (self.body..self.lines.len())
            .filter(|n| self.is_text(*n) && self.lines[*n].trim_end() == text)
            .collect()
    }

    pub(super) fn comments(&self) -> impl Iterator<Item = &str> {
        self.comments.iter().map(|c| c.text.as_str())
    }

    /// A name for what the deck asks for and does not get; each is said once.
    pub(super) fn ignore(&mut self, what: &str) {
        if !self.ignored.iter().any(|known| known == what) {
            self.ignored.push(what.to_owned());
        }
    }

    /// Those of these keys that the front matter holds.
    pub(super) fn ignore_keys(&mut self, keys: &[&str]) {
        for key in keys {
            if self.front.contains_key(*key) {
                self.ignore(key);
            }
        }
    }

    pub(super) fn setting(&self, key: &str) -> Option<String> {
        self.front.get(key).and_then(scalar)
    }

    fn sign(&mut self, mark: Mark) -> String {
        self.marks.push(mark);
        comment(self.marks.len() - 1)
    }

    /// Puts a mark in the place of a line.
    pub(super) fn put(&mut self, line: usize, mark: Mark) {
        self.lines[line] = Cow::Owned(self.sign(mark));
        self.places[line] = Place::Comment;
    }

    pub(super) fn blank(&mut self, line: usize) {
        self.lines[line] = Cow::Borrowed("");
    }

    /// Makes lines a speaker note: the first becomes the mark, the others blank.
    pub(super) fn note(&mut self, lines: Range<usize>, text: &str) {
        let text = text.trim();
        lines.clone().for_each(|n| self.blank(n));
        self.places[lines.clone()].fill(Place::Comment);
        if !text.is_empty() && !lines.is_empty() {
            self.put(lines.start, Mark::Note(text.to_owned()));
        }
    }

    /// Lets a dialect say of each comment what it is. Notes stay where they are.
    pub(super) fn read_comments(&mut self, mut said: impl FnMut(&str, &mut Vec<String>) -> Said) {
        let comments = std::mem::take(&mut self.comments);
        let mut ignored = std::mem::take(&mut self.ignored);
        let answers: Vec<Said> = comments.iter().map(|c| said(&c.text, &mut ignored)).collect();
        self.ignored = ignored;
        // From the last to the first, so that bytes before them stay where they are.
        for (comment, said) in comments.into_iter().zip(answers).rev() {
            let new = match said {
                Said::Note => {
                    self.comments.push(comment);
                    continue;
                }
                Said::Nothing => String::new(),
                Said::Mark(mark) => self.sign(mark),
            };
            let Comment { first, last, from, to, .. } = comment;
            let after = self.lines[last][to..].to_owned();
            let whole = format!("{}{new}{after}", &self.lines[first][..from]);
            (first + 1..=last).for_each(|n| self.blank(n));
            self.lines[first] = Cow::Owned(whole);
        }
        self.comments.reverse();
    }

    /// A mark to stand between words.
    pub(super) fn place(&mut self, mark: Mark) -> String {
        self.sign(mark)
    }

    /// Puts a mark before a line that has no blank one above.
    pub(super) fn before(&mut self, line: usize, mark: Mark) {
        let mark = self.sign(mark);
        self.lines[line] = Cow::Owned(format!("{mark}\n{}", self.lines[line]));
    }

    fn mark_at(&self, line: usize) -> Option<&Mark> {
        let comment = self.lines.get(line)?.strip_prefix("<!--")?;
        self.marks.get(super::index_of(comment)?)
    }

    /// The slides as the marks of breaks cut them, by their lines.
    pub(super) fn slides(&self) -> Vec<Range<usize>> {
        self.parts(|mark| *mark == Mark::Break)
    }

    /// The lines between marks of a kind.
    pub(super) fn parts(&self, ends: impl Fn(&Mark) -> bool) -> Vec<Range<usize>> {
        let mut starts = vec![self.body];
        starts.extend(
            (self.body..self.lines.len()).filter(|n| self.mark_at(*n).is_some_and(&ends)).map(|n| n + 1),
        );
        let stops: Vec<usize> = starts.iter().skip(1).map(|n| n - 1).chain([self.lines.len()]).collect();
        starts.into_iter().zip(stops).map(|(start, stop)| start..stop.max(start)).collect()
    }
}

/// A mapping, if that is what the text is.
pub(super) fn mapping(text: &str) -> Option<Mapping> {
    match serde_yaml::from_str(text) {
        Ok(Value::Mapping(map)) if !map.is_empty() => Some(map),
        _ => None,
    }
}
