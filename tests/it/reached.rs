//! `pilotwhale report`: what was reached, in each format, whoever wrote the words in it.

use pilotwhale::progress::{Event, Store};
use quick_xml::Reader;
use quick_xml::events::Event as Xml;

use crate::support::headless::Headless;

const NAME: &str = "Ana <script>alert('1')</script> & \"Żółć\"";
const TITLE: &str = "Whales </title><b> & 'more'";

/// A course of two lessons, a question and an exercise, in which other signs than letters are in every title.
fn course(learner: &Headless) {
    learner.write(
        "course/lessons/course.yaml",
        &format!("format_version: 1\nid: c\ntitle: \"{TITLE}\"\nversion: \"1.2\"\nlessons: [one, two]\n"),
    );
    let question = "```quiz\nid: q\nquestion: \"1 + 1?\"\nnumber: 2\n```\n";
    learner
        .write("course/lessons/one/lesson.md", &format!("---\ntitle: \"One < two\"\n---\n# A\n\n{question}"));
    let two = "---\ntitle: Two\n---\n# B\n\n```exercise\nx\n```\n\n# C\n";
    learner.write("course/lessons/two/lesson.md", two);
    learner.write(
        "course/exercises/x/exercise.yaml",
        "format_version: 1\nid: x\ntitle: \"X & <y>\"\nbrief: b\ntasks:\n  \
         - {id: a, title: A, points: 3, check: {answer: {prompt: 'a?', equals: yes}}, hints: [h]}\n",
    );
}

fn keep(learner: &Headless, events: &[Event]) {
    let file = learner.path("state/courses/c/progress.sqlite3");
    let mut store = Store::open(&file).expect("the progress opens").store;
    events.iter().for_each(|event| {
        store.append(event.clone()).expect("an event is kept");
    });
}

fn begun() -> [Event; 2] {
    let answer = Event::QuizAnswered {
        lesson: "one".into(),
        quiz: "q".into(),
        answer: "typed 2".into(),
        correct: true,
        score: 1.0,
    };
    [answer, Event::Moved { lesson: "two".into(), slide: 0, step: 0 }]
}

fn passed(assisted: bool) -> [Event; 3] {
    let x = || "x".to_owned();
    [
        Event::ExerciseBegun { exercise: x(), run: 1, vars: Default::default() },
        Event::TaskPassed {
            exercise: x(),
            run: 1,
            task: "a".into(),
            found: "yes".into(),
            bound: Default::default(),
        },
        Event::ExercisePassed { exercise: x(), run: 1, assisted },
    ]
}

/// All words of a page or a picture, as a reader gets them. It must be well-formed: every element is closed.
#[track_caller]
fn words(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut words, mut open) = (String::new(), 0_usize);
    loop {
        match reader.read_event().expect("it is well-formed") {
            Xml::Start(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                assert!(
                    !["script", "b", "i", "y"].contains(&name.as_str()),
                    "somebody's words became <{name}>"
                );
                open += 1;
            }
            Xml::End(_) => open -= 1,
            Xml::Text(text) => words.push_str(&String::from_utf8_lossy(&text)),
            Xml::GeneralRef(name) => {
                let name = format!("&{};", String::from_utf8_lossy(&name));
                words.push_str(&quick_xml::escape::unescape(&name).expect("a known sign"));
            }
            Xml::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0);
    words
}

#[test]
fn what_was_not_begun_makes_no_file() {
    let learner = Headless::new();
    course(&learner);
    learner
        .says(&["report", "--course", "course"])
        .is(1, &["you have not begun this course yet", "pilotwhale"]);
    assert!(!learner.path("state").exists());
    keep(&learner, &[]);
    learner.says(&["report", "--course", "course"]).is(1, &["you have not begun"]);
}

#[test]
fn a_terminal_says_what_is_reached_and_what_is_open() {
    let learner = Headless::new();
    course(&learner);
    keep(&learner, &begun());
    let report = |more: &[&str]| learner.says(&[&["report", "--course", "course"], more].concat());
    let said = report(&["--name", "Ana\u{1b}[2J"]);
    said.is(
        0,
        &[
            TITLE,
            "Ana\u{fffd}[2J, 20",
            "Lessons read        1 of 2",
            "Questions right     1 of 1",
            "Exercises done      0 of 1",
            "Points              0 of 3",
            "○ not yet         X & <y>, 0 of 3 points",
            "○ Two: not read to its end, exercise «X & <y>»",
            "Course c 1.2 sha256:",
        ],
    );
    assert!(!said.out.contains('\u{1b}') && !said.out.contains("One < two:"), "{}", said.out);
    let graded = learner.says(&["grade", "--course", "course", "--format", "json"]).out;
    let graded: serde_json::Value = serde_json::from_str(&graded).expect("it is JSON");
    said.is(0, &[graded["course"]["hash"].as_str().expect("a hash")]);

    // Nobody has said a name; git knows none, then one.
    report(&[]).is(0, &["no name is in the report", "--name NAME"]);
    learner.write(".gitconfig", "[user]\n\tname = Ben\n");
    let said = report(&[]);
    said.is(0, &["Ben, 20"]);
    assert_eq!(said.err, "");

    keep(&learner, &passed(true));
    keep(&learner, &[Event::Moved { lesson: "two".into(), slide: 1, step: 0 }]);
    report(&[]).is(0, &["3 of 3", "✓ done with help  X & <y>", "Nothing is open"]);
}

#[test]
fn a_page_and_a_card_are_well_formed_whatever_others_wrote() {
    let learner = Headless::new();
    course(&learner);
    keep(&learner, &begun());
    let written = |file: &str, more: &[&str]| {
        let args = ["report", "--course", "course", "--name", NAME, "--output", file];
        learner.says(&[&args, more].concat()).is(0, &[file]);
        learner.read(file)
    };
    let page = written("reached.html", &[]);
    for part in [
        "<!DOCTYPE html>",
        "<html lang=\"en\">",
        "<h1>",
        "<th scope=\"col\">",
        "<th scope=\"row\">",
        "@media print",
        "prefers-color-scheme: dark",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    for outside in ["http:", "https:", "src=", "url("] {
        assert!(!page.contains(outside), "the page needs {outside}");
    }
    let read = words(&page);
    for part in [NAME, TITLE, "One < two", "X & <y>", "not yet", "0 of 3", "not read to its end", "sha256:"] {
        assert!(read.contains(part), "{part} is not in\n{read}");
    }
    let card = written("reached.svg", &[]);
    assert!(card.starts_with("<svg xmlns=") && card.contains("role=\"img\""), "{card}");
    let read = words(&card);
    for part in [NAME, TITLE, "Points: 0 of 3", "sha256:"] {
        assert!(read.contains(part), "{part} is not in\n{read}");
    }
    // The format that is asked for, and not the ending.
    assert!(written("page.txt", &["--format", "html"]).starts_with("<!DOCTYPE html>"));

    let nowhere = ["report", "--course", "course", "--name", "A", "--output", "no/such/folder.html"];
    learner.says(&nowhere).is(3, &["no/such/folder.html can't be written", "another name after --output"]);
}
