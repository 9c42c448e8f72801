//! Words with their styles, and how they are wrapped.

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::row::{LinkSpan, Row};
use crate::course::{Inline, plain};
use crate::tui::theme::Theme;

#[derive(Clone, Debug)]
struct Glyph {
    text: String,
    width: usize,
    style: Style,
    /// Index into `Flow::urls`.
    link: Option<usize>,
}

#[derive(Clone, Debug)]
enum Atom {
    /// Never broken unless it is wider than a whole line.
    Word(Vec<Glyph>),
    /// A line may end here.
    Blank(Glyph),
    Break,
}

/// A run of text that is ready to be wrapped at any width.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    atoms: Vec<Atom>,
    urls: Vec<String>,
}

impl Flow {
    pub(super) fn new(inlines: &[Inline], style: Style, theme: &Theme) -> Self {
        let mut flow = Self::default();
        flow.inlines(inlines, style, None, theme);
        flow
    }

    fn inlines(&mut self, inlines: &[Inline], style: Style, link: Option<usize>, theme: &Theme) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => self.prose(text, style, link, theme),
                Inline::Code(text) => self.text(text, style.patch(theme.inline_code), link, true),
                Inline::Emph(i) => self.inlines(i, style.patch(theme.emphasis), link, theme),
                Inline::Strong(i) => self.inlines(i, style.patch(theme.strong), link, theme),
                Inline::Strike(i) => self.inlines(i, style.patch(theme.strike), link, theme),
                Inline::Superscript(i) => self.raised(i, "^", "⁰¹²³⁴⁵⁶⁷⁸⁹", style, link, theme),
                Inline::Subscript(i) => self.raised(i, "_", "₀₁₂₃₄₅₆₇₈₉", style, link, theme),
                Inline::Link { text, url } => self.link(text, url, style, theme),
                Inline::Image { alt, url } => {
                    let words = if alt.is_empty() { "[image]".into() } else { format!("[image: {alt}]") };
                    self.link(&[Inline::Text(words)], url, style, theme);
                }
                Inline::SoftBreak => self.blank(style, link),
                Inline::HardBreak => self.atoms.push(Atom::Break),
            }
        }
    }

    fn raised(
        &mut self,
        inlines: &[Inline],
        mark: &str,
        digits: &str,
        style: Style,
        link: Option<usize>,
        theme: &Theme,
    ) {
        let words = plain(inlines);
        if !words.is_empty() && words.chars().all(|c| c.is_ascii_digit()) {
            let small: String =
                words.chars().filter_map(|c| digits.chars().nth(c.to_digit(10)? as usize)).collect();
            self.text(&small, style, link, false);
        } else {
            self.text(mark, style, link, false);
            self.inlines(inlines, style, link, theme);
        }
    }

    /// The address is shown after the words, because a terminal may not be able to open it.
    fn link(&mut self, text: &[Inline], url: &str, style: Style, theme: &Theme) {
        let index = self.url(url);
        let words = plain(text);
        self.inlines(text, style.patch(theme.link), index, theme);
        let shown = url.strip_prefix("mailto:").unwrap_or(url);
        if !shown.is_empty() && words != shown && words != url {
            self.blank(style, None);
            self.text("(", theme.dim, None, false);
            self.text(url, theme.dim, index, false);
            self.text(")", theme.dim, None, false);
        }
    }

    fn url(&mut self, url: &str) -> Option<usize> {
        // A control character would end the escape sequence that carries the address.
        if url.is_empty() || url.chars().any(char::is_control) {
            return None;
        }
        self.urls.push(url.to_owned());
        Some(self.urls.len() - 1)
    }

    /// Text in which a bare address becomes a link.
    fn prose(&mut self, text: &str, style: Style, link: Option<usize>, theme: &Theme) {
        let mut rest = text;
        while link.is_none()
            && let Some(at) = find_url(rest)
        {
            let (before, from) = rest.split_at(at);
            let end = from.find(char::is_whitespace).unwrap_or(from.len());
            let url =
                from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'', '”', '’', '>']);
            self.text(before, style, None, false);
            let index = self.url(url);
            self.text(url, style.patch(theme.link), index, false);
            rest = &from[url.len()..];
        }
        self.text(rest, style, link, false);
    }

    /// Runs of blanks are one blank, except in code.
    fn text(&mut self, text: &str, style: Style, link: Option<usize>, code: bool) {
        for grapheme in text.graphemes(true) {
            if grapheme.chars().all(|c| c.is_whitespace() && c != '\u{a0}') {
                if code {
                    self.push_blank(style, link)
                } else {
                    self.blank(style, link)
                }
                continue;
            }
            let text: String = grapheme.chars().filter(|c| !c.is_control()).collect();
            let width = text.width();
            if width == 0 && !matches!(self.atoms.last(), Some(Atom::Word(_))) {
                continue;
            }
            let glyph = Glyph { width, text, style, link };
            match self.atoms.last_mut() {
                Some(Atom::Word(word)) if !may_break(word, &glyph) => word.push(glyph),
                _ => self.atoms.push(Atom::Word(vec![glyph])),
            }
        }
    }

    fn blank(&mut self, style: Style, link: Option<usize>) {
        if !matches!(self.atoms.last(), Some(Atom::Blank(_))) {
            self.push_blank(style, link);
        }
    }

    fn push_blank(&mut self, style: Style, link: Option<usize>) {
        self.atoms.push(Atom::Blank(Glyph { text: " ".into(), width: 1, style, link }));
    }

    /// The columns that it needs on one line.
    pub(super) fn natural_width(&self) -> usize {
        let (mut widest, mut line) = (0, 0);
        for atom in &self.atoms {
            line = match atom {
                Atom::Word(word) => line + word_width(word),
                Atom::Blank(_) => line + 1,
                Atom::Break => 0,
            };
            widest = widest.max(line);
        }
        widest
    }

    pub(super) fn longest_word(&self) -> usize {
        let words = self.atoms.iter().map(|a| if let Atom::Word(w) = a { word_width(w) } else { 0 });
        words.max().unwrap_or(0)
    }

    /// At least one row. No row is wider than `width`, which must not be 0.
    pub(super) fn wrap(&self, width: usize) -> Vec<Row> {
        let width = width.max(1);
        let mut rows = vec![Vec::new()];
        let mut used = 0;
        let mut blanks: Vec<&Glyph> = Vec::new();
        for atom in &self.atoms {
            match atom {
                Atom::Break => {
                    rows.push(Vec::new());
                    used = 0;
                    blanks.clear();
                }
                Atom::Blank(glyph) => blanks.push(glyph),
                Atom::Word(word) => {
                    let needed = word_width(word);
                    if used > 0 && used + blanks.len() + needed > width {
                        // A word that fits on no line fills this one when much of it is free, but an address begins
                        // on a line of its own.
                        let address = word.iter().any(|g| g.link.is_some());
                        if needed <= width || width - used < width / 2 || address {
                            rows.push(Vec::new());
                            used = 0;
                            blanks.clear();
                        }
                    }
                    if used > 0 && used + blanks.len() < width {
                        used += blanks.len();
                        rows.last_mut()
                            .into_iter()
                            .for_each(|row| row.extend(blanks.iter().map(|&g| g.clone())));
                    }
                    blanks.clear();
                    used = place(word, width, used, &mut rows);
                }
            }
        }
        rows.into_iter().map(|glyphs| self.row(glyphs)).collect()
    }

    /// Neighbours of one style become one span, and neighbours of one address one link.
    fn row(&self, glyphs: Vec<Glyph>) -> Row {
        let mut spans: Vec<Span<'static>> = Vec::new();
        let mut links: Vec<(usize, LinkSpan)> = Vec::new();
        let mut column = 0;
        for glyph in glyphs {
            if let Some(index) = glyph.link {
                match links.last_mut() {
                    Some((last, link)) if *last == index && link.column + link.width == column => {
                        link.width += glyph.width;
                    }
                    _ => {
                        let url = self.urls[index].clone();
                        links.push((index, LinkSpan { line: 0, column, width: glyph.width, url }));
                    }
                }
            }
            column += glyph.width;
            match spans.last_mut() {
                Some(span) if span.style == glyph.style => span.content.to_mut().push_str(&glyph.text),
                _ => spans.push(Span::styled(glyph.text, glyph.style)),
            }
        }
        Row { spans, links: links.into_iter().map(|(_, link)| link).collect(), ..Row::default() }
    }
}

