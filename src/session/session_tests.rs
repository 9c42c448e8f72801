//! Place, quizzes and the exercise machine as tables: inputs in, phases and outputs out.

use super::*;
use crate::check::{Check, Report, TaskReport, Verdict};
use crate::course::{Choice, Deck, Exercise, Lesson, QuizKind, Slide, Task, TaskMode, unspell};
use crate::progress::Stamped;

#[path = "on_slides_tests.rs"]
mod on_slides;

fn slides(steps: &[usize]) -> Vec<Slide> {
    steps.iter().map(|&steps| Slide { steps, ..Slide::default() }).collect()
}

fn quiz() -> Quiz {
    let choice = |text: &str, correct| Choice { text: text.into(), correct, feedback: None };
    Quiz {
        id: "q".into(),
        question: "?".into(),
        kind: QuizKind::Single { choices: vec![choice("right", true), choice("wrong", false)] },
        hints: vec!["one".into(), "two".into()],
        explanation: None,
        line: 1,
    }
}

fn exercise() -> Exercise {
    let task = |id: &str, mode| Task {
        id: id.into(),
        title: id.into(),
        mode,
        points: 1,
        check: Check::Run(Box::default()),
        hints: vec!["a".into(), "b".into()],
        ..Task::default()
    };
    Exercise {
        id: "e".into(),
        tasks: vec![task("level", TaskMode::Level), task("edge", TaskMode::Edge)],
        ..Exercise::default()
    }
}

fn course(lessons: &[(&str, &[usize])]) -> Arc<Course> {
    let lessons = lessons.iter().map(|(id, steps)| Lesson {
        id: (*id).into(),
        deck: Deck { slides: slides(steps), quizzes: vec![quiz()], ..Deck::default() },
        ..Lesson::default()
    });
    Arc::new(Course { lessons: lessons.collect(), exercises: vec![exercise()], ..Course::default() })
}

fn at(session: &Session) -> (usize, usize, usize) {
    let Place { lesson, slide, step } = session.place();
    (lesson, slide, step)
}

fn saved(events: Vec<Event>) -> Progress {
    Progress::fold((1..).zip(events).map(|(seq, event)| Stamped { seq, at: Default::default(), event }))
}

#[test]
fn resumes_where_it_was_as_far_as_that_exists() {
    let moved = |lesson: &str, slide, step| saved(vec![Event::Moved { lesson: lesson.into(), slide, step }]);
    let cases = [
        (moved("b", 0, 2), (1, 0, 2)),
        (moved("b", 9, 0), (1, 0, 2)),
        (moved("a", 1, 9), (0, 1, 0)),
        (moved("gone", 3, 3), (0, 0, 0)),
        (Progress::default(), (0, 0, 0)),
    ];
    for (progress, place) in cases {
        assert_eq!(at(&Session::new(course(&[("a", &[2, 1]), ("b", &[3])]), progress)), place);
    }
    assert_eq!(at(&Session::new(course(&[]), moved("b", 1, 1))), (0, 0, 0));
}

#[test]
fn a_reloaded_course_keeps_the_slide() {
    let mut session = Session::new(course(&[("a", &[2, 1]), ("b", &[3])]), Progress::default());
    session.go_to(1, 0, 2);
    session.replace_course(course(&[("new", &[1]), ("a", &[2]), ("b", &[1, 1])]));
    assert_eq!(at(&session), (2, 0, 0));
    session.replace_course(course(&[("a", &[2])]));
    assert_eq!(at(&session), (0, 0, 1));
}

#[test]
fn quizzes_keep_answers_hints_and_the_best_score() {
    let mut session = Session::new(course(&[("a", &[1])]), Progress::default());
    let mut events = Vec::new();
    for (pick, correct) in [(1, false), (0, true), (1, false)] {
        let (grade, recorded) = session.answer("a", "q", Response::Picked(vec![pick]));
        assert_eq!(grade.correct, correct);
        events.extend(recorded);
    }
    for expected in [1, 1, 0] {
        let recorded = session.quiz_hint("a", "q");
        assert_eq!(recorded.len(), expected);
        events.extend(recorded);
    }
    let state = session.quiz("a", "q");
    assert_eq!((state.attempts, state.hints, state.ever_correct), (3, 2, true));
    assert_eq!(session.score().questions, Share { done: 1, of: 1 });
    assert!(session.answer("a", "gone", Response::Revealed).1.is_empty());
    // The same after a restart.
    let again = Session::new(course(&[("a", &[1])]), saved(events));
    assert_eq!(again.quiz("a", "q"), state);
}

