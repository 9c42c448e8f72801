//! From the engine's wire types to facts. A field that is missing or strange becomes its empty value, never an error.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerInspectResponse, ContainerStateStatusEnum, ContainerSummary, ContainerSummaryStateEnum,
    HealthStatusEnum, ImageManifestSummaryKindEnum, ImageSummary, MountPoint, PortSummary,
    Volume as WireVolume,
};
use jiff::Timestamp;

use super::status::{parse_status, parse_time};
use crate::facts::{Container, ContainerState, Health, Image, Mount, MountKind, Network, Port, Volume};

/// Labels that engines put on volumes that nobody named.
const ANONYMOUS: &str = "com.docker.volume.anonymous";

/// A row of the list. Times other than `created` are as rough as the words they are read from.
pub(super) fn container(row: ContainerSummary, now: Timestamp) -> Container {
    let status = parse_status(row.status.as_deref().unwrap_or_default());
    let state = row.state.map_or(ContainerState::Created, summary_state);
    let ended = has_ended(state);
    let rough = status.age.and_then(|age| now.checked_sub(age).ok());
    let health = row.health.and_then(|h| h.status).and_then(|s| word_of_health(s.as_ref()));
    Container {
        id: row.id.unwrap_or_default(),
        name: name_of(row.names.as_deref().unwrap_or_default()),
        image: row.image.unwrap_or_default(),
        image_id: row.image_id.unwrap_or_default(),
        manifest: row.image_manifest_descriptor.and_then(|d| d.digest),
        command: row.command.unwrap_or_default(),
        state,
        exit_code: status.exit_code.filter(|_| ended),
        // an inspect alone tells it
        error: String::new(),
        health: health.or(status.health).filter(|_| state.is_running()),
        created: row.created.and_then(|s| Timestamp::from_second(s).ok()),
        started: rough.filter(|_| !ended && state.is_running()),
        finished: rough.filter(|_| ended),
        ports: ports(row.ports.unwrap_or_default()),
        labels: sorted(row.labels.unwrap_or_default()),
        mounts: mounts(row.mounts),
        networks: keys(row.network_settings.and_then(|n| n.networks).as_ref()),
    }
}

/// A container that waits for its next try counts as ended: it has an exit code and no process.
pub(super) fn has_ended(state: ContainerState) -> bool {
    matches!(state, ContainerState::Exited | ContainerState::Dead | ContainerState::Restarting)
}

/// The same object from an inspect, where every time is exact.
pub(super) fn inspected(c: &ContainerInspectResponse) -> Container {
    let config = c.config.as_ref();
    let state = c.state.as_ref();
    let word = state.and_then(|s| s.status).map_or(ContainerState::Created, inspect_state);
    let ended = has_ended(word);
    let mut ports: Vec<Port> = Vec::new();
    for (key, bindings) in c.network_settings.as_ref().and_then(|n| n.ports.as_ref()).into_iter().flatten() {
        let (number, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
        let Ok(number) = number.parse() else { continue };
        let bare = Port { container: number, protocol: protocol.into(), host_ip: None, host: None };
        match bindings {
            Some(all) if !all.is_empty() => ports.extend(all.iter().map(|b| Port {
                host_ip: b.host_ip.clone().filter(|ip| !ip.is_empty()),
                host: b.host_port.as_ref().and_then(|p| p.parse().ok()),
                ..bare.clone()
            })),
            _ => ports.push(bare),
        }
    }
    ports.sort();
    Container {
        id: c.id.clone().unwrap_or_default(),
        name: c.name.as_deref().unwrap_or_default().trim_start_matches('/').into(),
        image: config.and_then(|c| c.image.clone()).unwrap_or_default(),
        image_id: c.image.clone().unwrap_or_default(),
        manifest: c.image_manifest_descriptor.as_ref().and_then(|d| d.digest.clone()),
        command: argv(c).join(" "),
        state: word,
        exit_code: exit_code(word, state.and_then(|s| s.exit_code)),
        error: state.and_then(|s| s.error.clone()).unwrap_or_default(),
        health: state
            .and_then(|s| s.health.as_ref())
            .and_then(|h| h.status)
            .and_then(health)
            .filter(|_| word.is_running()),
        created: c.created.as_deref().and_then(parse_time),
        started: state.and_then(|s| s.started_at.as_deref()).and_then(parse_time),
        finished: state.and_then(|s| s.finished_at.as_deref()).and_then(parse_time).filter(|_| ended),
        ports,
        labels: sorted(config.and_then(|c| c.labels.clone()).unwrap_or_default()),
        mounts: mounts(c.mounts.clone()),
        networks: keys(c.network_settings.as_ref().and_then(|n| n.networks.as_ref())),
    }
}

/// A container that was never started has 0 here; another number says that its start failed.
fn exit_code(state: ContainerState, code: Option<i64>) -> Option<i64> {
    match state {
        ContainerState::Created => code.filter(|code| *code != 0),
        _ => code.filter(|_| has_ended(state)),
    }
}

/// The program and its arguments as the engine runs them: entrypoint and command put together.
pub(super) fn argv(c: &ContainerInspectResponse) -> Vec<String> {
    let mut words: Vec<String> = c.path.clone().filter(|p| !p.is_empty()).into_iter().collect();
    words.extend(c.args.clone().unwrap_or_default());
    words
}

pub(super) fn image(row: ImageSummary) -> Image {
    let here: Vec<_> = row.manifests.into_iter().flatten().filter(|m| m.available).collect();
    let packed: i64 = here.iter().map(|m| m.size.content).sum();
    Image {
        packed: u64::try_from(packed).ok().filter(|bytes| *bytes > 0),
        manifests: here
            .into_iter()
            .filter(|m| m.kind == Some(ImageManifestSummaryKindEnum::IMAGE))
            .map(|m| m.id)
            .collect(),
        id: row.id,
        tags: named(row.repo_tags),
        digests: named(row.repo_digests),
        size: u64::try_from(row.size).unwrap_or(0),
        created: Timestamp::from_second(row.created).ok().filter(|t| t.as_second() > 0),
        labels: sorted(row.labels),
        config: None,
    }
}

/// Older engines write `<none>:<none>` where there is no name.
pub(super) fn named(mut refs: Vec<String>) -> Vec<String> {
    refs.retain(|r| !r.starts_with("<none>") && !r.is_empty());
    refs.sort();
    refs
}

pub(super) fn volume(row: WireVolume) -> Volume {
    let anonymous = row.labels.contains_key(ANONYMOUS)
        || (row.name.len() == 64 && row.name.bytes().all(|b| b.is_ascii_hexdigit()));
    Volume {
        anonymous,
        name: row.name,
        driver: row.driver,
        mountpoint: row.mountpoint,
        created: row.created_at.as_deref().and_then(parse_time),
        labels: sorted(row.labels),
    }
}

pub(super) fn network(row: bollard::models::Network) -> Network {
    Network {
        id: row.id.unwrap_or_default(),
        name: row.name.unwrap_or_default(),
        driver: row.driver.unwrap_or_default(),
        scope: row.scope.unwrap_or_default(),
        internal: row.internal.unwrap_or(false),
        subnets: row
            .ipam
            .and_then(|i| i.config)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|c| c.subnet)
            .filter(|s| !s.is_empty())
            .collect(),
        labels: sorted(row.labels.unwrap_or_default()),
        created: row.created.as_deref().and_then(parse_time),
    }
}

