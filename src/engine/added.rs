//! What is different in a container's file system from its image: `docker diff`.

use bollard::models::{ChangeType, FilesystemChange};

use super::connection::WHOLE;
use super::{Engine, EngineError};
use crate::facts::{Difference, Differs};

const ADDED: ChangeType = ChangeType::_1;
const DELETED: ChangeType = ChangeType::_2;

impl Engine {
    /// What is different, by path. Folders of what changed count as changed themselves. Asked by a container's id.
    pub async fn differences(&self, id: &str) -> Result<Vec<Difference>, EngineError> {
        let changes = self.ask("changes", WHOLE, self.docker.container_changes(id)).await?;
        let read = |change: FilesystemChange| Difference {
            path: change.path,
            what: match change.kind {
                ADDED => Differs::Added,
                DELETED => Differs::Deleted,
                _ => Differs::Changed,
            },
        };
        let mut all: Vec<Difference> = changes.unwrap_or_default().into_iter().map(read).collect();
        all.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(all)
    }

    /// The paths that are in the container and not in its image, without what is mounted. Asked by a container's id.
    pub async fn added(&self, id: &str) -> Result<Vec<String>, EngineError> {
        let added = self.differences(id).await?.into_iter().filter(|one| one.what == Differs::Added);
        Ok(added.map(|one| one.path).collect())
    }
}
