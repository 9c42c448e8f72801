//! What an instructor opens over the screen: join code, board, one learner's page, and a line to write.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::board::{Board, task_name};
use super::lead::{Addressed, Did, Leading};
use super::viewer::Viewer;
use super::{code, page};
use crate::class::{Lead, LearnerId};
use crate::course::{Course, Vars};
use crate::tui::action::Action;
use crate::tui::keymap::Context;
use crate::tui::screen::lesson::LessonPane;
use crate::tui::theme::Theme;
use crate::tui::widget::field::Field;
use crate::tui::widget::popup;

#[derive(Clone, Debug)]
pub enum View {
    Code,
    Board(Board),
    Page {
        learner: LearnerId,
        board: Board,
    },
    /// The shell that a learner shares.
    Shell {
        learner: LearnerId,
        board: Board,
        viewer: Viewer,
    },
    Write {
        what: Write,
        field: Field,
    },
    /// A hint in the instructor's own words, over what it was asked for from.
    Hint {
        addressed: Addressed,
        field: Field,
        back: Box<View>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    Note,
    Timer,
}

/// What became of a view after a key.
pub enum Viewed {
    Stays,
    Closed,
    Did(Did),
    /// It is closed, and this is to be done.
    ClosedWith(Did),
}

impl View {
    pub fn board() -> Self {
        Self::Board(Board::default())
    }

    pub fn note() -> Self {
        Self::Write { what: Write::Note, field: Field::default() }
    }

    pub fn timer() -> Self {
        Self::Write { what: Write::Timer, field: Field::new("10") }
    }

    pub fn contexts(&self) -> Vec<Context> {
        match self {
            Self::Board(_) | Self::Page { .. } => vec![Context::Board, Context::Popup],
            Self::Shell { .. } => vec![Context::Board, Context::Viewer, Context::Popup],
            Self::Code => vec![Context::Lead, Context::Popup],
            Self::Write { .. } | Self::Hint { .. } => vec![Context::Popup],
        }
    }

    /// Whether the verb means something here, so that the bar names it.
    pub fn offers(&self, action: Action) -> bool {
        match self {
            Self::Board(_) => action != Action::CloseShell,
            Self::Page { .. } => !matches!(action, Action::Confirm | Action::SortBoard | Action::CloseShell),
            Self::Shell { .. } => matches!(action, Action::Cancel | Action::CloseShell | Action::WriteHint),
            Self::Code => action == Action::Cancel,
            Self::Write { .. } | Self::Hint { .. } => false,
        }
    }

    /// A key for the line that is being written, if there is one.
    pub fn key(&mut self, key: KeyEvent) -> Option<Viewed> {
        if let Self::Hint { addressed, field, back } = self {
            let text = field.text().trim();
            let viewed = match key.code {
                KeyCode::Enter if !text.is_empty() => Viewed::Did(addressed.say(text)),
                KeyCode::Enter | KeyCode::Esc => Viewed::Stays,
                _ => {
                    field.key(key);
                    return Some(Viewed::Stays);
                }
            };
            *self = (**back).clone();
            return Some(viewed);
        }
        let Self::Write { what, field } = self else { return None };
        Some(match key.code {
            KeyCode::Esc => Viewed::Closed,
            KeyCode::Enter if field.text().trim().is_empty() => Viewed::Closed,
            KeyCode::Enter => Viewed::ClosedWith(match what {
                Write::Note => Did::Lead(vec![Lead::Note(field.text().trim().to_owned())]),
                Write::Timer => match Leading::timer(field.text()) {
                    Ok(lead) => Did::Lead(vec![lead]),
                    Err(why) => Did::Tell(why),
                },
            }),
            _ => {
                field.key(key);
                Viewed::Stays
            }
        })
    }

    pub fn paste(&mut self, text: &str) {
        if let Self::Write { field, .. } | Self::Hint { field, .. } = self {
            field.insert(text.lines().next().unwrap_or_default());
        }
    }

