//! Lays the pane out line by line for its area, so that drawing only copies.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::Listed;
use super::logs;
use super::opened::Loaded;
use super::sheet::{self, Context, View};
use super::tables::{self, Rows, Source, Tab};
use super::{EnginePane, words};
use crate::facts::{Compose, Container, Kind, Link, LogEnd, Snapshot};
use crate::tui::effect::{Effect, EngineEffect};
use crate::tui::theme::Theme;
use crate::tui::widget::ink::{Ink, InkLine, Tone};

/// Everything that is on the pane.
#[derive(Debug, Default)]
pub(super) struct Page {
    lines: Vec<Row>,
    pub(super) hits: Vec<(u16, u16, u16, Hit)>,
    /// Rows that the list or the text has.
    pub(super) room: usize,
}

#[derive(Debug, Default)]
struct Row {
    line: InkLine,
    tone: Tone,
}

/// What a click means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hit {
    Tab(Tab),
    View(View),
    Back,
    /// Place in the list as it is shown.
    Row(usize),
    Install,
}

/// Two cells before every row tell which one is selected and what is new.
const GUTTER: u16 = 2;

impl Page {
    pub(super) fn push(&mut self, line: InkLine) {
        self.lines.push(Row { line, tone: Tone::Plain });
    }

    pub(super) fn next_row(&self) -> u16 {
        u16::try_from(self.lines.len()).unwrap_or(u16::MAX)
    }

    pub(super) fn hit(&self, row: u16, col: u16) -> Option<Hit> {
        self.hits.iter().find(|(y, from, to, _)| *y == row && (*from..*to).contains(&col)).map(|hit| hit.3)
    }
}

impl EnginePane {
    /// Lays everything out for this area; cheap when nothing changed. Call it after every change, then `draw` copies.
    pub fn arrange(&mut self, area: Rect) -> Vec<Effect> {
        if !self.dirty && (area.width, area.height) == (self.area.width, self.area.height) {
            return Vec::new();
        }
        self.area = area;
        self.dirty = false;
        let mut page = Page::default();
        let mut running = Vec::new();
        let mut ages = Vec::new();
        if area.width > 0 && area.height > 0 {
            self.lay_out(&mut page, &mut running, &mut ages);
        }
        self.page = page;

        // What is kept from before does not grow older on the screen.
        if !self.is_live() {
            running.clear();
            ages.clear();
        }
        let change = ages.iter().map(|&since| words::span_changes(self.now, since)).min();
        let shown_kind = self.tab.kind();
        let any_marked = shown_kind.is_some_and(|kind| self.fresh.any(kind));
        let mark = self.fresh.next(self.now).filter(|_| self.opened.is_none() && any_marked);
        self.wake = [change, mark].into_iter().flatten().min();

        if running == self.sampled {
            return Vec::new();
        }
        self.sampled.clone_from(&running);
        vec![Effect::Engine(EngineEffect::Sample(running))]
    }

