//! What keys, clicks and actions do to the pane.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::EnginePane;
use super::opened::Opened;
use super::page::Hit;
use super::sheet::View;
use super::tables::Tab;
use crate::facts::{Kind, Link};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, EngineEffect, ShellEffect};
use crate::tui::screen::confirm::Answer;

impl EnginePane {
    /// Every key while `takes_keys`.
    pub fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.dirty = true;
        if let Some(popup) = &mut self.popup {
            let answer = popup.key(key);
            return self.answered(answer);
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => self.filtering = false,
            KeyCode::Esc => {
                self.filtering = false;
                self.set_filter(String::new());
            }
            KeyCode::Char('c') if control => {
                self.filtering = false;
                self.set_filter(String::new());
            }
            KeyCode::Char('u' | 'w') if control => self.set_filter(String::new()),
            KeyCode::Backspace => {
                let mut filter = self.filter().to_owned();
                // Erasing in an empty field leaves it, as in less and vim.
                self.filtering = filter.pop().is_some();
                self.set_filter(filter);
            }
            KeyCode::Up => return self.act(Action::Up),
            KeyCode::Down => return self.act(Action::Down),
            KeyCode::PageUp => return self.act(Action::PageUp),
            KeyCode::PageDown => return self.act(Action::PageDown),
            KeyCode::Char(c) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
                let filter = format!("{}{c}", self.filter());
                self.set_filter(filter);
            }
            _ => {}
        }
        Vec::new()
    }

    pub fn paste(&mut self, text: &str) {
        self.dirty = true;
        if let Some(popup) = &mut self.popup {
            popup.paste(text);
        } else if self.filtering {
            let line: String =
                text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
            let filter = format!("{}{line}", self.filter());
            self.set_filter(filter);
        }
    }

    /// Row and column within the area that was arranged.
    pub fn click(&mut self, row: u16, col: u16) -> Vec<Effect> {
        self.dirty = true;
        match self.page.hit(row, col) {
            Some(Hit::Tab(tab)) => {
                let effects = self.close();
                self.go_to(tab);
                effects
            }
            Some(Hit::View(view)) => self.show(view),
            Some(Hit::Back) => self.close(),
            Some(Hit::Row(at)) if self.tab == Tab::Wire => {
                self.wire.click(at);
                Vec::new()
            }
            Some(Hit::Row(at)) => {
                let list = &mut self.lists[self.tab as usize];
                if list.at == at && list.selected.is_some() {
                    return self.act(Action::OpenDetail);
                }
                list.select(&self.snapshot, self.tab, at);
                Vec::new()
            }
            Some(Hit::Install) => self.act(Action::TypeCommand),
            None => Vec::new(),
        }
    }

    /// `area` is what the popup was drawn in.
    pub fn click_popup(&mut self, area: Rect, row: u16, col: u16) -> Vec<Effect> {
        self.dirty = true;
        let Some(popup) = &mut self.popup else { return Vec::new() };
        let answer = popup.click(area, row, col);
        self.answered(answer)
    }

    fn answered(&mut self, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Open => Vec::new(),
            Answer::No => {
                self.popup = None;
                Vec::new()
            }
            Answer::Yes(effects) => {
                self.popup = None;
                effects
            }
        }
    }

    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        self.dirty = true;
        self.notice.clear();
        let page = self.page.room.saturating_sub(1).max(1);
        if self.tab == Tab::Wire
            && let Some(effects) = self.wire.act(action, page)
        {
            return effects;
        }
        match action {
            Action::OpenDetail | Action::Confirm if self.is_absent() => return vec![Effect::Wake],
            Action::Up => self.move_by(-1),
            Action::Down => self.move_by(1),
            Action::PageUp => self.move_by(-(page as isize)),
            Action::PageDown => self.move_by(page as isize),
            Action::Top => match &mut self.opened {
                Some(opened) => opened.top(),
                None => self.lists[self.tab as usize].select(&self.snapshot, self.tab, 0),
            },
            Action::Bottom => match &mut self.opened {
                Some(opened) => opened.bottom(),
                None => self.lists[self.tab as usize].select(&self.snapshot, self.tab, usize::MAX),
            },
            Action::NextTab | Action::PreviousTab => {
                let step = if action == Action::NextTab { 1 } else { Tab::ALL.len() - 1 };
                let effects = self.close();
                self.go_to(Tab::ALL[(self.tab as usize + step) % Tab::ALL.len()]);
                return effects;
            }
            Action::OpenDetail | Action::Confirm if self.opened.is_none() => {
                let list = &mut self.lists[self.tab as usize];
                if list.project().is_none() || !list.toggle(&self.snapshot, self.tab) {
                    return self.open();
                }
                self.widths[self.tab as usize] = None;
            }
            Action::Toggle if self.opened.is_none() => {
                self.lists[self.tab as usize].toggle(&self.snapshot, self.tab);
                self.widths[self.tab as usize] = None;
            }
            Action::Cancel => return self.cancel(),
            Action::NextView | Action::PreviousView => {
                if let Some(opened) = &mut self.opened {
                    opened.step(action == Action::NextView);
                    let view = opened.view;
                    return self.show(view);
                }
            }
            Action::FollowLogs => {
                if let Some(opened) = &mut self.opened
                    && opened.kind == Kind::Container
                {
                    if opened.view == View::Logs {
                        opened.logs.toggle_follow();
                    } else {
                        return self.show(View::Logs);
                    }
                } else if self.opened.is_none() && self.tab == Tab::Containers {
                    let mut effects = self.open();
                    effects.extend(self.show(View::Logs));
                    return effects;
                }
            }
            Action::Filter | Action::Search => {
                self.filtering = self.opened.as_ref().is_none_or(|opened| opened.view == View::Logs);
            }
            Action::SendName | Action::SendId | Action::SendImage => {
                if let Some(text) = self.words_to_send(action) {
                    return vec![Effect::Shell(ShellEffect::Insert(text))];
                }
            }
            Action::Copy => return self.text_to_copy().map(Effect::Copy).into_iter().collect(),
            Action::TypeCommand => {
                if let Some(command) = self.offered() {
                    return vec![Effect::Shell(ShellEffect::Type(one_line(command)))];
                }
            }
            Action::StopContainer
            | Action::StartContainer
            | Action::RestartContainer
            | Action::PauseContainer
            | Action::Remove => return self.ask(action),
            Action::EnterContainer => match self.way_in() {
                Ok(command) => return vec![Effect::Shell(ShellEffect::Type(command))],
                Err(why_not) => self.notice = why_not,
            },
            Action::SearchNext
            | Action::SearchPrevious
            | Action::ToggleMatches
            | Action::ToggleTimes
            | Action::ToggleWrap
            | Action::SaveLog => return self.act_on_log(action),
            _ => {}
        }
        Vec::new()
    }

    fn act_on_log(&mut self, action: Action) -> Vec<Effect> {
        let Some(opened) = self.opened.as_mut().filter(|opened| opened.view == View::Logs) else {
            return Vec::new();
        };
        let logs = &mut opened.logs;
        match action {
            Action::ToggleTimes => logs.toggle_times(&self.zone),
            Action::ToggleWrap => logs.toggle_wrap(),
            Action::SaveLog if logs.len() == 0 => self.notice = "There is no line to save.".to_owned(),
            Action::SaveLog => {
                let (name, text) = (opened.name.clone(), logs.text());
                return vec![Effect::Engine(EngineEffect::SaveLog { name, text })];
            }
            _ if logs.filter.is_empty() => {
                self.notice = "Type what to look for first, after /".to_owned();
            }
            Action::ToggleMatches => logs.toggle_all(),
            _ => {
                if !logs.jump(action == Action::SearchNext) {
                    self.notice = "No other line matches there.".to_owned();
                }
            }
        }
        Vec::new()
    }

    fn move_by(&mut self, rows: isize) {
        if let Some(opened) = &mut self.opened {
            if rows < 0 { opened.up(rows.unsigned_abs()) } else { opened.down(rows.unsigned_abs()) }
        } else {
            let list = &mut self.lists[self.tab as usize];
            let at = list.at.saturating_add_signed(rows);
            list.select(&self.snapshot, self.tab, at);
        }
    }

    pub(super) fn go_to(&mut self, tab: Tab) {
        self.tab = tab;
        self.filtering = false;
    }

    fn cancel(&mut self) -> Vec<Effect> {
        let logs_filtered =
            self.opened.as_ref().is_some_and(|o| o.view == View::Logs && !o.logs.filter.is_empty());
        if logs_filtered || self.opened.is_none() {
            self.set_filter(String::new());
            return Vec::new();
        }
        self.close()
    }

    fn open(&mut self) -> Vec<Effect> {
        let Some((kind, id, name)) = self.selected() else { return Vec::new() };
        self.filtering = false;
        self.opened = Some(Opened::new(kind, id.clone(), name));
        vec![Effect::Engine(EngineEffect::Inspect { kind, id })]
    }

    fn close(&mut self) -> Vec<Effect> {
        self.filtering = false;
        match self.opened.take() {
            Some(opened) if opened.logs.asked => vec![Effect::Engine(EngineEffect::FollowLogs(None))],
            _ => Vec::new(),
        }
    }

    fn show(&mut self, view: View) -> Vec<Effect> {
        self.filtering = false;
        let Some(opened) = &mut self.opened else { return Vec::new() };
        opened.show(view);
        if view == View::Logs && !opened.logs.asked {
            opened.logs.asked = true;
            return vec![Effect::Engine(EngineEffect::FollowLogs(Some(opened.id.clone())))];
        }
        if view == View::Changes {
            return vec![Effect::Engine(EngineEffect::Compare(opened.id.clone()))];
        }
        Vec::new()
    }

    /// The command that the pane shows now: how to get an engine, or something into an empty list.
    fn offered(&self) -> Option<&str> {
        let list = &self.lists[self.tab as usize];
        match self.link {
            Link::Absent { .. } => self.install.as_deref(),
            Link::Live if self.opened.is_none() && list.shown.is_empty() && list.filter.is_empty() => {
                Some(self.tab.suggestion())
            }
            _ => None,
        }
    }

    fn words_to_send(&self, action: Action) -> Option<String> {
        if let (Action::SendName, None, Some(project)) =
            (action, &self.opened, self.lists[self.tab as usize].project())
        {
            return Some(one_line(project));
        }
        let (kind, id, name) = self.selected()?;
        let text = match (action, kind) {
            (Action::SendId, Kind::Volume) => id,
            (Action::SendId, _) => crate::facts::short_id(&id).to_owned(),
            (Action::SendImage, Kind::Container) => self.snapshot.container(&id)?.image.clone(),
            (Action::SendImage, Kind::Volume | Kind::Network) => return None,
            _ => name,
        };
        Some(one_line(&text))
    }

    fn text_to_copy(&self) -> Option<String> {
        match &self.opened {
            Some(opened) if opened.view == View::Logs => Some(opened.logs.text()),
            Some(opened) => Some(opened.id.clone()),
            None => self.selected().map(|(_, _, name)| name),
        }
    }
}

/// What goes to the prompt must not run by itself.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
