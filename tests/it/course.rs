//! Courses, quizzes and what is wrong with them.

use std::fs;
use std::path::Path;

use pilotwhale::course::{
    Choice, Course, LoadError, Quiz, QuizKind, Response, Severity, Source, TaskMode, deck, lint, load,
    step_text, tasks_in,
};

fn quiz(kind: QuizKind) -> Quiz {
    Quiz { id: "q".into(), question: "?".into(), kind, hints: vec![], explanation: None, line: 1 }
}

#[test]
fn the_own_course_has_no_mistakes() {
    let course = load(&Source::Embedded).expect("the embedded course loads");
    let shown: Vec<_> = course.diagnostics.iter().map(|d| d.render(false)).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    let errors: Vec<_> =
        lint(&course, &Source::Embedded).into_iter().filter(|d| d.severity == Severity::Error).collect();
    assert_eq!(errors, []);
    assert!(course.exercise("run-python").is_some());
    assert!(course.lessons.iter().all(|l| l.minutes > 0));
}

#[test]
fn typed_answers() {
    let text = quiz(QuizKind::Text { accepted: vec!["a Pod".into()], patterns: vec!["pods?".into()] });
    for (typed, correct) in
        [("A  pod ", true), ("PODS", true), ("tripods", false), ("", false), ("pod x", false)]
    {
        assert_eq!(text.grade(&Response::Typed(typed.into())).correct, correct, "{typed}");
    }
    // What a word processor, a phone or a chat makes of it.
    let kept = |text: &str| quiz(QuizKind::Text { accepted: vec![text.into()], patterns: vec![] });
    for (accepted, typed, correct) in [
        ("it's", "it\u{2019}s", true),
        ("-d", "\u{2013}d", true),
        ("--rm", "\u{2014}rm", true),
        ("--rm", "-rm", false),
        ("docker ps -a", "`docker ps \u{2013}a`", true),
        ("café", "cafe\u{301}", true),
        ("café", "cafe", false),
    ] {
        assert_eq!(kept(accepted).grade(&Response::Typed(typed.into())).correct, correct, "{typed}");
    }
    let pattern = quiz(QuizKind::Text { accepted: vec![], patterns: vec!["docker ps (-a|--all)".into()] });
    assert!(pattern.grade(&Response::Typed("docker ps \u{2014}all".into())).correct);
    let below = quiz(QuizKind::Number { answer: -5.0, tolerance: 0.0 });
    assert!(below.grade(&Response::Typed("\u{2212}5".into())).correct);
    let number = quiz(QuizKind::Number { answer: 1.5, tolerance: 0.1 });
    for (typed, correct) in
        [("1,5", true), ("1.6", true), (" 1.5 ", true), ("1.7", false), ("NaN", false), ("x", false)]
    {
        assert_eq!(number.grade(&Response::Typed(typed.into())).correct, correct, "{typed}");
    }
    let whole = quiz(QuizKind::Number { answer: 36.0, tolerance: 0.0 });
    assert!(
        whole.grade(&Response::Typed("36".into())).correct
            && whole.grade(&Response::Typed("36.0".into())).correct
    );
}

#[test]
fn picked_answers() {
    let choice =
        |text: &str, correct| Choice { text: text.into(), correct, feedback: Some(format!("about {text}")) };
    let choices = vec![choice("a", true), choice("b", false), choice("c", true)];
    let many = quiz(QuizKind::Multiple { choices: choices.clone() });
    for (picked, correct, score) in [
        (vec![0, 2], true, 1.0),
        (vec![0], false, 0.5),
        (vec![0, 1], false, 0.0),
        (vec![0, 1, 2], false, 0.5),
        (vec![], false, 0.0),
    ] {
        let grade = many.grade(&Response::Picked(picked.clone()));
        assert_eq!((grade.correct, grade.score), (correct, score), "{picked:?}");
    }
    let grade = many.grade(&Response::Picked(vec![0, 1]));
    assert_eq!(grade.per_item[&0], "about a");
    assert_eq!(grade.per_item[&1], "about b");
    assert_eq!(grade.per_item[&2], "This one belongs to the answer, too.");
    let one = quiz(QuizKind::Single { choices });
    assert!(one.grade(&Response::Picked(vec![0])).correct);
    assert!(!one.grade(&Response::Picked(vec![1])).correct);
    assert!(!one.grade(&Response::Picked(vec![9])).correct);
    assert!(!one.grade(&Response::Typed("a".into())).correct);
}

