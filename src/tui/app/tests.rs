//! Keys and the world's answers into the whole app, and what it asks for and shows.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::check::{Check, Report, TaskReport, Verdict};
use crate::course::{Exercise, Lesson, Manuscript, Task, TaskMode, Vars, deck};
use crate::facts::{Kind, Link, LogEnd};
use crate::progress::{Event, Progress};
use crate::tui::effect::ExerciseEffect;
use crate::tui::screen::engine::tests::example;

pub(super) const DECK: &str = "# One\n\n```bash\ndocker pull nginx\n```\n\n. . .\n\n```bash\ndocker run nginx\n```\n\n\
                    # Try\n\n```exercise\nfirst\n```\n\n# Asked\n\n```quiz\nquestion: What is a group of whales?\n\
                    id: pod\ntext: [pod]\n```\n\n# End\n\nBye.\n";

pub(super) fn course(text: &str) -> Arc<Course> {
    let (deck, _) = deck::parse(text, std::path::Path::new("lesson.md"));
    let check: Check = serde_json::from_value(serde_json::json!({"run": {}})).unwrap();
    let task = Task {
        id: "hello".into(),
        title: "Run hello-world".into(),
        mode: TaskMode::Edge,
        points: 1,
        check,
        hints: vec!["docker run".into()],
        ..Task::default()
    };
    let exercise = Exercise {
        id: "first".into(),
        title: "First".into(),
        brief: "Run it.".into(),
        solution: Manuscript::new("solution.md".into(), "`docker run hello-world`"),
        tasks: vec![task],
        ..Exercise::default()
    };
    let lesson = Lesson { id: "00".into(), title: "Whales".into(), minutes: 20, deck, ..Lesson::default() };
    Arc::new(Course { lessons: vec![lesson], exercises: vec![exercise], ..Course::default() })
}

pub(super) fn app_at(width: u16, height: u16) -> App {
    let mut app = App::new(Session::new(course(DECK), Progress::default()), Setup::default());
    app.update(Timestamp::UNIX_EPOCH, Msg::Resize(width, height));
    app.begin(Timestamp::UNIX_EPOCH);
    app
}

/// With a disk that keeps an answer at once.
pub(super) fn send(app: &mut App, msg: Msg) -> Vec<Effect> {
    let mut effects = app.update(Timestamp::UNIX_EPOCH, msg);
    for _ in 0..answers(&effects) {
        effects.extend(app.update(Timestamp::UNIX_EPOCH, Msg::Kept));
    }
    effects
}

/// How many answers to questions are to be kept.
pub(super) fn answers(effects: &[Effect]) -> usize {
    effects.iter().filter(|e| matches!(e, Effect::Record(Event::QuizAnswered { .. }))).count()
}

pub(super) fn press(app: &mut App, code: KeyCode) -> Vec<Effect> {
    send(app, Msg::Key(code.into()))
}

pub(super) fn typed(app: &mut App, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| press(app, KeyCode::Char(c))).collect()
}

pub(super) fn picture(app: &App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    crate::tui::screen::slides::text_of(terminal.backend().buffer())
}

fn report(verdict: Verdict) -> Box<Report> {
    let task = TaskReport::new("hello", "Run hello-world", 1, verdict);
    Box::new(Report { exercise: "first".into(), title: "First".into(), tasks: vec![task], runs_seen: 1 })
}

/// The run of the exercise that was asked to begin.
fn begun(app: &mut App) -> u64 {
    typed(app, "2G");
    let run = press(app, KeyCode::Char('b')).iter().find_map(|effect| match effect {
        Effect::Exercise(ExerciseEffect::Begin { run, .. }) => Some(*run),
        _ => None,
    });
    let run = run.expect("it begins");
    send(app, Msg::Begun { exercise: "first".into(), run, outcome: Ok("/home/ana/first".into()) });
    run
}

#[test]
fn a_learner_finishes_an_exercise() {
    let mut app = app_at(120, 40);
    send(&mut app, Msg::Link(Link::Live));
    let run = begun(&mut app);
    let pass = Verdict::Pass { found: "container kiss ran".into() };
    send(
        &mut app,
        Msg::Graded { exercise: "first".into(), run, report: report(pass), looked: Box::default() },
    );
    let seen = picture(&app, 120, 40);
    assert!(
        seen.contains("Done: 1 of 1 points.")
            && seen.contains("m shows what else is open")
            && seen.contains("Exercise done"),
        "{seen}"
    );
}

