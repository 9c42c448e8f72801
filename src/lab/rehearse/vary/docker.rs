//! A call of the docker client, taken apart so that it can be written in another way that means the same.

/// An option that takes no word, or takes one: its letter, if it has one, and its name.
type Named = (Option<char>, &'static str);

pub(super) struct Verb {
    pub(super) name: &'static str,
    /// All ways to write it; the first two are equal on every client.
    spelled: &'static [&'static str],
    flags: &'static [Named],
    /// All options that are no flags take a word; these have a letter.
    letters: &'static [Named],
    /// Whether its options end where the first other word stands.
    strict: bool,
}

const RUN_FLAGS: [Named; 16] = [
    (Some('d'), "detach"),
    (Some('i'), "interactive"),
    (Some('t'), "tty"),
    (Some('P'), "publish-all"),
    (Some('q'), "quiet"),
    (None, "rm"),
    (None, "init"),
    (None, "privileged"),
    (None, "read-only"),
    (None, "no-healthcheck"),
    (None, "oom-kill-disable"),
    (None, "sig-proxy"),
    (None, "disable-content-trust"),
    (None, "use-api-socket"),
    (None, "help"),
    (None, "no-trunc"),
];
const RUN_LETTERS: [Named; 10] = [
    (Some('a'), "attach"),
    (Some('c'), "cpu-shares"),
    (Some('e'), "env"),
    (Some('h'), "hostname"),
    (Some('l'), "label"),
    (Some('m'), "memory"),
    (Some('p'), "publish"),
    (Some('u'), "user"),
    (Some('v'), "volume"),
    (Some('w'), "workdir"),
];
const VERBS: [Verb; 16] = [
    Verb {
        name: "run",
        spelled: &["run", "container run"],
        flags: &RUN_FLAGS,
        letters: &RUN_LETTERS,
        strict: true,
    },
    Verb {
        name: "create",
        spelled: &["create", "container create"],
        flags: &RUN_FLAGS,
        letters: &RUN_LETTERS,
        strict: true,
    },
    Verb {
        name: "exec",
        spelled: &["exec", "container exec"],
        flags: &[(Some('d'), "detach"), (Some('i'), "interactive"), (Some('t'), "tty"), (None, "privileged")],
        letters: &[(Some('e'), "env"), (Some('u'), "user"), (Some('w'), "workdir")],
        strict: true,
    },
    Verb {
        name: "build",
        spelled: &["build", "image build", "buildx build", "builder build"],
        flags: &[
            (Some('q'), "quiet"),
            (None, "no-cache"),
            (None, "pull"),
            (None, "rm"),
            (None, "force-rm"),
            (None, "compress"),
            (None, "squash"),
            (None, "load"),
            (None, "push"),
            (None, "check"),
        ],
        letters: &[(Some('t'), "tag"), (Some('f'), "file"), (Some('o'), "output"), (Some('m'), "memory")],
        strict: false,
    },
    Verb {
        name: "pull",
        spelled: &["pull", "image pull"],
        flags: &[(Some('a'), "all-tags"), (Some('q'), "quiet")],
        letters: &[],
        strict: false,
    },
    Verb {
        name: "logs",
        spelled: &["logs", "container logs"],
        flags: &[(Some('f'), "follow"), (Some('t'), "timestamps"), (None, "details")],
        letters: &[(Some('n'), "tail")],
        strict: false,
    },
    Verb {
        name: "start",
        spelled: &["start", "container start"],
        flags: &[(Some('a'), "attach"), (Some('i'), "interactive")],
        letters: &[],
        strict: false,
    },
    Verb { name: "wait", spelled: &["wait", "container wait"], flags: &[], letters: &[], strict: false },
    Verb {
        name: "stop",
        spelled: &["stop", "container stop"],
        flags: &[],
        letters: &[(Some('t'), "time")],
        strict: false,
    },
    Verb {
        name: "kill",
        spelled: &["kill", "container kill"],
        flags: &[],
        letters: &[(Some('s'), "signal")],
        strict: false,
    },
    Verb {
        name: "rm",
        spelled: &["rm", "container rm"],
        flags: &[(Some('f'), "force"), (Some('v'), "volumes"), (Some('l'), "link")],
        letters: &[],
        strict: false,
    },
    Verb {
        name: "rmi",
        spelled: &["rmi", "image rm"],
        flags: &[(Some('f'), "force"), (None, "no-prune")],
        letters: &[],
        strict: false,
    },
    Verb { name: "tag", spelled: &["tag", "image tag"], flags: &[], letters: &[], strict: false },
    Verb {
        name: "ps",
        spelled: &["ps", "container ls"],
        flags: &[
            (Some('a'), "all"),
            (Some('q'), "quiet"),
            (Some('l'), "latest"),
            (Some('s'), "size"),
            (None, "no-trunc"),
        ],
        letters: &[(Some('n'), "last"), (Some('f'), "filter")],
        strict: false,
    },
    Verb {
        name: "commit",
        spelled: &["commit", "container commit"],
        flags: &[(Some('p'), "pause")],
        letters: &[(Some('a'), "author"), (Some('c'), "change"), (Some('m'), "message")],
        strict: false,
    },
    Verb {
        name: "cp",
        spelled: &["cp", "container cp"],
        flags: &[(Some('a'), "archive"), (Some('L'), "follow-link"), (Some('q'), "quiet")],
        letters: &[],
        strict: false,
    },
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Its long name.
    pub(super) name: String,
    pub(super) value: Option<String>,
    /// The words that it is written with.
    words: Vec<String>,
}

