//! Decks that were written for other tools: what is shown, what is said in notes, and that no word gets lost between the two.

use std::path::Path;

use pilotwhale::course::{Deck, Severity, deck, step_text};
use proptest::prelude::*;

fn parse(text: &str) -> (Deck, String) {
    let (deck, found) = deck::parse(text, Path::new("deck.md"));
    let told = found.iter().filter(|d| d.severity == Severity::Note).map(|d| d.message.clone());
    (deck, told.collect::<Vec<_>>().join("\n"))
}

/// Slides with steps, notes, and what each shows at its first and last step.
fn dump(text: &str) -> String {
    let (deck, told) = parse(text);
    let mut out = format!("{told}\ntitle: {}\nauthor: {}\n", deck.title, deck.author);
    for slide in &deck.slides {
        out.push_str(&format!("\n--- {} step(s)\n", slide.steps));
        if slide.steps > 1 {
            out.push_str(&format!("{}\n~~~\n", step_text(slide, 0, &deck)));
        }
        out.push_str(&format!("{}\n", step_text(slide, slide.steps - 1, &deck)));
        for note in &slide.notes {
            out.push_str(&format!("[{note}]\n"));
        }
    }
    out
}

macro_rules! golden {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(dump(include_str!(concat!("../fixtures/decks/", stringify!($name), ".md"))));
        }
    )*};
}

golden! { presenterm remark reveal slidev marp deckset slides lookatme pandoc }

/// What the last step of each slide shows.
fn shown(text: &str) -> Vec<String> {
    let (deck, _) = parse(text);
    deck.slides.iter().map(|s| step_text(s, s.steps - 1, &deck)).collect()
}

#[test]
fn a_colon_makes_a_definition_only_before_a_blank() {
    assert_eq!(shown("left\n\n::right::\n\n:smile:"), ["left\n\n::right::\n\n:smile:"]);
    assert_eq!(shown("Harbour\n:   A place."), ["Harbour\n  : A place."]);
}

#[test]
fn lines_of_a_line_block_stay_lines() {
    assert_eq!(
        shown("| Harbour Road 1\n|   Ghent\n|\n| Belgium,\n  far away"),
        ["Harbour Road 1\n\u{a0}\u{a0}Ghent\n\u{a0}\nBelgium, far away"]
    );
    assert_eq!(shown("| a | b |\n|---|---|\n| 1 | 2 |"), ["a  b\n-  -\n1  2"]);
    assert_eq!(shown("|x| is no block"), ["|x| is no block"]);
}

#[test]
fn a_step_of_remark_has_properties_and_a_sign_in_a_class_stays_a_sign() {
    let text =
        "class: middle\n\n# A\n\n--\ncount: false\n\nmore\n\n.foot[.red.bold[*] Important]\n\n???\nnote";
    let (deck, _) = parse(text);
    assert_eq!((deck.slides.len(), deck.slides[0].steps), (1, 2));
    assert_eq!(shown(text), ["# A\n\nmore\n\n* Important"]);
}

#[test]
fn lists_of_marp_come_item_by_item_where_their_bullet_says_so() {
    let steps = |list: &str| {
        let (deck, _) = parse(&format!("---\nmarp: true\n---\n\n# A\n\n{list}"));
        deck.slides[0].steps
    };
    let whole = steps("- a\n- b\n");
    assert_eq!(whole, 1);
    assert_eq!(steps("1. a\n2. b\n"), whole);
    assert_eq!(steps("* a\n* b\n"), 3);
    assert_eq!(steps("1) a\n2) b\n"), 3);
    assert_eq!(steps("* a\n* b\n\nwords\n\n- c\n- d\n"), 3, "what follows does not wait");
    assert_eq!(steps("*emphasis* here\n"), whole);
}

#[test]
fn an_image_without_words_is_an_image() {
    assert_eq!(shown("![](a.png) and ![a map](b.png)"), ["[image] (a.png) and [image: a map] (b.png)"]);
}

#[test]
fn metadata_counts_wherever_it_stands_and_words_that_look_like_it_stay() {
    let (deck, _) = parse("<!-- licence -->\n---\ntitle: First\n---\n\n# A\n\n---\ntitle: Later\n---\n\nb");
    assert_eq!((deck.title.as_str(), deck.slides.len()), ("First", 1));
    assert_eq!(parse("# A\n\na\n\n---\ntitle: Later\n---\n\n# B\n\nb").0.title, "Later");
    assert_eq!(shown("# A\n\n---\n\nKey: value\n\n---\n\nb"), ["# A", "Key: value", "b"]);
}

#[test]
fn the_lessons_of_this_course_are_in_the_form_of_patat() {
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let mut count = 0;
    for folder in std::fs::read_dir(lessons).expect("the lessons are here").flatten() {
        let file = folder.path().join("lesson.md");
        if let Ok(text) = std::fs::read_to_string(&file) {
            assert_eq!(parse(&text).1, "", "{}", file.display());
            count += 1;
        }
    }
    assert!(count > 5, "only {count} lessons");
}

