//! maaslalani/slides: a line of three dashes ends a slide, and code has lines that are not shown.

use super::scan::Place;
use super::sheet::{Cut, Sheet};
use super::{Dialect, Mark};

pub(super) const DIALECT: Dialect = Dialect { name: "slides", signs, read };

fn signs(sheet: &Sheet<'_>) -> usize {
    let hidden = (sheet.body..sheet.lines.len())
        .any(|n| sheet.places[n] == Place::Code && sheet.lines[n].starts_with("/// "));
    2 * usize::from(sheet.front.contains_key("paging")) + usize::from(hidden)
}

fn read(sheet: &mut Sheet<'_>) {
    sheet.exactly("---").into_iter().for_each(|n| sheet.put(n, Mark::Break));
    sheet.cut = Cut::Marks;
    hide(sheet, |info| !info.trim_start_matches(['`', '~', ' ']).starts_with("rust"));
    sheet.ignore_keys(&["theme", "paging", "styles"]);
}

/// Takes lines after `///` out of fences whose first line is one for it; says whether there was such a fence.
pub(super) fn hide(sheet: &mut Sheet<'_>, is_for_it: impl Fn(&str) -> bool) -> bool {
    let mut open = None;
    let mut found = false;
    let mut keep = vec![true; sheet.lines.len()];
    for (n, keep) in keep.iter_mut().enumerate().skip(sheet.body) {
        if sheet.places[n] != Place::Code {
            open = None;
            continue;
        }
        let inside = *open.get_or_insert_with(|| is_for_it(&sheet.lines[n]));
        found |= inside;
        *keep = !(inside && (sheet.lines[n].starts_with("/// ") || sheet.lines[n].trim_end() == "///"));
    }
    // A line that goes would move all below it, so its fence's later lines move up, and blank lines follow the fence.
    let mut n = sheet.body;
    while n < sheet.lines.len() {
        if sheet.places[n] != Place::Code {
            n += 1;
            continue;
        }
        let end =
            (n..sheet.lines.len()).find(|m| sheet.places[*m] != Place::Code).unwrap_or(sheet.lines.len());
        if keep[n..end].contains(&false) {
            let kept: Vec<_> = (n..end).filter(|m| keep[*m]).map(|m| sheet.lines[m].clone()).collect();
            for (at, m) in (n..end).enumerate() {
                sheet.lines[m] = kept.get(at).cloned().unwrap_or_default();
            }
        }
        n = end;
    }
    found
}
