//! What the exercises of a course need of the world, and what the world's answers do to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::LessonPane;
use crate::check::Report;
use crate::course::{BlockKind, Deck};
use crate::facts::{Link, Looked, Snapshot};
use crate::progress::Event;
use crate::session::{Attempt, Input, Output, Phase, Sight};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, ExerciseEffect};
use crate::tui::screen::confirm::ConfirmPopup;
use crate::tui::screen::exercise::summary;
use crate::tui::widget::markdown::Insert;

/// What the screen remembers of the exercises, beside their state.
#[derive(Default)]
pub(super) struct Watch {
    folders: BTreeMap<String, String>,
    /// For which the learner wants to hear that it was checked, whatever came of it.
    pub(super) asked: Option<String>,
    /// The exercise whose solution was asked for, and when.
    pub(super) solution: Option<(String, Timestamp)>,
    /// What was last heard of the engine; None before anything was.
    link: Option<Input>,
    /// What the engine holds, as it was seen last.
    here: Arc<Snapshot>,
}

impl Watch {
    /// A key that means something else takes back what was asked for.
    pub(super) fn note(&mut self, action: Action) {
        self.solution.take_if(|_| action != Action::Solution);
    }

    pub(super) fn link(&self) -> Option<Input> {
        self.link.clone()
    }

    pub(super) fn folder(&self, exercise: &str) -> Option<&str> {
        self.folders.get(exercise).map(String::as_str)
    }
}

/// The clock's time at which it began; with the day where that was not today.
pub(super) fn since(attempt: Option<&Attempt>, now: Timestamp, zone: &TimeZone) -> String {
    let Some(attempt) = attempt else { return String::new() };
    let local = |at: Timestamp| zone.to_datetime(at);
    let form = if local(attempt.since).date() == local(now).date() { "%H:%M" } else { "%-d %b, %H:%M" };
    local(attempt.since).strftime(form).to_string()
}

/// Slides that hold an exercise, with its id.
pub(super) fn on_slides(deck: &Deck) -> Vec<(usize, String)> {
    let slides = deck.slides.iter().enumerate();
    slides
        .flat_map(|(at, slide)| {
            slide.blocks.iter().filter_map(move |block| match &block.kind {
                BlockKind::Exercise(id) => Some((at, id.clone())),
                _ => None,
            })
        })
        .collect()
}

impl LessonPane {
    /// At the start: an exercise that is under way goes on.
    pub fn open(&mut self) -> Vec<Effect> {
        let outputs = self.session.step_all(&Input::Resume);
        let mut effects = self.carry_out_all(outputs);
        effects.push(Effect::Watch(self.watched()));
        effects
    }

    /// The exercise on the slide.
    pub(super) fn exercise_here(&self) -> Option<String> {
        self.slides.inserts().into_iter().find_map(|insert| match insert {
            Insert::Exercise(id) => Some(id),
            Insert::Quiz(_) | Insert::Task(_) | Insert::Score => None,
        })
    }

    /// How the exercise that is under way goes: that of the slide first, the lesson's own tasks last.
    pub fn summary(&self) -> String {
        let course = self.session.course();
        let alone = course.exercises.iter().filter(|e| !e.on_slides);
        let tasks = self.session.lesson_exercise().map(|e| e.id.clone());
        let mut under_way = alone.map(|e| e.id.clone()).chain(tasks).filter(|id| {
            self.session.exercise(id).is_some_and(|s| !matches!(s.phase, Phase::Idle | Phase::Passed))
        });
        let id = self.id_at_hand().or_else(|| under_way.next());
        let found = id.and_then(|id| Some((self.session.drawn(&id)?, self.session.exercise(&id)?)));
        found.map(|(exercise, state)| summary(exercise, state)).unwrap_or_default()
    }