#[test]
fn ordered_answers_start_shuffled() {
    let order = quiz(QuizKind::Order { items: ["a", "b", "c", "d"].map(String::from).to_vec() });
    assert!(order.grade(&Response::Ordered(vec![0, 1, 2, 3])).correct);
    let grade = order.grade(&Response::Ordered(vec![0, 1, 3, 2]));
    assert_eq!((grade.correct, grade.score, grade.per_item.len()), (false, 0.5, 2));
    for seed in 0..500 {
        let shown = order.shuffled(seed);
        assert_eq!(shown, order.shuffled(seed));
        assert!(!order.grade(&Response::Ordered(shown)).correct);
    }
}

fn mistakes(quiz: &str) -> Vec<(usize, usize, String)> {
    let text = format!("# A\n\n```quiz\n{quiz}\n```\n");
    let (deck, diagnostics) = deck::parse(&text, Path::new("d.md"));
    assert!(deck.quizzes.is_empty(), "{quiz}");
    diagnostics.into_iter().map(|d| (d.line, d.column, d.message)).collect()
}

#[test]
fn a_broken_quiz_is_pointed_at_in_the_deck() {
    for (quiz, line, column, message) in [
        ("question: x\nsnigle: [a, b]", 5, 1, "a quiz has no `snigle`"),
        ("question: x", 4, 1, "the quiz says nothing about its answer"),
        ("question: x\nsingle: [a, b]", 5, 1, "no choice is the right one"),
        ("question: x\nsingle:\n  - {text: a, korrect: true}\n  - b", 6, 15, "a choice has no `korrect`"),
        ("question: x\nnumber: many", 5, 1, "`number` cannot be read"),
        ("question: x\nreveal: a\nnumber: 1", 6, 1, "the quiz has both `reveal` and `number`"),
        ("question: x\ntext: [{regex: \"(\"}]", 5, 9, "`(` is not a regular expression"),
    ] {
        let found = mistakes(quiz);
        assert!(
            found.iter().any(|(l, c, m)| (*l, *c, m.as_str()) == (line, column, message)),
            "{quiz}: {found:?}"
        );
    }
    let found = mistakes("question: What: now?\nreveal: x");
    assert_eq!(found[0].0, 4, "{found:?}");
}

#[test]
fn one_bad_file_does_not_stop_the_rest() {
    let root = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    };
    assert!(matches!(load(&Source::Folder(root.path().into())), Err(LoadError::NoLessons(_))));
    write(
        "lessons/course.yaml",
        "format_version: 1\nid: c\ntitle: C\nversion: \"1\"\nlessons:\n  - 01-a\n  - 02-gone\n",
    );
    write("lessons/01-a/lesson.md", "---\ntitle: One\nminutes: 5\n---\n# A\n\n```exercise\nnone\n```\n");
    write(
        "exercises/x/exercise.yaml",
        "format_version: 1\nid: x\ntitle: X\nbrief: b\ntasks: []\nsurprise: 1\n",
    );
    write(
        "exercises/y/exercise.yaml",
        "format_version: 1\nid: y\ntitle: Y\nbrief: b\ntasks:\n  - {id: t, title: T, check: {image: {repo: nginx}}}\n",
    );
    write("exercises/y/files/app/main.py", "print()\n");
    let course = load(&Source::Folder(root.path().into())).expect("loads");
    assert_eq!(course.lessons.len(), 1);
    assert_eq!((course.lessons[0].title.as_str(), course.lessons[0].minutes), ("One", 5));
    let [broken, sound] = course.exercises.as_slice() else { panic!("{:?}", course.exercises) };
    assert_eq!((broken.title.as_str(), broken.faults.len()), ("X", 1), "it is there, and is not judged");
    assert!(sound.faults.is_empty());
    assert_eq!(sound.files[0].path, "app/main.py");
    let found: Vec<_> = course.diagnostics.iter().map(|d| (d.line, d.message.clone())).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].0, 7);
    assert!(found[1].1.contains("surprise"), "{found:?}");
    assert_eq!(course.diagnostics[1].line, 6, "{found:?}");
}

#[test]
fn mistakes_in_an_exercise_have_a_caret() {
    let root = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("lessons/a/lesson.md", "# A");
    let head = "format_version: 1\nid: x\ntitle: X\nbrief: b\n";
    for (rest, line, column, width, word) in [
        ("tasks: []\nsurprise: 1\n", 6, 1, 8, "surprise"),
        ("title: Y\ntasks: []\n", 5, 1, 5, "duplicate"),
        ("tasks:\n  - {id: t, title: T, chek: {}}\n", 6, 23, 4, "chek"),
    ] {
        write("exercises/x/exercise.yaml", &format!("{head}{rest}"));
        let course = load(&Source::Folder(root.path().into())).expect("loads");
        let found = &course.diagnostics[0];
        assert!(found.message.contains(word), "{}", found.render(false));
        assert_eq!((found.line, found.column, found.width), (line, column, width), "{}", found.render(false));
    }
}