pub(super) struct Docker {
    pub(super) verb: &'static Verb,
    pub(super) spelled: String,
    pub(super) options: Vec<Written>,
    /// All other words.
    pub(super) rest: Vec<String>,
}

impl Written {
    pub(super) fn flag(name: &str) -> Self {
        Self { name: name.to_owned(), value: None, words: vec![format!("--{name}")] }
    }

    pub(super) fn new(name: &str, value: &str) -> Self {
        let words = vec![format!("--{name}"), value.to_owned()];
        Self { name: name.to_owned(), value: Some(value.to_owned()), words }
    }
}

impl Docker {
    /// None where it is another program, or is written in a way that is better left alone.
    pub(super) fn of(words: &[String]) -> Option<Self> {
        let plain: Vec<&str> = words.iter().map(String::as_str).collect();
        let ["docker", called @ ..] = plain.as_slice() else { return None };
        let (verb, spelled) = VERBS.iter().find_map(|verb| {
            let is_so = |spelled: &&&str| {
                let parts: Vec<&str> = spelled.split(' ').collect();
                called.starts_with(&parts)
            };
            verb.spelled.iter().find(is_so).map(|spelled| (verb, *spelled))
        })?;
        let mut found = Self { verb, spelled: spelled.to_owned(), options: Vec::new(), rest: Vec::new() };
        let mut words = words[1 + spelled.split(' ').count()..].iter().cloned();
        while let Some(word) = words.next() {
            let is_option = word.starts_with('-') && word.len() > 1;
            if word == "--" {
                return None;
            } else if !is_option {
                found.rest.push(word);
                if verb.strict {
                    found.rest.extend(words.by_ref());
                }
            } else if let Some(long) = word.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (long, None),
                };
                let takes_one = verb.flags.iter().all(|(_, flag)| *flag != name);
                let mut written = vec![word.clone()];
                let value = match value {
                    None if takes_one => {
                        let next = words.next()?;
                        written.push(next.clone());
                        Some(next)
                    }
                    value => value,
                };
                found.options.push(Written { name: name.to_owned(), value, words: written });
            } else {
                found.cluster(&word, &mut words)?;
            }
        }
        Some(found)
    }

    /// `-it`, `-p80:80`, `-p 80:80`
    fn cluster(&mut self, word: &str, words: &mut impl Iterator<Item = String>) -> Option<()> {
        for (at, letter) in word[1..].char_indices() {
            let has = |named: &&Named| named.0 == Some(letter);
            if let Some((_, name)) = self.verb.flags.iter().find(has) {
                let words = vec![format!("-{letter}")];
                self.options.push(Written { name: (*name).to_owned(), value: None, words });
                continue;
            }
            let (_, name) = self.verb.letters.iter().find(has)?;
            let glued = &word[1 + at + letter.len_utf8()..];
            let glued = glued.strip_prefix('=').unwrap_or(glued);
            let value = if glued.is_empty() { words.next()? } else { glued.to_owned() };
            let words = vec![format!("-{letter}"), value.clone()];
            self.options.push(Written { name: (*name).to_owned(), value: Some(value), words });
            return Some(());
        }
        Some(())
    }

    pub(super) fn words(&self) -> Vec<String> {
        let mut words = vec!["docker".to_owned()];
        words.extend(self.spelled.split(' ').map(str::to_owned));
        words.extend(self.options.iter().flat_map(|option| option.words.clone()));
        words.extend(self.rest.iter().cloned());
        words
    }

    /// `run` for `container run`, and the other way round.
    pub(super) fn other_group(&mut self) {
        let other = usize::from(self.verb.spelled.first() == Some(&self.spelled.as_str()));
        self.spelled = self.verb.spelled[other].to_owned();
    }

    pub(super) fn long(&mut self) {
        for option in &mut self.options {
            option.words = match &option.value {
                Some(value) => vec![format!("--{}={value}", option.name)],
                None => vec![format!("--{}", option.name)],
            };
        }
    }

    /// Where an option has a letter.
    pub(super) fn short(&mut self) {
        for option in &mut self.options {
            let letters = self.verb.flags.iter().chain(self.verb.letters);
            let letter = letters.filter(|(_, name)| *name == option.name).find_map(|(letter, _)| *letter);
            let is_flag = self.verb.flags.iter().any(|(_, name)| *name == option.name);
            match (letter, &option.value) {
                (Some(letter), Some(value)) if !is_flag => {
                    option.words = vec![format!("-{letter}"), value.clone()];
                }
                (Some(letter), None) => option.words = vec![format!("-{letter}")],
                _ => {}
            }
        }
    }

    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.options.iter().filter(move |option| option.name == name).filter_map(|o| o.value.as_deref())
    }

    pub(super) fn is(&self, verbs: &[&str]) -> bool {
        verbs.contains(&self.verb.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docker(text: &str) -> Option<Docker> {
        Docker::of(&text.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_told_from_words() {
        let call = docker("docker container run -itp80:80 --name=x -e A=b img -d --rm").unwrap();
        let options: Vec<_> = call.options.iter().map(|o| (o.name.as_str(), o.value.as_deref())).collect();
        let expected = [
            ("interactive", None),
            ("tty", None),
            ("publish", Some("80:80")),
            ("name", Some("x")),
            ("env", Some("A=b")),
        ];
        assert_eq!(options, expected);
        assert_eq!(call.rest, ["img", "-d", "--rm"]);
        assert_eq!(docker("docker build . -t x --no-cache").unwrap().rest, ["."]);
        for text in ["docker run -Z x", "docker -H x run y", "docker inspect x", "podman run x", "docker"] {
            assert!(docker(text).is_none(), "{text}");
        }
    }

    #[test]
    fn forms_are_written_for_each_other() {
        let mut call = docker("docker run -dit -p 80:80 --name x img ls -l").unwrap();
        call.long();
        assert_eq!(
            call.words().join(" "),
            "docker run --detach --interactive --tty --publish=80:80 --name=x img ls -l"
        );
        call.short();
        call.other_group();
        assert_eq!(call.words().join(" "), "docker container run -d -i -t -p 80:80 --name=x img ls -l");
    }
}
