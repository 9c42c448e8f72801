//! Learners who are not there: they join, follow, answer and err like a class does, with the real client. For rehearsals and
//! for measuring.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc};

use super::{
    Asked, ClassError, Heard, Identity, JoinCode, Joining, Place, Remembered, Role, Stage, Standing, follow,
};
use crate::course::{Course, Quiz, QuizKind, Response, spell};
use crate::progress::Event;

/// What is rehearsed.
#[derive(Clone)]
pub struct Rehearsal {
    pub code: JoinCode,
    pub learners: usize,
    pub course: Arc<Course>,
    /// How long a learner thinks at most before each thing they do.
    pub think: Duration,
}

/// What one of them has seen, and when.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    Joined,
    Away(String),
    Out(String),
    /// After so long from the instructor's step.
    Place {
        place: Place,
        after: SignedDuration,
    },
    AllKept,
}

/// Wrong ways that several will take, so that a board has something to add up.
const WRONG: [&str; 3] =
    ["image taken as the command", "the container has another name", "no port was published"];

/// Plays until `seen` is closed, or everybody was sent away.
pub async fn rehearse(rehearsal: Rehearsal, seen: mpsc::Sender<(usize, Seen)>) -> Result<(), ClassError> {
    super::server::raise_file_limit();
    let mut all = tokio::task::JoinSet::new();
    for number in 0..rehearsal.learners {
        let player = Player::new(rehearsal.clone(), number, seen.clone());
        all.spawn(player.play());
    }
    drop(seen);
    while let Some(ended) = all.join_next().await {
        ended.unwrap_or(Ok(()))?;
    }
    Ok(())
}

struct Player {
    rehearsal: Rehearsal,
    number: usize,
    seen: mpsc::Sender<(usize, Seen)>,
    history: Remembered,
    saved: Arc<Notify>,
    chance: u64,
    place: Option<Place>,
    /// The next standing tells of the past.
    late: bool,
    answered: Option<(String, String)>,
    work: Option<Work>,
}

/// An exercise under way.
struct Work {
    exercise: String,
    run: u64,
    task: usize,
}

impl Player {
    fn new(rehearsal: Rehearsal, number: usize, seen: mpsc::Sender<(usize, Seen)>) -> Self {
        Self {
            rehearsal,
            number,
            seen,
            history: Remembered::default(),
            saved: Arc::default(),
            chance: number as u64 * 0x9e37_79b9 + 1,
            place: None,
            late: true,
            answered: None,
            work: None,
        }
    }

