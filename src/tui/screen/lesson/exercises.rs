//! What the exercises of a course need of the world, and what the world's answers do to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::LessonPane;
use crate::check::{Needs, Report};
use crate::course::{BlockKind, Deck};
use crate::facts::{Kept, Link, Observed, Origin, Run};
use crate::progress::Event;
use crate::session::{Input, Output, Phase};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, ExerciseEffect, Seen};
use crate::tui::screen::confirm::ConfirmPopup;
use crate::tui::screen::exercise::summary;
use crate::tui::widget::markdown::Insert;

/// What was seen for the exercises since they began.
#[derive(Default)]
pub(super) struct Watch {
    /// By exercise.
    seen: BTreeMap<String, Seen>,
    /// When each began, by this machine's clock.
    begun: BTreeMap<String, Timestamp>,
    folders: BTreeMap<String, String>,
    /// For which the learner wants to hear that it was checked, whatever came of it.
    pub(super) asked: Option<String>,
    /// The exercise whose solution was asked for, and when.
    pub(super) solution: Option<(String, Timestamp)>,
    /// What was last heard of the engine; None before anything was.
    link: Option<Input>,
}

impl Watch {
    pub(super) fn new(seen: BTreeMap<String, Seen>) -> Self {
        Self { seen, ..Self::default() }
    }

    /// A key that means something else takes back what was asked for.
    pub(super) fn note(&mut self, action: Action) {
        self.solution.take_if(|_| action != Action::Solution);
    }

    pub(super) fn link(&self) -> Option<Input> {
        self.link.clone()
    }

    /// What the learner typed in for it, by the question.
    pub(super) fn answers(&self, exercise: &str) -> Option<&BTreeMap<String, String>> {
        self.seen.get(exercise).map(|seen| &seen.answers)
    }

    /// The clock's time at which it began; with the day where that was not today.
    pub(super) fn since(&self, exercise: &str, now: Timestamp, zone: &TimeZone) -> String {
        let Some(begun) = self.begun.get(exercise) else { return String::new() };
        let local = |at: Timestamp| zone.to_datetime(at);
        let form = if local(*begun).date() == local(now).date() { "%H:%M" } else { "%-d %b, %H:%M" };
        local(*begun).strftime(form).to_string()
    }

    pub(super) fn folder(&self, exercise: &str) -> Option<&str> {
        self.folders.get(exercise).map(String::as_str)
    }

    pub(super) fn of(&mut self, exercise: &str) -> &mut Seen {
        self.seen.entry(exercise.to_owned()).or_default()
    }
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
        let ids: Vec<String> = self.session.course().exercises.iter().map(|e| e.id.clone()).collect();
        for id in ids {
            if let Some(begun) = self.session.exercise(&id).and_then(|s| s.record.begun) {
                self.watch.begun.insert(id, begun);
            }
        }
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

    pub fn engine_changed(&mut self) -> Vec<Effect> {
        let outputs = self.session.step_all(&Input::Seen);
        self.carry_out_all(outputs)
    }

    /// A command in the shell has ended: it may have changed files, and of those no event of the engine tells.
    pub fn command_ended(&mut self) -> Vec<Effect> {
        let open_file = |id: &String, passed: &BTreeMap<String, String>| {
            let exercise = self.session.drawn(id);
            let mut open =
                exercise.into_iter().flat_map(|e| &e.tasks).filter(|t| !passed.contains_key(&t.id));
            open.any(|task| !Needs::of([&task.check]).files.is_empty())
        };
        let ids: Vec<String> = self.under_way().into_iter().map(|(id, _)| id).collect();
        let looks = |id: &String| self.session.exercise(id).is_some_and(|s| open_file(id, &s.record.passed));
        let ids: Vec<String> = ids.into_iter().filter(looks).collect();
        ids.iter().flat_map(|id| self.look_again(id)).collect()
    }

    /// A container's life went on: it counts for every exercise that had begun before it was made.
    pub fn run_seen(&mut self, run: &Arc<Run>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (exercise, attempt) in self.under_way() {
            let since = self.watch.begun.get(&exercise).copied().unwrap_or_default();
            if run.created.is_none_or(|created| created >= since) {
                let asked = self.session.drawn(&exercise).map(|e| e.needs().variables).unwrap_or_default();
                let seen = run.keeping(&asked);
                let seen = self.watch.of(&exercise).add_run(seen);
                effects.push(Effect::KeepRun { exercise, run: attempt, seen });
            }
        }
        effects.extend(self.engine_changed());
        effects
    }

