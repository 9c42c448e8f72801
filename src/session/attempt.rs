//! One attempt at an exercise: what of all that happens counts for it, and what verdicts on it are reached from. Pure.
//!
//! The screen, `pilotwhale shell`, `grade` and the rehearsal feed it what they saw; none of them decides what counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::things;
use crate::check::{Needs, build};
use crate::facts::reference::{kept_tag, names_of};
use crate::facts::{
    CommandEnd, Evidence, Image, ImageConfig, Keep, Kept, Kind, Looked, Observed, Origin, Past, Run,
    Snapshot, Thing,
};

/// How many images are looked into for one verdict.
const MOST_IMAGES: usize = 40;

/// Clones share what is large, so that one can be handed to a grading as it is now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt {
    /// Which attempt at the exercise it is, counted from 1.
    pub number: u64,
    /// When it began; nothing before it counts.
    pub since: Timestamp,
    needs: Arc<Needs>,
    kept: Kept,
    /// The end of the last command in the shell.
    ended: Option<CommandEnd>,
    /// What came or went since then, as far as anybody remembers.
    passed: Vec<Thing>,
    /// How images are set up: the content of an id never changes.
    images: BTreeMap<String, Arc<ImageConfig>>,
    /// Containers as they were known when their packages were looked at last, by their ids.
    opened: BTreeMap<String, Arc<Run>>,
}