/// The list and the inspect give them in different orders.
fn mounts(points: Option<Vec<MountPoint>>) -> Vec<Mount> {
    let mut all: Vec<Mount> = points.unwrap_or_default().into_iter().map(mount).collect();
    all.sort_by(|a, b| a.target.cmp(&b.target));
    all
}

fn keys<V>(map: Option<&HashMap<String, V>>) -> Vec<String> {
    let mut names: Vec<String> = map.map(|m| m.keys().cloned().collect()).unwrap_or_default();
    names.sort();
    names
}

fn mount(m: MountPoint) -> Mount {
    let word = m.typ.map(|t| t.to_string()).unwrap_or_default();
    let kind = match word.as_str() {
        "bind" => MountKind::Bind,
        "volume" => MountKind::Volume,
        "tmpfs" => MountKind::Tmpfs,
        _ => MountKind::Other,
    };
    Mount {
        kind,
        source: match kind {
            MountKind::Volume => m.name.or(m.source).unwrap_or_default(),
            MountKind::Tmpfs => String::new(),
            _ => m.source.unwrap_or_default(),
        },
        target: m.destination.unwrap_or_default(),
        read_only: m.rw == Some(false),
    }
}

fn ports(rows: Vec<PortSummary>) -> Vec<Port> {
    let mut ports: Vec<Port> = rows
        .into_iter()
        .map(|p| Port {
            container: p.private_port,
            protocol: p.typ.map(|t| t.to_string()).filter(|t| !t.is_empty()).unwrap_or_else(|| "tcp".into()),
            host_ip: p.ip.filter(|ip| !ip.is_empty()),
            host: p.public_port.filter(|n| *n != 0),
        })
        .collect();
    ports.sort();
    ports.dedup();
    ports
}

/// A container that others link to has several names; its own has one slash.
fn name_of(names: &[String]) -> String {
    let own = names.iter().find(|n| n.matches('/').count() <= 1).or(names.first());
    own.map(|n| n.trim_start_matches('/').to_string()).unwrap_or_default()
}

pub(super) fn sorted(map: HashMap<String, String>) -> BTreeMap<String, String> {
    map.into_iter().collect()
}

fn summary_state(s: ContainerSummaryStateEnum) -> ContainerState {
    word_of_state(s.as_ref())
}

fn inspect_state(s: ContainerStateStatusEnum) -> ContainerState {
    word_of_state(s.as_ref())
}

/// Podman has words of its own for some states.
fn word_of_state(word: &str) -> ContainerState {
    match word {
        "running" | "stopping" => ContainerState::Running,
        "paused" => ContainerState::Paused,
        "restarting" => ContainerState::Restarting,
        "removing" => ContainerState::Removing,
        "exited" | "stopped" => ContainerState::Exited,
        "dead" => ContainerState::Dead,
        _ => ContainerState::Created,
    }
}

fn health(h: HealthStatusEnum) -> Option<Health> {
    word_of_health(h.as_ref())
}

pub(super) fn word_of_health(word: &str) -> Option<Health> {
    match word {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    }
}
