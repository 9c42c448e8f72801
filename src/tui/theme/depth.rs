//! Brings a theme's colours down to what a terminal can show.

use ratatui::style::{Color, Style};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits a colour.
    #[default]
    Full,
    /// The 256 colours of xterm.
    Indexed,
    /// The 16 that the terminal's own settings define.
    Sixteen,
    None,
}

impl Depth {
    /// From the values of `NO_COLOR`, `COLORTERM` and `TERM`.
    pub fn from_env(no_color: Option<&str>, colorterm: Option<&str>, term: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        if no_color.is_some_and(|v| !v.is_empty()) || term == "dumb" {
            Self::None
        } else if colorterm.is_some_and(|v| v == "truecolor" || v == "24bit") || term.contains("direct") {
            Self::Full
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }

    pub(super) fn fit(self, mut style: Style, is_dark: bool) -> Style {
        match self {
            Self::Full => style,
            Self::Indexed => {
                style.fg = style.fg.map(indexed);
                style.bg = style.bg.map(indexed);
                style
            }
            Self::Sixteen => {
                // None of the sixteen is a subtle background, and a text made for one may not suit another.
                if style.bg.take().is_some() && style.fg.is_some_and(is_grey) {
                    style.fg = None;
                }
                style.fg = style.fg.map(|c| sixteen(c, is_dark));
                style
            }
            Self::None => Style::new().add_modifier(style.add_modifier),
        }
    }
}

fn indexed(colour: Color) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    let level = |c: u8| -> u8 {
        if c < 48 {
            0
        } else if c < 115 {
            1
        } else {
            (c - 35) / 40
        }
    };
    let value = |l: u8| -> i32 { if l == 0 { 0 } else { 55 + 40 * i32::from(l) } };
    let distance = |x: (i32, i32, i32)| {
        (i32::from(r) - x.0).pow(2) + (i32::from(g) - x.1).pow(2) + (i32::from(b) - x.2).pow(2)
    };
    let cube = (level(r), level(g), level(b));
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let step = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = 8 + 10 * i32::from(step);
    if distance((grey, grey, grey)) < distance((value(cube.0), value(cube.1), value(cube.2))) {
        Color::Indexed(232 + step)
    } else {
        Color::Indexed(16 + 36 * cube.0 + 6 * cube.1 + cube.2)
    }
}

/// Hue, from 0 to 6, unless the colour is nearly grey.
fn hue(r: u8, g: u8, b: u8) -> Option<f32> {
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    let spread = f32::from(max - min);
    if spread < 0.25 * f32::from(max) {
        return None;
    }
    let (r, g, b) = (f32::from(r), f32::from(g), f32::from(b));
    let max = f32::from(max);
    Some(if max == r {
        ((g - b) / spread).rem_euclid(6.0)
    } else if max == g {
        (b - r) / spread + 2.0
    } else {
        (r - g) / spread + 4.0
    })
}

fn is_grey(colour: Color) -> bool {
    matches!(colour, Color::Rgb(r, g, b) if hue(r, g, b).is_none())
}

/// Terminals choose their sixteen for their own background, so the hue matters and the lightness does not.
fn sixteen(colour: Color, is_dark: bool) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    match hue(r, g, b) {
        None if is_dark => Color::Gray,
        None => Color::DarkGray,
        Some(h) if !(0.35..5.5).contains(&h) => Color::Red,
        Some(h) if h < 1.2 => Color::Yellow,
        Some(h) if h < 2.6 => Color::Green,
        Some(h) if h < 3.45 => Color::Cyan,
        Some(h) if h < 4.2 => Color::Blue,
        Some(_) => Color::Magenta,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Theme;
    use super::*;

    #[test]
    fn what_a_terminal_can_show() {
        assert_eq!(Depth::from_env(Some("1"), Some("truecolor"), Some("xterm")), Depth::None);
        assert_eq!(Depth::from_env(Some(""), Some("truecolor"), Some("xterm")), Depth::Full);
        assert_eq!(Depth::from_env(None, None, Some("xterm-256color")), Depth::Indexed);
        assert_eq!(Depth::from_env(None, None, Some("linux")), Depth::Sixteen);
        assert_eq!(Depth::from_env(None, None, None), Depth::Sixteen);
    }

    #[test]
    fn hues_are_kept_in_sixteen_colours() {
        for theme in [Theme::dark(), Theme::light()] {
            let theme = theme.sixteen();
            assert_eq!(theme.ok.fg, Some(Color::Green));
            assert_eq!(theme.bad.fg, Some(Color::Red));
            assert_eq!(theme.warn.fg, Some(Color::Yellow));
            assert_eq!(theme.heading.fg, Some(Color::Blue));
            assert_eq!(theme.code.bg, None);
            assert_eq!(theme.marker.fg, Some(Color::Magenta));
            assert!(matches!(theme.border.fg, Some(Color::Gray | Color::DarkGray)));
        }
    }

    #[test]
    fn no_colour_is_left_in_the_plain_theme() {
        let text = format!("{:?}", Theme::dark().at(Depth::None));
        assert!(!text.contains("Rgb") && !text.contains("Indexed"), "{text}");
    }

    #[test]
    fn greys_go_to_the_grey_ramp() {
        assert_eq!(indexed(Color::Rgb(0x26, 0x26, 0x26)), Color::Indexed(235));
        assert_eq!(indexed(Color::Rgb(255, 0, 0)), Color::Indexed(196));
    }
}
