//! The line at the bottom: what the keys do here, or what just happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::task;
use crate::tui::action::Action;
use crate::tui::layout::Pane;
use crate::tui::theme::Theme;
use crate::tui::widget::markdown;

/// More than this would hide what the learner works on.
const MOST_ROWS: u16 = 4;

/// Something said once, until the next key or until its time is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub text: String,
    pub tone: Tone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Plain,
    Trouble,
}

/// What stands in the line at the bottom.
pub struct Bar<'a> {
    pub keys: &'a [(String, Action)],
    pub focus: Pane,
    /// Where one is, at the right.
    pub right: &'a str,
    pub notice: Option<&'a Notice>,
}

/// A key with its word, and where it stands.
struct Hint<'a> {
    x: u16,
    key: &'a str,
    word: &'static str,
    action: Action,
}

impl Hint<'_> {
    fn width(&self) -> u16 {
        (self.key.width() + self.word.width() + 1) as u16
    }
}

impl Bar<'_> {
    /// Where the corner begins, and the hints before it. Beside a notice, only the way out of the shell is left of them: nothing in there
    /// but that key leads out.
    fn hints(&self, area: Rect) -> (u16, Vec<Hint<'_>>) {
        let mut end = area.right() - (self.right.width() as u16 + 1).min(area.width);
        let mut hints = Vec::new();
        if self.notice.is_none() {
            let mut x = area.x + 1;
            for (key, word, action) in fitting(self.keys, self.focus, usize::from(end.saturating_sub(x))) {
                let hint = Hint { x, key, word, action };
                x += hint.width() + 2;
                hints.push(hint);
            }
        } else if let Some((key, action)) =
            self.keys.iter().find(|(_, action)| self.focus == Pane::Shell && *action == Action::ToggleShell)
            && let Some(word) = word(*action, self.focus)
        {
            let mut hint = Hint { x: 0, key, word, action: *action };
            hint.x = end.saturating_sub(hint.width() + 2);
            end = hint.x;
            hints.push(hint);
        }
        (end, hints)
    }

    /// The verb of the hint in this column.
    pub fn at(&self, area: Rect, column: u16) -> Option<Action> {
        let (_, hints) = self.hints(area);
        hints.iter().find(|hint| (hint.x..hint.x + hint.width()).contains(&column)).map(|hint| hint.action)
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        buf.set_style(area, theme.bar);
        let (end, hints) = self.hints(area);
        if let Some(notice) = self.notice {
            say(area, end - area.x, buf, theme, notice);
        }
        for hint in hints {
            let line = Line::from(vec![
                Span::styled(hint.key, theme.key),
                Span::styled(format!(" {}", hint.word), theme.bar),
            ]);
            let place = Rect { x: hint.x, width: hint.width(), ..area };
            Paragraph::new(line).render(place.intersection(area), buf);
        }
        let width = (self.right.width() as u16 + 1).min(area.width);
        let corner = Rect { x: area.right() - width, width, ..area };
        Paragraph::new(Line::styled(self.right, theme.bar)).render(corner, buf);
    }
}

/// As many keys as there is room for, the first ones first; those that lead out of everywhere are not left out for others.
fn fitting(keys: &[(String, Action)], focus: Pane, room: usize) -> Vec<(&str, &'static str, Action)> {
    let width = |(key, word): (&str, &str)| key.width() + word.width() + 3;
    let shown =
        keys.iter().filter_map(|(key, action)| Some((*action, (key.as_str(), word(*action, focus)?))));
    let shown: Vec<_> = shown.collect();
    let kept = |action: Action| matches!(action, Action::Help | Action::ToggleShell);
    let reserved: usize = shown.iter().filter(|(action, _)| kept(*action)).map(|(_, key)| width(*key)).sum();
    let mut left = room.checked_sub(reserved);
    let fits = shown.into_iter().filter(|(action, key)| {
        if kept(*action) {
            return reserved <= room;
        }
        left = left.and_then(|left| left.checked_sub(width(*key)));
        left.is_some()
    });
    fits.map(|(action, (key, word))| (key, word, action)).collect()
}

/// A sentence that is too long for one row rises over the rows above: what to do comes at its end.
fn say(area: Rect, width: u16, buf: &mut Buffer, theme: &Theme, notice: &Notice) {
    let (mark, style) = match notice.tone {
        Tone::Good => ("✓", theme.ok),
        Tone::Plain => ("·", theme.info),
        Tone::Trouble => ("!", theme.warn),
    };
    let text = task::inlines(&notice.text);
    let rows = markdown::wrap(&text, style, usize::from(width.saturating_sub(4)).max(1), theme);
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).min(MOST_ROWS).min(area.y + 1);
    let over = Rect { y: area.y + 1 - height, height, ..area };
    Clear.render(over, buf);
    buf.set_style(over, theme.bar);
    for (i, (row, line)) in over.rows().zip(rows).enumerate() {
        let lead = if i == 0 { format!(" {mark} ") } else { "   ".into() };
        let mut spans = vec![Span::styled(lead, style)];
        spans.extend(line.spans);
        Paragraph::new(Line::from(spans)).render(row, buf);
    }
}