#[test]
fn the_tasks_of_a_lesson_are_one_exercise() {
    let text = "---\ntitle: Images\n---\n# A\n\n```task\nid: pull\ntitle: \"`nginx` is here\"\ncheck: {image: {repo: nginx}}\n\
                hints: [one, two, three]\n```\n\n# B\n\n```task\nid: count\ntitle: Count\nmode: level\npoints: 2\n\
                check: {answer: {prompt: How many?, number: 7}}\n```\n";
    let course = Course::from_deck("03-images.md".into(), text);
    assert!(course.diagnostics.is_empty(), "{:?}", course.diagnostics);
    let exercise = course.exercise("03-images").expect("it has the lesson's id");
    assert!(exercise.on_slides && exercise.title == "Images");
    let tasks: Vec<_> = exercise.tasks.iter().map(|t| (t.id.as_str(), t.mode, t.points)).collect();
    assert_eq!(tasks, [("pull", TaskMode::Edge, 1), ("count", TaskMode::Level, 2)]);
    let slides = &course.lessons[0].deck.slides;
    let on = |slide: usize| tasks_in(&slides[slide].blocks).collect::<Vec<_>>();
    assert_eq!((on(0), on(1)), (vec![0], vec![1]));
    assert_eq!(step_text(&slides[0], 0, &course.lessons[0].deck), "# A\n\nTask: `nginx` is here");
}

#[test]
fn mistakes_in_a_task_point_into_the_lesson() {
    for (task, line, column, width, word) in [
        ("id: a\ntitle: T\nchek: {}", 6, 1, 4, "chek"),
        ("id: a\ntitle: T\ncheck: {imge: {}}", 6, 9, 4, "imge"),
        ("id: a\ntitle: T\ncheck: {run: {}}", 6, 9, 3, "asks for nothing"),
        ("id: \"\"\ntitle: T\ncheck: {image: {repo: x}}", 4, 1, 2, "empty"),
        ("title: T\ncheck: {image: {repo: x}}", 4, 1, 1, "id"),
    ] {
        let (deck, found) = deck::parse(&format!("# A\n\n```task\n{task}\n```\n"), Path::new("lesson.md"));
        assert!(deck.tasks.is_empty(), "{task}");
        let found = &found[0];
        assert!(found.message.contains(word), "{}", found.render(false));
        assert_eq!((found.line, found.column, found.width), (line, column, width), "{}", found.render(false));
    }
    let twice = "# A\n\n```task\nid: a\ntitle: T\ncheck: {image: {repo: x}}\n```\n\n```task\nid: a\ntitle: T\ncheck: {image: {repo: x}}\n```\n";
    let (deck, found) = deck::parse(twice, Path::new("lesson.md"));
    assert_eq!((deck.tasks.len(), found[0].line), (1, 10), "{found:?}");
}

#[test]
fn a_byte_order_mark_in_a_courses_files_changes_nothing_and_another_encoding_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is below the folder")).expect("makes folders");
        fs::write(path, bytes).expect("writes");
    };
    let course = "format_version: 1\nid: c\ntitle: C\nversion: \"1\"\nlessons: [one]\n";
    let exercise = "format_version: 1\nid: e\ntitle: E\nbrief: b\ntasks:\n  - {id: t, title: T, check: {image: {repo: nginx}}}\n";
    let marked = |text: &str| format!("\u{feff}{text}").into_bytes();
    write("lessons/course.yaml", &marked(course));
    write("lessons/one/lesson.md", &marked("---\ntitle: One\n---\n\n# A\n"));
    write("exercises/e/exercise.yaml", &marked(exercise));
    let source = Source::Folder(folder.path().to_owned());
    let read = load(&source).expect("it loads");
    let found = |course: &Course| course.diagnostics.iter().map(|d| d.message.clone()).collect::<Vec<_>>();
    assert!(!found(&read).iter().any(|m| m.contains("document") || m.contains("UTF")), "{:?}", found(&read));
    assert_eq!((read.title.as_str(), read.lessons[0].title.as_str(), read.exercises.len()), ("C", "One", 1));
    write("lessons/one/lesson.md", b"---\ntitle: Caf\xe9\n---\n\n# A\n");
    let read = load(&source).expect("it loads");
    assert_eq!(read.lessons[0].title, "Café");
    let said = read.diagnostics.iter().find(|d| d.message.contains("not UTF-8")).expect("it is said");
    assert_eq!((said.severity, said.line), (Severity::Warning, 2));
}
