//! Where the class is: what the instructor shows, asks and has said. One value, sent whole, so that whoever comes late or
//! comes back needs nothing else.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::clean::{clean_line, clean_text};
use super::wire::LearnerId;

/// Notes and commands that are kept; older ones have been read.
const MOST: usize = 8;
/// Different answers that a poll lists.
const MOST_ANSWERS: usize = 12;
/// A class that goes on after so long has another day.
const DAY: SignedDuration = SignedDuration::from_hours(12);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub place: Option<Place>,
    #[serde(default)]
    pub day: Option<Day>,
    /// Opened for all.
    pub exercise: Option<String>,
    pub timer: Option<Timer>,
    pub poll: Option<Poll>,
    #[serde(default)]
    pub notes: Vec<Note>,
    /// Commands that the instructor ran in their shell, to be looked at.
    #[serde(default)]
    pub commands: Vec<Note>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub lesson: String,
    pub slide: usize,
    pub step: usize,
    /// When the instructor went there.
    pub since: Timestamp,
}

/// The class of today: what the plan of the day counts from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub since: Timestamp,
    /// The lesson that it began with.
    pub lesson: String,
}

impl Day {
    pub fn lasts(&self, now: Timestamp) -> bool {
        now.duration_since(self.since) < DAY
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// On the host's clock.
    pub ends: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    pub lesson: String,
    pub quiz: String,
    pub open: bool,
    pub answered: usize,
    /// By the answer as it is recorded; empty until the poll is closed, so that nobody follows the crowd.
    #[serde(default)]
    pub counts: BTreeMap<String, usize>,
}

/// Numbers go up for as long as the class lives, so that each is shown once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub number: u64,
    pub text: String,
}

/// What an instructor can ask of the class.
#[derive(Clone, Debug, PartialEq)]
pub enum Lead {
    Go {
        lesson: String,
        slide: usize,
        step: usize,
    },
    OpenExercise(String),
    CloseExercise,
    Timer(SignedDuration),
    StopTimer,
    Note(String),
    Command(String),
    OpenPoll {
        lesson: String,
        quiz: String,
    },
    ClosePoll,
    EndPoll,
    /// To one learner, or to everyone who works on it.
    Hint {
        to: Option<LearnerId>,
        exercise: String,
        task: String,
        text: String,
    },
    LowerHand(LearnerId),
    /// Look at this learner's shell no more.
    CloseShell(LearnerId),
    /// Whether learners who were never here may come in; those who are known may always. It is open whenever a class is opened.
    Door {
        open: bool,
    },
}

impl Standing {
    /// What it is after this; false where everybody has heard it already. Hints, hands and shells are between the instructor and
    /// single learners and change nothing here.
    pub fn lead(&mut self, lead: &Lead, now: Timestamp) -> bool {
        match lead {
            Lead::Go { lesson, slide, step } => {
                let place = Place { lesson: lesson.clone(), slide: *slide, step: *step, since: now };
                let is_today = self.day.as_ref().is_some_and(|day| day.lasts(now));
                let same = self.place.as_ref().is_some_and(|p| Place { since: now, ..p.clone() } == place);
                if same && is_today {
                    return false;
                }
                if !is_today {
                    self.day = Some(Day { since: now, lesson: lesson.clone() });
                }
                self.place = Some(place);
            }
            Lead::OpenExercise(id) => self.exercise = Some(id.clone()),
            Lead::CloseExercise => self.exercise = None,
            Lead::Timer(length) => {
                self.timer = now.checked_add(*length).ok().map(|ends| Timer { ends });
            }
            Lead::StopTimer => self.timer = None,
            Lead::Note(text) => add(&mut self.notes, clean_text(text)),
            Lead::Command(text) => add(&mut self.commands, clean_line(text)),
            Lead::OpenPoll { lesson, quiz } => {
                self.poll =
                    Some(Poll { lesson: lesson.clone(), quiz: quiz.clone(), open: true, ..Poll::default() });
            }
            Lead::ClosePoll => match &mut self.poll {
                Some(poll) => poll.open = false,
                None => return false,
            },
            Lead::EndPoll => self.poll = None,
            Lead::Hint { .. } | Lead::LowerHand(_) | Lead::CloseShell(_) | Lead::Door { .. } => return false,
        }
        true
    }

    /// As it came from a host: every word is made fit for a screen.
    pub(super) fn cleaned(mut self) -> Self {
        for note in &mut self.notes {
            note.text = clean_text(&note.text);
        }
        for command in &mut self.commands {
            command.text = clean_line(&command.text);
        }
        if let Some(poll) = &mut self.poll {
            poll.counts =
                std::mem::take(&mut poll.counts).into_iter().map(|(a, n)| (clean_line(&a), n)).collect();
        }
        self
    }

    /// The last answer of each learner to the poll.
    pub(super) fn count<'a>(&mut self, answers: impl IntoIterator<Item = &'a String>) {
        let Some(poll) = &mut self.poll else { return };
        let mut counts = BTreeMap::new();
        poll.answered = 0;
        for answer in answers {
            poll.answered += 1;
            *counts.entry(answer.clone()).or_insert(0) += 1;
        }
        poll.counts = if poll.open { BTreeMap::new() } else { most_frequent(counts) };
    }
}

fn add(notes: &mut Vec<Note>, text: String) {
    if text.is_empty() {
        return;
    }
    let number = notes.last().map_or(1, |last| last.number + 1);
    notes.push(Note { number, text });
    notes.drain(..notes.len().saturating_sub(MOST));
}

fn most_frequent(counts: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let mut all: Vec<(String, usize)> = counts.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.into_iter().take(MOST_ANSWERS).collect()
}