/// One or two words for a verb; the whole sentence is in the help. A verb without words is not shown.
fn word(action: Action, focus: Pane) -> Option<&'static str> {
    Some(match action {
        Action::Quit => "quit",
        Action::Help => "keys",
        Action::NextPane => "next pane",
        Action::ToggleShell if focus == Pane::Shell => "lesson",
        Action::ToggleShell => "shell",
        Action::Zoom => "zoom",
        Action::Contents => "lessons",
        Action::NextStep => "next",
        Action::PreviousStep => "back",
        Action::TypeCommand => "type command",
        Action::Answer => "answer",
        Action::Hint => "hint",
        Action::AnswerTask => "answer",
        Action::BeginExercise => "begin",
        Action::CheckNow => "check",
        Action::NextTab => "next list",
        Action::NextView => "next view",
        Action::OpenDetail => "details",
        Action::Filter => "filter",
        Action::SendName => "name to shell",
        Action::ScrollShellUp => "look back",
        Action::Confirm => "choose",
        Action::Cancel => "close",
        Action::Overview => "slides",
        Action::FollowClass => "to the class",
        Action::RaiseHand => "hand",
        Action::ViewShell => "their shell",
        Action::Board => "board",
        Action::Poll => "poll",
        Action::Presenter => "presenter view",
        Action::SortBoard => "sort",
        Action::SendHint => "hint",
        Action::SendHintToAll => "hint to all",
        Action::WriteHint => "write a hint",
        Action::LowerHand => "hand down",
        Action::CloseShell => "close the shell",
        Action::ScrollRight => "to the right",
        Action::Up => "up",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_that_lead_out_of_everywhere_outlive_the_others() {
        let keys = [("a", Action::Answer), ("m", Action::Contents), ("?", Action::Help), ("q", Action::Quit)];
        let keys = keys.map(|(key, action)| (key.to_owned(), action));
        let shown =
            |room| fitting(&keys, Pane::Lesson, room).iter().map(|(key, ..)| *key).collect::<String>();
        assert_eq!(shown(80), "am?q");
        assert_eq!(shown(20), "a?");
        assert_eq!(shown(9), "?");
        assert_eq!(shown(3), "");
    }

    fn in_shell<'a>(keys: &'a [(String, Action)], notice: Option<&'a Notice>) -> Bar<'a> {
        Bar { keys, focus: Pane::Shell, right: "3/12 ", notice }
    }

    fn drawn(bar: &Bar<'_>, area: Rect) -> String {
        let mut buf = Buffer::empty(area);
        bar.draw(Rect { y: area.bottom() - 1, height: 1, ..area }, &mut buf, &Theme::default());
        (0..area.width).map(|x| buf[(x, area.bottom() - 1)].symbol()).collect()
    }

    #[test]
    fn a_notice_leaves_the_way_out_of_the_shell() {
        let keys = [("F12".to_owned(), Action::ToggleShell), ("Ctrl-]".to_owned(), Action::Zoom)];
        let text = "The disk is full. ".repeat(30);
        let notice = Notice { text, tone: Tone::Trouble };
        for width in [40, 80, 120] {
            let area = Rect::new(0, 0, width, 6);
            let bar = in_shell(&keys, Some(&notice));
            let row = drawn(&bar, area);
            assert!(row.contains("F12 lesson") && row.contains("3/12"), "{row}");
            let column = row.find("F12").unwrap() as u16;
            assert_eq!(bar.at(Rect::new(0, 5, width, 1), column), Some(Action::ToggleShell));
        }
    }

    #[test]
    fn what_the_bar_names_is_under_the_mouse() {
        let keys = [("F12".to_owned(), Action::ToggleShell), ("Ctrl-]".to_owned(), Action::Zoom)];
        let (area, bar) = (Rect::new(0, 0, 80, 1), in_shell(&keys, None));
        let row = drawn(&bar, area);
        let column = |word: &str| row.find(word).unwrap() as u16;
        for word in ["F12", "lesson"] {
            assert_eq!(bar.at(area, column(word)), Some(Action::ToggleShell), "{word}: {row}");
        }
        assert_eq!(bar.at(area, column("zoom")), Some(Action::Zoom));
        assert_eq!(bar.at(area, column("3/12")), None);
        assert_eq!(bar.at(area, 0), None);
    }
}
