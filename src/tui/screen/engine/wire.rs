//! The wire: each command of the learner with the calls that it makes of the engine, the newest command first.

use std::collections::VecDeque;
use std::sync::Arc;

use super::wire_call;
use crate::facts::{Command, Observed, Origin};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, ShellEffect};
use crate::tui::widget::ink::{Ink, InkLine};

/// Commands that are kept, calls that are kept of one, and bytes of JSON that are kept of all.
const MOST_COMMANDS: usize = 200;
const MOST_CALLS: usize = 100;
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Wire {
    /// The newest is the first.
    commands: VecDeque<Shown>,
    bytes: usize,
    observing: Option<Result<(), String>>,
    /// None follows what is newest.
    selected: Option<Key>,
    top: usize,
    opened: Option<Opened>,
}

/// A command with its calls in the order in which they were made.
#[derive(Debug)]
struct Shown {
    command: Command,
    calls: VecDeque<Arc<Observed>>,
    /// Calls that were made before those that are kept.
    dropped: usize,
}

#[derive(Debug)]
struct Opened {
    call: u64,
    scroll: usize,
    rows: usize,
    room: usize,
}

/// A row that can be selected, known by what it shows: rows come above it all the time. A command is known by
/// its first call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Command(u64),
    Call(u64),
}

