//! Reads a theme file.

use std::collections::BTreeMap;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::Theme;

#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    #[error("theme {theme}: {source}")]
    Toml { theme: String, source: Box<toml::de::Error> },
    #[error("theme {theme}: `{role}` has no style")]
    Missing { theme: String, role: &'static str },
    #[error("theme {theme}: there is no role called `{role}`")]
    Unknown { theme: String, role: String },
    #[error("theme {theme}: `{role}` has the unknown word `{word}`")]
    Word { theme: String, role: String, word: String },
}

impl ThemeError {
    pub fn remedy(&self) -> String {
        match self {
            Self::Toml { .. } => "Mend the file, or delete it to get the built-in colours.".into(),
            Self::Missing { role, .. } => format!("Add a line for `{role}`, as in `{role} = \"default\"`."),
            Self::Unknown { role, .. } => format!("Remove `{role}`, or compare its spelling with dark.toml."),
            Self::Word { .. } => {
                "Use a colour of the palette, #rrggbb, default, on, bold, dim, italic, underlined, \
                                  reversed or crossed-out."
                    .into()
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    dark: bool,
    palette: BTreeMap<String, String>,
    roles: BTreeMap<String, String>,
    syntax: BTreeMap<String, String>,
}

impl Theme {
    /// Every role must have a style, so that no screen is unreadable by an oversight.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, ThemeError> {
        let file: File =
            toml::from_str(text).map_err(|e| ThemeError::Toml { theme: name.into(), source: Box::new(e) })?;
        let mut theme = Self { name: name.into(), is_dark: file.dark, ..Self::default() };
        fill(name, &file.palette, file.roles, theme.roles())?;
        fill(name, &file.palette, file.syntax, theme.syntax.roles())?;
        Ok(theme)
    }
}

fn fill<const N: usize>(
    theme: &str,
    palette: &BTreeMap<String, String>,
    mut given: BTreeMap<String, String>,
    roles: [(&'static str, &mut Style); N],
) -> Result<(), ThemeError> {
    for (role, style) in roles {
        let words = given.remove(role).ok_or(ThemeError::Missing { theme: theme.into(), role })?;
        *style = read_style(palette, &words).map_err(|word| ThemeError::Word {
            theme: theme.into(),
            role: role.into(),
            word,
        })?;
    }
    match given.into_keys().next() {
        Some(role) => Err(ThemeError::Unknown { theme: theme.into(), role }),
        None => Ok(()),
    }
}

/// `Err` holds the word that means nothing.
fn read_style(palette: &BTreeMap<String, String>, words: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut on = false;
    for word in words.split_whitespace() {
        style = match word {
            "on" => {
                on = true;
                continue;
            }
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "italic" => style.add_modifier(Modifier::ITALIC),
            "underlined" => style.add_modifier(Modifier::UNDERLINED),
            "reversed" => style.add_modifier(Modifier::REVERSED),
            "crossed-out" => style.add_modifier(Modifier::CROSSED_OUT),
            // The terminal's own colour: nothing is set, so that a style below shines through.
            "default" => style,
            name => {
                let value = palette.get(name).map_or(name, String::as_str);
                let colour = value.starts_with('#').then(|| Color::from_str(value).ok()).flatten();
                let colour = colour.ok_or_else(|| name.to_owned())?;
                if std::mem::take(&mut on) { style.bg(colour) } else { style.fg(colour) }
            }
        };
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_themes_are_read() {
        assert!(Theme::dark().is_dark);
        assert!(!Theme::light().is_dark);
        assert_eq!(Theme::dark().code.bg, Some(Color::Rgb(0x1c, 0x21, 0x30)));
        assert_eq!(Theme::dark().text, Style::new());
    }

    #[test]
    fn a_mistake_names_its_role_and_word() {
        let text = include_str!("../../../assets/themes/dark.toml").replace("amber bold", "ambre bold");
        let error = Theme::from_toml("mine", &text).unwrap_err();
        assert_eq!(error.to_string(), "theme mine: `key` has the unknown word `ambre`");
        let text = include_str!("../../../assets/themes/dark.toml").replace("bar =", "bear =");
        assert!(matches!(Theme::from_toml("mine", &text), Err(ThemeError::Missing { role: "bar", .. })));
    }

    /// WCAG's ratio for text is 4.5. The terminal's own background is unknown: common ones stand in for it.
    #[test]
    fn both_themes_can_be_read() {
        for (mut theme, grounds) in [
            (Theme::dark(), [(0, 0, 0), (0x1e, 0x1e, 0x1e), (0x1a, 0x1b, 0x26)]),
            (Theme::light(), [(255, 255, 255), (0xfd, 0xf6, 0xe3), (0xfa, 0xfa, 0xfa)]),
        ] {
            let name = theme.name.clone();
            let code = theme.code.bg;
            let mut all: Vec<_> = theme.roles().map(|(role, style)| (role, *style, None)).into();
            all.extend(theme.syntax.roles().map(|(role, style)| (role, *style, code)));
            for (role, style, under) in all {
                let Some(Color::Rgb(r, g, b)) = style.fg else { continue };
                // Frames may be quiet: they are not read.
                let least = if role == "border" { 1.6 } else { 4.5 };
                let own = match style.bg.or(under) {
                    Some(Color::Rgb(r, g, b)) => vec![(r, g, b)],
                    _ => grounds.to_vec(),
                };
                for ground in own {
                    let ratio = contrast((r, g, b), ground);
                    assert!(ratio >= least, "{name} {role}: {ratio:.2} on {ground:?}");
                }
            }
        }
    }

    fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }
}
