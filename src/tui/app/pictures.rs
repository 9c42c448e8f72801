//! Pictures of the whole screen, one for every state that a learner can be in, at three sizes.

mod tasks;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::tests::{picture as text, press, typed};
use super::*;
use crate::check::{Check, Report, TaskReport, Verdict};
use crate::course::{Diagnostic, Exercise, Lesson, Manuscript, Severity, Task, TaskMode, deck};
use crate::facts::{Detail, Kind, Link};
use crate::progress::{Event, Progress};
use crate::tui::screen::engine::tests::{at, example};
use crate::tui::theme::{Choice, Depth};
use crate::tui::widget::terminal::tests::shown;
use crossterm::event::KeyCode;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

const DECK: &str = r#"# In the background

A web server should keep running while you do something else. The option `-d` starts a container **in the background**
and prints its id:

- `docker ps` shows what runs
- `docker ps -a` shows what has ended too

> A container lives as long as its first process.

. . .

That is all there is to it.

<!-- Ask who has seen a whale. -->

# Code and a table

```bash
# a server, and what it prints
docker run -d --name web -p 8080:80 nginx
docker logs web
```

| Option | What it does              |
|--------|---------------------------|
| `-d`   | in the background         |
| `-p`   | a port of this machine    |

# A question

```quiz
question: What does `docker ps` show?
id: ps
single:
  - {text: Containers that run, correct: true, feedback: "Yes; `-a` adds those that have ended."}
  - {text: All images on this machine, feedback: "That is `docker images`."}
  - {text: What is on Docker Hub}
hints: ["`ps` stands for process status"]
explanation: "`docker ps` asks the engine, as `ps` asks the kernel."
```

# Your turn

```exercise
background
```
"#;

const SECOND: &str = "# Images\n\nAn image is what a container begins with.\n";

fn course() -> Course {
    let lesson = |id: &str, title: &str, text: &str| Lesson {
        id: id.into(),
        title: title.into(),
        minutes: 10,
        deck: deck::parse(text, std::path::Path::new("lesson.md")).0,
        ..Lesson::default()
    };
    let task = |id: &str, title: &str, points| Task {
        id: id.into(),
        title: title.into(),
        mode: TaskMode::Edge,
        points,
        check: serde_json::from_value::<Check>(serde_json::json!({"run": {}})).unwrap(),
        hints: vec!["Which option starts it in the background?".into(), "`docker run -d …`".into()],
        ..Task::default()
    };
    let exercise = Exercise {
        id: "background".into(),
        title: "A server in the background".into(),
        minutes: 5,
        brief: "Start **nginx** so that your prompt comes back, then look at what it printed.".into(),
        solution: Manuscript::new(
            "solution.md".into(),
            "```bash\ndocker run -d --name web nginx\ndocker logs web\n```",
        ),
        tasks: vec![
            task("start", "nginx runs in the background", 1),
            task("logs", "You have read its log", 2),
        ],
        ..Exercise::default()
    };
    Course {
        title: "Docker from the start".into(),
        lessons: vec![
            lesson("00-begin", "First containers", DECK),
            lesson("01-images", "Images and where they come from", SECOND),
        ],
        exercises: vec![exercise],
        ..Course::default()
    }
}

fn app_of(course: Course, setup: Setup, (width, height): (u16, u16)) -> App {
    let mut app = App::new(Session::new(Arc::new(course), Progress::default()), setup);
    app.update(at(0), Msg::Resize(width, height));
    app.begin(at(0));
    tell(
        &mut app,
        Msg::Endpoint { why: "docker 26.1 · default context · /var/run/docker.sock".into(), machine: None },
    );
    app
}

fn tell(app: &mut App, msg: Msg) -> Vec<Effect> {
    let mut effects = app.update(at(0), msg);
    for _ in 0..super::tests::answers(&effects) {
        effects.extend(app.update(at(0), Msg::Kept));
    }
    effects
}

/// The scene at all sizes.
fn picture_of(name: &str, course: &Course, scene: impl Fn(&mut App)) {
    let shots = SIZES.map(|(width, height)| {
        let mut app = app_of(course.clone(), Setup::default(), (width, height));
        scene(&mut app);
        format!("── {width}x{height} ──\n{}", text(&app, width, height))
    });
    insta::assert_snapshot!(name, shots.concat());
}

fn picture(name: &str, scene: impl Fn(&mut App)) {
    picture_of(name, &course(), scene);
}

