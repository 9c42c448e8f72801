//! `pilotwhale slides FILE`: any patat or pandoc deck, on the screen or as text.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::course::{Course, Deck, step_text};

#[derive(Args, Debug)]
pub struct SlidesArgs {
    /// The deck, a markdown file as patat and pandoc read it.
    pub file: PathBuf,
    /// Print every step instead of opening the screen.
    #[arg(long, value_name = "FORMAT")]
    pub dump: Option<Dump>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dump {
    Text,
    Json,
}

#[derive(Serialize)]
struct DumpedDeck<'a> {
    title: &'a str,
    author: &'a str,
    slides: Vec<DumpedSlide<'a>>,
}

#[derive(Serialize)]
struct DumpedSlide<'a> {
    title: &'a str,
    steps: usize,
    notes: &'a [String],
    text: Vec<String>,
}

/// The deck as a course of one lesson. Its mistakes are in `diagnostics`; only a file that cannot be read is an error.
pub fn open(args: &SlidesArgs) -> Result<Course> {
    let bytes = std::fs::read(&args.file).with_context(|| {
        format!("{} cannot be read; give the path of a markdown file", args.file.display())
    })?;
    Ok(Course::from_deck(args.file.clone(), &String::from_utf8_lossy(&bytes)))
}

/// Prints the deck; the screen takes over `open`'s course where no format is asked for.
pub fn run(args: &SlidesArgs) -> Result<()> {
    print(&open(args)?, args.dump.unwrap_or(Dump::Text))
}

/// Prints the deck to standard output and its mistakes to standard error.
pub fn print(course: &Course, format: Dump) -> Result<()> {
    let deck = course.lessons.first().map(|l| &l.deck).context("the deck is empty")?;
    let text = match format {
        Dump::Text => as_text(deck),
        Dump::Json => serde_json::to_string_pretty(&as_json(deck))? + "\n",
    };
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    for diagnostic in &course.diagnostics {
        writeln!(io::stderr(), "{}\n", diagnostic.render(colour))?;
    }
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        // `| head` has read enough.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn as_text(deck: &Deck) -> String {
    let mut out = String::new();
    for (n, slide) in deck.slides.iter().enumerate() {
        for step in 0..slide.steps {
            let place = format!("slide {}/{} · step {}/{}", n + 1, deck.slides.len(), step + 1, slide.steps);
            let body = step_text(slide, step, &deck.quizzes);
            out.push_str(&format!("--- {place} · {}\n\n{body}\n\n", slide.title));
        }
    }
    out
}

fn as_json(deck: &Deck) -> DumpedDeck<'_> {
    let slides = deck.slides.iter().map(|slide| DumpedSlide {
        title: &slide.title,
        steps: slide.steps,
        notes: &slide.notes,
        text: (0..slide.steps).map(|step| step_text(slide, step, &deck.quizzes)).collect(),
    });
    DumpedDeck { title: &deck.title, author: &deck.author, slides: slides.collect() }
}