#[test]
fn an_engine_that_goes_is_not_a_wrong_answer() {
    let mut app = app_at(120, 40);
    send(&mut app, Msg::Link(Link::Live));
    begun(&mut app);
    press(&mut app, KeyCode::Char('c'));
    send(
        &mut app,
        Msg::Link(Link::Absent { reason: "The engine is gone.".into(), remedy: "Start it.".into() }),
    );
    let seen = picture(&app, 120, 40);
    assert!(seen.contains("Could not check: The engine is gone. Start it."), "{seen}");
}

#[test]
fn a_reset_is_asked_refused_asked_again_and_done() {
    let mut app = app_at(120, 40);
    send(&mut app, Msg::Link(Link::Live));
    let run = begun(&mut app);
    let asked = |app: &mut App| {
        let effects = press(app, KeyCode::Char('R'));
        let plans = |e: &Effect| matches!(e, Effect::Exercise(ExerciseEffect::PlanReset { .. }));
        assert!(effects.iter().any(plans), "{effects:?}");
        send(
            app,
            Msg::ResetPlanned { exercise: "first".into(), run, plan: Ok(vec!["container kiss".into()]) },
        );
        assert!(picture(app, 120, 40).contains("Start the exercise over?"));
    };
    asked(&mut app);
    // The lesson is saved meanwhile: the question stays.
    send(&mut app, Msg::Reloaded(course(DECK)));
    press(&mut app, KeyCode::Char('n'));
    asked(&mut app);
    let effects = press(&mut app, KeyCode::Char('y'));
    let reset = ExerciseEffect::Reset { exercise: "first".into(), run, vars: Vars::new() };
    assert!(effects.contains(&Effect::Exercise(reset)));
    send(&mut app, Msg::WasReset { exercise: "first".into(), run, outcome: Ok(vec![]) });
    assert!(picture(&app, 120, 40).contains("begins. From then on"));
}

#[test]
fn a_number_leads_to_a_slide_and_an_edit_keeps_it() {
    let mut app = app_at(120, 40);
    typed(&mut app, "3");
    press(&mut app, KeyCode::Enter);
    assert!(picture(&app, 120, 40).contains("3/4"));
    send(&mut app, Msg::Reloaded(course(&format!("# New\n\nText.\n\n{DECK}"))));
    assert!(picture(&app, 120, 40).contains("4/5"));
}

#[test]
fn too_small_a_window_says_so() {
    let app = app_at(20, 5);
    assert!(picture(&app, 20, 5).contains("pilotwhale needs"));
}

#[test]
fn q_quits_though_the_window_became_too_small_for_the_shell() {
    let mut app = in_the_shell();
    send(&mut app, Msg::Resize(20, 5));
    assert!(typed(&mut app, "x").is_empty(), "what is not seen is not typed");
    assert_eq!(typed(&mut app, "q"), [Effect::AskToQuit]);
}

#[test]
fn the_guards_question_alone_names_keys_and_a_no_leaves_it() {
    let mut app = app_at(120, 40);
    let objects = vec!["container web".to_owned()];
    send(&mut app, Msg::Ask { question: 7, command: "docker rm web".into(), objects });
    let bar = picture(&app, 120, 40).lines().last().unwrap_or_default().to_owned();
    assert!(!bar.contains("keys") && !bar.contains("close"), "{bar}");
    assert!(typed(&mut app, "no").is_empty());
    assert_eq!(press(&mut app, KeyCode::Enter), [Effect::AnswerGuard { question: 7, yes: false }]);
}

#[test]
fn nobody_agrees_to_a_question_that_is_not_seen() {
    let mut app = app_at(20, 5);
    send(&mut app, Msg::Ask { question: 7, command: "docker rm web".into(), objects: vec![] });
    assert!(picture(&app, 20, 5).contains("waits"));
    assert!(typed(&mut app, "yes").is_empty() && press(&mut app, KeyCode::Enter).is_empty());
    assert_eq!(press(&mut app, KeyCode::Esc), [Effect::AnswerGuard { question: 7, yes: false }]);
}

#[test]
fn a_text_is_closed_like_a_list() {
    for close in [KeyCode::Enter, KeyCode::Esc] {
        let mut app = app_at(120, 40);
        typed(&mut app, "s");
        assert!(app.popup.is_some());
        press(&mut app, close);
        assert!(app.popup.is_none());
    }
}

