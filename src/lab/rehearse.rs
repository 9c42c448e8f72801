//! A course as its learners will go through it: typed into a real shell, on a real engine, and judged.

mod error;
mod mutate;
mod play;
mod scene;
mod slides;
mod stage;
mod trial;
mod typist;
mod vary;
mod walk;

pub use error::RehearsalError;
pub use mutate::Mutations;
pub use scene::{Scene, SceneKind, Told};
pub use vary::Vary;

use crate::course::Course;
use crate::engine::Endpoint;
use crate::lab::Trust;
use mutate::mutations;
use slides::slides;
use stage::Stage;
use trial::Trials;

/// A rehearsal that is under way. Dropped, it leaves what it made on the engine; `close` removes it.
pub struct Rehearsal<'a> {
    course: &'a Course,
    stage: Stage,
    mutations: Mutations,
}

impl<'a> Rehearsal<'a> {
    /// `env` is added to the environment that the shells get from this program; `trust` is for the scripts that exercises
    /// begin with.
    pub async fn open(
        course: &'a Course,
        endpoint: &Endpoint,
        env: Vec<(String, String)>,
        trust: Trust,
    ) -> Result<Self, RehearsalError> {
        let stage = Stage::open(endpoint, env, trust).await?;
        Ok(Self { course, stage, mutations: Mutations::default() })
    }

    /// The lessons and exercises that have one of these ids; all of them where none is given. `vary` also goes each of their
    /// ways as it could be written otherwise.
    pub async fn run(
        &mut self,
        ids: &[String],
        vary: Option<Vary>,
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<(), RehearsalError> {
        let wanted = |id: &str| ids.is_empty() || ids.iter().any(|wanted| wanted == id);
        for lesson in self.course.lessons.iter().filter(|lesson| wanted(&lesson.id)) {
            tell(&Told::Part { id: &lesson.id, title: &lesson.title });
            let tasks = self.course.exercise(&lesson.id).filter(|exercise| exercise.on_slides);
            let failures = slides(&self.stage, lesson, tasks, vary, tell).await?;
            self.mutations.add(tasks.map(|tasks| mutations(tasks, &failures)).unwrap_or_default());
        }
        let exercises = self.course.exercises.iter().filter(|exercise| !exercise.on_slides);
        for exercise in exercises.filter(|exercise| wanted(&exercise.id)) {
            tell(&Told::Part { id: &exercise.id, title: &exercise.title });
            let mut trials = Trials::new(&self.stage, exercise, &exercise.manuscript, vary);
            trials.starter(tell).await?;
            trials.right(tell).await?;
            trials.wrong(tell).await?;
            self.mutations.add(mutations(exercise, &trials.failures));
            self.stage.sweep(false).await?;
        }
        Ok(())
    }

    /// What was found by leaving out one condition at a time, in what was rehearsed so far.
    pub fn mutations(&self) -> &Mutations {
        &self.mutations
    }

    /// Removes what was made. The names of the images that were pulled come back: they stay, for the next time.
    pub async fn close(self) -> Result<Vec<String>, RehearsalError> {
        self.stage.sweep(false).await?;
        Ok(self.stage.pulled())
    }
}
