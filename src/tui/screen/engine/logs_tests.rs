//! What is seen of a log while it grows, is scrolled, filtered and searched.

use proptest::prelude::*;

use super::*;

fn out(text: impl Into<String>) -> LogLine {
    LogLine { at: None, stream: Stream::Stdout, text: text.into() }
}

fn of(count: usize) -> Logs {
    let mut logs = Logs::of([(String::new(), String::new())]);
    logs.fit(20, 3);
    logs.push("", (1..=count).map(|i| out(format!("line {i}"))).collect(), None);
    logs
}

fn shown(logs: &Logs) -> Vec<String> {
    logs.page().iter().map(|line| line.text().trim_start().to_owned()).collect()
}

#[test]
fn it_follows_until_it_is_scrolled_and_again_at_the_end() {
    let mut logs = of(10);
    assert_eq!(shown(&logs), ["line 8", "line 9", "line 10"]);
    logs.up(2);
    assert_eq!(shown(&logs), ["line 6", "line 7", "line 8"]);
    logs.push("", vec![out("line 11")], None);
    assert_eq!(shown(&logs), ["line 6", "line 7", "line 8"], "held still");
    logs.down(2);
    assert!(!logs.is_following());
    logs.down(1);
    assert!(logs.is_following());
    logs.rewind();
    assert_eq!(shown(&logs), ["line 1", "line 2", "line 3"]);
    logs.follow();
    assert_eq!(shown(&logs)[2], "line 11");
    logs.toggle_follow();
    logs.push("", vec![out("line 12")], None);
    assert_eq!(shown(&logs)[2], "line 11");
}

#[test]
fn it_is_bounded_in_lines_and_in_bytes() {
    let mut logs = of(0);
    logs.push("", (0..MOST_LINES + 50).map(|i| out(i.to_string())).collect(), None);
    assert_eq!(logs.len(), MOST_LINES);
    logs.rewind();
    assert_eq!(shown(&logs)[0], "50");
    logs.push("", vec![out("new")], None);
    assert_eq!(shown(&logs)[0], "51", "what is gone is not shown");
    logs.push("", (0..1000).map(|_| out("x".repeat(8000))).collect(), None);
    assert!(logs.bytes <= MOST_BYTES && logs.len() < MOST_LINES);
    logs.push("", vec![out("y".repeat(100_000))], None);
    assert!(logs.lines.back().unwrap().text.len() <= LONGEST + 4);
}

#[test]
fn a_filter_keeps_what_matches_and_marks_it() {
    let mut logs = of(12);
    let text = "an ERROR here, error".to_owned();
    logs.push("", vec![LogLine { at: None, stream: Stream::Stderr, text }], None);
    logs.set_filter("Error".to_owned());
    assert_eq!(logs.found(), 1);
    logs.fit(60, 3);
    let line = InkLine::of("! ", Ink::Warn)
        .with("an ", Ink::Text)
        .with("ERROR", Ink::Match)
        .with(" here, ", Ink::Text)
        .with("error", Ink::Match);
    assert_eq!(logs.page(), [line]);
    logs.set_filter("nothing like it".to_owned());
    assert_eq!(logs.page(), []);
    logs.up(3);
    logs.down(3);
}

#[test]
fn a_filter_is_a_text_or_a_regular_expression() {
    let mut logs = of(12);
    logs.push("", vec![out("f(x) = a+b")], None);
    for (filter, found) in
        [("line 1[0-2]", 3), ("a+b", 1), ("f(", 1), ("^line .$", 9), ("x*", 1), ("LINE", 12)]
    {
        logs.set_filter(filter.to_owned());
        assert_eq!(logs.found(), found, "{filter}");
        assert!(logs.page().len() <= 3);
    }
}

#[test]
fn matches_are_jumped_to_among_all_lines() {
    let mut logs = of(40);
    logs.set_filter("line .5$".to_owned());
    logs.toggle_all();
    logs.rewind();
    assert_eq!(shown(&logs), ["line 1", "line 2", "line 3"]);
    assert!(logs.jump(true));
    assert_eq!(shown(&logs)[0], "line 15");
    assert!(logs.jump(true) && logs.jump(true));
    assert_eq!(shown(&logs)[0], "line 35");
    assert!(!logs.jump(true));
    assert!(logs.jump(false));
    assert_eq!(shown(&logs)[0], "line 25");
    logs.toggle_all();
    assert_eq!(shown(&logs), ["line 25", "line 35"], "what follows the place");
}

#[test]
fn times_are_shown_when_asked_for_and_long_lines_cut() {
    let mut logs = of(0);
    let at = "2026-11-30T10:11:12Z".parse().ok();
    logs.push("", vec![LogLine { at, ..out("a rather long line of words") }, out("b")], None);
    logs.fit(20, 3);
    assert_eq!(shown(&logs), ["a rather long line", "of words", "b"]);
    logs.toggle_wrap();
    assert_eq!(shown(&logs), ["a rather long lin…", "b"]);
    logs.toggle_times(&TimeZone::UTC);
    assert_eq!(shown(&logs), ["10:11:12 a rather…", "b"]);
    assert!(logs.text().starts_with("2026-11-30 10:11:12  a rather long line of words\n"));
}

fn timed(second: i64, text: &str) -> LogLine {
    LogLine { at: Timestamp::from_second(second).ok(), ..out(text) }
}

fn of_two() -> Logs {
    let mut logs =
        Logs::of([("1", "web-1"), ("2", "a-very-long-service-1")].map(|(id, name)| (id.into(), name.into())));
    logs.fit(40, 4);
    logs
}

