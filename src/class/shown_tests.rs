//! What a shell shows, against large screens, odd letters, and messages that lie.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn row(text: &str) -> Row {
    styled(text, Look::default())
}

fn styled(text: &str, look: Look) -> Row {
    let cell = |glyph: char| Cell { glyph, marks: &[], width: glyph.width().unwrap_or(1) as u8, look };
    Row::of(text.chars().map(cell))
}

fn text(row: &Row) -> String {
    row.pieces().iter().map(|piece| piece.text.as_str()).collect()
}

fn spelled(shown: &Shown) -> usize {
    serde_json::to_vec(&shown.step_from(None)).unwrap().len()
}

#[test]
fn looks_are_kept_and_blanks_at_the_end_are_not_sent() {
    let loud = Look {
        fg: Paint::Rgb(1, 2, 3),
        bg: Paint::Indexed(200),
        bold: true,
        struck: true,
        ..Look::default()
    };
    let mut both = styled("ab ", loud);
    both.push("   ", Look::default());
    let read: Row = serde_json::from_value(serde_json::to_value(both.clone().trimmed()).unwrap()).unwrap();
    assert_eq!(
        read.pieces(),
        [Piece { text: "ab ".into(), look: loud }],
        "a blank with a background is seen"
    );
    assert_eq!(read, styled("ab ", loud));
    assert!(row("   ").is_blank());
    let on_the_line = serde_json::to_value(row("$ ls")).unwrap();
    assert_eq!(on_the_line, json!([["$ ls", -1, -1, 0]]));
    let of_tomorrow: Row = serde_json::from_value(json!([["x", 7, -1, 0x81]])).unwrap();
    assert!(of_tomorrow.pieces()[0].look.bold);
}

#[test]
fn what_a_terminal_would_obey_is_blank() {
    let cell = |glyph, width, marks| Cell { glyph, marks, width, look: Look::default() };
    let odd = [
        cell('a', 1, &[][..]),
        cell('\u{1b}', 1, &[]),
        cell('\u{202e}', 1, &[]),
        cell('\u{3164}', 2, &[]),
        cell('世', 2, &[]),
        cell('世', 1, &[]),
        cell('e', 1, &['\u{301}', '\u{301}', '\u{301}', '\u{200d}']),
        cell('z', 1, &[]),
    ];
    assert_eq!(text(&Row::of(odd)), "a    世 e\u{301}\u{301}z", "each cell keeps its columns");
}

#[test]
fn a_screen_that_is_too_large_is_cut_around_its_cursor() {
    let rows = |count: usize| (0..count).map(|n| row(&format!("line {n}"))).collect::<Vec<_>>();
    let shown = Shown::new(500, rows(200), Some((3, 100)));
    assert_eq!((shown.columns(), shown.rows().len()), (MOST_COLUMNS, usize::from(MOST_ROWS)));
    assert_eq!(text(shown.rows().last().unwrap()), "line 100");
    assert_eq!(shown.cursor(), Some((3, MOST_ROWS - 1)));
    let shown = Shown::new(80, rows(200), Some((90, 10)));
    assert_eq!(text(shown.rows().next().unwrap()), "line 0");
    assert_eq!(shown.cursor(), None, "a cursor that is cut off");
    assert_eq!(text(Shown::new(80, rows(200), None).rows().last().unwrap()), "line 199");
}

#[test]
fn what_costs_too_many_bytes_loses_looks_and_then_rows() {
    let motley = |n: u16| {
        let looks = (0..MOST_COLUMNS)
            .map(|column| Look { fg: Paint::Rgb(n as u8, column as u8, 9), ..Look::default() });
        Row::of(looks.map(|look| Cell { glyph: 'x', marks: &[], width: 1, look }))
    };
    let shown = Shown::new(MOST_COLUMNS, (0..MOST_ROWS).map(motley).collect(), None);
    assert!(spelled(&shown) <= MOST_BYTES);
    assert_eq!(shown.rows().next().unwrap(), &row(&"x".repeat(MOST_COLUMNS.into())), "the text stays");
    let long = row(&"\u{1fb00}".repeat(MOST_COLUMNS.into()));
    let shown = Shown::new(MOST_COLUMNS, vec![long.clone(); MOST_ROWS.into()], None);
    assert!(spelled(&shown) <= MOST_BYTES);
    assert!(shown.rows().next().unwrap().is_blank());
    assert_eq!(shown.rows().last().unwrap(), &long);
}

