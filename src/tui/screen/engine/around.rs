//! What stands around a list or a close look: tabs, views, banners, the words without an engine, the last line.

use super::page::{Hit, Page};
use super::sheet::View;
use super::since::Since;
use super::tables::{self, Tab};
use super::{EnginePane, Field, words};
use crate::facts::Link;
use crate::tui::widget::ink::{Ink, InkLine};

impl EnginePane {
    pub(super) fn tabs(&self, page: &mut Page, width: u16) {
        let y = page.next_row();
        let label = |tab: Tab, short: bool| {
            let n = tables::len(&self.snapshot, tab);
            match (short, self.has_snapshot && tab != Tab::Wire) {
                (true, _) => format!(" {} ", tab.short_title()),
                (false, true) => format!(" {} {n} ", tab.title()),
                (false, false) => format!(" {} ", tab.title()),
            }
        };
        let labels = |short: bool, all: bool| -> Vec<String> {
            Tab::ALL.iter().map(|&tab| label(tab, short && (all || tab != self.tab))).collect()
        };
        let wide = |labels: &[String]| labels.iter().map(|l| l.chars().count()).sum::<usize>();
        let fits = |labels: &Vec<String>| wide(labels) <= usize::from(width);
        let shown = [labels(false, false), labels(true, false)].into_iter().find(fits);
        let shown = shown.unwrap_or_else(|| labels(true, true));
        let mut line = InkLine::new();
        let mut x = 0u16;
        for (tab, text) in Tab::ALL.into_iter().zip(shown) {
            let end = x + u16::try_from(text.chars().count()).unwrap_or(0);
            line.push(&text, if tab == self.tab { Ink::Selected } else { Ink::Dim });
            page.hits.push((y, x, end, Hit::Tab(tab)));
            x = end;
        }
        page.push(line.cut(usize::from(width)));
    }

    pub(super) fn detail_head(&self, page: &mut Page, width: u16, height: usize) {
        let Some(opened) = &self.opened else { return };
        let y = page.next_row();
        let mut line = InkLine::of("‹ ", Ink::Key).with(self.tab.title(), Ink::Dim);
        line.push("  ", Ink::Dim);
        let back = u16::try_from(line.width()).unwrap_or(0);
        match opened.object() {
            Some((_, id)) => {
                if let Some(container) = self.snapshot.container(id) {
                    let (mark, ink) = words::state_mark(container);
                    line.push(format!("{mark} "), ink);
                }
            }
            None => line.push("logs of ", Ink::Dim),
        }
        line.push(&opened.name, Ink::Title);
        if opened.gone {
            line.push("  removed; this is what it was", Ink::Warn);
        }
        page.hits.push((y, 0, back, Hit::Back));
        page.push(line.cut(usize::from(width)));
        if opened.views().len() < 2 || height < 5 {
            return;
        }
        let y = page.next_row();
        let total: usize = opened.views().iter().map(|view| view.title().len() + 2).sum();
        let mut line = InkLine::new();
        for &view in opened.views() {
            let from = u16::try_from(line.width()).unwrap_or(u16::MAX);
            let short = total > usize::from(width) && view != opened.view;
            let title = if short { view.title().get(..3).unwrap_or(view.title()) } else { view.title() };
            line.push(format!(" {title} "), if view == opened.view { Ink::Selected } else { Ink::Dim });
            let to = u16::try_from(line.width()).unwrap_or(u16::MAX);
            page.hits.push((y, from, to, Hit::View(view)));
        }
        page.push(line.cut(usize::from(width)));
        if height >= 14 {
            page.push(InkLine::new());
        }
    }

    pub(super) fn banner(&self, width: usize) -> Vec<InkLine> {
        match &self.link {
            Link::Connecting if self.starting => {
                InkLine::of("… starting pilotwhale's own engine; that takes some seconds", Ink::Info)
                    .wrap(width, 2)
            }
            Link::Connecting if !self.endpoint.is_empty() => {
                InkLine::of(format!("… connecting to the engine {}", self.endpoint), Ink::Info).wrap(width, 2)
            }
            Link::Connecting => vec![InkLine::of("… looking for the engine", Ink::Info)],
            Link::Live => Vec::new(),
            Link::Lost { since, reason, remedy } => {
                let since = words::clock(*since, &self.zone);
                let what = if width < 45 { "! no engine since" } else { "! engine not reachable since" };
                let what = format!("{what} {since}");
                let whole = InkLine::of(format!("{what} ({reason}) - retrying"), Ink::Bad);
                let mut lines = if whole.width() <= width && !reason.is_empty() {
                    vec![whole]
                } else {
                    let mut lines = InkLine::of(format!("{what} - retrying"), Ink::Bad).wrap(width, 2);
                    lines.extend(
                        InkLine::of(reason, Ink::Dim).wrap(width, 0).into_iter().filter(|l| !l.is_empty()),
                    );
                    lines
                };
                lines.extend(
                    InkLine::of(remedy, Ink::Dim).wrap(width, 0).into_iter().filter(|l| !l.is_empty()),
                );
                lines
            }
            Link::Absent { .. } if self.opened.is_some() => {
                vec![InkLine::of("! there is no engine any more", Ink::Bad)]
            }
            Link::Absent { .. } => Vec::new(),
        }
    }

