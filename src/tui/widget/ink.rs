//! Text whose pieces carry a role instead of a style, so that it can be laid out before a theme is known.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::Theme;

/// A role of the theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    #[default]
    Text,
    Dim,
    Title,
    Heading,
    Strong,
    Code,
    Key,
    Head,
    Selected,
    Fresh,
    Ok,
    Warn,
    Bad,
    Info,
    Match,
    Border,
    /// One of several that belong together; the same number is the same colour.
    Series(usize),
}

impl Ink {
    pub fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Text => theme.text,
            Self::Dim => theme.dim,
            Self::Title => theme.title,
            Self::Heading => theme.heading,
            Self::Strong => theme.strong,
            Self::Code => theme.inline_code,
            Self::Key => theme.key,
            Self::Head => theme.table_head,
            Self::Selected => theme.selected,
            Self::Fresh => theme.fresh,
            Self::Ok => theme.ok,
            Self::Warn => theme.warn,
            Self::Bad => theme.bad,
            Self::Info => theme.info,
            Self::Match => theme.match_,
            Self::Border => theme.border,
            Self::Series(of) => {
                let syntax = &theme.syntax;
                let styles =
                    [theme.info, syntax.string, syntax.keyword, syntax.number, syntax.function, syntax.kind];
                styles[of % styles.len()]
            }
        }
    }
}

/// One line of text; no piece holds a control character.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InkLine {
    pieces: Vec<(String, Ink)>,
}

impl InkLine {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn of(text: impl AsRef<str>, ink: Ink) -> Self {
        Self::new().with(text, ink)
    }

    #[must_use]
    pub fn with(mut self, text: impl AsRef<str>, ink: Ink) -> Self {
        self.push(text, ink);
        self
    }

    pub fn push(&mut self, text: impl AsRef<str>, ink: Ink) {
        let text = text.as_ref();
        if text.is_empty() {
            return;
        }
        let clean = if text.chars().any(char::is_control) {
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
        } else {
            text.to_owned()
        };
        match self.pieces.last_mut() {
            Some((last, same)) if *same == ink => last.push_str(&clean),
            _ => self.pieces.push((clean, ink)),
        }
    }

    #[must_use]
    pub fn with_line(mut self, other: &InkLine) -> Self {
        self.append(other);
        self
    }

    pub fn append(&mut self, other: &InkLine) {
        for (text, ink) in &other.pieces {
            self.push(text, *ink);
        }
    }

