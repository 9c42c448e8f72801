//! The engine pane: live lists of containers, images, volumes and networks, and a close look at one of them.

mod around;
mod ask;
mod fresh;
mod input;
mod list;
mod logs;
mod opened;
mod page;
mod several;
mod sheet;
mod since;
mod tables;
#[cfg(test)]
pub(crate) mod tests;
mod wire;
mod wire_call;

pub use wire_call::words as command_words;
mod words;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use self::fresh::Fresh;
use self::list::List;
use self::opened::{Loaded, Of, Opened};
use self::page::Page;
use self::sheet::View;
pub use self::tables::Tab;
use self::tables::Usage;
use self::wire::Wire;
use super::confirm::ConfirmPopup;
use crate::facts::{
    ContainerState, Detail, Difference, Flavor, Kind, Link, LogEnd, LogLine, Observed, Sample, Snapshot,
};
use crate::tui::effect::{Effect, EngineEffect};

/// Figures that are kept of each container: four minutes, at one each two seconds.
const PAST: usize = 120;

/// What is typed into the last line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Filter,
    /// From when on the log is wanted, as far as it is typed.
    Since(String),
}

/// State of the pane. After anything has changed it, `arrange` must run before `draw` and `needs_tick` tell the truth.
#[derive(Debug)]
pub struct EnginePane {
    zone: TimeZone,
    now: Timestamp,
    link: Link,
    endpoint: String,
    /// The name of the engine's machine, where that is another one.
    machine: Option<String>,
    starting: bool,
    install: Option<String>,
    type_key: String,
    course_made: HashSet<String>,

    snapshot: Arc<Snapshot>,
    /// The first snapshot is not news.
    has_snapshot: bool,
    usage: Usage,
    samples: HashMap<String, Sample>,
    /// The figures of the last minutes, oldest first.
    past: HashMap<String, VecDeque<Sample>>,
    fresh: Fresh,

    tab: Tab,
    /// One for each tab; the wire's stays empty.
    lists: [List; 5],
    wire: Wire,
    opened: Option<Opened>,
    popup: Option<ConfirmPopup>,
    typing: Option<Field>,
    /// One sentence until the next action.
    notice: String,

    area: Rect,
    dirty: bool,
    page: Page,
    /// Measured widths of each list's columns; None after what they show has changed.
    widths: [Option<Vec<u16>>; 5],
    sampled: Vec<String>,
    wake: Option<Timestamp>,
}

impl Default for EnginePane {
    fn default() -> Self {
        Self::new(TimeZone::UTC)
    }
}

