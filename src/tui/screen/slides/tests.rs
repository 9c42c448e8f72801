//! Steps, scrolling, search and commands of the slide.

use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::*;
use crate::course::{Block, Inline, ListItem};

fn paragraph(text: &str, reveal: usize) -> Block {
    Block { kind: BlockKind::Paragraph(vec![Inline::Text(text.into())]), reveal, line: 1 }
}

fn code(lang: &str, text: &str, reveal: usize) -> Block {
    Block {
        kind: BlockKind::Code { lang: lang.into(), info: lang.into(), text: text.into() },
        reveal,
        line: 1,
    }
}

fn slide(title: &str, blocks: Vec<Block>) -> Slide {
    let steps = blocks.iter().map(|b| b.reveal).max().unwrap_or(0) + 1;
    let heading = BlockKind::Heading { level: 1, text: vec![Inline::Text(title.into())] };
    let mut all = vec![Block { kind: heading, reveal: 0, line: 1 }];
    all.extend(blocks);
    Slide { title: title.into(), blocks: all, steps, ..Slide::default() }
}

fn deck() -> Deck {
    let tall = |n: usize, reveal| paragraph(&format!("Paragraph {n} of a tall slide."), reveal);
    Deck {
        slides: vec![
            Slide { is_title: true, ..slide("Pilot whales", vec![]) },
            slide("A pod", vec![paragraph("Think.", 0), paragraph("A pod!", 1), paragraph("More", 2)]),
            slide("Tall", (0..12).map(|i| tall(i, usize::from(i > 9))).collect()),
            slide("Wide", vec![code("", &format!("{}END", "0123456789".repeat(9)), 0)]),
            slide(
                "Commands",
                vec![
                    code("bash", "docker pull nginx # first\ndocker run -d \\\n  nginx", 0),
                    code("bash", "docker stop <name>", 1),
                    Block {
                        kind: BlockKind::List {
                            start: None,
                            items: vec![ListItem {
                                blocks: vec![code("console", "$ docker ps\nNAMES", 0)],
                                reveal: 1,
                                loose: false,
                            }],
                        },
                        reveal: 0,
                        line: 1,
                    },
                ],
            ),
        ],
        ..Deck::default()
    }
}

fn arrange(pane: &mut SlidesPane, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let theme = Theme::dark();
    pane.arrange(area, &theme, &Highlighter::default(), &mut |_, _| Vec::new());
    let mut buf = Buffer::empty(area);
    pane.draw(area, &mut buf, &theme);
    text_of(&buf)
}

fn pane() -> SlidesPane {
    SlidesPane::new(Arc::new(deck()))
}

#[test]
fn steps_and_slides() {
    let mut pane = pane();
    assert_eq!(pane.act(Action::PreviousStep, None), Moved::BeforeStart);
    assert_eq!(pane.act(Action::NextStep, None), Moved::Place);
    assert_eq!((pane.slide(), pane.step()), (1, 0));
    assert!(!arrange(&mut pane, 56, 20).contains("A pod!"));
    pane.act(Action::NextStep, None);
    assert!(arrange(&mut pane, 56, 20).contains("A pod!"));
    assert_eq!(pane.position(), "2/5 · 2/3");
    pane.act(Action::NextSlide, None);
    assert_eq!((pane.slide(), pane.step()), (2, 0));
    pane.act(Action::PreviousStep, None);
    assert_eq!((pane.slide(), pane.step()), (1, 2), "back shows all of the slide before");
    pane.act(Action::LastSlide, None);
    assert_eq!((pane.slide(), pane.step()), (4, 1));
    assert_eq!(pane.act(Action::NextStep, None), Moved::PastEnd);
    pane.act(Action::NextStep, Some(3));
    assert_eq!((pane.slide(), pane.step()), (2, 0));
    pane.act(Action::LastSlide, Some(99));
    assert_eq!(pane.slide(), 4);
    pane.act(Action::FirstSlide, None);
    assert_eq!(pane.position(), "1/5");
}

#[test]
fn a_title_stands_alone_in_the_middle() {
    insta::assert_snapshot!(arrange(&mut pane(), 40, 12));
}

#[test]
fn a_link_opens_and_its_text_stays() {
    let mut deck = deck();
    deck.slides[1].blocks.push(paragraph("See https://docs.docker.com/engine/reference/run for more.", 0));
    let mut pane = SlidesPane::new(Arc::new(deck));
    pane.go(1, 0);
    let with = arrange(&mut pane, 40, 12);
    assert!(with.contains("https://docs.docker.com/engine/"), "{with}");
    pane.set_hyperlinks(false);
    assert_eq!(arrange(&mut pane, 40, 12), with);
}