    pub fn width(&self) -> usize {
        self.pieces.iter().map(|(text, _)| text.width()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub fn text(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Fills with blanks up to `width`; never shortens.
    pub fn pad_to(&mut self, width: usize) {
        let missing = width.saturating_sub(self.width());
        self.push(" ".repeat(missing), Ink::Text);
    }

    /// The part that fits, ended by `…` where something was left out.
    #[must_use]
    pub fn cut(self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut kept = Self::new();
        let mut used = 0;
        for (text, ink) in &self.pieces {
            for glyph in text.graphemes(true) {
                let wide = glyph.width();
                if used + wide + 1 > width {
                    if width > 0 {
                        kept.push("…", *ink);
                    }
                    return kept;
                }
                used += wide;
                kept.push(glyph, *ink);
            }
        }
        kept
    }

    /// Beginning and end of what does not fit, with `…` between them.
    #[must_use]
    pub fn cut_middle(self, width: usize) -> Self {
        if self.width() <= width || width < 5 {
            return self.cut(width);
        }
        let tail_width = (width - 1) / 2;
        let mut tail: Vec<(&str, Ink)> = Vec::new();
        let mut used = 0;
        'tail: for (text, ink) in self.pieces.iter().rev() {
            for glyph in text.graphemes(true).rev() {
                used += glyph.width();
                if used > tail_width {
                    break 'tail;
                }
                tail.push((glyph, *ink));
            }
        }
        let tail_width: usize = tail.iter().map(|(glyph, _)| glyph.width()).sum();
        let mut line = self.clone().cut(width - tail_width);
        for (glyph, ink) in tail.into_iter().rev() {
            line.push(glyph, ink);
        }
        line
    }

    /// Breaks at blanks, and inside a word only where it is wider than a whole line. Lines after the first
    /// begin with `indent` blanks.
    pub fn wrap(&self, width: usize, indent: usize) -> Vec<InkLine> {
        if width == 0 || self.width() <= width {
            return vec![self.clone()];
        }
        let indent = if indent + 8 > width { 0 } else { indent };
        let mut lines = Vec::new();
        let mut line = Self::new();
        let mut used = 0;
        let mut start = 0;
        for (blank, parts, wide) in self.words() {
            // A word that fits on no line is broken where it stands.
            if used + wide > width && used > start && (blank || wide <= width - indent) {
                if blank {
                    continue;
                }
                lines.push(std::mem::take(&mut line).trimmed());
                line.push(" ".repeat(indent), Ink::Text);
                used = indent;
                start = indent;
            }
            if blank && used == start && !lines.is_empty() {
                continue;
            }
            for (text, ink) in parts {
                for glyph in text.graphemes(true) {
                    let wide = glyph.width();
                    if used + wide > width && used > start {
                        lines.push(std::mem::take(&mut line).trimmed());
                        line.push(" ".repeat(indent), Ink::Text);
                        used = indent;
                        start = indent;
                    }
                    line.push(glyph, ink);
                    used += wide;
                }
            }
        }
        if used > start || lines.is_empty() {
            lines.push(line);
        }
        lines
    }

    fn trimmed(mut self) -> Self {
        while let Some((text, _)) = self.pieces.last_mut() {
            text.truncate(text.trim_end().len());
            if !text.is_empty() {
                break;
            }
            self.pieces.pop();
        }
        self
    }

    /// Runs of blanks and of everything else.
    fn words(&self) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for (text, ink) in &self.pieces {
            for bound in text.split_word_bounds() {
                let blank = bound.trim().is_empty();
                // Only blanks part words: `host:80/path` stays whole while it fits.
                match words.last_mut() {
                    Some((same, parts, wide)) if *same == blank => {
                        parts.push((bound.to_owned(), *ink));
                        *wide += bound.width();
                    }
                    _ => words.push((blank, vec![(bound.to_owned(), *ink)], bound.width())),
                }
            }
        }
        words
    }

    /// Paints from `x`, at most `width` cells, inside the buffer; every style is laid over `base`.
    pub fn paint(&self, buf: &mut Buffer, x: u16, y: u16, width: u16, theme: &Theme, tone: Tone) {
        let right = x.saturating_add(width).min(buf.area.right());
        if y < buf.area.top() || y >= buf.area.bottom() || x < buf.area.left() || x >= right {
            return;
        }
        let whole = match tone {
            Tone::Plain => None,
            Tone::Selected => Some(theme.selected),
            Tone::Old => Some(theme.dim),
        };
        if let (Some(style), Tone::Selected) = (whole, tone) {
            buf.set_style(ratatui::layout::Rect::new(x, y, right - x, 1), style);
        }
        let mut at = x;
        for (text, ink) in &self.pieces {
            if at >= right {
                break;
            }
            let style = match tone {
                Tone::Plain => ink.style(theme),
                Tone::Selected => ink.style(theme).patch(theme.selected),
                Tone::Old => theme.dim,
            };
            (at, _) = buf.set_stringn(at, y, text, usize::from(right - at), style);
        }
    }
}

/// Whether it is blank, its pieces, its width.
type Word = (bool, Vec<(String, Ink)>, usize);

/// What a whole line says beside its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Selected,
    /// Kept from before the engine went away.
    Old,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_says_that_it_cut() {
        let line = InkLine::of("hello ", Ink::Text).with("world", Ink::Strong);
        assert_eq!(line.clone().cut(11).text(), "hello world");
        assert_eq!(line.clone().cut(8).text(), "hello w…");
        assert_eq!(line.clone().cut(1).text(), "…");
        assert_eq!(line.cut(0).text(), "");
        assert_eq!(InkLine::of("日本語", Ink::Text).cut(4).text(), "日…");
    }

    #[test]
    fn cutting_in_the_middle_keeps_both_ends() {
        let line = InkLine::of("busybox", Ink::Strong).with("@sha256:012345", Ink::Text);
        assert_eq!(line.clone().cut_middle(21).text(), "busybox@sha256:012345");
        for (width, text) in
            [(20, "busybox@sh…56:012345"), (9, "busy…2345"), (5, "bu…45"), (4, "bus…"), (0, "")]
        {
            assert_eq!(line.clone().cut_middle(width).text(), text);
        }
        assert_eq!(InkLine::of("日本語日本語", Ink::Text).cut_middle(7).text(), "日本…語");
    }

    #[test]
    fn wrapping_hangs_and_breaks_only_words_that_are_too_wide() {
        let line = InkLine::of("image    one two three four", Ink::Text);
        let texts: Vec<_> = line.wrap(18, 9).iter().map(InkLine::text).collect();
        assert_eq!(texts, ["image    one two", "         three", "         four"]);
        let long = InkLine::of("abcdefghijklmnopqrstuvwxyz", Ink::Text);
        assert!(long.wrap(10, 2).iter().all(|line| line.width() <= 10));
        assert_eq!(
            long.wrap(10, 2).iter().map(|l| l.text().trim().to_owned()).collect::<String>(),
            long.text()
        );
    }

    #[test]
    fn control_characters_become_blanks() {
        assert_eq!(InkLine::of("a\u{1b}[2Jb\n", Ink::Text).text(), "a [2Jb ");
    }
}
