//! A course from its source: whatever can be read is kept, the rest becomes diagnostics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::diagnostic::{Diagnostic, Manuscript, Script, Severity};
use super::exercise::{Exercise, StarterFile, Task};
use super::files::{self, MOST_BYTES, Unread};
use super::lint::exercises;
use super::rewrite::Rewrite;
use super::source::Source;
use super::tries::{Accept, Reject};
use super::vars::Var;
use super::yaml::Snippet;
use super::{Block, BlockKind, Course, Lesson, deck, encoding, rough, task, task_fence, tries};

/// There is nothing to show at all.
#[derive(Debug, Error)]
pub enum LoadError {
    #[error("{0} is not a folder that can be read")]
    NoFolder(PathBuf),
    #[error("{0} has no lessons")]
    NoLessons(PathBuf),
    #[error("{} cannot be read: {why}", .path.display())]
    NoDeck { path: PathBuf, why: Unread },
}

impl LoadError {
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoDeck { .. } => "Give the path of a markdown file.",
            Self::NoFolder(_) => "Check the path after --course, or leave it out to use the built-in course.",
            Self::NoLessons(_) => {
                "A course folder holds lessons/NAME/lesson.md; exercises go to exercises/NAME/exercise.yaml."
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCourse {
    format_version: u32,
    id: String,
    title: String,
    version: String,
    lessons: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExercise {
    format_version: u32,
    id: String,
    title: String,
    #[serde(default)]
    minutes: u32,
    #[serde(default)]
    images: Vec<String>,
    #[serde(default)]
    vars: BTreeMap<String, Var>,
    brief: String,
    #[serde(default)]
    setup: Option<String>,
    tasks: Vec<Task>,
    #[serde(default)]
    accepts: Vec<Accept>,
    #[serde(default)]
    rejects: Vec<Reject>,
    #[serde(default, rename = "not-varied")]
    not_varied: Vec<Rewrite>,
}

pub fn load(source: &Source) -> Result<Course, LoadError> {
    if let Source::Folder(root) = source
        && !root.is_dir()
    {
        return Err(LoadError::NoFolder(root.clone()));
    }
    if let Source::Deck(file) = source {
        let read = files::read_named(file, MOST_BYTES);
        let bytes = read.map_err(|why| LoadError::NoDeck { path: file.clone(), why })?;
        return Ok(Course::from_deck(file.clone(), &bytes));
    }
    let mut course = Course::default();
    let names = lesson_names(source, &mut course);
    for (name, read) in names.iter().zip(each(&names, |name| read_lesson(source, name))) {
        match read {
            Ok((lesson, tasks, found)) => {
                course.exercises.extend(tasks);
                course.lessons.push(lesson);
                course.diagnostics.extend(found);
            }
            Err(why) => course.diagnostics.push(missing(source, name, &why)),
        }
    }
    if course.lessons.is_empty() {
        return Err(LoadError::NoLessons(source.shown("")));
    }
    let mut paths = source.list("exercises");
    paths.retain(|path| path.ends_with("/exercise.yaml"));
    let read = each(&paths, |path| {
        let mut found = Vec::new();
        let sound = exercise(source, path, &mut found);
        if let Some(sound) = &sound {
            exercises::dead_links(sound, source, &mut found);
        }
        let mut faults = found.clone();
        faults.retain(|diagnostic| diagnostic.severity == Severity::Error);
        let read = sound.or_else(|| rough_exercise(source, path));
        (read.map(|exercise| Exercise { faults, ..exercise }), found)
    });
    for (exercise, found) in read {
        course.exercises.extend(exercise);
        course.diagnostics.extend(found);
    }
    find_twins(&mut course);
    in_order(&mut course);
    Ok(course)
}

/// Nobody can tell which of two is meant, so neither is used.
fn find_twins(course: &mut Course) {
    let ids: Vec<String> = course.exercises.iter().map(|exercise| exercise.id.clone()).collect();
    for exercise in &mut course.exercises {
        if ids.iter().filter(|id| **id == exercise.id).count() > 1 {
            let fault = exercises::twin(exercise);
            course.diagnostics.push(fault.clone());
            exercise.faults.push(fault);
        }
    }
}

/// Side by side, because the first slide waits for all of them; the answers are in the order of `all`.
fn each<T: Sync, R: Send>(all: &[T], read: impl Fn(&T) -> R + Sync) -> Vec<R> {
    std::thread::scope(|scope| {
        let readers: Vec<_> = all.iter().map(|one| scope.spawn(|| read(one))).collect();
        let ended = readers.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended.map(|read| read.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

type Read = (Lesson, Option<Exercise>, Vec<Diagnostic>);

fn read_lesson(source: &Source, name: &str) -> Result<Read, Unread> {
    let path = format!("lessons/{name}/lesson.md");
    let bytes = source.read(&path)?;
    let shown = source.shown(&path);
    let watched = matches!(source, Source::Folder(_)).then(|| shown.clone());
    let (mut lesson, found) = lesson(&bytes, shown);
    name.clone_into(&mut lesson.id);
    lesson.path = watched;
    let tasks = task_fence::exercise(&lesson);
    Ok((lesson, tasks, found))
}

/// Exercises as they come in the lessons, whatever their folders are called; one that no slide shows comes last.
fn in_order(course: &mut Course) {
    let Course { lessons, exercises, .. } = course;
    exercises.sort_by_cached_key(|exercise| {
        let shows = |block: &Block| matches!(&block.kind, BlockKind::Exercise(id) if *id == exercise.id);
        let holds = |lesson: &Lesson| {
            lesson.id == exercise.id || lesson.deck.slides.iter().any(|slide| slide.blocks.iter().any(shows))
        };
        lessons.iter().position(holds).unwrap_or(usize::MAX)
    });
}

fn lesson(bytes: &[u8], path: PathBuf) -> (Lesson, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let text = deck::clean(&text_of(bytes, &path, &mut diagnostics));
    let (deck, found) = deck::parse(&text, &path);
    diagnostics.extend(found);
    let lesson = Lesson {
        id: String::new(),
        title: deck.title.clone(),
        minutes: deck.minutes,
        deck,
        manuscript: Manuscript::new(path.clone(), &text),
        path: Some(path),
    };
    (lesson, diagnostics)
}

/// A file's text, and a warning where it is not in UTF-8.
fn text_of(bytes: &[u8], path: &Path, diagnostics: &mut Vec<Diagnostic>) -> String {
    let (text, foreign) = encoding::decode(bytes);
    if let Some(foreign) = foreign {
        let script = Script::new(path, &text);
        let remedy = Some(encoding::REMEDY);
        diagnostics.push(script.whole_line(Severity::Warning, foreign.line, foreign.message, remedy));
    }
    text
}

impl Course {
    /// One deck as a course of one lesson.
    pub fn from_deck(path: PathBuf, text: impl AsRef<[u8]>) -> Self {
        let id = path.file_stem().map_or_else(|| "deck".to_owned(), |s| s.to_string_lossy().into_owned());
        let (mut lesson, diagnostics) = lesson(text.as_ref(), path);
        lesson.id.clone_from(&id);
        Self {
            id,
            title: lesson.title.clone(),
            version: String::new(),
            exercises: task_fence::exercise(&lesson).into_iter().collect(),
            lessons: vec![lesson],
            diagnostics,
        }
    }
}

/// In the order of `course.yaml`; where that cannot be read, in the order of the folders' names.
fn lesson_names(source: &Source, course: &mut Course) -> Vec<String> {
    let path = "lessons/course.yaml";
    let raw = match source.read(path) {
        Ok(bytes) => {
            let text = text_of(&bytes, &source.shown(path), &mut course.diagnostics);
            read_yaml::<RawCourse>(source, path, &text, &mut course.diagnostics)
        }
        Err(Unread::Missing) => None,
        Err(why) => {
            course.diagnostics.push(unread(source, path, &why));
            None
        }
    };
    let Some(raw) = raw else {
        let lessons = source.list("lessons");
        let names = lessons.iter().filter_map(|p| p.strip_prefix("lessons/")?.strip_suffix("/lesson.md"));
        course.title = "Course".to_owned();
        return names.filter(|n| !n.contains('/')).map(str::to_owned).collect();
    };
    if raw.format_version != 1 {
        let message = format!("format_version {} is not known", raw.format_version);
        course.diagnostics.push(listed(source, "format_version", message));
    }
    (course.id, course.title, course.version) = (raw.id, raw.title, raw.version);
    let mut names: Vec<String> = Vec::new();
    for name in raw.lessons {
        if !is_name(&name) {
            course.diagnostics.push(listed(source, &name, format!("`{name}` can't be the name of a lesson")));
        } else if names.contains(&name) {
            course.diagnostics.push(listed(source, &name, format!("the lesson `{name}` is listed twice")));
        } else {
            names.push(name);
        }
    }
    names
}

/// Ids become names of folders, here and in the learner's home: nothing may lead out of those.
fn is_name(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    id.starts_with(|c: char| c.is_ascii_alphanumeric()) && id.chars().all(is_plain)
}

fn missing(source: &Source, name: &str, why: &Unread) -> Diagnostic {
    listed(
        source,
        name,
        match why {
            Unread::Missing => format!("the lesson `{name}` has no file lessons/{name}/lesson.md"),
            why => format!("lessons/{name}/lesson.md is not read: {why}"),
        },
    )
}

/// A file that is there, and of which nothing is known.
fn unread(source: &Source, path: &str, why: &Unread) -> Diagnostic {
    let shown = source.shown(path);
    let message = format!("{path} is not read: {why}");
    Script::new(&shown, "").whole_line(Severity::Error, 1, message, Some(why.remedy()))
}

fn listed(source: &Source, name: &str, message: String) -> Diagnostic {
    let bytes = source.read("lessons/course.yaml").unwrap_or_default();
    let (text, _) = encoding::decode(&bytes);
    let path = source.shown("lessons/course.yaml");
    let script = Script::new(&path, &text);
    let names =
        |l: &&str| l.trim_start_matches(['-', ' ']).split(':').next().unwrap_or_default().trim() == name;
    let line = script.lines.iter().rposition(names);
    let help = Some("mend this line of course.yaml, or the file that it names");
    script.whole_line(Severity::Error, line.map_or(1, |n| n + 1), message, help)
}

fn read_yaml<T: DeserializeOwned>(
    source: &Source,
    path: &str,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let path = source.shown(path);
    let script = Script::new(&path, text);
    let snippet = Snippet { script: &script, text, first: 1 };
    snippet.read().map_err(|mistake| diagnostics.push(*mistake)).ok()
}

/// What can be told of an exercise that is not read, below the name of its folder.
fn rough_exercise(source: &Source, path: &str) -> Option<Exercise> {
    let id = path.strip_suffix("/exercise.yaml")?.rsplit('/').next().filter(|id| is_name(id))?.to_owned();
    let text = source.read(path).map(|bytes| encoding::decode(&bytes).0).unwrap_or_default();
    let (title, tasks) = rough::exercise(&text.replace("\r\n", "\n"));
    let manuscript = Manuscript::new(source.shown(path), &text);
    let title = if title.is_empty() { id.clone() } else { title };
    Some(Exercise { id, title, tasks, manuscript, ..Exercise::default() })
}

fn exercise(source: &Source, path: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Exercise> {
    let read = source.read(path);
    let bytes = read.map_err(|why| diagnostics.push(unread(source, path, &why))).ok()?;
    let text = text_of(&bytes, &source.shown(path), diagnostics).replace("\r\n", "\n");
    let mut raw: RawExercise = read_yaml(source, path, &text, diagnostics)?;
    let shown = source.shown(path);
    let script = Script::new(&shown, &text);
    let snippet = Snippet { script: &script, text: &text, first: 1 };
    let folder = path.strip_suffix("/exercise.yaml")?;
    let mut say = |key: &str, message: String, help: &str| {
        diagnostics.push(snippet.key(Severity::Error, None, key, message, Some(help)));
    };
    if raw.format_version != 1 {
        let message = format!("format_version {} is not known", raw.format_version);
        say("format_version", message, "this pilotwhale reads format_version 1");
    }
    if !is_name(&raw.id) {
        let help = "it names the learner's folder: letters, digits, - and _";
        say("id", format!("`{}` can't be an id", raw.id), help);
        return None;
    }
    if folder.rsplit('/').next() != Some(raw.id.as_str()) {
        say("id", format!("the id `{}` is not the folder's name", raw.id), "make them the same");
    }
    for (key, value) in [("title", &raw.title), ("brief", &raw.brief)] {
        if value.trim().is_empty() {
            say(key, format!("`{key}` is empty"), "write something after it");
        }
    }
    if raw.tasks.is_empty() {
        say("tasks", "the exercise has no tasks".to_owned(), "add at least one task with a check");
    }
    let mut mistakes = task::of_vars(&raw.vars);
    for (n, task) in raw.tasks.iter().enumerate() {
        mistakes.extend(task::alone(task).into_iter().map(|m| m.inside(n).inside("tasks")));
    }
    let together = task::together(&raw.tasks).into_iter();
    mistakes.extend(together.map(|(n, m)| m.inside(n).inside("tasks")));
    let ids: Vec<&str> = raw.tasks.iter().map(|t| t.id.as_str()).collect();
    mistakes.extend(tries::of_ways(&raw.accepts, &raw.rejects, &ids, None));
    for (n, task) in raw.tasks.iter_mut().enumerate() {
        task::place(&snippet, &["tasks".to_owned(), n.to_string()], task);
    }
    task::place_ways(&snippet, &[], &mut raw.accepts, &mut raw.rejects);
    let solution_path = format!("{folder}/solution.md");
    let solution =
        source.read(&solution_path).map(|b| deck::clean(&encoding::decode(&b).0)).unwrap_or_default();
    let inside = format!("{folder}/files/");
    let mut files = Vec::new();
    for file in source.list(folder).iter().filter(|f| f.starts_with(&inside)) {
        match source.read(file).map(|b| String::from_utf8(b.into_owned())) {
            Ok(Ok(content)) => files.push(StarterFile { path: file[inside.len()..].to_owned(), content }),
            Ok(Err(_)) => say("id", format!("{file} is not a text file in UTF-8"), "starter files are text"),
            Err(why) => say("id", format!("{file} is not read: {why}"), why.remedy()),
        }
    }
    diagnostics.extend(mistakes.iter().map(|mistake| task::pointed(&snippet, mistake)));
    Some(Exercise {
        id: raw.id,
        title: raw.title,
        minutes: raw.minutes,
        brief: raw.brief,
        images: raw.images,
        vars: raw.vars,
        setup: raw.setup,
        files,
        tasks: raw.tasks,
        accepts: raw.accepts,
        rejects: raw.rejects,
        not_varied: raw.not_varied,
        solution: Manuscript::new(source.shown(&solution_path), &solution),
        manuscript: Manuscript::new(shown.clone(), &text),
        on_slides: false,
        faults: Vec::new(),
    })
}