#[test]
fn the_solution_is_shown_when_its_key_comes_twice_and_said_where_it_is() {
    let mut app = app_at(120, 40);
    send(&mut app, Msg::Link(Link::Live));
    begun(&mut app);
    let shown = |effects: Vec<Effect>| {
        effects.iter().any(|e| matches!(e, Effect::Record(Event::SolutionShown { .. })))
    };
    assert!(!shown(typed(&mut app, "S")));
    assert!(picture(&app, 120, 40).contains("S again shows the solution"));
    // Another key means no, and so does a long time.
    assert!(!shown(typed(&mut app, "cS")));
    let late = Timestamp::from_second(60).unwrap();
    assert!(!shown(app.update(late, Msg::Key(KeyCode::Char('S').into()))));
    assert!(shown(app.update(late, Msg::Key(KeyCode::Char('S').into()))));
    let seen = picture(&app, 120, 40);
    assert!(seen.contains("stands below the tasks") && seen.contains("Solution"), "{seen}");
}

/// An app with a shell that has the keyboard.
pub(super) fn in_the_shell() -> App {
    let mut app = app_at(120, 40);
    let screen = crate::tui::widget::terminal::tests::shown("$ ", 40, 4).screen();
    send(&mut app, Msg::ShellStarted { screen, name: "bash".into() });
    press(&mut app, KeyCode::F(12));
    assert_eq!(app.wishes.focus, Pane::Shell);
    app
}

/// F12 twice, this far apart: where the keyboard is, and how many keys went to the shell.
fn f12_twice(milliseconds: i64) -> (Pane, usize) {
    let mut app = in_the_shell();
    let mut keys = 0;
    for at in [0, milliseconds] {
        let at = Timestamp::from_millisecond(at).unwrap();
        let effects = app.update(at, Msg::Key(KeyCode::F(12).into()));
        keys += effects.iter().filter(|e| matches!(e, Effect::Shell(ShellEffect::Key(_)))).count();
    }
    (app.wishes.focus, keys)
}

#[test]
fn the_shells_chord_twice_goes_to_the_shell_and_slowly_there_and_back() {
    assert_eq!(f12_twice(150), (Pane::Shell, 1));
    assert_eq!(f12_twice(900), (Pane::Shell, 0));
    let mut app = in_the_shell();
    press(&mut app, KeyCode::F(12));
    assert_eq!(app.wishes.focus, Pane::Lesson);
}

#[test]
fn the_bar_says_where_the_shells_chord_leads() {
    let mut app = in_the_shell();
    let bar = |app: &App| picture(app, 120, 40).lines().last().unwrap_or_default().to_owned();
    assert!(bar(&app).contains("F12 lesson"), "{}", bar(&app));
    press(&mut app, KeyCode::F(12));
    assert!(bar(&app).contains("F12 shell"), "{}", bar(&app));
}

#[test]
fn an_answer_is_shown_when_it_is_kept_and_keys_go_on_meanwhile() {
    let mut app = app_at(120, 40);
    typed(&mut app, "3G");
    press(&mut app, KeyCode::Enter);
    typed(&mut app, "pod");
    let enter = || Msg::Key(KeyCode::Enter.into());
    let effects = app.update(Timestamp::UNIX_EPOCH, enter());
    assert_eq!(answers(&effects), 1);
    assert!(!picture(&app, 120, 40).contains("Right"), "the disk has not answered");
    assert_eq!(answers(&app.update(Timestamp::UNIX_EPOCH, enter())), 0, "it is handed in once");
    press(&mut app, KeyCode::Right);
    assert!(picture(&app, 120, 40).contains("Bye."));
    app.update(Timestamp::UNIX_EPOCH, Msg::Kept);
    press(&mut app, KeyCode::Left);
    assert!(picture(&app, 120, 40).contains("Right"));
}

#[test]
fn an_answer_is_still_there_when_the_learner_comes_back() {
    let mut app = app_at(120, 40);
    typed(&mut app, "3G");
    press(&mut app, KeyCode::Enter);
    typed(&mut app, "pod");
    press(&mut app, KeyCode::Enter);
    let answered = picture(&app, 120, 40);
    assert!(answered.contains("Right") && answered.contains("pod"), "{answered}");
    press(&mut app, KeyCode::Right);
    assert!(picture(&app, 120, 40).contains("Bye."));
    press(&mut app, KeyCode::Left);
    assert_eq!(picture(&app, 120, 40), answered);
}

