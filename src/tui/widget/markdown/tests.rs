//! How blocks become lines.

use proptest::prelude::*;

use super::*;
use crate::course::{Align, BlockKind, ListItem, Table};

fn t(text: &str) -> Inline {
    Inline::Text(text.into())
}

fn block(kind: BlockKind) -> Block {
    Block { kind, reveal: 0, line: 1 }
}

fn p(text: &str) -> Block {
    block(BlockKind::Paragraph(words(text)))
}

fn later(mut block: Block, reveal: usize) -> Block {
    block.reveal = reveal;
    block
}

fn heading(level: u8, text: &str) -> Block {
    block(BlockKind::Heading { level, text: words(text) })
}

fn fence(lang: &str, text: &str) -> Block {
    block(BlockKind::Code { lang: lang.into(), info: lang.into(), text: text.into() })
}

fn item(blocks: Vec<Block>) -> ListItem {
    ListItem { blocks, reveal: 0, loose: false }
}

fn list(start: Option<u64>, items: Vec<ListItem>) -> Block {
    block(BlockKind::List { start, items })
}

fn table(head: &[&str], rows: &[&[&str]]) -> Block {
    let cells = |row: &[&str]| row.iter().map(|cell| words(cell)).collect::<Vec<_>>();
    block(BlockKind::Table(Table {
        align: vec![Align::Left, Align::Right, Align::Center],
        head: cells(head),
        rows: rows.iter().map(|row| cells(row)).collect(),
    }))
}

fn laid(blocks: &[Block], width: usize, step: usize) -> Laid {
    let (theme, highlighter) = (Theme::dark(), Highlighter::default());
    let cx = Context { step, width, centred: false, theme: &theme, highlighter: &highlighter };
    layout(blocks, &cx, &mut |insert, width| {
        vec![Line::from(format!("[{insert:?} at {width}]")), Line::default(), Line::from("end")]
    })
}

fn text(laid: &Laid) -> String {
    let lines: Vec<String> = laid.lines.iter().map(|line| line.to_string().trim_end().to_owned()).collect();
    lines.join("\n")
}

fn sample() -> Vec<Block> {
    let long = "A container is a *process* that the kernel shows a **world of its own**: `docker run -it ubuntu bash` starts one.";
    vec![
        heading(1, "Containers and their `images`"),
        p(long),
        heading(2, "Lists"),
        list(
            None,
            vec![
                item(vec![
                    p(long),
                    list(
                        None,
                        vec![item(vec![
                            p("nested, and long enough to be wrapped where it is narrow"),
                            list(None, vec![item(vec![p("deeper")])]),
                        ])],
                    ),
                ]),
                item(vec![p("second"), fence("bash", "docker ps -a")]),
            ],
        ),
        list(
            Some(9),
            vec![
                item(vec![p("nine")]),
                item(vec![p("ten, a long one that goes on and on until it is wrapped")]),
            ],
        ),
        block(BlockKind::Quote(vec![
            p("A virtual machine goes **beyond** that, for it brings a whole kernel of its own along."),
            p("Second."),
        ])),
        table(
            &["needs", "server", "what it is good for"],
            &[&["language", "Python 3", "the code that we write"], &["disk", "12", "none"]],
        ),
        block(BlockKind::Definitions(vec![
            (vec![t("image")], vec![vec![p("files and settings that a container starts from")]]),
            (vec![t("tag")], vec![vec![p("a name")], vec![p("another meaning")]]),
        ])),
        block(BlockKind::Rule),
        fence(
            "dockerfile",
            "FROM python:3-slim\nCOPY . /app\nCMD [\"python\", \"app.py\"]  # a comment that makes this line a long one",
        ),
        block(BlockKind::Verbatim("<div>raw</div>".into())),
        block(BlockKind::Paragraph(vec![
            t("See "),
            Inline::Link {
                text: vec![t("the docs")],
                url: "https://docs.docker.com/engine/reference/commandline/run/".into(),
            },
            t(" or https://example.org/a_b#c, then "),
            Inline::Strike(vec![t("rest")]),
            t(" 2"),
            Inline::Superscript(vec![t("10")]),
            t(" H"),
            Inline::Subscript(vec![t("2")]),
            t("O."),
            Inline::HardBreak,
            Inline::Image { alt: "a whale".into(), url: "whale.png".into() },
        ])),
        p("日本語のテキストは空白がないので、どの文字の間でも折り返すことができます。コンテナ"),
        block(BlockKind::Quiz(0)),
    ]
}

#[test]
fn blocks_at_every_width() {
    for width in [36, 56, 76, 116] {
        insta::assert_snapshot!(format!("blocks_{width}"), text(&laid(&sample(), width, 0)));
    }
}

#[test]
fn hidden_steps_take_no_space() {
    let blocks = vec![
        heading(1, "Steps"),
        p("first"),
        later(p("second"), 1),
        list(
            None,
            vec![
                ListItem { blocks: vec![p("one"), later(p("inside"), 3)], reveal: 2, loose: false },
                ListItem { blocks: vec![p("two")], reveal: 4, loose: false },
            ],
        ),
    ];
    let all: Vec<String> = (0..5).map(|step| text(&laid(&blocks, 30, step))).collect();
    assert_eq!(all[0].lines().count(), 4);
    assert!(all[1].ends_with("second") && all[2].ends_with(" • one"));
    assert!(all[3].ends_with("inside") && all[4].ends_with(" • two"));
    let last = laid(&blocks, 30, 4);
    assert_eq!(last.first_line_of_step, [0, 5, 7, 8, 9]);
}

