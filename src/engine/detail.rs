//! One object in full, as `docker inspect` and `docker history` know it.

use std::collections::HashMap;

use bollard::models::ImageHistoryResponseItem;
use bollard::query_parameters::ListContainersOptionsBuilder;
use jiff::Timestamp;

use super::connection::QUICK;
use super::convert;
use super::status::parse_time;
use super::{Engine, EngineError};
use crate::facts::{
    ContainerDetail, Detail, Exec, HealthEntry, Image, ImageConfig, ImageDetail, Kind, Layer, NetworkDetail,
    VolumeDetail,
};

impl Engine {
    /// How a command was run inside a container; its words are known from the event that told of it.
    pub(super) async fn inspect_exec(&self, id: &str) -> Result<Exec, EngineError> {
        let exec = self.ask("inspect", QUICK, self.docker.inspect_exec(id)).await?;
        let process = exec.process_config.unwrap_or_default();
        Ok(Exec {
            id: id.into(),
            line: String::new(),
            user: process.user.unwrap_or_default(),
            tty: process.tty.unwrap_or(false),
            stdin_open: exec.open_stdin.unwrap_or(false),
            inspected: true,
            exit_code: exec.exit_code.filter(|_| exec.running == Some(false)),
        })
    }

    /// How an image is set up.
    pub async fn image_config(&self, id: &str) -> Result<ImageConfig, EngineError> {
        let (i, history) = tokio::try_join!(
            self.ask("inspect", QUICK, self.docker.inspect_image(id)),
            self.ask("history", QUICK, self.docker.image_history(id))
        )?;
        let config = i.config.unwrap_or_default();
        Ok(ImageConfig {
            entrypoint: config.entrypoint.unwrap_or_default(),
            cmd: config.cmd.unwrap_or_default(),
            workdir: config.working_dir.unwrap_or_default(),
            user: config.user.unwrap_or_default(),
            env: pairs(config.env.unwrap_or_default()).into_iter().collect(),
            exposed: config.exposed_ports.unwrap_or_default(),
            layers: i.root_fs.and_then(|fs| fs.layers).unwrap_or_default(),
            history: history.into_iter().map(layer).collect(),
        })
    }

    /// Everything about one object; `id` may be an id or a name.
    pub async fn detail(&self, kind: Kind, id: &str) -> Result<Detail, EngineError> {
        Ok(match kind {
            Kind::Container => Detail::Container(Box::new(self.container_detail(id).await?)),
            Kind::Image => Detail::Image(Box::new(self.image_detail(id).await?)),
            Kind::Volume => Detail::Volume(Box::new(self.volume_detail(id).await?)),
            Kind::Network => Detail::Network(Box::new(self.network_detail(id).await?)),
        })
    }

    async fn container_detail(&self, id: &str) -> Result<ContainerDetail, EngineError> {
        let c = self.ask("inspect", QUICK, self.docker.inspect_container(id, None)).await?;
        let container = convert::inspected(&c);
        let config = c.config.unwrap_or_default();
        let host = c.host_config.unwrap_or_default();
        let state = c.state.unwrap_or_default();
        let mut addresses: Vec<(String, String, Vec<String>)> = c
            .network_settings
            .and_then(|n| n.networks)
            .unwrap_or_default()
            .into_iter()
            .map(|(name, e)| (name, e.ip_address.unwrap_or_default(), e.aliases.unwrap_or_default()))
            .collect();
        addresses.sort();
        let health_log = state.health.and_then(|h| h.log).unwrap_or_default();
        Ok(ContainerDetail {
            container,
            entrypoint: config.entrypoint.unwrap_or_default(),
            cmd: config.cmd.unwrap_or_default(),
            workdir: config.working_dir.unwrap_or_default(),
            user: config.user.unwrap_or_default(),
            hostname: config.hostname.unwrap_or_default(),
            tty: config.tty.unwrap_or(false),
            auto_remove: host.auto_remove.unwrap_or(false),
            restart_policy: host
                .restart_policy
                .and_then(|p| p.name)
                .map(|n| n.to_string())
                .unwrap_or_default(),
            restarts: c.restart_count.unwrap_or(0),
            oom_killed: state.oom_killed.unwrap_or(false),
            error: state.error.unwrap_or_default(),
            env: pairs(config.env.unwrap_or_default()),
            addresses,
            health_log: health_log
                .into_iter()
                .map(|h| HealthEntry {
                    at: h.start.unwrap_or_default(),
                    exit_code: h.exit_code.unwrap_or(0),
                    output: h.output.unwrap_or_default(),
                })
                .collect(),
            memory_limit: host.memory.and_then(|m| u64::try_from(m).ok()).unwrap_or(0),
            log_driver: host.log_config.and_then(|l| l.typ).unwrap_or_default(),
        })
    }

