//! A shell on its way to those who look at it: the newest state alone, spelled once for all who have the one before.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use super::shown::{Shown, Step};
use super::wire::{self, ToLearner};

/// Between two states of a shell that is shown.
pub const SHOW_EVERY: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
struct Scene {
    /// Which time of being shown it is: what ends and begins again is another one.
    run: u64,
    number: u64,
    shown: Option<Arc<Shown>>,
    /// For those who have the one before, and for everybody else.
    next: Bytes,
    whole: Bytes,
}

/// Where a shell is shown from. Nothing is seen until it has begun.
#[derive(Clone, Debug, Default)]
pub struct Stage(watch::Sender<Scene>);

/// Where it is seen from, by one line.
#[derive(Clone, Debug)]
pub(super) struct Seats {
    scenes: watch::Receiver<Scene>,
    /// Run and number of what was told last, until an end was told.
    told: Option<(u64, u64)>,
}

impl Stage {
    pub fn begin(&self, shown: Shown) {
        self.0.send_modify(|scene| {
            scene.run += 1;
            scene.becomes(shown);
        });
    }

    /// The next state. One that comes after the end is not seen any more.
    pub fn show(&self, shown: Shown) {
        self.0.send_if_modified(|scene| {
            let is_new = scene.shown.as_ref().is_some_and(|before| **before != shown);
            if is_new {
                scene.becomes(shown);
            }
            is_new
        });
    }

    pub fn end(&self) {
        self.0.send_if_modified(|scene| scene.shown.take().is_some());
    }

    pub(super) fn seats(&self) -> Seats {
        Seats { scenes: self.0.subscribe(), told: None }
    }
}

impl Scene {
    fn becomes(&mut self, shown: Shown) {
        self.next = spelled(Some(shown.step_from(self.shown.as_deref())));
        self.whole = spelled(Some(shown.step_from(None)));
        self.shown = Some(Arc::new(shown));
        self.number += 1;
    }
}

/// A learner's shell goes to the host in the same words.
fn spelled(step: Option<Step>) -> Bytes {
    wire::spell(&ToLearner::Shell { step })
}

impl Seats {
    /// For a new line, which was told nothing yet.
    pub(super) fn anew(&mut self) {
        self.told = None;
        self.scenes.mark_changed();
    }

    /// What is to be said next, as soon as there is something. May be dropped while it waits. States may be left out; an
    /// end never is.
    pub(super) async fn next(&mut self) -> Bytes {
        loop {
            if self.scenes.changed().await.is_err() {
                // Nothing will ever be shown from there again.
                std::future::pending::<()>().await;
            }
            if let Some(frame) = self.frame() {
                return frame;
            }
        }
    }

    fn frame(&mut self) -> Option<Bytes> {
        let scene = self.scenes.borrow_and_update();
        let is = (scene.run, scene.number);
        let frame = match self.told {
            Some((run, _)) if run != scene.run || scene.shown.is_none() => {
                drop(scene);
                self.told = None;
                // What has begun since comes next.
                self.scenes.mark_changed();
                return Some(spelled(None));
            }
            None if scene.shown.is_none() => return None,
            Some((_, number)) if number == scene.number => return None,
            Some((_, number)) if number + 1 == scene.number => scene.next.clone(),
            _ => scene.whole.clone(),
        };
        self.told = Some(is);
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::super::shown::Row;
    use super::super::wire::ToHost;
    use super::*;

    fn state(lines: &[&str]) -> Shown {
        let cell = |glyph| super::super::Cell { glyph, marks: &[], width: 1, look: Default::default() };
        Shown::new(20, lines.iter().map(|line| Row::of(line.chars().map(cell))).collect(), None)
    }

    /// As a learner takes it, and as a host does.
    fn take(before: Option<&Shown>, frame: &Bytes) -> Option<Shown> {
        let ToLearner::Shell { step } = serde_json::from_slice(frame).unwrap() else { panic!("{frame:?}") };
        let ToHost::Shell { step: same } = serde_json::from_slice(frame).unwrap() else {
            panic!("{frame:?}")
        };
        assert_eq!(step, same);
        step.map(|step| Shown::after(before, step).unwrap())
    }

    async fn next(seats: &mut Seats) -> Option<Bytes> {
        // Everything that is there is there at once.
        tokio::select! { biased; frame = seats.next() => Some(frame), () = std::future::ready(()) => None }
    }

    #[tokio::test]
    async fn who_is_slow_misses_states_and_who_comes_late_gets_all() {
        let stage = Stage::default();
        let (mut quick, mut slow) = (stage.seats(), stage.seats());
        quick.anew();
        assert_eq!(next(&mut quick).await, None, "nothing is shown");
        stage.show(state(&["secret"]));
        assert_eq!(next(&mut quick).await, None, "it has not begun");
        stage.begin(state(&["$ ", "", ""]));
        slow.anew();
        let (first, whole) = (next(&mut quick).await.unwrap(), next(&mut slow).await.unwrap());
        let at_first = take(None, &first);
        assert_eq!(at_first, Some(state(&["$ ", "", ""])));
        assert_eq!(take(None, &whole), at_first);
        stage.show(state(&["$ docker", "", ""]));
        let second = next(&mut quick).await.unwrap();
        let quicks = take(at_first.as_ref(), &second);
        assert_eq!(quicks, Some(state(&["$ docker", "", ""])));
        stage.show(state(&["$ docker", "a", "$ "]));
        let third = next(&mut quick).await.unwrap();
        assert!(!String::from_utf8_lossy(&third).contains("docker"), "rows that stay are not sent again");
        assert_eq!(take(quicks.as_ref(), &third), Some(state(&["$ docker", "a", "$ "])));
        let newest = next(&mut slow).await.unwrap();
        assert_eq!(take(None, &newest), Some(state(&["$ docker", "a", "$ "])), "the newest alone, whole");
        assert_eq!(next(&mut slow).await, None);
        stage.show(state(&["$ docker", "a", "$ "]));
        assert_eq!(next(&mut quick).await, None, "a state that is the same is none");
        let mut late = stage.seats();
        late.anew();
        assert_eq!(take(None, &next(&mut late).await.unwrap()), Some(state(&["$ docker", "a", "$ "])));
        stage.end();
        stage.show(state(&["secret"]));
        // Whoever was away in between hears of the end, too.
        stage.begin(state(&["$ again"]));
        assert_eq!(take(None, &next(&mut quick).await.unwrap()), None);
        assert_eq!(take(None, &next(&mut quick).await.unwrap()), Some(state(&["$ again"])));
        stage.end();
        for seats in [&mut quick, &mut slow, &mut late] {
            assert_eq!(take(None, &next(seats).await.unwrap()), None);
            assert_eq!(next(seats).await, None);
        }
    }
}
