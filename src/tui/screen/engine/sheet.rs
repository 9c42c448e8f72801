//! What is known of one object, laid out for reading: summary, environment, mounts, health, layers.

use std::collections::VecDeque;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words;
use crate::facts::{
    Container, ContainerDetail, ContainerState, Detail, Image, ImageDetail, Mount, MountKind, NetworkDetail,
    Sample, VolumeDetail, plain_error, secret, short_id,
};
use crate::tui::widget::ink::{Ink, InkLine};

mod layers;
mod live;

use self::layers::layers;
pub(super) use self::live::differences;
use self::live::{compose, usage};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    #[default]
    Summary,
    Logs,
    Layers,
    Environment,
    Mounts,
    Health,
    Changes,
}

impl View {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Logs => "logs",
            Self::Layers => "layers",
            Self::Environment => "environment",
            Self::Mounts => "mounts",
            Self::Health => "health",
            Self::Changes => "changes",
        }
    }
}

/// What the words depend on beside the object itself.
pub(super) struct Context<'a> {
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    /// The container as the list has it now; fresher than its detail.
    pub(super) container: Option<&'a Container>,
    /// The image as the list has it: only the list knows all that it takes on the disk.
    pub(super) image: Option<&'a Image>,
    /// How many containers use it, where that can be said.
    pub(super) used: usize,
    /// The name of the engine's machine, where that is another one than the learner's.
    pub(super) machine: Option<&'a str>,
    /// Its figures of the last minutes, while it runs.
    pub(super) past: Option<&'a VecDeque<Sample>>,
    /// Services of its compose project that wait for it.
    pub(super) needed_by: Vec<String>,
}

struct Sheet {
    width: usize,
    label: usize,
    lines: Vec<InkLine>,
}

impl Sheet {
    fn new(width: usize) -> Self {
        Self { width, label: if width >= 40 { 12 } else { 10 }, lines: Vec::new() }
    }

    fn fact(&mut self, label: &str, value: InkLine) {
        if value.is_empty() {
            return;
        }
        let mut line = InkLine::of(label, Ink::Dim);
        line.pad_to(self.label);
        line.append(&value);
        self.lines.extend(line.wrap(self.width, self.label));
    }

    fn text(&mut self, label: &str, value: impl AsRef<str>) {
        self.fact(label, InkLine::of(value, Ink::Text));
    }

    fn heading(&mut self, title: &str) {
        if !self.lines.is_empty() {
            self.lines.push(InkLine::new());
        }
        self.lines.push(InkLine::of(title, Ink::Heading));
    }

    fn line(&mut self, line: InkLine, indent: usize) {
        self.lines.extend(line.wrap(self.width, indent));
    }

    fn none(&mut self, sentence: &str) {
        self.line(InkLine::of(sentence, Ink::Dim), 0);
    }
}

pub(super) fn lines(view: View, detail: &Detail, context: &Context, width: usize) -> Vec<InkLine> {
    let mut sheet = Sheet::new(width);
    match (detail, view) {
        (Detail::Container(c), View::Environment) => environment(&mut sheet, &c.env),
        (Detail::Container(c), View::Mounts) => mounts(&mut sheet, &c.container.mounts),
        (Detail::Container(c), View::Health) => health(&mut sheet, c),
        (Detail::Container(c), _) => container(&mut sheet, c, context),
        (Detail::Image(i), View::Environment) => environment(&mut sheet, &i.env),
        (Detail::Image(i), View::Layers) => layers(&mut sheet, i),
        (Detail::Image(i), _) => image(&mut sheet, i, context),
        (Detail::Volume(v), _) => volume(&mut sheet, v, context),
        (Detail::Network(n), _) => network(&mut sheet, n, context),
    }
    sheet.lines
}

