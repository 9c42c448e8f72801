//! The app in a class: following never takes the keyboard, and an instructor's keys do what they say.

use crossterm::event::KeyCode;
use jiff::SignedDuration;

use super::*;
use crate::class::{JoinCode, LearnerId, Place as Slide, Poll, Standing};
use crate::facts::{Action as Call, Answer, Command};
use crate::progress::{Event, Progress, Stamped};
use crate::session::Session;
use crate::tui::app::Setup;
use crate::tui::app::tests::{DECK, course, picture, press, send, typed};
use crate::tui::effect::ShellEffect;
use crate::tui::layout::Pane;
use crate::tui::msg::Msg;
use crate::tui::screen::class::{Follow, Leading};
use jiff::Timestamp;
use shells::{see, shown};

fn seated(seat: Seat, width: u16, height: u16) -> App {
    let deck_only = matches!(&seat, Seat::Follows(follow) if follow.is_audience());
    let setup = Setup { deck_only, ..Setup::default() };
    let mut app = App::new(Session::new(course(DECK), Progress::default()), setup).seated(seat);
    send(&mut app, Msg::Resize(width, height));
    app.begin(Timestamp::UNIX_EPOCH);
    app
}

fn follower() -> App {
    let mut app = seated(Seat::Follows(Box::new(Follow::new(false))), 120, 40);
    let (class, name) = ("whales".into(), "Ana".into());
    let (course, course_version, takes_shells) = (String::new(), String::new(), true);
    let joined = Heard::Joined { class, name, course, course_version, takes_shells };
    send(&mut app, Msg::Heard(joined));
    assert!(picture(&app, 120, 40).contains("You are Ana in the class whales"), "what leaves is shown");
    press(&mut app, KeyCode::Esc);
    app
}

fn at(slide: usize) -> Standing {
    let place = Slide { lesson: "00".into(), slide, step: 0, since: Timestamp::UNIX_EPOCH };
    Standing { place: Some(place), ..Standing::default() }
}

fn stand(app: &mut App, standing: Standing) {
    send(app, Msg::Heard(Heard::Standing { standing: Box::new(standing), ahead: SignedDuration::ZERO }));
}

fn slide(app: &App) -> usize {
    app.lesson.place().slide
}

