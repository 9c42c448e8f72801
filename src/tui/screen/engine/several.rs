//! Whose logs are read together.

use super::tables::{self, Tab};
use crate::facts::Snapshot;

/// Each log takes a connection to the engine.
const MOST: usize = 20;

/// Containers of which the logs are in one view; what comes later belongs to them too.
#[derive(Clone, Debug)]
pub(super) enum Several {
    /// Of this compose project.
    Project(String),
    /// What this filter of the list finds.
    Found(String),
}

impl Several {
    /// Their ids, and the names that tell them apart; at most as many as can be read together.
    pub(super) fn members(&self, snapshot: &Snapshot) -> Vec<(String, String)> {
        let member = |at: usize| {
            let container = &snapshot.containers[at];
            (container.id.clone(), self.short(&container.name).to_owned())
        };
        self.places(snapshot).into_iter().take(MOST).map(member).collect()
    }

    /// What is read, for the frame.
    pub(super) fn title(&self, snapshot: &Snapshot) -> String {
        let all = self.places(snapshot).len();
        let of = match self {
            Self::Project(project) => project.clone(),
            Self::Found(_) if all == 1 => "1 container".to_owned(),
            Self::Found(_) => format!("{all} containers"),
        };
        if all > MOST { format!("{of} (the first {MOST})") } else { of }
    }

    /// What a file with them is called.
    pub(super) fn file(&self) -> &str {
        match self {
            Self::Project(project) => project,
            Self::Found(_) => "containers",
        }
    }

    /// By service, or as the list shows them.
    fn places(&self, snapshot: &Snapshot) -> Vec<usize> {
        let mut places = tables::order(snapshot, Tab::Containers);
        match self {
            Self::Project(project) => {
                let compose = |at: usize| snapshot.containers[at].compose();
                places.retain(|&at| compose(at).is_some_and(|compose| compose.project == project));
                places.sort_by_key(|&at| compose(at).map(|c| (c.one_off, c.service, c.number)));
            }
            Self::Found(filter) => {
                places.retain(|&at| tables::matches(snapshot, Tab::Containers, at, filter));
            }
        }
        places
    }

    /// Without the project that all of them begin with.
    fn short<'a>(&self, name: &'a str) -> &'a str {
        let Self::Project(project) = self else { return name };
        let rest = name.strip_prefix(project.as_str()).map(|rest| rest.trim_start_matches(['-', '_']));
        rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
    }
}
