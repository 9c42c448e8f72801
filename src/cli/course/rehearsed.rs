//! What a rehearsal found, as lines that come while it goes on, or as JSON at its end.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::Duration;

use serde_json::{Value, json};

use crate::check::Outcome;
use crate::cli::print::say;
use crate::course::{Course, Diagnostic, Severity, Tool};
use crate::lab::{Mutations, Scene, SceneKind, Told};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

pub(super) struct Reporter {
    format: Format,
    colour: bool,
    /// What is going on is shown on a line that the next one overwrites.
    live: bool,
    scenes: Vec<Scene>,
    /// Ways that were not gone: where, their name, and what they need.
    left_out: Vec<(String, String, Tool)>,
    mutations: Option<Mutations>,
    /// Images that stay on the engine.
    left: Vec<String>,
}

/// Longer names are cut, so that a line stays one line.
const WIDEST: usize = 58;

impl Reporter {
    pub(super) fn new(format: Format) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        Self {
            format,
            colour: is_terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
            live: is_terminal && format == Format::Text,
            scenes: Vec::new(),
            left_out: Vec::new(),
            mutations: None,
            left: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, told: &Told<'_>) {
        match told {
            Told::Part { id, title } => self.line(&format!("\n{id}  {title}\n")),
            Told::Begins { name } if self.live => {
                self.line("");
                say(&format!("  · {}", cut(name)));
            }
            Told::Begins { .. } => {}
            Told::Scene(scene) => {
                self.line(&self.scene(scene));
                self.scenes.push(scene.clone());
            }
            Told::LeftOut { of, name, lacks } => {
                self.line(&format!("  – {:<WIDEST$} left out: needs {}\n", cut(name), lacks.word()));
                self.left_out.push(((*of).to_owned(), (*name).to_owned(), *lacks));
            }
        }
    }

    fn line(&self, text: &str) {
        if self.format == Format::Text {
            let over = if self.live { "\r\x1b[K" } else { "" };
            say(&format!("{over}{text}"));
        }
    }

    fn scene(&self, scene: &Scene) -> String {
        let outcome = if scene.mistakes.is_empty() { Outcome::Done } else { Outcome::Wrong };
        let mark = outcome.mark();
        let took = scene.took.as_secs_f32();
        let mut text = format!("  {mark} {:<WIDEST$} {took:>5.1} s\n", cut(&title(scene)));
        for mistake in &scene.mistakes {
            let _ = writeln!(text, "{}\n", mistake.render(self.colour));
        }
        text
    }

    pub(super) fn left(&mut self, images: Vec<String>) {
        self.left = images;
    }

    pub(super) fn mutations(&mut self, found: Mutations) {
        found.unnoticed.iter().for_each(|told| self.line(&format!("\n{}\n", told.render(self.colour))));
        self.mutations = Some(found);
    }

    pub(super) fn unnoticed(&self) -> usize {
        self.mutations.as_ref().map_or(0, |found| found.unnoticed.len())
    }

    pub(super) fn mistakes(&self) -> usize {
        self.scenes.iter().map(|scene| scene.mistakes.len()).sum()
    }

    /// The end of the text, or all of the JSON.
    pub(super) fn summary(&self, course: &Course, took: Duration, interrupted: bool) -> String {
        if self.format == Format::Json {
            return self.json(course, took, interrupted);
        }
        let wrong = self.scenes.iter().filter(|scene| !scene.mistakes.is_empty()).count();
        let over = if self.live { "\r\x1b[K" } else { "" };
        let mut text = format!("{over}\n{} rehearsed, ", count(self.scenes.len(), "scene"));
        text += &match wrong {
            0 => "all as the course says".to_owned(),
            n => format!("{n} not as the course says"),
        };
        let _ = writeln!(text, ", in {} min {:02} s", took.as_secs() / 60, took.as_secs() % 60);
        for tool in Tool::ALL {
            let ways = self.left_out.iter().filter(|(_, _, lacks)| *lacks == tool).count();
            if ways > 0 {
                let _ =
                    writeln!(text, "{} left out: docker has no {} here", count(ways, "way"), tool.plugin());
            }
        }
        if interrupted {
            text += "It was stopped before its end\n";
        }
        if let Some(found) = &self.mutations {
            let tried = count(found.tried, "weaker check");
            let _ = writeln!(text, "{tried} tried, {} noticed by no wrong way", found.unnoticed.len());
        }
        if !self.left.is_empty() {
            let _ = writeln!(text, "Pulled images stay for the next time: {}", self.left.join(", "));
        }
        text
    }

    fn json(&self, course: &Course, took: Duration, interrupted: bool) -> String {
        let scenes: Vec<Value> = self.scenes.iter().map(scene_json).collect();
        let left_out = self.left_out.iter();
        let left_out: Vec<Value> = left_out
            .map(|(of, name, lacks)| json!({ "of": of, "name": name, "needs": lacks.word() }))
            .collect();
        let mutations = self.mutations.as_ref().map(|found| {
            let unnoticed: Vec<Value> = found.unnoticed.iter().map(mistake_json).collect();
            json!({ "tried": found.tried, "unnoticed": unnoticed })
        });
        let all = json!({
            "format": 1,
            "pilotwhale": env!("CARGO_PKG_VERSION"),
            "course": { "id": course.id, "version": course.version },
            "status": if self.mistakes() == 0 { "right" } else { "wrong" },
            "interrupted": interrupted,
            "seconds": took.as_secs_f32(),
            "images_left": self.left,
            "scenes": scenes,
            "left_out": left_out,
            "mutations": mutations,
        });
        format!("{all:#}\n")
    }
}

fn scene_json(scene: &Scene) -> Value {
    let mistakes: Vec<Value> = scene.mistakes.iter().map(mistake_json).collect();
    json!({
        "of": scene.of, "kind": scene.kind, "name": scene.name, "path": scene.path, "line": scene.line,
        "status": if scene.mistakes.is_empty() { "right" } else { "wrong" },
        "seconds": scene.took.as_secs_f32(),
        "mistakes": mistakes,
    })
}

fn mistake_json(d: &Diagnostic) -> Value {
    json!({
        "severity": if d.severity == Severity::Error { "error" } else { "warning" },
        "path": d.path, "line": d.line, "column": d.column,
        "message": d.message, "help": d.help,
    })
}

fn title(scene: &Scene) -> String {
    let kind = match scene.kind {
        SceneKind::Command => return scene.name.clone(),
        SceneKind::Starter => "begun",
        SceneKind::Solution => "solved",
        SceneKind::Accept => "right",
        SceneKind::Reject => "wrong",
    };
    format!("{kind:<7} {}", scene.name)
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(WIDEST) {
        None => name.to_owned(),
        Some(_) => name.chars().take(WIDEST - 1).chain(['…']).collect(),
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
