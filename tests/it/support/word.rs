//! The word that an exercise has drawn for this attempt.

use std::collections::BTreeMap;
use std::path::Path;

use pilotwhale::progress::{Event, Store};

/// Exercise 1 asks for `hello container` from now on, as if that had been drawn.
pub(crate) fn draw_container(progress: &Path) {
    let vars = BTreeMap::from([("WORD".to_owned(), "container".to_owned())]);
    let event = Event::ExerciseBegun { exercise: "run-python".into(), run: 1, vars };
    Store::open(progress).expect("the progress file opens").store.append(event).expect("an event is kept");
}

/// The line that exercise 1 asks for, as its brief shows it on the screen.
pub(crate) fn line_in(screen: &str) -> String {
    let (_, rest) = screen.split_once("▎ hello ").expect("the brief shows the line");
    let word: String = rest.chars().take_while(|c| c.is_ascii_lowercase()).collect();
    format!("hello {word}")
}
