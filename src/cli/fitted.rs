//! Text that is laid out for the terminal that it goes to.

use std::io::IsTerminal;

use textwrap::{Options, WordSplitter, WrapAlgorithm};

/// Narrower than this, nothing can be laid out.
const LEAST: usize = 40;

/// Breaks at blanks what is wider than the terminal on standard output, and goes on below the line's last column. What goes
/// elsewhere stays as it is; so do words that are wider, because a broken address cannot be copied.
pub(super) fn fitted(text: &str) -> String {
    let size = std::io::stdout().is_terminal().then(|| rustix::termios::tcgetwinsize(std::io::stdout()));
    match size {
        Some(Ok(size)) if usize::from(size.ws_col) >= LEAST => fit(text, size.ws_col.into()),
        _ => text.to_owned(),
    }
}

fn fit(text: &str, columns: usize) -> String {
    let mut fitting = String::new();
    for line in text.lines() {
        let below = " ".repeat(last_column(line).min(columns / 2));
        let options = Options::new(columns)
            .subsequent_indent(&below)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        fitting.push_str(&textwrap::fill(line, options));
        fitting.push('\n');
    }
    fitting
}

/// Where the last column of a table's row begins: after two blanks or more. In other lines, a little further in than these.
fn last_column(line: &str) -> usize {
    let text = line.trim_start();
    let lead = line.len() - text.len();
    text.rfind("  ").map_or(lead + 2, |gap| lead + text[..gap].chars().count() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_on_below_their_last_column_and_words_stay_whole() {
        let text = "\
Title
-     tried Docker Desktop   unix:///home/lea/.docker/run/docker.sock: not there
ok    work folder            /home/lea/pilotwhale-work (will be made), because
  ○ Data, and logs: not read to its end, 7 questions
";
        let wanted = "\
Title
-     tried Docker Desktop
                             unix:///home/lea/.docker/run/docker.sock:
                             not there
ok    work folder            /home/lea/pilotwhale-work (will
                             be made), because
  ○ Data, and logs: not read to its end, 7 questions
";
        assert_eq!(fit(text, 60), wanted);
        assert_eq!(fit(text, 100), text);
    }
}
