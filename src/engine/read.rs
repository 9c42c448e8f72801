//! Reads what the engine holds now: whole lists, or the containers with certain ids.

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters::{ListContainersOptionsBuilder, ListImagesOptionsBuilder, ListVolumesOptions};
use jiff::Timestamp;
use tokio::time::sleep;

use super::connection::{QUICK, WHOLE};
use super::convert;
use super::status::parse_time;
use super::{Engine, EngineError};
use crate::facts::{Container, ContainerState, EngineInfo, Image, Network, Snapshot, Volume};

/// Containers that never ran of which a list asks why; the newest are the ones that the learner wonders about.
const FAILED_STARTS: usize = 16;
/// Before a list that was refused is asked for again.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];
const SNAPSHOTTER: &str = "io.containerd.snapshotter";
/// The states that a list can be asked for one by one.
const STATES: [&str; 7] = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

impl Engine {
    /// Everything, in four calls at once; one list of containers, however many there are.
    pub async fn snapshot(&self) -> Result<Snapshot, EngineError> {
        let (containers, images, volumes, networks, info) = tokio::try_join!(
            self.containers(None),
            self.images(),
            self.volumes(),
            self.networks(),
            self.read_info()
        )?;
        Ok(Snapshot { engine: info.0, containers, images, volumes, networks })
    }

    /// The engine's size, and its own clock.
    pub async fn read_info(&self) -> Result<(EngineInfo, Timestamp), EngineError> {
        let info = self.ask("info", QUICK, self.docker.info()).await?;
        let clock = info.system_time.as_deref().and_then(parse_time).unwrap_or_else(Timestamp::now);
        let engine = EngineInfo {
            cpus: info.ncpu.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            memory: info.mem_total.and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
            // the engine's own way to say it: ["driver-type", "io.containerd.snapshotter.v1"]
            containerd: info
                .driver_status
                .iter()
                .flatten()
                .flatten()
                .any(|word| word.starts_with(SNAPSHOTTER)),
            ..self.info().clone()
        };
        Ok((engine, clock))
    }

    /// All containers, or those with these ids; newest first.
    pub async fn containers(&self, ids: Option<&[String]>) -> Result<Vec<Container>, EngineError> {
        let mut filters: HashMap<&str, Vec<&str>> = HashMap::new();
        if let Some(ids) = ids {
            filters.insert("id", ids.iter().map(String::as_str).collect());
        }
        let now = Timestamp::now();
        let rows = match self.list(&filters).await {
            Ok(rows) => rows,
            // One row that our client cannot decode spoils the whole list: ask state by state and lose that one only.
            Err(EngineError::Incompatible { message }) => {
                tracing::warn!(%message, "the container list was not understood; asking state by state");
                let mut rows = Vec::new();
                let mut understood = false;
                for state in STATES {
                    let mut filters = filters.clone();
                    filters.insert("status", vec![state]);
                    match self.list(&filters).await {
                        Ok(some) => {
                            understood = true;
                            rows.extend(some);
                        }
                        // not understood here, or no state that this engine knows
                        Err(EngineError::Incompatible { message } | EngineError::Refused { message, .. }) => {
                            tracing::warn!(state, %message, "left out")
                        }
                        Err(other) => return Err(other),
                    }
                }
                if !understood {
                    return Err(EngineError::Incompatible { message });
                }
                rows
            }
            Err(other) => return Err(other),
        };
        let mut all: Vec<Container> = rows.into_iter().map(|row| convert::container(row, now)).collect();
        sort_containers(&mut all);
        self.add_failed_starts(&mut all).await;
        Ok(all)
    }

    /// The list says `Created` of a container that could not be started, and nothing of why: only an inspect knows.
    async fn add_failed_starts(&self, all: &mut [Container]) {
        let created = all.iter_mut().filter(|c| c.state == ContainerState::Created).take(FAILED_STARTS);
        let asked = created.map(async |row| {
            let answer = self.ask("inspect", QUICK, self.docker.inspect_container(&row.id, None)).await;
            // One that is gone meanwhile is the next event's business.
            let Ok(answer) = answer else { return };
            let seen = convert::inspected(&answer);
            if seen.state == ContainerState::Created {
                row.exit_code = seen.exit_code;
                row.error = seen.error;
            }
        });
        futures_util::future::join_all(asked).await;
    }

    async fn list(
        &self,
        filters: &HashMap<&str, Vec<&str>>,
    ) -> Result<Vec<bollard::models::ContainerSummary>, EngineError> {
        let options = ListContainersOptionsBuilder::new().all(true).filters(filters).build();
        self.ask_again("list of containers", || self.docker.list_containers(Some(options.clone()))).await
    }

    /// What is listed can go while it is listed, and an engine then may refuse the whole list (Docker 28 does so with
    /// "content digest … not found" on containerd's store). A moment later it answers.
    async fn ask_again<T, F>(&self, what: &str, call: impl Fn() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, bollard::errors::Error>>,
    {
        for pause in PAUSES {
            match self.ask(what, WHOLE, call()).await {
                Err(error) if error.may_pass() => {
                    tracing::info!(%error, what, "refused; asking again");
                    sleep(pause).await;
                }
                answer => return answer,
            }
        }
        self.ask(what, WHOLE, call()).await
    }

    /// Images as `docker images` lists them: without the inner ones of the classic builder.
    pub async fn images(&self) -> Result<Vec<Image>, EngineError> {
        let rows = match self.list_images(true).await {
            // The engine's own books call the list of manifests experimental: without it the ids are still known.
            Err(error @ (EngineError::Incompatible { .. } | EngineError::TooLarge)) => {
                tracing::warn!(%error, "no manifests of the images; asking without them");
                self.list_images(false).await?
            }
            other => other?,
        };
        let mut all: Vec<Image> = rows.into_iter().map(convert::image).collect();
        sort_images(&mut all);
        Ok(all)
    }

    async fn list_images(&self, manifests: bool) -> Result<Vec<bollard::models::ImageSummary>, EngineError> {
        let options = ListImagesOptionsBuilder::new().manifests(manifests).build();
        self.ask_again("list of images", || self.docker.list_images(Some(options.clone()))).await
    }

    pub async fn volumes(&self) -> Result<Vec<Volume>, EngineError> {
        let answer = self
            .ask_again("list of volumes", || self.docker.list_volumes(None::<ListVolumesOptions>))
            .await?;
        let mut all: Vec<Volume> =
            answer.volumes.unwrap_or_default().into_iter().map(convert::volume).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    pub async fn networks(&self) -> Result<Vec<Network>, EngineError> {
        let rows = self.ask_again("list of networks", || self.docker.list_networks(None)).await?;
        let mut all: Vec<Network> = rows.into_iter().map(convert::network).collect();
        all.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(all)
    }
}

/// Newest first; the id settles ties, since the list knows whole seconds only.
pub(super) fn sort_containers(all: &mut [Container]) {
    all.sort_by(|a, b| {
        let second = |c: &Container| c.created.map(|t| t.as_second());
        second(b).cmp(&second(a)).then_with(|| a.id.cmp(&b.id))
    });
}

/// By name, the nameless last.
fn sort_images(all: &mut [Image]) {
    all.sort_by(|a, b| {
        (a.tags.is_empty(), a.tags.first(), &a.id).cmp(&(b.tags.is_empty(), b.tags.first(), &b.id))
    });
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