/// Words as one would type them.
fn typed(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./:=@,+%".contains(c));
        if plain { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn container(sheet: &mut Sheet, detail: &ContainerDetail, context: &Context) {
    let mut c = context.container.unwrap_or(&detail.container).clone();
    // The list does not tell everything of a container that has ended or could not be started.
    let inspected = &detail.container;
    if c.state == inspected.state && !c.state.is_running() {
        c.exit_code = c.exit_code.or(inspected.exit_code);
        c.error = detail.error.clone();
        c.started = c.started.or(inspected.started);
        c.finished = c.finished.or(inspected.finished);
    }
    let c = &c;
    let when = |at: Option<Timestamp>| {
        at.map(|at| format!("{} ({})", words::date(at, context.zone), words::ago(context.now, at)))
            .unwrap_or_default()
    };
    let (mark, ink) = words::state_mark(c);
    let (status, _) = words::status(c, context.now);
    sheet.fact("state", InkLine::of(format!("{mark} {status}"), ink));
    let over = matches!(c.state, ContainerState::Exited | ContainerState::Dead | ContainerState::Restarting);
    if let Some(failure) = c.start_failure() {
        sheet.text("", format!("It never ran. {}", failure.sentence()));
    } else if let Some(code) = c.exit_code.filter(|_| over) {
        sheet.text("", format!("exit code {code}: {}", words::exit_sentence(code, detail.oom_killed)));
    }
    if !detail.error.is_empty() {
        sheet.fact("error", InkLine::of(plain_error(&detail.error), Ink::Bad));
    }
    sheet.text("created", when(c.created));
    sheet.text("started", when(c.started));
    if !c.state.is_running() {
        sheet.text("ended", when(c.finished));
    }
    sheet.fact(
        "image",
        InkLine::of(&c.image, Ink::Strong).with(format!("  {}", short_id(&c.image_id)), Ink::Dim),
    );
    let command: Vec<String> = detail.entrypoint.iter().chain(&detail.cmd).cloned().collect();
    let command = if command.is_empty() { c.command.clone() } else { typed(&command) };
    sheet.fact("command", InkLine::of(command, Ink::Code));
    sheet.text("id", short_id(&c.id));
    if let Some(past) = context.past.filter(|past| !past.is_empty()) {
        usage(sheet, past);
    }
    if let Some(place) = c.compose() {
        compose(sheet, &place, &context.needed_by);
    }

    sheet.heading("Reachable at");
    let ports = words::port_sentences(&c.ports, context.machine);
    if !c.state.is_running() {
        sheet.none("Nowhere while it does not run.");
    } else if ports.is_empty() {
        let from = context.machine.unwrap_or("this machine");
        sheet.none(&format!("No port is published. To reach it through {from}: -p 8080:80 when it is run."));
    }
    for port in ports {
        let ink = if port.contains('→') { Ink::Info } else { Ink::Dim };
        sheet.line(InkLine::of(port, ink), 2);
    }

    sheet.heading("Networks");
    if detail.addresses.is_empty() {
        sheet.none("None.");
    }
    for (network, address, aliases) in &detail.addresses {
        let mut line = InkLine::of(network, Ink::Strong).with("  ", Ink::Text);
        line.pad_to(sheet.label);
        if address.is_empty() {
            line.push("no address while it does not run", Ink::Dim);
        } else {
            line.push(address, Ink::Text);
        }
        let aliases: Vec<&str> =
            aliases.iter().map(String::as_str).filter(|a| !c.id.starts_with(*a) && *a != c.name).collect();
        if !aliases.is_empty() {
            line.push(format!("  also called {}", aliases.join(", ")), Ink::Dim);
        }
        sheet.line(line, 2);
    }

    sheet.heading("Mounts");
    mounts(sheet, &c.mounts);
    if let Some(machine) = context.machine
        && c.mounts.iter().any(|mount| mount.kind == MountKind::Bind)
    {
        sheet.none(&format!("Folders are those of {machine}, not of this machine."));
    }

    sheet.heading("Settings");
    sheet.text("restarts", restart_words(&detail.restart_policy, detail.restarts));
    if detail.auto_remove {
        sheet.text("at its end", "it is removed by itself (--rm)");
    }
    sheet.text("folder", if detail.workdir.is_empty() { "/" } else { &detail.workdir });
    sheet.text("user", if detail.user.is_empty() { "root" } else { &detail.user });
    sheet.text("hostname", &detail.hostname);
    sheet.text("terminal", if detail.tty { "yes (-t)" } else { "" });
    sheet.text(
        "memory",
        if detail.memory_limit == 0 {
            "no limit".to_owned()
        } else {
            format!("at most {}", words::memory(detail.memory_limit))
        },
    );
    if !matches!(detail.log_driver.as_str(), "" | "json-file" | "local" | "journald") {
        sheet.text("logs", format!("go to {}, so they may not be readable here", detail.log_driver));
    }
}

fn restart_words(policy: &str, restarts: i64) -> String {
    let words = match policy.split(':').next().unwrap_or_default() {
        "" | "no" => "never by itself",
        "always" => "always, also after the engine starts again (always)",
        "unless-stopped" => "always, until it is stopped (unless-stopped)",
        "on-failure" => "after an error (on-failure)",
        other => other,
    };
    if restarts > 0 { format!("{words}; so far {restarts}") } else { words.to_owned() }
}

fn mounts(sheet: &mut Sheet, mounts: &[Mount]) {
    if mounts.is_empty() {
        sheet.none("Nothing is mounted: what it writes is lost when it is removed.");
    }
    for mount in mounts {
        let (kind, source) = match mount.kind {
            MountKind::Volume if mount.source.len() == 64 => {
                ("volume", format!("{}…", short_id(&mount.source)))
            }
            MountKind::Volume => ("volume", mount.source.clone()),
            MountKind::Bind => ("folder", mount.source.clone()),
            MountKind::Tmpfs => ("memory", "not kept".to_owned()),
            MountKind::Other => ("other", mount.source.clone()),
        };
        let mut line = InkLine::of(kind, Ink::Dim);
        line.pad_to(sheet.label);
        line.push(source, Ink::Strong);
        line.push(" → ", Ink::Dim);
        line.push(&mount.target, Ink::Text);
        if mount.read_only {
            line.push("  read-only", Ink::Warn);
        }
        sheet.line(line, sheet.label);
    }
}

fn environment(sheet: &mut Sheet, env: &[(String, String)]) {
    if env.is_empty() {
        sheet.none("No variable is set.");
        return;
    }
    let mut masked = false;
    for (name, value) in env {
        let shown = secret::mask(name, value);
        masked |= shown != *value;
        let ink = if shown == *value { Ink::Text } else { Ink::Warn };
        sheet.line(InkLine::of(name, Ink::Strong).with("=", Ink::Dim).with(shown, ink), 4);
    }
    if masked {
        sheet.lines.push(InkLine::new());
        sheet.none("•••• looks secret and is not shown. Anyone who may use docker can still read it.");
    }
}

fn health(sheet: &mut Sheet, detail: &ContainerDetail) {
    if detail.health_log.is_empty() {
        let sentence = if detail.container.health.is_some() {
            "Not checked yet."
        } else {
            "It has no health check; whether it works inside, docker does not know."
        };
        sheet.none(sentence);
        return;
    }
    for entry in detail.health_log.iter().rev() {
        let (word, ink) =
            if entry.exit_code == 0 { ("✓ well", Ink::Ok) } else { ("✗ not well", Ink::Bad) };
        let mut line = InkLine::of(word, ink);
        line.push(format!("  {}", entry.at), Ink::Dim);
        if entry.exit_code != 0 {
            line.push(format!("  exit code {}", entry.exit_code), Ink::Dim);
        }
        sheet.line(line, 2);
        for output in entry.output.lines().take(20) {
            sheet.line(InkLine::of("  ", Ink::Text).with(output.trim_end(), Ink::Text), 2);
        }
    }
}

fn image(sheet: &mut Sheet, detail: &ImageDetail, context: &Context) {
    let image = &detail.image;
    if image.tags.is_empty() {
        sheet.fact(
            "tags",
            InkLine::of("untagged: a newer image took its name, or it never had one", Ink::Warn),
        );
    }
    for (i, tag) in image.tags.iter().enumerate() {
        sheet.fact(if i == 0 { "tags" } else { "" }, InkLine::of(tag, Ink::Strong));
    }
    sheet.text("id", short_id(&image.id));
    let filled = detail.layers.iter().filter(|layer| layer.size > 0).count();
    sheet.text("size", image_size(context.image.unwrap_or(image), filled));
    if let Some(at) = image.created {
        sheet.text("made", format!("{} ({})", words::date(at, context.zone), words::ago(context.now, at)));
    }
    sheet.text("used by", words::count(context.used, "container", "containers"));
    sheet.text("platform", format!("{}/{}", detail.os, detail.architecture).trim_matches('/'));

    sheet.heading("A container of it");
    let command: Vec<String> = detail.entrypoint.iter().chain(&detail.cmd).cloned().collect();
    if command.is_empty() {
        sheet.text("runs", "nothing of its own: docker run needs a command");
    } else {
        sheet.fact("runs", InkLine::of(typed(&command), Ink::Code));
    }
    sheet.text("in folder", if detail.workdir.is_empty() { "/" } else { &detail.workdir });
    sheet.text("as user", if detail.user.is_empty() { "root" } else { &detail.user });
    sheet.text("listens on", detail.exposed.join(", "));
    sheet.text("keeps", detail.volumes.join(", "));
    if !image.digests.is_empty() {
        sheet.heading("Came from");
        for digest in &image.digests {
            sheet.line(InkLine::of(digest, Ink::Dim), 2);
        }
    }
}

/// Where an engine keeps an image as it was pulled beside its files, both are named: together they are what a list
/// shows, and the layers are the files.
fn image_size(image: &Image, filled: usize) -> String {
    let layers = words::count(filled, "layer", "layers");
    match image.packed.filter(|packed| *packed < image.size) {
        None => format!("{} in {layers}", words::size(image.size)),
        Some(packed) => format!(
            "{}: {} in {layers}, and {} packed, as it is pulled and pushed",
            words::size(image.size),
            words::size(image.size - packed),
            words::size(packed)
        ),
    }
}

fn volume(sheet: &mut Sheet, detail: &VolumeDetail, context: &Context) {
    let volume = &detail.volume;
    sheet.fact("name", InkLine::of(&volume.name, Ink::Strong));
    if volume.anonymous {
        sheet.text("", "made without a name, so docker gave it one");
    }
    sheet.text("lives in", &volume.mountpoint);
    sheet.text("driver", &volume.driver);
    if let Some(at) = volume.created {
        sheet.text("made", format!("{} ({})", words::date(at, context.zone), words::ago(context.now, at)));
    }
    sheet.heading("Used by");
    if detail.used_by.is_empty() {
        sheet.none("No container. Its data stays until the volume is removed.");
    }
    for name in &detail.used_by {
        sheet.line(InkLine::of(name, Ink::Strong), 2);
    }
    pairs(sheet, "Labels", volume.labels.iter());
    pairs(sheet, "Options", detail.options.iter().map(|(name, value)| (name, value)));
}

fn network(sheet: &mut Sheet, detail: &NetworkDetail, context: &Context) {
    let network = &detail.network;
    let mut name = InkLine::of(&network.name, Ink::Strong);
    if network.is_builtin() {
        name.push("  comes with the engine", Ink::Dim);
    }
    sheet.fact("name", name);
    sheet.text("driver", driver_words(&network.driver));
    sheet.text("subnet", network.subnets.join(", "));
    sheet.text("gateway", detail.gateways.join(", "));
    sheet.text("id", short_id(&network.id));
    if network.internal {
        sheet.text("internal", "its members reach each other but not the outside");
    }
    if let Some(at) = network.created {
        sheet.text("made", format!("{} ({})", words::date(at, context.zone), words::ago(context.now, at)));
    }
    sheet.heading("Members");
    if detail.members.is_empty() {
        sheet.none("No running container.");
    }
    for (name, address) in &detail.members {
        let mut line = InkLine::of(name, Ink::Strong).with("  ", Ink::Text);
        line.pad_to(sheet.label);
        line.push(address, Ink::Text);
        sheet.line(line, 2);
    }
    if network.driver == "bridge" && network.name != "bridge" && !detail.members.is_empty() {
        sheet.lines.push(InkLine::new());
        sheet.none("On this network they find each other by name.");
    }
    pairs(sheet, "Labels", network.labels.iter());
    pairs(sheet, "Options", detail.options.iter().map(|(name, value)| (name, value)));
}

fn driver_words(driver: &str) -> String {
    match driver {
        "bridge" => "bridge: a network inside this machine".to_owned(),
        "host" => "host: the machine's own network".to_owned(),
        "null" => "null: no network at all".to_owned(),
        other => other.to_owned(),
    }
}

fn pairs<'a>(sheet: &mut Sheet, title: &str, pairs: impl Iterator<Item = (&'a String, &'a String)>) {
    let pairs: Vec<_> = pairs.collect();
    if pairs.is_empty() {
        return;
    }
    sheet.heading(title);
    for (name, value) in pairs {
        sheet.line(
            InkLine::of(name, Ink::Text).with("=", Ink::Dim).with(secret::mask(name, value), Ink::Text),
            4,
        );
    }
}
