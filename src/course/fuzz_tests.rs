//! Decks and exercises that nobody would write: mutated from real ones. `bench/fuzz` runs these for minutes.

use proptest::prelude::*;
use proptest::sample::Index;

use super::bounds::SLIDES;
use super::*;

/// What has a meaning in a deck or in YAML.
const TOKENS: [&str; 28] = [
    "```",
    "```task\n",
    "```quiz\n",
    "\n---\n",
    "\n# ",
    "<!--",
    "-->",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "\n- ",
    "|\n",
    "&a ",
    "*a",
    "!!x ",
    "\n:::",
    "<div>",
    "[^1]",
    "\t",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "é",
    "\\",
    "\r\n",
    "\u{fffd}",
];

#[derive(Clone, Debug)]
enum Edit {
    Cut(Index, u8),
    Twice(Index, u8),
    Token(Index, &'static str),
    Byte(Index, u8),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, length)| Edit::Cut(at, length)),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, length)| Edit::Twice(at, length)),
        4 => (any::<Index>(), prop::sample::select(&TOKENS[..])).prop_map(|(at, token)| Edit::Token(at, token)),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
    ];
    prop::collection::vec(edit, 0..12)
}

fn edited(text: &str, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for edit in edits {
        let end = bytes.len();
        let place = |at: &Index| at.index(end + 1);
        let part = |at: usize, length: u8| at..(at + usize::from(length)).min(end);
        match edit {
            Edit::Cut(at, length) => drop(bytes.drain(part(place(at), *length))),
            Edit::Twice(at, length) => {
                let at = place(at);
                let part = bytes[part(at, *length)].to_vec();
                bytes.splice(at..at, part);
            }
            Edit::Token(at, token) => {
                let at = place(at);
                bytes.splice(at..at, token.bytes());
            }
            Edit::Byte(at, byte) => {
                let at = place(at);
                bytes.splice(at..at, [*byte]);
            }
        }
    }
    bytes
}

/// Files of the built-in course.
fn corpus(folder: &str, ends: &str) -> Vec<String> {
    let source = Source::Embedded;
    let mut paths = source.list(folder);
    paths.retain(|path| path.ends_with(ends));
    assert!(paths.len() >= 5, "{ends}");
    paths.iter().map(|path| String::from_utf8(source.read(path).unwrap().to_vec()).unwrap()).collect()
}

/// Every mistake is said of a line that is there.
fn are_of(found: &[Diagnostic], bytes: &[u8]) -> bool {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 2;
    found.iter().all(|diagnostic| !diagnostic.render(false).is_empty() && diagnostic.line <= lines)
}

proptest! {
    #[test]
    fn fuzz_decks(deck in prop::sample::select(corpus("lessons", "lesson.md")), edits in edits()) {
        let bytes = edited(&deck, &edits);
        let course = Course::from_deck("deck.md".into(), &bytes);
        prop_assert!(course.lessons.iter().all(|lesson| lesson.deck.slides.len() <= SLIDES));
        prop_assert!(are_of(&course.diagnostics, &bytes));
    }

    #[test]
    fn fuzz_yaml(exercise in prop::sample::select(corpus("exercises", "exercise.yaml")), edits in edits()) {
        let bytes = edited(&exercise, &edits);
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("lessons/course.yaml", &b"format_version: 1\nid: c\ntitle: C\nversion: \"1\"\nlessons: [one]\n"[..]),
            ("lessons/one/lesson.md", b"# One\n"),
            ("exercises/e/exercise.yaml", &bytes),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let source = Source::Folder(folder.path().to_owned());
        let course = load(&source).unwrap();
        let of_it: Vec<Diagnostic> =
            course.diagnostics.iter().filter(|found| found.path.ends_with("exercise.yaml")).cloned().collect();
        prop_assert!(are_of(&of_it, &bytes));
        for exercise in &course.exercises {
            let _ = (exercise.needs(), exercise.drawn(&Vars::new()));
        }
    }
}
