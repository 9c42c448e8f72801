//! Stops, starts and removes, each with the command that does the same in a shell.

use std::time::Duration;

use bollard::query_parameters::{
    RemoveContainerOptionsBuilder, RemoveImageOptionsBuilder, RemoveVolumeOptions,
};

use super::connection::WHOLE;
use super::{Engine, EngineError};
use crate::facts::Kind;

/// A stop waits for the program to end: ten seconds by default, longer where the container says so.
const STOPPING: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Stop,
    Start,
    Restart,
    Pause,
    Unpause,
    /// Containers that run are not removed by it: stopping comes first, and is seen.
    Remove(Kind),
}

/// The docker command for a deed, as a learner would type it.
pub fn cli_text(deed: Deed, name: &str) -> String {
    let command = match deed {
        Deed::Stop => "docker stop",
        Deed::Start => "docker start",
        Deed::Restart => "docker restart",
        Deed::Pause => "docker pause",
        Deed::Unpause => "docker unpause",
        Deed::Remove(Kind::Container) => "docker rm",
        Deed::Remove(Kind::Image) => "docker rmi",
        Deed::Remove(Kind::Volume) => "docker volume rm",
        Deed::Remove(Kind::Network) => "docker network rm",
    };
    format!("{command} {name}")
}

impl Engine {
    pub async fn stop(&self, id: &str) -> Result<(), EngineError> {
        self.ask("stop", STOPPING, self.docker.stop_container(id, None)).await
    }

    pub async fn start(&self, id: &str) -> Result<(), EngineError> {
        self.ask("start", STOPPING, self.docker.start_container(id, None)).await
    }

    /// Stops it as `stop` does, and starts it again; one that does not run is started.
    pub async fn restart(&self, id: &str) -> Result<(), EngineError> {
        self.ask("restart", STOPPING, self.docker.restart_container(id, None)).await
    }

    /// Holds its processes where they are.
    pub async fn pause(&self, id: &str) -> Result<(), EngineError> {
        self.ask("pause", WHOLE, self.docker.pause_container(id)).await
    }

    pub async fn unpause(&self, id: &str) -> Result<(), EngineError> {
        self.ask("unpause", WHOLE, self.docker.unpause_container(id)).await
    }

    /// Removes one object; a container that runs is a `Conflict`.
    pub async fn remove(&self, kind: Kind, id: &str) -> Result<(), EngineError> {
        match kind {
            Kind::Container => {
                let options = RemoveContainerOptionsBuilder::new().build();
                self.ask("remove", STOPPING, self.docker.remove_container(id, Some(options))).await
            }
            Kind::Image => {
                let options = RemoveImageOptionsBuilder::new().build();
                self.ask("remove", STOPPING, self.docker.remove_image(id, Some(options), None))
                    .await
                    .map(drop)
            }
            Kind::Volume => {
                self.ask("remove", WHOLE, self.docker.remove_volume(id, None::<RemoveVolumeOptions>)).await
            }
            Kind::Network => self.ask("remove", WHOLE, self.docker.remove_network(id)).await,
        }
    }

    /// Removes a container whatever it does, with its anonymous volumes: for what an exercise made itself.
    pub async fn remove_by_force(&self, id: &str) -> Result<(), EngineError> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        self.ask("remove", STOPPING, self.docker.remove_container(id, Some(options))).await
    }

    pub async fn carry_out(&self, deed: Deed, id: &str) -> Result<(), EngineError> {
        match deed {
            Deed::Stop => self.stop(id).await,
            Deed::Start => self.start(id).await,
            Deed::Restart => self.restart(id).await,
            Deed::Pause => self.pause(id).await,
            Deed::Unpause => self.unpause(id).await,
            Deed::Remove(kind) => self.remove(kind, id).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        assert_eq!(cli_text(Deed::Stop, "web"), "docker stop web");
        assert_eq!(cli_text(Deed::Unpause, "web"), "docker unpause web");
        assert_eq!(cli_text(Deed::Remove(Kind::Volume), "data"), "docker volume rm data");
    }
}
