//! What events add up to: place, quizzes and exercises. A pure fold, the same for the screen and for a class.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Event, Stamped};

/// Everything that is known of one learner. Folding an event twice changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The last event that was folded in.
    pub seq: i64,
    pub place: Option<Place>,
    /// The slides that were gone to, from 0, by lesson.
    pub seen: BTreeMap<String, BTreeSet<usize>>,
    /// By lesson and quiz.
    pub quizzes: BTreeMap<(String, String), QuizProgress>,
    pub exercises: BTreeMap<String, ExerciseProgress>,
    /// Titles of slides, by lesson and the slide's number from 0.
    pub bookmarks: BTreeMap<(String, usize), String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub lesson: String,
    pub slide: usize,
    pub step: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuizProgress {
    pub attempts: u32,
    pub answer: String,
    pub correct: bool,
    /// Of the last answer.
    pub score: f64,
    pub best: f64,
    pub ever_correct: bool,
    pub hints: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    #[default]
    NotStarted,
    Working,
    Passed,
}

/// The current run of one exercise, and what outlasts it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExerciseProgress {
    /// Counts from 1; 0 where it was never begun.
    pub run: u64,
    pub stage: Stage,
    pub begun: Option<Timestamp>,
    /// What was drawn for this run.
    pub vars: BTreeMap<String, String>,
    /// Tasks that hold, with what was found.
    pub passed: BTreeMap<String, String>,
    /// What they were found in, by task: ids, by the names that later tasks use.
    pub bound: BTreeMap<String, BTreeMap<String, String>>,
    /// Wrong tries of this run by task, each difference once.
    pub attempts: BTreeMap<String, BTreeSet<String>>,
    pub hints: BTreeMap<String, usize>,
    /// The solution was shown before it passed.
    pub assisted: bool,
    /// Set by the first pass of any run, and kept through resets.
    pub ever_passed: bool,
    /// Whether it was ever passed without the solution.
    pub passed_unassisted: bool,
}

impl Progress {
    /// The order in which events come does not matter, nor that some come twice.
    pub fn fold(events: impl IntoIterator<Item = Stamped>) -> Self {
        let sorted: BTreeMap<i64, Stamped> = events.into_iter().map(|e| (e.seq, e)).collect();
        let mut progress = Self::default();
        for stamped in sorted.into_values() {
            progress.apply(&stamped);
        }
        progress
    }

    /// Adds one event; one that was folded in already is ignored.
    pub fn apply(&mut self, stamped: &Stamped) {
        if stamped.seq <= self.seq {
            return;
        }
        self.seq = stamped.seq;
        self.add(&stamped.event, stamped.at);
    }

    pub fn exercise(&self, id: &str) -> ExerciseProgress {
        self.exercises.get(id).cloned().unwrap_or_default()
    }

    fn add(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Moved { lesson, slide, step } => {
                self.seen.entry(lesson.clone()).or_default().insert(*slide);
                self.place = Some(Place { lesson: lesson.clone(), slide: *slide, step: *step });
            }
            Event::QuizAnswered { lesson, quiz, answer, correct, score } => {
                let quiz = self.quizzes.entry((lesson.clone(), quiz.clone())).or_default();
                quiz.attempts += 1;
                quiz.answer.clone_from(answer);
                quiz.correct = *correct;
                quiz.ever_correct |= *correct;
                quiz.score = *score;
                quiz.best = quiz.best.max(*score);
            }
            Event::QuizHint { lesson, quiz, level } => {
                let quiz = self.quizzes.entry((lesson.clone(), quiz.clone())).or_default();
                quiz.hints = quiz.hints.max(*level);
            }
            Event::Bookmarked { lesson, slide, title, set: true } => {
                self.bookmarks.insert((lesson.clone(), *slide), title.clone());
            }
            Event::Bookmarked { lesson, slide, set: false, .. } => {
                self.bookmarks.remove(&(lesson.clone(), *slide));
            }
            _ => {
                if let Some(exercise) = event.exercise() {
                    self.exercises.entry(exercise.into()).or_default().note(event, Some(at));
                }
            }
        }
    }
}

