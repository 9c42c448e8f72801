//! Which images a build may have made: what its stream says, and the names that it was asked for.

use super::Names;
use crate::facts::reference::listed;
use crate::tap::building::Building;

/// What tells the images of one build from those that come from elsewhere meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Build {
    /// As lists show them.
    pub names: Names,
    pub told: Building,
}

impl Build {
    /// Of BuildKit, whose calls do not say what they are for: what `-t` and `--tag` of the command name.
    pub(super) fn by_command(argv: &[String]) -> Self {
        let words: Vec<&str> = argv.iter().map(String::as_str).collect();
        let is_compose = words.first().is_some_and(|program| program.ends_with("docker-compose"))
            || words.iter().skip(1).any(|word| *word == "compose");
        let names = if is_compose { Names::new() } else { tags(&words) };
        Self { names, told: Building::in_frames() }
    }

    /// Of the classic builder's call: what it asks for with `t`.
    pub(super) fn named<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self { names: names.map(listed).collect(), told: Building::in_lines() }
    }

    /// Whether this build may have given the name.
    pub(super) fn allows(&self, name: &str) -> bool {
        let asked = |wanted: &String| {
            // podman puts what it built below a host of its own; the containerd store adds the digest
            let name = name.strip_prefix("localhost/").unwrap_or(name);
            let wanted = wanted.strip_prefix("localhost/").unwrap_or(wanted);
            name == wanted
                || name
                    .split_once('@')
                    .is_some_and(|(r, _)| wanted.rsplit_once(':').is_some_and(|(w, _)| r == w))
        };
        self.names.iter().chain(self.told.names()).any(asked)
    }

    /// Whether content is its work, or what it names. That it has a name which was asked for proves nothing: somebody else may give
    /// that name away while the build runs. What can't be told apart is not.
    pub(super) fn made(&self, id: &str, names: &Names) -> bool {
        self.told.made(id) || names.iter().any(|name| self.told.loaded(name))
    }
}

/// Options of a build that stand alone and may be written together with `-t`.
const SWITCHES: &str = "qD";

fn tags(words: &[&str]) -> Names {
    let mut names = Names::new();
    let Some(build) = words.iter().position(|word| matches!(*word, "build" | "b")) else { return names };
    let mut words = words[build + 1..].iter();
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--tag") {
            Some("") => words.next().copied(),
            Some(rest) => rest.strip_prefix('='),
            None => match short(word) {
                Some("") => words.next().copied(),
                other => other,
            },
        };
        names.extend(value.map(listed));
    }
    names
}

/// What follows the letter in `-tNAME`, `-t=NAME` and `-qt`.
fn short(word: &str) -> Option<&str> {
    let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'))?;
    let rest = letters.trim_start_matches(|c| SWITCHES.contains(c)).strip_prefix('t')?;
    Some(rest.strip_prefix('=').unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<String> {
        let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Build::by_command(&argv).names.into_iter().collect()
    }

    #[test]
    fn tags_are_found_in_every_spelling() {
        for line in [
            "docker build -t mine .",
            "docker build --tag mine:latest .",
            "docker image build --tag=mine .",
            "docker buildx build -qt mine --load .",
            "/usr/libexec/docker/cli-plugins/docker-buildx build -tmine .",
            "docker buildx b -t=docker.io/library/mine .",
        ] {
            assert_eq!(names(line), ["mine:latest"], "{line}");
        }
        assert_eq!(names("docker build -t a:1 --tag r:5000/b ."), ["a:1", "r:5000/b:latest"]);
        for line in [
            "docker build .",
            "docker run -t mine",
            "docker compose build -t mine",
            "docker build --target t .",
        ] {
            assert!(names(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn what_came_from_elsewhere_is_not_the_builds() {
        let one = |name: &str| Names::from([name.to_owned()]);
        let mut build = Build::by_command(&["docker", "build", "-t", "mine", "."].map(str::to_owned));
        for name in ["mine:latest", "localhost/mine:latest", "mine@sha256:11"] {
            assert!(build.allows(name), "{name}");
            assert!(!build.made("sha256:1", &one(name)), "{name}: somebody else may have given it away");
        }
        for other in ["redis:latest", "mine:2", "yours/mine:latest"] {
            assert!(!build.allows(other), "{other}");
        }
        assert!(!build.made("sha256:00112233445566", &Names::new()), "nothing was said of it");
        build.told = Building::in_lines();
        build.told.take(b"{\"stream\":\"Successfully built 001122334455\\n\"}\n");
        build.told.take(b"{\"stream\":\"Successfully tagged mine:latest\\n\"}\n");
        assert!(build.made("sha256:00112233445566", &Names::new()));
        assert!(!build.made("sha256:99", &one("mine:latest")));
        // an archive tells no ids
        build.told.take(b"{\"stream\":\"Loaded image: packed:1\\n\"}\n");
        assert!(build.made("sha256:99", &one("packed:1")) && build.allows("packed:1"));
    }
}
