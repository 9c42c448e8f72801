//! The fold of the board: what comes twice, late or crosswise changes nothing.

use proptest::prelude::*;

use super::*;

fn id(n: u8) -> LearnerId {
    LearnerId::of(&[n; 16])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn did(learner: u8, seq: i64, event: Event) -> Change {
    Change::Did { learner: id(learner), came: at(seq), event: Stamped { seq, at: at(seq), event } }
}

fn any_event() -> impl Strategy<Value = Event> {
    let name = prop::sample::select(vec!["a", "b"]).prop_map(String::from);
    prop_oneof![
        (name.clone(), 0..5usize).prop_map(|(lesson, slide)| Event::Moved { lesson, slide, step: 0 }),
        (name.clone(), 1..3u64).prop_map(|(exercise, run)| Event::ExerciseBegun {
            exercise,
            run,
            vars: Default::default()
        }),
        (name.clone(), 1..3u64, name.clone(), name.clone())
            .prop_map(|(exercise, run, task, differs)| Event::Attempt { exercise, run, task, differs }),
        (name.clone(), 1..3u64, name.clone()).prop_map(|(exercise, run, task)| Event::TaskPassed {
            exercise,
            run,
            task,
            found: "it".into(),
            bound: Default::default()
        }),
        (name, 1..3u64).prop_map(|(exercise, run)| Event::ExercisePassed { exercise, run, assisted: false }),
    ]
}

fn fold<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Roster {
    let mut roster = Roster::default();
    changes.into_iter().for_each(|change| roster.apply(change));
    roster
}

proptest! {
    #[test]
    fn how_the_lines_of_learners_interleave_does_not_matter(
        first in prop::collection::vec(any_event(), 0..20),
        second in prop::collection::vec(any_event(), 0..20),
        turns in prop::collection::vec(any::<bool>(), 40),
    ) {
        let of = |who, events: Vec<Event>| -> Vec<Change> {
            (1..).zip(events).map(|(seq, event)| did(who, seq, event)).collect()
        };
        let (first, second) = (of(1, first), of(2, second));
        let (mut a, mut b) = (first.iter(), second.iter());
        let mut mixed: Vec<&Change> =
            turns.into_iter().filter_map(|one| if one { a.next() } else { b.next() }).collect();
        mixed.extend(a);
        mixed.extend(b);
        prop_assert_eq!(fold(mixed), fold(first.iter().chain(&second)));
    }

    #[test]
    fn what_comes_again_changes_nothing(
        events in prop::collection::vec(any_event(), 1..30),
        from in any::<prop::sample::Index>(),
    ) {
        let changes: Vec<Change> = (1..).zip(events).map(|(seq, event)| did(1, seq, event)).collect();
        let once = fold(&changes);
        // A learner who comes back sends from an earlier event on.
        let again = &changes[from.index(changes.len())..];
        prop_assert_eq!(fold(changes.iter().chain(again)), once);
    }

    #[test]
    fn the_board_and_the_learner_count_alike(events in prop::collection::vec(any_event(), 0..40)) {
        let stamped = (1..).zip(&events).map(|(seq, e)| Stamped { seq, at: at(seq), event: e.clone() });
        let own = Progress::fold(stamped);
        let roster = fold(&(1..).zip(events).map(|(seq, e)| did(1, seq, e)).collect::<Vec<_>>());
        let seen = roster.learner(&id(1)).map(|l| l.progress.clone()).unwrap_or_default();
        prop_assert_eq!(seen, own);
    }
}

fn begun(learner: u8) -> Change {
    did(learner, 1, Event::ExerciseBegun { exercise: "e".into(), run: 1, vars: Default::default() })
}

fn wrong(learner: u8, seq: i64, differs: &str) -> Change {
    let (exercise, task, differs) = ("e".into(), "t".into(), differs.into());
    did(learner, seq, Event::Attempt { exercise, run: 1, task, differs })
}

#[test]
fn those_who_are_stuck_on_the_same_are_counted_together() {
    let mut roster = fold(&[
        begun(1),
        wrong(1, 2, "no port"),
        wrong(1, 3, "another name"),
        begun(2),
        wrong(2, 2, "another name"),
        begun(3),
        wrong(3, 2, "no port"),
    ]);
    let counted = |roster: &Roster| -> Vec<(String, usize)> {
        roster.stuck().into_iter().map(|s| (s.differs, s.learners.len())).collect()
    };
    assert_eq!(counted(&roster), [("another name".into(), 2), ("no port".into(), 1)]);
    let passed = Event::TaskPassed {
        exercise: "e".into(),
        run: 1,
        task: "t".into(),
        found: "f".into(),
        bound: Default::default(),
    };
    roster.apply(&did(2, 3, passed));
    assert_eq!(roster.stuck().len(), 2);
    assert!(roster.stuck().iter().all(|s| s.learners.len() == 1));
    roster.apply(&did(1, 4, Event::ExerciseReset { exercise: "e".into(), run: 1 }));
    assert_eq!(counted(&roster), [("no port".into(), 1)]);
}

#[test]
fn hands_stand_in_the_order_in_which_they_went_up() {
    let hand = |n, since: Option<i64>| Change::Hand { learner: id(n), since: since.map(at) };
    let roster = fold(&[hand(1, Some(9)), hand(2, Some(3)), hand(3, Some(5)), hand(3, None)]);
    assert_eq!(roster.hands().iter().map(|(id, _)| *id).collect::<Vec<_>>(), [&id(2), &id(1)]);
}

#[test]
fn a_wrong_clock_does_not_make_time_without_progress_negative() {
    let tomorrow = Stamped {
        seq: 1,
        at: at(90_000),
        event: Event::ExerciseBegun { exercise: "e".into(), run: 1, vars: Default::default() },
    };
    let roster = fold(&[Change::Did { learner: id(1), came: at(10), event: tomorrow }]);
    let learner = roster.learner(&id(1)).unwrap();
    assert_eq!(learner.without_progress(at(70)), Some(SignedDuration::from_secs(60)));
    assert_eq!(learner.without_progress(at(0)), Some(SignedDuration::ZERO));
}

#[test]
fn a_learner_is_at_the_task_that_holds_them_up_or_at_the_next_one() {
    let task = |id: &str| crate::course::Task { id: id.into(), ..Default::default() };
    let exercise = |id: &str| crate::course::Exercise {
        id: id.into(),
        tasks: vec![task("s"), task("t"), task("u")],
        ..Default::default()
    };
    let course = Course { exercises: vec![exercise("e"), exercise("f")], ..Course::default() };
    let passed = |seq, task: &str| {
        let (exercise, task, found) = ("e".into(), task.into(), "f".into());
        did(1, seq, Event::TaskPassed { exercise, run: 1, task, found, bound: Default::default() })
    };
    let mut roster = fold(&[begun(1)]);
    let at = |roster: &Roster| {
        let learner = roster.learner(&id(1)).expect("they have come").clone();
        learner.works_on(&course).map(|(exercise, task)| format!("{exercise}/{task}"))
    };
    assert_eq!(at(&roster).as_deref(), Some("e/s"));
    roster.apply(&wrong(1, 2, "no port"));
    assert_eq!(at(&roster).as_deref(), Some("e/t"), "that is what they have tried");
    roster.apply(&passed(3, "t"));
    roster.apply(&passed(4, "s"));
    assert_eq!(at(&roster).as_deref(), Some("e/u"));
    let other = Event::ExerciseBegun { exercise: "f".into(), run: 1, vars: Default::default() };
    roster.apply(&did(1, 5, other));
    assert_eq!(at(&roster).as_deref(), Some("f/s"), "what was begun last");
    roster.apply(&did(1, 6, Event::ExercisePassed { exercise: "f".into(), run: 1, assisted: false }));
    assert_eq!(at(&roster).as_deref(), Some("e/u"));
}
