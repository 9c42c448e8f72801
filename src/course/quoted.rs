//! Output that a slide quotes, against what was really printed.

/// What a quoted line, or a whole run of lines, stands for when it is this: anything.
const ANYTHING: char = '…';

/// The first quoted line that the output does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// From 0, in the quoted text; one past its end where the output goes on.
    pub line: usize,
    pub expected: String,
    /// What stands there in the output; None at its end.
    pub found: Option<String>,
}

/// None where the output is as quoted. `…` in a line stands for anything; a line of only `…` for any number of lines, also
/// none. Blanks at the ends of lines, and blank lines around the whole, make no difference.
pub fn difference(quoted: &str, printed: &str) -> Option<Difference> {
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let (quoted, printed) = (lines(quoted), lines(printed));
    let above = quoted.iter().take_while(|line| line.is_empty()).count();
    let (quoted, printed) = (trimmed(&quoted), trimmed(&printed));
    // How many printed lines the quoted ones so far may have taken.
    let mut taken: Vec<usize> = vec![0];
    for (at, line) in quoted.iter().enumerate() {
        // The blank lines at the ends of the output were taken off, and `…` may stand for such a line.
        if line.is_empty() && is_beside_anything(quoted, at) {
            continue;
        }
        let first = taken.first().copied().unwrap_or(0);
        let next: Vec<usize> = if is_anything(line) {
            (first..=printed.len()).collect()
        } else {
            taken
                .iter()
                .filter(|n| printed.get(**n).is_some_and(|p| matches(line, p)))
                .map(|n| n + 1)
                .collect()
        };
        if next.is_empty() {
            let found = printed.get(first).cloned();
            return Some(Difference { line: above + at, expected: line.clone(), found });
        }
        taken = next;
    }
    let most = taken.last().copied().unwrap_or(0);
    printed.get(most).map(|line| Difference {
        line: above + quoted.len(),
        expected: String::new(),
        found: Some(line.clone()),
    })
}

fn is_anything(line: &str) -> bool {
    line.trim() == "…"
}

/// Whether only blank lines stand between this one and a `…`.
fn is_beside_anything(lines: &[String], at: usize) -> bool {
    let (before, after) = lines.split_at(at);
    [before.iter().rfind(|line| !line.is_empty()), after.iter().find(|line| !line.is_empty())]
        .into_iter()
        .flatten()
        .any(|line| is_anything(line))
}

fn trimmed(lines: &[String]) -> &[String] {
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |at| at + 1);
    &lines[first..last]
}

/// Whether a line is as quoted: the parts between the `…` come one after another, the outer ones at its ends.
fn matches(quoted: &str, line: &str) -> bool {
    let mut parts = quoted.split(ANYTHING);
    let Some(mut rest) = parts.next().and_then(|start| line.strip_prefix(start)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((end, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ellipsis_stands_for_anything() {
        for (quoted, line, right) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a…", "ab", true),
            ("a…", "a", true),
            ("…b", "ab", true),
            ("a…b…c", "a1b2c", true),
            ("a…b…c", "a1c2b", false),
            ("a…a", "a", false),
            ("…", "", true),
        ] {
            assert_eq!(matches(quoted, line), right, "{quoted} {line}");
        }
    }

    #[test]
    fn the_first_difference_is_told() {
        let told = |quoted: &str, printed: &str| {
            difference(quoted, printed).map(|d| (d.line, d.expected, d.found.unwrap_or("-".into())))
        };
        let is = |line: usize, expected: &str, found: &str| Some((line, expected.into(), found.into()));
        assert_eq!(told("a\nb", "\na  \nb\n\n"), None);
        assert_eq!(told("a\n…\nd", "a\nb\nc\nd"), None);
        assert_eq!(told("a\n…\nd", "a\nd"), None);
        assert_eq!(told("…\na\n…\na\nb", "a\nx\na\nb"), None);
        assert_eq!(told("…", ""), None);
        assert_eq!(told("…\n\n…", "\n\n"), None);
        assert_eq!(told("a\n\n…\nd", "a\n\nb\nd"), None);
        assert_eq!(told("a\nb", "a\nc"), is(1, "b", "c"));
        assert_eq!(told("a\nb", "a"), is(1, "b", "-"));
        assert_eq!(told("a", "a\nb"), is(1, "", "b"));
        assert_eq!(told("a\n…\nd", "a\nb"), is(2, "d", "b"));
        assert_eq!(told("", "x"), is(0, "", "x"));
        assert_eq!(told("\na\nb\n", "a\nc"), is(2, "b", "c"));
    }

    proptest::proptest! {
        #[test]
        fn what_was_printed_is_as_quoted(printed in "([a-c]{1,4}\n\n?){0,6}", holes in proptest::collection::vec(0..6usize, 0..4)) {
            assert_eq!(difference(&printed, &printed), None);
            let mut lines: Vec<&str> = printed.lines().collect();
            for hole in holes {
                if hole < lines.len() {
                    lines[hole] = "…";
                }
            }
            assert_eq!(difference(&lines.join("\n"), &printed), None);
        }
    }
}