fn live(app: &mut App) {
    tell(app, Msg::Link(Link::Live));
    tell(app, Msg::Snapshot(Arc::new(example::snapshot())));
    tell(app, Msg::Samples(example::samples()));
}

fn engine(app: &mut App) {
    press(app, KeyCode::Tab);
}

fn begun(app: &mut App) {
    live(app);
    typed(app, "4Gb");
    let folder = Ok("/home/ana/pilotwhale/background".into());
    tell(app, Msg::Begun { exercise: "background".into(), run: 1, outcome: folder });
}

fn graded(app: &mut App, verdicts: [Verdict; 2]) {
    let course = course();
    let tasks = course.exercises[0]
        .tasks
        .iter()
        .zip(verdicts)
        .map(|(task, verdict)| TaskReport::new(&task.id, &task.title, task.points, verdict));
    let report = Report {
        exercise: "background".into(),
        title: "A server in the background".into(),
        tasks: tasks.collect(),
        runs_seen: 1,
    };
    tell(
        app,
        Msg::Graded {
            exercise: "background".into(),
            run: 1,
            report: Box::new(report),
            looked: Box::default(),
        },
    );
}

fn passed(found: &str) -> Verdict {
    Verdict::Pass { found: found.into() }
}

#[test]
fn slides() {
    picture("slide_text", |_| ());
    picture("slide_code_and_table", |app| {
        typed(app, "2G");
    });
}

#[test]
fn quizzes() {
    let at_quiz = |app: &mut App| {
        typed(app, "3G");
        press(app, KeyCode::Enter);
    };
    picture("quiz_closed", |app| {
        typed(app, "3G");
    });
    picture("quiz_open", |app| {
        at_quiz(app);
        typed(app, "H");
    });
    // Picks the choice with this text, whatever order they are shown in.
    let pick = |app: &mut App, nth: usize| {
        at_quiz(app);
        (0..nth).for_each(|_| drop(press(app, KeyCode::Down)));
        press(app, KeyCode::Enter);
    };
    picture("quiz_right", |app| pick(app, 0));
    picture("quiz_wrong", |app| pick(app, 1));
}

#[test]
fn exercises() {
    picture("exercise_idle", |app| {
        live(app);
        typed(app, "4G");
    });
    picture("exercise_working", begun);
    picture("exercise_not_right", |app| {
        begun(app);
        let wrong = Verdict::NotRight {
            expected: "a container of `nginx` that runs in the background".into(),
            found: "container `web` of `nginx`, which has ended".into(),
            nearest: Some("`docker run --name web nginx`".into()),
            differs: "it was started in the foreground and stopped with Ctrl-C".into(),
            advice: Some("The option `-d` gives you your prompt back.".into()),
        };
        graded(app, [wrong, Verdict::NotYet { expected: "`docker logs`".into() }]);
        typed(app, "H");
    });
    picture("exercise_could_not_check", |app| {
        begun(app);
        tell(app, Msg::Link(lost()));
    });
    picture("exercise_passed", |app| {
        begun(app);
        graded(app, [passed("container web runs"), passed("docker logs web")]);
    });
}

#[test]
fn wrong_answers_are_one_key_away() {
    let mut app = app_of(course(), Setup::default(), (80, 24));
    typed(&mut app, "w");
    assert!(text(&app, 80, 24).contains("No answer of yours waits"), "{}", text(&app, 80, 24));
    typed(&mut app, "3G");
    press(&mut app, KeyCode::Enter);
    press(&mut app, KeyCode::Down);
    press(&mut app, KeyCode::Enter);
    typed(&mut app, "]");
    let effects = typed(&mut app, "w");
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Record(Event::Moved { slide: 2, .. }))),
        "{effects:?}"
    );
    assert!(text(&app, 80, 24).contains("The only question that is not right yet"), "{}", text(&app, 80, 24));
}

fn lost() -> Link {
    Link::Lost {
        since: at(-20),
        reason: "its socket is gone".into(),
        remedy: "Start it again: sudo systemctl start docker".into(),
    }
}