/// What stands on a line of the list.
enum Line<'a> {
    Command(&'a Shown),
    Dropped(usize),
    /// With how many there are of it.
    Ping(&'a Observed, usize),
    Call(&'a Observed),
}

impl Line<'_> {
    fn ink(&self, selected: bool, width: usize) -> InkLine {
        let mark = InkLine::of(if selected { "▸ " } else { "  " }, Ink::Key);
        let line = match self {
            Self::Command(shown) => mark.with_line(&wire_call::command(&shown.command, shown.calls.len())),
            Self::Dropped(calls) => mark.with(format!("  … {calls} calls before these"), Ink::Dim),
            Self::Ping(call, times) => mark.with("  ", Ink::Dim).with_line(&wire_call::ping(call, *times)),
            Self::Call(call) => return wire_call::row(mark.with("  ", Ink::Text), call, width),
        };
        line.cut(width)
    }
}

/// A line, whether it is selected, and its place among the rows that can be.
type Laid = (InkLine, bool, Option<usize>);

impl Wire {
    pub(super) fn push(&mut self, observed: Arc<Observed>) {
        self.bytes += weight(&observed);
        let theirs = |shown: &&mut Shown| {
            shown.command.pid == observed.command.pid && shown.command.argv == observed.command.argv
        };
        let Some(shown) = self.commands.iter_mut().find(theirs) else {
            let command = observed.command.clone();
            self.commands.push_front(Shown { command, calls: VecDeque::from([observed]), dropped: 0 });
            return self.forget();
        };
        match shown.calls.iter_mut().rev().find(|call| call.call == observed.call) {
            Some(call) => {
                self.bytes -= weight(call);
                *call = observed;
            }
            None => {
                shown.calls.push_back(observed);
                if shown.calls.len() > MOST_CALLS
                    && let Some(old) = shown.calls.pop_front()
                {
                    self.bytes -= weight(&old);
                    shown.dropped += 1;
                }
            }
        }
        self.forget();
    }

    pub(super) fn set_observing(&mut self, observing: bool, reason: String) {
        self.observing = Some(if observing { Ok(()) } else { Err(reason) });
    }

    pub(super) fn is_open(&self) -> bool {
        self.opened.is_some()
    }

    fn forget(&mut self) {
        while self.commands.len() > MOST_COMMANDS || (self.bytes > MOST_BYTES && self.commands.len() > 1) {
            let Some(old) = self.commands.pop_back() else { break };
            self.bytes -= old.calls.iter().map(|call| weight(call)).sum::<usize>();
        }
    }

    /// None: the action is not for the wire.
    pub(super) fn act(&mut self, action: Action, page: usize) -> Option<Vec<Effect>> {
        let page = isize::try_from(page).unwrap_or(isize::MAX);
        match action {
            Action::Up => self.go(-1),
            Action::Down => self.go(1),
            Action::PageUp => self.go(-page),
            Action::PageDown => self.go(page),
            Action::Top => self.go(isize::MIN),
            Action::Bottom => self.go(isize::MAX),
            Action::OpenDetail | Action::Confirm => self.open(),
            Action::Cancel => self.opened = None,
            Action::NextView => self.step(1),
            Action::PreviousView => self.step(-1),
            Action::Copy => return Some(self.text().map(Effect::Copy).into_iter().collect()),
            Action::TypeCommand if !self.commands.is_empty() => {
                let line = self.line_to_type();
                return Some(line.map(|text| Effect::Shell(ShellEffect::Type(text))).into_iter().collect());
            }
            Action::Filter
            | Action::Search
            | Action::FollowLogs
            | Action::FollowAllLogs
            | Action::StopContainer
            | Action::StartContainer
            | Action::Remove => {}
            _ => return None,
        }
        Some(Vec::new())
    }

    /// A click on this row; on the selected one it opens.
    pub(super) fn click(&mut self, place: usize) {
        let keys = self.keys();
        let key = keys.get(place).copied();
        if key.is_some() && key == self.selected.or(keys.first().copied()) {
            self.selected = key;
            self.open();
        } else {
            self.selected = key;
        }
    }

    fn go(&mut self, rows: isize) {
        if let Some(opened) = &mut self.opened {
            opened.scroll =
                opened.scroll.saturating_add_signed(rows).min(opened.rows.saturating_sub(opened.room));
            return;
        }
        let keys = self.keys();
        let at = self.place_of_selected(&keys).saturating_add_signed(rows).min(keys.len().saturating_sub(1));
        // At the very top new commands push in above, and the selection goes on to them.
        self.selected = keys.get(at).copied().filter(|_| at > 0);
    }

    fn open(&mut self) {
        let keys = self.keys();
        let wanted = match keys.get(self.place_of_selected(&keys)) {
            Some(Key::Call(call)) => Some(*call),
            // The call that a command was about has the longest answer.
            Some(Key::Command(first)) => self.by_first(*first).and_then(|shown| {
                let calls = shown.calls.iter().filter(|call| !is_ping(call));
                calls.max_by_key(|call| call.response_body.as_ref().map_or(0, String::len)).map(|c| c.call)
            }),
            None => None,
        };
        if let Some(call) = wanted {
            self.selected = Some(Key::Call(call));
            self.opened = Some(Opened { call, scroll: 0, rows: 0, room: 0 });
        }
    }

    /// To the next or the last call of those on the screen, while one is open.
    fn step(&mut self, by: isize) {
        let Some(opened) = &self.opened else { return };
        let calls: Vec<u64> = self
            .keys()
            .into_iter()
            .filter_map(|key| match key {
                Key::Call(call) => Some(call),
                Key::Command(_) => None,
            })
            .collect();
        let Some(at) = calls.iter().position(|call| *call == opened.call) else { return };
        if let Some(call) = at.checked_add_signed(by).and_then(|at| calls.get(at)) {
            self.selected = Some(Key::Call(*call));
            self.opened = Some(Opened { call: *call, scroll: 0, rows: 0, room: 0 });
        }
    }

    fn text(&self) -> Option<String> {
        if let Some(opened) = &self.opened {
            let (_, call) = self.call(opened.call)?;
            return Some(call.response_body.clone().unwrap_or_else(|| wire_call::target(call)));
        }
        self.selected_command().map(|shown| wire_call::words(&shown.command))
    }

    fn line_to_type(&self) -> Option<String> {
        let words = wire_call::words(&self.selected_command()?.command);
        Some(words.chars().filter(|c| !c.is_control()).collect())
    }

    fn selected_command(&self) -> Option<&Shown> {
        let keys = self.keys();
        match keys.get(self.place_of_selected(&keys))? {
            Key::Command(first) => self.by_first(*first),
            Key::Call(call) => self.call(*call).map(|(shown, _)| shown),
        }
    }

    fn by_first(&self, first: u64) -> Option<&Shown> {
        self.commands.iter().find(|shown| shown.key() == Some(Key::Command(first)))
    }

    fn call(&self, call: u64) -> Option<(&Shown, &Observed)> {
        self.commands
            .iter()
            .find_map(|shown| shown.calls.iter().find(|c| c.call == call).map(|c| (shown, &**c)))
    }

    /// Every row that can be selected, from the top.
    fn keys(&self) -> Vec<Key> {
        let of = |shown: &Shown| {
            let calls = shown.visible().filter(|call| !is_ping(call)).map(|call| Key::Call(call.call));
            shown.key().into_iter().chain(calls).collect::<Vec<_>>()
        };
        self.commands.iter().flat_map(of).collect()
    }

    fn place_of_selected(&self, keys: &[Key]) -> usize {
        self.selected.and_then(|selected| keys.iter().position(|key| *key == selected)).unwrap_or(0)
    }

    // --- laying out ---

    pub(super) fn rows(&mut self, width: usize, room: usize) -> Vec<Laid> {
        if self.opened.as_ref().is_some_and(|opened| self.call(opened.call).is_none()) {
            self.opened = None;
        }
        if self.opened.is_some() {
            return self.open_rows(width, room);
        }
        let mut head: Vec<Laid> = Vec::new();
        if let Some(Err(reason)) = &self.observing {
            let mut lines = InkLine::of("! not watching what docker asks", Ink::Warn).wrap(width, 2);
            lines.extend(InkLine::of(reason, Ink::Dim).wrap(width, 0));
            head.extend(lines.into_iter().filter(|l| !l.is_empty()).take(room).map(|l| (l, false, None)));
        }
        if self.commands.is_empty() {
            if !matches!(self.observing, Some(Err(_))) {
                let words = "Nothing was asked of the engine yet. Type in the shell: docker ps -a";
                let why =
                    "docker is a client: whatever you type, it sends calls to the engine. They show up here.";
                for (text, ink) in [(words, Ink::Text), (why, Ink::Dim)] {
                    head.extend(InkLine::of(text, ink).wrap(width, 0).into_iter().map(|l| (l, false, None)));
                }
            }
            head.truncate(room);
            return head;
        }
        let room = room - head.len().min(room.saturating_sub(1));
        let at = self.place_of_selected(&self.keys());
        let lines = self.lines();
        let row = lines.iter().position(|(_, place)| *place == Some(at)).unwrap_or(0);
        // Of a command whose first call is selected its own line is seen too.
        let top = self.top.min(row.saturating_sub(usize::from(row > 0))).max((row + 1).saturating_sub(room));
        let top = top.min(lines.len().saturating_sub(room));
        let shown = lines.into_iter().skip(top).take(room);
        head.extend(
            shown.map(|(line, place)| (line.ink(place == Some(at), width), place == Some(at), place)),
        );
        self.top = top;
        head
    }

    /// Every line from the top, with the place of those that can be selected.
    fn lines(&self) -> Vec<(Line<'_>, Option<usize>)> {
        let mut lines = Vec::new();
        let mut places = 0..;
        for shown in &self.commands {
            lines.push((Line::Command(shown), places.next()));
            if shown.dropped > 0 {
                lines.push((Line::Dropped(shown.dropped), None));
            }
            let pings = shown.visible().filter(|call| is_ping(call)).count();
            let mut pinged = false;
            for call in shown.visible() {
                if !is_ping(call) {
                    lines.push((Line::Call(call), places.next()));
                } else if !std::mem::replace(&mut pinged, true) {
                    // Once is enough to know that docker asks whether somebody is there.
                    lines.push((Line::Ping(call, pings), None));
                }
            }
        }
        lines
    }

    fn open_rows(&mut self, width: usize, room: usize) -> Vec<Laid> {
        let Some(mut opened) = self.opened.take() else { return Vec::new() };
        let lines = match self.call(opened.call) {
            Some((shown, call)) => wire_call::sheet(&shown.command, call, width),
            None => Vec::new(),
        };
        opened.rows = lines.len();
        opened.room = room;
        opened.scroll = opened.scroll.min(opened.rows.saturating_sub(room));
        let rows = lines.into_iter().skip(opened.scroll).take(room).map(|line| (line, false, None)).collect();
        self.opened = Some(opened);
        rows
    }

    /// Where one is, for the last line of the pane.
    pub(super) fn place(&self, room: usize) -> String {
        match &self.opened {
            Some(opened) if opened.rows > room => {
                let last = (opened.scroll + room).min(opened.rows);
                let more = if last < opened.rows { "↓ " } else { "" };
                format!("{more}{}–{last} of {}", opened.scroll + 1, opened.rows)
            }
            Some(_) => String::new(),
            None if matches!(self.observing, Some(Err(_))) => "not watching".to_owned(),
            None if self.commands.is_empty() => String::new(),
            None if self.selected.is_none() => "newest first".to_owned(),
            None => "held still".to_owned(),
        }
    }
}

impl Shown {
    fn key(&self) -> Option<Key> {
        self.calls.front().map(|call| Key::Command(call.call))
    }

    /// The calls that are told one by one: those of what the learner typed.
    fn visible(&self) -> impl Iterator<Item = &Arc<Observed>> {
        self.calls.iter().filter(|_| self.command.origin == Origin::Typed)
    }
}

fn is_ping(call: &Observed) -> bool {
    call.action.name == "ping"
}

fn weight(call: &Observed) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let printed = call.output.as_ref().map_or(0, |output| output.text.len());
    500 + call.target.len() + length(&call.request_body) + length(&call.response_body) + printed
}