fn row(app: &App) -> String {
    picture(app, 120, 40).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_slides_go_with_the_class_until_one_goes_elsewhere() {
    let mut app = follower();
    stand(&mut app, at(1));
    assert_eq!(slide(&app), 1);
    assert!(row(&app).contains("with the class"), "{}", row(&app));
    press(&mut app, KeyCode::Char('K'));
    stand(&mut app, at(2));
    assert_eq!(slide(&app), 0, "who looks elsewhere is left there");
    assert!(row(&app).contains("slide 3 F goes there"), "{}", row(&app));
    press(&mut app, KeyCode::Char('F'));
    assert_eq!(slide(&app), 2);
    stand(&mut app, at(3));
    assert_eq!(slide(&app), 3);
    // Going to where the class is by oneself is as good as the key.
    typed(&mut app, "K");
    stand(&mut app, at(1));
    assert_eq!(slide(&app), 2);
    typed(&mut app, "K");
    stand(&mut app, at(0));
    assert_eq!(slide(&app), 0);
}

#[test]
fn nothing_takes_the_keyboard_from_someone_who_types() {
    let mut app = follower();
    app.focus(Pane::Shell);
    stand(&mut app, at(1));
    assert_eq!((slide(&app), app.wishes.focus), (1, Pane::Shell));
    app.focus(Pane::Lesson);
    stand(&mut app, at(2));
    press(&mut app, KeyCode::Enter);
    typed(&mut app, "po");
    let mut standing = at(3);
    standing.notes = vec![crate::class::Note { number: 1, text: "Lunch".into() }];
    stand(&mut app, standing);
    assert_eq!(slide(&app), 2, "an answer that is being typed stays in sight");
    typed(&mut app, "d");
    assert!(picture(&app, 120, 40).contains("Answer: pod"));
    press(&mut app, KeyCode::Enter);
    assert_eq!(slide(&app), 3, "and when it is handed in, the class is gone after");
    // A list that is open stays, too.
    press(&mut app, KeyCode::Char('m'));
    stand(&mut app, at(0));
    assert_eq!(slide(&app), 3);
    press(&mut app, KeyCode::Esc);
    assert_eq!(slide(&app), 0);
}

#[test]
fn a_command_of_the_instructor_goes_to_the_prompt_and_is_never_run() {
    let mut app = follower();
    assert!(press(&mut app, KeyCode::Char('C')).is_empty(), "there is none yet");
    let mut standing = at(0);
    standing.commands = vec![crate::class::Note { number: 1, text: "docker ps -a".into() }];
    stand(&mut app, standing);
    assert!(row(&app).contains("$ docker ps -a"));
    let effects = press(&mut app, KeyCode::Char('C'));
    assert!(effects.contains(&Effect::Shell(ShellEffect::Type("docker ps -a".into()))), "{effects:?}");
    let keys = |e: &Effect| matches!(e, Effect::Shell(ShellEffect::Key(_) | ShellEffect::Paste(_)));
    assert!(!effects.iter().any(keys), "nothing presses Enter");
}

#[test]
fn what_is_heard_is_said_and_can_be_read_again() {
    let mut app = follower();
    let mut standing = at(0);
    standing.notes = vec![crate::class::Note { number: 4, text: "Lunch at noon".into() }];
    stand(&mut app, standing.clone());
    assert!(picture(&app, 120, 40).contains("From the instructor: Lunch at noon"));
    press(&mut app, KeyCode::Left);
    stand(&mut app, standing);
    assert!(!picture(&app, 120, 40).contains("Lunch at noon"), "a note is said once");
    let hint = Heard::Hint { exercise: "first".into(), task: "hello".into(), text: "Look at --name".into() };
    send(&mut app, Msg::Heard(hint));
    assert!(picture(&app, 120, 40).contains("for 'Run hello-world': Look at --name"));
    press(&mut app, KeyCode::Char('M'));
    let page = picture(&app, 120, 40);
    assert!(page.contains("· Lunch at noon") && page.contains("Look at --name"), "{page}");
}

#[test]
fn a_hand_goes_up_and_comes_down() {
    let mut app = follower();
    assert_eq!(press(&mut app, KeyCode::Char('U')), [Effect::AskClass(Asked::Hand(true))]);
    assert!(row(&app).contains("hand is up"));
    send(&mut app, Msg::Heard(Heard::HandDown));
    assert!(!row(&app).contains("hand is up"));
    assert_eq!(press(&mut app, KeyCode::Char('U')), [Effect::AskClass(Asked::Hand(true))]);
    assert_eq!(press(&mut app, KeyCode::Char('U')), [Effect::AskClass(Asked::Hand(false))]);
}

fn poll(open: bool, answered: usize) -> Standing {
    let counts = if open { Vec::new() } else { vec![("typed pod".to_owned(), 2), ("typed herd".into(), 1)] };
    let (lesson, quiz) = ("00".into(), "pod".into());
    let poll = Poll { lesson, quiz, open, answered, counts: counts.into_iter().collect() };
    Standing { poll: Some(poll), ..at(0) }
}

#[test]
fn a_poll_is_answered_on_its_slide_and_keeps_the_right_answer_until_it_is_closed() {
    let mut app = follower();
    stand(&mut app, poll(true, 0));
    assert_eq!(slide(&app), 2, "the class is where its question is");
    press(&mut app, KeyCode::Enter);
    typed(&mut app, "herd");
    let effects = press(&mut app, KeyCode::Enter);
    let answered = |e: &Effect| matches!(e, Effect::Record(Event::QuizAnswered { answer, .. }) if answer == "typed herd");
    assert!(effects.iter().any(answered), "{effects:?}");
    stand(&mut app, poll(true, 3));
    let open = picture(&app, 120, 40);
    assert!(open.contains("Your answer is in") && open.contains("3 answered"), "{open}");
    assert!(!open.contains("Not that word") && !open.contains("✓ pod"), "{open}");
    stand(&mut app, poll(false, 3));
    press(&mut app, KeyCode::Char('F'));
    press(&mut app, KeyCode::Char('J'));
    press(&mut app, KeyCode::Char('J'));
    let closed = picture(&app, 120, 40);
    assert!(closed.contains("✓ pod") && closed.contains("herd"), "{closed}");
    assert!(closed.contains("Not that word"), "{closed}");
}

#[test]
fn a_class_that_is_away_says_so_and_changes_nothing_else() {
    let mut app = follower();
    stand(&mut app, at(1));
    let why = "the connection to the class broke".to_owned();
    send(&mut app, Msg::Heard(Heard::Away { why, remedy: "Nothing is lost.".into() }));
    assert!(row(&app).contains("broke. Nothing is lost."), "{}", row(&app));
    press(&mut app, KeyCode::Char('J'));
    assert_eq!(slide(&app), 2);
    assert!(press(&mut app, KeyCode::Char('F')).contains(&Effect::AskClass(Asked::TryAgain)), "at once");
    let (why, remedy) = ("you joined the class again elsewhere".into(), "Go on there.".into());
    send(&mut app, Msg::Heard(Heard::Out { why, remedy }));
    assert!(row(&app).contains("F tries again"), "{}", row(&app));
    assert!(press(&mut app, KeyCode::Char('F')).contains(&Effect::AskClass(Asked::TryAgain)));
}

// --- leading ----------------------------------------------------------------------------------------------

fn id(n: u8) -> LearnerId {
    LearnerId::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

fn leader(width: u16, height: u16) -> App {
    let code: JoinCode = "2HZG0-0012B-5KVJA-14H32-SRJD7-W2F69-EN7DV-34KJE".parse().unwrap();
    let leading = Leading::new("whales".into(), code, Standing::default());
    seated(Seat::Leads(Box::new(leading)), width, height)
}

fn did(n: u8, seq: i64, event: Event) -> Change {
    let event = Stamped { seq, at: Timestamp::UNIX_EPOCH, event };
    Change::Did { learner: id(n), came: Timestamp::UNIX_EPOCH, event }
}

fn full(app: &mut App) {
    let mut changes = Vec::new();
    for (n, name) in [(1, "Ana"), (2, "Ben"), (3, "世界 Cem")] {
        changes.push(Change::Met { learner: id(n), name: name.into() });
        changes.push(Change::Here { learner: id(n), here: n != 3 });
        let exercise = || "first".to_owned();
        changes.push(did(n, 1, Event::Moved { lesson: "00".into(), slide: 1, step: 0 }));
        changes.push(did(
            n,
            2,
            Event::ExerciseBegun { exercise: exercise(), run: 1, vars: Default::default() },
        ));
        if n < 3 {
            let (task, differs) = ("hello".into(), "image taken as the command".into());
            changes.push(did(n, 3, Event::Attempt { exercise: exercise(), run: 1, task, differs }));
        }
    }
    changes.push(Change::Hand { learner: id(2), since: Some(Timestamp::UNIX_EPOCH) });
    send(app, Msg::Class(changes));
}

#[test]
fn every_step_of_the_instructor_goes_to_the_class_once() {
    let mut app = leader(120, 40);
    press(&mut app, KeyCode::Esc);
    let go = |slide, step| Effect::Lead(Lead::Go { lesson: "00".into(), slide, step });
    let effects = press(&mut app, KeyCode::Right);
    assert!(effects.contains(&go(0, 1)), "{effects:?}");
    assert!(!send(&mut app, Msg::Tick).iter().any(|e| matches!(e, Effect::Lead(_))));
    assert!(press(&mut app, KeyCode::Char('J')).contains(&go(1, 0)));
}

#[test]
fn polls_exercises_notes_and_timers_are_keys() {
    let mut app = leader(120, 40);
    press(&mut app, KeyCode::Esc);
    let lead = |app: &mut App, keys: &str| -> Vec<Effect> {
        let effects = typed(app, keys);
        effects
            .into_iter()
            .filter(|e| !matches!(e, Effect::Lead(Lead::Go { .. }) | Effect::Record(_)))
            .collect()
    };
    assert!(lead(&mut app, "O").is_empty(), "there is no question on the first slide");
    typed(&mut app, "3G");
    let open = Lead::OpenPoll { lesson: "00".into(), quiz: "pod".into() };
    assert_eq!(lead(&mut app, "O"), [Effect::Lead(open)]);
    send(&mut app, Msg::Class(vec![Change::Standing(poll(true, 2))]));
    assert_eq!(lead(&mut app, "O"), [Effect::Lead(Lead::ClosePoll)]);
    send(&mut app, Msg::Class(vec![Change::Standing(poll(false, 3))]));
    assert!(picture(&app, 120, 40).contains("what the class says"));
    assert_eq!(lead(&mut app, "O"), [Effect::Lead(Lead::EndPoll)]);
    typed(&mut app, "2G");
    assert_eq!(lead(&mut app, "E"), [Effect::Lead(Lead::OpenExercise("first".into()))]);
    typed(&mut app, "WLunch");
    assert_eq!(press(&mut app, KeyCode::Enter), [Effect::Lead(Lead::Note("Lunch".into()))]);
    typed(&mut app, "D");
    let ten = Lead::Timer(SignedDuration::from_mins(10));
    assert_eq!(press(&mut app, KeyCode::Enter), [Effect::Lead(ten)]);
    typed(&mut app, "W");
    assert!(press(&mut app, KeyCode::Esc).is_empty());
}

#[test]
fn a_command_is_shown_only_by_a_key() {
    let mut app = leader(120, 40);
    press(&mut app, KeyCode::Esc);
    let call = |pid, origin| Observed {
        call: 1,
        command: Command { pid, argv: vec!["/usr/bin/docker".into(), "ps".into()], origin },
        at: Timestamp::UNIX_EPOCH,
        method: "GET".into(),
        target: "/containers/json".into(),
        action: Call::default(),
        answer: Some(Answer::default()),
        request_body: None,
        response_body: None,
        output: None,
        build: None,
    };
    let see = |app: &mut App, pid, origin| send(app, Msg::Observed(std::sync::Arc::new(call(pid, origin))));
    let lead = |app: &mut App| -> Vec<Effect> {
        typed(app, "Y").into_iter().filter(|e| matches!(e, Effect::Lead(_))).collect()
    };
    assert!(lead(&mut app).is_empty(), "there is none yet");
    let shows = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::Lead(Lead::Command(_))));
    assert!(!shows(&see(&mut app, 1, Origin::Typed)), "nothing is shown by itself");
    see(&mut app, 2, Origin::Shell);
    assert_eq!(lead(&mut app), [Effect::Lead(Lead::Command("docker ps".into()))]);
    assert!(picture(&app, 120, 40).contains("The class sees: docker ps"));
    typed(&mut app, "V");
    assert!(!shows(&see(&mut app, 2, Origin::Shell)), "a prompt's own command is none");
    assert!(shows(&see(&mut app, 3, Origin::Typed)), "a command of a shell that is seen is shown as well");
    assert!(!shows(&see(&mut app, 3, Origin::Typed)), "once, however many calls it makes");
    typed(&mut app, "V");
    assert!(!shows(&see(&mut app, 4, Origin::Typed)));
}

