//! The question before something is stopped or removed: a plain yes, or the thing's name typed out.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::tui::effect::Effect;
use crate::tui::theme::Theme;
use crate::tui::widget::ink::{Ink, InkLine, Tone};

/// While it is open, every key belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfirmPopup {
    title: String,
    /// What it would be on the command line.
    command: String,
    body: Vec<String>,
    /// Set where a plain yes is not enough.
    word: Option<String>,
    typed: String,
    then: Vec<Effect>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nothing is decided yet.
    Open,
    Yes(Vec<Effect>),
    No,
}

/// Where everything is for one area; drawing and clicking must agree.
struct Shape {
    frame: Rect,
    lines: Vec<InkLine>,
    /// Where yes and no can be clicked.
    yes: Rect,
    no: Rect,
}

const WIDTH: u16 = 60;
const YES: &str = " y yes ";
const ENTER: &str = " Enter do it ";
const NO: &str = " n no ";
const ESCAPE: &str = " Esc leave it ";

impl ConfirmPopup {
    pub fn new(title: impl Into<String>, command: impl Into<String>, then: Vec<Effect>) -> Self {
        Self {
            title: title.into(),
            command: command.into(),
            body: Vec::new(),
            word: None,
            typed: String::new(),
            then,
        }
    }

    #[must_use]
    pub fn saying(mut self, sentence: impl Into<String>) -> Self {
        self.body.push(sentence.into());
        self
    }

