//! What the app does about an engine on this machine: one answer, for the app itself and for `pilotwhale doctor`.

use super::private::{How, Plan, can_start, running};
use super::{Discovery, Endpoint, EngineError};

/// What comes of a look around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// This one is talked to; whether it answers is another question.
    Found(Endpoint),
    /// An engine of pilotwhale's own runs already, started by an app that may still be open.
    OwnRuns(Endpoint),
    /// An engine of pilotwhale's own is started in this way.
    Own(How),
    /// Neither, because of this.
    Nothing(EngineError),
}

/// Looks at this machine for what `discovery` did not find. `plan` says where an engine of our own would be.
pub fn prospect(discovery: &Discovery, plan: &Plan) -> Prospect {
    if let Some(endpoint) = &discovery.chosen {
        return Prospect::Found(endpoint.clone());
    }
    let problem = discovery.problem().unwrap_or(EngineError::Absent);
    // An engine that is there and does not let us in is the learner's to mend: ours would only hide it.
    if matches!(problem, EngineError::Denied { .. } | EngineError::Unsupported { .. }) {
        return Prospect::Nothing(problem);
    }
    if let Some(endpoint) = running(plan) {
        return Prospect::OwnRuns(endpoint);
    }
    can_start(false).map_or(Prospect::Nothing(problem), Prospect::Own)
}
