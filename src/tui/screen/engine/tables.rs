//! The tabs, and the lists of four of them: which columns each has, in which order its rows come, what a filter finds.

use std::collections::HashMap;

use jiff::Timestamp;

use super::list::Listed;
use super::words;
use crate::facts::reference::familiar;
use crate::facts::{
    Container, ContainerState, Health, Image, Kind, Network, Sample, Snapshot, Volume, short_id,
};
use crate::tui::widget::columns::{Align, Column, Width, header, measure, place, row};
use crate::tui::widget::ink::{Ink, InkLine};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Containers,
    Images,
    Volumes,
    Networks,
    /// What the learner's commands ask of the engine.
    Wire,
}

impl Tab {
    pub(super) const ALL: [Tab; 5] =
        [Self::Containers, Self::Images, Self::Volumes, Self::Networks, Self::Wire];

    /// What its list holds; the wire holds no objects.
    pub(super) fn kind(self) -> Option<Kind> {
        Some(match self {
            Self::Containers => Kind::Container,
            Self::Images => Kind::Image,
            Self::Volumes => Kind::Volume,
            Self::Networks => Kind::Network,
            Self::Wire => return None,
        })
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Containers => "containers",
            Self::Images => "images",
            Self::Volumes => "volumes",
            Self::Networks => "networks",
            Self::Wire => "wire",
        }
    }

    pub(super) fn short_title(self) -> &'static str {
        match self {
            Self::Containers => "cont",
            Self::Images => "img",
            Self::Volumes => "vol",
            Self::Networks => "net",
            Self::Wire => "wire",
        }
    }

    /// A command that puts something into this list.
    pub(super) fn suggestion(self) -> &'static str {
        match self {
            Self::Containers => "docker run hello-world",
            Self::Images => "docker pull hello-world",
            Self::Volumes => "docker volume create data",
            Self::Networks => "docker network create backend",
            Self::Wire => "docker ps -a",
        }
    }
}

/// How many containers use each image and volume, and how many running ones each network; by id or name.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    images: HashMap<String, usize>,
    volumes: HashMap<String, usize>,
    networks: HashMap<String, usize>,
}

impl Usage {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut usage = Self::default();
        for container in &snapshot.containers {
            *usage.images.entry(container.content().key().to_owned()).or_default() += 1;
            let mut seen: Vec<&str> = Vec::new();
            for mount in &container.mounts {
                if mount.kind == crate::facts::MountKind::Volume && !seen.contains(&mount.source.as_str()) {
                    seen.push(&mount.source);
                    *usage.volumes.entry(mount.source.clone()).or_default() += 1;
                }
            }
            // A stopped container keeps its place in the configuration but is no member.
            for network in container.networks.iter().filter(|_| container.state.is_running()) {
                *usage.networks.entry(network.clone()).or_default() += 1;
            }
        }
        usage
    }

    pub(super) fn image(&self, image: &Image) -> usize {
        let mut keys: Vec<&str> = image.content().keys().collect();
        // an image without an index is its own manifest
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().filter_map(|key| self.images.get(key)).sum()
    }

    pub(super) fn volume(&self, name: &str) -> usize {
        self.volumes.get(name).copied().unwrap_or(0)
    }

    pub(super) fn network(&self, name: &str) -> usize {
        self.networks.get(name).copied().unwrap_or(0)
    }
}

pub(super) struct ContainerRow<'a> {
    container: &'a Container,
    /// It stands below its compose project.
    in_project: bool,
    sample: Option<&'a Sample>,
    now: Timestamp,
}

impl ContainerRow<'_> {
    /// A dash until it is measured, so that the columns stay where they are.
    fn figure(&self, words: impl Fn(&Sample) -> String) -> InkLine {
        match self.sample {
            _ if self.container.state != ContainerState::Running => InkLine::new(),
            Some(sample) => InkLine::of(words(sample), Ink::Text),
            None => InkLine::of("–", Ink::Dim),
        }
    }
}

pub(super) struct ImageRow<'a> {
    image: &'a Image,
    used: usize,
    now: Timestamp,
}

pub(super) struct VolumeRow<'a> {
    volume: &'a Volume,
    used: usize,
    now: Timestamp,
}

pub(super) struct NetworkRow<'a> {
    network: &'a Network,
    members: usize,
}