    /// Asks for this word instead of a plain yes.
    #[must_use]
    pub fn by_name(mut self, word: impl Into<String>) -> Self {
        self.word = Some(word.into());
        self
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn key(&mut self, key: KeyEvent) -> Answer {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match (&self.word, key.code) {
            (_, KeyCode::Esc) => Answer::No,
            (_, KeyCode::Char('c')) if control => Answer::No,
            (None, KeyCode::Char('y' | 'Y')) => Answer::Yes(self.then.clone()),
            (None, KeyCode::Char('n' | 'N' | 'q')) => Answer::No,
            (None, _) => Answer::Open,
            (Some(word), KeyCode::Enter) if word != "no" && self.typed.trim().eq_ignore_ascii_case("no") => {
                Answer::No
            }
            (Some(_), KeyCode::Enter) => self.agreed(),
            (Some(_), KeyCode::Backspace) => {
                self.typed.pop();
                Answer::Open
            }
            (Some(_), KeyCode::Char('u' | 'w')) if control => {
                self.typed.clear();
                Answer::Open
            }
            (Some(_), KeyCode::Char(c)) if !control && self.typed.len() < 256 => {
                self.typed.push(c);
                Answer::Open
            }
            (Some(_), _) => Answer::Open,
        }
    }

    pub fn paste(&mut self, text: &str) {
        if self.word.is_some() {
            self.typed.extend(text.trim().chars().filter(|c| !c.is_control()).take(256));
        }
    }

    /// Row and column of the screen; `area` is what `draw` was given.
    pub fn click(&mut self, area: Rect, row: u16, col: u16) -> Answer {
        let shape = self.shape(area);
        let at = Position::new(col, row);
        if shape.yes.contains(at) {
            self.agreed()
        } else if shape.no.contains(at) {
            Answer::No
        } else {
            Answer::Open
        }
    }

    fn agreed(&self) -> Answer {
        match &self.word {
            Some(word) if *word != self.typed.trim() => Answer::Open,
            _ => Answer::Yes(self.then.clone()),
        }
    }

    fn shape(&self, area: Rect) -> Shape {
        // A margin shows what is beneath it.
        let margin = if area.width >= 34 { 4 } else { 0 };
        let width = WIDTH.min(area.width - margin);
        let inner = usize::from(width.saturating_sub(4));
        let mut lines = Vec::new();
        if !self.command.is_empty() {
            lines.push(InkLine::of("$ ", Ink::Dim).with(&self.command, Ink::Code).cut(inner));
        }
        for sentence in &self.body {
            lines.extend(InkLine::of(sentence, Ink::Text).wrap(inner, 0));
        }
        if let Some(word) = &self.word {
            let ask = InkLine::of("Type ", Ink::Text).with(word, Ink::Strong).with(" to go on:", Ink::Text);
            lines.extend(ask.wrap(inner, 0));
            let right = self.typed.trim() == word;
            let ink = if right { Ink::Ok } else { Ink::Strong };
            lines.push(InkLine::of("> ", Ink::Key).with(&self.typed, ink).with("▏", Ink::Key).cut(inner));
        }
        // Where it is too low for all, the question, the field and the answers stay.
        let room = usize::from(area.height.saturating_sub(3)).max(1);
        if lines.len() > room {
            let kept = if self.word.is_some() { lines.len() - room } else { 0 };
            lines.drain(..kept);
            lines.truncate(room);
        }
        let height = u16::try_from(lines.len()).unwrap_or(0).saturating_add(3).min(area.height);
        let frame =
            Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height);
        let last = frame.bottom().saturating_sub(2).max(frame.top());
        let (yes, no) = if self.word.is_some() { (ENTER, ESCAPE) } else { (YES, NO) };
        let yes = Rect::new(frame.x + 2, last, u16::try_from(yes.len()).unwrap_or(0), 1);
        let no = Rect::new(yes.right() + 2, last, u16::try_from(no.len()).unwrap_or(0), 1);
        Shape { frame, lines, yes: yes.intersection(frame), no: no.intersection(frame) }
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let shape = self.shape(area);
        Clear.render(shape.frame, buf);
        buf.set_style(shape.frame, theme.text);
        let title = InkLine::of(format!(" {} ", self.title), Ink::Title);
        if shape.frame.height >= 3 {
            Block::bordered()
                .border_type(BorderType::Rounded)
                .border_style(theme.border_focus)
                .render(shape.frame, buf);
        }
        let inner = shape.frame.width.saturating_sub(4);
        title.cut(usize::from(inner)).paint(buf, shape.frame.x + 2, shape.frame.y, inner, theme, Tone::Plain);
        for (line, y) in shape.lines.iter().zip(shape.frame.y.saturating_add(1)..shape.yes.y) {
            line.paint(buf, shape.frame.x + 2, y, inner, theme, Tone::Plain);
        }
        let ready = self.word.as_ref().is_none_or(|word| word == self.typed.trim());
        let (yes, no) = if self.word.is_some() { (ENTER, ESCAPE) } else { (YES, NO) };
        for (words, at, live) in [(yes, shape.yes, ready), (no, shape.no, true)] {
            let (key, rest) = words.trim().split_once(' ').unwrap_or((words, ""));
            let (key_ink, ink) = if live { (Ink::Key, Ink::Text) } else { (Ink::Dim, Ink::Dim) };
            InkLine::of(" ", ink).with(key, key_ink).with(format!(" {rest} "), ink).paint(
                buf,
                at.x,
                at.y,
                at.width,
                theme,
                Tone::Plain,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn popup() -> ConfirmPopup {
        ConfirmPopup::new("Remove container web?", "docker rm web", vec![Effect::Copy("x".to_owned())])
            .saying("Everything it wrote outside of volumes is lost.")
    }

    fn press(popup: &mut ConfirmPopup, text: &str) -> Answer {
        text.chars().fold(Answer::Open, |_, c| popup.key(KeyCode::Char(c).into()))
    }

    #[test]
    fn a_plain_question_takes_y_or_n() {
        assert_eq!(press(&mut popup(), "y"), Answer::Yes(vec![Effect::Copy("x".to_owned())]));
        assert_eq!(press(&mut popup(), "n"), Answer::No);
        assert_eq!(popup().key(KeyCode::Enter.into()), Answer::Open, "Enter alone must not destroy");
        assert_eq!(popup().key(KeyCode::Esc.into()), Answer::No);
    }

    #[test]
    fn a_strangers_thing_needs_its_name() {
        let mut popup = popup().by_name("web");
        assert_eq!(press(&mut popup, "y"), Answer::Open);
        assert_eq!(popup.key(KeyCode::Enter.into()), Answer::Open);
        popup.key(KeyCode::Backspace.into());
        press(&mut popup, "web");
        assert!(matches!(popup.key(KeyCode::Enter.into()), Answer::Yes(_)));
        let mut popup = popup.by_name("yes");
        popup.typed.clear();
        press(&mut popup, "No");
        assert_eq!(popup.key(KeyCode::Enter.into()), Answer::No);
    }

    #[test]
    fn it_can_be_clicked_and_never_panics_at_any_size() {
        for (width, height) in [(0, 0), (1, 1), (5, 2), (20, 5), (30, 6), (80, 24)] {
            for popup in [popup(), popup().by_name("a".repeat(70))] {
                let area = Rect::new(0, 0, width, height);
                let mut buf = Buffer::empty(area);
                popup.draw(area, &mut buf, &Theme::default());
                for row in 0..height {
                    popup.clone().click(area, row, width / 2);
                }
            }
        }
        let area = Rect::new(0, 0, 80, 24);
        let shape = popup().shape(area);
        assert!(matches!(popup().click(area, shape.yes.y, shape.yes.x), Answer::Yes(_)));
        assert_eq!(popup().click(area, shape.no.y, shape.no.x), Answer::No);
    }

    #[test]
    fn pictures() {
        let mut pictures = String::new();
        for (width, height) in [(30, 8), (70, 12)] {
            for popup in [popup(), popup().saying("The course did not make it.").by_name("web")] {
                let area = Rect::new(0, 0, width, height);
                let mut buf = Buffer::empty(area);
                popup.draw(area, &mut buf, &Theme::default());
                for y in 0..height {
                    let row: String = (0..width).map(|x| buf[(x, y)].symbol()).collect();
                    pictures.push_str(row.trim_end());
                    pictures.push('\n');
                }
            }
        }
        insta::assert_snapshot!(pictures);
    }
}
