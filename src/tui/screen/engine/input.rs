//! What keys, clicks and actions do to the pane.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::opened::{Of, Opened};
use super::page::Hit;
use super::several::Several;
use super::sheet::View;
use super::since::Since;
use super::tables::Tab;
use super::{EnginePane, Field};
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
            KeyCode::Enter => return self.typed(),
            KeyCode::Esc => self.leave_field(),
            KeyCode::Char('c') if control => self.leave_field(),
            KeyCode::Char('u' | 'w') if control => self.set_field(String::new()),
            KeyCode::Backspace => {
                let mut text = self.field().to_owned();
                // Erasing in an empty field leaves it, as in less and vim.
                if text.pop().is_some() { self.set_field(text) } else { self.leave_field() }
            }
            KeyCode::Up => return self.act(Action::Up),
            KeyCode::Down => return self.act(Action::Down),
            KeyCode::PageUp => return self.act(Action::PageUp),
            KeyCode::PageDown => return self.act(Action::PageDown),
            KeyCode::Char(c) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
                let text = format!("{}{c}", self.field());
                self.set_field(text);
            }
            _ => {}
        }
        Vec::new()
    }

    fn field(&self) -> &str {
        match &self.typing {
            Some(Field::Since(text)) => text,
            _ => self.filter(),
        }
    }

    fn set_field(&mut self, text: String) {
        match &mut self.typing {
            Some(Field::Since(since)) => *since = text,
            _ => self.set_filter(text),
        }
    }

    fn leave_field(&mut self) {
        if self.typing.take() == Some(Field::Filter) {
            self.set_filter(String::new());
        }
    }

    /// Enter: a filter holds already, and what is not a time yet stays open.
    fn typed(&mut self) -> Vec<Effect> {
        let Some(Field::Since(text)) = &self.typing else {
            self.typing = None;
            return Vec::new();
        };
        let since = Since::read(text, self.now, &self.zone);
        if since.is_none() && !text.trim().is_empty() {
            return Vec::new();
        }
        self.typing = None;
        let Some(opened) = &mut self.opened else { return Vec::new() };
        opened.logs.set_since(since);
        vec![Effect::Engine(EngineEffect::FollowLogs(opened.logs.wanted(|_| true)))]
    }

    pub fn paste(&mut self, text: &str) {
        self.dirty = true;
        if let Some(popup) = &mut self.popup {
            popup.paste(text);
        } else if self.typing.is_some() {
            let line: String =
                text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
            let text = format!("{}{line}", self.field());
            self.set_field(text);
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
                    && opened.views().contains(&View::Logs)
                {
                    if opened.view == View::Logs {
                        opened.logs.toggle_follow();
                    } else {
                        return self.show(View::Logs);
                    }
                } else if self.opened.is_none() && self.tab == Tab::Containers {
                    if let Some(project) = self.lists[self.tab as usize].project() {
                        return self.open_several(Several::Project(project.to_owned()));
                    }
                    let mut effects = self.open();
                    effects.extend(self.show(View::Logs));
                    return effects;
                }
            }
            Action::FollowAllLogs if self.opened.is_none() && self.tab == Tab::Containers => {
                return self.open_several(Several::Found(self.filter().to_owned()));
            }
            Action::Filter | Action::Search => {
                let there = self.opened.as_ref().is_none_or(|opened| opened.view == View::Logs);
                self.typing = there.then_some(Field::Filter);
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
            | Action::LogSince
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
            Action::LogSince => {
                let text = logs.since.as_ref().map(|since| since.text.clone());
                self.typing = Some(Field::Since(text.unwrap_or_default()));
            }
            Action::SaveLog if logs.len() == 0 => self.notice = "There is no line to save.".to_owned(),
            Action::SaveLog => {
                let name = match &opened.of {
                    Of::One(..) => opened.name.clone(),
                    Of::Several(several) => several.file().to_owned(),
                };
                let text = logs.text();
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
        self.typing = None;
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
        self.typing = None;
        self.opened = Some(Opened::one(kind, id.clone(), name));
        vec![Effect::Engine(EngineEffect::Inspect { kind, id })]
    }

    fn open_several(&mut self, several: Several) -> Vec<Effect> {
        let members = several.members(&self.snapshot);
        if members.is_empty() {
            self.notice = "There is no container here whose log could be read.".to_owned();
            return Vec::new();
        }
        let title = several.title(&self.snapshot);
        let opened = self.opened.insert(Opened::several(several, title, members));
        vec![Effect::Engine(EngineEffect::FollowLogs(opened.logs.wanted(|_| true)))]
    }

    fn close(&mut self) -> Vec<Effect> {
        self.typing = None;
        match self.opened.take() {
            Some(opened) if opened.logs.asked => vec![Effect::Engine(EngineEffect::FollowLogs(Vec::new()))],
            _ => Vec::new(),
        }
    }

    fn show(&mut self, view: View) -> Vec<Effect> {
        self.typing = None;
        let Some(opened) = &mut self.opened else { return Vec::new() };
        opened.show(view);
        if view == View::Logs && !opened.logs.asked {
            opened.logs.asked = true;
            return vec![Effect::Engine(EngineEffect::FollowLogs(opened.logs.wanted(|_| true)))];
        }
        match opened.object() {
            Some((_, id)) if view == View::Changes => {
                vec![Effect::Engine(EngineEffect::Compare(id.to_owned()))]
            }
            _ => Vec::new(),
        }
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
            Some(opened) => opened.object().map(|(_, id)| id.to_owned()),
            None => self.selected().map(|(_, _, name)| name),
        }
    }
}

/// What goes to the prompt must not run by itself.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