    async fn image_detail(&self, id: &str) -> Result<ImageDetail, EngineError> {
        let (i, history) = tokio::try_join!(
            self.ask("inspect", QUICK, self.docker.inspect_image(id)),
            self.ask("history", QUICK, self.docker.image_history(id))
        )?;
        let config = i.config.unwrap_or_default();
        let layers = history.into_iter().map(layer).collect();
        Ok(ImageDetail {
            image: Image {
                id: i.id.unwrap_or_default(),
                tags: convert::named(i.repo_tags.unwrap_or_default()),
                digests: convert::named(i.repo_digests.unwrap_or_default()),
                size: i.size.and_then(|s| u64::try_from(s).ok()).unwrap_or(0),
                created: i.created.as_deref().and_then(parse_time),
                labels: convert::sorted(config.labels.unwrap_or_default()),
                // an inspect tells neither: the list does
                manifests: Vec::new(),
                packed: None,
                config: None,
            },
            architecture: i.architecture.unwrap_or_default(),
            os: i.os.unwrap_or_default(),
            entrypoint: config.entrypoint.unwrap_or_default(),
            cmd: config.cmd.unwrap_or_default(),
            workdir: config.working_dir.unwrap_or_default(),
            user: config.user.unwrap_or_default(),
            env: pairs(config.env.unwrap_or_default()),
            exposed: config.exposed_ports.unwrap_or_default(),
            volumes: config.volumes.unwrap_or_default(),
            layers,
        })
    }

    async fn volume_detail(&self, name: &str) -> Result<VolumeDetail, EngineError> {
        let filters = HashMap::from([("volume", vec![name])]);
        let users = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let (v, users) = tokio::try_join!(
            self.ask("inspect", QUICK, self.docker.inspect_volume(name)),
            self.ask("list of containers", QUICK, self.docker.list_containers(Some(users)))
        )?;
        let mut options: Vec<(String, String)> = v.options.clone().into_iter().collect();
        options.sort();
        let now = Timestamp::now();
        let mut used_by: Vec<String> = users
            .into_iter()
            .map(|row| convert::container(row, now))
            // The filter matches mount points too.
            .filter(|c| c.mounts.iter().any(|m| m.source == name))
            .map(|c| c.name)
            .collect();
        used_by.sort();
        Ok(VolumeDetail { volume: convert::volume(v), options, used_by })
    }

    async fn network_detail(&self, id: &str) -> Result<NetworkDetail, EngineError> {
        let n = self.ask("inspect", QUICK, self.docker.inspect_network(id, None)).await?;
        let mut options: Vec<(String, String)> = n.options.unwrap_or_default().into_iter().collect();
        options.sort();
        let mut members: Vec<(String, String)> = n
            .containers
            .unwrap_or_default()
            .into_values()
            .map(|e| (e.name.unwrap_or_default(), e.ipv4_address.or(e.ipv6_address).unwrap_or_default()))
            .collect();
        members.sort();
        let ranges = n.ipam.as_ref().and_then(|i| i.config.clone()).unwrap_or_default();
        let gateways = ranges.into_iter().filter_map(|c| c.gateway).filter(|g| !g.is_empty()).collect();
        let network = convert::network(bollard::models::Network {
            name: n.name,
            id: n.id,
            created: n.created,
            scope: n.scope,
            driver: n.driver,
            ipam: n.ipam,
            internal: n.internal,
            labels: n.labels,
            ..Default::default()
        });
        Ok(NetworkDetail { network, gateways, members, options })
    }
}

fn layer(h: ImageHistoryResponseItem) -> Layer {
    Layer {
        created_by: h.created_by,
        size: u64::try_from(h.size).unwrap_or(0),
        created: Timestamp::from_second(h.created).ok().filter(|t| t.as_second() > 0),
        comment: h.comment,
    }
}

/// `NAME=value` taken apart.
pub(super) fn pairs(env: Vec<String>) -> Vec<(String, String)> {
    env.into_iter()
        .map(|line| match line.split_once('=') {
            Some((name, value)) => (name.to_string(), value.to_string()),
            None => (line, String::new()),
        })
        .collect()
}