#[test]
fn who_leads_is_asked_before_the_class_ends() {
    let mut app = leader(120, 40);
    press(&mut app, KeyCode::Esc);
    full(&mut app);
    assert!(typed(&mut app, "q").is_empty());
    let asked = picture(&app, 120, 40);
    assert!(asked.contains("End the class?") && asked.contains("2 learners are here"), "{asked}");
    assert!(typed(&mut app, "n").is_empty());
    assert_eq!(typed(&mut app, "qy"), [Effect::AskToQuit]);
    assert_eq!(typed(&mut follower(), "q"), [Effect::AskToQuit], "a learner just leaves");
}

#[test]
fn a_screen_to_project_shows_the_slide_and_takes_no_part() {
    let mut app = seated(Seat::Follows(Box::new(Follow::new(true))), 100, 30);
    stand(&mut app, at(1));
    assert_eq!(slide(&app), 1);
    let seen = picture(&app, 100, 30);
    assert!(seen.contains("q quit") && !seen.contains("hand") && !seen.contains("shell"), "{seen}");
    assert!(press(&mut app, KeyCode::Char('U')).is_empty());
    press(&mut app, KeyCode::Char('K'));
    assert_eq!(slide(&app), 1, "it is always where the class is");
}

#[test]
fn nothing_ticks_but_a_timer_and_minutes_that_are_seen() {
    let mut app = leader(120, 40);
    let seconds = |app: &App| app.next_tick().map(|at| at.duration_since(Timestamp::UNIX_EPOCH).as_secs());
    assert_eq!(seconds(&app), Some(60), "the board and its like count minutes");
    press(&mut app, KeyCode::Esc);
    assert_eq!(seconds(&app), None);
    typed(&mut app, "P");
    assert_eq!(seconds(&app), Some(60));
    typed(&mut app, "P");
    let ends = Timestamp::from_second(90).unwrap();
    let standing = Standing { timer: Some(crate::class::Timer { ends }), ..at(0) };
    send(&mut app, Msg::Class(vec![Change::Standing(standing.clone())]));
    assert_eq!(seconds(&app), Some(0), "within this second");
    assert!(row(&app).contains("01:30 left"));
    let mut app = follower();
    let ahead = SignedDuration::from_secs(-30);
    send(&mut app, Msg::Heard(Heard::Standing { standing: Box::new(standing), ahead }));
    assert!(row(&app).contains("02:00 left"), "the host's clock counts: {}", row(&app));
}