    /// Paints what was arranged, moved to this area's corner.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme, focused: bool) {
        let area = area.intersection(buf.area);
        for (row, y) in self.page.lines.iter().zip(area.top()..area.bottom()) {
            let tone = match row.tone {
                // Without the focus the selected row keeps its mark only.
                Tone::Selected if !focused => Tone::Plain,
                tone => tone,
            };
            row.line.paint(buf, area.x, y, area.width, theme, tone);
        }
    }

    fn lay_out(&mut self, page: &mut Page, running: &mut Vec<String>, ages: &mut Vec<Timestamp>) {
        let (width, height) = (self.area.width, usize::from(self.area.height));
        let in_detail = self.opened.is_some();
        if in_detail {
            self.detail_head(page, width, height);
        } else {
            self.tabs(page, width);
        }
        // A banner may take the place of rows, but never the last of them.
        let most = if height >= 12 { 3 } else { 1 };
        for line in self.banner(usize::from(width)).into_iter().take(most) {
            if page.lines.len() + 2 <= height {
                page.push(line.cut(usize::from(width)));
            }
        }
        let has_footer = self.has_footer(height);
        let bottom = if has_footer { height - 1 } else { height };
        if let Link::Absent { .. } = self.link
            && !in_detail
        {
            self.absent(page, width, bottom);
        } else if in_detail {
            self.detail_body(page, width, bottom, running, ages);
        } else if self.tab == Tab::Wire {
            self.wire_rows(page, width, bottom);
        } else {
            self.table(page, width, bottom, running, ages);
        }
        page.lines.truncate(bottom);
        if has_footer {
            while page.lines.len() < bottom {
                page.push(InkLine::new());
            }
            let footer = self.footer(page, width);
            page.push(footer);
        }
    }

    /// The commands with their calls, or the one call that is open.
    fn wire_rows(&mut self, page: &mut Page, width: u16, bottom: usize) {
        page.room = bottom.saturating_sub(page.lines.len()).max(1);
        for (line, selected, place) in self.wire.rows(usize::from(width), page.room) {
            if let Some(place) = place {
                page.hits.push((page.next_row(), 0, width, Hit::Row(place)));
            }
            let tone = if selected { Tone::Selected } else { Tone::Plain };
            page.lines.push(Row { line, tone });
        }
    }

    fn table(
        &mut self,
        page: &mut Page,
        width: u16,
        bottom: usize,
        running: &mut Vec<String>,
        ages: &mut Vec<Timestamp>,
    ) {
        let tab = self.tab;
        let old = !self.is_live();
        let list = &mut self.lists[tab as usize];
        if list.shown.is_empty() {
            let sentence = match (list.filter.is_empty(), self.has_snapshot) {
                (false, _) => format!("Nothing here matches “{}”.", list.filter),
                (true, true) => format!("No {} yet. Try: {}", tab.title(), tab.suggestion()),
                (true, false) => String::new(),
            };
            page.room = 1;
            if bottom >= 8 {
                page.push(InkLine::new());
            }
            for line in InkLine::of(sentence, Ink::Dim).wrap(usize::from(width.saturating_sub(GUTTER)), 0) {
                page.push(InkLine::of("  ", Ink::Text).with_line(&line));
            }
            return;
        }
        let has_header = bottom.saturating_sub(page.lines.len()) >= 3;
        page.room = bottom.saturating_sub(page.lines.len() + usize::from(has_header)).max(1);
        let (at, first) = {
            list.window(page.room);
            (list.at, list.top)
        };
        let list = &self.lists[tab as usize];
        let window = &list.shown[first..(first + page.room).min(list.shown.len())];
        let source =
            Source { snapshot: &self.snapshot, usage: &self.usage, samples: &self.samples, now: self.now };
        let inner = width.saturating_sub(GUTTER);
        let rows = Rows { all: &list.shown, window };
        let laid = tables::lay_out(&source, tab, rows, &mut self.widths[tab as usize], inner);
        if has_header {
            page.push(InkLine::of("  ", Ink::Head).with_line(&laid.header));
        }
        let mut cells = laid.rows.iter();
        for (n, row) in window.iter().enumerate() {
            let selected = first + n == at;
            let (line, fresh) = match row {
                Listed::Project(name) => {
                    let line = tables::project(&self.snapshot, name, list.is_folded(name));
                    (line.cut(usize::from(inner)), false)
                }
                Listed::Item { at: i, .. } => {
                    let Some(cells) = cells.next() else { break };
                    let key = tables::key(&self.snapshot, tab, *i).unwrap_or_default();
                    self.note_ages(tab, *i, running, ages);
                    (cells.clone(), tab.kind().is_some_and(|kind| self.fresh.is(kind, key)))
                }
            };
            let mark = match (selected, fresh) {
                (true, false) => InkLine::of("▸ ", Ink::Key),
                (true, true) => InkLine::of("▸", Ink::Key).with("✦", Ink::Fresh),
                (false, true) => InkLine::of(" ✦", Ink::Fresh),
                (false, false) => InkLine::of("  ", Ink::Text),
            };
            let y = page.next_row();
            page.hits.push((y, 0, width, Hit::Row(first + n)));
            let tone = match (selected, old) {
                (true, _) => Tone::Selected,
                (false, true) => Tone::Old,
                (false, false) => Tone::Plain,
            };
            page.lines.push(Row { line: mark.with_line(&line), tone });
        }
    }

    /// What of a visible row depends on time, and whether its figures are wanted.
    fn note_ages(&self, tab: Tab, i: usize, running: &mut Vec<String>, ages: &mut Vec<Timestamp>) {
        let snapshot = &self.snapshot;
        match tab {
            Tab::Containers => {
                if let Some(container) = snapshot.containers.get(i) {
                    if self.is_running(&container.id) {
                        running.push(container.id.clone());
                        ages.extend(container.started);
                    }
                    // The column with the age of the others is the last to appear; minutes are enough for it.
                    let slow = |at: &Timestamp| self.now.as_second() - at.as_second() >= 60;
                    ages.extend(container.created.filter(slow));
                }
            }
            Tab::Images => ages.extend(snapshot.images.get(i).and_then(|image| image.created)),
            Tab::Volumes => ages.extend(snapshot.volumes.get(i).and_then(|volume| volume.created)),
            Tab::Networks | Tab::Wire => {}
        }
    }

    fn detail_body(
        &mut self,
        page: &mut Page,
        width: u16,
        bottom: usize,
        running: &mut Vec<String>,
        ages: &mut Vec<Timestamp>,
    ) {
        let old = !self.is_live();
        let width = usize::from(width);
        let room = bottom.saturating_sub(page.lines.len());
        page.room = room.max(1);
        if self.is_log_open() {
            return self.log_rows(page, width, room);
        }
        let Some(opened) = &mut self.opened else { return };
        let Some((kind, id)) = opened.object().map(|(kind, id)| (kind, id.to_owned())) else { return };
        opened.room = room;
        let container = self.snapshot.container(&id);
        let listed = self.snapshot.image(&id);
        let used = match kind {
            Kind::Image => listed.map_or(0, |image| self.usage.image(image)),
            Kind::Volume => self.usage.volume(&id),
            Kind::Container | Kind::Network => 0,
        };
        let context = Context {
            now: self.now,
            zone: &self.zone,
            container,
            image: listed,
            used,
            machine: self.machine.as_deref(),
            past: self.past.get(&id).filter(|_| container.is_some_and(|c| c.state.is_running())),
            needed_by: container.map(|c| needed_by(&self.snapshot, c)).unwrap_or_default(),
        };
        let lines = match (&opened.loaded, &opened.differences) {
            (_, None) if opened.view == View::Changes => vec![InkLine::of("… asking the engine", Ink::Dim)],
            (_, Some(Err(reason))) if opened.view == View::Changes => {
                InkLine::of(reason, Ink::Bad).wrap(width, 0)
            }
            (_, Some(Ok(all))) if opened.view == View::Changes => sheet::differences(all, width),
            (Loaded::Waiting, _) => vec![InkLine::of("… asking the engine", Ink::Dim)],
            (Loaded::Failed(reason), _) => InkLine::of(reason, Ink::Bad).wrap(width, 0),
            (Loaded::Ready(detail), _) => sheet::lines(opened.view, detail, &context, width),
        };
        opened.rows = lines.len();
        opened.scroll = opened.scroll.min(opened.rows.saturating_sub(room));
        for line in lines.into_iter().skip(opened.scroll).take(room) {
            page.lines.push(Row { line, tone: if old || opened.gone { Tone::Old } else { Tone::Plain } });
        }
        if opened.view == View::Summary && matches!(opened.loaded, Loaded::Ready(_)) {
            match kind {
                Kind::Container => {
                    if let Some(container) = container {
                        ages.extend(
                            [container.created, container.started, container.finished].into_iter().flatten(),
                        );
                    }
                }
                Kind::Image => ages.extend(self.snapshot.image(&id).and_then(|image| image.created)),
                Kind::Volume | Kind::Network => {}
            }
        }
        if self.is_running(&id) {
            running.push(id);
        }
    }

    /// Lines of a log, and below them why no more will come.
    fn log_rows(&mut self, page: &mut Page, width: usize, room: usize) {
        let Some(opened) = &mut self.opened else { return };
        let never_ran = |id: &str| self.snapshot.container(id).is_some_and(|c| c.start_failure().is_some());
        let sources = opened.logs.sources();
        let silence = match sources {
            _ if opened.logs.since.is_some() => "Nothing was printed since then.",
            [logs::Source { ended: Some(LogEnd::Unreadable(_)), .. }] => "The log cannot be read.",
            [logs::Source { id, .. }] if never_ran(id) => "It never ran, so it printed nothing.",
            [logs::Source { ended: Some(LogEnd::Stopped), .. }] => "It printed nothing.",
            _ => "Nothing was printed yet.",
        };
        let mut endings = Vec::new();
        for source in sources {
            let ending = match &source.ended {
                Some(LogEnd::Unreadable(why)) => why,
                Some(LogEnd::Stopped) if never_ran(&source.id) => "it could not be started",
                Some(LogEnd::Stopped) => "the container has stopped",
                None => continue,
            };
            endings.push(if sources.len() > 1 {
                format!("{}: {ending}", source.name)
            } else {
                ending.to_owned()
            });
        }
        let ending =
            Some(endings.join(" · ")).filter(|ending| opened.logs.is_following() && !ending.is_empty());
        opened.logs.fit(width, room.saturating_sub(usize::from(ending.is_some())));
        let rows = opened.logs.page();
        if rows.is_empty() {
            let sentence = if opened.logs.len() == 0 { silence } else { "No line matches." };
            page.push(InkLine::of(sentence, Ink::Dim).cut(width));
        }
        for row in rows {
            page.push(row);
        }
        if let Some(ending) = ending {
            page.push(InkLine::of(format!("── {ending} ──"), Ink::Dim).cut(width));
        }
    }
}

/// The services of the same compose project that wait for this container's.
fn needed_by(snapshot: &Snapshot, container: &Container) -> Vec<String> {
    let Some(own) = container.compose() else { return Vec::new() };
    let others = snapshot.containers.iter().filter_map(Container::compose);
    let waits = |other: &Compose| {
        other.project == own.project && other.depends_on().any(|needed| needed.service == own.service)
    };
    let mut services: Vec<String> = others.filter(waits).map(|other| other.service.to_owned()).collect();
    services.sort();
    services.dedup();
    services
}
