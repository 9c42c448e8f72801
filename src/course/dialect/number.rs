//! Pandoc's lists that number themselves: `#.`, and examples `(@)` that count through the whole deck.

use std::collections::HashMap;

use super::sheet::Sheet;

/// Gives every item its number.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let mut examples = 0_u32;
    let mut labels: HashMap<String, u32> = HashMap::new();
    let mut count = 0_u32;
    for n in sheet.body..sheet.lines.len() {
        if !sheet.is_text(n) || sheet.is_blank(n) {
            continue;
        }
        let line = sheet.lines[n].to_string();
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if let Some(rest) = text.strip_prefix("#. ") {
            count += 1;
            sheet.lines[n] = format!("{indent}{count}. {rest}").into();
        } else if let Some((label, rest)) = example(text) {
            examples += 1;
            if !label.is_empty() {
                labels.insert(label.to_owned(), examples);
            }
            // Another delimiter than above, so that these never become one list.
            sheet.lines[n] = format!("{indent}{examples}) {rest}").into();
        } else if indent.is_empty() {
            count = 0;
        }
    }
    if labels.is_empty() {
        return;
    }
    for n in sheet.body..sheet.lines.len() {
        if sheet.is_text(n) && sheet.lines[n].contains("(@") {
            let told = labels.iter().fold(sheet.lines[n].to_string(), |line, (label, number)| {
                line.replace(&format!("(@{label})"), &format!("({number})"))
            });
            sheet.lines[n] = told.into();
        }
    }
}

/// The label and the words of `(@label) words`.
fn example(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.strip_prefix("(@")?.split_once(") ")?;
    let is_label = label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    is_label.then_some((label, rest.trim_start()))
}