impl ExerciseProgress {
    /// Adds an event of this exercise. `at` is None where the event has just happened and no clock was asked yet.
    /// What belongs to another run came too late to say anything of this one.
    pub fn note(&mut self, event: &Event, at: Option<Timestamp>) {
        match event {
            Event::ExerciseBegun { run, vars, .. } => {
                *self = Self { stage: Stage::Working, begun: at, vars: vars.clone(), ..self.afresh(*run) };
            }
            _ if event.run() != Some(self.run) => {}
            Event::TaskPassed { task, found, bound, .. } => {
                self.passed.insert(task.clone(), found.clone());
                if !bound.is_empty() {
                    self.bound.insert(task.clone(), bound.clone());
                }
            }
            Event::TaskLost { task, .. } => {
                self.passed.remove(task);
                self.bound.remove(task);
            }
            Event::Attempt { task, differs, .. } => {
                self.attempts.entry(task.clone()).or_default().insert(differs.clone());
            }
            Event::HintTaken { task, level, .. } => {
                let taken = self.hints.entry(task.clone()).or_default();
                *taken = (*taken).max(*level);
            }
            Event::SolutionShown { .. } => self.assisted |= self.stage == Stage::Working,
            Event::ExercisePassed { assisted, .. } => {
                self.stage = Stage::Passed;
                self.assisted |= *assisted;
                self.ever_passed = true;
                self.passed_unassisted |= !self.assisted;
            }
            Event::ExerciseReset { .. } => *self = self.afresh(self.run),
            Event::Moved { .. }
            | Event::QuizAnswered { .. }
            | Event::QuizHint { .. }
            | Event::Bookmarked { .. } => {}
        }
    }

    /// What outlasts a run.
    fn afresh(&self, run: u64) -> Self {
        Self {
            run,
            ever_passed: self.ever_passed,
            passed_unassisted: self.passed_unassisted,
            ..Self::default()
        }
    }

    /// Ids of what the tasks that hold were found in, by the names that later tasks use.
    pub fn found_in(&self) -> BTreeMap<String, String> {
        self.bound.values().flatten().map(|(name, id)| (name.clone(), id.clone())).collect()
    }

    /// How many different wrong tries there were.
    pub fn attempts(&self) -> usize {
        self.attempts.values().map(BTreeSet::len).sum()
    }

