//! What the mouse does: the topmost thing under it gets it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{App, Popup, draw};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::layout::{Pane, Screen};

impl App {
    pub(super) fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        if let Some(effects) = self.questions.mouse(self.area, mouse) {
            return effects;
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
        if let (Screen::Tabs { tabs, .. }, MouseEventKind::Down(MouseButton::Left)) = (&screen, mouse.kind)
            && mouse.row == tabs.y
        {
            return draw::tab_at(mouse.column).map(|pane| self.focus(pane)).unwrap_or_default();
        }
        let Some(pane) = screen.at(mouse.column, mouse.row) else { return Vec::new() };
        let Some(body) = screen.body(pane) else { return Vec::new() };
        let mut effects = Vec::new();
        if matches!(mouse.kind, MouseEventKind::Down(_)) {
            effects = self.focus(pane);
            self.held_in_shell = pane == Pane::Shell;
        }
        let at = (mouse.row.saturating_sub(body.y), mouse.column.saturating_sub(body.x));
        let position = Position::new(mouse.column, mouse.row);
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
}
