//! One engine that answered, and the time limits on every question put to it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bollard::models::{SystemVersion, SystemVersionComponents};
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};

use super::{Endpoint, EngineError};
use crate::dial::{Api, Unanswered, Version};
use crate::facts::{EngineInfo, Flavor};

/// A question that the engine answers from memory.
pub(super) const QUICK: Duration = Duration::from_secs(5);
/// A question over everything the engine holds.
pub(super) const WHOLE: Duration = Duration::from_secs(10);
/// The first question, to an engine here and to one behind a network, where a handshake comes before it.
const GREETING: Duration = Duration::from_secs(3);
const FAR_GREETING: Duration = Duration::from_secs(20);
/// bollard's own limit, in seconds; ours are shorter where that is right, stops and removals may take long.
const PATIENCE: u64 = 120;

/// A connection to one engine. Cheap to clone. Every call to a socket here opens its own; over a network some are kept.
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
        let limit = if endpoint.address().is_socket() { GREETING } else { FAR_GREETING };
        // Its answer settles the version of the API, which everything after it names.
        let there = engine.ask("is anybody there", limit, engine.docker.ping()).await;
        there.map_err(|error| error.of_a_stranger(&endpoint.uri))?;
        let version = engine.ask("who are you", limit, engine.docker.version()).await;
        let version = version.map_err(|error| match error {
            // An engine that has forgotten what this pilotwhale speaks.
            EngineError::Refused { status: 400, message } => EngineError::Incompatible { message },
            error => error.of_a_stranger(&endpoint.uri),
        })?;
        engine.info = EngineInfo {
            flavor: flavor(&version),
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

/// Whether Podman answers at a socket of this machine; false also where nothing answers soon.
pub async fn is_podman(endpoint: &Endpoint) -> bool {
    if !endpoint.address().is_socket() {
        return false;
    }
    let Ok(docker) = client(endpoint) else { return false };
    let engine = Engine { docker, endpoint: endpoint.clone(), info: EngineInfo::default() };
    let version = engine.ask("who are you", GREETING, engine.docker.version()).await;
    version.is_ok_and(|version| flavor(&version) == Flavor::Podman)
}

fn flavor(version: &SystemVersion) -> Flavor {
    let name = |component: &SystemVersionComponents| component.name.to_lowercase();
    let names: Vec<String> = version.components.iter().flatten().map(name).collect();
    let podman = names.iter().any(|name| name.contains("podman") || name.contains("conmon"));
    if podman { Flavor::Podman } else { Flavor::Docker }
}

/// bollard leaves the version out of its requests; `Api` puts the agreed one in.
fn client(endpoint: &Endpoint) -> Result<Docker, EngineError> {
    let newest =
        Version { major: API_DEFAULT_VERSION.major_version, minor: API_DEFAULT_VERSION.minor_version };
    let api = Arc::new(Api::new(endpoint.dialer(), newest));
    let transport = move |request: BollardRequest| {
        let api = Arc::clone(&api);
        async move {
            api.send(request).await.map_err(|unanswered| match unanswered {
                Unanswered::Because(err) => bollard::errors::Error::from(err),
                Unanswered::Broken(err) => bollard::errors::Error::from(err),
            })
        }
    };
    Docker::connect_with_custom_transport(transport, Some("http://docker"), PATIENCE, API_DEFAULT_VERSION)
        .map_err(|e| EngineError::from_wire(e, &endpoint.uri))
}

#[cfg(test)]
mod tests {
    use super::super::fake::Fake;
    use super::*;

    #[tokio::test]
    async fn the_version_is_agreed_once_and_every_call_names_it() {
        for (theirs, agreed) in [("1.41", "/v1.41"), ("1.99", "/v1.53"), ("strange", ""), ("", "")] {
            let fake = Fake::start(theirs);
            let engine = Engine::connect(&fake.endpoint()).await.expect("it answers");
            fake.says_version("1.24");
            engine.docker.ping().await.expect("it answers");
            engine.snapshot().await.expect("it answers");
            for (path, pinged) in fake.heard().into_iter().map(|path| (path.clone(), path == "/_ping")) {
                assert!(pinged || path.starts_with(&format!("{agreed}/")), "{theirs}: {path}");
            }
        }
    }

    #[tokio::test]
    async fn an_engine_that_has_left_our_version_behind_is_no_stranger() {
        let fake = Fake::start("1.99");
        fake.refuses("client version 1.53 is too old. Minimum supported API version is 1.60");
        let error = Engine::connect(&fake.endpoint()).await.expect_err("it refuses");
        assert!(
            matches!(&error, EngineError::Incompatible { message } if message.contains("too old")),
            "{error}"
        );
    }
}