#[test]
fn pictures() {
    let mut pictures = String::new();
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = leader(width, height);
        let mut show = |what: &str, app: &App| {
            pictures.push_str(&format!("=== {what} {width}x{height}\n{}", picture(app, width, height)));
        };
        show("join code", &app);
        press(&mut app, KeyCode::Esc);
        full(&mut app);
        typed(&mut app, "L");
        show("board", &app);
        press(&mut app, KeyCode::Enter);
        show("one learner", &app);
        typed(&mut app, "wTry it with -d");
        show("a hint in own words", &app);
        press(&mut app, KeyCode::Esc);
        press(&mut app, KeyCode::Esc);
        press(&mut app, KeyCode::Esc);
        typed(&mut app, "P");
        show("presenter", &app);
        typed(&mut app, "3G");
        send(&mut app, Msg::Class(vec![Change::Standing(poll(false, 3))]));
        show("closed poll", &app);
        let mut app = leader(width, height);
        press(&mut app, KeyCode::Esc);
        full(&mut app);
        typed(&mut app, "V");
        press(&mut app, KeyCode::Left);
        let lines = ["$ dokcer ps", "bash: dokcer: command not found", "$ "];
        let change = Change::Shell { learner: id(1), shown: Some(shown(&lines)) };
        send(&mut app, Msg::Class(vec![change]));
        show("the class sees the shell", &app);
        typed(&mut app, "L");
        press(&mut app, KeyCode::Down);
        press(&mut app, KeyCode::Enter);
        show("a learner who shares their shell", &app);
        press(&mut app, KeyCode::Enter);
        show("their shell", &app);
        let mut app = seated(Seat::Follows(Box::new(Follow::new(false))), width, height);
        let (class, name) = ("whales".into(), "Ana".into());
        let (course, course_version, takes_shells) = (String::new(), String::new(), true);
        send(&mut app, Msg::Heard(Heard::Joined { class, name, course, course_version, takes_shells }));
        show("joined", &app);
        press(&mut app, KeyCode::Esc);
        see(
            &mut app,
            &["$ docker ps", "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES", "$ "],
        );
        show("the instructor's shell is shown", &app);
        press(&mut app, KeyCode::Left);
        if width < 100 {
            typed(&mut app, "V");
            show("the instructor's shell", &app);
        }
        typed(&mut app, "A");
        show("asked to share", &app);
        typed(&mut app, "y");
        show("sharing", &app);
    }
    insta::assert_snapshot!(pictures);
}

#[test]
fn no_size_is_too_small_for_a_class() {
    for (width, height) in
        [(0, 0), (1, 1), (12, 3), (39, 9), (40, 10), (41, 13), (60, 14), (100, 24), (250, 90)]
    {
        let mut app = leader(width, height);
        for keys in ["", "L", "\n", "P", "P", "3G"] {
            typed(&mut app, keys);
            full(&mut app);
            send(&mut app, Msg::Class(vec![Change::Standing(poll(false, 3))]));
            picture(&app, width, height);
            press(&mut app, KeyCode::Enter);
            picture(&app, width, height);
            press(&mut app, KeyCode::Esc);
        }
        for audience in [true, false] {
            let mut app = seated(Seat::Follows(Box::new(Follow::new(audience))), width, height);
            see(&mut app, &["$ docker ps"]);
            picture(&app, width, height);
            typed(&mut app, "V");
            picture(&app, width, height);
        }
        let mut app = seated(Seat::Follows(Box::new(Follow::new(true))), width, height);
        stand(&mut app, poll(true, 3));
        picture(&app, width, height);
    }
}

#[path = "class_shell_tests.rs"]
mod shells;

#[path = "class_board_tests.rs"]
mod board;