#[test]
fn answers_are_spelled_and_read_back() {
    let all = [
        Response::Revealed,
        Response::Picked(vec![]),
        Response::Picked(vec![0, 12]),
        Response::Typed("  two words ".into()),
        Response::Typed(String::new()),
        Response::Ordered(vec![2, 0, 1]),
    ];
    for response in all {
        assert_eq!(unspell(&spell(&response)), Some(response));
    }
    assert_eq!(unspell("picked x"), None);
    assert_eq!(unspell(""), None);
}

// ---- the exercise machine ----

fn verdict(sign: char) -> Verdict {
    let word = |w: &str| w.to_string();
    match sign {
        'y' => Verdict::Pass { found: word("it") },
        '-' => Verdict::NotYet { expected: word("x") },
        '?' => Verdict::CouldNotCheck { reason: word("gone"), remedy: word("wait") },
        other => Verdict::NotRight {
            expected: word("x"),
            found: word("y"),
            nearest: None,
            differs: other.to_string(),
            advice: None,
        },
    }
}

/// One sign for each task: y passed, - not yet, ? could not check, any other a difference.
fn graded(run: u64, signs: &str) -> Input {
    let tasks = ["level", "edge"]
        .iter()
        .zip(signs.chars())
        .map(|(id, sign)| TaskReport::new(id, "", 1, verdict(sign)));
    let report = Report { exercise: "e".into(), tasks: tasks.collect(), ..Report::default() };
    Input::Graded { run, report: Box::new(report) }
}

fn begun(run: u64) -> Input {
    Input::Begun { run, outcome: Ok(()) }
}

fn was_reset(run: u64) -> Input {
    Input::WasReset { run, outcome: Ok(()) }
}

fn lost() -> Input {
    Input::EngineLost { reason: "r".into(), remedy: "m".into() }
}

/// Outputs in one line: `begun prepare grade passed:level attempt:edge done`.
fn told(outputs: &[Output]) -> String {
    let one = |output: &Output| match output {
        Output::Prepare { .. } => "prepare".to_string(),
        Output::Grade { .. } => "grade".into(),
        Output::Clean { .. } => "clean".into(),
        Output::Keep(_) => "keep".into(),
        Output::Record(event) => match event {
            Event::ExerciseBegun { run, .. } => format!("begun:{run}"),
            Event::TaskPassed { task, .. } => format!("passed:{task}"),
            Event::TaskLost { task, .. } => format!("lost:{task}"),
            Event::Attempt { task, differs, .. } => format!("attempt:{task}:{differs}"),
            Event::HintTaken { task, level, .. } => format!("hint:{task}:{level}"),
            Event::SolutionShown { .. } => "solution".into(),
            Event::ExercisePassed { assisted, .. } => format!("done:{assisted}"),
            Event::ExerciseReset { .. } => "reset".into(),
            other => format!("{other:?}"),
        },
    };
    outputs.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn word(phase: &Phase) -> String {
    match phase {
        Phase::Blocked { was, .. } => format!("blocked {was:?}"),
        other => format!("{other:?}"),
    }
}

/// Feeds inputs and compares what comes out and the phase after each.
fn play(steps: Vec<(Input, &str, &str)>) -> ExerciseState {
    let exercise = exercise();
    let mut state = ExerciseState::default();
    for (n, (input, outputs, phase)) in steps.into_iter().enumerate() {
        let said = format!("step {n}: {input:?}");
        assert_eq!(told(&state.step(&exercise, input)), outputs, "{said}");
        assert_eq!(word(&state.phase), phase, "{said}");
    }
    state
}

/// Up to the first report, which finds nothing.
fn started() -> Vec<(Input, &'static str, &'static str)> {
    vec![
        (Input::Begin { seed: 1 }, "begun:1 prepare", "Preparing"),
        (begun(1), "grade", "Checking"),
        (graded(1, "--"), "", "Working"),
    ]
}

fn with(more: Vec<(Input, &'static str, &'static str)>) -> ExerciseState {
    play(started().into_iter().chain(more).collect())
}

#[test]
fn the_straight_way() {
    let state = with(vec![
        (Input::Seen, "grade", "Checking"),
        (graded(1, "y-"), "passed:level", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "yy"), "passed:edge done:false", "Passed"),
        (Input::Seen, "", "Passed"),
        (lost(), "", "Passed"),
        (Input::EngineBack, "", "Passed"),
    ]);
    assert!(state.shows_solution() && state.record.passed_unassisted);
}