    pub(super) fn absent(&self, page: &mut Page, width: u16, bottom: usize) {
        let Link::Absent { reason, remedy } = &self.link else { return };
        let width = usize::from(width);
        let wrap = |text: &str, ink| InkLine::of(text, ink).wrap(width, 0);
        let headline = wrap("There is no container engine yet.", Ink::Strong);
        let offer = self.install.as_ref().map(|install| {
            let key = InkLine::of(&self.type_key, Ink::Key);
            let mut lines = vec![InkLine::of("$ ", Ink::Dim).with(install, Ink::Code).cut(width)];
            lines.extend(key.with(" types it into the shell; you press Enter", Ink::Dim).wrap(width, 0));
            lines
        });
        let offer = offer.unwrap_or_default();
        let comfort =
            wrap("Slides and quizzes work without it. Enter here looks for an engine again.", Ink::Dim);
        // The end of an engine's log has several lines.
        let reason: Vec<InkLine> = reason.lines().flat_map(|line| wrap(line, Ink::Text)).collect();
        let remedy = wrap(remedy, Ink::Text);
        let mut lines: Vec<InkLine> = Vec::new();
        let mut clickable = 0..0;
        if bottom >= 8 {
            lines.push(InkLine::new());
            lines.extend(headline.into_iter().chain(reason));
            lines.push(InkLine::new());
            lines.extend(remedy);
            if !offer.is_empty() {
                lines.push(InkLine::new());
                clickable = lines.len()..lines.len() + offer.len();
                lines.extend(offer);
            }
            lines.push(InkLine::new());
            lines.extend(comfort);
        } else {
            // Little room: what can be done comes before why.
            lines.extend(headline);
            clickable = lines.len()..lines.len() + offer.len();
            lines.extend(offer.into_iter().chain(remedy).chain(reason));
        }
        let first = page.next_row();
        for line in clickable {
            let y = first + u16::try_from(line).unwrap_or(0);
            page.hits.push((y, 0, u16::try_from(width).unwrap_or(u16::MAX), Hit::Install));
        }
        for line in lines {
            page.push(line);
        }
    }

    /// The last line: what is typed, what was said, or where in the list one is and which engine this is.
    pub(super) fn has_footer(&self, height: usize) -> bool {
        height >= 3
            && (height >= 8 || self.typing.is_some() || !self.filter().is_empty() || !self.notice.is_empty())
    }

    pub(super) fn footer(&self, page: &Page, width: u16) -> InkLine {
        let width = usize::from(width);
        if let Some(Field::Since(text)) = &self.typing {
            let mut line = InkLine::of("since ", Ink::Key).with(text, Ink::Strong).with("▏  ", Ink::Key);
            match Since::read(text, self.now, &self.zone) {
                Some(since) => line.push(words::date(since.at, &self.zone), Ink::Dim),
                None if text.trim().is_empty() => {
                    line.push("10m, 14:30 or a date; nothing: the last lines", Ink::Dim)
                }
                None => line.push("not a time yet: 10m, 14:30 or a date", Ink::Warn),
            }
            return line.cut(width);
        }
        let filtering = self.typing == Some(Field::Filter);
        if filtering || (!self.filter().is_empty() && self.notice.is_empty()) {
            let mut line = InkLine::of("/", Ink::Key).with(self.filter(), Ink::Strong);
            if filtering {
                line.push("▏", Ink::Key);
            }
            line.push(format!("  {}", self.found()), Ink::Dim);
            return line.cut(width);
        }
        if !self.notice.is_empty() {
            return InkLine::of(&self.notice, Ink::Warn).cut(width);
        }
        let place = self.place(page);
        let mut line = InkLine::of(self.which(), Ink::Dim);
        if place.is_empty() {
            return line.cut(width);
        }
        let gap = place.chars().count() + 2;
        if gap + 12 > width {
            return InkLine::of(place, Ink::Dim).cut(width);
        }
        line = line.cut(width - gap);
        line.pad_to(width - gap + 2);
        line.push(place, Ink::Dim);
        line
    }

    fn found(&self) -> String {
        match &self.opened {
            Some(opened) => words::count(opened.logs.found(), "line", "lines"),
            None => {
                let all = tables::len(&self.snapshot, self.tab);
                format!("{} of {all}", self.lists[self.tab as usize].shown.len())
            }
        }
    }

    fn place(&self, page: &Page) -> String {
        match &self.opened {
            Some(opened) if opened.view == View::Logs => {
                let logs = &opened.logs;
                let state =
                    match (logs.sources().iter().all(|source| source.ended.is_some()), logs.is_following()) {
                        (_, false) => "held still",
                        (false, true) => "following",
                        (true, true) => "ended",
                    };
                let since = logs.since.as_ref().map_or(String::new(), |since| {
                    let today =
                        self.zone.to_datetime(since.at).date() == self.zone.to_datetime(self.now).date();
                    let say = if today { words::clock } else { words::date };
                    format!("since {} · ", say(since.at, &self.zone))
                });
                format!("{since}{state} · {} · ! is stderr", words::count(logs.len(), "line", "lines"))
            }
            Some(opened) if opened.rows > opened.room => {
                let last = (opened.scroll + opened.room).min(opened.rows);
                let more = if last < opened.rows { "↓ " } else { "" };
                format!("{more}{}–{last} of {}", opened.scroll + 1, opened.rows)
            }
            Some(_) => String::new(),
            None if self.tab == Tab::Wire => self.wire.place(page.room),
            None => {
                let list = &self.lists[self.tab as usize];
                let all = list.shown.len();
                if all <= page.room {
                    return String::new();
                }
                let last = (list.top + page.room).min(all);
                format!("{}–{last} of {all}", list.top + 1)
            }
        }
    }
}
