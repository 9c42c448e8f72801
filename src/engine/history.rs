//! Runs that can be known after the fact: from the containers that are left and from the engine's memory of events.

use std::collections::{BTreeMap, HashMap};

use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::connection::{QUICK, WHOLE};
use super::convert;
use super::detail::pairs;
use super::event::{Change, Event, Happening};
use super::{Engine, EngineError};
use crate::facts::{ContainerState, Exec, Kind, Mount, MountKind, Past, Port, Run, RunSource, Thing};

/// Questions put to the engine at once.
const AT_ONCE: usize = 8;

/// Of the engine's memory; Docker remembers 256 in all.
const MOST_EVENTS: usize = 5000;

/// What an inspect tells of a run.
#[derive(Clone, Debug)]
pub(super) struct Inspected {
    pub run: Run,
    /// The command of the container's health check, as the engine's events write it.
    pub health_test: Option<String>,
}

impl Engine {
    /// Containers made since then, oldest first: whole where they still exist; those that are gone with name, image
    /// and exit code only, as far back as the engine remembers.
    pub async fn runs_since(&self, since: Timestamp) -> Result<Vec<Run>, EngineError> {
        Ok(self.past(since).await?.runs)
    }

    /// The same, with the volumes and networks that came or went and the images that were given a name since then, as far as the engine remembers.
    pub async fn past(&self, since: Timestamp) -> Result<Past, EngineError> {
        let (all, events) = tokio::try_join!(self.containers(None), self.events_since(since))?;
        let things = events.iter().filter_map(|event| passing(&event.what)).collect();
        let mut runs: HashMap<String, Run> = HashMap::new();
        let mut order: Vec<String> = Vec::new();
        for event in &events {
            if let Happening::Container { id, change, attributes } = &event.what {
                if *change == Change::Created && !runs.contains_key(id) {
                    runs.insert(id.clone(), from_event(id, attributes, event.at()));
                    order.push(id.clone());
                }
                if let Some(run) = runs.get_mut(id) {
                    apply(run, change, event.at());
                }
            }
        }
        // The list knows whole seconds: one earlier is asked for, and the inspect decides.
        let young: Vec<String> = all
            .into_iter()
            .filter(|c| {
                runs.contains_key(&c.id) || c.created.is_some_and(|t| t.as_second() >= since.as_second())
            })
            .map(|c| c.id)
            .collect();
        let looked: Vec<(String, Result<Inspected, EngineError>, _)> = stream::iter(young)
            .map(|id| async move {
                let seen = self.inspect_run(&id).await;
                let output = match &seen {
                    Ok(seen) if seen.run.started.is_some() => self.printed(&id).await.ok(),
                    _ => None,
                };
                (id, seen, output)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (id, seen, output) in looked {
            match seen {
                Ok(Inspected { mut run, health_test }) => {
                    if run.created.is_some_and(|t| t < since) {
                        runs.remove(&id);
                        continue;
                    }
                    run.output = output;
                    if let Some(known) = runs.get(&id) {
                        run.execs = known.execs.clone();
                    }
                    run.execs.retain(|exec| Some(&exec.line) != health_test.as_ref());
                    runs.insert(id, run);
                }
                // Gone since the list; what the events said stays.
                Err(EngineError::NotFound { .. }) => {
                    if let Some(run) = runs.get_mut(&id) {
                        run.removed = true;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let mut runs: Vec<Run> = runs.into_values().collect();
        runs.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(Past { since, runs, things })
    }

    async fn events_since(&self, since: Timestamp) -> Result<Vec<Event>, EngineError> {
        let (_, clock) = self.read_info().await?;
        let options = EventsOptionsBuilder::new()
            .since(&seconds(since))
            // The engine's clock may be behind the one that said since when.
            .until(&seconds(clock.max(since)))
            .filters(&HashMap::from([("type", vec!["container", "image", "volume", "network"])]))
            .build();
        let mut stream = self.docker.events(Some(options));
        let mut events = Vec::new();
        let read = async {
            while let Some(message) = stream.next().await {
                if events.len() >= MOST_EVENTS {
                    tracing::warn!("left out: the engine remembers more than {MOST_EVENTS} events");
                    break;
                }
                match message {
                    Ok(message) => events.extend(Event::read(message)),
                    Err(bollard::errors::Error::JsonDataError { message, .. }) => {
                        tracing::warn!(%message, "an event was not understood");
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        };
        self.ask("events", WHOLE, read).await?;
        Ok(events)
    }

    /// One run as it stands now, with the names that its image has.
    pub(super) async fn inspect_run(&self, id: &str) -> Result<Inspected, EngineError> {
        let c = self.ask("inspect", QUICK, self.docker.inspect_container(id, None)).await?;
        let mut seen = read_run(&c);
        if let Ok(image) = self.ask("inspect", QUICK, self.docker.inspect_image(&seen.run.image_id)).await {
            let own = image.config.unwrap_or_default();
            let of_image: BTreeMap<String, String> = pairs(own.env.unwrap_or_default()).into_iter().collect();
            let given = seen.run.env.iter().filter(|(name, value)| of_image.get(*name) != Some(*value));
            seen.run.env_given = Some(given.map(|(name, _)| name.clone()).collect());
            let config = c.config.as_ref();
            let words = |words: Option<&Vec<String>>| words.cloned().unwrap_or_default();
            let same = words(config.and_then(|c| c.cmd.as_ref())) == own.cmd.unwrap_or_default()
                && words(config.and_then(|c| c.entrypoint.as_ref())) == own.entrypoint.unwrap_or_default();
            seen.run.command_given = Some(!same);
            let mut refs = convert::named(image.repo_tags.unwrap_or_default());
            refs.extend(convert::named(image.repo_digests.unwrap_or_default()));
            seen.run.image_refs = refs;
        }
        Ok(seen)
    }
}

pub(super) fn passing(what: &Happening) -> Option<Thing> {
    let (kind, passing) = match what {
        Happening::Image(Some(passing)) => (Kind::Image, passing),
        Happening::Volume(Some(passing)) => (Kind::Volume, passing),
        Happening::Network(Some(passing)) => (Kind::Network, passing),
        _ => return None,
    };
    let names = vec![passing.name.clone()];
    Some(Thing { kind, id: passing.id.clone(), names, removed: passing.removed })
}

/// Seconds and nanoseconds, as the engine's query parameters take them.
pub(super) fn seconds(t: Timestamp) -> String {
    format!("{}.{:09}", t.as_second(), t.subsec_nanosecond().max(0))
}

pub(super) fn from_event(id: &str, attributes: &HashMap<String, String>, at: Option<Timestamp>) -> Run {
    let of = |name: &str| attributes.get(name).cloned().unwrap_or_default();
    Run { id: id.into(), name: of("name"), image: of("image"), created: at, ..Run::default() }
}

/// What one event adds to a run; true when it matters to a reader.
pub(super) fn apply(run: &mut Run, change: &Change, at: Option<Timestamp>) -> bool {
    match change {
        Change::Started => {
            run.started = at;
            run.finished = None;
            run.exit_code = None;
            run.state = Some(ContainerState::Running);
            run.error.clear();
        }
        Change::Died { code } => {
            run.finished = at;
            run.exit_code = *code;
            run.state = Some(ContainerState::Exited);
        }
        Change::Destroyed => {
            run.removed = true;
            run.state = None;
        }
        Change::Paused => run.state = Some(ContainerState::Paused),
        Change::Unpaused => run.state = Some(ContainerState::Running),
        Change::Exec { id, line } if run.execs.len() < 100 => {
            run.execs.push(Exec { id: id.clone(), line: line.clone(), ..Exec::default() });
        }
        Change::ExecEnded { id, code } => match run.execs.iter_mut().find(|exec| exec.id == *id) {
            Some(exec) => exec.exit_code = *code,
            None => return false,
        },
        Change::Created => {}
        _ => return false,
    }
    true
}

fn read_run(c: &ContainerInspectResponse) -> Inspected {
    let row = convert::inspected(c);
    let config = c.config.clone().unwrap_or_default();
    let state = c.state.clone().unwrap_or_default();
    let argv = convert::argv(c);
    let never_started = row.started.is_none();
    let error = state.error.unwrap_or_default();
    let env: BTreeMap<String, String> = pairs(config.env.unwrap_or_default()).into_iter().collect();
    let mut ports = row.ports;
    for port in asked_ports(c) {
        // What is bound in truth is better known than what was asked for.
        if !ports
            .iter()
            .any(|p| p.host.is_some() && (p.container, &p.protocol) == (port.container, &port.protocol))
        {
            ports.retain(|p| (p.container, &p.protocol) != (port.container, &port.protocol));
            ports.push(port);
        }
    }
    let run = Run {
        tty: config.tty.unwrap_or(false),
        stdin_open: config.open_stdin.unwrap_or(false),
        auto_remove: c.host_config.as_ref().and_then(|h| h.auto_remove).unwrap_or(false),
        log_driver: c
            .host_config
            .as_ref()
            .and_then(|h| h.log_config.as_ref()?.typ.clone())
            .unwrap_or_default(),
        detached: config.attach_stdout == Some(false) && config.attach_stderr == Some(false),
        env_names: env.keys().cloned().collect(),
        env,
        hostname: config.hostname.unwrap_or_default(),
        linked: linked(&row.mounts),
        workdir: config.working_dir.unwrap_or_default(),
        user: config.user.unwrap_or_default(),
        state: Some(row.state),
        networks: networks(row.networks, c),
        started: row.started,
        finished: row.finished,
        exit_code: if never_started && !error.is_empty() { state.exit_code } else { row.exit_code },
        error,
        source: if is_build_step(&row.image, &argv, &row.labels) && row.mounts.is_empty() {
            RunSource::Build
        } else {
            RunSource::Learner
        },
        id: row.id,
        name: row.name,
        image: row.image,
        image_id: row.image_id,
        manifest: row.manifest,
        mounts: row.mounts,
        ports,
        created: row.created,
        argv: Some(argv),
        ..Run::default()
    };
    let health_test = config.healthcheck.and_then(|h| h.test).and_then(|test| match test.split_first() {
        Some((kind, rest)) if kind == "CMD-SHELL" => {
            let shell = config.shell.unwrap_or_else(|| vec!["/bin/sh".into(), "-c".into()]);
            Some([shell.join(" "), rest.join(" ")].join(" "))
        }
        Some((kind, rest)) if kind == "CMD" => Some(rest.join(" ")),
        _ => None,
    });
    Inspected { run, health_test }
}

/// The engine keeps the source as it was typed, and by the time that somebody asks a link in it may be gone.
fn linked(mounts: &[Mount]) -> BTreeMap<String, String> {
    let binds = mounts.iter().filter(|mount| mount.kind == MountKind::Bind);
    let led = binds.filter_map(|mount| {
        let real = std::fs::canonicalize(&mount.source).ok()?.to_str()?.to_owned();
        (real != mount.source.trim_end_matches('/')).then(|| (mount.source.clone(), real))
    });
    led.collect()
}

/// The ports that were asked for: all that is known of them before the start and after the end.
fn asked_ports(c: &ContainerInspectResponse) -> Vec<Port> {
    let host = c.host_config.as_ref();
    let mut ports = Vec::new();
    for (key, bindings) in host.and_then(|h| h.port_bindings.as_ref()).into_iter().flatten() {
        let (number, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
        let Ok(container) = number.parse() else { continue };
        ports.extend(bindings.iter().flatten().map(|binding| Port {
            container,
            protocol: protocol.into(),
            host_ip: binding.host_ip.clone().filter(|ip| !ip.is_empty()),
            // Without a number the engine picks one at the start.
            host: binding.host_port.as_ref().and_then(|p| p.parse().ok()).filter(|p| *p != 0),
        }));
    }
    ports
}

/// Before the start and with some engines after the end, only the mode tells.
fn networks(known: Vec<String>, c: &ContainerInspectResponse) -> Vec<String> {
    if !known.is_empty() {
        return known;
    }
    let mode = c.host_config.as_ref().and_then(|h| h.network_mode.clone()).unwrap_or_default();
    match mode.as_str() {
        "" | "default" => vec!["bridge".into()],
        mode => vec![mode.into()],
    }
}

/// The classic builder runs each `RUN` in a container of the image so far, named by its whole id as nobody types it.
fn is_build_step(image: &str, argv: &[String], labels: &BTreeMap<String, String>) -> bool {
    let whole_id = image.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64);
    // Compose runs images by id as well, and labels what it makes.
    whole_id && !argv.is_empty() && !labels.keys().any(|k| k.starts_with("com.docker.compose."))
}
