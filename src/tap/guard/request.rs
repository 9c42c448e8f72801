//! Reads from a request's head what it would do, whatever the spelling; what it does not know, it calls `Other`.

use crate::facts::Command;
use crate::facts::reference::{familiar, has_tag, listed, repository, with_tag};
use crate::tap::target::Target;

/// One request, and whose it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    target: Target,
    pub command: Command,
}

/// What a request would do to things that may not be the course's, or which things it makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Remove {
        what: Object,
        name: String,
    },
    Prune(Object),
    PruneBuildCache,
    /// Changes a container without deleting it: the docker word for it, and the container.
    Disturb {
        verb: &'static str,
        name: String,
    },
    MakeContainer,
    MakeNetwork,
    MakeVolume,
    /// May leave new images; `only` these, where the request says which.
    MakeImages {
        only: Option<Only>,
    },
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Container,
    Network,
    Volume,
    Image,
}

impl Object {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Network => "network",
            Self::Volume => "volume",
            Self::Image => "image",
        }
    }
}

/// The names of images that a request can make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Only {
    Name(String),
    /// Any tag of a repository.
    Repository(String),
    /// No name at all: just content.
    Nameless,
}

impl Request {
    pub fn of(target: &Target, command: &Command) -> Self {
        Self { target: target.clone(), command: command.clone() }
    }

    pub(super) fn arg(&self, key: &str) -> Option<&str> {
        self.target.arg(key)
    }

    /// Whether the client speaks at least this version of the API.
    pub(super) fn speaks(&self, major: u32, minor: u32) -> bool {
        self.target.speaks(major, minor)
    }

    /// The first words as they were typed, for a sentence: `docker container rm`.
    pub(super) fn typed(&self, fallback: &str) -> String {
        let argv = &self.command.argv;
        let program = argv.first().and_then(|p| p.rsplit('/').next());
        match program {
            Some("docker" | "podman") => {
                let words = argv.iter().skip(1).take_while(|w| is_plain(w)).take(2);
                let mut words: Vec<&str> = words.map(String::as_str).collect();
                if words.len() == 2 && !GROUPS.contains(&words[0]) {
                    words.truncate(1);
                }
                if words.is_empty() {
                    fallback.to_owned()
                } else {
                    format!("{} {}", program.unwrap_or("docker"), words.join(" "))
                }
            }
            _ => fallback.to_owned(),
        }
    }

    /// The whole command, for the question in the app.
    pub(super) fn whole_command(&self, fallback: &str) -> String {
        match self.command.argv.split_first() {
            Some((program, rest)) => {
                let program = program.rsplit('/').next().unwrap_or(program);
                std::iter::once(program)
                    .chain(rest.iter().map(String::as_str))
                    .collect::<Vec<_>>()
                    .join(" ")
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(300)
                    .collect()
            }
            None => fallback.to_owned(),
        }
    }

    pub(super) fn is_system_prune(&self) -> bool {
        self.command.argv.windows(2).any(|pair| pair[0] == "system" && pair[1] == "prune")
    }

    /// `docker builder prune` and `docker buildx prune`, with whatever flags stand between the words.
    fn prunes_builds(&self) -> bool {
        let Some((program, words)) = self.command.argv.split_first() else { return false };
        let mut words = words.iter().map(String::as_str);
        if !program.ends_with("docker-buildx") && !words.any(|word| word == "builder" || word == "buildx") {
            return false;
        }
        while let Some(word) = words.next() {
            match word {
                "--builder" => drop(words.next()),
                flag if flag.starts_with('-') => {}
                command => return command == "prune",
            }
        }
        false
    }

    /// Commands that pass the signals of their own terminal on are not a `docker kill`.
    fn passes_signals_on(&self) -> bool {
        self.arg("signal").is_some_and(|s| s.trim_start_matches("SIG") == "WINCH" || s == "28")
            || self.command.argv.iter().any(|w| matches!(w.as_str(), "run" | "attach" | "start" | "exec"))
    }