    pub fn act(&mut self, action: Action, leading: &mut Leading, lesson: &LessonPane) -> Viewed {
        match self {
            Self::Code | Self::Write { .. } | Self::Hint { .. } => match action {
                Action::Cancel | Action::JoinCode => Viewed::Closed,
                _ => Viewed::Stays,
            },
            Self::Board(board) => {
                let chosen = board.chosen(leading.roster());
                match (action, chosen) {
                    (Action::Cancel | Action::Board, _) => Viewed::Closed,
                    (Action::Confirm, Some(learner)) => {
                        *self = Self::Page { learner, board: board.clone() };
                        Viewed::Stays
                    }
                    (Action::LowerHand, Some(learner)) => {
                        Viewed::Did(Did::Lead(vec![Lead::LowerHand(learner)]))
                    }
                    (Action::SendHint, Some(learner)) => {
                        Viewed::Did(leading.hint(&learner, false, lesson.course()))
                    }
                    (Action::SendHintToAll, Some(learner)) => {
                        Viewed::Did(leading.hint(&learner, true, lesson.course()))
                    }
                    (Action::WriteHint | Action::WriteHintToAll, Some(learner)) => {
                        self.write_hint(&learner, action, leading, lesson.course())
                    }
                    (action, _) => {
                        board.act(action, leading.roster());
                        Viewed::Stays
                    }
                }
            }
            Self::Page { learner, board } => match action {
                Action::Cancel => {
                    *self = Self::Board(board.clone());
                    Viewed::Stays
                }
                Action::Confirm => {
                    if leading.roster().learner(learner).is_some_and(|l| l.shell.is_some()) {
                        let (learner, board) = (learner.clone(), board.clone());
                        *self = Self::Shell { learner, board, viewer: Viewer::default() };
                    }
                    Viewed::Stays
                }
                Action::SendHint => Viewed::Did(leading.hint(learner, false, lesson.course())),
                Action::SendHintToAll => Viewed::Did(leading.hint(learner, true, lesson.course())),
                Action::LowerHand => Viewed::Did(Did::Lead(vec![Lead::LowerHand(learner.clone())])),
                Action::WriteHint | Action::WriteHintToAll => {
                    let learner = learner.clone();
                    self.write_hint(&learner, action, leading, lesson.course())
                }
                _ => Viewed::Stays,
            },
            Self::Shell { learner, board, viewer } => {
                let shown = leading.roster().learner(learner).and_then(|l| l.shell.as_ref());
                match (action, shown) {
                    (Action::Cancel | Action::CloseShell, _) => {
                        let (learner, board) = (learner.clone(), board.clone());
                        *self = Self::Page { learner: learner.clone(), board };
                        if action == Action::CloseShell {
                            return Viewed::Did(Did::Lead(vec![Lead::CloseShell(learner)]));
                        }
                    }
                    (Action::WriteHint, _) => {
                        let learner = learner.clone();
                        return self.write_hint(&learner, action, leading, lesson.course());
                    }
                    (_, Some(shown)) => viewer.act(action, shown),
                    (_, None) => {}
                }
                Viewed::Stays
            }
        }
    }

    fn write_hint(
        &mut self,
        learner: &LearnerId,
        action: Action,
        leading: &Leading,
        course: &Course,
    ) -> Viewed {
        match leading.addressed(learner, action == Action::WriteHintToAll, course) {
            Ok(addressed) => {
                let (field, back) = (Field::default(), Box::new(self.clone()));
                *self = Self::Hint { addressed, field, back };
                Viewed::Stays
            }
            Err(why) => Viewed::Did(Did::Tell(why)),
        }
    }

    pub fn draw(
        &self,
        leading: &Leading,
        lesson: &LessonPane,
        now: Timestamp,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
    ) {
        match self {
            Self::Code => code::draw(leading.class(), leading.code(), leading.here(), area, buf, theme),
            Self::Board(board) => board.draw(leading, lesson.course(), now, area, buf, theme),
            Self::Page { learner, .. } => {
                page::draw(leading.roster().learner(learner), lesson.course(), now, area, buf, theme);
            }
            Self::Shell { learner, viewer, .. } => {
                Clear.render(area, buf);
                buf.set_style(area, theme.text);
                let [top, body] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
                let Some(learner) = leading.roster().learner(learner) else { return };
                let said = match &learner.shell {
                    Some(_) => "the shell that they share, read only",
                    None => "the shell is shared no more",
                };
                let title = Span::styled(format!(" {} ", learner.name), theme.title);
                buf.set_style(top, theme.bar);
                Paragraph::new(Line::from(vec![title, Span::styled(said, theme.bar)])).render(top, buf);
                if let Some(shown) = &learner.shell {
                    viewer.draw(shown, body, buf, theme);
                }
            }
            Self::Write { what, field } => {
                let title = match what {
                    Write::Note => "A note for all",
                    Write::Timer => "Minutes",
                };
                write_line(title, field, area, buf, theme);
            }
            Self::Hint { addressed, field, back } => {
                back.draw(leading, lesson, now, area, buf, theme);
                let Addressed { whom, exercise, task, .. } = addressed;
                let title = if task.is_empty() {
                    format!("A hint for {whom}")
                } else {
                    let task = task_name(lesson.course(), exercise, task, &Vars::new());
                    format!("A hint for {whom}: {task}")
                };
                write_line(&title, field, area, buf, theme);
            }
        }
    }
}

fn write_line(title: &str, field: &Field, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let inner = popup::frame(area, buf, theme, title, "Enter sends it · Esc closes", 60, 1);
    let mut line = field.line(usize::from(inner.width).saturating_sub(2), true, theme);
    line.spans.insert(0, Span::styled("> ", theme.key));
    Paragraph::new(Line::from(line.spans)).render(inner, buf);
}
