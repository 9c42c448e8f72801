//! Pictures of a slide with tasks, and what the keys do there.

use super::*;
use crate::facts::Keep;
use crate::tui::effect::ExerciseEffect;

const DECK: &str = r#"# Get an image

`docker pull` brings an image onto this machine.

```bash
docker pull nginx
```

```task
id: pull
title: "`nginx` is on this machine"
check: {image: {repo: nginx}}
hints: ["Which command brings an image?", "It is `docker pull …`."]
```

```task
id: layers
title: You know how many layers it has
needs: [pull]
check: {answer: {prompt: "How many layers has nginx?", number: 7}}
hints: ["`docker history` lists them."]
```

# Read on

Nothing is to be done here.
"#;

fn course() -> Course {
    let text = DECK.replace("# Get", "---\ntitle: Images\n---\n\n# Get");
    Course::from_deck("03-images.md".into(), &text)
}

/// The lesson with an engine to look at, so that its tasks have begun.
fn opened(app: &mut App) {
    live(app);
    tell(app, Msg::Begun { exercise: ID.into(), run: 1, outcome: Ok("/home/ana/03-images".into()) });
}

const ID: &str = "03-images";

fn judged(app: &mut App, verdicts: [Verdict; 2]) {
    let course = course();
    let tasks = course.exercises[0]
        .tasks
        .iter()
        .zip(verdicts)
        .map(|(task, verdict)| TaskReport::new(&task.id, &task.title, task.points, verdict));
    let report = Report { exercise: ID.into(), title: "Images".into(), tasks: tasks.collect(), runs_seen: 0 };
    tell(app, Msg::Graded { exercise: ID.into(), run: 1, report: Box::new(report), looked: Box::default() });
}

fn not_yet() -> Verdict {
    Verdict::NotYet { expected: "something".into() }
}

#[test]
fn on_a_slide() {
    picture_of("task_open", &course(), opened);
    picture_of("task_not_right", &course(), |app| {
        opened(app);
        typed(app, "H");
        let wrong = Verdict::NotRight {
            expected: "an image of `nginx`".into(),
            found: "`busybox:latest`".into(),
            nearest: None,
            differs: "it is an image of `busybox`".into(),
            advice: Some("Which name does the task give?".into()),
        };
        judged(app, [wrong, not_yet()]);
    });
    picture_of("task_done", &course(), |app| {
        opened(app);
        judged(app, [passed("nginx:latest is here"), not_yet()]);
    });
    picture_of("task_could_not_check", &course(), |app| {
        opened(app);
        tell(app, Msg::Link(lost()));
    });
}

fn begins(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|e| matches!(e, Effect::Exercise(ExerciseEffect::Begin { exercise, .. }) if exercise == ID))
}

#[test]
fn they_begin_when_there_is_an_engine_to_look_at_and_again_after_a_reset() {
    let mut app = app_of(course(), Setup::default(), (120, 40));
    let effects = tell(&mut app, Msg::Link(Link::Live));
    assert!(begins(&effects), "{effects:?}");
    assert!(!begins(&tell(&mut app, Msg::Link(Link::Live))), "once");
    tell(&mut app, Msg::Begun { exercise: ID.into(), run: 1, outcome: Ok(String::new()) });
    judged(&mut app, [not_yet(), not_yet()]);
    let asked = typed(&mut app, "R");
    assert!(
        asked.iter().any(|e| matches!(e, Effect::Exercise(ExerciseEffect::PlanReset { .. }))),
        "{asked:?}"
    );
    let reset = Msg::WasReset { exercise: ID.into(), run: 1, outcome: Ok(Vec::new()) };
    assert!(begins(&tell(&mut app, reset)));
}

#[test]
fn where_nothing_helps_starting_over_is_offered() {
    let mut app = app_of(course(), Setup::default(), (80, 24));
    opened(&mut app);
    let wrong = Verdict::NotRight {
        expected: "a container that runs".into(),
        found: "none".into(),
        nearest: None,
        differs: "it was removed".into(),
        advice: None,
    };
    let tasks = vec![TaskReport { stuck: true, ..TaskReport::new("pull", "", 1, wrong) }];
    let report = Box::new(Report { exercise: ID.into(), tasks, ..Report::default() });
    tell(&mut app, Msg::Graded { exercise: ID.into(), run: 1, report, looked: Box::default() });
    let seen = text(&app, 80, 24);
    assert!(seen.contains("From here it cannot become right: R starts over."), "{seen}");
}

