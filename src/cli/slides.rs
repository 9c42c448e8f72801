//! `pilotwhale slides FILE`: any patat or pandoc deck, on the screen or as text.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::desk::Stopped;
use super::play;
use crate::cli::print::{point_out, say};
use crate::course::{self, Course, Deck, Source, step_text};

#[derive(Args, Debug)]
pub(super) struct SlidesArgs {
    /// The deck, a markdown file as patat and pandoc read it.
    pub file: PathBuf,
    /// Print every step instead of opening the screen.
    #[arg(long, value_name = "FORMAT")]
    pub dump: Option<Dump>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Dump {
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

/// Opens the deck, or prints it where a format is asked for.
pub(super) fn run(args: &SlidesArgs, screen: &play::Screen) -> Result<ExitCode, Stopped> {
    let source = Source::Deck(args.file.clone());
    match args.dump {
        Some(format) => {
            print(&course::load(&source)?, format)?;
            Ok(ExitCode::SUCCESS)
        }
        None => play::deck(screen, source),
    }
}

/// Prints the deck to standard output and its mistakes to standard error.
fn print(course: &Course, format: Dump) -> Result<(), Stopped> {
    let empty = || Stopped::usage("the deck is empty", "Give a file with slides in it.");
    let deck = course.lessons.first().map(|l| &l.deck).ok_or_else(empty)?;
    let text = match format {
        Dump::Text => as_text(deck),
        Dump::Json => {
            let text = serde_json::to_string_pretty(&as_json(deck));
            text.map_err(|error| Stopped::usage(error.to_string(), ""))? + "\n"
        }
    };
    course.diagnostics.iter().for_each(|diagnostic| point_out(diagnostic, true));
    say(&text);
    Ok(())
}

fn as_text(deck: &Deck) -> String {
    let mut out = String::new();
    for (n, slide) in deck.slides.iter().enumerate() {
        for step in 0..slide.steps {
            let place = format!("slide {}/{} · step {}/{}", n + 1, deck.slides.len(), step + 1, slide.steps);
            let body = step_text(slide, step, deck);
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
        text: (0..slide.steps).map(|step| step_text(slide, step, deck)).collect(),
    });
    DumpedDeck { title: &deck.title, author: &deck.author, slides: slides.collect() }
}
