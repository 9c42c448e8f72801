//! `pilotwhale class host`: opens the instructor's screen on a class, or serves it without one.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::Named;
use super::orders::{self, Order};
use crate::class::{self, Change, Hosting, Opened, Remembered, Roster};
use crate::cli::chosen::Chosen;
use crate::cli::desk::{Stopped, wait};
use crate::cli::play::{self, InClass, Screen};
use crate::cli::print::say;
use crate::cli::{Ending, logging};
use crate::course::Course;
use crate::paths::Paths;
use crate::progress::Place;
use crate::tui::Attending;
use crate::tui::screen::class::{Follow, Leading, Seat};

/// Hold a class; the join code is shown on the screen
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    named: Named,

    /// Listen here instead of on all addresses of this machine, for example 0.0.0.0:4800
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<SocketAddr>,

    /// Put this address into the join code, where learners reach this machine by another one than it has itself
    #[arg(long, value_name = "ADDRESS:PORT")]
    advertise: Option<SocketAddr>,

    /// Serve without a screen; orders are read from the input, one a line
    #[arg(long)]
    headless: bool,

    /// Show what the class sees, on a second terminal to project; the class is open in another one
    #[arg(long, conflicts_with_all = ["headless", "bind"])]
    audience: bool,
}

pub(super) fn run(args: &Args, chosen: &Chosen, screen: &Screen) -> Result<ExitCode, Stopped> {
    let course = chosen.load()?;
    if !args.headless {
        play::needs_terminal()?;
    }
    let paths = Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))?;
    logging::start(&paths);
    let (class, file) = args.named.resolve(&paths)?;
    if args.audience {
        let joining = class::as_audience(&file, args.advertise, (course.id, course.version))?;
        let joining = joining.ok_or_else(|| {
            let remedy = "Open it in another terminal first: pilotwhale class host.";
            Stopped::usage(format!("there is no class {class} on this machine"), remedy)
        })?;
        let in_class = InClass {
            seat: Seat::Follows(Box::new(Follow::new(true))),
            attending: Attending::Follows(Box::new(joining), Box::new(Remembered::default())),
            place: None,
        };
        return play::audience(screen, chosen, paths, in_class);
    }
    let opened = class::open(Hosting {
        file,
        class: class.clone(),
        bind: args.bind,
        advertise: args.advertise,
        course: (course.id.clone(), course.version.clone()),
    })?;
    if args.headless {
        return headless(opened, &class, &course).map(|ending| ExitCode::from(ending as u8));
    }
    let Opened { host, code, changes, standing } = opened;
    // A class that was shown nothing yet begins at its beginning.
    let place = standing.place.as_ref().map_or_else(Place::default, |place| Place {
        lesson: place.lesson.clone(),
        slide: place.slide,
        step: place.step,
    });
    let in_class = InClass {
        seat: Seat::Leads(Box::new(Leading::new(class, code, standing))),
        attending: Attending::Leads(host, changes),
        place: Some(place),
    };
    play::in_class(screen, chosen, paths, in_class)
}

/// Until it is told to end. Every line that it prints is one thing that has happened.
fn headless(opened: Opened, class: &str, course: &Course) -> Result<Ending, Stopped> {
    let Opened { host, code, mut changes, .. } = opened;
    say(&format!("The class {class} is open.\n  join  pilotwhale join {code}\n"));
    if code.address.ip().is_loopback() {
        say("  Only this machine can join it.\n");
    }
    let served = wait(async {
        let mut term = signal(SignalKind::terminate())?;
        let mut int = signal(SignalKind::interrupt())?;
        let mut hup = signal(SignalKind::hangup())?;
        let mut lines = lines();
        let (mut roster, mut listening) = (Roster::default(), true);
        loop {
            tokio::select! {
                news = changes.recv() => match news {
                    Some(news) => news.iter().for_each(|change| {
                        say(&told(change, &roster));
                        roster.apply(change);
                    }),
                    None => break,
                },
                line = lines.recv(), if listening => match line {
                    Some(line) => match orders::read(&line, course) {
                        Ok(Order::Lead(lead)) => host.lead(lead),
                        Ok(Order::Board) => say(&board(&roster)),
                        Ok(Order::End) => break,
                        Ok(Order::Nothing) => {}
                        Err(why) => say(&format!("{why}\n")),
                    },
                    // Nobody gives orders any more; learners go on.
                    None => listening = false,
                },
                _ = term.recv() => break,
                _ = int.recv() => break,
                _ = hup.recv() => break,
            }
        }
        std::io::Result::Ok(())
    })?;
    drop(changes);
    host.end();
    served.map_err(|e| class::ClassError::Work(e).into()).map(|()| {
        say("The class has ended. Everything is kept; pilotwhale class host opens it again.\n");
        Ending::Done
    })
}

/// The lines of the input. Its thread waits in the kernel and ends with the program.
fn lines() -> mpsc::Receiver<String> {
    let (out, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if out.blocking_send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// One line for a change that a person wants to know.
fn told(change: &Change, roster: &Roster) -> String {
    let name = |id| roster.learner(id).map(|l| l.name.clone()).unwrap_or_default();
    match change {
        Change::Met { learner, name } if roster.learner(learner).is_none() => format!("new    {name}\n"),
        Change::Met { name: new, learner } => format!("named  {new}, before {}\n", name(learner)),
        Change::Here { learner, here: true } => format!("here   {}\n", name(learner)),
        Change::Here { learner, here: false } => format!("gone   {}\n", name(learner)),
        Change::Hand { learner, since: Some(_) } => format!("hand   {}\n", name(learner)),
        Change::Trouble { what, remedy } => format!("trouble: {what}\n  {remedy}\n"),
        Change::Shell { learner, shown: Some(_) } => match roster.learner(learner) {
            Some(before) if before.shell.is_none() => format!("shell  {} shares theirs\n", before.name),
            _ => String::new(),
        },
        Change::Shell { learner, shown: None } => format!("shell  {} shares no more\n", name(learner)),
        Change::Hand { since: None, .. } | Change::Did { .. } | Change::Standing(_) => String::new(),
    }
}

fn board(roster: &Roster) -> String {
    let mut text = format!("{} here, {} known\n", roster.here(), roster.known());
    for (_, learner) in roster.iter() {
        let place = learner.progress.place.as_ref();
        let place = place.map_or("-".into(), |p| format!("{} {}.{}", p.lesson, p.slide + 1, p.step + 1));
        let here = if learner.here { "here" } else { "gone" };
        let quiet = learner.without_progress(Timestamp::now()).map_or(0, |d| d.as_mins());
        let tries = learner.attempts();
        let _ = writeln!(
            text,
            "{:<24} {here}  {place:<20} {tries} tries, {quiet} min since a step",
            learner.name
        );
    }
    for stuck in roster.stuck() {
        let _ = writeln!(
            text,
            "stuck: {}/{}: {} × {}",
            stuck.exercise,
            stuck.task,
            stuck.differs,
            stuck.learners.len()
        );
    }
    text
}
