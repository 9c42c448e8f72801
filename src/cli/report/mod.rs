//! A report on what was graded: text for people, JSON and CSV for programs, JUnit for build servers.

mod csv;
mod data;
mod junit;
mod text;

pub(super) use data::{CourseName, Graded, Origin, Report, Status};

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
        Format::Text => Ok(text::print(report)),
        Format::Json => serde_json::to_string_pretty(report).map(|text| text + "\n").map_err(could_not),
        Format::Junit => junit::print(report).map_err(could_not),
        Format::Csv => csv::print(report).map_err(could_not),
    }
}

fn could_not(why: impl std::fmt::Display) -> Stopped {
    Stopped {
        what: format!("the report could not be written in this format: {why}"),
        remedy: "Take another --format.".into(),
        ending: Ending::CouldNot,
    }
}