    pub(super) fn deed(&self) -> Deed {
        match (self.target.method.as_str(), self.target.segments().as_slice()) {
            ("DELETE", ["containers", name]) => {
                Deed::Remove { what: Object::Container, name: (*name).into() }
            }
            ("DELETE", ["networks", name]) => Deed::Remove { what: Object::Network, name: (*name).into() },
            // the names of volumes and images may hold slashes
            ("DELETE", ["volumes", name @ ..]) if !name.is_empty() => {
                Deed::Remove { what: Object::Volume, name: name.join("/") }
            }
            ("DELETE", ["images", name @ ..]) if !name.is_empty() => {
                Deed::Remove { what: Object::Image, name: name.join("/") }
            }
            ("POST", ["containers", "prune"]) => Deed::Prune(Object::Container),
            ("POST", ["networks", "prune"]) => Deed::Prune(Object::Network),
            ("POST", ["volumes", "prune"]) => Deed::Prune(Object::Volume),
            ("POST", ["images", "prune"]) => Deed::Prune(Object::Image),
            ("POST", ["build", "prune"]) => Deed::PruneBuildCache,
            ("POST", ["containers", "create"]) => Deed::MakeContainer,
            ("POST", ["networks", "create"]) => Deed::MakeNetwork,
            ("POST", ["volumes", "create"]) => Deed::MakeVolume,
            ("POST", ["images", "create"]) => Deed::MakeImages { only: self.pulled() },
            // BuildKit's own language goes unread: there the command alone tells
            ("POST", ["grpc"]) | ("PRI", _) if self.prunes_builds() => Deed::PruneBuildCache,
            ("POST", ["images", "load"] | ["build"] | ["grpc"] | ["session"]) | ("PRI", _) => {
                Deed::MakeImages { only: None }
            }
            ("POST", ["commit"]) => Deed::MakeImages { only: Some(self.named()) },
            ("POST", ["images", _, .., "tag"]) => Deed::MakeImages { only: Some(self.named()) },
            ("POST", ["containers", name, verb]) => match self.disturbing(verb) {
                Some(verb) => Deed::Disturb { verb, name: (*name).into() },
                None => Deed::Other,
            },
            ("PUT", ["containers", name, "archive"]) => Deed::Disturb { verb: "cp", name: (*name).into() },
            _ => Deed::Other,
        }
    }

    fn disturbing(&self, verb: &str) -> Option<&'static str> {
        Some(match verb {
            "stop" => "stop",
            "kill" if !self.passes_signals_on() => "kill",
            "restart" => "restart",
            "pause" => "pause",
            "unpause" => "unpause",
            "rename" => "rename",
            "update" => "update",
            "exec" => "exec",
            _ => return None,
        })
    }

    /// What a pull or an import may name.
    fn pulled(&self) -> Option<Only> {
        if self.arg("fromSrc").is_some() {
            return Some(self.named());
        }
        let from = self.arg("fromImage").unwrap_or_default();
        let tag = self.arg("tag").unwrap_or_default();
        if from.is_empty() {
            None
        } else if tag.is_empty() && !has_tag(from) {
            Some(Only::Repository(repository(familiar(from)).to_owned()))
        } else {
            // a pull by digest keeps other names than it was asked for; they all are of one repository
            Some(match with_tag(from, tag) {
                name if name.contains('@') => Only::Repository(repository(familiar(&name)).to_owned()),
                name => Only::Name(listed(&name)),
            })
        }
    }

    /// `repo` and `tag` of a commit, tag or import.
    fn named(&self) -> Only {
        match self.arg("repo").unwrap_or_default() {
            "" => Only::Nameless,
            repo => Only::Name(listed(&with_tag(repo, self.arg("tag").unwrap_or_default()))),
        }
    }
}

impl Only {
    pub(super) fn allows(&self, reference: &str) -> bool {
        match self {
            // what a pull brings along is known by its digest too
            Self::Name(name) => {
                reference == name || reference.split_once('@').is_some_and(|(r, _)| r == repository(name))
            }
            Self::Repository(name) => repository(reference) == name,
            Self::Nameless => false,
        }
    }
}

/// Words of `docker` that have commands below them.
const GROUPS: [&str; 13] = [
    "container",
    "image",
    "volume",
    "network",
    "system",
    "builder",
    "buildx",
    "compose",
    "plugin",
    "context",
    "manifest",
    "swarm",
    "trust",
];

fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(method: &str, target: &str) -> Deed {
        Request::of(&Target::of(method, target), &Command::default()).deed()
    }

    fn removes(what: Object, name: &str) -> Deed {
        Deed::Remove { what, name: name.into() }
    }

    #[test]
    fn deletes_are_seen_in_every_spelling() {
        for target in [
            "/v1.43/containers/web?force=1&v=1",
            "/containers/web",
            "/%63ontainers/we%62",
            "/v1.43//containers/web/",
        ] {
            assert_eq!(deed("DELETE", target), removes(Object::Container, "web"), "{target}");
        }
        assert_eq!(
            deed("DELETE", "/v1.41/images/docker.io/library/x:1"),
            removes(Object::Image, "docker.io/library/x:1")
        );
        assert_eq!(deed("DELETE", "/v1.41/images/a%2Fb"), removes(Object::Image, "a/b"));
        assert_eq!(deed("delete", "/volumes/data"), removes(Object::Volume, "data"));
        assert_eq!(deed("DELETE", "/networks/n"), removes(Object::Network, "n"));
        assert_eq!(deed("POST", "/v1.43/build/prune"), Deed::PruneBuildCache);
        assert_eq!(deed("POST", "/containers/prune?filters=%7B%7D"), Deed::Prune(Object::Container));
    }

    #[test]
    fn what_is_unknown_passes() {
        for (method, target) in [
            ("GET", "/containers/json"),
            ("DELETE", "/plugins/x"),
            ("POST", "/future/thing"),
            ("POST", ""),
            ("GET", "/images/x/json"),
            ("POST", "/containers/c/resize"),
        ] {
            assert_eq!(deed(method, target), Deed::Other, "{method} {target}");
        }
    }

    #[test]
    fn a_resize_is_no_kill() {
        assert_eq!(deed("POST", "/containers/c/kill?signal=WINCH"), Deed::Other);
        assert_eq!(deed("POST", "/containers/c/kill?signal=SIGWINCH"), Deed::Other);
        assert_eq!(deed("POST", "/containers/c/kill"), Deed::Disturb { verb: "kill", name: "c".into() });
        let run = Command { argv: vec!["docker".into(), "run".into(), "x".into()], ..Command::default() };
        assert_eq!(
            Request::of(&Target::of("POST", "/containers/c/kill?signal=INT"), &run).deed(),
            Deed::Other
        );
    }

    #[test]
    fn a_prune_that_buildkit_hears_is_known_by_its_command() {
        let deed = |method: &str, target: &str, line: &str| {
            let argv = line.split(' ').map(str::to_owned).collect();
            Request::of(&Target::of(method, target), &Command { argv, ..Command::default() }).deed()
        };
        for line in [
            "docker builder prune",
            "docker buildx prune -af",
            "docker buildx --builder mine prune",
            "/usr/libexec/docker/cli-plugins/docker-buildx prune",
        ] {
            assert_eq!(deed("POST", "/grpc", line), Deed::PruneBuildCache, "{line}");
            assert_eq!(deed("PRI", "*", line), Deed::PruneBuildCache, "{line}");
        }
        for line in
            ["docker build -t prune .", "docker buildx build -t prune .", "docker prune buildx", "docker"]
        {
            assert_eq!(deed("POST", "/grpc", line), Deed::MakeImages { only: None }, "{line}");
        }
    }

    #[test]
    fn makers_of_images_say_which_where_they_can() {
        let only = |target: &str| match deed("POST", target) {
            Deed::MakeImages { only } => only,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            only("/images/create?fromImage=nginx&tag=latest"),
            Some(Only::Name("nginx:latest".into()))
        );
        assert_eq!(
            only("/images/create?fromImage=docker.io%2Flibrary%2Fnginx&tag=1"),
            Some(Only::Name("nginx:1".into()))
        );
        assert_eq!(only("/images/create?fromImage=nginx"), Some(Only::Repository("nginx".into())));
        assert_eq!(
            only("/images/create?fromImage=nginx&tag=sha256%3Aab"),
            Some(Only::Repository("nginx".into()))
        );
        assert_eq!(only("/images/create?fromSrc=-&repo=r&tag="), Some(Only::Name("r:latest".into())));
        assert_eq!(
            only("/images/a/b/tag?repo=localhost:5000/r&tag=2"),
            Some(Only::Name("localhost:5000/r:2".into()))
        );
        assert_eq!(only("/commit?container=c"), Some(Only::Nameless));
        assert_eq!(only("/build?t=x"), None);
        assert!(
            Only::Name("nginx:1".into()).allows("nginx@sha256:ab")
                && !Only::Name("nginx:1".into()).allows("nginx:2")
        );
        assert!(Only::Repository("r:5000/n".into()).allows("r:5000/n:2"));
    }

    #[test]
    fn the_command_is_named_as_it_was_typed() {
        let typed = |words: &[&str]| {
            let argv = words.iter().map(|w| (*w).to_owned()).collect();
            Request::of(&Target::of("DELETE", "/containers/web"), &Command { argv, ..Command::default() })
                .typed("docker rm")
        };
        assert_eq!(typed(&["docker", "rm", "-f", "web"]), "docker rm");
        assert_eq!(typed(&["/usr/bin/docker", "rm", "web"]), "docker rm");
        assert_eq!(typed(&["docker", "container", "rm", "web"]), "docker container rm");
        assert_eq!(typed(&["docker", "--debug", "rm"]), "docker rm");
        assert_eq!(typed(&[]), "docker rm");
    }
}
