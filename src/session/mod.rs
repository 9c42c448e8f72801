//! Where the learner is, without a screen: place, quiz, exercise, hints. Pure.

mod attempt;
mod consequence;
mod exercise;
mod place;
mod quiz;
mod review;
mod score;
mod things;

pub use attempt::{Attempt, Counted, Sight};
pub use consequence::consequences;
pub use exercise::{ExerciseState, Input, Output, Phase, Was};
pub use place::Place;
pub use quiz::QuizState;
pub use review::Spot;
pub use score::{NextExercise, Open, Score, Share};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::check::Needs;
use crate::course::{BlockKind, Course, Exercise, Grade, Quiz, Response, spell};
use crate::facts::{Kept, Looked, Snapshot};
use crate::progress::{Event, Progress};

/// One learner in one course. Methods that change something return the events that are to be recorded.
#[derive(Clone, Debug)]
pub struct Session {
    course: Arc<Course>,
    place: Place,
    /// The furthest slide and step that was seen of each lesson, by its id.
    furthest: BTreeMap<String, (usize, usize)>,
    /// The slides that were seen of each lesson, by its id; also in earlier sessions.
    seen: BTreeMap<String, BTreeSet<usize>>,
    quizzes: BTreeMap<(String, String), QuizState>,
    exercises: BTreeMap<String, ExerciseState>,
    /// As they were set; `bookmarks` finds where they lead now.
    bookmarks: BTreeMap<(String, usize), String>,
    /// The exercises with the values of their current attempts in them.
    drawn: BTreeMap<String, Arc<Exercise>>,
    /// What was recorded of the attempts that were begun.
    attempts: BTreeMap<String, Attempt>,
}

impl Session {
    /// Where the learner left off; what the course does not have any more is passed over.
    pub fn new(course: Arc<Course>, progress: Progress) -> Self {
        let place = Place::of(&course, progress.place.as_ref());
        let mut quizzes = BTreeMap::new();
        for ((lesson, id), done) in progress.quizzes {
            if let Some(quiz) = find_quiz(&course, &lesson, &id) {
                let state = QuizState::from_progress(quiz, &done);
                quizzes.insert((lesson, id), state);
            }
        }
        let exercises = course
            .exercises
            .iter()
            .map(|e| {
                (e.id.clone(), ExerciseState::new(progress.exercises.get(&e.id).cloned().unwrap_or_default()))
            })
            .collect();
        let bookmarks = progress.bookmarks;
        let (furthest, seen) = (BTreeMap::new(), progress.seen);
        let (drawn, attempts) = (BTreeMap::new(), BTreeMap::new());
        let mut session =
            Self { course, place, furthest, seen, quizzes, exercises, bookmarks, drawn, attempts };
        session.see();
        session.draw_all();
        session
    }

    fn draw_all(&mut self) {
        let course = Arc::clone(&self.course);
        // What the course does not have any more is not drawn either.
        self.drawn.clear();
        course.exercises.iter().for_each(|exercise| self.draw(exercise));
    }

    fn draw(&mut self, exercise: &Exercise) {
        let vars = self.exercises.get(&exercise.id).map(|s| s.record.vars.clone()).unwrap_or_default();
        let drawn = exercise.drawn(&vars);
        if let Some(attempt) = self.attempts.get_mut(&exercise.id) {
            attempt.set_needs(drawn.needs());
        }
        self.drawn.insert(exercise.id.clone(), Arc::new(drawn));
    }

    /// An exercise as the learner reads it: with the values that were drawn for the current attempt.
    pub fn drawn(&self, id: &str) -> Option<&Arc<Exercise>> {
        self.drawn.get(id)
    }

    pub fn course(&self) -> &Arc<Course> {
        &self.course
    }

    pub fn place(&self) -> Place {
        self.place
    }

    /// Takes a course that was read again: the learner stays on the slide, as far as it is still there.
    pub fn replace_course(&mut self, course: Arc<Course>) {
        self.place = self.place.in_new(&self.course, &course);
        for exercise in &course.exercises {
            self.exercises
                .entry(exercise.id.clone())
                .or_insert_with(|| ExerciseState::new(Default::default()));
        }
        self.course = course;
        self.draw_all();
    }

    /// Goes there, or to the nearest place that exists.
    pub fn go_to(&mut self, lesson: usize, slide: usize, step: usize) -> Vec<Event> {
        self.move_to(Place { lesson, slide, step })
    }

    fn move_to(&mut self, place: Place) -> Vec<Event> {
        let place = place.clamped(&self.course);
        if place == self.place {
            return Vec::new();
        }
        self.place = place;
        self.see();
        let lesson = self.course.lessons.get(place.lesson);
        lesson
            .map(|l| Event::Moved { lesson: l.id.clone(), slide: place.slide, step: place.step })
            .into_iter()
            .collect()
    }

