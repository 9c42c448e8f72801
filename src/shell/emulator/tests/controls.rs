//! Control functions by their bytes, as the VT510's manual and xterm's ctlseqs have them.

use super::*;

/// What a fresh terminal of 20x6 answers.
fn answer(bytes: &str) -> String {
    String::from_utf8(emulator(20, 6).advance(bytes.as_bytes()).replies).unwrap()
}

fn rows(emulator: &Emulator) -> Vec<String> {
    let row = |line| {
        (0..emulator.term.columns()).map(|col| emulator.term.grid()[Line(line)][Column(col)].c).collect()
    };
    (0..emulator.term.screen_lines() as i32).map(row).map(|row: String| row.trim_end().to_owned()).collect()
}

#[test]
fn settings_are_told() {
    for (set, asked, told) in [
        ("", "m", "0"),
        ("\x1b[1;3;4;7;9;31;44m", "m", "0;1;3;4;7;9;31;44"),
        ("\x1b[2;8;4:2;95;102m", "m", "0;2;4:2;8;95;102"),
        ("\x1b[4:3;38;5;200;48;2;1;2;3m", "m", "0;4:3;38:5:200;48:2::1:2:3"),
        ("", " q", "0"),
        ("\x1b[3 q", " q", "3"),
        ("\x1b[6 q", " q", "6"),
        ("", "r", "1;6"),
        ("\x1b[2;4r", "r", "2;4"),
        ("\x1b[2;4r\x1b[4;2r", "r", "2;4"),
        ("\x1b[2;4r\x1b[r", "r", "1;6"),
        ("\x1b[2;4r\x1bc", "r", "1;6"),
        ("\x1b[2;4r\x1b[!p", "r", "1;6"),
        ("\x1b[2;4r\x1b#8", "r", "1;6"),
        ("", "t", "6"),
        ("", "$|", "20"),
        ("", "\"p", "62;1"),
        ("", "\"q", "0"),
    ] {
        assert_eq!(
            answer(&format!("{set}\x1bP$q{asked}\x1b\\")),
            format!("\x1bP1$r{told}{asked}\x1b\\"),
            "{set:?}"
        );
    }
    assert_eq!(answer("\x1bP$qx\x1b\\"), "\x1bP0$r\x1b\\");
}

#[test]
fn reports_are_answered() {
    for (asked, told) in [
        ("\x1b[c", "\x1b[?62;22c"),
        ("\x1b[0c", "\x1b[?62;22c"),
        ("\x1b[=c", "\x1bP!|00000000\x1b\\"),
        ("\x1b[5n", "\x1b[0n"),
        ("\x1b[3;4H\x1b[6n", "\x1b[3;4R"),
        ("\x1b[3;4H\x1b[?6n", "\x1b[?3;4;1R"),
        ("\x1b[?15n", "\x1b[?13n"),
        ("\x1b[?25n", "\x1b[?20n"),
        ("\x1b[?26n", "\x1b[?27;1;0;0n"),
        ("\x1b[?55n", "\x1b[?50n"),
        ("\x1b[?62n", "\x1b[0*{"),
        ("\x1b[?63;12n", "\x1bP12!~0000\x1b\\"),
        ("\x1b[?75n", "\x1b[?70n"),
        // where the cursor counts from the region, it is told so
        ("\x1b[2;5r\x1b[?6h\x1b[2;3H\x1b[6n", "\x1b[2;3R"),
        ("\x1b[2;5r\x1b[?6h\x1b[2;3H\x1b[?6n", "\x1b[?2;3;1R"),
        ("\x1b[2;5r\x1b[?6h\x1b[2;3H\x1b[?6l\x1b[6n", "\x1b[1;1R"),
        ("\x1b[2;5r\x1b[?6h\x1b7\x1b[?6l\x1b8\x1b[2;3H\x1b[6n", "\x1b[2;3R"),
        ("\x1b[2;5r\x1b[?6h\x1b[3;4H\x1b7\x1b[?6l\x1b[H\x1b8\x1b[6n", "\x1b[3;4R"),
        ("\x1b[?6h\x1b8\x1b[2;3H\x1b[6n", "\x1b[2;3R"),
        ("\x1b[3;4H\x1b[s\x1b[H\x1b[u\x1b[6n", "\x1b[3;4R"),
    ] {
        assert_eq!(answer(asked), told, "{asked:?}");
    }
}

#[test]
fn the_margins_stop_the_cursor_from_inside_and_the_screen_from_outside() {
    for (moves, told) in [
        ("\x1b[2;4r\x1b[3;7H\x1b[9A", "2;7"),
        ("\x1b[2;4r\x1b[3;7H\x1b[9B", "4;7"),
        ("\x1b[2;4r\x1b[1;7H\x1b[9A", "1;7"),
        ("\x1b[2;4r\x1b[1;7H\x1b[9B", "4;7"),
        ("\x1b[2;4r\x1b[6;7H\x1b[9B", "6;7"),
        ("\x1b[2;4r\x1b[6;7H\x1b[9A", "2;7"),
        ("\x1b[2;4r\x1b[3;7H\x1b[9F", "2;1"),
        ("\x1b[2;4r\x1b[3;7H\x1b[E", "4;1"),
        ("\x1b[3;7H\x1b[0A\x1b[99999A", "1;7"),
        ("\x1b[2;4r\x1b[?6h\x1b[2;7H\x1b[A\x1b[5G", "1;5"),
        ("\x1b[3;7H\x1b[99G", "3;20"),
        ("\x1b[3;7H\x1b[0`", "3;1"),
    ] {
        assert_eq!(answer(&format!("{moves}\x1b[6n")), format!("\x1b[{told}R"), "{moves:?}");
    }
}

#[test]
fn the_screen_is_erased_aligned_and_changed_as_told() {
    let screen = |bytes: &str| {
        let mut emulator = emulator(4, 3);
        emulator.advance(bytes.as_bytes());
        rows(&emulator)
    };
    assert_eq!(screen("aaaa\r\nbbbb\r\ncccc\x1b[2;2H\x1b[1J"), ["", "  bb", "cccc"]);
    assert_eq!(screen("aaaa\r\nbbbb\r\ncccc\x1b[3;2H\x1b[1J"), ["", "", "  cc"]);
    assert_eq!(screen("\x1b[2;3r\x1b[2;2H\x1b#8x"), ["xEEE", "EEEE", "EEEE"]);
    for mode in ["47", "1047"] {
        assert_eq!(screen(&format!("ab\x1b[?{mode}hX\x1b[?{mode}lY")), ["ab Y", "", ""], "the cursor stays");
    }
    assert_eq!(screen("ab\x1b[?1049hXYZ\x1b[?1049lc"), ["abc", "", ""], "1049 brings it back");
}

#[test]
fn a_synchronised_update_keeps_its_order() {
    let mut emulator = emulator(6, 3);
    emulator.advance(b"\x1b[?2026hone\r\ntwo\x1b[A\x1b[Gx\x1b[1J\x1b[?2026l");
    assert_eq!(rows(&emulator), ["  e", "two", ""]);
}