    /// The same learner does the same in each rehearsal.
    fn chance(&mut self, below: u64) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance % below.max(1)
    }

    fn think(&mut self) -> Duration {
        let most = u64::try_from(self.rehearsal.think.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(most / 4 + self.chance(most - most / 4))
    }

    async fn play(mut self) -> Result<(), ClassError> {
        let course = &self.rehearsal.course;
        let joining = Joining {
            code: self.rehearsal.code,
            identity: Identity::passing()?,
            name: format!("Learner {}", self.number + 1),
            role: Role::Learner,
            course: (course.id.clone(), course.version.clone()),
        };
        let (ask, asked) = mpsc::channel(4);
        let (heard_in, mut heard) = mpsc::channel(16);
        let (history, saved) = (Box::new(self.history.clone()), Arc::clone(&self.saved));
        let line = tokio::spawn(follow(joining, history, saved, asked, heard_in, Stage::default()));
        let mut next = tokio::time::Instant::now() + self.think();
        let seen = self.seen.clone();
        loop {
            tokio::select! {
                news = heard.recv() => match news {
                    Some(news) => if !self.hear(news).await { break },
                    None => break,
                },
                () = tokio::time::sleep_until(next), if self.work.is_some() => {
                    if self.chance(40) == 0 {
                        // A learner who waits for help and one who has it are both to be seen.
                        let up = self.chance(2) == 0;
                        if ask.send(Asked::Hand(up)).await.is_err() {
                            break;
                        }
                    }
                    self.work_on();
                    next = tokio::time::Instant::now() + self.think();
                }
                () = seen.closed() => break,
            }
        }
        drop(heard);
        drop(ask);
        line.await.unwrap_or(Ok(()))
    }

    /// False where it is over.
    async fn hear(&mut self, news: Heard) -> bool {
        let seen = match news {
            Heard::Joined { .. } => {
                self.late = true;
                Seen::Joined
            }
            Heard::Away { why, .. } => Seen::Away(why),
            Heard::Out { why, .. } => {
                let _ = self.seen.send((self.number, Seen::Out(why))).await;
                return false;
            }
            Heard::AllKept => Seen::AllKept,
            Heard::Standing { standing, ahead } => match self.stand(&standing, ahead) {
                Some(seen) => seen,
                None => return true,
            },
            Heard::Hint { .. } | Heard::HandDown | Heard::Shell(_) | Heard::ShellClosed(_) => return true,
        };
        self.seen.send((self.number, seen)).await.is_ok()
    }

    fn stand(&mut self, standing: &Standing, ahead: SignedDuration) -> Option<Seen> {
        if let Some(poll) = standing.poll.as_ref().filter(|p| p.open) {
            let asked = (poll.lesson.clone(), poll.quiz.clone());
            if self.answered.as_ref() != Some(&asked) {
                self.answer(&asked.0, &asked.1);
                self.answered = Some(asked);
            }
        } else {
            self.answered = None;
        }
        if let Some(exercise) = &standing.exercise
            && self.work.as_ref().is_none_or(|w| w.exercise != *exercise)
        {
            let run = self.work.as_ref().map_or(1, |w| w.run + 1);
            self.work = Some(Work { exercise: exercise.clone(), run, task: 0 });
            self.record(Event::ExerciseBegun { exercise: exercise.clone(), run, vars: Default::default() });
        }
        let late = std::mem::take(&mut self.late);
        let place = standing.place.clone().filter(|place| self.place.as_ref() != Some(place))?;
        self.place = Some(place.clone());
        self.record(Event::Moved { lesson: place.lesson.clone(), slide: place.slide, step: place.step });
        if late {
            return None;
        }
        let now = Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX);
        Some(Seen::Place { after: now.duration_since(place.since), place })
    }

    fn answer(&mut self, lesson: &str, quiz: &str) {
        let course = Arc::clone(&self.rehearsal.course);
        let deck = course.lessons.iter().find(|l| l.id == lesson).map(|l| &l.deck);
        let Some(asked) = deck.and_then(|d| d.quizzes.iter().find(|q| q.id == quiz)) else { return };
        let response = self.response(asked);
        let grade = asked.grade(&response);
        self.record(Event::QuizAnswered {
            lesson: lesson.into(),
            quiz: quiz.into(),
            answer: spell(&response),
            correct: grade.correct,
            score: grade.score,
        });
    }

    fn response(&mut self, quiz: &Quiz) -> Response {
        match &quiz.kind {
            QuizKind::Reveal { .. } => Response::Revealed,
            QuizKind::Single { choices } | QuizKind::Multiple { choices } => {
                let one = self.chance(choices.len() as u64);
                Response::Picked(vec![usize::try_from(one).unwrap_or(0)])
            }
            QuizKind::Text { accepted, .. } => {
                let known = if self.chance(3) == 0 { None } else { accepted.first() };
                Response::Typed(known.cloned().unwrap_or_else(|| "no idea".into()))
            }
            QuizKind::Number { answer, .. } => {
                let off = self.chance(3);
                Response::Typed(format!("{}", answer + off as f64))
            }
            QuizKind::Order { .. } => Response::Ordered(quiz.shuffled(self.chance)),
        }
    }

    /// One more try at the exercise.
    fn work_on(&mut self) {
        let course = Arc::clone(&self.rehearsal.course);
        let luck = self.chance(100);
        let wrong = WRONG[usize::try_from(self.chance(WRONG.len() as u64)).unwrap_or(0)];
        let Some(Work { exercise, run, task }) = &mut self.work else { return };
        let (id, run, number) = (exercise.clone(), *run, *task);
        let Some(of) = course.exercise(&id) else { return };
        let Some(doing) = of.tasks.get(number) else { return };
        let name = doing.id.clone();
        let event = match luck {
            0..30 => Event::Attempt { exercise: id, run, task: name, differs: wrong.into() },
            30..38 if !doing.hints.is_empty() => Event::HintTaken { exercise: id, run, task: name, level: 1 },
            38..60 => {
                *task += 1;
                let last = *task == of.tasks.len();
                let passed = Event::TaskPassed {
                    exercise: id.clone(),
                    run,
                    task: name,
                    found: "it was simulated".into(),
                    bound: Default::default(),
                };
                if last {
                    self.record(passed);
                    Event::ExercisePassed { exercise: id, run, assisted: false }
                } else {
                    passed
                }
            }
            _ => return,
        };
        self.record(event);
    }

    fn record(&self, event: Event) {
        self.history.record(event);
        self.saved.notify_one();
    }
}
