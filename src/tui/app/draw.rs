//! How the app is drawn: frames, tabs, bar and whatever lies on top.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget, Wrap};
use unicode_width::UnicodeWidthStr;

use super::{App, Popup};
use crate::tui::action::Action;
use crate::tui::keymap::Context;
use crate::tui::layout::{Pane, SMALLEST, Screen};
use crate::tui::screen::bar::Bar;

pub(super) fn app(app: &App, frame: &mut Frame<'_>) {
    // The terminal shrank, and the message that says so is still under way: its frame comes next.
    if frame.area().intersection(app.area) != app.area {
        return;
    }
    let screen = app.screen();
    let mut cursor = None;
    let buf = frame.buffer_mut();
    match &screen {
        Screen::TooSmall(area) => return too_small(app, *area, buf),
        Screen::Tabs { tabs, pane, body, .. } => {
            tab_line(app, *tabs, *pane, buf);
            cursor = pane_body(app, *pane, *body, buf);
        }
        Screen::Panes { frames, .. } => {
            for (pane, area) in frames {
                pane_frame(app, *pane, *area, buf);
                if let Some(body) = screen.body(*pane) {
                    cursor = pane_body(app, *pane, body, buf).or(cursor);
                }
            }
        }
    }
    if let Some(row) = app.area.y.checked_sub(1) {
        app.seat.draw(&app.lesson, app.now, Rect { y: row, height: 1, ..app.area }, buf, &app.theme);
    }
    if let Some(area) = screen.bar() {
        let (keys, right) = (bar_keys(app), app.lesson.position());
        bar(app, &keys, &right).draw(area, buf, &app.theme);
    }
    if app.lesson.is_covered() {
        app.lesson.draw_over(app.area, buf, &app.theme);
        cursor = None;
    }
    match &app.popup {
        Some(Popup::Help(help)) => help.draw(app.area, buf, &app.theme),
        Some(Popup::Contents(contents)) => contents.draw(app.area, buf, &app.theme),
        Some(Popup::Notes(notes)) => notes.draw(app.area, buf, &app.theme),
        Some(Popup::Confirm(confirm)) => confirm.draw(app.area, buf, &app.theme),
        Some(Popup::Class(view)) => app.draw_view(view, buf),
        None => {
            if let Some(question) = app.engine.popup() {
                question.draw(app.area, buf, &app.theme);
                cursor = None;
            }
        }
    }
    if app.questions.is_open() {
        app.questions.draw(app.area, buf, &app.theme);
        cursor = None;
    }
    if let (Some(position), None) = (cursor, &app.popup) {
        frame.set_cursor_position(position);
    }
}

/// The verb that the bar names in this column.
pub(super) fn bar_at(app: &App, area: Rect, column: u16) -> Option<Action> {
    let (keys, right) = (bar_keys(app), app.lesson.position());
    bar(app, &keys, &right).at(area, column)
}

fn bar<'a>(app: &'a App, keys: &'a [(String, Action)], right: &'a str) -> Bar<'a> {
    Bar { keys, focus: app.wishes.focus, right, notice: app.notice.as_ref().map(|(notice, _)| notice) }
}

/// The keys that do something here.
fn bar_keys(app: &App) -> Vec<(String, Action)> {
    let mut keys = app.keymap.bar(&app.contexts());
    if app.wishes.focus == Pane::Lesson {
        keys.retain(|(_, action)| app.lesson.offers(*action));
    }
    if !app.seat.is_shown_a_shell() {
        keys.retain(|(_, action)| *action != Action::ViewShell);
    }
    if app.seat.is_audience() {
        keys.retain(|(_, action)| *action == Action::Quit);
    }
    if matches!(app.popup, Some(Popup::Help(_) | Popup::Notes(_))) {
        // There is nothing to choose in a text.
        keys.retain(|(_, action)| *action != Action::Confirm);
    } else if let Some(Popup::Class(view)) = &app.popup {
        keys.retain(|(_, action)| view.offers(*action));
    }
    let asks = matches!(app.popup, Some(Popup::Confirm(_))) || app.engine.popup().is_some();
    if asks || app.questions.is_open() {
        // A question names its own keys.
        keys.clear();
    }
    keys
}

/// Draws the pane; returns where the cursor goes when it has the focus.
fn pane_body(app: &App, pane: Pane, body: Rect, buf: &mut Buffer) -> Option<(u16, u16)> {
    let focused = app.wishes.focus == pane;
    match pane {
        Pane::Lesson => {
            app.lesson.draw(app.seat.slide(&app.lesson, body), buf, &app.theme);
            app.draw_beside_slide(body, buf);
            None
        }
        Pane::Engine if app.seat.has_engines_place() => {
            app.seat.draw_shell(body, buf, &app.theme);
            None
        }
        Pane::Engine => {
            app.engine.draw(body, buf, &app.theme, focused);
            None
        }
        Pane::Shell => app.shell.draw(body, buf, &app.theme).filter(|_| focused),
    }
}

