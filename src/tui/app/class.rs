//! What a class does to the app: where it is followed, what it may say, and what an instructor does to it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{App, Popup};
use crate::class::{Asked, Change, Heard, Lead};
use crate::facts::{Observed, Origin};
use crate::session::Place;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::Pane;
use crate::tui::screen::bar::Tone;
use crate::tui::screen::class::{Did, Keys, Said, Seat, View, Viewed};
use crate::tui::screen::confirm::ConfirmPopup;

impl App {
    /// In a class from the beginning on.
    pub fn seated(mut self, mut seat: Seat) -> Self {
        if let Seat::Follows(follow) = &mut seat {
            let label = |action| self.keymap.label(Context::Class, action);
            follow.set_keys(Keys {
                follow: label(Action::FollowClass),
                command: label(Action::TakeCommand),
                view: label(Action::ViewShell),
                share: label(Action::ShareShell),
            });
        }
        if let Seat::Leads(leading) = &mut seat {
            leading.set_show_key(self.keymap.label(Context::Lead, Action::ShowShell));
            self.popup = Some(Popup::Class(Box::new(View::Code)));
        }
        self.seat = seat;
        self
    }

    /// To a learner. Nothing that is heard takes the keyboard, but the one page that says what the class sees.
    pub(super) fn hear(&mut self, heard: Heard) -> Vec<Effect> {
        let in_engine = self.wishes.focus == Pane::Engine;
        let Seat::Follows(follow) = &mut self.seat else { return Vec::new() };
        let was_shown = follow.is_shown_a_shell();
        let heard = follow.hear(heard, &self.lesson);
        if in_engine && !was_shown {
            // What somebody works with keeps its place.
            follow.watch(false);
        }
        let mut effects = Vec::new();
        for said in heard {
            match said {
                Said::Unshared => effects.push(Effect::ShowShell(false)),
                Said::Tell(text) => self.say(text),
                Said::Trouble(what, remedy) => self.trouble(&what, &remedy),
                Said::Show(notes) if self.popup.is_none() => self.popup = Some(Popup::Notes(notes)),
                Said::Show(_) => {}
            }
        }
        self.lesson.set_poll(self.seat.poll());
        effects
    }

    pub(super) fn class_changed(&mut self, changes: &[Change]) -> Vec<Effect> {
        let Seat::Leads(leading) = &mut self.seat else { return Vec::new() };
        if let Some((what, remedy)) = leading.hear(changes) {
            self.trouble(&what, &remedy);
        }
        self.lesson.set_poll(self.seat.poll());
        Vec::new()
    }

    fn say(&mut self, text: String) {
        self.tell(Tone::Plain, text);
    }

    /// After each message. An instructor's step goes to the class; a learner goes along as long as they have not gone
    /// elsewhere, and not while they are in the middle of something.
    pub(super) fn go_with_class(&mut self, before: Place) -> Vec<Effect> {
        let here = self.lesson.place();
        match &mut self.seat {
            Seat::Alone => Vec::new(),
            Seat::Leads(leading) => {
                leading.at(here, &self.lesson, self.now).into_iter().map(Effect::Lead).collect()
            }
            Seat::Follows(follow) => {
                if here != before {
                    follow.went(here, &self.lesson);
                }
                let busy = self.popup.is_some() || self.questions.is_open() || self.lesson.is_busy();
                match follow.target(&self.lesson) {
                    Some(target) if target != here && follow.is_with_class() && !busy => {
                        self.lesson.go_to(target)
                    }
                    _ => Vec::new(),
                }
            }
        }
    }

    /// A command of the instructor's, kept until they show it, or shown with their shell.
    pub(super) fn note_command(&mut self, call: &Observed) -> Option<Effect> {
        match &mut self.seat {
            Seat::Leads(leading) if call.command.origin == Origin::Typed => {
                leading.ran(&call.command).map(Effect::Lead)
            }
            _ => None,
        }
    }