#[test]
fn what_is_below_in_reveal_js_may_be_parted_by_two_dashes() {
    let deck = parse("# A\n\nNote: said\n\n---\n\n# B\n\n--\n\n# C\n\nNotes: said, too\n").0;
    let notes: Vec<String> = deck.slides.iter().map(|s| s.notes.join(" ")).collect();
    assert_eq!(notes, ["said", "", "said, too"]);
}

#[test]
fn what_is_marked_in_words_is_no_word() {
    for (text, expected) in [
        ("H~2~O x^2^ \\~2\\~ `a~2~`", "H2O x2 ~2~ `a~2~`"),
        ("[words]{.small} [kept]{not attributes}", "words [kept]{not attributes}"),
        ("# A {.x #y}\n\na\n\n## B {stays}", "# A\n\na\n\n## B {stays}"),
        ("a <b>bold</b><br>b <kbd>F1</kbd> <id>", "a bold\nb `F1` <id>"),
        ("<p>one</p>\n<div>two *three*</div>", "one\n\ntwo three"),
        ("<style>\np {}\n\nb {}\n</style>\n\na", "a"),
        ("> [!WARNING]\n> mind", "> Warning\n> mind"),
    ] {
        assert_eq!(shown(text), [expected], "{text:?}");
    }
}

/// How one tool's decks part slides and hide notes.
#[derive(Clone, Copy, Debug)]
struct Tool {
    top: &'static str,
    part: &'static str,
    /// `@` stands for the note's words.
    note: &'static str,
    between: &'static [&'static str],
}

const TOOLS: [Tool; 6] = [
    Tool {
        top: "---\nsub_title: x\n---\n",
        part: "\n<!-- end_slide -->\n",
        note: "\n<!-- speaker_note: @ -->\n",
        between: &[
            "\n<!-- pause -->\n",
            "\n<!-- column_layout: [1, 2] -->\n<!-- column: 1 -->\n",
            "\n<!-- reset_layout -->\n",
        ],
    },
    Tool {
        top: "class: middle\n\n",
        part: "\n---\n",
        note: "\n???\n@\n",
        between: &["\n--\n", "\n.footnote[", "]\n", "\n.left-column[\n", "\n]\n"],
    },
    Tool {
        top: "---\nrevealOptions: {}\n---\n",
        part: "\n---\n",
        note: "\nNote: @\n",
        between: &[
            "\n----\n",
            " <!-- .element: class=\"fragment\" -->\n",
            "\n<aside class=\"notes\">\n\nhidden\n\n</aside>\n",
        ],
    },
    Tool {
        top: "---\nmdc: true\n---\n",
        part: "\n---\nlayout: two-cols\n---\n",
        note: "\n<!-- @ -->\n",
        between: &[
            "\n<v-click>\n\n",
            "\n\n</v-click>\n",
            "\n::right::\n",
            "\n<v-clicks>\n\n",
            "\n\n</v-clicks>\n",
            "<Badge />",
        ],
    },
    Tool {
        top: "---\nmarp: true\n---\n",
        part: "\n\n---\n\n",
        note: "\n<!-- @ -->\n",
        between: &["\n<!-- _class: lead -->\n", "\n![bg](x.png)\n", "\n\n<style>p {}</style>\n\n"],
    },
    Tool {
        top: "---\npatat: {}\n---\n",
        part: "\n\n---\n\n",
        note: "\n\n::: notes\n@\n:::\n\n",
        between: &["\n\n. . .\n\n", "\n::: incremental\n", "\n:::\n", "\n::: columns\n", "\n::: column\n"],
    },
];

