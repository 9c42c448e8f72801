//! What a container's file system has gained since its start: `docker diff`.

use bollard::models::ChangeType;

use super::connection::WHOLE;
use super::{Engine, EngineError};

/// The others are 'changed' and 'deleted'.
const ADDED: ChangeType = ChangeType::_1;

impl Engine {
    /// The paths that are in the container and not in its image, without what is mounted. Asked by a container's id.
    pub async fn added(&self, id: &str) -> Result<Vec<String>, EngineError> {
        let changes = self.ask("changes", WHOLE, self.docker.container_changes(id)).await?;
        let added = changes.unwrap_or_default().into_iter().filter(|change| change.kind == ADDED);
        Ok(added.map(|change| change.path).collect())
    }
}