const fn column<R>(
    id: &'static str,
    title: &'static str,
    width: Width,
    align: Align,
    priority: u8,
    cell: fn(&R) -> InkLine,
) -> Column<R> {
    Column { id, title, width, align, priority, cell }
}

use Align::{Left, Right};

fn container_columns<'a>() -> [Column<ContainerRow<'a>>; 9] {
    [
        column("mark", "", Width::fit(1, 1), Left, 0, |r| {
            let (mark, ink) = words::state_mark(r.container);
            InkLine::of(mark, ink)
        }),
        column("name", "NAME", Width::both_ends(15, 28).shrinking_to(11), Left, 0, |r| {
            let branch = if r.in_project { "└ " } else { "" };
            InkLine::of(branch, Ink::Border).with(&r.container.name, Ink::Strong)
        }),
        column("image", "IMAGE", Width::both_ends(12, 28).shrinking_to(10), Left, 2, |r| {
            InkLine::of(words::short_image(&r.container.image), Ink::Text)
        }),
        column("status", "STATUS", Width::fit(23, 40).shrinking_to(20), Left, 0, |r| {
            let (status, ink) = words::status(r.container, r.now);
            InkLine::of(status, ink)
        }),
        column("ports", "PORTS", Width::if_any(9, 26), Left, 1, |r| {
            InkLine::of(words::ports(&r.container.ports), Ink::Info)
        }),
        column("cpu", "CPU", Width::if_any(6, 7), Right, 3, |r| r.figure(|s| words::cpu(s.cpu_percent))),
        column("memory", "MEMORY", Width::if_any(8, 9), Right, 4, |r| r.figure(|s| words::memory(s.memory))),
        column("service", "SERVICE", Width::if_any(7, 18), Left, 5, |r| {
            InkLine::of(r.container.compose().map_or("", |compose| compose.service), Ink::Text)
        }),
        column("created", "CREATED", Width::fit(11, 14), Left, 6, |r| age(r.container.created, r.now)),
    ]
}

/// A compose project's own row: how many of its containers run, and what is wrong with them.
pub(super) fn project(snapshot: &Snapshot, name: &str, folded: bool) -> InkLine {
    let all: Vec<&Container> = snapshot
        .containers
        .iter()
        .filter(|c| c.compose().is_some_and(|compose| compose.project == name))
        .collect();
    let count = |is: &dyn Fn(&Container) -> bool| all.iter().filter(|c| is(c)).count();
    let running = count(&|c| c.state.is_running());
    let mut line = InkLine::of(if folded { "▹ " } else { "▾ " }, Ink::Key).with(name, Ink::Heading);
    line.push("  compose · ", Ink::Dim);
    line.push(
        format!("{running} of {} run", all.len()),
        if running == all.len() { Ink::Ok } else { Ink::Text },
    );
    for (n, words, ink) in [
        (count(&|c| c.health == Some(Health::Unhealthy)), "unhealthy", Ink::Bad),
        (count(&|c| c.health == Some(Health::Starting)), "starting", Ink::Warn),
        (count(&|c| c.start_failure().is_some()), "failed to start", Ink::Bad),
        (count(&|c| c.state == ContainerState::Restarting), "restarting", Ink::Warn),
    ] {
        if n > 0 {
            line.push(" · ", Ink::Dim);
            line.push(format!("{n} {words}"), ink);
        }
    }
    line
}

fn image_columns<'a>() -> [Column<ImageRow<'a>>; 5] {
    [
        column("name", "IMAGE", Width::both_ends(24, 48), Left, 0, |r| match r.image.tags.as_slice() {
            // pulled by its digest alone, it is known by that
            [] => match r.image.digests.first() {
                Some(digest) => image_name(&words::short_image(digest)),
                None => InkLine::of("untagged", Ink::Warn),
            },
            [tag] => image_name(tag),
            [tag, more @ ..] => image_name(tag).with(format!(" +{}", more.len()), Ink::Dim),
        }),
        column("size", "SIZE", Width::fit(7, 8), Right, 1, |r| {
            InkLine::of(words::size(r.image.size), Ink::Text)
        }),
        column("used", "USED BY", Width::fit(12, 14), Left, 2, |r| users(r.used)),
        column("created", "MADE", Width::fit(11, 14), Left, 3, |r| age(r.image.created, r.now)),
        column("id", "ID", Width::fit(12, 12), Left, 4, |r| InkLine::of(short_id(&r.image.id), Ink::Dim)),
    ]
}

