//! What a container uses now, where it stands in a compose project, and what has changed in its files.

use std::collections::VecDeque;

use super::Sheet;
use crate::facts::{Compose, Difference, Differs, Sample, Until};
use crate::tui::screen::engine::words;
use crate::tui::widget::ink::{Ink, InkLine};

/// Cells that a line of figures takes where there is room.
const SPARK: usize = 30;
/// Cells of the words after it.
const FIGURES: usize = 28;

pub(super) fn usage(sheet: &mut Sheet, past: &VecDeque<Sample>) {
    let cells = SPARK.min(sheet.width.saturating_sub(sheet.label + FIGURES)).min(past.len());
    let recent = || past.iter().skip(past.len() - cells);
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let cpu: Vec<f64> = recent().map(|sample| sample.cpu_percent).collect();
    let memory: Vec<f64> = recent().map(|sample| sample.memory as f64).collect();
    sheet.heading("Use in the last minutes");
    let Some(now) = past.back() else { return };
    for (label, values, now, peak) in [
        ("CPU", &cpu, words::cpu(now.cpu_percent), words::cpu(most(&mut past.iter().map(|s| s.cpu_percent)))),
        (
            "memory",
            &memory,
            words::memory(now.memory),
            words::memory(past.iter().map(|s| s.memory).max().unwrap_or(0)),
        ),
    ] {
        let line = InkLine::of(words::spark(values), Ink::Info).with(format!("  {now}"), Ink::Text);
        sheet.fact(label, line.with(format!("  at most {peak}"), Ink::Dim));
    }
}

/// What `docker diff` tells: the paths by which a container is not as its image.
pub(in super::super) fn differences(all: &[Difference], width: usize) -> Vec<InkLine> {
    let mut sheet = Sheet::new(width);
    if all.is_empty() {
        sheet.none("Its files are as its image has them. What is mounted does not count.");
        return sheet.lines;
    }
    let count = |what: Differs| all.iter().filter(|one| one.what == what).count();
    sheet.none(&format!(
        "Since it was made: {} added, {} changed, {} deleted. This goes with the container.",
        count(Differs::Added),
        count(Differs::Changed),
        count(Differs::Deleted)
    ));
    for one in all {
        let (sign, ink) = match one.what {
            Differs::Added => ("+ ", Ink::Ok),
            Differs::Changed => ("~ ", Ink::Warn),
            Differs::Deleted => ("- ", Ink::Bad),
        };
        sheet.line(InkLine::of(sign, ink).with(&one.path, Ink::Text), 2);
    }
    sheet.lines
}

pub(super) fn compose(sheet: &mut Sheet, place: &Compose, needed_by: &[String]) {
    sheet.heading("Compose");
    sheet.fact("project", InkLine::of(place.project, Ink::Strong));
    let which = match (place.one_off, place.number) {
        (true, _) => "  made by docker compose run, beside the service".to_owned(),
        (false, 0 | 1) => String::new(),
        (false, number) => format!("  number {number}"),
    };
    if !place.service.is_empty() {
        sheet.fact("service", InkLine::of(place.service, Ink::Strong).with(which, Ink::Dim));
    }
    let after = place.depends_on().map(|needed| match needed.until {
        Until::Started => format!("{} has started", needed.service),
        Until::Healthy => format!("{} is healthy", needed.service),
        Until::Completed => format!("{} has ended well", needed.service),
    });
    sheet.text("starts when", after.collect::<Vec<_>>().join(", "));
    sheet.text("needed by", needed_by.join(", "));
}