    pub fn set_link(&mut self, link: &Link) -> Vec<Effect> {
        let input = match link {
            Link::Live => Input::EngineBack,
            Link::Lost { reason, remedy, .. } => Input::EngineLost {
                reason: format!("the engine cannot be reached ({reason})"),
                remedy: remedy.clone(),
            },
            Link::Absent { reason, remedy } => {
                Input::EngineLost { reason: reason.clone(), remedy: remedy.clone() }
            }
            Link::Connecting => return Vec::new(),
        };
        let outputs = self.session.step_all(&input);
        let mut effects = self.carry_out_all(outputs);
        if self.watch.link.replace(input).is_none() {
            effects.extend(self.take_up_tasks());
        }
        effects
    }

    /// What the engine holds is another picture now.
    pub fn engine_changed(&mut self, here: &Arc<Snapshot>) -> Vec<Effect> {
        self.watch.here = Arc::clone(here);
        let outputs = self.session.step_all(&Input::Seen);
        self.carry_out_all(outputs)
    }

    pub fn command_ended(&mut self) -> Vec<Effect> {
        let outputs = self.session.command_ended();
        self.carry_out_all(outputs)
    }

    /// Something happened that may count for exercises.
    pub fn saw(&mut self, sight: Sight<'_>) -> Vec<Effect> {
        let outputs = self.session.saw(sight);
        self.carry_out_all(outputs)
    }

    pub fn begun(&mut self, exercise: &str, run: u64, outcome: Result<String, String>) -> Vec<Effect> {
        if let Ok(folder) = &outcome {
            self.watch.folders.insert(exercise.to_owned(), folder.clone());
        }
        let outputs = self.session.step(exercise, Input::Begun { run, outcome: outcome.map(|_| ()) });
        self.carry_out(exercise, outputs)
    }

    /// The news is what a learner who looks elsewhere wants to hear.
    pub fn graded(
        &mut self,
        exercise: &str,
        run: u64,
        report: Report,
        looked: &Looked,
    ) -> (Option<String>, Vec<Effect>) {
        let titles: BTreeMap<String, String> =
            report.tasks.iter().map(|t| (t.id.clone(), t.title.clone())).collect();
        let outputs = self.session.step(exercise, Input::Graded { run, report: Box::new(report) });
        let on_slides = self.session.course().exercise(exercise).is_some_and(|e| e.on_slides);
        let all_done =
            if on_slides { "All tasks of this lesson are done" } else { "Exercise done: all tasks hold" };
        let news = outputs.iter().rev().find_map(|output| match output {
            Output::Record(Event::ExercisePassed { .. }) => Some(all_done.to_owned()),
            Output::Record(Event::TaskPassed { task, .. }) => titles.get(task).map(|t| format!("Done: {t}")),
            _ => None,
        });
        let asked = self.watch.asked.take_if(|id| id == exercise).is_some();
        if asked && news.is_none() {
            self.news = self.session.exercise(exercise).and_then(|state| {
                let done = state.record.passed.len();
                let of = state.report.as_ref()?.tasks.len();
                Some(if of == 1 {
                    "Checked: not done yet".into()
                } else {
                    format!("Checked: {done} of {of} tasks are done")
                })
            });
        }
        let changed = !outputs.is_empty();
        if changed && self.id_at_hand().as_deref() == Some(exercise) {
            self.show_task();
        }
        let here = Arc::clone(&self.watch.here);
        let learned = self.session.learned(exercise, run, Some(&here), looked);
        let mut effects = self.carry_out(exercise, learned);
        effects.extend(self.carry_out(exercise, outputs));
        (news, effects)
    }

    pub fn look_again(&mut self, exercise: &str) -> Vec<Effect> {
        let outputs = self.session.step(exercise, Input::Seen);
        self.carry_out(exercise, outputs)
    }

    /// The question that is asked before a reset removes anything.
    pub fn confirm_reset(
        &mut self,
        exercise: &str,
        run: u64,
        plan: Result<Vec<String>, String>,
    ) -> (Option<ConfirmPopup>, Vec<Effect>) {
        match plan {
            Ok(lines) => {
                let vars = self.session.exercise(exercise).map(|s| s.record.vars.clone()).unwrap_or_default();
                let reset = ExerciseEffect::Reset { exercise: exercise.to_owned(), run, vars };
                let reset = Effect::Exercise(reset);
                let on_slides = self.session.course().exercise(exercise).is_some_and(|e| e.on_slides);
                let title = match on_slides {
                    true => "Start the lesson's tasks over?",
                    false => "Start the exercise over?",
                };
                let popup = ConfirmPopup::new(title, format!("pilotwhale reset {exercise}"), vec![reset]);
                (Some(lines.into_iter().fold(popup, ConfirmPopup::saying)), Vec::new())
            }
            Err(reason) => {
                self.news = Some(reason);
                (None, self.keep_going())
            }
        }
    }

