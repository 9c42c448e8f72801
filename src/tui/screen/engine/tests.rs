//! Pictures of every screen of the pane, and what must hold for any of them.

mod deeds;
pub(crate) mod example;
mod pictures;
mod rules;
mod wire;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::facts::LogFrom;
use crate::tui::action::Action;
use crate::tui::effect::ShellEffect;
use crossterm::event::KeyCode;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_899_384 + second).unwrap()
}

/// The pane as text, without blanks at the ends of lines.
fn picture(pane: &mut EnginePane, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    pane.arrange(area);
    let mut buf = Buffer::empty(area);
    pane.draw(area, &mut buf, &crate::tui::theme::Theme::default(), true);
    if let Some(popup) = pane.popup() {
        popup.draw(area, &mut buf, &crate::tui::theme::Theme::default());
    }
    let mut text = format!("── {width}x{height} ──\n");
    for y in 0..height {
        let mut row = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buf[(x, y)].symbol();
            row.push_str(symbol);
            x += (unicode_width::UnicodeWidthStr::width(symbol) as u16).max(1);
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// At the sizes that the layouts give it.
fn pictures(pane: &mut EnginePane) -> String {
    [(30, 6), (56, 12), (80, 20), (120, 30)].map(|(width, height)| picture(pane, width, height)).concat()
}

fn live(snapshot: Snapshot) -> EnginePane {
    let mut pane = EnginePane::default();
    pane.set_endpoint("docker 26.1 · default context · /var/run/docker.sock".to_owned(), None);
    pane.tick(at(0));
    pane.set_link(Link::Live);
    pane.set_snapshot(Arc::new(snapshot));
    pane
}