    pub fn hints_taken(&self) -> usize {
        self.hints.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_event() -> impl Strategy<Value = Event> {
        let name = prop::sample::select(vec!["a", "b", "c"]).prop_map(String::from);
        let run = 1..3u64;
        prop_oneof![
            (name.clone(), 0..5usize, 0..3usize).prop_map(|(lesson, slide, step)| Event::Moved {
                lesson,
                slide,
                step
            }),
            (name.clone(), name.clone(), any::<bool>()).prop_map(|(lesson, quiz, correct)| {
                let score = f64::from(u8::from(correct));
                Event::QuizAnswered { lesson, quiz, answer: "x".into(), correct, score }
            }),
            (name.clone(), name.clone(), 1..4usize).prop_map(|(lesson, quiz, level)| Event::QuizHint {
                lesson,
                quiz,
                level
            }),
            (name.clone(), 0..3usize, name.clone(), any::<bool>())
                .prop_map(|(lesson, slide, title, set)| Event::Bookmarked { lesson, slide, title, set }),
            (name.clone(), run.clone()).prop_map(|(exercise, run)| Event::ExerciseBegun {
                exercise,
                run,
                vars: BTreeMap::new()
            }),
            (name.clone(), run.clone(), name.clone()).prop_map(|(exercise, run, task)| {
                Event::TaskPassed { exercise, run, task, found: "it".into(), bound: BTreeMap::new() }
            }),
            (name.clone(), run.clone(), name.clone()).prop_map(|(exercise, run, task)| Event::TaskLost {
                exercise,
                run,
                task
            }),
            (name.clone(), run.clone(), name.clone(), name.clone())
                .prop_map(|(exercise, run, task, differs)| Event::Attempt { exercise, run, task, differs }),
            (name.clone(), run.clone(), any::<bool>())
                .prop_map(|(exercise, run, assisted)| Event::ExercisePassed { exercise, run, assisted }),
            (name, run).prop_map(|(exercise, run)| Event::ExerciseReset { exercise, run }),
        ]
    }

    fn stamped(events: Vec<Event>) -> Vec<Stamped> {
        let at = |n: i64| Timestamp::from_second(1_800_000_000 + n).unwrap();
        (1..).zip(events).map(|(seq, event)| Stamped { seq, at: at(seq), event }).collect()
    }

    proptest! {
        #[test]
        fn events_that_come_twice_or_late_change_nothing(
            events in prop::collection::vec(any_event(), 0..40),
            again in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        ) {
            let events = stamped(events);
            let once = Progress::fold(events.clone());
            let mut more: Vec<Stamped> = events.iter().rev().cloned().collect();
            if !events.is_empty() {
                more.extend(again.iter().map(|i| i.get(&events).clone()));
            }
            prop_assert_eq!(&Progress::fold(more.clone()), &once);
            let mut twice = once.clone();
            more.iter().for_each(|e| twice.apply(e));
            prop_assert_eq!(twice, once);
        }

        #[test]
        fn folding_in_two_parts_is_folding_at_once(events in prop::collection::vec(any_event(), 0..40), at in 0..40usize) {
            let events = stamped(events);
            let at = at.min(events.len());
            let mut parts = Progress::fold(events[..at].to_vec());
            events[at..].iter().for_each(|e| parts.apply(e));
            prop_assert_eq!(parts, Progress::fold(events));
        }
    }

    #[test]
    fn a_run_starts_afresh_and_the_pass_outlasts_it() {
        let e = || "e".to_string();
        let events = vec![
            Event::ExerciseBegun { exercise: e(), run: 1, vars: BTreeMap::new() },
            Event::Attempt { exercise: e(), run: 1, task: "t".into(), differs: "d".into() },
            Event::Attempt { exercise: e(), run: 1, task: "t".into(), differs: "d".into() },
            Event::HintTaken { exercise: e(), run: 1, task: "t".into(), level: 1 },
            Event::TaskPassed {
                exercise: e(),
                run: 1,
                task: "t".into(),
                found: "f".into(),
                bound: BTreeMap::new(),
            },
            Event::ExercisePassed { exercise: e(), run: 1, assisted: false },
        ];
        let mut progress = Progress::fold(stamped(events.clone()));
        let state = progress.exercise("e");
        assert_eq!((state.stage, state.attempts(), state.hints_taken()), (Stage::Passed, 1, 1));
        let next = |seq, event| Stamped { seq, at: Timestamp::UNIX_EPOCH, event };
        progress.apply(&next(7, Event::ExerciseReset { exercise: e(), run: 1 }));
        let state = progress.exercise("e");
        assert_eq!((state.stage, state.run, state.passed.len()), (Stage::NotStarted, 1, 0));
        assert!(state.ever_passed && state.passed_unassisted);
        progress.apply(&next(8, Event::ExerciseBegun { exercise: e(), run: 2, vars: BTreeMap::new() }));
        let late = Event::TaskPassed {
            exercise: e(),
            run: 1,
            task: "t".into(),
            found: "f".into(),
            bound: BTreeMap::new(),
        };
        progress.apply(&next(9, late));
        let state = progress.exercise("e");
        assert_eq!((state.stage, state.run, state.passed.len()), (Stage::Working, 2, 0));
    }
}