#[test]
fn malformed_and_oversized_steps_are_refused() {
    let before = Shown::new(10, vec![row("one"), row("two")], None);
    let step = |text: serde_json::Value| serde_json::from_value::<Step>(text);
    let refused = |text: serde_json::Value| match step(text.clone()) {
        Ok(step) => assert!(Shown::after(Some(&before), step).is_err(), "{text}"),
        Err(_) => panic!("{text} is a message"),
    };
    let plain = |text: &str| json!([[text, -1, -1, 0]]);
    refused(json!({"whole": true, "columns": 0, "rows": 1, "changed": []}));
    refused(json!({"whole": true, "columns": MOST_COLUMNS + 1, "rows": 1, "changed": []}));
    refused(json!({"whole": true, "columns": 10, "rows": MOST_ROWS + 1, "changed": []}));
    refused(json!({"whole": true, "columns": 10, "rows": 2, "cursor": [10, 0], "changed": []}));
    refused(json!({"whole": true, "columns": 10, "rows": 2, "cursor": [0, 2], "changed": []}));
    refused(json!({"whole": true, "columns": 10, "rows": 2, "changed": [[2, plain("x")]]}));
    refused(json!({"whole": true, "columns": 10, "rows": 2, "changed": [[0, plain("12345678901")]]}));
    refused(json!({"whole": true, "columns": 10, "rows": 2, "changed": [[0, plain("\u{1b}")]]}));
    refused(json!({"whole": false, "columns": 11, "rows": 2, "changed": []}));
    refused(json!({"whole": false, "columns": 10, "rows": 3, "changed": []}));
    let first = step(json!({"whole": false, "columns": 10, "rows": 2, "changed": []})).unwrap();
    assert!(Shown::after(None, first).is_err(), "a change of nothing");
    for no_message in [
        json!({"whole": true, "columns": 70_000, "rows": 1, "changed": []}),
        json!({"whole": true, "columns": -1, "rows": 1, "changed": []}),
        json!({"whole": true, "columns": 10, "rows": 1, "changed": [[0, [["x", 256, -1, 0]]]]}),
        json!({"whole": true, "columns": 10, "rows": 1, "changed": [[0, [["x", -2, -1, 0]]]]}),
        json!({"whole": true, "columns": 10, "rows": 1, "changed": [[0, [["x", 1 << 25, -1, 0]]]]}),
        json!({"whole": true, "columns": 10, "rows": 1, "changed": [[0, "\u{1b}[2J"]]}),
        json!({"whole": true, "columns": 10, "rows": 1}),
    ] {
        assert!(step(no_message.clone()).is_err(), "{no_message}");
    }
}

fn any_look() -> impl Strategy<Value = Look> {
    let paint = || {
        prop_oneof![
            Just(Paint::Own),
            any::<u8>().prop_map(Paint::Indexed),
            any::<[u8; 3]>().prop_map(|[r, g, b]| Paint::Rgb(r, g, b)),
        ]
    };
    (paint(), paint(), any::<bool>(), any::<bool>()).prop_map(|(fg, bg, bold, inverse)| Look {
        fg,
        bg,
        bold,
        inverse,
        ..Look::default()
    })
}

fn any_screen() -> impl Strategy<Value = Shown> {
    let cell = (any::<char>(), prop::collection::vec(any::<char>(), 0..3), 1..=2u8, any_look());
    let row = prop::collection::vec(cell, 0..20);
    let rows = prop::collection::vec(row, 1..100);
    (1..400u16, rows, prop::option::of((0..400u16, 0..100u16))).prop_map(|(columns, rows, cursor)| {
        let row = |cells: Vec<(char, Vec<char>, u8, Look)>| {
            let fits = cells.iter().scan(0, |sum, cell| {
                *sum += u16::from(cell.2);
                Some(*sum)
            });
            let within = fits.take_while(|sum| *sum <= columns).count();
            let cells = cells.iter().take(within);
            Row::of(cells.map(|(glyph, marks, width, look)| Cell {
                glyph: *glyph,
                marks,
                width: *width,
                look: *look,
            }))
        };
        Shown::new(columns, rows.into_iter().map(row).collect(), cursor)
    })
}

proptest! {
    #[test]
    fn every_screen_arrives_as_it_is_and_small(first in any_screen(), second in any_screen()) {
        let over = |step: &Step| serde_json::from_slice::<Step>(&serde_json::to_vec(step).unwrap()).unwrap();
        prop_assert!(spelled(&first) <= MOST_BYTES);
        let there = Shown::after(None, over(&first.step_from(None))).unwrap();
        prop_assert_eq!(&there, &first);
        let after = Shown::after(Some(&there), over(&second.step_from(Some(&first)))).unwrap();
        prop_assert_eq!(after, second);
    }

    #[test]
    fn whatever_a_step_holds_the_screen_stays_within_its_bounds(
        whole in any::<bool>(),
        columns in 0..300u16,
        rows in 0..120u16,
        cursor in prop::option::of((0..300u16, 0..120u16)),
        changed in prop::collection::vec((0..120u16, prop::collection::vec(("[\\x00-\\x{10ffff}]{0,40}", any_look()), 0..5)), 0..9),
    ) {
        let before = Shown::new(80, vec![Row::default(); 24], None);
        let rows_of = |pieces: Vec<(String, Look)>| Row(pieces.into_iter().map(|(text, look)| Piece { text, look }).collect());
        let changed = changed.into_iter().map(|(at, pieces)| (at, rows_of(pieces))).collect();
        if let Ok(shown) = Shown::after(Some(&before), Step { whole, columns, rows, cursor, changed }) {
            prop_assert!((1..=MOST_COLUMNS).contains(&shown.columns()) && shown.rows().len() <= usize::from(MOST_ROWS));
            for row in shown.rows() {
                prop_assert!(columns_of(&text(row)) <= usize::from(shown.columns()));
                let obeyed = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
                prop_assert!(!text(row).chars().any(obeyed));
            }
            prop_assert!(shown.cursor().is_none_or(|(column, row)| column < shown.columns() && usize::from(row) < shown.rows().len()));
        }
    }
}