    fn see(&mut self) {
        let Some(lesson) = self.course.lessons.get(self.place.lesson) else { return };
        let here = (self.place.slide, self.place.step);
        let furthest = self.furthest.entry(lesson.id.clone()).or_insert(here);
        *furthest = here.max(*furthest);
        self.seen.entry(lesson.id.clone()).or_default().insert(self.place.slide);
    }

    /// The tasks on this lesson's slides that the learner cannot have read yet.
    fn unread(&self, exercise: &Exercise) -> Vec<String> {
        let Some(lesson) = self.course.lessons.iter().find(|l| l.id == exercise.id) else {
            return Vec::new();
        };
        let furthest = self.furthest.get(&lesson.id).copied();
        let slides = lesson.deck.slides.iter().enumerate();
        let blocks =
            slides.flat_map(|(n, slide)| slide.blocks.iter().map(move |block| ((n, block.reveal), block)));
        blocks
            .filter(|(place, _)| furthest.is_none_or(|furthest| *place > furthest))
            .filter_map(|(_, block)| match block.kind {
                BlockKind::Task(index) => lesson.deck.tasks.get(index).map(|task| task.id.clone()),
                _ => None,
            })
            .collect()
    }

    pub fn quiz(&self, lesson: &str, id: &str) -> QuizState {
        self.quizzes.get(&key(lesson, id)).cloned().unwrap_or_default()
    }

    /// Grades an answer and remembers it. A quiz that is not in the course is not right and leaves no event.
    pub fn answer(&mut self, lesson: &str, id: &str, response: Response) -> (Grade, Vec<Event>) {
        let Some(quiz) = find_quiz(&self.course, lesson, id) else {
            return (
                Grade { message: "This question is not in the lesson any more.".into(), ..Grade::default() },
                vec![],
            );
        };
        let grade = quiz.grade(&response);
        let event = Event::QuizAnswered {
            lesson: lesson.into(),
            quiz: id.into(),
            answer: spell(&response),
            correct: grade.correct,
            score: grade.score,
        };
        self.quizzes.entry(key(lesson, id)).or_default().answered(response, grade.clone());
        (grade, vec![event])
    }

    /// Shows one hint more, if there is one.
    pub fn quiz_hint(&mut self, lesson: &str, id: &str) -> Vec<Event> {
        let Some(quiz) = find_quiz(&self.course, lesson, id) else { return Vec::new() };
        let state = self.quizzes.entry(key(lesson, id)).or_default();
        if state.hints >= quiz.hints.len() {
            return Vec::new();
        }
        state.hints += 1;
        vec![Event::QuizHint { lesson: lesson.into(), quiz: id.into(), level: state.hints }]
    }

    pub fn exercise(&self, id: &str) -> Option<&ExerciseState> {
        self.exercises.get(id)
    }

    /// Feeds one exercise; an exercise that is not in the course is left alone.
    pub fn step(&mut self, id: &str, input: Input) -> Vec<Output> {
        let course = Arc::clone(&self.course);
        let unread = course.exercise(id).map(|exercise| self.unread(exercise)).unwrap_or_default();
        let (Some(exercise), Some(state)) = (course.exercise(id), self.exercises.get_mut(id)) else {
            return Vec::new();
        };
        let input = match input {
            Input::Graded { run, report } if exercise.on_slides => {
                Input::Graded { run, report: Box::new(state.before_reading(&unread, *report)) }
            }
            other => other,
        };
        let before = state.record.vars.clone();
        let outputs = state.step(exercise, input);
        if state.record.vars != before {
            self.draw(exercise);
        }
        if outputs.iter().any(|output| matches!(output, Output::Record(Event::ExerciseReset { .. }))) {
            self.attempts.remove(id);
        }
        outputs
    }

    /// What the tasks on the slides of the open lesson are together, as the learner reads them.
    pub fn lesson_exercise(&self) -> Option<&Arc<Exercise>> {
        let lesson = self.course.lessons.get(self.place.lesson)?;
        self.drawn(&lesson.id).filter(|e| e.on_slides)
    }

    /// Whether what happens now counts for it: tasks on slides are judged while their lesson is open.
    pub fn is_at_hand(&self, exercise: &Exercise) -> bool {
        !exercise.on_slides || self.lesson_exercise().is_some_and(|e| e.id == exercise.id)
    }

    /// Takes what earlier sessions had kept of the attempts that are under way.
    #[must_use]
    pub fn with_kept(mut self, mut kept: BTreeMap<String, Kept>) -> Self {
        for (id, state) in &self.exercises {
            if let (Some(begun), Some(exercise)) = (state.record.begun, self.drawn.get(id)) {
                let kept = kept.remove(id).unwrap_or_default();
                let attempt = Attempt::new(state.record.run, begun, exercise.needs(), kept);
                self.attempts.insert(id.clone(), attempt);
            }
        }
        self
    }

