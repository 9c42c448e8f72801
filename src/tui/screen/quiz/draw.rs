//! The lines of a quiz.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{KeyNames, QuizView};
use crate::course::QuizKind;
use crate::tui::theme::Theme;
use crate::tui::widget::markdown::{words, wrap};

const HANDED_IN: &str = "Your answer is in. What is right is said when the instructor closes the question.";

/// Collects lines behind the bar at their left.
struct Page<'a> {
    theme: &'a Theme,
    width: usize,
    bar: Style,
    lines: Vec<Line<'static>>,
    rows: Vec<Option<usize>>,
}

impl Page<'_> {
    fn push(&mut self, spans: Vec<Span<'static>>, row: Option<usize>) {
        let mut all = vec![Span::styled("┃ ", self.bar)];
        all.extend(spans);
        self.lines.push(Line::from(all));
        self.rows.push(row);
    }

    fn blank(&mut self) {
        self.push(Vec::new(), None);
    }

    /// Wrapped text; lines after the first stand below its words.
    fn text(&mut self, first: Vec<Span<'static>>, text: &str, style: Style, row: Option<usize>) {
        let indent: usize = first.iter().map(|s| s.content.width()).sum();
        let room = self.width.saturating_sub(2 + indent).max(1);
        let mut first = Some(first);
        for paragraph in text.trim_end().split('\n') {
            for line in wrap(&words(paragraph), style, room, self.theme) {
                let mut spans = first.take().unwrap_or_else(|| vec![Span::raw(" ".repeat(indent))]);
                spans.extend(line.spans);
                self.push(spans, row);
            }
        }
    }
}