fn volume_columns<'a>() -> [Column<VolumeRow<'a>>; 4] {
    [
        column("name", "VOLUME", Width::both_ends(22, 48), Left, 0, |r| {
            if r.volume.anonymous {
                InkLine::of(short_id(&r.volume.name), Ink::Text).with("… no name", Ink::Dim)
            } else {
                InkLine::of(&r.volume.name, Ink::Strong)
            }
        }),
        column("used", "USED BY", Width::fit(12, 14), Left, 1, |r| users(r.used)),
        column("created", "MADE", Width::fit(11, 14), Left, 2, |r| age(r.volume.created, r.now)),
        column("driver", "DRIVER", Width::fit(6, 10), Left, 3, |r| InkLine::of(&r.volume.driver, Ink::Dim)),
    ]
}

fn network_columns<'a>() -> [Column<NetworkRow<'a>>; 5] {
    [
        column("name", "NETWORK", Width::both_ends(18, 40), Left, 0, |r| {
            InkLine::of(&r.network.name, if r.network.is_builtin() { Ink::Text } else { Ink::Strong })
        }),
        column("members", "MEMBERS", Width::fit(12, 14), Left, 1, |r| users(r.members)),
        column("driver", "DRIVER", Width::fit(6, 10), Left, 2, |r| InkLine::of(&r.network.driver, Ink::Text)),
        column("subnet", "SUBNET", Width::fit(14, 32), Left, 3, |r| {
            InkLine::of(r.network.subnets.join(", "), Ink::Text)
        }),
        column("note", "NOTE", Width::if_any(8, 22), Left, 4, |r| {
            let note = match (r.network.is_builtin(), r.network.internal) {
                (true, _) => "built in",
                (_, true) => "no way out",
                _ => "",
            };
            InkLine::of(note, Ink::Dim)
        }),
    ]
}

fn image_name(tag: &str) -> InkLine {
    let tag = familiar(tag);
    match tag.rsplit_once(':') {
        Some((name, version)) if !version.contains('/') => {
            InkLine::of(name, Ink::Strong).with(format!(":{version}"), Ink::Text)
        }
        _ => InkLine::of(tag, Ink::Strong),
    }
}

fn users(n: usize) -> InkLine {
    if n == 0 {
        InkLine::of("–", Ink::Dim)
    } else {
        InkLine::of(words::count(n, "container", "containers"), Ink::Text)
    }
}

fn age(then: Option<Timestamp>, now: Timestamp) -> InkLine {
    then.map_or_else(InkLine::new, |then| InkLine::of(words::ago(now, then), Ink::Dim))
}

/// Everything the lists are drawn from.
pub(super) struct Source<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) usage: &'a Usage,
    pub(super) samples: &'a HashMap<String, Sample>,
    pub(super) now: Timestamp,
}

/// A table laid out: the header, and the window's rows of objects.
pub(super) struct Laid {
    pub(super) header: InkLine,
    pub(super) rows: Vec<InkLine>,
}

/// Columns are measured over so many rows at most; below that they may be cut.
const MEASURED: usize = 300;

/// `widths` keeps what was measured; None measures again.
pub(super) fn lay_out(
    source: &Source,
    tab: Tab,
    rows: Rows,
    widths: &mut Option<Vec<u16>>,
    width: u16,
) -> Laid {
    let Source { snapshot, usage, samples, now } = *source;
    let lay = Lay { rows, widths, width };
    match tab {
        Tab::Containers => lay.out(&container_columns(), |i, in_project| {
            let container = snapshot.containers.get(i)?;
            Some(ContainerRow { container, in_project, sample: samples.get(&container.id), now })
        }),
        Tab::Images => lay.out(&image_columns(), |i, _| {
            let image = snapshot.images.get(i)?;
            Some(ImageRow { image, used: usage.image(image), now })
        }),
        Tab::Volumes => lay.out(&volume_columns(), |i, _| {
            let volume = snapshot.volumes.get(i)?;
            Some(VolumeRow { volume, used: usage.volume(&volume.name), now })
        }),
        Tab::Networks => lay.out(&network_columns(), |i, _| {
            let network = snapshot.networks.get(i)?;
            Some(NetworkRow { network, members: usage.network(&network.name) })
        }),
        Tab::Wire => Laid { header: InkLine::new(), rows: Vec::new() },
    }
}

