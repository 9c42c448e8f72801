//! Decks as a reader of patat knows them: the seed deck's totals and the dialect's odd corners.

use std::path::Path;

use pilotwhale::course::{Block, BlockKind, Deck, Diagnostic, Inline, deck, step_text};
use proptest::prelude::*;

fn parse(text: &str) -> (Deck, Vec<Diagnostic>) {
    deck::parse(text, Path::new("deck.md"))
}

/// What the last step of each slide shows.
fn shown(text: &str) -> Vec<String> {
    let (deck, _) = parse(text);
    deck.slides.iter().map(|s| step_text(s, s.steps - 1, &deck)).collect()
}

fn steps(text: &str) -> Vec<usize> {
    parse(text).0.slides.iter().map(|s| s.steps).collect()
}

const SEED: &str = include_str!("../fixtures/introduction-to-docker.patat.md");

#[derive(Debug, Default, PartialEq)]
struct Totals {
    headings: usize,
    code: usize,
    bash: usize,
    lists: usize,
    quotes: usize,
    links: usize,
    inline_code: usize,
    strong: usize,
    emph: usize,
    soft: usize,
    hard: usize,
}

impl Totals {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
                BlockKind::Heading { text, .. } => {
                    self.headings += 1;
                    self.inlines(text);
                }
                BlockKind::Paragraph(text) => self.inlines(text),
                BlockKind::Code { lang, .. } => {
                    self.code += 1;
                    self.bash += usize::from(lang == "bash");
                }
                BlockKind::List { items, .. } => {
                    self.lists += 1;
                    items.iter().for_each(|i| self.blocks(&i.blocks));
                }
                BlockKind::Quote(inner) => {
                    self.quotes += 1;
                    self.blocks(inner);
                }
                _ => {}
            }
        }
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Code(_) => self.inline_code += 1,
                Inline::Strong(i) => {
                    self.strong += 1;
                    self.inlines(i);
                }
                Inline::Emph(i) => {
                    self.emph += 1;
                    self.inlines(i);
                }
                Inline::Link { .. } => self.links += 1,
                Inline::SoftBreak => self.soft += 1,
                Inline::HardBreak => self.hard += 1,
                _ => {}
            }
        }
    }
}

#[test]
fn the_seed_deck_opens_unchanged() {
    let (deck, diagnostics) = parse(SEED);
    assert_eq!(diagnostics, []);
    assert_eq!(deck.title, "An introduction to Docker");
    assert_eq!(deck.author, "Jochen Van de Voorde");
    assert_eq!(deck.slides.len(), 36);
    assert_eq!(deck.slides.iter().map(|s| s.steps).sum::<usize>(), 52);
    let stepped: Vec<_> =
        deck.slides.iter().enumerate().filter(|(_, s)| s.steps > 1).map(|(n, s)| (n + 1, s.steps)).collect();
    assert_eq!(stepped, [(1, 2), (6, 2), (7, 2), (8, 7), (9, 3), (15, 3), (17, 2), (29, 3)]);
    assert!(deck.slides.iter().all(|s| !s.is_title && s.notes.is_empty()));
    let mut totals = Totals::default();
    deck.slides.iter().for_each(|s| totals.blocks(&s.blocks));
    let expected = Totals {
        headings: 47,
        code: 37,
        bash: 31,
        lists: 29,
        quotes: 3,
        links: 3,
        inline_code: 19,
        strong: 15,
        emph: 9,
        soft: 20,
        hard: 0,
    };
    assert_eq!(totals, expected);
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let windows = format!("\u{feff}{}", SEED.replace('\n', "\r\n"));
    assert_eq!(parse(&windows).0.slides, parse(SEED).0.slides);
}

#[test]
fn the_front_matter_ends_with_either_mark() {
    for text in
        ["---\ntitle: T\n---\n# A\nx", "---\ntitle: T\n...\n# A\nx", "\n---  \ntitle: T\n--- \n# A\nx"]
    {
        let (deck, diagnostics) = parse(text);
        assert_eq!((deck.title.as_str(), deck.slides.len(), diagnostics.len()), ("T", 1, 0), "{text:?}");
    }
    let (deck, _) = parse("---\n\n# A\n\nx\n\n---\n\n# B\n\ny");
    assert_eq!((deck.title.as_str(), deck.slides.len()), ("deck.md", 2));
}

