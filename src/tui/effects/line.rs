//! The app's own line to the engine: connected when it is first needed, and again after it could not be.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::engine::{Endpoint, Engine, EngineError};

#[derive(Clone, Default)]
pub(super) struct EngineLine(Arc<Mutex<Line>>);

#[derive(Default)]
struct Line {
    endpoint: Option<Endpoint>,
    engine: Option<Engine>,
}

impl EngineLine {
    pub(super) async fn set(&self, endpoint: Endpoint) {
        *self.0.lock().await = Line { endpoint: Some(endpoint), engine: None };
    }

    /// Each request opens a connection of its own, so a handle that worked once works after an outage too.
    pub(super) async fn get(&self) -> Result<Engine, EngineError> {
        let mut line = self.0.lock().await;
        if let Some(engine) = &line.engine {
            return Ok(engine.clone());
        }
        let Some(endpoint) = &line.endpoint else { return Err(EngineError::Absent) };
        let engine = Engine::connect(endpoint).await?;
        line.engine = Some(engine.clone());
        Ok(engine)
    }
}
