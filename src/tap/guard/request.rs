//! Reads from a request's head what it would do, whatever the spelling; what it does not know, it calls `Unknown`.

use super::allowed;
use super::built::Build;
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
    /// May leave new images, and `only` these are its work.
    MakeImages {
        only: Only,
        /// Names that it gives to what it makes, in place of what they stand for now.
        takes: Vec<String>,
        /// The image that gets the names, where it is one that is here.
        source: Option<String>,
    },
    /// Can't harm what the course did not make.
    Harmless,
    Unknown,
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
    Built(Box<Build>),
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

    /// A command passes on that its own terminal has another size.
    fn is_a_resize(&self) -> bool {
        self.arg("signal").is_some_and(|s| s.trim_start_matches("SIG") == "WINCH" || s == "28")
    }

    /// Commands that pass the signals of their own terminal on are not a `docker kill`.
    pub(super) fn passes_signals_on(&self) -> bool {
        self.command.argv.iter().any(|w| matches!(w.as_str(), "run" | "attach" | "start" | "exec"))
    }

    /// Whether the engine removes the anonymous volumes of a container with it.
    pub(super) fn takes_volumes(&self) -> bool {
        self.arg("v").is_some_and(|v| !matches!(v, "0" | "false" | "False"))
    }

    /// Whether parents without a name may go with an image: they do, unless a client says no.
    pub(super) fn takes_parents(&self) -> bool {
        self.arg("noprune").is_none_or(|v| matches!(v, "0" | "false" | "False"))
    }

    pub(super) fn deed(&self) -> Deed {
        let method = self.target.method.as_str();
        let segments = self.target.segments();
        // Podman's own API has the same deeds below a word of its own, but for lists of them and for prunes.
        let (own_api, parts) = match segments.as_slice() {
            ["libpod", rest @ ..] => (true, rest),
            all => (false, all),
        };
        match (method, parts) {
            ("DELETE", ["images", "remove"]) if own_api => Deed::Unknown,
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
            ("POST", [_, "prune"]) if own_api => Deed::Unknown,
            ("POST", ["containers", "prune"]) => Deed::Prune(Object::Container),
            ("POST", ["networks", "prune"]) => Deed::Prune(Object::Network),
            ("POST", ["volumes", "prune"]) => Deed::Prune(Object::Volume),
            ("POST", ["images", "prune"]) => Deed::Prune(Object::Image),
            ("POST", ["build", "prune"]) => Deed::PruneBuildCache,
            ("POST", ["containers", "create"]) => Deed::MakeContainer,
            ("POST", ["networks", "create"]) => Deed::MakeNetwork,
            ("POST", ["volumes", "create"]) => Deed::MakeVolume,
            ("POST", ["images", "create"]) if self.arg("fromSrc").is_some() => Deed::told(self.named()),
            ("POST", ["images", "create" | "pull"]) => Deed::images(self.pulled(), Vec::new()),
            // BuildKit's own language goes unread: there the command alone tells
            ("POST", ["grpc"]) | ("PRI", _) if self.prunes_builds() => Deed::PruneBuildCache,
            ("POST", ["grpc" | "session"]) | ("PRI", _) => Deed::built(Build::by_command(&self.command.argv)),
            ("POST", ["build"] | ["local", "build"]) => Deed::built(Build::named(self.target.args("t"))),
            ("POST", ["images", "load"]) => Deed::built(Build::named(std::iter::empty())),
            ("POST", ["images", "import"]) => Deed::told(self.referenced()),
            ("POST", ["commit"]) => Deed::told(self.named()),
            ("POST", ["images", source @ .., "tag"]) if !source.is_empty() => {
                Deed::tag(self.named(), source.join("/"))
            }
            ("POST", ["containers", _, "kill"]) if self.is_a_resize() => Deed::Harmless,
            ("POST", ["containers", name, verb]) => match self.disturbing(verb) {
                Some(verb) => Deed::Disturb { verb, name: (*name).into() },
                None => Deed::other(method, &segments),
            },
            ("PUT", ["containers", name, "archive"]) => Deed::Disturb { verb: "cp", name: (*name).into() },
            _ => Deed::other(method, &segments),
        }
    }

    /// What an unknown call is aimed at, for the question: `service web: update`.
    pub(super) fn spelled_out(&self) -> String {
        let segments = self.target.segments();
        let segments = segments.strip_prefix(&["libpod"]).unwrap_or(&segments);
        let Some((kind, rest)) = segments.split_first() else { return self.target.method.clone() };
        let (verb, name) = match (self.target.method.as_str(), rest.split_last()) {
            ("DELETE", _) => ("remove", rest),
            (_, Some((verb, name))) => (*verb, name),
            (method, None) => (method, rest),
        };
        let kind = kind.strip_suffix('s').unwrap_or(kind);
        let thing = if name.is_empty() { kind.to_owned() } else { format!("{kind} {}", name.join("/")) };
        format!("{thing}: {verb}")
    }

    /// Commands of Compose that end with containers gone or replaced: stopping them is the first step of it.
    pub(super) fn takes_down(&self) -> bool {
        let words = &self.command.argv;
        let compose = words.iter().any(|w| w == "compose" || w.ends_with("docker-compose"));
        compose && words.iter().any(|w| matches!(w.as_str(), "down" | "rm" | "up" | "create"))
    }

    fn disturbing(&self, verb: &str) -> Option<&'static str> {
        Some(match verb {
            "stop" => "stop",
            "kill" => "kill",
            "restart" => "restart",
            "pause" => "pause",
            "unpause" => "unpause",
            "rename" => "rename",
            "update" => "update",
            "exec" => "exec",
            _ => return None,
        })
    }

    /// What a pull may name.
    fn pulled(&self) -> Only {
        let from = self.arg("fromImage").or(self.arg("reference")).unwrap_or_default();
        let tag = self.arg("tag").unwrap_or_default();
        if from.is_empty() {
            Only::Nameless
        } else if tag.is_empty() && !has_tag(from) {
            Only::Repository(repository(familiar(from)).to_owned())
        } else {
            // a pull by digest keeps other names than it was asked for; they all are of one repository
            match with_tag(from, tag) {
                name if name.contains('@') => Only::Repository(repository(familiar(&name)).to_owned()),
                name => Only::Name(listed(&name)),
            }
        }
    }

    /// `reference` of Podman's own import.
    fn referenced(&self) -> Only {
        self.arg("reference").map_or(Only::Nameless, |name| Only::Name(listed(name)))
    }

    /// `repo` and `tag` of a commit, tag or import.
    fn named(&self) -> Only {
        match self.arg("repo").unwrap_or_default() {
            "" => Only::Nameless,
            repo => Only::Name(listed(&with_tag(repo, self.arg("tag").unwrap_or_default()))),
        }
    }
}

