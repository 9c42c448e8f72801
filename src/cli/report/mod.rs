//! A report on what was graded: text for people, JSON and CSV for programs, JUnit for build servers.

mod csv;
mod data;
mod junit;
mod questions;
mod text;

pub(super) use data::{CourseName, Graded, Origin, Report, Status};
pub(super) use questions::{Questions, is_about_a_question};

use super::Ending;
use super::desk::Stopped;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    Junit,
    Csv,
}

pub(super) fn print(format: Format, report: &Report) -> Result<String, Stopped> {
    match format {
        Format::Json => serde_json::to_string_pretty(report).map(|text| text + "\n").map_err(could_not),
        _ => print_all(format, std::slice::from_ref(report)),
    }
}

/// The reports of several learners in one. As JSON, a list of what each report alone is.
pub(super) fn print_all(format: Format, reports: &[Report]) -> Result<String, Stopped> {
    match format {
        Format::Text => Ok(reports.iter().map(text::print).collect::<Vec<_>>().join("\n")),
        Format::Json => serde_json::to_string_pretty(reports).map(|text| text + "\n").map_err(could_not),
        Format::Junit => junit::print(reports).map_err(could_not),
        Format::Csv => csv::print(reports).map_err(could_not),
    }
}

fn could_not(why: impl std::fmt::Display) -> Stopped {
    Stopped {
        what: format!("the report could not be written in this format: {why}"),
        remedy: "Take another --format.".into(),
        ending: Ending::CouldNot,
    }
}