    /// Exercises at hand that are begun and not done, with which attempt it is.
    fn under_way(&self) -> Vec<(String, u64)> {
        let all = self.session.course().exercises.iter().filter(|e| self.session.is_at_hand(e));
        all.filter_map(|e| Some((e.id.clone(), self.session.exercise(&e.id)?)))
            .filter(|(_, s)| !matches!(s.phase, Phase::Idle | Phase::Passed))
            .map(|(id, s)| (id, s.record.run))
            .collect()
    }

    /// A call was answered: it counts where an exercise asks for calls, and the learner typed it.
    pub fn call_seen(&mut self, call: &Arc<Observed>) -> Vec<Effect> {
        if call.command.origin != Origin::Typed || call.answer.is_none() || call.action.name == "ping" {
            return Vec::new();
        }
        let course = Arc::clone(self.session.course());
        let mut effects = Vec::new();
        for (exercise, attempt) in self.under_way() {
            let since = self.watch.begun.get(&exercise).copied().unwrap_or_default();
            let asking = course.exercise(&exercise).map(|e| e.needs()).filter(|needs| needs.calls);
            if let Some(asking) = asking.filter(|_| call.at >= since) {
                let call = Arc::new(call.keeping(asking.exec_output));
                self.watch.of(&exercise).add_call(&call);
                effects.push(Effect::KeepSeen { exercise, run: attempt, call });
            }
        }
        if !effects.is_empty() {
            effects.extend(self.engine_changed());
        }
        effects
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
        learned: Kept,
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
        let mut effects = self.keep_learned(exercise, run, learned);
        effects.extend(self.carry_out(exercise, outputs));
        (news, effects)
    }

    /// An answer for another attempt says nothing of this one.
    fn keep_learned(&mut self, exercise: &str, run: u64, learned: Kept) -> Vec<Effect> {
        if self.session.exercise(exercise).is_none_or(|s| s.record.run != run) {
            return Vec::new();
        }
        let seen = self.watch.of(exercise);
        let runs: Vec<Arc<Run>> = learned.runs.into_iter().map(|run| seen.add_run(run)).collect();
        let exercise = || exercise.to_owned();
        let keep = |seen| Effect::KeepRun { exercise: exercise(), run, seen };
        let mut effects: Vec<Effect> = runs.into_iter().map(keep).collect();
        if !learned.things.is_empty() {
            seen.things.clone_from(&learned.things);
            effects.push(Effect::KeepThings { exercise: exercise(), run, things: learned.things });
        }
        effects
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
        if outcome.is_ok() {
            self.watch.seen.remove(exercise);
        }
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
        let mut effects = Vec::new();
        for output in outputs {
            let since = self.watch.begun.get(id).copied().unwrap_or_default();
            effects.push(match output {
                Output::Record(event) => {
                    if let Event::ExerciseBegun { .. } = event {
                        self.watch.begun.insert(exercise(), self.now);
                        self.watch.seen.remove(id);
                    }
                    if matches!(event, Event::ExerciseBegun { .. } | Event::ExerciseReset { .. }) {
                        // Other values stand in its texts now.
                        self.texts = super::texts(&self.session);
                    }
                    Effect::Record(event)
                }
                Output::Prepare { run } => {
                    Effect::Exercise(ExerciseEffect::Begin { exercise: exercise(), run, vars: vars() })
                }
                Output::Clean { run } => Effect::Exercise(ExerciseEffect::PlanReset {
                    exercise: exercise(),
                    run,
                    vars: vars(),
                    since,
                }),
                Output::Grade { run } => Effect::Exercise(ExerciseEffect::Grade {
                    exercise: exercise(),
                    run,
                    vars: vars(),
                    since,
                    seen: self.watch.seen.get(id).cloned().unwrap_or_default(),
                    passed: record.passed.clone(),
                    bound: record.found_in(),
                }),
            });
        }
        effects
    }
}
