//! The full-screen app: terminal, loop, keymap, screens. The only room that names ratatui and crossterm.

pub mod action;
pub mod answers;
pub mod app;
pub mod effect;
mod effects;
mod ends;
pub mod highlight;
pub mod keymap;
pub mod layout;
pub mod msg;
pub mod screen;
mod terminal;
pub mod theme;
pub mod watchdog;
pub mod widget;

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyEventKind};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use futures_util::StreamExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

pub use effects::{Attending, Wanted, World};

use answers::Answers;
use app::App;
use effect::Effect;
use ends::Ends;
use msg::Msg;
use terminal::Around;

/// Between two frames, so that a flooding shell costs at most sixty frames a second.
const FRAME: Duration = Duration::from_millis(16);
/// Messages taken before the screen is drawn again.
const BURST: usize = 256;
/// Bytes of a frame that go out in one piece: a whole screen of 200x60 in colours.
const PAGE: usize = 64 << 10;
/// Of messages that wait; those who send more wait too.
pub const INBOX: usize = 256;

/// The learner's terminal. Buffered, because standard output alone cuts a frame into many small writes.
type Outer = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// Runs the app until the learner quits or the machine asks it to end. The terminal is as it was afterwards.
pub async fn run(mut app: App, mut world: World, mut inbox: mpsc::Receiver<Msg>) -> io::Result<()> {
    // Before anything of the terminal is changed: from then on nothing ends the app but by its own way.
    let ends = Ends::new()?;
    let taken = terminal::take()?;
    let shown = show(&mut app, &mut world, &mut inbox, ends).await;
    drop(taken);
    world.end().await;
    match shown {
        Err(error) if ends::is_gone(&error) => Ok(()),
        shown => shown,
    }
}

async fn show(
    app: &mut App,
    world: &mut World,
    inbox: &mut mpsc::Receiver<Msg>,
    mut ends: Ends,
) -> io::Result<()> {
    // The event stream can lose one of two resizes in quick succession; the screen must not stay the wrong size.
    let mut winch = signal(SignalKind::window_change())?;
    // Before anything is seen: an Esc that is pressed later cannot run into an answer that comes at once.
    let mut answers = Answers::default();
    if answers::may_be_asked(std::env::var("TERM").ok().as_deref()) {
        stdout().write_all(answers::QUESTIONS)?;
        stdout().flush()?;
        answers.ask();
    }
    let mut around = Around::default();
    let backend = CrosstermBackend::new(BufWriter::with_capacity(PAGE, stdout()));
    let area = terminal::drawn_on(backend.size()?);
    let screen = Terminal::with_options(backend, TerminalOptions { viewport: Viewport::Fixed(area) })?;
    // `Taken` shows the cursor again. The screen's own drop does so too, complains where the terminal has gone, and panics over that.
    let mut screen = ManuallyDrop::new(screen);
    let mut effects = app.update(Timestamp::now(), Msg::Resize(area.width, area.height));
    paint(&mut screen, app)?;
    // Reads the list of all zones, for which the first frame need not wait.
    app.set_zone(TimeZone::system());
    effects.extend(app.begin(Timestamp::now()));
    world.begin();

    let mut keys = EventStream::new();
    let mut dirty = true;
    let mut last = Instant::now();
    loop {
        let mut quit = false;
        for effect in effects.drain(..) {
            quit |= effect == Effect::Quit;
            world.run(effect);
        }
        if quit {
            break;
        }
        let frame_due = last + FRAME;
        if dirty && Instant::now() >= frame_due {
            paint(&mut screen, app)?;
            around.show(app.outer())?;
            dirty = false;
            last = Instant::now();
        }
        let tick = app.next_tick();
        let wake = if dirty {
            Some(frame_due)
        } else {
            tick.map(|at| {
                let wait = at.duration_since(Timestamp::now());
                Instant::now() + Duration::try_from(wait).unwrap_or_default()
            })
        };
        tokio::select! {
            biased;
            () = ends.come() => break,
            event = keys.next() => match event {
                Some(event) => {
                    let (events, colors) = answers.take(Instant::now(), event?);
                    let told = colors.map(Msg::Colors);
                    for msg in events.into_iter().filter_map(from_terminal).chain(told) {
                        effects.extend(app.update(Timestamp::now(), msg));
                        // A key is answered at once, whatever the shell is printing.
                        last = last.checked_sub(FRAME).unwrap_or(last);
                        dirty = true;
                    }
                },
                None => break,
            },
            () = sleep_until(answers.deadline().unwrap_or(last)), if answers.deadline().is_some() => {
                for msg in answers.expire().into_iter().filter_map(from_terminal) {
                    effects.extend(app.update(Timestamp::now(), msg));
                }
                dirty = true;
            },
            Some(msg) = inbox.recv() => {
                let now = Timestamp::now();
                effects = app.update(now, msg);
                for _ in 0..BURST {
                    let Ok(msg) = inbox.try_recv() else { break };
                    effects.extend(app.update(now, msg));
                }
                dirty = true;
            },
            _ = winch.recv() => {
                let area = terminal::drawn_on(screen.size()?);
                screen.resize(area)?;
                effects = app.update(Timestamp::now(), Msg::Resize(area.width, area.height));
                dirty = true;
            },
            () = sleep_until(wake.unwrap_or(last)), if wake.is_some() => if !dirty {
                effects = app.update(Timestamp::now(), Msg::Tick);
                dirty = true;
            },
        }
    }
    Ok(())
}

/// One frame, inside a synchronized update so that no terminal shows half of it.
fn paint(screen: &mut Outer, app: &App) -> io::Result<()> {
    queue!(screen.backend_mut(), BeginSynchronizedUpdate)?;
    screen.draw(|frame| app.draw(frame))?;
    execute!(screen.backend_mut(), EndSynchronizedUpdate)
}

fn from_terminal(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
        Event::Key(_) => None,
        Event::Mouse(mouse) => Some(Msg::Mouse(mouse)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        // The signal of it is listened to.
        Event::Resize(..) => None,
        Event::FocusGained => Some(Msg::Focus(true)),
        Event::FocusLost => Some(Msg::Focus(false)),
    }
}