#[test]
fn lines_of_several_come_in_the_order_of_time_each_with_its_mark_and_name() {
    let mut logs = of_two();
    assert!(logs.push("1", vec![timed(10, "first"), timed(30, "third"), out("it goes on")], None));
    assert!(logs.push("2", vec![timed(20, "second"), timed(40, "fourth")], None));
    assert!(!logs.push("3", vec![timed(50, "of another")], None));
    assert_eq!(
        shown(&logs),
        [
            "▲ a-ver…ce-1   second",
            "● web-1        third",
            "● web-1        it goes on",
            "▲ a-ver…ce-1   fourth"
        ]
    );
    assert_eq!(logs.page()[0].clone().cut(3), InkLine::of("▲ …", Ink::Series(1)));
    assert!(logs.text().starts_with("web-1 | first\na-very-long-service-1 | second\n"));
    logs.up(1);
    let held = shown(&logs);
    logs.push("1", vec![timed(15, "late"), timed(35, "between")], None);
    assert_eq!(shown(&logs)[0], held[0], "what is older moves nothing");
    logs.push("2", vec![timed(60, "words enough that they do not all go into one row")], None);
    logs.follow();
    assert_eq!(shown(&logs)[2..], ["▲ a-ver…ce-1   words enough that they do", "not all go into one row"]);
}

#[test]
fn a_log_that_is_asked_for_again_goes_on_where_it_was() {
    let mut logs = of_two();
    logs.push(
        "1",
        vec![timed(10, "a"), timed(11, "b"), timed(11, "b"), timed(12, "c")],
        Some(LogEnd::Stopped),
    );
    let again = logs.wanted(|id| id == "1");
    assert_eq!(again, [LogFrom { id: "1".into(), since: Timestamp::from_second(12).ok() }]);
    assert_eq!(logs.sources()[0].ended, None);
    let lines = logs.len();
    logs.push("1", vec![timed(12, "c"), timed(12, "d")], None);
    logs.push("2", vec![timed(12, "c")], None);
    assert_eq!(logs.len(), lines + 2);
}

#[test]
fn what_is_older_than_a_given_time_is_not_asked_for() {
    let mut logs = of_two();
    logs.push("1", vec![timed(10, "a"), timed(30, "b")], None);
    let at = Timestamp::from_second(20).unwrap();
    logs.set_since(Some(Since { text: "10s".into(), at }));
    assert_eq!(logs.len(), 0, "it comes anew");
    assert!(logs.wanted(|_| true).iter().all(|log| log.since == Some(at)));
    logs.push("1", vec![timed(30, "b")], None);
    assert_eq!(logs.wanted(|_| true)[0].since, Timestamp::from_second(30).ok());
    logs.set_since(None);
    assert!(logs.wanted(|_| true).iter().all(|log| log.since.is_none()));
}

#[test]
fn a_line_longer_than_the_page_can_be_read_to_its_end() {
    let mut logs = of(0);
    logs.fit(10, 3);
    logs.push("", vec![out("abcdefgh ".repeat(10)), out("end")], None);
    assert_eq!(shown(&logs)[2], "end");
    logs.rewind();
    assert_eq!(shown(&logs), ["abcdefgh", "abcdefgh", "abcdefgh"]);
    for _ in 0..12 {
        logs.down(1);
    }
    assert!(logs.is_following());
}

#[test]
fn control_sequences_are_taken_out() {
    assert_eq!(
        plain("\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}x\u{1b}]8;;u\u{1b}\\y\u{1b}(Bz\r"),
        "red xyz"
    );
    assert_eq!(plain("10%\r50%\rdone"), "done");
    assert_eq!(plain("a\tb\u{8}c\0"), "a       c");
    assert_eq!(plain("日\tx"), "日      x");
}

proptest! {
    #[test]
    fn whoever_is_heard_first_the_order_is_that_of_time_and_what_is_read_stays(
        batches in prop::collection::vec((0usize..3, prop::collection::vec(0i64..50, 1..8)), 1..20),
        up in 0usize..20,
    ) {
        let mut logs = Logs::of(["0", "1", "2"].map(|id| (id.to_owned(), id.to_owned())));
        logs.fit(60, 3);
        let mut all = Vec::new();
        for (n, (of, mut seconds)) in batches.into_iter().enumerate() {
            seconds.sort();
            logs.up(up);
            let held = shown(&logs).first().cloned().filter(|_| !logs.is_following());
            let text = |second| format!("{second} {n}");
            let lines = seconds.iter().enumerate().map(|(i, second)| timed(*second, &format!("{} {i}", text(second))));
            logs.push(&of.to_string(), lines.collect(), None);
            prop_assert!(held.is_none() || held == shown(&logs).first().cloned());
            all.extend(seconds);
        }
        all.sort();
        let order: Vec<i64> = logs.lines.iter().map(|line| line.at.unwrap().as_second()).collect();
        prop_assert_eq!(order, all);
    }

    #[test]
    fn nothing_panics_and_nothing_is_too_wide(
        texts in prop::collection::vec("\\PC{0,60}", 0..20),
        filter in "\\PC{0,2}",
        moves in prop::collection::vec((0u8..6, 0usize..30), 0..20),
        width in 0usize..40, height in 0usize..10,
    ) {
        let mut logs = Logs { filter, ..Logs::of([(String::new(), String::new())]) };
        logs.fit(width, height);
        for text in texts {
            logs.push("",vec![out(text)], None);
        }
        for (what, n) in moves {
            match what {
                0 => logs.up(n),
                1 => logs.down(n),
                2 => logs.toggle_follow(),
                3 => logs.rewind(),
                4 => logs.follow(),
                _ => logs.fit(n + 4, height),
            }
            let (width, height) = logs.size;
            let page = logs.page();
            prop_assert!(page.len() <= height);
            prop_assert!(width < 4 || page.iter().all(|line| line.width() <= width));
        }
    }
}
