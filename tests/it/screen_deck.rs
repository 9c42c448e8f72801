//! `pilotwhale slides FILE` on the screen: stepping, finding, editing beside it.

use std::path::Path;

use crate::support::screen::Launch;

#[test]
fn a_deck_opens_steps_is_searched_and_quits() {
    let deck = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/introduction-to-docker.patat.md");
    let deck = deck.to_str().expect("a path in UTF-8");
    let screen = Launch::pilotwhale().args(["slides", deck]).start();
    let place = |grid: &crate::support::grid::Grid, at: &str| {
        grid.rows.last().is_some_and(|bar| bar.contains(&format!("{at}/36")))
    };
    screen.wait_until("the first slide", |grid| place(grid, " 1"));
    screen.send("J");
    screen.wait_until("the second slide", |grid| place(grid, " 2"));
    screen.send("K");
    screen.wait_until("the first slide again", |grid| place(grid, " 1"));
    screen.send("G");
    screen.wait_until("the last slide", |grid| place(grid, " 36"));
    screen.send("o");
    screen.wait_for("Esc closes");
    screen.type_text("why");
    screen.send("<Enter>");
    screen.wait_gone("Esc closes");
    screen.wait_until("another slide", |grid| !place(grid, " 36"));
    screen.send("g");
    screen.wait_until("the first slide", |grid| place(grid, " 1"));
    screen.send("q");
    assert!(screen.wait_exit().success());
}

#[test]
fn an_edited_deck_is_shown_at_once_and_its_mistake_is_told_with_its_line() {
    let launch = Launch::pilotwhale();
    let file = launch.home().join("talk.md");
    std::fs::write(&file, "# One\n\nfirst\n\n# Two\n\nas it was\n\n# Three\n\nlast\n").expect("writes");
    let screen = launch.args(["slides", "talk.md"]).start();
    screen.wait_for("first");
    screen.send("J");
    screen.wait_for("as it was");
    std::fs::write(&file, "# One\n\nfirst\n\n# Two\n\nas it is now\n\n# Three\n\nlast\n").expect("writes");
    let new = screen.wait_for("as it is now");
    assert!(new.contains("2/3"), "{new}");

    let quiz = "# One\n\nfirst\n\n# Two\n\nwith a quiz\n\n```quiz\nquestion: Which?\nsingel: []\n```\n";
    std::fs::write(&file, quiz).expect("writes");
    screen.wait_for("with a quiz");
    screen.send("e");
    screen.wait_until("the mistake's place", |grid| {
        ["talk.md:10", "talk.md:11", "talk.md:9"].iter().any(|place| grid.contains(place))
    });
    screen.send("<Esc>");
    screen.wait_gone("Esc closes");
    screen.send("q");
    assert!(screen.wait_exit().success());
}

#[test]
fn a_deck_for_another_tool_shows_its_first_slide_and_says_how_it_was_read() {
    let launch = Launch::pilotwhale();
    let file = launch.home().join("talk.md");
    std::fs::write(
        &file,
        b"# Knots\n\nna\xefve\n\n<!-- pause -->\n\nthen\n\n<!-- speaker_note: hidden -->\n",
    )
    .expect("writes");
    let screen = launch.args(["slides", "talk.md"]).start();
    let first = screen.wait_for("One thing in this deck is not right");
    assert!(first.contains("naïve") && first.contains("1/2") && !first.contains("hidden"), "{first}");
    screen.send("e");
    screen.wait_until("the byte and the tool", |grid| {
        grid.contains("0xEF") && grid.contains("read as a presenterm deck")
    });
    screen.send("<Esc>");
    screen.wait_gone("Esc closes");
    screen.send("q");
    assert!(screen.wait_exit().success());
}