#[test]
fn a_list_stays_open_and_whole_while_the_window_changes() {
    let mut app = app_at(200, 60);
    typed(&mut app, "m");
    for (width, height) in [(80, 24), (40, 10), (20, 5), (300, 100)] {
        send(&mut app, Msg::Resize(width, height));
        let seen = picture(&app, width, height);
        assert_eq!(seen.contains("▸ ○ Whales"), width >= 40, "{seen}");
    }
    press(&mut app, KeyCode::Enter);
    assert!(app.popup.is_none());
}

#[test]
fn a_click_beside_a_list_chooses_nothing() {
    let left = MouseEventKind::Down(crossterm::event::MouseButton::Left);
    let click =
        |column, row| Msg::Mouse(MouseEvent { kind: left, column, row, modifiers: KeyModifiers::NONE });
    for list in ["m", "o"] {
        let mut app = app_at(120, 40);
        typed(&mut app, list);
        // The last row is the bar, whose hints are keys.
        for row in 0..39 {
            send(&mut app, click(2, row));
            send(&mut app, click(118, row));
        }
        assert!(app.popup.is_some() || app.lesson.is_covered());
        for row in 0..40 {
            send(&mut app, click(60, row));
        }
        assert!(app.popup.is_none() && !app.lesson.is_covered());
    }
}

fn any_msg() -> impl Strategy<Value = Msg> {
    let code = prop_oneof![
        any::<char>().prop_map(KeyCode::Char),
        proptest::char::range(' ', '~').prop_map(KeyCode::Char),
        (1..13_u8).prop_map(KeyCode::F),
        proptest::sample::select(vec![
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Tab,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::PageDown,
            KeyCode::End,
            KeyCode::Backspace,
        ]),
    ];
    let key = (code, any::<u8>())
        .prop_map(|(code, mods)| Msg::Key(KeyEvent::new(code, KeyModifiers::from_bits_truncate(mods & 3))));
    let kinds = vec![
        MouseEventKind::Down(crossterm::event::MouseButton::Left),
        MouseEventKind::Drag(crossterm::event::MouseButton::Left),
        MouseEventKind::Up(crossterm::event::MouseButton::Left),
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
    ];
    let mouse = (proptest::sample::select(kinds), 0..320_u16, 0..110_u16).prop_map(|(kind, column, row)| {
        Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    });
    let passed = || report(Verdict::Pass { found: "it ran".into() });
    let plan = |plan| Msg::ResetPlanned { exercise: "first".into(), run: 1, plan };
    prop_oneof![
        8 => key,
        3 => mouse,
        2 => (0..=300_u16, 0..=100_u16).prop_map(|(w, h)| Msg::Resize(w, h)),
        1 => any::<String>().prop_map(Msg::Paste),
        3 => proptest::sample::select(vec![
            Msg::Tick,
            Msg::Link(Link::Live),
            Msg::Link(Link::Absent { reason: "Gone.".into(), remedy: "Start it.".into() }),
            Msg::Snapshot(Arc::default()),
            Msg::Snapshot(Arc::new(example::snapshot())),
            Msg::Samples(example::samples()),
            Msg::Detail {
                kind: Kind::Container,
                id: example::id('1'),
                detail: Ok(Box::new(example::web_detail())),
            },
            // Asked of a container, answered with another's, or not at all.
            Msg::Detail {
                kind: Kind::Image,
                id: example::id('1'),
                detail: Ok(Box::new(example::web_detail())),
            },
            Msg::Detail { kind: Kind::Container, id: example::id('1'), detail: Err("gone".into()) },
            Msg::Run(Arc::default()),
            Msg::Log { id: example::id('1'), lines: example::log(), ended: None },
            Msg::Graded { exercise: "first".into(), run: 1, report: passed(), looked: Box::default() },
            Msg::Graded { exercise: "nobody".into(), run: 77, report: passed(), looked: Box::default() },
            plan(Ok(vec!["container kiss".into()])),
            plan(Err("no".into())),
            Msg::Log { id: "x".into(), lines: vec![], ended: Some(LogEnd::Unreadable("over".into())) },
            Msg::Reloaded(course("# Alone\n")),
            Msg::Reloaded(course(DECK)),
            Msg::Reloaded(Arc::default()),
            Msg::ShellExited(Some(1)),
            Msg::ShellFailed("No shell.".into()),
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_happens_makes_it_panic(msgs in proptest::collection::vec(any_msg(), 1..60)) {
        let mut app = app_at(120, 40);
        for msg in msgs {
            if let Msg::Resize(width, height) = msg {
                picture(&app, width, height);
            }
            send(&mut app, msg);
            picture(&app, app.area.width, app.area.height);
        }
    }
}