impl EnginePane {
    /// Clock times are shown in this zone.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            now: Timestamp::UNIX_EPOCH,
            link: Link::Connecting,
            endpoint: String::new(),
            machine: None,
            starting: false,
            install: None,
            type_key: "t".to_owned(),
            course_made: HashSet::new(),
            snapshot: Arc::default(),
            has_snapshot: false,
            usage: Usage::default(),
            samples: HashMap::new(),
            past: HashMap::new(),
            fresh: Fresh::default(),
            tab: Tab::default(),
            lists: Default::default(),
            wire: Wire::default(),
            opened: None,
            popup: None,
            typing: None,
            notice: String::new(),
            area: Rect::default(),
            dirty: true,
            page: Page::default(),
            widths: Default::default(),
            sampled: Vec::new(),
            wake: None,
        }
    }

    // --- what the world tells ---

    pub fn set_zone(&mut self, zone: TimeZone) {
        self.zone = zone;
        self.dirty = true;
    }

    pub fn set_link(&mut self, link: Link) -> Vec<Effect> {
        let back = link == Link::Live && self.link != Link::Live;
        self.link = link;
        self.dirty = true;
        if back { self.look_again(true) } else { Vec::new() }
    }

    /// Why this engine, in few words, and the name of its machine where that is another one.
    pub fn set_endpoint(&mut self, why: String, machine: Option<String>) {
        self.endpoint = why;
        self.machine = machine;
        self.starting = false;
        self.dirty = true;
    }

    /// An engine of our own is being started.
    pub fn set_starting(&mut self) {
        self.starting = true;
        self.link = Link::Connecting;
        self.dirty = true;
    }

    pub fn is_absent(&self) -> bool {
        matches!(self.link, Link::Absent { .. })
    }

    /// Which engine this is, where, and why, for the frame: `Docker 26.1 on lab.example · from DOCKER_HOST`.
    pub fn which(&self) -> String {
        let engine = &self.snapshot.engine;
        if engine.version.is_empty() || self.endpoint.is_empty() {
            return self.endpoint.clone();
        }
        let name = match engine.flavor {
            Flavor::Docker => "Docker",
            Flavor::Podman => "Podman",
        };
        let version = engine.version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        let place = self.machine.as_ref().map_or(String::new(), |machine| format!(" on {machine}"));
        format!("{name} {version}{place} · {}", self.endpoint)
    }

    /// The command that installs an engine on this system; offered while there is none.
    pub fn set_install(&mut self, command: Option<String>) {
        self.install = command;
        self.dirty = true;
    }

    /// How the key of `Action::TypeCommand` is called on the screen.
    pub fn set_type_key(&mut self, key: impl Into<String>) {
        self.type_key = key.into();
        self.dirty = true;
    }

    /// Ids (for volumes names) of what the course made: these are stopped and removed after a plain yes.
    pub fn set_course_made(&mut self, ids: HashSet<String>) {
        self.course_made = ids;
    }

    pub fn set_snapshot(&mut self, snapshot: Arc<Snapshot>) -> Vec<Effect> {
        let old = std::mem::replace(&mut self.snapshot, snapshot);
        if self.has_snapshot {
            self.fresh.compare(&old, &self.snapshot);
        }
        self.has_snapshot = true;
        self.usage = Usage::of(&self.snapshot);
        for tab in Tab::ALL {
            self.lists[tab as usize].refresh(&self.snapshot, tab);
        }
        let snapshot = &self.snapshot;
        self.samples.retain(|id, _| snapshot.container(id).is_some());
        self.past.retain(|id, _| snapshot.container(id).is_some());
        self.widths = Default::default();
        self.dirty = true;
        self.follow_opened(&old)
    }

    pub fn set_samples(&mut self, samples: Vec<(String, Sample)>) {
        for (id, sample) in &samples {
            let past = self.past.entry(id.clone()).or_default();
            past.push_back(*sample);
            if past.len() > PAST {
                past.pop_front();
            }
        }
        self.samples.extend(samples);
        self.widths = Default::default();
        self.dirty = true;
    }

    pub fn set_detail(&mut self, kind: Kind, id: &str, detail: Result<Box<Detail>, String>) {
        if let Some(opened) = self.opened.as_mut().filter(|o| o.is(kind, id)) {
            match detail {
                Ok(detail) => opened.loaded = Loaded::Ready(detail),
                // What was read before says more than the failure to read it again.
                Err(reason) if !matches!(opened.loaded, Loaded::Ready(_)) => {
                    opened.loaded = Loaded::Failed(reason)
                }
                Err(_) => {}
            }
            self.dirty = true;
        }
    }

    pub fn set_differences(&mut self, id: &str, differences: Result<Vec<Difference>, String>) {
        if let Some(opened) = self.opened.as_mut().filter(|o| o.is(Kind::Container, id)) {
            opened.differences = Some(differences);
            self.dirty = true;
        }
    }

    pub fn push_log(&mut self, id: &str, lines: Vec<LogLine>, ended: Option<LogEnd>) {
        if let Some(opened) = self.opened.as_mut()
            && opened.logs.push(id, lines, ended)
        {
            self.dirty |= opened.view == View::Logs;
        }
    }

    /// A call that the tap saw; the same one comes again with its answer and at its end.
    pub fn push_observed(&mut self, observed: Arc<Observed>) {
        self.wire.push(observed);
        self.dirty |= self.tab == Tab::Wire;
    }

    /// Whether calls are seen at all, and in a sentence why not.
    pub fn set_observing(&mut self, observing: bool, reason: impl Into<String>) {
        self.wire.set_observing(observing, reason.into());
        self.dirty = true;
    }

    pub fn tick(&mut self, now: Timestamp) {
        self.now = now;
        self.fresh.tick(now);
        self.widths = Default::default();
        self.dirty = true;
    }

    /// When the screen will say something else by itself; a time that has passed means at once. None: no timer.
    pub fn needs_tick(&self) -> Option<Timestamp> {
        self.wake
    }

    /// The pane is on the screen no more: nothing has to be measured or followed for it.
    pub fn hide(&mut self) -> Vec<Effect> {
        self.wake = None;
        self.dirty = true;
        let mut effects = Vec::new();
        if !std::mem::take(&mut self.sampled).is_empty() {
            effects.push(Effect::Engine(EngineEffect::Sample(Vec::new())));
        }
        effects
    }

    // --- what the app asks ---

    pub fn tab(&self) -> Tab {
        self.tab
    }

    pub fn is_detail_open(&self) -> bool {
        self.opened.is_some() || self.wire_is_open()
    }

    /// Whether a container's log is what is looked at.
    pub fn is_log_open(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.view == View::Logs)
    }

    /// Whether every key must come to `key`: a filter is typed or a question is open.
    pub fn takes_keys(&self) -> bool {
        self.typing.is_some() || self.popup.is_some()
    }

    /// Whether `Action::Cancel` has something to close here, or is the app's.
    pub fn can_cancel(&self) -> bool {
        self.is_detail_open() || !self.filter().is_empty()
    }

    fn wire_is_open(&self) -> bool {
        self.tab == Tab::Wire && self.wire.is_open()
    }

    /// An open question, to be drawn over everything.
    pub fn popup(&self) -> Option<&ConfirmPopup> {
        self.popup.as_ref()
    }

    /// Running containers whose figures are on the screen.
    pub fn visible_running_ids(&self) -> &[String] {
        &self.sampled
    }

    /// Keeps the close look true to the snapshot that has just come.
    fn follow_opened(&mut self, old: &Snapshot) -> Vec<Effect> {
        let Some(opened) = &mut self.opened else { return Vec::new() };
        let started = |snapshot: &Snapshot, id: &str| snapshot.container(id).map(|c| c.started);
        let restarted = |id: &str| started(old, id) != started(&self.snapshot, id);
        let (kind, id) = match &opened.of {
            Of::One(kind, id) => (*kind, id),
            Of::Several(several) => {
                opened.name = several.title(&self.snapshot);
                for (id, name) in several.members(&self.snapshot) {
                    if opened.logs.sources().iter().all(|source| source.id != id) {
                        opened.logs.join(id, name);
                    }
                }
                let here = |id: &str| self.snapshot.container(id).is_some();
                let more = opened.logs.wanted(|id| here(id) && restarted(id));
                let none = more.is_empty();
                return if none {
                    Vec::new()
                } else {
                    vec![Effect::Engine(EngineEffect::FollowMoreLogs(more))]
                };
            }
        };
        let name = tables::name(&self.snapshot, kind, id);
        opened.gone = name.is_none();
        let Some(name) = name else { return Vec::new() };
        opened.name = name;
        let changed = match kind {
            Kind::Container => old.container(id) != self.snapshot.container(id),
            Kind::Image => old.image(id) != self.snapshot.image(id),
            // Who uses them is seen from the containers only.
            Kind::Volume | Kind::Network => old.containers != self.snapshot.containers,
        };
        let restarted = kind == Kind::Container && restarted(id);
        if changed { self.look_again(restarted) } else { Vec::new() }
    }

    fn look_again(&mut self, logs_too: bool) -> Vec<Effect> {
        let Some(opened) = &mut self.opened else { return Vec::new() };
        let inspect = |(kind, id): (Kind, &str)| EngineEffect::Inspect { kind, id: id.to_owned() };
        let mut effects: Vec<Effect> = opened.object().map(inspect).map(Effect::Engine).into_iter().collect();
        if logs_too && opened.logs.asked {
            effects.push(Effect::Engine(EngineEffect::FollowLogs(opened.logs.wanted(|_| true))));
        }
        effects
    }

    fn filter(&self) -> &str {
        match &self.opened {
            Some(opened) => &opened.logs.filter,
            None => &self.lists[self.tab as usize].filter,
        }
    }

    fn set_filter(&mut self, filter: String) {
        match &mut self.opened {
            Some(opened) => opened.logs.set_filter(filter),
            None => {
                let list = &mut self.lists[self.tab as usize];
                list.filter = filter;
                list.refresh(&self.snapshot, self.tab);
                self.widths[self.tab as usize] = None;
            }
        }
    }

    /// What an action is about: the object that is open, else the selected row.
    fn selected(&self) -> Option<(Kind, String, String)> {
        let (kind, id) = match &self.opened {
            Some(opened) => opened.object().map(|(kind, id)| (kind, id.to_owned()))?,
            None => (self.tab.kind()?, self.lists[self.tab as usize].object()?.to_owned()),
        };
        let name = tables::name(&self.snapshot, kind, &id)?;
        Some((kind, id, name))
    }

    /// Whether anything can be measured or asked now.
    fn is_live(&self) -> bool {
        self.link == Link::Live
    }

    fn is_running(&self, id: &str) -> bool {
        self.snapshot.container(id).is_some_and(|c| c.state == ContainerState::Running)
    }
}