fn pane_frame(app: &App, pane: Pane, area: Rect, buf: &mut Buffer) {
    let focused = app.wishes.focus == pane;
    let (title, right) = titles(app, pane);
    let style = if focused { app.theme.border_focus } else { app.theme.border };
    // The focused frame differs in its lines too, not by colour alone.
    let lines = if focused { BorderType::Thick } else { BorderType::Rounded };
    let room = usize::from(area.width).saturating_sub(title.width() + 8);
    let mut block = Block::bordered()
        .border_type(lines)
        .border_style(style)
        .title_top(Line::styled(format!(" {title} "), if focused { app.theme.title } else { app.theme.dim }));
    if !right.is_empty() && room > 8 {
        block = block.title_top(
            Line::styled(format!(" {} ", clip(&right, room)), app.theme.dim).alignment(Alignment::Right),
        );
    }
    block.render(area, buf);
}

/// The title of a pane, and what stands at the right of its frame.
fn titles(app: &App, pane: Pane) -> (String, String) {
    match pane {
        Pane::Lesson => (app.lesson.title(), app.lesson.summary()),
        Pane::Engine if app.seat.has_engines_place() => {
            let key = app.keymap.label(Context::Class, Action::ViewShell);
            ("the instructor's shell, read only".into(), format!("{key} closes it"))
        }
        // Which engine it is stands in the pane's last line.
        Pane::Engine => ("engine".into(), String::new()),
        Pane::Shell => {
            let chord = |context| app.keymap.label(context, Action::ToggleShell);
            let hint = match app.wishes.focus {
                Pane::Shell => format!("{} back to the lesson", chord(Context::Shell)),
                _ => format!("{} to type here", chord(Context::Any)),
            };
            let seen = app.seat.shell_is_seen_by().map_or(String::new(), |who| format!(" · ◉ {who}"));
            (format!("{}{seen}", app.shell.title()), hint)
        }
    }
}

fn clip(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    out
}

const TABS: [(Pane, &str); 3] =
    [(Pane::Lesson, " Lesson "), (Pane::Engine, " Engine "), (Pane::Shell, " Shell ")];

/// Which tab is in this column of the row of tabs.
pub(super) fn tab_at(column: u16) -> Option<Pane> {
    let mut at = 1;
    for (pane, label) in TABS {
        let end = at + label.len() as u16 + 2;
        if (at..end).contains(&column) {
            return Some(pane);
        }
        at = end + 1;
    }
    None
}

fn tab_line(app: &App, area: Rect, shown: Pane, buf: &mut Buffer) {
    buf.set_style(area, app.theme.bar);
    let mut spans = vec![Span::styled(" ", app.theme.bar)];
    let tabs = if app.seat.is_audience() { &TABS[..0] } else { &TABS[..] };
    for (pane, label) in tabs.iter().copied() {
        let (open, close, style) =
            if pane == shown { ("[", "]", app.theme.selected) } else { (" ", " ", app.theme.bar) };
        spans.push(Span::styled(format!("{open}{label}{close}"), style));
        spans.push(Span::styled(" ", app.theme.bar));
    }
    let used: usize = spans.iter().map(|s| s.content.width()).sum();
    Paragraph::new(Line::from(spans)).render(area, buf);
    let (title, right) = titles(app, shown);
    let stands_alone = match shown {
        Pane::Engine => app.seat.has_engines_place(),
        Pane::Shell => app.seat.shell_is_seen_by().is_some(),
        Pane::Lesson => false,
    };
    // While the shell or the engine is in front, how the exercise goes is what matters from the lesson.
    // Where the class has no row of its own, this one must say it.
    let seen = app.seat.shell_is_seen_by().filter(|_| app.area.y == 0);
    let text = match (seen, shown, app.lesson.summary()) {
        (Some(who), ..) => format!("◉ shell: {who}"),
        (None, Pane::Lesson, summary) if summary.is_empty() => title,
        (None, Pane::Lesson, summary) => format!("{title} · {summary}"),
        _ if stands_alone => title,
        (None, _, summary) if !summary.is_empty() => summary,
        _ => right,
    };
    let room = usize::from(area.width).saturating_sub(used + 1);
    let text = clip(&text, room);
    let x = area.right().saturating_sub(text.width() as u16 + 1);
    buf.set_string(x, area.y, &text, app.theme.bar);
}

fn too_small(app: &App, area: Rect, buf: &mut Buffer) {
    let text = match &app.popup {
        _ if app.questions.is_open() => {
            "A delete of what is yours waits. Make this window larger to see it; Esc says no.".into()
        }
        Some(Popup::Confirm(question)) => format!("{} y yes, n no", question.title()),
        _ => format!(
            "pilotwhale needs {}x{} characters; this window has {}x{}. Make it larger, or q quits.",
            SMALLEST.0, SMALLEST.1, area.width, area.height
        ),
    };
    Paragraph::new(text).wrap(Wrap { trim: true }).render(area, buf);
}
