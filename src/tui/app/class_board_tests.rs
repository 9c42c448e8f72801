//! The board, hints from it, and the plan of the day.

use super::*;

#[test]
fn the_board_sorts_hints_and_takes_hands_down() {
    let mut app = leader(120, 40);
    press(&mut app, KeyCode::Esc);
    full(&mut app);
    assert!(row(&app).contains("hand up: Ben") && row(&app).contains("'image taken as the command' × 2"));
    typed(&mut app, "L");
    assert_eq!(typed(&mut app, "d"), [Effect::Lead(Lead::LowerHand(id(2)))], "the first hand is on top");
    let hinted = |effects: Vec<Effect>| -> Vec<Option<LearnerId>> {
        let to = |e| match e {
            Effect::Lead(Lead::Hint { to, text, .. }) if text == "docker run" => Some(to),
            _ => None,
        };
        effects.into_iter().filter_map(to).collect()
    };
    assert_eq!(hinted(typed(&mut app, "H")), [Some(id(2))]);
    assert_eq!(hinted(typed(&mut app, "A")), [Some(id(1))], "to all at the task who have not had it");
    assert!(hinted(typed(&mut app, "A")).is_empty());
    assert!(picture(&app, 120, 40).contains("They have all hints of this task"));
    press(&mut app, KeyCode::Down);
    press(&mut app, KeyCode::Down);
    assert!(hinted(typed(&mut app, "H")).is_empty(), "who is away can't be reached");
    assert!(picture(&app, 120, 40).contains("世界 Cem is away"));
    press(&mut app, KeyCode::Up);
    press(&mut app, KeyCode::Enter);
    let page = picture(&app, 120, 40);
    assert!(page.contains("Ana") && page.contains("✗ image taken as the command"), "{page}");
    press(&mut app, KeyCode::Esc);
    assert!(picture(&app, 120, 40).contains("who needs help first"));
    typed(&mut app, "s");
    assert!(picture(&app, 120, 40).contains("by name"));
}

#[test]
fn hints_are_written_in_the_instructors_own_words() {
    let mut app = leader(120, 40);
    press(&mut app, KeyCode::Esc);
    full(&mut app);
    typed(&mut app, "LwTry -d");
    let page = picture(&app, 120, 40);
    assert!(page.contains("A hint for Ben: First / Run hello-world") && page.contains("> Try -d"), "{page}");
    assert!(page.contains("who needs help first"), "the board stays in sight");
    let said = |effects: Vec<Effect>| -> Vec<(Option<LearnerId>, String, String)> {
        let hint = |e| match e {
            Effect::Lead(Lead::Hint { to, task, text, .. }) => Some((to, task, text)),
            _ => None,
        };
        effects.into_iter().filter_map(hint).collect()
    };
    let hint = |n, task: &str, text: &str| (Some(id(n)), task.to_owned(), text.to_owned());
    assert_eq!(said(press(&mut app, KeyCode::Enter)), [hint(2, "hello", "Try -d")]);
    assert!(picture(&app, 120, 40).contains("who needs help first"));
    typed(&mut app, "WLook at its logs");
    assert!(picture(&app, 120, 40).contains("A hint for 2 learners"), "who is away gets none");
    let both = [hint(1, "hello", "Look at its logs"), hint(2, "hello", "Look at its logs")];
    assert_eq!(said(press(&mut app, KeyCode::Enter)), both);
    // From a learner's page, and back to it; Esc and nothing written send nothing.
    press(&mut app, KeyCode::Enter);
    typed(&mut app, "wno");
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    typed(&mut app, "w");
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    assert!(picture(&app, 120, 40).contains("minutes without progress"));
    press(&mut app, KeyCode::Esc);
    // Who is at no task can be told something, too; there is nobody like them.
    send(&mut app, Msg::Class(vec![Change::Met { learner: id(9), name: "Abe".into() }]));
    send(&mut app, Msg::Class(vec![Change::Here { learner: id(9), here: true }]));
    typed(&mut app, "swCome here");
    assert_eq!(said(press(&mut app, KeyCode::Enter)), [hint(9, "", "Come here")]);
    typed(&mut app, "W");
    assert!(picture(&app, 120, 40).contains("Abe is at no task"));
    send(&mut app, Msg::Class(vec![Change::Here { learner: id(9), here: false }]));
    typed(&mut app, "w");
    assert!(picture(&app, 120, 40).contains("Abe is away"));

    let mut app = follower();
    let heard = Heard::Hint { exercise: String::new(), task: String::new(), text: "Come here".into() };
    send(&mut app, Msg::Heard(heard));
    assert!(picture(&app, 120, 40).contains("Hint from the instructor: Come here"));
}

#[test]
fn the_plan_of_the_day_goes_on_where_it_was() {
    let code: JoinCode = "2HZG0-0012B-5KVJA-14H32-SRJD7-W2F69-EN7DV-34KJE".parse().unwrap();
    let opened = |standing: &Standing, hours: i64| {
        let leading = Leading::new("whales".into(), code, standing.clone());
        let mut app = seated(Seat::Leads(Box::new(leading)), 120, 40);
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let effects = app.update(now, Msg::Key(KeyCode::Esc.into()));
        app.update(now, Msg::Key(KeyCode::Char('P').into()));
        (picture(&app, 120, 40), effects)
    };
    let mut standing = Standing::default();
    let go = Lead::Go { lesson: "00".into(), slide: 0, step: 0 };
    standing.lead(&go, Timestamp::UNIX_EPOCH);
    let (after_a_restart, effects) = opened(&standing, 2);
    assert!(after_a_restart.contains("120 min since 00:00"), "{after_a_restart}");
    assert!(!effects.contains(&Effect::Lead(go.clone())), "{effects:?}");
    let (next_day, effects) = opened(&standing, 24);
    assert!(next_day.contains("0 min since 00:00"), "{next_day}");
    assert!(effects.contains(&Effect::Lead(go)), "the file is told of the new day: {effects:?}");
}
