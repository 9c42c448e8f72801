//! An exercise: its brief, starter files, tasks with their checks, hints and solution.

#[derive(Clone, Debug, Default)]
pub struct Exercise {
    pub id: String,
    pub title: String,
    pub minutes: u32,
    /// Markdown, shown above the tasks.
    pub brief: String,
    /// Images that must be pullable, as `docker pull` takes them.
    pub images: Vec<String>,
    /// A bash script that is run in the exercise's folder when it begins.
    pub setup: Option<String>,
    pub files: Vec<StarterFile>,
    pub tasks: Vec<Task>,
    /// Markdown, shown after a pass or when the learner gives up.
    pub solution: String,
    /// Its tasks stand on the slides of the lesson that has its id; it begins when that lesson is first opened.
    pub on_slides: bool,
}

/// A file laid into the exercise's folder unless it is already there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarterFile {
    pub path: String,
    pub content: String,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub id: String,
    pub title: String,
    pub mode: TaskMode,
    pub points: u32,
    pub check: crate::check::Check,
    /// From a nudge to nearly the answer.
    pub hints: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskMode {
    /// Done once is done.
    #[default]
    Edge,
    /// Must be true now.
    Level,
}
