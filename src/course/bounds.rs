//! How much of anything a course may hold; the table of docs/limits.md.

use serde_yaml::Value;

/// Slides of one lesson.
pub(super) const SLIDES: usize = 2000;
/// Bytes of one slide.
pub(super) const SLIDE: usize = 64 * 1024;
/// Entries of one list in YAML: tasks, options, hints, ways, lessons.
pub(super) const LIST: usize = 500;
/// Lists and mappings in YAML, one inside the other.
pub(super) const DEPTH: usize = 50;

/// Line and column, from 1, of the list or mapping in YAML that is one too deep. Looks at brackets and dashes alone, before
/// anybody reads the text: readers need stack for each level. Lines that begin at the margin begin anew.
pub(super) fn too_deep(text: &str) -> Option<(usize, usize)> {
    let mut open = 0_usize;
    for (n, line) in text.lines().enumerate() {
        if line.starts_with(|c: char| c.is_alphanumeric()) {
            open = 0;
        }
        let dashes = line.split(' ').filter(|word| !word.is_empty()).take_while(|word| *word == "-").count();
        if dashes > DEPTH {
            return Some((n + 1, 1));
        }
        for (column, c) in line.chars().enumerate() {
            match c {
                '[' | '{' => open += 1,
                ']' | '}' => open = open.saturating_sub(1),
                _ => continue,
            }
            if open > DEPTH {
                return Some((n + 1, column + 1));
            }
        }
    }
    None
}

/// The key of a list that is too long, and how long it is.
pub(super) fn too_long(value: &Value) -> Option<(String, usize)> {
    let mut mapping = value.as_mapping().into_iter().flatten();
    let mut inside = value.as_sequence().into_iter().flatten();
    let here = |(key, value): (&Value, &Value)| {
        let length = value.as_sequence().map_or(0, Vec::len);
        let key = key.as_str().unwrap_or_default();
        if length > LIST { Some((key.to_owned(), length)) } else { too_long(value) }
    };
    mapping.find_map(here).or_else(|| inside.find_map(too_long))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::course::{Deck, Severity, deck, step_text};

    fn parsed(text: &str) -> (Deck, Vec<String>) {
        let (deck, found) = deck::parse(text, Path::new("lesson.md"));
        let errors = found.into_iter().filter(|found| found.severity == Severity::Error);
        (deck, errors.map(|error| format!("{} {}", error.line, error.message)).collect())
    }

    #[test]
    fn a_deck_has_so_many_slides_and_a_slide_so_many_bytes() {
        let (deck, errors) = parsed(&"# a\n\nx\n\n".repeat(SLIDES));
        assert_eq!((deck.slides.len(), errors.len()), (SLIDES, 0));
        let (deck, errors) = parsed(&"# a\n\nx\n\n".repeat(SLIDES + 1));
        assert_eq!(deck.slides.len(), SLIDES);
        assert!(errors[0].starts_with("8001 this and what follows is not shown: 2000"), "{errors:?}");
        // heading and blank line are seven bytes, and there are two ends of lines behind the text
        let slide = |bytes: usize| format!("# one\n\ntext\n\n# two\n\n{}\n", "x".repeat(bytes - 8));
        let (deck, errors) = parsed(&slide(SLIDE - 1));
        assert!(errors.is_empty(), "{errors:?}");
        assert!(step_text(&deck.slides[1], 0, &deck).contains("xxx"));
        let (deck, errors) = parsed(&slide(SLIDE));
        assert_eq!(errors, ["5 this slide is not shown: 64 KB are the most"]);
        assert_eq!(step_text(&deck.slides[1], 0, &deck), "This slide is too large to be shown.");
        assert_eq!(
            step_text(&deck.slides[0], 0, &deck),
            step_text(&parsed("# one\n\ntext\n").0.slides[0], 0, &deck)
        );
    }

    #[test]
    fn a_quiz_and_an_exercise_say_which_list_is_too_long() {
        let quiz = |options: usize| {
            let items: String = (0..options).map(|n| format!("  - item {n}\n")).collect();
            format!("# Q\n\n```quiz\nquestion: q?\norder:\n{items}```\n")
        };
        let (deck, errors) = parsed(&quiz(LIST));
        assert_eq!((deck.quizzes.len(), errors), (1, Vec::<String>::new()));
        let (deck, errors) = parsed(&quiz(LIST + 1));
        assert_eq!(
            (deck.quizzes.len(), errors),
            (0, vec!["5 `order` has 501 entries; 500 are the most".to_owned()])
        );
        let deep = |deep: usize| format!("# Q\n\n```quiz\nquestion: {}\n```\n", "[".repeat(deep));
        assert!(parsed(&deep(100_000)).1[0].starts_with("4 this is nested more than 50 deep"));
    }

    #[test]
    fn the_bound_is_where_it_is_said_to_be() {
        let nested = |deep: usize| format!("a: 1\nb:\n  c: {}{}", "[".repeat(deep), "]".repeat(deep));
        assert_eq!((too_deep(&nested(DEPTH)), too_deep(&nested(DEPTH + 1))), (None, Some((3, 6 + DEPTH))));
        let dashes = |deep: usize| format!("a:\n{}x", "- ".repeat(deep));
        assert_eq!((too_deep(&dashes(DEPTH)), too_deep(&dashes(DEPTH + 1))), (None, Some((2, 1))));
        // a script with more brackets than depth
        assert_eq!(too_deep(&"if [ -f x ]; then echo ${x}; fi\n".repeat(1000)), None);
        let list = |long: usize| -> Value {
            serde_yaml::from_str(&format!("a: [{{tasks: [{}]}}]", "x,".repeat(long))).unwrap()
        };
        assert_eq!(
            (too_long(&list(LIST)), too_long(&list(LIST + 1))),
            (None, Some(("tasks".into(), LIST + 1)))
        );
    }
}