#[test]
fn a_new_step_comes_into_sight() {
    let mut pane = pane();
    pane.go(2, 0);
    let seen = arrange(&mut pane, 40, 12);
    assert!(seen.contains("more"), "{seen}");
    pane.act(Action::NextStep, None);
    let seen = arrange(&mut pane, 40, 12);
    assert!(seen.contains("Paragraph 10 of") && seen.contains("Paragraph 11 of"), "{seen}");
    assert!(seen.contains("▲"), "{seen}");
    pane.act(Action::Top, None);
    insta::assert_snapshot!("tall_top", arrange(&mut pane, 40, 12));
    assert_eq!(pane.act(Action::Up, None), Moved::No);
    assert_eq!(pane.act(Action::PageDown, None), Moved::View);
    insta::assert_snapshot!("tall_middle", arrange(&mut pane, 40, 12));
}

#[test]
fn wide_code_is_cut_with_a_mark_and_scrolls() {
    let mut pane = pane();
    pane.go(3, 0);
    let seen = arrange(&mut pane, 40, 8);
    assert!(seen.contains('›') && !seen.contains("END"), "{seen}");
    for _ in 0..20 {
        pane.act(Action::ScrollRight, None);
    }
    let seen = arrange(&mut pane, 40, 8);
    assert!(seen.contains('‹') && seen.contains("END") && !seen.contains('›'), "{seen}");
    // A wide screen shows all of it, though text stays narrower.
    assert!(arrange(&mut pane, 120, 8).contains("0123456789END"));
}

fn taken(pane: &mut SlidesPane, times: usize) -> Vec<(String, usize, usize)> {
    let next = (0..times).filter_map(|_| pane.next_command(None));
    next.map(|next| (next.text, next.number, next.of)).collect()
}

#[test]
fn commands_are_taken_from_top_to_bottom() {
    let mut pane = pane();
    pane.go(4, 1);
    let all = ["docker pull nginx", "docker run -d nginx", "docker stop <name>", "docker ps"];
    let expected: Vec<_> = all.iter().enumerate().map(|(at, text)| ((*text).to_owned(), at + 1, 4)).collect();
    assert_eq!(taken(&mut pane, 4), expected, "also where they came in two steps");
    assert_eq!(taken(&mut pane, 1)[0], expected[0], "and round again");
    pane.go(4, 0);
    pane.go(4, 1);
    assert_eq!(taken(&mut pane, 1)[0], expected[0], "what is revealed is offered from the top");
    let last = (0..4).filter_map(|_| pane.next_command(Some("cd /work".into()))).last();
    assert_eq!(last.map(|next| (next.text, next.number, next.of)), Some(("cd /work".into(), 5, 5)));
    pane.go(0, 0);
    assert_eq!(pane.next_command(Some("cd /work".into())).map(|next| next.text).as_deref(), Some("cd /work"));
}

#[test]
fn what_was_not_run_yet_comes_first() {
    let mut pane = pane();
    pane.go(4, 1);
    let next = |pane: &mut SlidesPane| taken(pane, 1).remove(0).0;
    assert_eq!(next(&mut pane), "docker pull nginx");
    pane.command_run("docker pull nginx");
    pane.command_run("echo something else");
    assert_eq!(next(&mut pane), "docker run -d nginx");
    assert_eq!(
        next(&mut pane),
        "docker stop <name>",
        "who asks again without running it gets the one after it"
    );
    pane.command_run("docker stop <name>");
    assert_eq!(next(&mut pane), "docker run -d nginx", "from the top again");
    // It is told too late for the slide, and what was typed by hand counts as well.
    pane.go(0, 0);
    pane.command_run("docker run -d nginx");
    pane.go(4, 1);
    pane.command_run("docker   ps");
    assert_eq!(next(&mut pane), "docker pull nginx", "all were run: from the top once more");
    // A refusal is no offer.
    pane.go(4, 0);
    let mut fresh = self::pane();
    fresh.go(4, 0);
    assert_eq!(next(&mut fresh), "docker pull nginx");
    fresh.not_typed();
    assert_eq!(next(&mut fresh), "docker pull nginx");
    // Another lesson, and back.
    let deck = Arc::clone(pane.deck());
    pane.open(Arc::clone(&deck), 1);
    pane.go(4, 0);
    assert_eq!(next(&mut pane), "docker pull nginx");
    pane.command_run("docker pull nginx");
    pane.open(deck, 0);
    pane.go(4, 1);
    assert_eq!(taken(&mut pane, 4).len(), 4);
}

