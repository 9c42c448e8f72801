//! The shell pane: the terminal of a real shell, or what to do when there is none.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Clear, Paragraph, Widget, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::tui::action::Action;
use crate::tui::effect::{Effect, ShellEffect};
use crate::tui::theme::Theme;
use crate::tui::widget::terminal::{self, Appearance, Cursor, Drawn, Screen};

#[derive(Default)]
pub struct ShellPane {
    screen: Option<Screen>,
    name: String,
    state: State,
    /// What is being waited for, where it takes more than a moment.
    waits: &'static str,
    size: (u16, u16),
}

#[derive(Default, PartialEq)]
enum State {
    /// The shell is to get the engine, which is not there yet.
    #[default]
    Waiting,
    Running,
    Ended(Option<i32>),
    Failed(String),
}

impl ShellPane {
    pub fn start(&mut self, screen: Screen, name: String) {
        self.screen = Some(screen);
        self.name = name;
        self.state = State::Running;
        // The new terminal has not been told its size yet.
        self.size = (0, 0);
    }

    /// What the learner reads until the shell starts.
    pub fn wait(&mut self, sentence: &'static str) {
        self.waits = sentence;
    }

    pub fn end(&mut self, status: Option<i32>) {
        if self.state == State::Running {
            self.state = State::Ended(status);
        }
    }

    pub fn fail(&mut self, why: String) {
        self.state = State::Failed(why);
    }

    /// Whether keys go to a program, now or as soon as it has started.
    pub fn takes_keys(&self) -> bool {
        matches!(self.state, State::Running | State::Waiting)
    }

    pub fn title(&self) -> String {
        if self.name.is_empty() {
            return "shell".to_owned();
        }
        format!("shell: {}", self.name)
    }

    pub fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        match self.state {
            State::Running | State::Waiting => vec![Effect::Shell(ShellEffect::Key(key))],
            State::Ended(_) | State::Failed(_) if key.code == KeyCode::Enter => {
                self.state = State::Waiting;
                vec![Effect::Shell(ShellEffect::Restart)]
            }
            _ => Vec::new(),
        }
    }

    pub fn mouse(&self, mouse: MouseEvent, body: Rect) -> Vec<Effect> {
        if self.state != State::Running {
            return Vec::new();
        }
        let mouse = MouseEvent {
            column: mouse.column.saturating_sub(body.x).min(body.width.saturating_sub(1)),
            row: mouse.row.saturating_sub(body.y).min(body.height.saturating_sub(1)),
            ..mouse
        };
        vec![Effect::Shell(ShellEffect::Mouse(mouse))]
    }

    /// Half a screen back or forward.
    pub fn scroll_page(&self, action: Action) -> Vec<Effect> {
        let half = i32::from(self.size.1 / 2).max(1);
        let lines = if action == Action::ScrollShellUp { half } else { -half };
        vec![Effect::Shell(ShellEffect::Scroll(lines))]
    }

    /// Tells the program its size, once each time that it changes.
    pub fn resize(&mut self, area: Rect) -> Option<Effect> {
        let (cols, rows) = (area.width, area.height);
        if self.size == (cols, rows) || cols == 0 || rows == 0 {
            return None;
        }
        self.size = (cols, rows);
        Some(Effect::Shell(ShellEffect::Resize { cols, rows }))
    }

    /// The cursor of the program, where one types there, and the title that a program gave, as the shell's.
    pub fn outer(&self, types: bool) -> (Option<Cursor>, Option<String>) {
        let Some(screen) = self.screen.as_ref().filter(|_| self.state == State::Running) else {
            return (None, None);
        };
        screen.read(|view| {
            let title = (!view.title().is_empty()).then(|| format!("{} · shell · pilotwhale", view.title()));
            (view.cursor().filter(|_| types), title)
        })
    }

    /// Draws it; returns where the cursor is, if it shows.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<(u16, u16)> {
        let look = Appearance { selection: theme.selected, without_colors: theme.name == "plain" };
        let drawn = self.screen.as_ref().map(|screen| terminal::draw(screen, area, buf, &look));
        if let Some(label) = drawn.as_ref().and_then(Drawn::scroll_label) {
            let label = format!(" {label} · any key here: to the end ");
            let width = (label.width() as u16).min(area.width);
            let corner = Rect { x: area.right() - width, width, height: 1.min(area.height), ..area };
            Clear.render(corner, buf);
            Paragraph::new(Line::styled(label, theme.selected)).render(corner, buf);
        }
        let cursor = drawn.and_then(|drawn| drawn.cursor).map(|(x, y, _)| (x, y));
        let (sentence, style) = match &self.state {
            State::Running => return cursor,
            State::Waiting if self.waits.is_empty() => {
                ("Looking for the engine; the shell comes with it.".to_owned(), theme.dim)
            }
            State::Waiting => (self.waits.to_owned(), theme.info),
            State::Ended(Some(0)) => ("The shell has ended. Enter starts a new one.".to_owned(), theme.info),
            State::Ended(Some(status)) => {
                (format!("The shell has ended with status {status}. Enter starts a new one."), theme.warn)
            }
            State::Ended(None) => ("The shell has ended. Enter starts a new one.".to_owned(), theme.warn),
            State::Failed(why) => (format!("{why} Enter tries again."), theme.warn),
        };
        let height = 2.min(area.height);
        let foot = Rect { y: area.bottom() - height, height, ..area };
        for row in foot.rows() {
            buf.set_style(row, theme.text);
            for x in row.x..row.right() {
                buf[(x, row.y)].reset();
            }
        }
        Paragraph::new(Text::from(vec![Line::styled(sentence, style)]))
            .wrap(Wrap { trim: true })
            .render(foot, buf);
        None
    }
}
