//! The docker commands in a text, each under one name whatever its spelling.

/// A command that was found: where, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// From 0, in the text.
    pub(super) line: usize,
    /// As it was written: `ps`, `image ls`.
    pub(super) spelling: String,
    /// `container ls` for `ps`; None where docker has no such command.
    pub(super) name: Option<String>,
}

/// A command of its own, and the group that it belongs to. Empty: none.
const SHORT: [(&str, &str); 46] = [
    ("attach", "container"),
    ("build", "image"),
    ("commit", "container"),
    ("cp", "container"),
    ("create", "container"),
    ("diff", "container"),
    ("events", "system"),
    ("exec", "container"),
    ("export", "container"),
    ("history", "image"),
    ("images", "image"),
    ("import", "image"),
    ("info", "system"),
    ("init", ""),
    ("inspect", ""),
    ("kill", "container"),
    ("load", "image"),
    ("login", ""),
    ("logout", ""),
    ("logs", "container"),
    ("pause", "container"),
    ("port", "container"),
    ("ps", "container"),
    ("pull", "image"),
    ("push", "image"),
    ("rename", "container"),
    ("restart", "container"),
    ("rm", "container"),
    ("rmi", "image"),
    ("run", "container"),
    ("save", "image"),
    ("search", ""),
    ("start", "container"),
    ("stats", "container"),
    ("stop", "container"),
    ("tag", "image"),
    ("top", "container"),
    ("unpause", "container"),
    ("update", "container"),
    ("version", ""),
    ("wait", "container"),
    ("help", ""),
    ("--version", ""),
    ("--help", ""),
    ("-v", ""),
    ("debug", ""),
];

/// Groups with their commands; an empty list takes any.
const GROUPS: [(&str, &[&str]); 18] = [
    ("builder", &["build", "prune"]),
    ("buildx", &[]),
    ("compose", &[]),
    ("config", &[]),
    (
        "container",
        &[
            "attach", "commit", "cp", "create", "diff", "exec", "export", "inspect", "kill", "logs", "ls",
            "pause", "port", "prune", "rename", "restart", "rm", "run", "start", "stats", "stop", "top",
            "unpause", "update", "wait",
        ],
    ),
    ("context", &["create", "export", "import", "inspect", "ls", "rm", "show", "update", "use"]),
    (
        "image",
        &[
            "build", "history", "import", "inspect", "load", "ls", "prune", "pull", "push", "rm", "save",
            "tag",
        ],
    ),
    ("manifest", &[]),
    ("network", &["connect", "create", "disconnect", "inspect", "ls", "prune", "rm"]),
    ("node", &[]),
    ("plugin", &[]),
    ("secret", &[]),
    ("service", &[]),
    ("stack", &[]),
    ("swarm", &[]),
    ("system", &["df", "dial-stdio", "events", "info", "prune"]),
    ("trust", &[]),
    ("volume", &["create", "inspect", "ls", "prune", "rm", "update"]),
];

/// Options of docker itself that take a word.
const WITH_WORD: [&str; 6] = ["-H", "--host", "-c", "--context", "--config", "--log-level"];

/// All commands of a shell text, in order.
pub(super) fn commands(text: &str) -> Vec<Found> {
    text.lines().enumerate().flat_map(|(line, content)| in_line(line, content)).collect()
}

fn in_line(line: usize, content: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let words: Vec<&str> = content.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        // `$(docker …` and `(docker …` begin a command, too; `my-docker` and `/usr/bin/docker` are others.
        let bare = word.trim_start_matches(['$', '(', '`', '"', '!', '{']);
        let opens = word.len() > bare.len() && !word.starts_with('"');
        if bare == "docker" && (opens || begins(&words[..at])) {
            found.extend(named(line, &words[at + 1..]));
        }
    }
    found
}

/// Whether a word after these is the name of a program.
fn begins(before: &[&str]) -> bool {
    before.last().is_none_or(|last| {
        let opens = ["|", "||", "&&", ";", "&", "do", "then", "else", "$", "!", "sudo", "time", "{", "("];
        let assigns = last.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        opens.contains(last) || last.ends_with(';') || assigns
    })
}

fn named(line: usize, words: &[&str]) -> Option<Found> {
    let clean = |word: &str| word.trim_end_matches([')', ';', '`', '"', '&', '|']).to_owned();
    let mut words = words.iter().map(|word| clean(word));
    let mut first = words.next()?;
    while first.starts_with('-') && !SHORT.iter().any(|(name, _)| *name == first) {
        if WITH_WORD.contains(&first.as_str()) {
            words.next()?;
        }
        first = words.next()?;
    }
    if first.is_empty() || first.starts_with(['<', '$', '\\', '[', '…']) {
        return None;
    }
    let Some((group, verbs)) = GROUPS.iter().find(|(group, _)| *group == first) else {
        let name = SHORT.iter().find(|(short, _)| *short == first).map(|(short, group)| full(group, short));
        return Some(Found { line, spelling: first, name });
    };
    let verb = words.find(|word| !word.starts_with('-'));
    let spelling = verb.iter().fold(first.clone(), |all, verb| format!("{all} {verb}"));
    let name = verb.map_or(Some(first), |verb| {
        let plain = plain(group, &verb);
        (verbs.is_empty() || verbs.contains(&plain)).then(|| full(group, plain))
    });
    Some(Found { line, spelling, name })
}

/// The verb that another spelling of it stands for.
fn plain<'v>(group: &str, verb: &'v str) -> &'v str {
    match (group, verb) {
        (_, "list") | ("container", "ps") | ("image", "images") => "ls",
        (_, "remove") | ("image", "rmi") => "rm",
        (_, verb) => verb,
    }
}

fn full(group: &str, verb: &str) -> String {
    match (group, plain(group, verb)) {
        (_, "inspect") => "inspect".into(),
        ("builder" | "buildx", "build") => "image build".into(),
        ("", verb) => verb.into(),
        (group, verb) => format!("{group} {verb}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        commands(text).into_iter().map(|f| f.name.unwrap_or(format!("?{}", f.spelling))).collect()
    }

    #[test]
    fn every_spelling_has_one_name() {
        for (text, expected) in [
            ("docker ps -a", "container ls"),
            ("docker container list", "container ls"),
            ("docker image ls", "image ls"),
            ("docker images", "image ls"),
            ("docker rmi x", "image rm"),
            ("docker image remove x", "image rm"),
            ("docker -H unix:///x --debug run x", "container run"),
            ("docker buildx build .", "image build"),
            ("docker image inspect x", "inspect"),
            ("docker compose up", "compose up"),
            ("docker --version", "--version"),
            ("docker network --help", "network"),
            ("docker imges", "?imges"),
            ("docker volume make x", "?volume make"),
        ] {
            assert_eq!(names(text), [expected], "{text}");
        }
    }

    #[test]
    fn commands_are_found_where_a_program_can_stand() {
        let text = "docker stop $(docker ps -q)\nX=1 docker run x && docker logs x | docker load; for i in 1; do docker rm x; done";
        let expected = [
            "container stop",
            "container ls",
            "container run",
            "container logs",
            "image load",
            "container rm",
        ];
        assert_eq!(names(text), expected);
        assert_eq!(commands(text)[2].line, 1);
        for text in ["echo docker ps", "apt install docker", "docker", "docker <command>", "my-docker ps"] {
            assert_eq!(names(text), [""; 0], "{text}");
        }
    }
}
