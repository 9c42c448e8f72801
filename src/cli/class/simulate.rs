//! `pilotwhale class simulate`: a class of learners who are not there, to rehearse with and to measure.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::class::{ClassError, JoinCode, Place, Rehearsal, Seen, rehearse};
use crate::cli::Ending;
use crate::cli::chosen::Chosen;
use crate::cli::desk::Stopped;
use crate::cli::print::say;

/// Let learners join who are not there: they follow, answer, err and ask for help
#[derive(clap::Args)]
pub(super) struct Args {
    /// How many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=5000))]
    learners: u16,

    /// The join code of the class
    #[arg(long, value_name = "CODE")]
    host: String,

    /// Seconds that a learner thinks at most before the next thing
    #[arg(long, value_name = "SECONDS", default_value_t = 8.0)]
    think: f64,

    /// Leave after so many seconds
    #[arg(long, value_name = "SECONDS")]
    leave_after: Option<u64>,
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let code: JoinCode = args.host.parse().map_err(ClassError::from)?;
    let think = Duration::try_from_secs_f64(args.think)
        .map_err(|_| Stopped::usage("--think needs a number of seconds", "For example --think 8."))?;
    let learners = usize::from(args.learners);
    let rehearsal = Rehearsal { code, learners, course: Arc::new(chosen.load()?), think };
    let leave = args.leave_after.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let runtime = tokio::runtime::Runtime::new().map_err(ClassError::Work)?;
    runtime.block_on(async {
        let (out, mut seen) = mpsc::channel(1024);
        let playing = tokio::spawn(rehearse(rehearsal, out));
        let mut term = signal(SignalKind::terminate()).map_err(ClassError::Work)?;
        let mut int = signal(SignalKind::interrupt()).map_err(ClassError::Work)?;
        let mut tally = Tally::of(learners);
        let until = tokio::time::Instant::from_std(leave.unwrap_or_else(Instant::now));
        loop {
            tokio::select! {
                biased;
                _ = term.recv() => break,
                _ = int.recv() => break,
                () = tokio::time::sleep_until(until), if leave.is_some() => break,
                news = seen.recv() => match news {
                    Some((who, seen)) => say(&tally.note(who, seen)),
                    None => break,
                },
            }
        }
        drop(seen);
        playing.await.unwrap_or(Ok(()))?;
        Ok(if tally.out == 0 { Ending::Done } else { Ending::CouldNot })
    })
}

/// What all of them together have seen.
struct Tally {
    learners: usize,
    here: BTreeSet<usize>,
    /// When the last round of joining began.
    since: Instant,
    places: HashMap<(String, usize, usize), Vec<f64>>,
    out: usize,
}

impl Tally {
    fn of(learners: usize) -> Self {
        Self { learners, here: BTreeSet::new(), since: Instant::now(), places: HashMap::new(), out: 0 }
    }

    /// A line where all of them have come to the same.
    fn note(&mut self, who: usize, seen: Seen) -> String {
        match seen {
            Seen::Joined => {
                self.here.insert(who);
                if self.here.len() < self.learners {
                    return String::new();
                }
                format!("all {} are here after {} ms\n", self.learners, self.since.elapsed().as_millis())
            }
            Seen::Away(why) => {
                if self.here.len() == self.learners {
                    self.since = Instant::now();
                    self.here.remove(&who);
                    return format!("away: {why}\n");
                }
                self.here.remove(&who);
                String::new()
            }
            Seen::Out(why) => {
                self.out += 1;
                format!("out: {why}\n")
            }
            Seen::Place { place, after } => self.place(&place, after.as_secs_f64() * 1000.0),
            Seen::AllKept => String::new(),
        }
    }

    fn place(&mut self, place: &Place, ms: f64) -> String {
        let key = (place.lesson.clone(), place.slide, place.step);
        let seen = self.places.entry(key.clone()).or_default();
        seen.push(ms);
        if seen.len() < self.here.len() {
            return String::new();
        }
        let mut seen = self.places.remove(&key).unwrap_or_default();
        seen.sort_by(f64::total_cmp);
        let at = |percent: usize| seen[(seen.len() - 1) * percent / 100];
        let (lesson, slide, step) = key;
        format!(
            "{lesson} {}.{}: {} saw it, p50 {:.1} ms, p99 {:.1} ms, last {:.1} ms\n",
            slide + 1,
            step + 1,
            seen.len(),
            at(50),
            at(99),
            at(100)
        )
    }
}
