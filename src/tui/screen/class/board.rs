//! The board: who is where, how it goes, who is stuck on what, and whose hand is up.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Clear, Paragraph, Row, Table, Widget};
use unicode_width::UnicodeWidthStr;

use super::lead::Leading;
use crate::class::{Learner, LearnerId, Roster};
use crate::course::{Course, Vars};
use crate::progress::Stage;
use crate::tui::action::Action;
use crate::tui::theme::Theme;

/// Most lines of what several are stuck on.
const STUCK: usize = 5;

#[derive(Clone, Debug, Default)]
pub struct Board {
    selected: Option<LearnerId>,
    sort: Sort,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sort {
    /// Those who need help first: hands in order, then those who share their shells, then the stuck, then the longest without progress.
    #[default]
    Help,
    Name,
    Progress,
}

impl Sort {
    fn word(self) -> &'static str {
        match self {
            Self::Help => "who needs help first",
            Self::Name => "by name",
            Self::Progress => "by progress",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Help => Self::Name,
            Self::Name => Self::Progress,
            Self::Progress => Self::Help,
        }
    }
}

impl Board {
    fn sorted<'a>(&self, roster: &'a Roster) -> Vec<(&'a LearnerId, &'a Learner)> {
        let mut all: Vec<_> = roster.iter().collect();
        match self.sort {
            Sort::Name => all.sort_by(|a, b| a.1.name.cmp(&b.1.name)),
            Sort::Progress => all.sort_by_cached_key(|(_, l)| (std::cmp::Reverse(done(l)), l.name.clone())),
            Sort::Help => all.sort_by_cached_key(|(_, l)| {
                (
                    l.hand.is_none(),
                    l.hand,
                    l.shell.is_none(),
                    l.stuck_on().is_none(),
                    !l.here,
                    l.advanced,
                    l.name.clone(),
                )
            }),
        }
        all
    }

    /// The learner whose row is marked; the first one at the beginning.
    pub(super) fn chosen(&self, roster: &Roster) -> Option<LearnerId> {
        match &self.selected {
            Some(id) => Some(id.clone()),
            None => self.sorted(roster).first().map(|(id, _)| (*id).clone()),
        }
    }

    pub(super) fn act(&mut self, action: Action, roster: &Roster) {
        let all = self.sorted(roster);
        let chosen = self.chosen(roster);
        let at = all.iter().position(|(id, _)| Some(*id) == chosen.as_ref()).unwrap_or(0);
        let last = all.len().saturating_sub(1);
        let to = match action {
            Action::Up => at.saturating_sub(1),
            Action::Down => (at + 1).min(last),
            Action::PageUp => at.saturating_sub(10),
            Action::PageDown => (at + 10).min(last),
            Action::SortBoard => {
                self.sort = self.sort.next();
                // The best place of the new order is what one looks for.
                self.selected = None;
                return;
            }
            _ => return,
        };
        self.selected = all.get(to).map(|(id, _)| (*id).clone());
    }

    pub(super) fn draw(
        &self,
        leading: &Leading,
        course: &Course,
        now: Timestamp,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
    ) {
        Clear.render(area, buf);
        buf.set_style(area, theme.text);
        let roster = leading.roster();
        let stuck = roster.stuck();
        let shown = stuck.len().min(STUCK);
        let hands = roster.hands();
        let shells = roster.shells();
        let told = usize::from(!hands.is_empty()) + usize::from(!shells.is_empty());
        let above = u16::try_from(shown + told).unwrap_or(0) + 2;
        let [top, table] = Layout::vertical([Constraint::Length(above), Constraint::Min(1)]).areas(area);
        let mut lines = vec![Line::from(vec![
            Span::styled(format!(" {} ", leading.class()), theme.title),
            Span::styled(
                format!("{} here, {} known · {}", roster.here(), roster.known(), self.sort.word()),
                theme.text,
            ),
        ])];
        if !hands.is_empty() {
            let waiting = hands.iter().map(|(id, since)| {
                let name = roster.learner(id).map(|l| l.name.as_str()).unwrap_or_default();
                format!("{name} ({} min)", now.duration_since(*since).as_mins().max(0))
            });
            let hands = format!(" hands up: {}", waiting.collect::<Vec<_>>().join(", "));
            lines.push(Line::styled(hands, theme.strong));
        }
        if !shells.is_empty() {
            let shells = format!(" shells to look at, on the learner's page: {}", shells.join(", "));
            lines.push(Line::styled(shells, theme.strong));
        }
        for stuck in stuck.iter().take(shown) {
            let on = format!(" '{}' × {}", stuck.differs, stuck.learners.len());
            lines.push(Line::from(vec![
                Span::styled(on, theme.warn),
                Span::styled(
                    format!("  {}", task_name(course, &stuck.exercise, &stuck.task, &Vars::new())),
                    theme.dim,
                ),
            ]));
        }
        Paragraph::new(lines).render(top, buf);
        if roster.known() == 0 {
            Paragraph::new(" Nobody has joined yet.").style(theme.dim).render(table, buf);
        } else {
            let table = Rect { x: table.x + 1, width: table.width.saturating_sub(1), ..table };
            self.draw_table(leading, course, now, table.intersection(area), buf, theme);
        }
    }

    fn draw_table(
        &self,
        leading: &Leading,
        course: &Course,
        now: Timestamp,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
    ) {
        let all = self.sorted(leading.roster());
        let columns = exercises(leading, course, area.width);
        let mut head = vec!["name".to_owned(), "where".into()];
        head.extend(columns.iter().cloned());
        head.extend(["tries", "quiet", "stuck on"].map(String::from));
        let names = all.iter().map(|(_, learner)| learner.name.width() + 3).max().unwrap_or(0);
        let names = u16::try_from(names).unwrap_or(u16::MAX).clamp(8, 23);
        let mut widths = vec![Constraint::Length(names), Constraint::Length(9)];
        widths.extend(columns.iter().map(|_| Constraint::Length(COLUMN)));
        widths.extend([Constraint::Length(5), Constraint::Length(6), Constraint::Min(10)]);
        let chosen = self.chosen(leading.roster());
        let at = all.iter().position(|(id, _)| Some(*id) == chosen.as_ref()).unwrap_or(0);
        let room = usize::from(area.height).saturating_sub(1).max(1);
        let top = at.saturating_sub(room.saturating_sub(1)).min(all.len().saturating_sub(room));
        let rows = all.iter().skip(top).take(room).map(|(id, learner)| {
            let row = row(learner, &columns, course, now, theme);
            if Some(*id) == chosen.as_ref() { row.style(theme.selected) } else { row }
        });
        let head = Row::new(head).style(theme.table_head);
        Widget::render(Table::new(rows, widths).header(head), area, buf);
    }
}

