//! Colours and marks by role, so that no screen names a colour.

mod depth;
mod file;
mod look;

use ratatui::style::{Modifier, Style};

pub use depth::Depth;
pub use file::ThemeError;
pub use look::{Choice, Look};

/// One style a role. A screen asks for a role, never for a colour; state is always told by a word or a mark as well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Theme {
    pub name: String,
    pub is_dark: bool,
    pub text: Style,
    pub dim: Style,
    pub title: Style,
    pub heading: Style,
    pub emphasis: Style,
    pub strong: Style,
    pub strike: Style,
    pub quote: Style,
    pub link: Style,
    pub marker: Style,
    pub inline_code: Style,
    pub code: Style,
    pub table_head: Style,
    pub border: Style,
    pub border_focus: Style,
    /// A key's name in the bar and in help.
    pub key: Style,
    pub selected: Style,
    /// What just changed.
    pub fresh: Style,
    pub ok: Style,
    pub warn: Style,
    pub bad: Style,
    pub info: Style,
    pub match_: Style,
    pub bar: Style,
    pub syntax: SyntaxTheme,
}

/// Styles of the parts of code; each is put on top of `Theme::code`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyntaxTheme {
    pub comment: Style,
    pub keyword: Style,
    pub string: Style,
    pub number: Style,
    pub function: Style,
    pub variable: Style,
    pub option: Style,
    pub operator: Style,
    pub kind: Style,
}

impl Theme {
    pub fn dark() -> Self {
        Self::from_toml("dark", include_str!("../../assets/themes/dark.toml"))
            .expect("a test reads the theme that is built in")
    }

    pub fn light() -> Self {
        Self::from_toml("light", include_str!("../../assets/themes/light.toml"))
            .expect("a test reads the theme that is built in")
    }

    /// No colour at all, for `NO_COLOR`.
    pub fn plain() -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let dim = Style::new().add_modifier(Modifier::DIM);
        let underlined = Style::new().add_modifier(Modifier::UNDERLINED);
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        let italic = Style::new().add_modifier(Modifier::ITALIC);
        Self {
            name: "plain".into(),
            is_dark: true,
            dim,
            title: bold,
            heading: bold,
            emphasis: italic,
            strong: bold,
            strike: Style::new().add_modifier(Modifier::CROSSED_OUT),
            quote: italic,
            link: underlined,
            marker: bold,
            inline_code: bold,
            table_head: bold,
            border: dim,
            border_focus: bold,
            key: bold,
            selected: reversed,
            fresh: reversed,
            ok: bold,
            warn: bold,
            bad: bold,
            info: bold,
            match_: reversed,
            bar: dim,
            syntax: SyntaxTheme { comment: dim, keyword: bold, ..SyntaxTheme::default() },
            ..Self::default()
        }
    }

    /// The same roles in the 16 colours that the terminal itself defines.
    pub fn sixteen(self) -> Self {
        self.at(Depth::Sixteen)
    }

    /// The same roles in the colours that the terminal can show.
    pub fn at(mut self, depth: Depth) -> Self {
        if depth == Depth::None {
            return Self { is_dark: self.is_dark, ..Self::plain() };
        }
        let is_dark = self.is_dark;
        for (_, style) in self.roles() {
            *style = depth.fit(*style, is_dark);
        }
        for (_, style) in self.syntax.roles() {
            *style = depth.fit(*style, is_dark);
        }
        if depth == Depth::Sixteen {
            // Without a background of its own, a selection is told by reversing it.
            self.selected = self.selected.add_modifier(Modifier::REVERSED);
            self.match_ = self.match_.add_modifier(Modifier::REVERSED);
            self.fresh = self.fresh.add_modifier(Modifier::REVERSED);
        }
        self
    }

    /// Every role by the name it has in a theme file.
    fn roles(&mut self) -> [(&'static str, &mut Style); 24] {
        [
            ("text", &mut self.text),
            ("dim", &mut self.dim),
            ("title", &mut self.title),
            ("heading", &mut self.heading),
            ("emphasis", &mut self.emphasis),
            ("strong", &mut self.strong),
            ("strike", &mut self.strike),
            ("quote", &mut self.quote),
            ("link", &mut self.link),
            ("marker", &mut self.marker),
            ("inline-code", &mut self.inline_code),
            ("code", &mut self.code),
            ("table-head", &mut self.table_head),
            ("border", &mut self.border),
            ("border-focus", &mut self.border_focus),
            ("key", &mut self.key),
            ("selected", &mut self.selected),
            ("fresh", &mut self.fresh),
            ("ok", &mut self.ok),
            ("warn", &mut self.warn),
            ("bad", &mut self.bad),
            ("info", &mut self.info),
            ("match", &mut self.match_),
            ("bar", &mut self.bar),
        ]
    }
}

impl SyntaxTheme {
    fn roles(&mut self) -> [(&'static str, &mut Style); 9] {
        [
            ("comment", &mut self.comment),
            ("keyword", &mut self.keyword),
            ("string", &mut self.string),
            ("number", &mut self.number),
            ("function", &mut self.function),
            ("variable", &mut self.variable),
            ("option", &mut self.option),
            ("operator", &mut self.operator),
            ("kind", &mut self.kind),
        ]
    }
}