/// All rows of a list, and those of them that are on the screen.
pub(super) struct Rows<'a> {
    pub(super) all: &'a [Listed],
    pub(super) window: &'a [Listed],
}

struct Lay<'a> {
    rows: Rows<'a>,
    widths: &'a mut Option<Vec<u16>>,
    width: u16,
}

impl Lay<'_> {
    fn out<R>(self, columns: &[Column<R>], make: impl Fn(usize, bool) -> Option<R>) -> Laid {
        let make = |row: &Listed| match row {
            Listed::Item { at, in_project } => make(*at, *in_project),
            Listed::Project(_) => None,
        };
        let measured = self.widths.get_or_insert_with(|| {
            let rows: Vec<R> = self.rows.all.iter().take(MEASURED).filter_map(make).collect();
            measure(columns, rows.iter())
        });
        let placed = place(columns, measured, self.width);
        Laid {
            header: header(columns, &placed),
            rows: self.rows.window.iter().filter_map(make).map(|r| row(columns, &placed, &r)).collect(),
        }
    }
}

/// The rows of a tab in the order they are shown: newest container first, unnamed things last.
pub(super) fn order(snapshot: &Snapshot, tab: Tab) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len(snapshot, tab)).collect();
    match tab {
        Tab::Containers => order.sort_by_key(|&i| std::cmp::Reverse(snapshot.containers[i].created)),
        Tab::Images => order.sort_by_key(|&i| snapshot.images[i].tags.is_empty()),
        Tab::Volumes => order.sort_by_key(|&i| snapshot.volumes[i].anonymous),
        Tab::Networks => order.sort_by_key(|&i| snapshot.networks[i].is_builtin()),
        Tab::Wire => {}
    }
    order
}

pub(super) fn len(snapshot: &Snapshot, tab: Tab) -> usize {
    match tab {
        Tab::Containers => snapshot.containers.len(),
        Tab::Images => snapshot.images.len(),
        Tab::Volumes => snapshot.volumes.len(),
        Tab::Networks => snapshot.networks.len(),
        Tab::Wire => 0,
    }
}

/// What a row is known by: its id, for a volume its name.
pub(super) fn key(snapshot: &Snapshot, tab: Tab, i: usize) -> Option<&str> {
    Some(match tab {
        Tab::Containers => &snapshot.containers.get(i)?.id,
        Tab::Images => &snapshot.images.get(i)?.id,
        Tab::Volumes => &snapshot.volumes.get(i)?.name,
        Tab::Networks => &snapshot.networks.get(i)?.id,
        Tab::Wire => return None,
    })
}

/// What a person calls it.
pub(super) fn name(snapshot: &Snapshot, kind: Kind, id: &str) -> Option<String> {
    match kind {
        Kind::Container => snapshot.container(id).map(|c| c.name.clone()),
        Kind::Image => snapshot.image(id).map(|i| words::image_name(&i.tags, &i.id)),
        Kind::Volume => snapshot.volumes.iter().find(|v| v.name == id).map(|v| v.name.clone()),
        Kind::Network => snapshot.networks.iter().find(|n| n.id == id).map(|n| n.name.clone()),
    }
}

/// Every word of the filter must be found in the row.
pub(super) fn matches(snapshot: &Snapshot, tab: Tab, i: usize, filter: &str) -> bool {
    let hay = match tab {
        Tab::Containers => snapshot.containers.get(i).map(|c| {
            let (status, _) = words::status(c, Timestamp::UNIX_EPOCH);
            let ports = words::ports(&c.ports);
            let (project, service) = c.compose().map_or(("", ""), |c| (c.project, c.service));
            format!("{} {} {} {status} {ports} {project} {service}", c.name, c.image, c.id)
        }),
        Tab::Images => snapshot.images.get(i).map(|image| {
            let tags = if image.tags.is_empty() { "untagged".to_owned() } else { image.tags.join(" ") };
            format!("{tags} {}", image.id)
        }),
        Tab::Volumes => snapshot.volumes.get(i).map(|v| format!("{} {}", v.name, v.driver)),
        Tab::Networks => snapshot
            .networks
            .get(i)
            .map(|n| format!("{} {} {} {}", n.name, n.driver, n.id, n.subnets.join(" "))),
        Tab::Wire => None,
    };
    let hay = hay.unwrap_or_default().to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| hay.contains(word))
}
