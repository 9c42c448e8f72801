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

pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    keys: &[(String, Action)],
    focus: Pane,
    right: &str,
    notice: Option<&Notice>,
) {
    buf.set_style(area, theme.bar);
    let right_width = (right.width() as u16 + 1).min(area.width);
    let room = usize::from(area.width - right_width);
    let left = Rect { width: area.width - right_width, ..area };
    match notice {
        Some(notice) => say(area, left.width, buf, theme, notice),
        None => {
            let mut spans = vec![Span::raw(" ")];
            for (key, word) in fitting(keys, focus, room.saturating_sub(1)) {
                spans.push(Span::styled(key, theme.key));
                spans.push(Span::styled(format!(" {word}  "), theme.bar));
            }
            Paragraph::new(Line::from(spans)).render(left, buf);
        }
    }
    let corner = Rect { x: area.right() - right_width, width: right_width, ..area };
    Paragraph::new(Line::styled(right, theme.bar)).render(corner, buf);
}

/// As many keys as there is room for, the first ones first; those that lead out of everywhere are not left out for others.
fn fitting(keys: &[(String, Action)], focus: Pane, room: usize) -> Vec<(&str, &'static str)> {
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
    fits.map(|(_, key)| key).collect()
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
        let shown = |room| fitting(&keys, Pane::Lesson, room).iter().map(|(key, _)| *key).collect::<String>();
        assert_eq!(shown(80), "am?q");
        assert_eq!(shown(20), "a?");
        assert_eq!(shown(9), "?");
        assert_eq!(shown(3), "");
    }
}
