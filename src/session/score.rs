//! What a learner has reached of a course: lessons read, questions, tasks, exercises and points.

use super::{ExerciseState, Session};
use crate::course::{BlockKind, Exercise, Lesson};
use crate::progress::Stage;

/// How much of something there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub done: usize,
    pub of: usize,
}

impl Share {
    /// How many of these are so.
    pub fn count(each: impl IntoIterator<Item = bool>) -> Self {
        let add = |all: Self, done: bool| Self { done: all.done + usize::from(done), of: all.of + 1 };
        each.into_iter().fold(Self::default(), add)
    }

    pub fn with(self, other: Self) -> Self {
        Self { done: self.done + other.done, of: self.of + other.of }
    }
}

/// The whole course together. What passed once stays reached, also when the exercise is started over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// A lesson is read when each of its slides was seen.
    pub lessons: Share,
    /// Questions that were answered rightly at some time.
    pub questions: Share,
    /// Tasks on slides; the tasks of exercises are in their points.
    pub tasks: Share,
    pub exercises: Share,
    /// Of tasks on slides and of exercises; a bonus is asked for none, so `done` can be more than `of`.
    pub points: Share,
}

/// An exercise that is not done, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextExercise {
    pub title: String,
    /// From 0.
    pub lesson: usize,
}

/// What is not reached yet in one lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The lesson's.
    pub title: String,
    /// Some slide of it was not seen.
    pub unread: bool,
    /// How many are not right yet.
    pub questions: usize,
    pub tasks: usize,
    /// The titles of those that are not done.
    pub exercises: Vec<String>,
}

impl Open {
    /// `not read to its end, 2 questions, 1 task, exercise «Build it»`.
    pub fn words(&self) -> String {
        let counted = |n: usize, one: &str| match n {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {one}s")),
        };
        let unread = self.unread.then(|| "not read to its end".to_owned());
        let exercises = self.exercises.iter().map(|title| format!("exercise «{title}»"));
        let counts = [unread, counted(self.questions, "question"), counted(self.tasks, "task")];
        counts.into_iter().flatten().chain(exercises).collect::<Vec<_>>().join(", ")
    }
}

impl Session {
    pub fn score(&self) -> Score {
        let course = self.course();
        let sum = |each: &dyn Fn(&Lesson) -> Share| {
            course.lessons.iter().map(each).fold(Share::default(), Share::with)
        };
        let alone = course.exercises.iter().filter(|exercise| !exercise.on_slides);
        Score {
            lessons: Share::count(course.lessons.iter().map(|lesson| self.is_read(lesson))),
            questions: sum(&|lesson| self.questions(lesson)),
            tasks: sum(&|lesson| self.tasks(lesson)),
            exercises: Share::count(alone.map(|exercise| self.is_done(exercise))),
            points: course.exercises.iter().map(|e| self.points(e)).fold(Share::default(), Share::with),
        }
    }

    /// The questions of a lesson that were answered rightly at some time.
    pub fn questions(&self, lesson: &Lesson) -> Share {
        Share::count(lesson.deck.quizzes.iter().map(|quiz| self.quiz(&lesson.id, &quiz.id).ever_correct))
    }

    /// The tasks on the slides of a lesson that hold.
    pub fn tasks(&self, lesson: &Lesson) -> Share {
        let passed = self.exercise(&lesson.id).map(|state| &state.record.passed);
        let holds = |id: &String| passed.is_some_and(|passed| passed.contains_key(id));
        Share::count(lesson.deck.tasks.iter().map(|task| holds(&task.id)))
    }

    /// The points of an exercise, or of the tasks on a lesson's slides.
    pub fn points(&self, exercise: &Exercise) -> Share {
        let state = self.exercise(&exercise.id);
        let all = self.is_done(exercise);
        exercise.tasks.iter().fold(Share::default(), |sum, task| {
            let passed = state.is_some_and(|state| state.record.passed.contains_key(&task.id));
            let points = usize::try_from(task.points).unwrap_or(usize::MAX);
            let done = if passed || (all && !task.bonus) { points } else { 0 };
            sum.with(Share { done, of: if task.bonus { 0 } else { points } })
        })
    }

    /// The first exercise after this one in the course, and round it, that is not done.
    pub fn next_exercise(&self, after: &str) -> Option<NextExercise> {
        let course = self.course();
        let lessons = course.lessons.iter().enumerate();
        let placed: Vec<_> =
            lessons.flat_map(|(at, lesson)| exercises_in(lesson).map(move |id| (at, id))).collect();
        let here = placed.iter().position(|(_, id)| *id == after).map_or(0, |at| at + 1);
        let mut round = placed[here..].iter().chain(&placed[..here]);
        round.find_map(|(lesson, id)| {
            let exercise = course.exercise(id).filter(|exercise| !self.is_done(exercise))?;
            Some(NextExercise { title: exercise.title.clone(), lesson: *lesson })
        })
    }

    /// Lesson by lesson, in the course's order; what is reached is left out.
    pub fn open(&self) -> Vec<Open> {
        let open = self.course().lessons.iter().map(|lesson| {
            let (questions, tasks) = (self.questions(lesson), self.tasks(lesson));
            let exercises = exercises_in(lesson).filter_map(|id| self.course().exercise(id));
            let undone = exercises.filter(|exercise| !self.is_done(exercise));
            Open {
                title: lesson.title.clone(),
                unread: !self.is_read(lesson),
                questions: questions.of - questions.done,
                tasks: tasks.of - tasks.done,
                exercises: undone.map(|exercise| exercise.title.clone()).collect(),
            }
        });
        open.filter(|open| !open.words().is_empty()).collect()
    }

    /// Whether it has passed at some time.
    pub fn is_done(&self, exercise: &Exercise) -> bool {
        let passed = |s: &ExerciseState| s.record.stage == Stage::Passed || s.record.ever_passed;
        self.exercise(&exercise.id).is_some_and(passed)
    }

    /// Whether each of its slides was seen. The first of all is no move, so the record does not speak of it.
    pub fn is_read(&self, lesson: &Lesson) -> bool {
        let seen = self.seen.get(&lesson.id);
        let is_first = self.course().lessons.first().is_some_and(|first| first.id == lesson.id);
        let mut slides = 0..lesson.deck.slides.len();
        slides.all(|slide| (is_first && slide == 0) || seen.is_some_and(|seen| seen.contains(&slide)))
    }
}

/// The ids of the exercises on a lesson's slides.
fn exercises_in(lesson: &Lesson) -> impl Iterator<Item = &String> {
    let blocks = lesson.deck.slides.iter().flat_map(|slide| &slide.blocks);
    blocks.filter_map(|block| match &block.kind {
        BlockKind::Exercise(id) => Some(id),
        _ => None,
    })
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
