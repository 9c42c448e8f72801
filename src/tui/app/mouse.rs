//! What the mouse does: the topmost thing under it gets it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use ratatui::layout::Position;

use super::{App, Popup, draw};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::layout::{Pane, Screen};

/// Two clicks on one place within this time are a double click.
const DOUBLE_CLICK: SignedDuration = SignedDuration::from_millis(400);

impl App {
    pub(super) fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        if let Some(effects) = self.questions.mouse(self.area, mouse) {
            return effects;
        }
        let position = Position::new(mouse.column, mouse.row);
        let pressed = mouse.kind == MouseEventKind::Down(MouseButton::Left);
        if let (true, Some(bar)) = (pressed, self.screen().bar().filter(|bar| bar.contains(position)))
            && let Some(action) = draw::bar_at(self, bar, mouse.column)
        {
            self.notice = None;
            return self.act(action, None);
        }
        if let (Some(Popup::Confirm(confirm)), MouseEventKind::Down(MouseButton::Left)) =
            (&mut self.popup, mouse.kind)
        {
            let answer = confirm.click(self.area, mouse.row, mouse.column);
            return self.answered(answer);
        }
        if let Some(popup) = &self.popup {
            if let (Popup::Contents(contents), MouseEventKind::Down(MouseButton::Left)) = (popup, mouse.kind)
                && let Some(place) = contents.click(self.area, Position::new(mouse.column, mouse.row))
            {
                self.popup = None;
                return self.lesson.go_to(place);
            }
            return match mouse.kind {
                MouseEventKind::ScrollUp => self.popup_act(Action::Up),
                MouseEventKind::ScrollDown => self.popup_act(Action::Down),
                _ => Vec::new(),
            };
        }
        if self.lesson.is_covered() {
            return match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => {
                    self.lesson.over_click(self.area, Position::new(mouse.column, mouse.row))
                }
                MouseEventKind::ScrollUp => self.lesson.over_act(Action::Up),
                MouseEventKind::ScrollDown => self.lesson.over_act(Action::Down),
                _ => Vec::new(),
            };
        }
        if self.engine.popup().is_some() {
            return match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => {
                    self.engine.click_popup(self.area, mouse.row, mouse.column)
                }
                _ => Vec::new(),
            };
        }
        let screen = self.screen();
        // What was pressed in the shell is dragged and let go there, wherever the pointer is by then.
        if self.held_in_shell && matches!(mouse.kind, MouseEventKind::Drag(_) | MouseEventKind::Up(_)) {
            self.held_in_shell = matches!(mouse.kind, MouseEventKind::Drag(_));
            let body = screen.body(Pane::Shell);
            return body.map(|body| self.shell.mouse(mouse, body)).unwrap_or_default();
        }
        let again = pressed && self.clicks_again(position);
        if let (Screen::Tabs { tabs, .. }, true) = (&screen, pressed)
            && mouse.row == tabs.y
        {
            if again && self.wishes.zoom {
                return self.zoom(false);
            }
            return draw::tab_at(mouse.column).map(|pane| self.focus(pane)).unwrap_or_default();
        }
        let Some(pane) = screen.at(mouse.column, mouse.row) else { return Vec::new() };
        let Some(body) = screen.body(pane) else { return Vec::new() };
        let mut effects = Vec::new();
        let on_frame = !body.contains(position);
        if matches!(mouse.kind, MouseEventKind::Down(_)) {
            effects = self.focus(pane);
            self.held_in_shell = pane == Pane::Shell && !on_frame;
        }
        if on_frame && pressed {
            if again {
                effects.extend(self.zoom(true));
            }
            return effects;
        }
        let at = (mouse.row.saturating_sub(body.y), mouse.column.saturating_sub(body.x));
        match (pane, mouse.kind) {
            (Pane::Shell, _) => effects.extend(self.shell.mouse(mouse, body)),
            (Pane::Lesson, MouseEventKind::ScrollUp) => effects.extend(self.lesson.wheel(-3)),
            (Pane::Lesson, MouseEventKind::ScrollDown) => effects.extend(self.lesson.wheel(3)),
            (Pane::Lesson, MouseEventKind::Down(MouseButton::Left)) => {
                effects.extend(self.lesson.click(position))
            }
            (Pane::Engine, kind) if self.seat.has_engines_place() => match kind {
                MouseEventKind::ScrollUp => effects.extend(self.view_shell_act(Action::Up)),
                MouseEventKind::ScrollDown => effects.extend(self.view_shell_act(Action::Down)),
                _ => {}
            },
            (Pane::Engine, MouseEventKind::ScrollUp) => effects.extend(self.engine.act(Action::Up)),
            (Pane::Engine, MouseEventKind::ScrollDown) => effects.extend(self.engine.act(Action::Down)),
            (Pane::Engine, MouseEventKind::Down(MouseButton::Left)) => {
                let clicked = self.engine.click(at.0, at.1);
                effects.extend(self.route(clicked));
            }
            _ => {}
        }
        effects
    }

    /// Whether the button went down a moment ago at the same place, too.
    fn clicks_again(&mut self, position: Position) -> bool {
        let last = self.clicked.replace((position, self.now));
        let again =
            last.is_some_and(|(at, when)| at == position && self.now.duration_since(when) < DOUBLE_CLICK);
        if again {
            // A third click is a first one.
            self.clicked = None;
        }
        again
    }
}