#[test]
fn a_later_metadata_block_goes_only_if_it_is_one() {
    assert_eq!(shown("# A\n\nx\n\n---\nkey: value\n...\n\ny"), ["# A\n\nx\n\ny"]);
    assert_eq!(shown("# A\n\n---\n# B\n\n---\n\ny"), ["# A", "# B", "y"]);
}

#[test]
fn settings_are_read_and_unknown_ones_are_said() {
    let (deck, diagnostics) =
        parse("---\npatat:\n  slideLevel: \"2\"\n  incrementalLists: true\n  sizes: 3\n---\n# A\n");
    assert_eq!((deck.settings.slide_level, deck.settings.incremental_lists), (Some(2), true));
    assert_eq!(diagnostics.len(), 1);
    assert_eq!((diagnostics[0].line, diagnostics[0].column, diagnostics[0].width), (5, 3, 5));
}

#[test]
fn the_dialect_as_decided() {
    for (text, expected) in [
        ("text\n* item", "text\n\n- item"),
        ("* a\n  * b", "- a\n  * b"),
        ("#Header\n\nx", "# Header\n\nx"),
        ("a_b_c", "a_b_c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("```bash +exec\nls\n```", "    ls"),
        ("`x`{.bash} y", "`x` y"),
        ("use <name> and <your id>", "use <name> and <your id>"),
        ("<name>", "<name>"),
        ("see https://a.b/c_d_e#f", "see https://a.b/c_d_e#f"),
        ("\"q\" -- it's...", "\"q\" -- it's..."),
        ("a ~> b, ~/x ~/y, C^ D^", "a ~> b, ~/x ~/y, C^ D^"),
        ("~~old~~ H~2~O", "~~old~~ H2O"),
        ("cost $a_b$ and $(pwd) $HOME", "cost $a_b$ and $(pwd) $HOME"),
        ("to  _just work_", "to just work"),
        ("Term\n: what it is", "Term\n  : what it is"),
        ("before <!-- hidden --> after", "before after"),
        ("text\n<!-- c -->\nmore", "text\n\nmore"),
        (
            "a\n\n  Right   Left\n-------  ------\n     12  12\n\nb",
            "a\n\nRight  Left\n-----  ----\n12     12\n\nb",
        ),
        ("a\n\n+---+---+\n| a | b |\n+---+---+\n\nb", "a\n\na  b\n\nb"),
        ("|a|b|\n|-|-|\n|1|2|", "a  b\n-  -\n1  2"),
        ("[x](http://y/_/)", "x (http://y/_/)"),
        ("a\\\nb", "a\nb"),
    ] {
        assert_eq!(shown(text), [expected], "{text:?}");
    }
}

#[test]
fn fence_languages() {
    for (info, lang) in [
        ("bash", "bash"),
        ("{.python .x #id}", "python"),
        ("rust {1,2}", "rust"),
        ("Dockerfile", "dockerfile"),
    ] {
        let (deck, _) = parse(&format!("~~~{info}\nx\n~~~"));
        assert!(
            matches!(&deck.slides[0].blocks[0].kind, BlockKind::Code { lang: l, .. } if l == lang),
            "{info}"
        );
    }
}

#[test]
fn an_open_fence_is_said_with_its_place() {
    let (_, diagnostics) = parse("# A\n\n```bash\nls\n\n# B\n");
    assert_eq!(diagnostics.len(), 1);
    assert_eq!((diagnostics[0].line, diagnostics[0].column, diagnostics[0].width), (3, 1, 7));
    let text = diagnostics[0].render(false);
    assert!(
        text.contains("deck.md:3:1") && text.contains("^^^^^^^") && text.contains("never closed"),
        "{text}"
    );
}

#[test]
fn slides_are_cut_like_patat_cuts_them() {
    assert_eq!(shown("# A\n\nx\n\n## B\n\ny\n\n# C"), ["# A\n\nx\n\n## B\n\ny", "# C"]);
    let (deck, _) = parse("intro\n\n# Part\n\n## A\n\nx\n\n## B\n\ny");
    let titles: Vec<_> = deck.slides.iter().map(|s| (s.title.as_str(), s.is_title)).collect();
    assert_eq!(titles, [("intro", false), ("Part", true), ("A", false), ("B", false)]);
    assert!(parse("# X\n\n# Y").0.slides.iter().all(|s| s.is_title));
    assert_eq!(parse("---\npatat: {slideLevel: 0}\n---\n# X\n\na\n\n# Y\n\nb").0.slides.len(), 1);
    assert_eq!(shown("# A\n\nx\n\n-----\n\n# B\n\n# C"), ["# A\n\nx", "# B\n\n# C"]);
    assert_eq!(parse("# A\n\n```\n-----\n```\n\n# B\n\nx").0.slides.len(), 2);
    assert_eq!(parse("").0.slides.len(), 1);
}

#[test]
fn pauses_and_lists_by_steps() {
    assert_eq!(steps("a\n\n. . .\n\nb"), [2]);
    assert_eq!(steps("a\n\n .  .   . \n\nb"), [2]);
    assert_eq!(steps("a\n\n. . .\nb"), [1]);
    assert_eq!(steps("a\n. . .\n\n...\n\nb"), [1]);
    assert_eq!(steps("> a\n>\n> . . .\n>\n> b"), [1]);
    assert_eq!(steps("* a\n\n    . . .\n\n    more\n\n* b"), [2]);
    assert_eq!(steps("> - a\n> - b"), [3]);
    assert_eq!(steps("> - a\n> - b\n\nafter"), [4]);
    let incremental = "---\npatat:\n  incrementalLists: true\n---\n";
    assert_eq!(steps(&format!("{incremental}- a\n    - b\n- c")), [4]);
    assert_eq!(steps(&format!("{incremental}> - a\n> - c")), [1]);
    let (deck, _) = parse("* a\n\n    . . .\n\n    more\n\n* b");
    assert_eq!(step_text(&deck.slides[0], 0, &deck), "- a");
    assert_eq!(step_text(&deck.slides[0], 1, &deck), "- a\n\n  more\n\n- b");
}

#[test]
fn comments_are_notes_and_never_text() {
    let (deck, diagnostics) =
        parse("# A\n\n<!-- one -->\n\n- x <!-- two -->\n\n<!--config:\nwrap: true\n-->\n");
    assert_eq!(deck.slides[0].notes, ["one", "two"]);
    assert_eq!(step_text(&deck.slides[0], 0, &deck), "# A\n\n- x");
    assert_eq!(diagnostics, []);
    let (_, diagnostics) = parse("# A\n\n<!--config:\nslideLevel: 2\n-->\n");
    assert!(diagnostics[0].message.starts_with("on slide 1"), "{diagnostics:?}");
}

#[test]
fn deep_nesting_does_not_end_the_program() {
    parse(&">".repeat(20_000));
    parse(&"- ".repeat(20_000));
    parse(&"*a _b ".repeat(5_000));
    parse(&"[".repeat(20_000));
}

#[test]
fn the_small_deck_as_json() {
    let small = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/small.md");
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_pilotwhale"))
        .args(["slides", small, "--dump", "json"])
        .output()
        .expect("the binary runs");
    assert!(run.status.success());
    insta::assert_snapshot!(String::from_utf8_lossy(&run.stdout));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = shown(&text);
    }

    #[test]
    fn no_markup_makes_it_panic(parts in prop::collection::vec(prop::sample::select(vec![
        "# A\n", "#B", "\n", "\n\n", ". . .", "---\n", "...\n", "- ", "    ", "> ", "```quiz\n", "```\n", "~~~", "question: x\n",
        "single:\n", "  - {text: a, correct: true}\n", "order: [a, b]\n", "<!--", "-->", "config:", "<b>", "|a|b|\n|-|-|\n",
        "+---+---+\n", "--- ---\n", "Term\n: def\n", "`", "~", "^", "*", "_", "$", "[x](y)", "é漢", "\t", "\r", "patat:\n", "id: a\n",
    ]), 0..40)) {
        let (deck, diagnostics) = parse(&parts.concat());
        prop_assert!(!deck.slides.is_empty());
        for slide in &deck.slides {
            prop_assert!(slide.steps >= 1);
            let _ = step_text(slide, slide.steps - 1, &deck);
        }
        for diagnostic in diagnostics {
            let _ = diagnostic.render(false);
        }
    }
}