/// Columns of one exercise.
const COLUMN: u16 = 12;

/// The exercises that have a column: the one that is open for all, and the last ones that anybody has begun.
fn exercises(leading: &Leading, course: &Course, width: u16) -> Vec<String> {
    let open = leading.standing().exercise.as_ref();
    let begun = |id: &str| leading.roster().iter().any(|(_, l)| l.progress.exercises.contains_key(id));
    let mut all: Vec<String> =
        course.exercises.iter().map(|e| e.id.clone()).filter(|id| open == Some(id) || begun(id)).collect();
    let room = usize::from(width.saturating_sub(66) / (COLUMN + 1)).max(1);
    let first = all.len().saturating_sub(room);
    if let Some(at) = all.iter().position(|id| open == Some(id)).filter(|at| *at < first) {
        let open = all.remove(at);
        all.push(open);
    }
    all.split_off(all.len().saturating_sub(room))
}

fn row(
    learner: &Learner,
    exercises: &[String],
    course: &Course,
    now: Timestamp,
    theme: &Theme,
) -> Row<'static> {
    let (mark, style) = match (learner.hand, learner.here) {
        (Some(_), _) => ("▲", theme.strong),
        (None, true) => ("●", theme.ok),
        (None, false) => ("○", theme.dim),
    };
    let name = Line::from(vec![Span::styled(format!("{mark} "), style), Span::raw(learner.name.clone())]);
    let place = learner.progress.place.as_ref().map(|p| {
        let lesson = course.lesson_index(&p.lesson).map_or(p.lesson.clone(), |i| i.to_string());
        format!("{lesson} · {}.{}", p.slide + 1, p.step + 1)
    });
    let mut cells = vec![Cell::from(name), Cell::from(place.unwrap_or_else(|| "-".into()))];
    for id in exercises {
        let (text, style) = standing(learner, course, id, theme);
        cells.push(Cell::from(Span::styled(text, style)));
    }
    let quiet = learner.without_progress(now).map_or_else(|| "-".into(), |d| format!("{} min", d.as_mins()));
    let stuck = learner.stuck_on().map(|(_, _, differs)| differs.clone()).unwrap_or_default();
    cells.push(Cell::from(learner.attempts().to_string()));
    cells.push(Cell::from(quiet));
    cells.push(Cell::from(Span::styled(stuck, theme.warn)));
    Row::new(cells)
}

/// `✓ done`, or each task by its mark, as in `✓✗· 1/3`: done, last tried and not right, open.
fn standing(learner: &Learner, course: &Course, id: &str, theme: &Theme) -> (String, Style) {
    let (passed, of) = learner.tasks(course, id);
    match learner.progress.exercises.get(id).map(|e| (e.stage, e.ever_passed)) {
        Some((Stage::Passed, _) | (_, true)) => ("✓ done".into(), theme.ok),
        Some((Stage::Working, _)) => {
            let tasks = course.exercise(id).map(|e| e.tasks.as_slice()).unwrap_or_default();
            let marks = tasks.iter().map(|task| mark(learner, id, &task.id)).collect::<String>();
            let marks = if tasks.len() > MARKS { String::new() } else { marks };
            (format!("{marks} {passed}/{of}").trim_start().to_owned(), theme.text)
        }
        Some((Stage::NotStarted, _)) | None => ("·".into(), theme.dim),
    }
}

/// More tasks than these are only counted.
const MARKS: usize = 7;

fn mark(learner: &Learner, exercise: &str, task: &str) -> char {
    let state = learner.progress.exercises.get(exercise);
    match state.map(|e| (e.passed.contains_key(task), e.attempts.get(task).is_some_and(|a| !a.is_empty()))) {
        Some((true, _)) => '✓',
        Some((false, true)) => '✗',
        Some((false, false)) | None => '·',
    }
}

fn done(learner: &Learner) -> usize {
    learner.progress.exercises.values().map(|e| e.passed.len() + usize::from(e.ever_passed)).sum()
}

/// `Exercise / Task`, by their titles with these values in.
pub(super) fn task_name(course: &Course, exercise: &str, task: &str, vars: &Vars) -> String {
    let found = course.exercise(exercise).map(|e| e.drawn(vars));
    let title = found.as_ref().map_or(exercise, |e| e.title.as_str());
    let task = found.as_ref().and_then(|e| e.task(task)).map_or(task, |t| t.title.as_str());
    format!("{title} / {task}")
}