    /// Who leads is asked first: with them the class ends.
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        let Seat::Leads(leading) = &self.seat else { return vec![Effect::AskToQuit] };
        let here = match leading.here() {
            0 => "Nobody is here.".to_owned(),
            1 => "1 learner is here and can go on alone.".into(),
            here => format!("{here} learners are here and can go on alone."),
        };
        let question = ConfirmPopup::new("End the class?", "", vec![Effect::AskToQuit])
            .saying(here)
            .saying("Everything is kept. The same command opens the class again, with the same join code.");
        self.popup = Some(Popup::Confirm(Box::new(question)));
        Vec::new()
    }

    pub(super) fn class_act(&mut self, action: Action) -> Vec<Effect> {
        match &mut self.seat {
            Seat::Alone => Vec::new(),
            Seat::Leads(leading) => {
                let did = leading.act(action, &self.lesson);
                let presents = leading.is_presenting();
                let mut effects = self.did(did);
                if action == Action::Presenter {
                    effects.extend(self.focus(Pane::Lesson));
                    effects.extend(self.zoom(presents));
                }
                effects
            }
            Seat::Follows(follow) => match action {
                Action::FollowClass => {
                    let apart = follow.is_apart();
                    follow.come_back();
                    let target = follow.target(&self.lesson);
                    let mut effects = target.map(|place| self.lesson.go_to(place)).unwrap_or_default();
                    if apart {
                        effects.push(Effect::AskClass(Asked::TryAgain));
                    }
                    effects
                }
                Action::RaiseHand if !follow.is_audience() => {
                    vec![Effect::AskClass(Asked::Hand(follow.raise_hand()))]
                }
                Action::TakeCommand => match follow.command().map(str::to_owned) {
                    Some(command) => self.type_into_shell(command),
                    None => {
                        self.say("The instructor has shown no command yet".into());
                        Vec::new()
                    }
                },
                Action::ViewShell => self.view_shell(),
                Action::ShareShell if !follow.is_audience() => self.ask_to_share(),
                Action::Messages => {
                    self.popup = Some(Popup::Notes(follow.messages()));
                    Vec::new()
                }
                _ => Vec::new(),
            },
        }
    }

    /// The instructor's shell in the place of the engine pane, or the engine pane again. Only this key goes there.
    fn view_shell(&mut self) -> Vec<Effect> {
        let in_sight = self.screen().body(Pane::Engine).is_some();
        let Seat::Follows(follow) = &mut self.seat else { return Vec::new() };
        if !follow.is_shown_a_shell() {
            self.say("The instructor does not show their shell now".into());
            return Vec::new();
        }
        let open = follow.watched().is_some() && in_sight;
        follow.watch(!open);
        match (open, in_sight) {
            (false, false) => self.focus(Pane::Engine),
            // Who came by this key, where one pane is seen at a time, goes back by it.
            (true, _) if self.screen().body(Pane::Lesson).is_none() => self.focus(Pane::Lesson),
            _ => Vec::new(),
        }
    }

    /// The instructor's shell takes what the engine pane would take.
    pub(super) fn views_shell(&self) -> bool {
        self.wishes.focus == Pane::Engine && self.seat.has_engines_place()
    }

    pub(super) fn view_shell_act(&mut self, action: Action) -> Vec<Effect> {
        if let Seat::Follows(follow) = &mut self.seat {
            match action {
                Action::Cancel => return self.view_shell(),
                _ => follow.move_view(action),
            }
        }
        Vec::new()
    }

    fn ask_to_share(&mut self) -> Vec<Effect> {
        let Seat::Follows(follow) = &mut self.seat else { return Vec::new() };
        if follow.is_sharing() {
            follow.share(false);
            self.say("Your shell is seen no more".into());
            return vec![Effect::ShowShell(false)];
        }
        match follow.could_share() {
            Err(why) => self.say(why.into()),
            Ok(()) => {
                let question = ConfirmPopup::new(
                    "Let the instructor look at your shell?",
                    "",
                    vec![Effect::ShowShell(true)],
                )
                .saying("They see what your shell shows: what stands there now, what you type, and what programs print.")
                .saying("Nobody else sees it, it is not kept, and they can't type in it.")
                .saying("The first row says so all the time. The same key ends it.");
                self.popup = Some(Popup::Confirm(Box::new(question)));
            }
        }
        Vec::new()
    }

    /// The learner has said yes; by now the class may be away.
    pub(super) fn shares_shell(&mut self) -> Vec<Effect> {
        let Seat::Follows(follow) = &mut self.seat else { return Vec::new() };
        match follow.could_share() {
            Ok(()) => {
                follow.share(true);
                vec![Effect::ShowShell(true)]
            }
            Err(why) => {
                self.say(why.into());
                Vec::new()
            }
        }
    }

    fn did(&mut self, did: Did) -> Vec<Effect> {
        match did {
            Did::ShowShell(on) => {
                let said = if on { "The class sees your shell" } else { "The class sees your shell no more" };
                self.say(said.into());
                vec![Effect::ShowShell(on)]
            }
            Did::Lead(leads) => {
                let said = match &leads[..] {
                    [Lead::Hint { .. }] => "The hint was sent".into(),
                    [Lead::Hint { .. }, ..] => format!("The hint was sent to {} learners", leads.len()),
                    [Lead::Note(_)] => "The note was sent to all".into(),
                    [Lead::Command(command)] => format!("The class sees: {command}"),
                    _ => String::new(),
                };
                if !said.is_empty() {
                    self.tell(Tone::Good, said);
                }
                leads.into_iter().map(Effect::Lead).collect()
            }
            Did::Open(view) => {
                self.popup = Some(Popup::Class(Box::new(view)));
                Vec::new()
            }
            Did::Tell(text) => {
                self.say(text);
                Vec::new()
            }
        }
    }

    pub(super) fn view_act(&mut self, action: Action) -> Vec<Effect> {
        let (Some(Popup::Class(view)), Seat::Leads(leading)) = (&mut self.popup, &mut self.seat) else {
            return Vec::new();
        };
        let viewed = view.act(action, leading, &self.lesson);
        self.viewed(viewed)
    }

    pub(super) fn viewed(&mut self, viewed: Viewed) -> Vec<Effect> {
        match viewed {
            Viewed::Stays => Vec::new(),
            Viewed::Closed => {
                self.popup = None;
                Vec::new()
            }
            Viewed::Did(did) => self.did(did),
            Viewed::ClosedWith(did) => {
                self.popup = None;
                self.did(did)
            }
        }
    }

    pub(super) fn draw_view(&self, view: &View, buf: &mut Buffer) {
        if let Seat::Leads(leading) = &self.seat {
            // The bar stays: what happens is said there.
            let area = Rect { height: self.area.height.saturating_sub(1), ..self.area };
            view.draw(leading, &self.lesson, self.now, area, buf, &self.theme);
        }
    }

    /// What the class adds to the lesson's pane.
    pub(super) fn draw_beside_slide(&self, body: Rect, buf: &mut Buffer) {
        self.seat.draw_beside(&self.lesson, self.now, &self.zone, body, buf, &self.theme);
    }
}

#[cfg(test)]
#[path = "class_tests.rs"]
mod tests;