/// Something that happened, before anybody has decided whether it counts.
#[derive(Clone, Copy, Debug)]
pub enum Sight<'a> {
    /// A container's life went on.
    Run(&'a Run),
    /// A call of a docker client.
    Call(&'a Observed),
    /// A command in the shell ended.
    End(CommandEnd),
    /// An image got a name; a volume or network came or went.
    Thing(&'a Thing),
    /// All that the engine remembers since a moment.
    Past(&'a Past),
}

/// What a sight was for an attempt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// Whether a verdict may be another one now.
    pub changed: bool,
    pub keep: Vec<Keep>,
}

impl Attempt {
    /// `kept` is what was recorded of it before, by this program or an earlier one.
    pub fn new(number: u64, since: Timestamp, needs: Needs, kept: Kept) -> Self {
        let runs = kept.runs.iter().map(|run| Arc::new(run.keeping(&needs.variables))).collect();
        Self { number, since, needs: Arc::new(needs), kept: Kept { runs, ..kept }, ..Self::default() }
    }

    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The exercise was read again, and may ask for something else.
    pub fn set_needs(&mut self, needs: Needs) {
        self.needs = Arc::new(needs);
    }

    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Takes in what happened.
    pub fn saw(&mut self, sight: Sight<'_>) -> Counted {
        let keep: Vec<Keep> = match sight {
            Sight::Run(run) => self.run(run).into_iter().collect(),
            Sight::Call(call) => self.call(call).into_iter().collect(),
            Sight::End(end) => {
                self.ended = Some(end);
                let unknown =
                    self.kept.seen.last().is_some_and(|call| build::is_build(call) && call.build.is_none());
                return Counted { changed: unknown, keep: Vec::new() };
            }
            Sight::Thing(thing) => {
                return Counted { changed: things::note(&mut self.passed, thing.clone()), keep: Vec::new() };
            }
            Sight::Past(past) => return self.past(past),
        };
        Counted { changed: !keep.is_empty(), keep }
    }

    /// A container counts where it was made since the beginning. None where nothing new is said of it.
    fn run(&mut self, run: &Run) -> Option<Keep> {
        if run.created.is_some_and(|created| created < self.since) {
            return None;
        }
        let newer = run.keeping(&self.needs.variables);
        let known = self.kept.runs.iter_mut().find(|known| known.id == run.id);
        let both = Arc::new(match &known {
            Some(known) => Run::clone(known).with(newer),
            None => newer,
        });
        match known {
            Some(known) if *known == both => return None,
            Some(known) => *known = Arc::clone(&both),
            None => self.kept.runs.push(Arc::clone(&both)),
        }
        Some(Keep::Run(both))
    }

    /// A call counts where a check asks for calls, and the learner typed it. The same call is told more than once.
    fn call(&mut self, call: &Observed) -> Option<Keep> {
        let counts = self.needs.calls
            && call.command.origin == Origin::Typed
            && call.answer.is_some()
            // All that is seen of a build that went wrong before it began.
            && (call.action.name != "ping" || build::is_build(call))
            && call.at >= self.since;
        let call = Arc::new(counts.then(|| call.keeping(self.needs.exec_output))?);
        // Each tap counts its calls from 1.
        let known = self.kept.seen.iter_mut().rev().find(|c| (c.at, c.call) == (call.at, call.call));
        match known {
            Some(known) if *known == call => return None,
            Some(known) => *known = Arc::clone(&call),
            None => self.kept.seen.push(Arc::clone(&call)),
        }
        Some(Keep::Call(call))
    }

    /// What was recorded and is not there any more was removed, also where the engine has forgotten when.
    fn past(&mut self, past: &Past) -> Counted {
        let mut keep: Vec<Keep> = past.runs.iter().filter_map(|run| self.run(run)).collect();
        for known in &mut self.kept.runs {
            let is_told = known.created.is_none_or(|created| created >= past.since);
            if is_told && !known.removed && !past.runs.iter().any(|run| run.id == known.id) {
                *known = Arc::new(Run { removed: true, state: None, ..Run::clone(known) });
                keep.push(Keep::Run(Arc::clone(known)));
            }
        }
        let mut changed = !keep.is_empty();
        for thing in &past.things {
            changed |= things::note(&mut self.passed, thing.clone());
        }
        Counted { changed, keep }
    }

    /// The last answer to a question counts.
    pub fn answered(&mut self, prompt: &str, answer: &str) -> Keep {
        self.kept.answers.insert(prompt.to_owned(), answer.to_owned());
        Keep::Answer { prompt: prompt.to_owned(), answer: answer.to_owned() }
    }

    /// What was learnt by asking, and can't be asked again later or need not be: what servers answered, how images are
    /// set up, and what was here.
    pub fn learned(&mut self, here: Option<&Snapshot>, looked: &Looked) -> Vec<Keep> {
        self.images.extend(looked.images.iter().map(|(id, config)| (id.clone(), Arc::clone(config))));
        let mut keep = Vec::new();
        for (id, probes) in &looked.probes {
            let Some(known) = self.kept.runs.iter_mut().find(|run| run.id == *id) else { continue };
            let mut run = Run::clone(known);
            run.learn(probes.clone());
            // That it was silent once more is nothing new.
            if run.probes.iter().map(|p| &p.outcome).ne(known.probes.iter().map(|p| &p.outcome)) {
                *known = Arc::new(run);
                keep.push(Keep::Run(Arc::clone(known)));
            }
        }
        keep.extend(self.gained(&looked.packages));
        if let Some(here) = here.filter(|_| self.needs.things) {
            let things = things::known(&self.kept.things, &self.passed, here);
            if things != self.kept.things {
                self.kept.things.clone_from(&things);
                keep.push(Keep::Things(things));
            }
        }
        keep
    }

    fn gained(&mut self, packages: &[(Arc<Run>, Vec<String>)]) -> Vec<Keep> {
        let mut keep = Vec::new();
        for (seen, found) in packages {
            let Some(known) = self.kept.runs.iter_mut().find(|run| run.id == seen.id) else { continue };
            // What came while it was looked at asks for another look.
            let is_still_so = known == seen;
            let look = Run { id: seen.id.clone(), packages: Some(found.clone()), ..Run::default() };
            let both = Run::clone(known).with(look);
            if both != **known {
                *known = Arc::new(both);
                keep.push(Keep::Run(Arc::clone(known)));
            }
            if is_still_so {
                self.opened.insert(known.id.clone(), Arc::clone(known));
            }
        }
        keep
    }

    /// Takes back what was kept: of another look at the same attempt, or of an earlier session.
    pub fn restore(&mut self, what: &Keep) {
        match what {
            Keep::Run(run) => drop(self.run(run)),
            Keep::Call(call) => drop(self.call(call)),
            Keep::Answer { prompt, answer } => drop(self.answered(prompt, answer)),
            Keep::Things(things) => self.kept.things.clone_from(things),
        }
    }

    /// The containers that still run, of which a server may be asked something.
    pub fn running(&self) -> impl Iterator<Item = &Arc<Run>> {
        self.kept.runs.iter().filter(|run| run.is_running())
    }

    /// The containers whose packages must be looked at before a verdict: those of which something was seen since the last
    /// look, as long as nothing was found.
    pub fn unknown_packages(&self) -> impl Iterator<Item = &Arc<Run>> {
        let wanted = |run: &&Arc<Run>| self.needs.packages && run.may_gain_packages();
        self.kept.runs.iter().filter(wanted).filter(|run| self.opened.get(&run.id) != Some(*run))
    }

    /// Ids of the images that must be looked into before a verdict: those that may be meant, because they are young, a
    /// container was made from them, or a check names them; and that nobody has looked into.
    pub fn unknown_images(&self, here: &Snapshot) -> Vec<String> {
        if !self.needs.image_configs {
            return Vec::new();
        }
        let meant = here.images.iter().filter(|image| self.may_be_meant(image)).take(MOST_IMAGES);
        meant.filter(|image| !self.images.contains_key(&image.id)).map(|image| image.id.clone()).collect()
    }

    fn may_be_meant(&self, image: &Image) -> bool {
        let names = names_of(image);
        let asked = &self.needs.images;
        let bases = asked.iter().filter_map(|asked| asked.based_on.as_deref());
        image.created.is_none_or(|at| at.as_second() >= self.since.as_second())
            || self.tagged().any(|id| *id == image.id)
            || self.kept.runs.iter().any(|run| run.content().is(image.content()))
            || asked.iter().chain(bases).any(|asked| asked.same_repo(&names))
    }

    /// Images that were given a name since the beginning.
    fn tagged(&self) -> impl Iterator<Item = &String> {
        // The app's own, for what a build takes the name of, says nothing of the image.
        let is_own = |thing: &Thing| {
            let tag = format!(":{}", kept_tag(&thing.id));
            !thing.names.is_empty() && thing.names.iter().all(|name| name.ends_with(&tag))
        };
        let images = self.passed.iter().filter(|thing| thing.kind == Kind::Image);
        images.filter(move |thing| !is_own(thing)).map(|thing| &thing.id)
    }

    /// All that a verdict needs. `here` is what the engine holds now; None where it does not answer. `bound` holds ids of
    /// what tasks that passed had found, by the names that later tasks use.
    pub fn evidence(
        &self,
        here: Option<&Snapshot>,
        looked: &Looked,
        bound: BTreeMap<String, String>,
    ) -> Evidence {
        let mut after = self.clone();
        after.learned(here, looked);
        let mut runs: Vec<Run> = after.kept.runs.iter().map(|run| Run::clone(run)).collect();
        runs.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        let mut seen: Vec<Observed> = after.kept.seen.iter().map(|call| Observed::clone(call)).collect();
        seen.sort_by_key(|call| (call.at, call.call));
        let with_config = |image: &Image| {
            let config = after.images.get(&image.id).map(|config| Box::new(ImageConfig::clone(config)));
            Image { config, ..image.clone() }
        };
        Evidence {
            since: self.since,
            gathered: looked.at,
            engine: here.map(|here| here.engine.clone()),
            problems: looked.problems.clone(),
            images: here.into_iter().flat_map(|here| &here.images).map(with_config).collect(),
            tagged: after.tagged().cloned().collect(),
            volumes: here.map(|here| here.volumes.clone()).unwrap_or_default(),
            networks: here.map(|here| here.networks.clone()).unwrap_or_default(),
            runs,
            seen,
            ended: self.ended,
            answers: after.kept.answers.clone(),
            folders: looked.folders.clone(),
            places: looked.places.clone(),
            files: looked.files.clone(),
            listing: looked.listing.clone(),
            fetched: looked.fetched.clone(),
            things: after.kept.things.clone(),
            bound,
        }
    }
}

#[cfg(test)]
#[path = "attempt_tests.rs"]
mod tests;