#[test]
fn an_answer_is_typed_kept_and_judged() {
    let mut app = app_of(course(), Setup::default(), (80, 24));
    opened(&mut app);
    judged(&mut app, [not_yet(), not_yet()]);
    typed(&mut app, "a7");
    let effects = press(&mut app, KeyCode::Enter);
    let kept = |e: &Effect| matches!(e, Effect::Keep { exercise, what: Keep::Answer { answer, .. }, .. } if exercise == ID && answer == "7");
    assert!(effects.iter().any(kept), "{effects:?}");
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Exercise(ExerciseEffect::Grade { .. }))),
        "{effects:?}"
    );
    assert!(text(&app, 80, 24).contains("7 (a changes it)"), "{}", text(&app, 80, 24));
}

#[test]
fn the_bar_offers_what_does_something_here() {
    let mut app = app_of(course(), Setup::default(), (120, 40));
    opened(&mut app);
    let bar = |app: &App| text(app, 120, 40).lines().last().unwrap_or_default().to_owned();
    assert!(bar(&app).contains("a answer") && bar(&app).contains("t type command"), "{}", bar(&app));
    judged(&mut app, [not_yet(), passed("you answered 7")]);
    typed(&mut app, "g");
    assert!(!bar(&app).contains("a answer"), "{}", bar(&app));
    press(&mut app, KeyCode::Right);
    assert!(!bar(&app).contains("t type command") && !bar(&app).contains("hint"), "{}", bar(&app));
}

#[test]
fn advice_on_an_answer_is_said_and_a_check_by_hand_is_answered() {
    let mut app = app_of(course(), Setup::default(), (80, 24));
    opened(&mut app);
    judged(&mut app, [not_yet(), not_yet()]);
    assert!(!text(&app, 80, 24).contains("Checked"), "nobody asked");
    typed(&mut app, "c");
    judged(&mut app, [not_yet(), not_yet()]);
    assert!(text(&app, 80, 24).contains("Checked: 0 of 2 tasks are done"), "{}", text(&app, 80, 24));
    let wrong = Verdict::NotRight {
        expected: "the answer to: How many layers has nginx?".into(),
        found: "you answered 8".into(),
        nearest: None,
        differs: "it is not what was asked for".into(),
        advice: Some("Count the lines again.".into()),
    };
    typed(&mut app, "c");
    judged(&mut app, [not_yet(), wrong]);
    assert!(text(&app, 80, 24).contains("Count the lines again."), "{}", text(&app, 80, 24));
}

#[test]
fn what_passes_on_another_slide_is_told() {
    let mut app = app_of(course(), Setup::default(), (80, 24));
    opened(&mut app);
    press(&mut app, KeyCode::Right);
    judged(&mut app, [passed("nginx:latest is here"), not_yet()]);
    let seen = text(&app, 80, 24);
    assert!(seen.contains("Read on") && seen.contains("Done: nginx is on this machine"), "{seen}");
}

const FILE: &str = r#"# Write a file

```task
id: note
title: "`note.txt` is there"
check: {file: {path: ./note.txt}}
```
"#;

#[test]
fn a_task_that_looks_into_the_folder_leads_there() {
    let course = Course::from_deck("03-images.md".into(), FILE);
    assert!(course.diagnostics.is_empty(), "{:?}", course.diagnostics);
    let mut app = app_of(course, Setup::default(), (80, 24));
    opened(&mut app);
    let seen = text(&app, 80, 24);
    assert!(seen.contains("/home/ana/03-images (t goes there)"), "{seen}");
    let effects = typed(&mut app, "t");
    let go =
        |e: &Effect| matches!(e, Effect::Shell(ShellEffect::Type(text)) if text == "cd /home/ana/03-images");
    assert!(effects.iter().any(go), "{effects:?}");
}

#[test]
fn a_command_that_ended_may_have_changed_a_file() {
    let looks = |app: &mut App| {
        let effects = tell(app, Msg::CommandEnded);
        effects.iter().any(|e| matches!(e, Effect::Exercise(ExerciseEffect::Grade { .. })))
    };
    let of = |text: &str| {
        let mut app = app_of(Course::from_deck("03-images.md".into(), text), Setup::default(), (80, 24));
        opened(&mut app);
        app
    };
    let mut app = of(FILE);
    // The look at the beginning is over.
    let verdicts = vec![TaskReport::new("note", "", 1, not_yet())];
    let report = Report { exercise: ID.into(), title: "Images".into(), tasks: verdicts, runs_seen: 0 };
    tell(
        &mut app,
        Msg::Graded { exercise: ID.into(), run: 1, report: Box::new(report), looked: Box::default() },
    );
    assert!(looks(&mut app));
    let mut app = of(DECK);
    judged(&mut app, [not_yet(), not_yet()]);
    assert!(!looks(&mut app), "images and answers tell of themselves");
}
