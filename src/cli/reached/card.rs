//! The sums, as an SVG card: light and dark.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::Reached;
use crate::session::Share;
use crate::tui::widget::ink::{Ink, InkLine};

const WIDTH: usize = 720;
/// The height above the first row, of a row, and below the last one, in pixels.
const HEAD: usize = 130;
const ROW: usize = 38;
const FOOT: usize = 54;
/// Where a bar begins, and its length.
const BAR: (usize, usize) = (230, 330);

const STYLE: &str = "
text { font-family: system-ui, sans-serif; fill: #1b2733; }
.paper { fill: #ffffff; stroke: #c9d3dc; }
.dim { fill: #51606f; font-family: monospace; }
.bar { fill: #dde5ec; }
.done { fill: #0b7a75; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .paper { fill: #12181f; stroke: #3a4754; }
  .dim { fill: #a3b1bf; }
  .bar { fill: #2a3540; }
  .done { fill: #4cc9c0; }
}
";

pub(super) fn print(reached: &Reached) -> String {
    let sums = reached.sums();
    let height = HEAD + sums.len() * ROW + FOOT;
    let title = escape(cut(&reached.course.title, 44)).into_owned();
    let who = reached.name.as_deref().map(|name| format!("{}, ", cut(name, 48))).unwrap_or_default();
    let who = escape(who + &reached.date.to_string()).into_owned();
    let said = sums.iter().map(|(what, share)| format!("{what}: {} of {}", share.done, share.of));
    let said = said.collect::<Vec<_>>().join(". ");
    let mut card = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{title}: {who}</title>\n<desc id=\"desc\">{said}.</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"12\"/>\n\
         <text x=\"32\" y=\"56\" font-size=\"26\" font-weight=\"700\">{title}</text>\n\
         <text x=\"32\" y=\"90\" font-size=\"20\">{who}</text>\n",
        WIDTH - 1,
        height - 1
    );
    for (at, (what, share)) in sums.into_iter().enumerate() {
        card.push_str(&row(what, share, HEAD + at * ROW));
    }
    let course = escape(cut(&reached.course_line(), 88)).into_owned();
    let _ = write!(
        card,
        "<text class=\"dim\" x=\"32\" y=\"{}\" font-size=\"12\">{course}</text>\n</svg>\n",
        height - 24
    );
    card
}

fn row(what: &str, share: Share, top: usize) -> String {
    let (from, length) = BAR;
    let done = length * share.done.min(share.of) / share.of.max(1);
    let (bar, base, end) = (top + 6, top + 20, WIDTH - 32);
    format!(
        "<text x=\"32\" y=\"{base}\" font-size=\"18\">{what}</text>\n\
         <rect class=\"bar\" x=\"{from}\" y=\"{bar}\" width=\"{length}\" height=\"16\" rx=\"8\"/>\n\
         <rect class=\"done\" x=\"{from}\" y=\"{bar}\" width=\"{done}\" height=\"16\" rx=\"8\"/>\n\
         <text x=\"{end}\" y=\"{base}\" font-size=\"18\" text-anchor=\"end\">{} of {}</text>\n",
        share.done, share.of
    )
}

/// No line of a picture wraps. Columns, because some signs are as wide as two letters.
fn cut(text: &str, columns: usize) -> String {
    InkLine::of(text, Ink::Text).cut(columns).text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_ends_in_a_mark() {
        assert_eq!(cut("whale", 5), "whale");
        assert_eq!(cut("whales", 5), "whal…");
        assert_eq!(cut("鯨鯨鯨", 5), "鯨鯨…");
    }
}
