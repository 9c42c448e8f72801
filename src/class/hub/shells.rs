//! Learners' shells: who shares one, and that it is closed from here.

use std::sync::Arc;

use super::{Change, Closed, Hub, LearnerId, MOST_SHELLS, Shared, Shown, ToLearner};

impl Hub {
    pub(super) fn shell(&mut self, learner: LearnerId, line: u64, shown: Option<Arc<Shown>>) {
        let shared = self.known.values().filter(|known| known.shell == Shared::Yes).count();
        let Some(known) = self.known.get_mut(&learner) else { return };
        let Some(line) = known.line.as_ref().filter(|l| l.number == line) else { return };
        known.shell = match (known.shell, &shown) {
            (Shared::Closed, Some(_)) | (Shared::No, None) => return,
            (Shared::Closed, None) => {
                known.shell = Shared::No;
                return;
            }
            (Shared::No, Some(_)) if shared >= MOST_SHELLS => {
                let _ = line.direct.try_send(ToLearner::ShellClosed { why: Closed::Full });
                known.shell = Shared::Closed;
                return;
            }
            (_, Some(_)) => Shared::Yes,
            (Shared::Yes, None) => Shared::No,
        };
        // The board needs the newest alone.
        self.news
            .retain(|change| !matches!(change, Change::Shell { learner: other, .. } if *other == learner));
        self.news.push(Change::Shell { learner, shown });
    }

    pub(super) fn close_shell(&mut self, learner: &LearnerId) {
        let Some(known) = self.known.get_mut(learner).filter(|known| known.shell == Shared::Yes) else {
            return;
        };
        known.shell = Shared::Closed;
        if let Some(line) = &known.line {
            let _ = line.direct.try_send(ToLearner::ShellClosed { why: Closed::ByInstructor });
        }
        self.news.push(Change::Shell { learner: learner.clone(), shown: None });
    }
}