#[test]
fn one_grading_at_a_time_and_one_in_the_queue() {
    with(vec![
        (Input::Seen, "grade", "Checking"),
        (Input::Seen, "", "Checking"),
        (Input::Check, "", "Checking"),
        (graded(1, "--"), "grade", "Checking"),
        (graded(1, "--"), "", "Working"),
        (graded(1, "yy"), "", "Working"),
    ]);
}

#[test]
fn a_wrong_try_counts_once_and_the_world_never_does() {
    let state = with(vec![
        (Input::Seen, "grade", "Checking"),
        (graded(1, "-a"), "attempt:edge:a", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "-a"), "", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "??"), "", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "-b"), "attempt:edge:b", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "-c"), "attempt:edge:c", "Working"),
    ]);
    assert_eq!(state.record.attempts(), 3);
    assert!(state.offers_hint(&exercise(), "edge") && !state.offers_hint(&exercise(), "level"));
}

#[test]
fn what_was_so_before_is_no_try() {
    let state = play(vec![
        (Input::Begin { seed: 1 }, "begun:1 prepare", "Preparing"),
        (begun(1), "grade", "Checking"),
        (graded(1, "a-"), "", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "a-"), "", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "b-"), "attempt:level:b", "Working"),
    ]);
    assert_eq!(state.record.attempts(), 1);
}

#[test]
fn an_edge_stays_and_a_level_may_be_lost() {
    with(vec![
        (Input::Seen, "grade", "Checking"),
        (graded(1, "-y"), "passed:edge", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "y?"), "passed:level done:false", "Passed"),
    ]);
    with(vec![
        (Input::Seen, "grade", "Checking"),
        (graded(1, "y-"), "passed:level", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "?-"), "", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "-y"), "lost:level passed:edge", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "y-"), "passed:level done:false", "Passed"),
    ]);
}

#[test]
fn a_reset_drops_what_comes_late() {
    with(vec![
        (Input::Seen, "grade", "Checking"),
        (Input::Reset, "clean", "Resetting"),
        (graded(1, "yy"), "", "Resetting"),
        (Input::Begin { seed: 1 }, "", "Resetting"),
        (was_reset(1), "reset", "Idle"),
        (graded(1, "yy"), "", "Idle"),
        (Input::Begin { seed: 1 }, "begun:2 prepare", "Preparing"),
        (begun(1), "", "Preparing"),
        (graded(1, "yy"), "", "Preparing"),
        (begun(2), "grade", "Checking"),
        (graded(1, "yy"), "", "Checking"),
        (was_reset(1), "", "Checking"),
        (graded(2, "yy"), "passed:level passed:edge done:false", "Passed"),
        (Input::Begin { seed: 1 }, "begun:3 prepare", "Preparing"),
    ]);
}

#[test]
fn a_lost_engine_blocks_and_its_return_looks_again() {
    with(vec![
        (Input::Seen, "grade", "Checking"),
        (lost(), "", "blocked Working"),
        (Input::Seen, "", "blocked Working"),
        (Input::Check, "", "blocked Working"),
        (graded(1, "??"), "", "blocked Working"),
        (Input::EngineBack, "grade", "Checking"),
        (graded(1, "--"), "", "Working"),
    ]);
    // The answer of before comes only after the return: it is the one in flight, and one more look waits for it.
    with(vec![
        (Input::Seen, "grade", "Checking"),
        (lost(), "", "blocked Working"),
        (Input::EngineBack, "", "Checking"),
        (graded(1, "??"), "grade", "Checking"),
    ]);
    with(vec![
        (lost(), "", "blocked Working"),
        (Input::Reset, "clean", "Resetting"),
        (lost(), "", "blocked Resetting"),
        (Input::EngineBack, "grade", "Checking"),
    ]);
    play(vec![
        (lost(), "", "Idle"),
        (Input::Begin { seed: 1 }, "begun:1 prepare", "Preparing"),
        (begun(1), "", "blocked Working"),
        (Input::EngineBack, "grade", "Checking"),
    ]);
}

