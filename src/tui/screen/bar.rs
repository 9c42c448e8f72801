//! The line at the bottom: what the keys do here, or what just happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use crate::tui::action::Action;
use crate::tui::layout::Pane;
use crate::tui::theme::Theme;

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
    let line = match notice {
        Some(notice) => {
            let (mark, style) = match notice.tone {
                Tone::Good => ("✓", theme.ok),
                Tone::Plain => ("·", theme.info),
                Tone::Trouble => ("!", theme.warn),
            };
            Line::from(vec![
                Span::styled(format!(" {mark} "), style),
                Span::styled(notice.text.as_str(), style),
            ])
        }
        None => {
            let mut spans = vec![Span::raw(" ")];
            let mut used = 1;
            for (key, action) in keys {
                let Some(word) = word(*action, focus) else { continue };
                let width = key.width() + word.width() + 3;
                if used + width > room {
                    break;
                }
                used += width;
                spans.push(Span::styled(key.as_str(), theme.key));
                spans.push(Span::styled(format!(" {word}  "), theme.bar));
            }
            Line::from(spans)
        }
    };
    let [left, corner] = [
        Rect { width: area.width - right_width, ..area },
        Rect { x: area.right() - right_width, width: right_width, ..area },
    ];
    Paragraph::new(line).render(left, buf);
    Paragraph::new(Line::styled(right, theme.bar)).render(corner, buf);
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
        _ => return None,
    })
}