fn part() -> impl Strategy<Value = usize> {
    0_usize..12
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_signs_make_it_panic(parts in prop::collection::vec(prop::sample::select(vec![
        "---\n", "----\n", "--\n", "???\n", "<!-- pause -->", "<!-- end_slide -->\n", "<!-- stop -->", "<!--\n", "-->", "Note: é\n", "^ né\n",
        "<v-click>", "</v-click>", "<v-clicks>\n", "::right::\n", "::left::\n", "layout: two-cols\n", ".é[", ".red[", "]", ".left-column[\n",
        "![bg](é)", "![", "](", ")", "<!-- _class: é -->", "headingDivider: 2\n", "marp: true\n", "title: é\n", "[^é]", "[^é]: foot\n", "^[é]",
        "#. é\n", "(@é) x\n", "(@) ", "{.é}", "]{.x}", "{", "}", "::: notes\n", "::: columns\n", ":::\n", "::: {.é}\n", ":é\n", "% é\n", "> [!NOTE]\n",
        "<aside class=\"notes\">", "</aside>", "<style>", "</style>", "<b>", "</b>", "<br>", "<é>", "<div é=\"", "\">", "`", "```\n", "~~~\n", "/// é\n",
        "~é~", "^é^", "\\~", "# é\n", "é", "\n", "\n\n", "- ", "    ", "\t", "+---+\n", "| é |\n", "+===+\n", "--- ---\n", "é   é\n", ". . .\n",
        "<!-- .element: class=\"fragment\" -->", "<!-- column_layout: [1, 9999999] -->\n", "<!-- column: 99999 -->\n", "[.column]\n", "config:", "src: é\n",
        "separator: \"\"\n", "paging: x\n", "sub_title: é\n", "options:\n  command_prefix: é\n",
    ]), 0..40)) {
        let text = parts.concat();
        let (deck, _) = parse(&text);
        prop_assert!(!deck.slides.is_empty());
        for slide in &deck.slides {
            let shown = step_text(slide, slide.steps - 1, &deck);
            prop_assert!(!shown.contains(['\u{1}', '\u{2}']), "{text}\n=>\n{shown}");
        }
    }

    #[test]
    fn no_word_is_lost_and_no_note_is_shown(tool in prop::sample::select(TOOLS.to_vec()), parts in prop::collection::vec(part(), 1..24)) {
        let mut text = tool.top.to_owned();
        let (mut words, mut notes) = (Vec::new(), Vec::new());
        for (n, part) in parts.iter().enumerate() {
            let word = format!("word{n}w");
            match part {
                0 => text.push_str(&format!("\n# {word}\n\n")),
                1 => text.push_str(&format!("\n- {word}\n")),
                2 => text.push_str(&format!("\n```md\n{word}\n---\n```\n")),
                3 => text.push_str(&format!("\n> {word}\n")),
                4 => text.push_str(&format!("\n| a |\n|---|\n| {word} |\n\n")),
                5 | 6 => {
                    text.push_str(tool.part);
                    continue;
                }
                7 => {
                    let note = format!("note{n}n");
                    text.push_str(&tool.note.replace('@', &note));
                    notes.push(note);
                    // A note that goes on to the end of its slide would take the next word along.
                    text.push_str(tool.part);
                    continue;
                }
                n if *n >= 10 => {
                    text.push_str(tool.between[n % tool.between.len()]);
                    continue;
                }
                _ => text.push_str(&format!("\n**{word}** and [{word}](http://a.b) `{word}`\n")),
            }
            words.push(word);
        }
        let (deck, _) = parse(&text);
        let shown: String = deck.slides.iter().map(|s| step_text(s, s.steps - 1, &deck) + "\n").collect();
        let said: String = deck.slides.iter().map(|s| s.notes.join("\n") + "\n").collect();
        for word in words {
            prop_assert!(shown.contains(&word) || said.contains(&word), "{word} is lost\n{text}\n=>\n{shown}");
        }
        for note in notes {
            prop_assert!(!shown.contains(&note), "{note} is on a slide\n{text}\n=>\n{shown}");
            prop_assert!(said.contains(&note), "{note} is lost\n{text}\n=>\n{shown}");
        }
        prop_assert!(!shown.contains("hidden") && !shown.contains('\u{1}'), "{text}\n=>\n{shown}");
    }
}

#[test]
fn files_that_a_deck_includes_stand_in_their_place_if_they_are_below_its_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("writes");
    std::fs::create_dir(folder.path().join("talk")).expect("makes a folder");
    write("secret.md", "not for the deck");
    write(
        "talk/part.md",
        "# In between\n\n<!-- pause -->\n\nlater\n\n<!-- end_slide -->\n\n# Last[^n]\n\n[^n]: at the foot\n",
    );
    write("talk/loop.md", "again\n\n<!-- include: loop.md -->\n");
    write("talk/slidev.md", "# Other\n\n---\nlayout: center\n---\n\n# End\n");
    let parse = |text: &str| deck::parse(text, &folder.path().join("talk/deck.md"));
    let (read, found) =
        parse("# A\n\n<!-- end_slide -->\n\n<!-- include: part.md -->\n\n<!-- end_slide -->\n\n# B\n");
    let titles: Vec<_> = read.slides.iter().map(|s| (s.title.as_str(), s.steps)).collect();
    assert_eq!(titles, [("A", 1), ("In between", 2), ("Last1", 1), ("B", 1)]);
    assert!(step_text(&read.slides[2], 0, &read).contains("at the foot"));
    assert!(found.iter().all(|d| d.severity == Severity::Note), "{found:?}");
    let (read, _) = parse("# A\n\n---\nsrc: ./slidev.md\n---\n\n---\nlayout: end\n---\n\n# B\n");
    let titles: Vec<_> = read.slides.iter().map(|s| s.title.as_str()).collect();
    assert_eq!(titles, ["A", "Other", "End", "B"]);
    for name in ["../secret.md", "missing.md", "/etc/hostname"] {
        let (read, found) = parse(&format!("# A\n\n<!-- include: {name} -->\n"));
        assert_eq!(step_text(&read.slides[0], 0, &read), "# A", "{name}");
        assert!(found.iter().any(|d| d.line == 3 && d.severity == Severity::Warning), "{name}: {found:?}");
    }
    let (_, found) = parse("<!-- include: loop.md -->\n\n<!-- pause -->\n");
    assert!(found.iter().any(|d| d.severity == Severity::Warning), "{found:?}");
}