#[test]
fn tables_shrink_and_then_become_lists() {
    let wide = table(
        &["command", "rows", "what it does"],
        &[
            &[
                "`docker ps --all`",
                "100",
                "shows the containers that have ended as well as those that still run",
            ],
            &["`docker images`", "2", "shows what was pulled or built"],
        ],
    );
    let seen: Vec<String> =
        [90, 50, 20].iter().map(|width| text(&laid(std::slice::from_ref(&wide), *width, 0))).collect();
    insta::assert_snapshot!(seen.join("\n\n========\n\n"));
}

#[test]
fn code_is_cut_and_not_wrapped() {
    let laid = laid(&[list(None, vec![item(vec![fence("", &"x".repeat(50))])])], 30, 0);
    assert_eq!(laid.lines.len(), 1);
    assert_eq!(laid.cuts[0], Some(Cut { lead: 5, width: 55 }));
    assert_eq!(laid.width_needed, 55);
}

#[test]
fn links_know_their_cells() {
    let laid =
        laid(&[p("go to https://example.org/a_b."), list(None, vec![item(vec![p("http://x.y")])])], 60, 0);
    let at: Vec<_> = laid.links.iter().map(|l| (l.line, l.column, l.width, l.url.as_str())).collect();
    assert_eq!(at, [(0, 6, 23, "https://example.org/a_b"), (2, 3, 10, "http://x.y")]);
}

#[test]
fn a_long_address_is_cut_at_a_sign() {
    let laid = laid(&[p("see https://docs.docker.com/engine/reference/run-it")], 24, 0);
    assert_eq!(text(&laid), "see\nhttps://docs.docker.com/\nengine/reference/run-it");
    assert!(laid.links.iter().all(|l| l.url.ends_with("run-it")) && laid.links.len() == 2);
}

#[test]
fn inserts_and_fences_know_their_rows() {
    let laid = laid(&sample(), 56, 0);
    assert_eq!(laid.inserts.len(), 1);
    assert_eq!(laid.inserts[0].rows.len(), 3);
    assert_eq!(laid.inserts[0].rows.end, laid.lines.len());
    assert_eq!(laid.fences.iter().map(|f| f.rows.len()).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn control_characters_are_dropped() {
    let nasty = "a\u{1b}]0;x\u{7}b\tc";
    let laid = laid(&[p(nasty), fence("bash", nasty), block(BlockKind::Verbatim(nasty.into()))], 40, 0);
    assert!(!text(&laid).replace('\n', "").chars().any(char::is_control), "{:?}", text(&laid));
}

fn any_inline() -> impl Strategy<Value = Inline> {
    let leaf = prop_oneof![
        "[a-z名é👩‍🚀 \\./:]{0,30}".prop_map(Inline::Text),
        "[a-z -]{0,20}".prop_map(Inline::Code),
        Just(Inline::SoftBreak),
        Just(Inline::HardBreak),
        ("[a-z]{0,5}", "https://[a-z/.-]{0,60}")
            .prop_map(|(text, url)| Inline::Link { text: vec![Inline::Text(text)], url }),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Inline::Strong),
            prop::collection::vec(inner, 0..3).prop_map(Inline::Superscript),
        ]
    })
}

fn any_block() -> impl Strategy<Value = Block> {
    let inlines = || prop::collection::vec(any_inline(), 0..4);
    let leaf = prop_oneof![
        inlines().prop_map(BlockKind::Paragraph),
        (1u8..7, inlines()).prop_map(|(level, text)| BlockKind::Heading { level, text }),
        "[a-z\n\t\u{1b} 名]{0,80}".prop_map(|text| BlockKind::Code {
            lang: "bash".into(),
            info: String::new(),
            text
        }),
        prop::collection::vec(prop::collection::vec(inlines(), 0..4), 0..4).prop_map(|mut rows| {
            let head = rows.pop().unwrap_or_default();
            BlockKind::Table(Table { align: vec![Align::Right, Align::Center], head, rows })
        }),
        Just(BlockKind::Rule),
        Just(BlockKind::Quiz(0)),
        "[a-z<>\n]{0,50}".prop_map(BlockKind::Verbatim),
    ];
    let leaf = (leaf, 0usize..3).prop_map(|(kind, reveal)| Block { kind, reveal, line: 1 });
    leaf.prop_recursive(3, 16, 3, move |inner| {
        let blocks = prop::collection::vec(inner.clone(), 0..3);
        let items = prop::collection::vec((blocks.clone(), any::<bool>()), 0..3);
        let kind = prop_oneof![
            blocks.clone().prop_map(BlockKind::Quote),
            (prop::option::of(any::<u64>()), items).prop_map(|(start, items)| BlockKind::List {
                start,
                items: items
                    .into_iter()
                    .map(|(blocks, loose)| ListItem { blocks, reveal: 0, loose })
                    .collect(),
            }),
            (inlines(), blocks).prop_map(|(term, blocks)| BlockKind::Definitions(vec![(term, vec![blocks])])),
        ];
        kind.prop_map(block)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_line_is_wider_than_the_slide(blocks in prop::collection::vec(any_block(), 0..5), width in 0usize..200, step in 0usize..3) {
        let laid = laid(&blocks, width, step);
        prop_assert_eq!(laid.lines.len(), laid.cuts.len());
        prop_assert_eq!(laid.lines.len(), laid.fills.len());
        for (line, cut) in laid.lines.iter().zip(&laid.cuts) {
            prop_assert!(cut.is_some() || line.width() <= width, "{} > {width}: {line}", line.width());
        }
        for link in &laid.links {
            prop_assert!(link.column + link.width <= width);
        }
        prop_assert_eq!(laid.first_line_of_step.len(), step + 1);
    }
}
