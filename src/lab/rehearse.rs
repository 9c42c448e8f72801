//! A course as its learners will go through it: typed into a real shell, on a real engine, and judged.

mod error;
mod scene;
mod slides;
mod stage;
mod typist;

pub use error::RehearsalError;
pub use scene::{Scene, SceneKind, Told};

use crate::course::Course;
use crate::engine::Endpoint;
use stage::Stage;

/// A rehearsal that is under way. Dropped, it leaves what it made on the engine; `close` removes it.
pub struct Rehearsal<'a> {
    course: &'a Course,
    stage: Stage,
}

impl<'a> Rehearsal<'a> {
    /// `env` is added to the environment that the shells get from this program.
    pub async fn open(
        course: &'a Course,
        endpoint: &Endpoint,
        env: Vec<(String, String)>,
    ) -> Result<Self, RehearsalError> {
        Ok(Self { course, stage: Stage::open(endpoint, env).await? })
    }

    /// The parts of the course that have one of these ids; all of them where none is given.
    pub async fn run(
        &mut self,
        ids: &[String],
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<(), RehearsalError> {
        let wanted = |id: &str| ids.is_empty() || ids.iter().any(|wanted| wanted == id);
        for lesson in self.course.lessons.iter().filter(|lesson| wanted(&lesson.id)) {
            tell(&Told::Part { id: &lesson.id, title: &lesson.title });
            slides::slides(&self.stage, lesson, tell).await?;
        }
        Ok(())
    }

    /// Removes what was made. The names of the images that were pulled come back: they stay, for the next time.
    pub async fn close(self) -> Result<Vec<String>, RehearsalError> {
        self.stage.sweep(false).await?;
        Ok(self.stage.pulled())
    }
}