fn word_width(word: &[Glyph]) -> usize {
    word.iter().map(|g| g.width).sum()
}

/// Puts a word on the last row, over several rows when it is wider than a line. Returns the columns used on the last.
fn place(word: &[Glyph], width: usize, mut used: usize, rows: &mut Vec<Vec<Glyph>>) -> usize {
    let mut rest = word;
    loop {
        let room = width - used;
        let fits = fitting(rest, room);
        if fits == rest.len() {
            rows.last_mut().into_iter().for_each(|row| row.extend_from_slice(rest));
            return used + word_width(rest);
        }
        let cut = good_cut(&rest[..fits]).unwrap_or(fits);
        if cut == 0 && used == 0 {
            // Not even one character fits: a mark takes its place.
            let mark = Glyph { text: "·".into(), width: 1, ..rest[0].clone() };
            rows.last_mut().into_iter().for_each(|row| row.push(mark.clone()));
            rest = &rest[1..];
            if rest.is_empty() {
                return 1;
            }
        } else {
            rows.last_mut().into_iter().for_each(|row| row.extend_from_slice(&rest[..cut]));
            rest = &rest[cut..];
        }
        rows.push(Vec::new());
        used = 0;
    }
}

/// How many glyphs fit into this many columns.
fn fitting(word: &[Glyph], room: usize) -> usize {
    let mut used = 0;
    word.iter()
        .take_while(|g| {
            used += g.width;
            used <= room
        })
        .count()
}

/// Addresses, paths and image names are cut after a sign, unless that leaves most of the line empty.
fn good_cut(part: &[Glyph]) -> Option<usize> {
    let after = |signs: &str| {
        let at = part.iter().rposition(|g| signs.contains(g.text.as_str()))? + 1;
        (at * 2 >= part.len()).then_some(at)
    };
    after("/?&").or_else(|| after("-_.=:,"))
}

/// Chinese and Japanese have no blanks: a line may end between two of their characters, but not before a closing sign.
fn may_break(word: &[Glyph], next: &Glyph) -> bool {
    const CLOSING: &str = "、。，．：；！？）」』】》〉〕｝…ー";
    const OPENING: &str = "（「『【《〈〔｛";
    let Some(last) = word.last() else { return true };
    let ideograph = |g: &Glyph| g.width == 2 && g.text.chars().next().is_some_and(|c| c >= '\u{2e80}');
    (ideograph(last) || ideograph(next))
        && !CLOSING.contains(next.text.as_str())
        && !OPENING.contains(last.text.as_str())
        && (next.width == 2 || next.text.chars().next().is_some_and(char::is_alphanumeric))
}

fn find_url(text: &str) -> Option<usize> {
    ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min().filter(|at| {
        text[*at..]
            .find("://")
            .is_some_and(|i| text[at + i + 3..].starts_with(|c: char| c.is_alphanumeric() || c == '['))
    })
}
