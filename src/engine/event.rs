//! The engine's events, cut down to a small closed set.

use std::collections::HashMap;

use bollard::models::EventMessage;
use jiff::Timestamp;

use crate::facts::Health;

/// Attributes of a container's event that are not labels.
pub(super) const NOT_LABELS: [&str; 8] =
    ["image", "name", "exitCode", "execID", "oldName", "signal", "execDuration", "containerExitCode"];
/// What is taken of what one event tells, in bytes. Its labels go first: the list has them, too.
const MOST: usize = 16 << 10;

/// One thing that happened, with what the engine says about it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    /// Of the engine's own clock; 0 where it gave none.
    pub nanos: i64,
    pub what: Happening,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Happening {
    Container {
        id: String,
        change: Change,
        attributes: HashMap<String, String>,
    },
    /// One came or went; a name that was given to one is told.
    Image(Option<Passing>),
    /// One was made or removed.
    Volume(Option<Passing>),
    /// A network was made or removed.
    Network(Option<Passing>),
    /// A container joined or left a network.
    Wire {
        container: String,
        joined: bool,
    },
    /// The engine itself: its configuration was read again.
    Engine,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    Created,
    Started,
    Died {
        code: Option<i64>,
    },
    Paused,
    Unpaused,
    Renamed,
    Health(Option<Health>),
    Destroyed,
    /// A command is run inside it: the exec's id, and its words joined by blanks.
    Exec {
        id: String,
        line: String,
    },
    ExecEnded {
        id: String,
        code: Option<i64>,
    },
    /// Something else that may show in the list.
    Other,
}

/// What was made or removed: for things that live between two looks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Passing {
    pub id: String,
    pub name: String,
    pub removed: bool,
}

impl Passing {
    fn of(action: &str, id: &str, name: &str) -> Option<Self> {
        let removed = match action {
            "create" | "tag" => false,
            "destroy" | "remove" => true,
            _ => return None,
        };
        Some(Self { id: id.to_owned(), name: name.to_owned(), removed })
    }
}

impl Event {
    pub(super) fn at(&self) -> Option<Timestamp> {
        Timestamp::from_nanosecond(i128::from(self.nanos)).ok().filter(|_| self.nanos > 0)
    }

    /// None for what changes nothing that we show: attach, top, resize, the rest of an exec.
    pub(super) fn read(message: EventMessage) -> Option<Self> {
        let actor = message.actor.unwrap_or_default();
        let id = actor.id.unwrap_or_default();
        let attributes = bounded(actor.attributes.unwrap_or_default());
        let mut action = message.action.unwrap_or_default();
        action.truncate(action.floor_char_boundary(MOST));
        let what = match message.typ.map(|t| t.to_string()).unwrap_or_default().as_str() {
            "container" => Happening::Container { id, change: change(&action, &attributes)?, attributes },
            "image" => {
                let name = attributes.get("name").map_or("", String::as_str);
                Happening::Image(Passing::of(&action, &id, name))
            }
            "volume" if matches!(action.as_str(), "mount" | "unmount") => return None,
            "volume" => Happening::Volume(Passing::of(&action, &id, &id)),
            "network" => match (action.as_str(), attributes.get("container")) {
                ("connect", Some(c)) => Happening::Wire { container: c.clone(), joined: true },
                ("disconnect", Some(c)) => Happening::Wire { container: c.clone(), joined: false },
                _ => {
                    let name = attributes.get("name").map_or("", String::as_str);
                    Happening::Network(Passing::of(&action, &id, name))
                }
            },
            "daemon" => Happening::Engine,
            _ => return None,
        };
        let nanos = message.time_nano.or(message.time.map(|s| s.saturating_mul(1_000_000_000))).unwrap_or(0);
        Some(Self { nanos, what })
    }
}

fn bounded(mut attributes: HashMap<String, String>) -> HashMap<String, String> {
    let size = |(name, value): (&String, &String)| name.len() + value.len();
    if attributes.iter().map(size).sum::<usize>() > MOST {
        attributes.retain(|name, value| {
            NOT_LABELS.contains(&name.as_str()) && value.len() <= MOST / NOT_LABELS.len()
        });
    }
    attributes
}