impl Deed {
    fn images(only: Only, takes: Vec<String>) -> Self {
        Self::MakeImages { only, takes, source: None }
    }

    fn built(build: Build) -> Self {
        let takes = build.names.iter().cloned().collect();
        Self::images(Only::Built(Box::new(build)), takes)
    }

    /// Of what tells the id of what it made in its answer, as a build does: a commit, an import.
    fn told(only: Only) -> Self {
        Self::built(Build::named(only.name().into_iter()))
    }

    fn tag(only: Only, source: String) -> Self {
        let takes = only.name().map(str::to_owned).into_iter().collect();
        Self::MakeImages { only, takes, source: Some(source) }
    }

    fn other(method: &str, segments: &[&str]) -> Self {
        if allowed::is_harmless(method, segments) { Self::Harmless } else { Self::Unknown }
    }
}

impl Only {
    fn name(&self) -> Option<&str> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(super) fn allows(&self, reference: &str) -> bool {
        match self {
            Self::Built(build) => build.allows(reference),
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
    fn only_what_is_known_to_be_harmless_passes_unasked() {
        for (method, target) in [
            ("GET", "/containers/json"),
            ("HEAD", "/v1.43/_ping"),
            ("GET", "/images/x/json"),
            ("POST", "/containers/c/resize"),
            ("POST", "/v5.8.0/libpod/containers/c/start"),
            ("POST", "/v5.8.0/libpod/exec/e/remove"),
        ] {
            assert_eq!(deed(method, target), Deed::Harmless, "{method} {target}");
        }
        for (method, target, spelled) in [
            ("DELETE", "/plugins/vieux/sshfs", "plugin vieux/sshfs: remove"),
            ("DELETE", "/v1.47/services/web", "service web: remove"),
            ("POST", "/services/web/update?version=3", "service web: update"),
            ("POST", "/swarm/leave?force=1", "swarm: leave"),
            ("POST", "/future/thing", "future: thing"),
            ("PATCH", "/containers/web", "container: web"),
            ("POST", "", "POST"),
            ("DELETE", "/libpod/pods/p", "pod p: remove"),
            ("DELETE", "/v5.0.0/libpod/images/remove?images=a&images=b", "image remove: remove"),
            ("POST", "/libpod/volumes/prune", "volume: prune"),
        ] {
            assert_eq!(deed(method, target), Deed::Unknown, "{method} {target}");
            let request = Request::of(&Target::of(method, target), &Command::default());
            assert_eq!(request.spelled_out(), spelled);
        }
        assert_eq!(deed("DELETE", "/v5.8.0/libpod/containers/web"), removes(Object::Container, "web"));
    }

    #[test]
    fn a_resize_is_no_kill() {
        assert_eq!(deed("POST", "/containers/c/kill?signal=WINCH"), Deed::Harmless);
        assert_eq!(deed("POST", "/containers/c/kill?signal=SIGWINCH"), Deed::Harmless);
        assert_eq!(deed("POST", "/containers/c/kill"), Deed::Disturb { verb: "kill", name: "c".into() });
        let run = Command { argv: vec!["docker".into(), "run".into(), "x".into()], ..Command::default() };
        let interrupted = Request::of(&Target::of("POST", "/containers/c/kill?signal=INT"), &run);
        assert!(interrupted.passes_signals_on());
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
            assert!(matches!(deed("POST", "/grpc", line), Deed::MakeImages { .. }), "{line}");
        }
    }

    #[test]
    fn makers_of_images_say_which_where_they_can() {
        let only = |target: &str| match deed("POST", target) {
            Deed::MakeImages { only, .. } => only,
            other => panic!("{other:?}"),
        };
        assert_eq!(only("/images/create?fromImage=nginx&tag=latest"), Only::Name("nginx:latest".into()));
        assert_eq!(
            only("/images/create?fromImage=docker.io%2Flibrary%2Fnginx&tag=1"),
            Only::Name("nginx:1".into())
        );
        assert_eq!(only("/images/create?fromImage=nginx"), Only::Repository("nginx".into()));
        assert_eq!(only("/images/create?fromImage=nginx&tag=sha256%3Aab"), Only::Repository("nginx".into()));
        assert_eq!(
            only("/images/a/b/tag?repo=localhost:5000/r&tag=2"),
            Only::Name("localhost:5000/r:2".into())
        );
        for target in ["/commit?container=c", "/images/load"] {
            assert!(matches!(only(target), Only::Built(build) if build.names.is_empty()), "{target}");
        }
        for target in ["/libpod/images/import?reference=x", "/images/create?fromSrc=-&repo=x&tag="] {
            assert!(matches!(only(target), Only::Built(build) if build.allows("x:latest")), "{target}");
        }
        assert!(
            matches!(only("/build?t=x&t=y:1"), Only::Built(build) if build.allows("x:latest") && build.allows("y:1"))
        );
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