#[test]
fn failures_block_and_can_be_tried_again() {
    let failed = |run| Input::Begun { run, outcome: Err("no room".into()) };
    play(vec![
        (Input::Begin { seed: 1 }, "begun:1 prepare", "Preparing"),
        (failed(1), "", "blocked Preparing"),
        (Input::Check, "prepare", "Preparing"),
        (begun(1), "grade", "Checking"),
    ]);
    with(vec![
        (Input::Reset, "clean", "Resetting"),
        (Input::WasReset { run: 1, outcome: Err("r".into()) }, "", "blocked Resetting"),
        (Input::Reset, "clean", "Resetting"),
        (Input::WasReset { run: 1, outcome: Err("r".into()) }, "", "blocked Resetting"),
        (Input::Check, "grade", "Checking"),
    ]);
}

#[test]
fn hints_go_up_by_one_and_the_solution_is_remembered() {
    let hint = || Input::Hint { task: "edge".into() };
    let state = with(vec![
        (hint(), "hint:edge:1", "Working"),
        (hint(), "hint:edge:2", "Working"),
        (hint(), "", "Working"),
        (Input::Hint { task: "none".into() }, "", "Working"),
        (Input::GiveUp, "solution", "Working"),
        (Input::GiveUp, "", "Working"),
        (Input::Seen, "grade", "Checking"),
        (graded(1, "yy"), "passed:level passed:edge done:true", "Passed"),
    ]);
    assert!(state.shows_solution() && !state.record.passed_unassisted);
    assert_eq!(told(&ExerciseState::default().step(&exercise(), Input::GiveUp)), "");
}

#[test]
fn an_exercise_goes_on_after_a_restart() {
    let of = |event: fn(String) -> Event| event("e".into());
    let progress = saved(vec![
        of(|exercise| Event::ExerciseBegun { exercise, run: 1, vars: BTreeMap::new() }),
        of(|exercise| Event::TaskPassed {
            exercise,
            run: 1,
            task: "edge".into(),
            found: "f".into(),
            bound: BTreeMap::new(),
        }),
        of(|exercise| Event::HintTaken { exercise, run: 1, task: "level".into(), level: 1 }),
    ]);
    let mut session = Session::new(course(&[("a", &[1])]), progress);
    let outputs = session.step_all(&Input::Resume);
    assert_eq!(outputs, [("e".to_string(), Output::Prepare { run: 1 })]);
    assert_eq!(told(&session.step("e", begun(1))), "grade");
    assert_eq!(session.exercise("e").unwrap().hints_shown("level"), 1);
    assert_eq!(told(&session.step("e", graded(1, "a-"))), "");
    assert_eq!(told(&session.step("e", Input::Seen)), "grade");
    assert_eq!(told(&session.step("e", graded(1, "y-"))), "passed:level done:false");
    assert!(session.step("gone", Input::Begin { seed: 1 }).is_empty());
}

proptest::proptest! {
    /// Whatever comes in whatever order: never two gradings at once, never a pass without every task.
    #[test]
    fn no_order_of_inputs_breaks_the_rules(inputs in proptest::collection::vec((0..16usize, 1..4u64), 0..60)) {
        let exercise = exercise();
        let mut state = ExerciseState::default();
        let mut in_flight: BTreeMap<u64, usize> = BTreeMap::new();
        for (kind, run) in inputs {
            let input = match kind {
                0 => Input::Begin { seed: 1 },
                1 => begun(run),
                2 | 3 => Input::Seen,
                4 => Input::Check,
                5 => graded(run, "y-"),
                6 => graded(run, "-y"),
                7 => graded(run, "a?"),
                8 => Input::Reset,
                9 => was_reset(run),
                10 => lost(),
                11 => Input::EngineBack,
                12 => Input::Hint { task: "edge".into() },
                13 => Input::GiveUp,
                14 => Input::Resume,
                _ => Input::Begun { run, outcome: Err("x".into()) },
            };
            if let Input::Graded { run, .. } = &input {
                // The world answers only what it was asked.
                match in_flight.get_mut(run) {
                    Some(n) if *n > 0 => *n -= 1,
                    _ => continue,
                }
            }
            for output in state.step(&exercise, input) {
                if let Output::Grade { run } = output {
                    let n = in_flight.entry(run).or_default();
                    *n += 1;
                    proptest::prop_assert!(*n == 1, "two gradings of run {run} at once");
                }
                if let Output::Record(Event::ExercisePassed { .. }) = output {
                    proptest::prop_assert!(state.record.passed.contains_key("level"));
                    proptest::prop_assert!(state.record.passed.contains_key("edge"));
                }
            }
        }
    }
}