fn change(action: &str, attributes: &HashMap<String, String>) -> Option<Change> {
    let exec = || attributes.get("execID").cloned().unwrap_or_default();
    if let Some(argv) = action.strip_prefix("exec_create") {
        return Some(Change::Exec { id: exec(), line: argv.trim_start_matches(':').trim().to_string() });
    }
    if action == "exec_die" {
        let code = attributes.get("exitCode").and_then(|c| c.parse().ok());
        return Some(Change::ExecEnded { id: exec(), code });
    }
    if let Some(word) = action.strip_prefix("health_status") {
        return Some(Change::Health(super::convert::word_of_health(word.trim_start_matches(':').trim())));
    }
    if action.starts_with("exec_") {
        return None;
    }
    Some(match action {
        "attach" | "detach" | "top" | "resize" | "archive-path" | "extract-to-dir" | "copy" | "export" => {
            return None;
        }
        "create" => Change::Created,
        "start" => Change::Started,
        "die" | "died" => Change::Died {
            code: attributes
                .get("exitCode")
                .or(attributes.get("containerExitCode"))
                .and_then(|c| c.parse().ok()),
        },
        "pause" => Change::Paused,
        "unpause" => Change::Unpaused,
        "rename" => Change::Renamed,
        "destroy" | "remove" => Change::Destroyed,
        _ => Change::Other,
    })
}

#[cfg(test)]
mod tests {
    use bollard::models::{EventActor, EventMessageTypeEnum};

    use super::*;

    fn message(typ: EventMessageTypeEnum, action: &str, attributes: &[(&str, &str)]) -> EventMessage {
        EventMessage {
            typ: Some(typ),
            action: Some(action.into()),
            actor: Some(EventActor {
                id: Some("c1".into()),
                attributes: Some(attributes.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()),
            }),
            time_nano: Some(5),
            ..Default::default()
        }
    }

    #[test]
    fn actions() {
        use EventMessageTypeEnum::{CONTAINER, NETWORK, VOLUME};
        let of = |action: &str, attributes: &[(&str, &str)]| match Event::read(message(
            CONTAINER, action, attributes,
        )) {
            Some(Event { what: Happening::Container { change, .. }, .. }) => Some(change),
            _ => None,
        };
        assert_eq!(of("die", &[("exitCode", "137")]), Some(Change::Died { code: Some(137) }));
        assert_eq!(
            of("exec_create: sh -c ls", &[]),
            Some(Change::Exec { id: String::new(), line: "sh -c ls".into() })
        );
        assert_eq!(of("health_status: unhealthy", &[]), Some(Change::Health(Some(Health::Unhealthy))));
        for silent in ["exec_start: sh", "attach", "top", "resize"] {
            assert_eq!(of(silent, &[]), None, "{silent}");
        }
        let wire = Event::read(message(NETWORK, "disconnect", &[("container", "c9")])).map(|e| e.what);
        assert_eq!(wire, Some(Happening::Wire { container: "c9".into(), joined: false }));
        assert_eq!(Event::read(message(VOLUME, "mount", &[])), None);
    }

    #[test]
    fn an_event_takes_no_more_room_than_one_needs() {
        let told = |labels: usize, name: usize| {
            let (labels, name) = ("x".repeat(labels), "n".repeat(name));
            let event =
                message(EventMessageTypeEnum::CONTAINER, "create", &[("name", &name), ("label", &labels)]);
            match Event::read(event).unwrap().what {
                Happening::Container { attributes, .. } => {
                    (attributes.contains_key("name"), attributes.contains_key("label"))
                }
                other => panic!("{other:?}"),
            }
        };
        let words = "name".len() + "label".len() + "web".len();
        assert_eq!(told(MOST - words, 3), (true, true));
        assert_eq!(told(MOST - words + 1, 3), (true, false));
        assert_eq!(told(0, MOST), (false, false));
        let exec =
            message(EventMessageTypeEnum::CONTAINER, &format!("exec_create: {}", "\u{e4}".repeat(MOST)), &[]);
        assert!(format!("{:?}", Event::read(exec)).len() < 2 * MOST);
    }
}