#[test]
fn engines() {
    picture("engine_containers", |app| {
        live(app);
        engine(app);
    });
    picture("engine_images", |app| {
        live(app);
        engine(app);
        press(app, KeyCode::Right);
    });
    picture("engine_detail", |app| {
        live(app);
        engine(app);
        press(app, KeyCode::Enter);
        let id = example::id('1');
        let detail: Detail = example::web_detail();
        tell(app, Msg::Detail { kind: Kind::Container, id, detail: Ok(Box::new(detail)) });
    });
    picture("engine_lost", |app| {
        live(app);
        engine(app);
        tell(app, Msg::Link(lost()));
    });
    picture("engine_absent", |app| {
        engine(app);
        let reason = "Looked at DOCKER_HOST, the docker contexts and 9 well-known sockets; nothing answers.";
        let remedy = "Install Docker on this Debian 13 with this command, then log in again:";
        tell(app, Msg::Link(Link::Absent { reason: reason.into(), remedy: remedy.into() }));
        tell(app, Msg::Install(Some("sudo apt-get install docker.io".into())));
    });
}

#[test]
fn shells() {
    let there = |app: &mut App| drop(press(app, KeyCode::F(12)));
    let started = |app: &mut App| {
        let screen = shown("ana@sea:~$ docker ps\r\nCONTAINER ID   IMAGE\r\nana@sea:~$ ", 60, 8).screen();
        tell(app, Msg::ShellStarted { screen, name: "bash".into() });
    };
    picture("shell_waiting", there);
    picture("shell_running", |app| {
        there(app);
        started(app);
    });
    picture("shell_ended", |app| {
        there(app);
        started(app);
        tell(app, Msg::ShellExited(Some(130)));
    });
    picture("shell_failed", |app| {
        there(app);
        tell(app, Msg::ShellFailed("/bin/fish cannot be started: no such file.".into()));
    });
}

#[test]
fn what_lies_on_top() {
    for (name, key) in [("help", '?'), ("contents", 'm'), ("overview", 'o'), ("notes", 's')] {
        picture(name, |app| {
            typed(app, &key.to_string());
        });
    }
    picture("contents_under_way", |app| {
        begun(app);
        graded(app, [passed("container web runs"), Verdict::NotYet { expected: String::new() }]);
        typed(app, "2GB3G");
        press(app, KeyCode::Enter);
        press(app, KeyCode::Down);
        press(app, KeyCode::Enter);
        typed(app, "m");
    });
    picture("search", |app| {
        typed(app, "/docker");
    });
    picture("confirm_reset", |app| {
        begun(app);
        typed(app, "R");
        let plan = Ok(vec!["Removes container web".into(), "Keeps the folder and your files".into()]);
        tell(app, Msg::ResetPlanned { exercise: "background".into(), run: 1, plan });
    });
    picture("confirm_remove", |app| {
        live(app);
        engine(app);
        press(app, KeyCode::End);
        typed(app, "d");
    });
    picture("notice", |app| {
        tell(
            app,
            Msg::Trouble { what: "The disk is full".into(), remedy: "docker system df shows why".into() },
        );
    });
    let mistake = Diagnostic {
        severity: Severity::Error,
        path: "lessons/00-begin/lesson.md".into(),
        line: 27,
        column: 1,
        width: 7,
        message: "`singel` is not a kind of question".into(),
        help: Some("use one of reveal, single, multiple, text, number, order".into()),
        source: "singel:".into(),
    };
    let course = Course { diagnostics: vec![mistake], ..course() };
    picture_of("mistakes", &course, |_| ());
}

#[test]
fn a_window_that_is_too_small() {
    let app = app_of(course(), Setup::default(), (20, 5));
    insta::assert_snapshot!(text(&app, 20, 5));
}

fn buffer(app: &App, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// Slide, quiz, exercise and help of an app that looks like this.
fn looks(look: Look) -> impl Iterator<Item = Buffer> {
    ["", "2G", "3GaHa", "4Gb", "o", "?"].into_iter().map(move |keys| {
        let setup = Setup { look: look.clone(), ..Setup::default() };
        let mut app = app_of(course(), setup, (120, 40));
        live(&mut app);
        typed(&mut app, keys);
        buffer(&app, (120, 40))
    })
}

#[test]
fn without_colours_there_is_none() {
    for buffer in looks(Look::new(Choice::Dark, Depth::None)) {
        for cell in &buffer.content {
            let colours = (cell.fg, cell.bg, cell.underline_color);
            assert_eq!(colours, (Color::Reset, Color::Reset, Color::Reset), "{cell:?}");
        }
    }
}

#[test]
fn the_light_theme() {
    let setup = Setup { look: Look::new(Choice::Light, Depth::Full), ..Setup::default() };
    let mut app = app_of(course(), setup, (100, 24));
    live(&mut app);
    typed(&mut app, "2G");
    insta::assert_debug_snapshot!(buffer(&app, (100, 24)));
}