#[test]
fn an_edited_deck_keeps_the_slide() {
    let mut pane = pane();
    pane.go(2, 1);
    let mut edited = deck();
    edited.slides.insert(0, slide("New", vec![]));
    pane.reload(Arc::new(edited));
    assert_eq!((pane.slide(), pane.step()), (3, 1));
    pane.reload(Arc::new(Deck::default()));
    assert_eq!((pane.slide(), pane.step()), (0, 0));
    arrange(&mut pane, 40, 10);
    assert_eq!(pane.position(), "0/0");
}

#[test]
fn search_goes_round() {
    let mut pane = pane();
    pane.set_query("POD");
    assert_eq!(pane.act(Action::SearchNext, None), Moved::Place);
    assert_eq!((pane.slide(), pane.step()), (1, 0));
    arrange(&mut pane, 40, 10);
    assert_eq!(pane.matches.len(), 1);
    pane.act(Action::SearchNext, None);
    arrange(&mut pane, 40, 10);
    assert_eq!((pane.slide(), pane.step()), (1, 1));
    assert_eq!(pane.matches.len(), 2);
    pane.set_query("paragraph 9");
    pane.act(Action::SearchNext, None);
    assert_eq!(pane.slide(), 2);
    assert!(arrange(&mut pane, 40, 10).contains("Paragraph 9"));
}

#[test]
fn a_click_finds_the_insert() {
    let mut with_quiz = deck();
    with_quiz.slides[1].blocks.push(Block { kind: BlockKind::Quiz(0), reveal: 0, line: 1 });
    let mut pane = SlidesPane::new(Arc::new(with_quiz));
    pane.go(1, 0);
    let area = Rect::new(3, 2, 40, 12);
    let mut lay = |_: &Insert, _: usize| vec![Line::from("one"), Line::from("two")];
    pane.arrange(area, &Theme::dark(), &Highlighter::default(), &mut lay);
    let mut buf = Buffer::empty(Rect::new(0, 0, 50, 20));
    pane.draw(area, &mut buf, &Theme::dark());
    let row = (0..20).find(|y| (0..50).any(|x| buf[(x, *y)].symbol() == "w")).unwrap();
    assert_eq!(pane.insert_at(Position::new(6, row)), Some((Insert::Quiz(0), 1, 2)));
    assert_eq!(pane.insert_at(Position::new(6, row + 1)), None);
    assert_eq!(pane.inserts(), [Insert::Quiz(0)]);
}

#[test]
fn the_row_that_matters_of_a_tall_insert_is_in_sight() {
    let mut with_quiz = deck();
    with_quiz.slides[1].blocks.push(Block { kind: BlockKind::Quiz(0), reveal: 0, line: 1 });
    let mut pane = SlidesPane::new(Arc::new(with_quiz));
    pane.go(1, 0);
    let area = Rect::new(0, 0, 40, 8);
    let mut lay = |_: &Insert, _: usize| (0..30).map(|i| Line::from(format!("row {i}."))).collect();
    for row in [29, 3, 15] {
        pane.show_insert(Insert::Quiz(0));
        pane.arrange(area, &Theme::dark(), &Highlighter::default(), &mut lay);
        pane.show_focus(|_| Some(row..row + 1));
        let mut buf = Buffer::empty(area);
        pane.draw(area, &mut buf, &Theme::dark());
        assert!(text_of(&buf).contains(&format!("row {row}.")), "{}", text_of(&buf));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_keys_and_no_size_break_it(
        keys in prop::collection::vec((0usize..14, prop::option::of(0usize..9)), 1..20),
        width in 0u16..90,
        height in 0u16..30,
    ) {
        use Action::*;
        let actions = [NextStep, PreviousStep, NextSlide, PreviousSlide, FirstSlide, LastSlide, Up, Down, PageUp,
            PageDown, ScrollLeft, ScrollRight, SearchNext, SearchPrevious];
        let mut pane = pane();
        pane.set_query("pod");
        for (key, count) in keys {
            pane.act(actions[key], count);
            arrange(&mut pane, width, height);
            prop_assert!(pane.slide() < 5);
        }
    }
}
