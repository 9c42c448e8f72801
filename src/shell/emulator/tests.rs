//! The model as a whole: what it survives, what it answers, and what it puts back.

mod controls;
use proptest::prelude::*;

use super::*;

fn emulator(cols: u16, rows: u16) -> Emulator {
    Emulator::new(Setup {
        cols,
        rows,
        scrollback: 50,
        foreground: (255, 255, 255),
        background: (0, 0, 0),
        aid: None,
        tells_output: false,
    })
}

#[test]
fn a_panic_costs_the_screen_and_nothing_more() {
    let mut emulator = emulator(20, 5);
    emulator.advance(b"text\x1b]2;title\x07");
    emulator.guard(|_| {
        assert!(is_guarded());
        panic!("on purpose");
    });
    assert!(!is_guarded());
    assert_eq!(emulator.title(), "title");
    emulator.advance(b"more");
    emulator.select_start(0, 0, SelectBy::Line);
    emulator.select_to(0, 0);
    assert_eq!(emulator.selection_text().unwrap(), "more\n");
}

#[test]
fn a_soft_reset_keeps_text_and_cursor() {
    let mut emulator = emulator(20, 5);
    emulator.advance(b"\x1b[2;4r\x1b[?6h\x1b[?25l\x1b[?1h\x1b[2;3Hab\x1b[!p");
    assert_eq!(emulator.advance(b"\x1b[6n").replies, b"\x1b[3;5R");
    assert!(!emulator.modes().application_cursor);
    assert_eq!(emulator.advance(b"\x1b8\x1b[6n").replies, b"\x1b[1;1R");
}

#[test]
fn replies_keep_the_order_of_the_questions() {
    let replies = emulator(20, 5).advance(b"\x1b[c\x1b[>q\x1b[5n").replies;
    let text = String::from_utf8(replies).unwrap();
    assert!(text.starts_with("\x1b[?62;22c\x1bP>|") && text.ends_with("\x1b\\\x1b[0n"), "{text:?}");
}

#[test]
fn the_old_alternate_screens_keep_the_first_one() {
    let mut emulator = emulator(20, 5);
    emulator.advance(b"first\x1b[?1047hsecond");
    assert!(emulator.modes().alternate_screen);
    emulator.advance(b"\x1b[?1047l");
    emulator.select_start(0, 0, SelectBy::Line);
    emulator.select_to(0, 0);
    assert_eq!(emulator.selection_text().unwrap(), "first\n");
}

#[test]
fn bell_notifications_and_titles_are_handed_on_clean() {
    let mut emulator = emulator(20, 5);
    let produced = emulator.advance(b"\x07\x07a\x1b]9;one\x07\x1b]777;notify;two\xe2\x80\xae;three\x1b\\");
    assert_eq!((produced.bell, produced.notice.as_deref()), (true, Some("two: three")));
    let produced = emulator.advance("\x1b]2;a\u{85}b\u{202e}c\x07".as_bytes());
    assert_eq!((produced.bell, produced.notice, emulator.title()), (false, None, "abc"));
    emulator.advance(format!("\x1b]0;{}\x07", "x".repeat(1000)).as_bytes());
    assert_eq!(emulator.title().len(), LONGEST_TITLE);
}

fn marked(emulator: &mut Emulator, bytes: &str) -> Produced {
    emulator.advance(format!("\x1b]133;C\x07{bytes}\x1b]133;D;137\x07\x1b]133;A\x07").as_bytes())
}

#[test]
fn what_a_dead_program_left_is_put_back_at_the_prompt() {
    let mut emulator = emulator(20, 5);
    emulator.advance(b"\x1b]133;A\x07$ \x1b[?2004h");
    let before = emulator.modes();
    let mode = *emulator.term.mode();
    for left in [
        "\x1b[?1000h\x1b[?1006h",
        "\x1b[?1002h",
        "\x1b[?1003h\x1b[?1005h",
        "\x1b[?1004h",
        "\x1b[?1h\x1b=",
        "\x1b[?25l",
        "\x1b[?7l",
        "\x1b[4h",
        "\x1b[20h",
        "\x1b[?2004l",
        "\x1b[?1007l",
        "\x1b[?1049h\x1b[?1003h",
        "\x1b[2;3r\x1b[?6h",
    ] {
        marked(&mut emulator, left);
        assert_eq!((emulator.modes(), *emulator.term.mode()), (before, mode), "{left:?}");
    }
    // and what is no mode: colours, line drawing, the scroll region, the cursor's shape
    marked(&mut emulator, "\x1b[2J\x1b[H\x1b[31m\x1b(0\x1b[2;3r\x1b[5 q");
    emulator.advance(b"\x1b[Hq\x1b[5;1H\n\n");
    let cell = &emulator.term.grid()[Line(-2)][Column(0)];
    assert_eq!((cell.c, cell.fg), ('q', alacritty_terminal::vte::ansi::Color::Named(NamedColor::Foreground)));
    assert_eq!(emulator.term.cursor_style(), self::emulator(2, 1).term.cursor_style());
}

#[test]
fn a_program_is_told_the_colours_of_the_outer_terminal() {
    let mut emulator = emulator(20, 5);
    emulator.set_colors(Some((0, 0, 0)), Some((0xfd, 0xf6, 0xe3)));
    let replies = emulator.advance(b"\x1b]10;?\x07\x1b]11;?\x1b\\").replies;
    let text = String::from_utf8(replies).unwrap();
    assert!(text.contains("10;rgb:0000/0000/0000") && text.contains("11;rgb:fdfd/f6f6/e3e3"), "{text:?}");
    emulator.set_colors(None, Some((1, 2, 3)));
    let replies = emulator.advance(b"\x1b]10;?\x07\x1b]11;?\x07").replies;
    let text = String::from_utf8(replies).unwrap();
    assert!(text.contains("10;rgb:0000/0000/0000") && text.contains("11;rgb:0101/0202/0303"), "{text:?}");
}

#[derive(Clone, Debug)]
enum Step {
    Bytes(Vec<u8>),
    Text(String),
    Resize(u16, u16),
    Scroll(i32),
    Select(u16, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let sequence = "\x1b(\\[[?>]?[0-9;]{0,8}[@A-Za-z]|[78DEMc=>]|\\(0|\\(B|#8)";
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60).prop_map(Step::Bytes),
        "[a-z漢字❤\u{fe0f}\u{200d}👩🔬\u{301}ｶﾞ👍🏽\t\r\n]{0,60}".prop_map(Step::Text),
        prop::collection::vec(sequence, 1..6).prop_map(|all| Step::Text(all.concat())),
        (0..90u16, 0..30u16).prop_map(|(cols, rows)| Step::Resize(cols, rows)),
        (-60..60i32).prop_map(Step::Scroll),
        (0..40u16, 0..100u16).prop_map(|(row, col)| Step::Select(row, col)),
    ]
}

proptest! {
    // Past the guard, so that a panic is seen.
    #[test]
    fn no_bytes_and_no_size_make_the_model_panic(steps in prop::collection::vec(step(), 0..60)) {
        let mut emulator = emulator(20, 6);
        for step in steps {
            match step {
                Step::Bytes(bytes) => emulator.parse(&bytes),
                Step::Text(text) => emulator.parse(text.as_bytes()),
                Step::Resize(cols, rows) => emulator.term.resize(Size::clamped(cols, rows)),
                Step::Scroll(lines) => emulator.scroll(lines),
                Step::Select(row, col) => {
                    emulator.select_start(row / 2, col / 2, SelectBy::Word);
                    emulator.select_to(row, col);
                }
            }
            emulator.selection_text();
        }
    }
}
