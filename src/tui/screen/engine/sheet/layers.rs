//! The layers of an image, from the last step down to its base.

use super::Sheet;
use crate::facts::ImageDetail;
use crate::tui::screen::engine::words;
use crate::tui::widget::ink::{Ink, InkLine};

const BAR: usize = 10;

pub(super) fn layers(sheet: &mut Sheet, detail: &ImageDetail) {
    if detail.layers.is_empty() {
        sheet.none("The engine told nothing about its layers.");
        return;
    }
    let biggest = detail.layers.iter().map(|layer| layer.size).max().unwrap_or(0).max(1);
    let base = base_from(detail);
    let bar_width = if sheet.width >= 50 { BAR } else { 4 };
    let indent = bar_width + 11;
    sheet.none("The last step is on top. A layer without files only sets something.");
    for (i, layer) in detail.layers.iter().enumerate() {
        if Some(i) == base {
            let rule = " most likely from its base image ";
            let mut line = InkLine::of("──", Ink::Border).with(rule, Ink::Dim);
            let rest = sheet.width.saturating_sub(line.width());
            line.push("─".repeat(rest), Ink::Border);
            sheet.lines.push(line.cut(sheet.width));
        }
        let instruction = words::instruction(&layer.created_by);
        let instruction = if instruction.is_empty() { layer.comment.clone() } else { instruction };
        let mut line = InkLine::of(bar(layer.size, biggest, bar_width), Ink::Info);
        let size = if layer.size == 0 { "no files".to_owned() } else { words::size(layer.size) };
        line.push(format!(" {size:>8}  "), if layer.size == 0 { Ink::Dim } else { Ink::Text });
        let (verb, rest) = instruction.split_once(' ').unwrap_or((&instruction, ""));
        line.push(verb, Ink::Strong);
        line.push(format!(" {rest}"), if layer.size == 0 { Ink::Dim } else { Ink::Text });
        let wrapped = line.wrap(sheet.width, indent);
        // A page of shell in one RUN must not hide the other layers.
        const MOST: usize = 4;
        let more = wrapped.len() > MOST;
        for (n, mut row) in wrapped.into_iter().take(MOST).enumerate() {
            if more && n + 1 == MOST {
                row.push(" …", Ink::Dim);
                row = row.cut(sheet.width);
            }
            sheet.lines.push(row);
        }
    }
}

fn bar(size: u64, biggest: u64, width: usize) -> String {
    let filled =
        if size == 0 { 0 } else { ((size as f64 / biggest as f64) * width as f64).round().max(1.0) as usize };
    let filled = filled.min(width);
    format!("{}{}", "█".repeat(filled), " ".repeat(width - filled))
}

/// Where the base image begins: a base image nearly always ends with its CMD, so the first CMD that is not among
/// the settings on top belongs to it.
fn base_from(detail: &ImageDetail) -> Option<usize> {
    let verb = |i: usize| {
        let made = words::instruction(&detail.layers[i].created_by);
        made.split(' ').next().unwrap_or_default().to_owned()
    };
    let own_settings =
        (0..detail.layers.len()).take_while(|&i| detail.layers[i].size == 0 && verb(i) != "RUN").count();
    (own_settings.max(1)..detail.layers.len()).find(|&i| verb(i) == "CMD")
}