    /// From now on it is recorded what counts for this attempt, and nothing of the one before.
    pub fn record_from(&mut self, id: &str, now: Timestamp) {
        let (Some(state), Some(exercise)) = (self.exercises.get(id), self.drawn.get(id)) else { return };
        let attempt = Attempt::new(state.record.run, now, exercise.needs(), Kept::default());
        self.attempts.insert(id.to_owned(), attempt);
    }

    /// What was recorded of it since it was begun.
    pub fn attempt(&self, id: &str) -> Option<&Attempt> {
        self.attempts.get(id)
    }

    /// What has to be recorded for all attempts that are under way, and since when; None where there are none.
    pub fn to_record(&self) -> Option<(Timestamp, Needs)> {
        let under_way = self.under_way();
        let attempts = under_way.iter().filter_map(|id| self.attempts.get(id));
        let since = attempts.map(|attempt| attempt.since).min()?;
        let drawn = under_way.iter().filter_map(|id| self.drawn.get(id));
        Some((since, Needs::of(drawn.flat_map(|exercise| exercise.checks()))))
    }

    /// Exercises at hand that are begun and not done.
    fn under_way(&self) -> Vec<String> {
        let at_hand = self.course.exercises.iter().filter(|e| self.is_at_hand(e));
        let ids = at_hand.map(|e| e.id.clone());
        ids.filter(|id| {
            self.exercises.get(id).is_some_and(|s| !matches!(s.phase, Phase::Idle | Phase::Passed))
        })
        .collect()
    }

    /// Something happened: it is recorded for every attempt that it counts for, and judged there.
    pub fn saw(&mut self, sight: Sight<'_>) -> Vec<(String, Output)> {
        let mut outputs = Vec::new();
        for id in self.under_way() {
            let Some(attempt) = self.attempts.get_mut(&id) else { continue };
            let Counted { changed, keep } = attempt.saw(sight);
            outputs.extend(keep.into_iter().map(|keep| (id.clone(), Output::Keep(keep))));
            if changed {
                outputs.extend(self.step(&id, Input::Seen).into_iter().map(|output| (id.clone(), output)));
            }
        }
        outputs
    }

    /// A command in the shell has ended: it may have changed files, and of those no event of the engine tells.
    pub fn command_ended(&mut self) -> Vec<(String, Output)> {
        let mut outputs = Vec::new();
        for id in self.under_way() {
            let (Some(exercise), Some(state)) = (self.drawn.get(&id), self.exercises.get(&id)) else {
                continue;
            };
            let open = exercise.tasks.iter().filter(|task| !state.record.passed.contains_key(&task.id));
            if !Needs::of(open.map(|task| &task.check)).files.is_empty() {
                outputs.extend(self.step(&id, Input::Seen).into_iter().map(|output| (id.clone(), output)));
            }
        }
        outputs
    }

    /// What the learner typed in for a task, which is then looked at.
    pub fn answer_task(&mut self, id: &str, prompt: &str, answer: &str) -> Vec<Output> {
        let Some(attempt) = self.attempts.get_mut(id) else { return Vec::new() };
        let mut outputs = vec![Output::Keep(attempt.answered(prompt, answer))];
        outputs.extend(self.step(id, Input::Check));
        outputs
    }

    /// What a grading of this attempt has learnt; of another attempt it says nothing.
    pub fn learned(
        &mut self,
        id: &str,
        number: u64,
        here: Option<&Snapshot>,
        looked: &Looked,
    ) -> Vec<Output> {
        let attempt = self.attempts.get_mut(id).filter(|attempt| attempt.number == number);
        let keep = attempt.map(|attempt| attempt.learned(here, looked)).unwrap_or_default();
        keep.into_iter().map(Output::Keep).collect()
    }

    /// Feeds every exercise that is at hand the same: an engine that is lost or back, something seen, a start of the app.
    pub fn step_all(&mut self, input: &Input) -> Vec<(String, Output)> {
        let course = self.course.clone();
        let at_hand: Vec<&Exercise> = course.exercises.iter().filter(|e| self.is_at_hand(e)).collect();
        let outputs = at_hand.into_iter().flat_map(|e| {
            let state = self.exercises.get_mut(&e.id);
            let outputs = state.map(|s| s.step(e, input.clone())).unwrap_or_default();
            outputs.into_iter().map(|o| (e.id.clone(), o)).collect::<Vec<_>>()
        });
        outputs.collect()
    }
}

fn key(lesson: &str, quiz: &str) -> (String, String) {
    (lesson.into(), quiz.into())
}

fn find_quiz<'a>(course: &'a Course, lesson: &str, id: &str) -> Option<&'a Quiz> {
    let lesson = course.lessons.iter().find(|l| l.id == lesson)?;
    lesson.deck.quizzes.iter().find(|q| q.id == id)
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
