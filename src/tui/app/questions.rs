//! Deletes that the tap holds until the learner says yes or no: one question at a time, above everything else.

use std::collections::VecDeque;

use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::effect::Effect;
use crate::tui::screen::confirm::{Answer, ConfirmPopup};
use crate::tui::theme::Theme;

/// The first is on the screen; the others wait behind it.
#[derive(Debug, Default)]
pub(super) struct Questions(VecDeque<(u64, ConfirmPopup)>);

/// More lines than these are counted instead of shown.
const MOST: usize = 8;

impl Questions {
    pub(super) fn ask(&mut self, id: u64, command: &str, objects: &[String]) {
        let mut popup = ConfirmPopup::new(
            "Delete what is yours?",
            command,
            vec![Effect::AnswerGuard { question: id, yes: true }],
        )
        .saying("The command waits. It would delete something that the course did not make:");
        for object in objects.iter().take(MOST) {
            popup = popup.saying(format!("- {object}"));
        }
        if objects.len() > MOST {
            popup = popup.saying(format!("and {} more", objects.len() - MOST));
        }
        // A word, because keys that were meant for the shell may still be on their way.
        self.0.push_back((id, popup.by_name("yes")));
    }

    /// Nobody waits for an answer any more.
    pub(super) fn withdraw(&mut self, id: u64) {
        self.0.retain(|(waiting, _)| *waiting != id);
    }

    pub(super) fn is_open(&self) -> bool {
        !self.0.is_empty()
    }

    /// None where no question is open; else the key is used up.
    pub(super) fn key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let answer = self.0.front_mut()?.1.key(key);
        Some(self.answered(answer))
    }

    pub(super) fn mouse(&mut self, area: Rect, mouse: MouseEvent) -> Option<Vec<Effect>> {
        let (_, popup) = self.0.front_mut()?;
        let answer = match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => popup.click(area, mouse.row, mouse.column),
            _ => Answer::Open,
        };
        Some(self.answered(answer))
    }

    fn answered(&mut self, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Open => Vec::new(),
            Answer::Yes(effects) => {
                self.0.pop_front();
                effects
            }
            Answer::No => {
                let no = |(question, _)| Effect::AnswerGuard { question, yes: false };
                self.0.pop_front().map(no).into_iter().collect()
            }
        }
    }

    pub(super) fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        if let Some((_, popup)) = self.0.front() {
            popup.draw(area, buf, theme);
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;

    fn press(questions: &mut Questions, text: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for c in text.chars() {
            let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
            effects.extend(questions.key(code.into()).unwrap_or_default());
        }
        effects
    }

    fn answer(question: u64, yes: bool) -> Vec<Effect> {
        vec![Effect::AnswerGuard { question, yes }]
    }

    #[test]
    fn a_yes_is_a_word_and_a_no_is_a_key() {
        let mut questions = Questions::default();
        assert_eq!(questions.key(KeyCode::Esc.into()), None);
        for id in 1..=3 {
            questions.ask(id, "docker rm web", &["container web".into()]);
        }
        assert!(press(&mut questions, "y\n").is_empty(), "a stray y is no yes");
        assert_eq!(press(&mut questions, "es\n"), answer(1, true));
        assert_eq!(questions.key(KeyCode::Esc.into()), Some(answer(2, false)));
        questions.withdraw(3);
        assert!(!questions.is_open());
    }

    #[test]
    fn it_lists_what_would_go() {
        let mut questions = Questions::default();
        let objects: Vec<String> =
            (0..10).map(|n| format!("container c{n} (from nginx, now exited)")).collect();
        questions.ask(1, "docker rm c0 c1", &objects);
        let area = Rect::new(0, 0, 80, 24);
        let mut buf = Buffer::empty(area);
        questions.draw(area, &mut buf, &Theme::default());
        let text: String =
            (0..24).flat_map(|y| (0..80).map(move |x| (x, y))).map(|at| buf[at].symbol()).collect();
        for part in ["$ docker rm c0 c1", "container c7", "and 2 more", "yes"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
