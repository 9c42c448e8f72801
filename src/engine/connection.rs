//! One engine that answered, and the time limits on every question put to it.

use std::future::Future;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};

use super::{Endpoint, EngineError};
use crate::facts::{EngineInfo, Flavor};

/// A question that the engine answers from memory.
pub(super) const QUICK: Duration = Duration::from_secs(5);
/// A question over everything the engine holds.
pub(super) const WHOLE: Duration = Duration::from_secs(10);
/// bollard's own limit, in seconds; ours are shorter where that is right, stops and removals may take long.
const PATIENCE: u64 = 120;

/// A connection to one engine. Cheap to clone; every call opens its own socket, so nothing goes stale.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) docker: Docker,
    endpoint: Endpoint,
    info: EngineInfo,
}

impl Engine {
    /// Opens the endpoint and asks who is there.
    pub async fn connect(endpoint: &Endpoint) -> Result<Self, EngineError> {
        let docker = client(endpoint)?;
        let mut engine = Self { docker, endpoint: endpoint.clone(), info: EngineInfo::default() };
        let version = engine.ask("who are you", Duration::from_secs(3), engine.docker.version()).await;
        let version = version.map_err(|error| error.of_a_stranger(&endpoint.uri))?;
        let podman =
            version.components.iter().flatten().any(|c| {
                c.name.to_lowercase().contains("podman") || c.name.to_lowercase().contains("conmon")
            });
        engine.info = EngineInfo {
            flavor: if podman { Flavor::Podman } else { Flavor::Docker },
            version: version.version.unwrap_or_default(),
            api: version.api_version.unwrap_or_default(),
            os: [version.os, version.arch].into_iter().flatten().collect::<Vec<_>>().join("/"),
            ..EngineInfo::default()
        };
        Ok(engine)
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What `connect` learned; `cpus` and `memory` are filled in by `read_info` and by snapshots.
    pub fn info(&self) -> &EngineInfo {
        &self.info
    }

    /// Runs one call under our own limit and sorts its error.
    pub(super) async fn ask<T>(
        &self,
        what: &str,
        limit: Duration,
        call: impl Future<Output = Result<T, bollard::errors::Error>>,
    ) -> Result<T, EngineError> {
        match tokio::time::timeout(limit, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.sort(error)),
            Err(_) => Err(EngineError::Slow { what: what.into(), seconds: limit.as_secs() }),
        }
    }

    pub(super) fn sort(&self, error: bollard::errors::Error) -> EngineError {
        EngineError::from_wire(error, &self.endpoint.uri)
    }
}

fn client(endpoint: &Endpoint) -> Result<Docker, EngineError> {
    let uri = endpoint.uri.as_str();
    let made = if uri.starts_with("unix://") {
        Docker::connect_with_unix(uri, PATIENCE, API_DEFAULT_VERSION)
    } else if uri.starts_with("tcp://") || uri.starts_with("http://") {
        Docker::connect_with_http(uri, PATIENCE, API_DEFAULT_VERSION)
    } else {
        return Err(EngineError::Unsupported {
            at: uri.into(),
            reason: "this kind of address is not supported".into(),
            remedy: "Set DOCKER_HOST to a unix:// or tcp:// address.".into(),
        });
    };
    made.map_err(|e| EngineError::from_wire(e, uri))
}
