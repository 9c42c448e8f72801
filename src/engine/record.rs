//! Writes down the life of every container made while we watch, output included. Decides; the watch task does.

use std::collections::{BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

use super::EngineError;
use super::event::{Change, Event, Happening};
use super::history::{self, Inspected};
use crate::facts::{Exec, Output, Past, Run, RunSource};

/// Lives that are remembered; the oldest is forgotten first.
const KEPT: usize = 200;

/// A `--rm` container that could not start is removed with its reason; only the shell that typed it has shown that.
const REASON_GONE: &str = "it could not be started, and was removed before the engine could be asked why";

#[derive(Debug, Default)]
pub(super) struct Recorder {
    lives: HashMap<String, Life>,
    order: VecDeque<String>,
    changed: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Life {
    run: Run,
    health_test: Option<String>,
    inspected: bool,
    /// Somebody listens, or the log was asked for.
    output_asked: bool,
    /// No more output will come for this start of the container.
    output_done: bool,
    /// Its log is read along.
    follows: bool,
    ended: bool,
    /// The connection was lost since anything was heard of it.
    stale: bool,
}

/// Something to ask the engine, whose answer comes back as an `Answer`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Job {
    Inspect(String),
    /// Listen until it ends: its output may be gone a moment later, or is awaited while it runs. It begins before
    /// anything is known of the container, because a `docker run` starts it some milliseconds after making it.
    Listen(String),
    StopListening(String),
    /// Read the log of what goes on running along, for checks that ask what a server printed.
    Follow(String),
    ReadLog(String),
    InspectExec {
        container: String,
        exec: String,
    },
}

#[derive(Debug)]
pub(super) enum Answer {
    Inspected {
        id: String,
        seen: Result<Box<Inspected>, EngineError>,
    },
    Output {
        id: String,
        output: Option<Output>,
        done: bool,
    },
    /// How a command was run inside a container.
    Exec {
        container: String,
        seen: Box<Exec>,
    },
    /// Nobody could listen.
    Deaf {
        id: String,
    },
}

impl Recorder {
    /// The runs that changed since the last call, oldest first.
    pub(super) fn changed(&mut self) -> Vec<Run> {
        let mut runs: Vec<Run> = std::mem::take(&mut self.changed)
            .into_iter()
            .filter_map(|id| self.lives.get(&id).map(|life| life.run.clone()))
            .collect();
        runs.sort_by_key(|r| r.created);
        runs
    }

    /// What the engine remembers, with what was seen since; it is followed from now on like what was made under our eyes.
    pub(super) fn read_back(&mut self, mut past: Past) -> (Past, Vec<Job>) {
        let mut jobs = Vec::new();
        for told in &mut past.runs {
            if let Some(life) = self.lives.get_mut(&told.id) {
                let seen = std::mem::take(&mut life.run);
                // What came while the engine was asked is newer than its answer; what was seen before a gap is older.
                let is_older = std::mem::take(&mut life.stale);
                life.run = if is_older { seen.with(told.clone()) } else { told.clone().with(seen) };
                life.ended = !life.run.is_running() && life.run.finished.is_some();
                *told = life.run.clone();
            } else if !told.removed && told.argv.is_some() {
                let ended = !told.is_running() && told.finished.is_some();
                let run = told.clone();
                // Its log was read just now.
                let mut life = Life { run, inspected: true, ended, output_asked: ended, ..Life::default() };
                life.output_done = ended;
                jobs.extend(life.hear_again());
                self.keep(life);
            }
        }
        let told: BTreeSet<String> = past.runs.iter().map(|run| run.id.clone()).collect();
        let missing = self.lives.values().map(|life| &life.run).filter(|run| !told.contains(&run.id));
        let young = missing.filter(|run| run.created.is_none_or(|created| created >= past.since));
        past.runs.extend(young.cloned().collect::<Vec<_>>());
        (past, jobs)
    }

    /// After a new connection: what was asked over the old one will not be answered.
    pub(super) fn reconnected(&mut self) -> Vec<Job> {
        let mut jobs = Vec::new();
        self.lives.values_mut().for_each(|life| life.stale = true);
        for (id, life) in self.lives.iter_mut().filter(|(_, life)| !life.output_done) {
            life.output_asked = false;
            if !life.inspected {
                jobs.push(Job::Inspect(id.clone()));
            } else {
                life.follows = false;
                jobs.extend(life.hear_again());
            }
        }
        jobs
    }

    pub(super) fn observe(&mut self, event: &Event) -> Vec<Job> {
        match &event.what {
            Happening::Container { id, change: Change::Created, attributes } => {
                self.begin(id, attributes, event.at())
            }
            Happening::Container { id, change: Change::Renamed, attributes } => {
                let Some(life) = self.lives.get_mut(id) else { return Vec::new() };
                if let Some(name) = attributes.get("name") {
                    life.run.name = name.trim_start_matches('/').to_owned();
                    self.changed.insert(id.clone());
                }
                // A look that is under way may know the old one.
                if life.inspected { vec![Job::Inspect(id.clone())] } else { Vec::new() }
            }
            Happening::Container { id, change, .. } => {
                let Some(life) = self.lives.get_mut(id) else { return Vec::new() };
                if let Change::Exec { line, .. } = change
                    && Some(line) == life.health_test.as_ref()
                {
                    return Vec::new();
                }
                if !history::apply(&mut life.run, change, event.at()) {
                    return Vec::new();
                }
                life.stale = false;
                let mut jobs = Vec::new();
                match change {
                    Change::Started => {
                        life.ended = false;
                        // A second start is heard anew only by reading the log at its end.
                        life.output_done = false;
                        if life.output_asked && life.run.output.is_some() {
                            life.output_asked = false;
                        }
                    }
                    Change::Died { .. } => {
                        life.ended = true;
                        if std::mem::take(&mut life.follows) {
                            jobs.push(Job::StopListening(id.clone()));
                        }
                    }
                    Change::Destroyed
                        if life.run.auto_remove
                            && life.run.started.is_none()
                            && life.run.error.is_empty() =>
                    {
                        life.run.error = REASON_GONE.into();
                    }
                    _ => {}
                }
                // An end without its output would be judged as if nothing had been printed: wait for the answer.
                if !matches!(change, Change::Died { .. }) || life.output_done {
                    self.changed.insert(id.clone());
                }
                let exec = match change {
                    Change::Exec { id: exec, .. } if !exec.is_empty() => {
                        Some(Job::InspectExec { container: id.clone(), exec: exec.clone() })
                    }
                    // The ports that the engine picked are known from now on.
                    Change::Started if life.inspected => Some(Job::Inspect(id.clone())),
                    _ => None,
                };
                jobs.extend(life.next().into_iter().chain(exec));
                jobs
            }
            // At a start it joins before it runs, and the look after the start tells of it. A start that failed says only this
            // much: it left its network and had never started.
            Happening::Wire { container, joined } => {
                let failed = |life: &Life| !joined && life.run.started.is_none();
                let tells = |life: &&Life| life.is_inspected_and_runs() || failed(life);
                let life = self.lives.get(container).filter(tells);
                life.map(|_| Job::Inspect(container.clone())).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn begin(&mut self, id: &str, attributes: &HashMap<String, String>, at: Option<Timestamp>) -> Vec<Job> {
        if self.lives.contains_key(id) {
            return Vec::new();
        }
        let run = history::from_event(id, attributes, at);
        self.keep(Life { run, output_asked: true, ..Life::default() });
        self.changed.insert(id.to_string());
        vec![Job::Listen(id.to_string()), Job::Inspect(id.to_string())]
    }

    fn keep(&mut self, life: Life) {
        self.order.push_back(life.run.id.clone());
        self.lives.insert(life.run.id.clone(), life);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.lives.remove(&oldest);
        }
    }

    pub(super) fn answered(&mut self, answer: Answer) -> Vec<Job> {
        match answer {
            Answer::Inspected { id, seen } => {
                let Some(life) = self.lives.get_mut(&id) else { return Vec::new() };
                let mut jobs = Vec::new();
                match seen {
                    Ok(seen) => {
                        let first = !life.inspected;
                        life.learn(*seen);
                        if first && !life.is_fleeting() {
                            life.output_asked = false;
                            jobs.push(Job::StopListening(id.clone()));
                        }
                    }
                    Err(error) => {
                        // It was gone before we came: its events, and what was heard, are all that there is.
                        tracing::debug!(id, %error, "a container could not be looked at");
                        life.inspected = true;
                    }
                }
                jobs.extend(life.next());
                if !life.ended || life.output_done {
                    self.changed.insert(id);
                }
                jobs
            }
            Answer::Exec { container, seen } => {
                let Some(life) = self.lives.get_mut(&container) else { return Vec::new() };
                let Some(exec) = life.run.execs.iter_mut().find(|e| e.id == seen.id) else {
                    return Vec::new();
                };
                let exit_code = exec.exit_code.or(seen.exit_code);
                *exec = Exec { line: std::mem::take(&mut exec.line), exit_code, ..*seen };
                self.changed.insert(container);
                Vec::new()
            }
            Answer::Deaf { id } => {
                let Some(life) = self.lives.get_mut(&id) else { return Vec::new() };
                life.output_asked = false;
                life.next().into_iter().collect()
            }
            Answer::Output { id, output, done } => {
                let Some(life) = self.lives.get_mut(&id) else { return Vec::new() };
                if output.is_some() {
                    life.run.output = output;
                }
                life.output_done |= done;
                self.changed.insert(id);
                Vec::new()
            }
        }
    }
}

impl Life {
    fn is_inspected_and_runs(&self) -> bool {
        self.inspected && self.run.started.is_some() && self.run.finished.is_none() && !self.run.removed
    }

    /// Takes over what an inspect says; what events have said since is newer.
    fn learn(&mut self, seen: Inspected) {
        let heard = Run { argv: None, ..std::mem::take(&mut self.run) };
        self.run = seen.run.with(heard);
        self.health_test = seen.health_test;
        self.inspected = true;
        self.run.execs.retain(|exec| Some(&exec.line) != self.health_test.as_ref());
    }

    /// What is still to come is heard again over a new connection: its log has the beginning.
    fn hear_again(&mut self) -> Option<Job> {
        if !self.ended && self.is_fleeting() {
            self.output_asked = true;
            return Some(Job::Listen(self.run.id.clone()));
        }
        self.next()
    }

    /// Reads the log of what has ended, and along of what runs, unless somebody listens.
    fn next(&mut self) -> Option<Job> {
        if self.inspected && self.run.source == RunSource::Build {
            self.output_done = true;
            return None;
        }
        if !self.inspected || self.output_asked {
            return None;
        }
        if !self.ended {
            let follows = self.run.is_running() && !std::mem::replace(&mut self.follows, true);
            return follows.then(|| Job::Follow(self.run.id.clone()));
        }
        self.output_asked = true;
        Some(Job::ReadLog(self.run.id.clone()))
    }

    /// Its output must be heard while it runs: it will be gone, or somebody sits before it.
    fn is_fleeting(&self) -> bool {
        self.run.source == RunSource::Learner
            && (self.run.auto_remove || (self.run.tty && self.run.stdin_open))
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