impl QuizView {
    /// The quiz as lines of at most this width; `click` counts these lines.
    pub fn lay(&mut self, width: usize, theme: &Theme, keys: &KeyNames) -> Vec<Line<'static>> {
        let bar = match &self.grade {
            Some(grade) if grade.correct => theme.ok,
            Some(_) => theme.warn,
            None if self.active => theme.border_focus,
            None => theme.border,
        };
        let mut page = Page { theme, width, bar, lines: Vec::new(), rows: Vec::new() };
        let label = if width < 30 { "" } else { "Question · " };
        page.text(vec![Span::styled(label, theme.info)], self.what(), theme.dim, None);
        page.text(Vec::new(), &self.quiz.question, theme.strong, None);
        page.blank();
        match &self.quiz.kind {
            QuizKind::Reveal { answer } => {
                if self.is_done() {
                    page.text(vec![Span::styled("→ ", theme.ok)], answer, theme.text, None);
                }
            }
            QuizKind::Single { .. } | QuizKind::Multiple { .. } => self.lay_choices(&mut page),
            QuizKind::Text { .. } | QuizKind::Number { .. } => {
                let mut spans = vec![Span::styled("Answer: ", theme.dim)];
                let room = width.saturating_sub(2 + 8).max(1);
                spans.extend(self.field.line(room, self.takes_text(), theme).spans);
                page.push(spans, None);
            }
            QuizKind::Order { items } => self.lay_items(&mut page, items),
        }
        let after = page.lines.len();
        self.lay_result(&mut page);
        self.lay_hints(&mut page);
        if let Some(next) = self.next(keys) {
            if page.lines.last().is_some_and(|line| line.spans.len() > 1) {
                page.blank();
            }
            page.text(Vec::new(), &next, theme.dim, None);
        }
        self.rows = page.rows;
        self.after = after;
        page.lines
    }

    fn lay_choices(&self, page: &mut Page<'_>) {
        let theme = page.theme;
        let one = matches!(self.quiz.kind, QuizKind::Single { .. });
        for (i, choice) in self.choices().iter().enumerate() {
            let picked = self.picked.contains(&i);
            let here = self.active && self.grade.is_none() && self.cursor == i;
            let mark = match (one, picked) {
                (true, true) => "(•) ",
                (true, false) => "( ) ",
                (false, true) => "[x] ",
                (false, false) => "[ ] ",
            };
            let said = self.grade.as_ref().and_then(|grade| grade.per_item.get(&i));
            let judged = self.grade.is_some() && (picked || said.is_some());
            let (verdict, verdict_style) = match (judged, picked == choice.correct) {
                (false, _) => (if here { "▸ " } else { "  " }, theme.key),
                (true, true) => ("✓ ", theme.ok),
                (true, false) => ("✗ ", theme.bad),
            };
            let style = if here { theme.strong } else { theme.text };
            let first = vec![Span::styled(verdict, verdict_style), Span::styled(mark, theme.marker)];
            page.text(first, &choice.text, style, Some(i));
            if let Some(said) = said {
                page.text(vec![Span::raw("      ")], said, theme.dim, Some(i));
            }
        }
    }

    fn lay_items(&self, page: &mut Page<'_>, items: &[String]) {
        let theme = page.theme;
        let digits = items.len().to_string().len();
        for (row, item) in self.order.iter().enumerate() {
            let here = self.active && self.grade.is_none() && self.cursor == row;
            let said = self.grade.as_ref().and_then(|grade| grade.per_item.get(item));
            let (mark, style) = match &self.grade {
                Some(_) if *item == row => ("✓ ", theme.ok),
                Some(_) => ("✗ ", theme.bad),
                None if here && self.held => ("↕ ", theme.key),
                None if here => ("▸ ", theme.key),
                None => ("  ", theme.text),
            };
            let number = Span::styled(format!("{:>digits$}. ", row + 1), theme.marker);
            let text_style = match (here, self.held) {
                (true, true) => theme.selected,
                (true, false) => theme.strong,
                _ => theme.text,
            };
            let text = items.get(*item).map_or("", String::as_str);
            page.text(vec![Span::styled(mark, style), number], text, text_style, Some(row));
            if let Some(said) = said {
                page.text(vec![Span::raw(" ".repeat(digits + 4))], said, theme.dim, Some(row));
            }
        }
    }

    fn lay_result(&self, page: &mut Page<'_>) {
        let theme = page.theme;
        if self.handed_in {
            page.blank();
            page.text(vec![Span::styled("· ", theme.info)], HANDED_IN, theme.info, None);
        }
        let Some(grade) = &self.grade else { return };
        let revealed = matches!(self.quiz.kind, QuizKind::Reveal { .. });
        if !revealed {
            let (mark, style, word) = if grade.correct {
                ("✓ ", theme.ok, "Right.")
            } else {
                ("✗ ", theme.warn, "Not right yet.")
            };
            let message = if grade.message.is_empty() { word } else { grade.message.as_str() };
            page.blank();
            page.text(vec![Span::styled(mark, style)], message, style, None);
        }
        if grade.correct
            && let Some(explanation) = &self.quiz.explanation
        {
            page.blank();
            page.text(Vec::new(), explanation, theme.text, None);
        }
    }

    fn lay_hints(&self, page: &mut Page<'_>) {
        let theme = page.theme;
        if self.hints > 0 {
            page.blank();
        }
        for (i, hint) in self.quiz.hints.iter().take(self.hints).enumerate() {
            let label = if self.quiz.hints.len() > 1 { format!("Hint {}: ", i + 1) } else { "Hint: ".into() };
            page.text(vec![Span::styled(label, theme.info)], hint, theme.text, None);
        }
    }

    /// What kind of answer is wanted.
    fn what(&self) -> &'static str {
        match &self.quiz.kind {
            QuizKind::Reveal { .. } => "think first, then look",
            QuizKind::Single { .. } => "choose one",
            QuizKind::Multiple { .. } => "choose all that fit",
            QuizKind::Text { .. } => "type the answer",
            QuizKind::Number { .. } => "type a number",
            QuizKind::Order { .. } => "put in the right order",
        }
    }

    /// What the learner can do now.
    fn next(&self, keys: &KeyNames) -> Option<String> {
        if self.is_done() {
            return None;
        }
        let KeyNames { answer, toggle, hint } = keys;
        let mut next = match (&self.quiz.kind, self.active, &self.grade) {
            (_, _, Some(_)) => format!("{answer}: try again"),
            _ if self.handed_in => format!("{answer}: change it"),
            (QuizKind::Reveal { .. }, ..) => format!("{answer}: show the answer"),
            (_, false, _) => format!("{answer}: answer this"),
            (QuizKind::Single { .. }, true, _) => format!("↑ ↓ move · {answer}: this one"),
            (QuizKind::Multiple { .. }, true, _) => format!("↑ ↓ move · {toggle}: mark · {answer}: done"),
            (QuizKind::Text { .. } | QuizKind::Number { .. }, true, _) => {
                format!("{answer}: hand it in · Esc: leave it")
            }
            (QuizKind::Order { .. }, true, _) if self.held => format!("↑ ↓ carry it · {toggle}: put it down"),
            (QuizKind::Order { .. }, true, _) => format!("↑ ↓ move · {toggle}: take it · {answer}: done"),
        };
        // While an answer is typed, a letter is a letter.
        if self.hints_left() > 0 && !self.takes_text() {
            next.push_str(&format!(" · {hint}: hint"));
        }
        Some(next)
    }
}