    /// The learner said no.
    pub fn keep_going(&mut self) -> Vec<Effect> {
        let resetting: Vec<(String, u64)> = self
            .session
            .course()
            .exercises
            .iter()
            .filter_map(|e| Some((e.id.clone(), self.session.exercise(&e.id)?)))
            .filter(|(_, s)| s.phase == Phase::Resetting)
            .map(|(id, s)| (id, s.record.run))
            .collect();
        let mut effects = Vec::new();
        for (id, run) in resetting {
            let outputs = self.session.step(&id, Input::ResetCancelled { run });
            effects.extend(self.carry_out(&id, outputs));
        }
        effects
    }

    pub fn was_reset(
        &mut self,
        exercise: &str,
        run: u64,
        outcome: Result<Vec<String>, String>,
    ) -> (String, Vec<Effect>) {
        let news = match &outcome {
            Ok(done) if done.is_empty() => "Reset: nothing had to be removed".to_owned(),
            Ok(done) => format!("Reset: {}", done.join(" ")),
            Err(why) => why.clone(),
        };
        let outputs = self.session.step(exercise, Input::WasReset { run, outcome: outcome.map(|_| ()) });
        let mut effects = self.carry_out(exercise, outputs);
        if self.session.lesson_exercise().is_some_and(|e| e.id == exercise) {
            effects.extend(self.take_up_tasks());
        }
        (news, effects)
    }

    fn carry_out_all(&mut self, outputs: Vec<(String, Output)>) -> Vec<Effect> {
        outputs.into_iter().flat_map(|(id, output)| self.carry_out(&id, vec![output])).collect()
    }

    pub(super) fn carry_out(&mut self, id: &str, outputs: Vec<Output>) -> Vec<Effect> {
        let exercise = || id.to_owned();
        let record = self.session.exercise(id).map(|s| s.record.clone()).unwrap_or_default();
        let vars = || record.vars.clone();
        let (mut effects, mut recorded) = (Vec::new(), None);
        for output in outputs {
            effects.push(match output {
                Output::Record(event) => {
                    if let Event::ExerciseBegun { .. } = event {
                        self.session.record_from(id, self.now);
                    }
                    if matches!(event, Event::ExerciseBegun { .. } | Event::ExerciseReset { .. }) {
                        // Other values stand in its texts now.
                        self.texts = super::texts(&self.session);
                    }
                    Effect::Record(event)
                }
                Output::Keep(what) => Effect::Keep { exercise: exercise(), run: record.run, what },
                Output::Prepare { run } => {
                    recorded = self.record();
                    Effect::Exercise(ExerciseEffect::Begin { exercise: exercise(), run, vars: vars() })
                }
                Output::Clean { run } => Effect::Exercise(ExerciseEffect::PlanReset {
                    exercise: exercise(),
                    run,
                    vars: vars(),
                    since: self.session.attempt(id).map(|attempt| attempt.since).unwrap_or_default(),
                }),
                Output::Grade { run } => Effect::Exercise(ExerciseEffect::Grade {
                    exercise: exercise(),
                    run,
                    vars: vars(),
                    attempt: Box::new(self.session.attempt(id).cloned().unwrap_or_default()),
                    here: Arc::clone(&self.watch.here),
                    passed: record.passed.clone(),
                    bound: record.found_in(),
                }),
            });
        }
        effects.extend(recorded);
        effects
    }

    /// What has to be recorded for all attempts that are under way.
    fn record(&self) -> Option<Effect> {
        let (since, needs) = self.session.to_record()?;
        Some(Effect::RecordFrom { since, needs })
    }
}
