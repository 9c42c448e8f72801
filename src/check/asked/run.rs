//! Which container is asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::http::{self, AnswerOfPort};
use super::image::ImageAsked;
use super::mistake::Mistake;
use super::mount::{self, MountMatch};
use super::names;
use super::number::Number;
use super::output::{self, OutputMatch};
use super::port::{self, PortAsked};
use super::text::{Text, sentence};

/// A container, by what is left out as well: a field that is not written is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RunMatch {
    /// The name that it has in later checks.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// The container that this name stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// What it was made from: `{repo, tag}`, `{ref}`, or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageAsked>,
    /// The state that it is in now; for `container` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateWord>,
    /// Whether it was started; a `run` is, where this is not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<bool>,
    /// Whether a command was given after the image, other than the image's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_given: Option<bool>,
    /// The program that ran in it, by its base name without version: `python` is also `/usr/local/bin/python3.13`.
    /// A program started by `docker exec`, or typed at a prompt inside, counts too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Something that it mounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount: Option<MountMatch>,
    /// A published port: `{container, host, ip}`, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<PortAsked>,
    /// Environment variables with their values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Text>,
    /// Variables whose values came from outside, as with `-e` and `--env-file`: in the image they have another one, or none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env_given: Vec<String>,
    /// The folder that its program starts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workdir: Option<Text>,
    /// The user that its program runs as, as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    /// A network that it is in, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Text>,
    /// Started with `-i`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interactive: Option<bool>,
    /// Started with `-t`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tty: Option<bool>,
    /// Started with `-d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detached: Option<bool>,
    /// Started with `--rm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_remove: Option<bool>,
    /// The code that it ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<Number>,
    /// What a published port of it answered while it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<AnswerOfPort>,
    /// Whether packages of Python or the system came into it after its start, or through a mount that its program uses,
    /// and not with its image. What programs write for themselves, such as compiled files, is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installs: Option<bool>,
    /// What it printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputMatch>,
    /// Whether the learner read its log: `docker logs`, seen in the course's shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs_read: Option<bool>,
    /// Whether it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StateWord {
    Created,
    Running,
    Paused,
    Exited,
}

/// 'a container from a python image with a tag that contains "slim" that runs python and prints the line "hello"'.
pub(in crate::check) fn expected(wanted: &RunMatch, here: bool) -> String {
    let RunMatch {
        bind: _,
        same_as,
        name,
        image,
        state,
        started,
        command_given,
        program,
        mount,
        port,
        env,
        env_given,
        workdir,
        user,
        network,
        interactive,
        tty,
        detached,
        auto_remove,
        exit_code,
        http,
        installs,
        output,
        logs_read,
        removed,
    } = wanted;
    let from = image.as_ref().map(|image| match image {
        ImageAsked::Match(image) => format!(" from {}", image.describe()),
        ImageAsked::Same(name) => format!(" from the image {name}.image"),
    });
    // Any container has a name, so whoever asks for any name asks for any container.
    let name = name.as_ref().filter(|name| !name.is_anything());
    let named = name.map(|name| format!(" with the name {}", name.describe()));
    let container = same_as.as_ref().map(|name| format!("the container {name}"));
    let what = [container.or(Some("a container".into())), named, from].into_iter().flatten();
    let mut does: Vec<String> = Vec::new();
    let mut say = |told: Option<String>| does.extend(told);
    say(match started {
        Some(false) => Some("is made and not started".into()),
        // What was run was started.
        Some(true) => here.then(|| "was started".into()),
        None => None,
    });
    say(command_given.map(|given| match given {
        true => "is given a command of its own".into(),
        false => "runs the image's own command".into(),
    }));
    say(program.as_ref().map(|p| format!("runs {p}")));
    say(mount.as_ref().map(mount::describe));
    say(port.as_ref().map(port::describe));
    for (name, value) in env {
        say(Some(format!("has the variable {name} set to {}", value.as_object("a text"))));
    }
    for name in env_given {
        say(Some(format!("gets {name} from outside its image")));
    }
    say(workdir.as_ref().map(|folder| format!("starts in the folder {}", folder.describe())));
    say(user.as_ref().map(|user| format!("runs as the user {}", user.describe())));
    say(network.as_ref().map(|name| format!("is in the network {}", name.describe())));
    let option = |on: Option<bool>, option: &str| {
        on.map(|on| format!("is started {} {option}", if on { "with" } else { "without" }))
    };
    say(option(*interactive, "-i"));
    say(option(*tty, "-t"));
    say(detached.map(|on| format!("runs in the {}", if on { "background" } else { "foreground" })));
    say(option(*auto_remove, "--rm"));
    say(http.as_ref().map(http::describe));
    say(installs.map(|on| match on {
        true => "installs packages after its start".into(),
        false => "has its packages from its image".into(),
    }));
    say(output.as_ref().map(output::describe));
    say(exit_code.map(|code| format!("ends with exit code {}", code.describe())));
    say(logs_read.map(|read| if read { "has its log read" } else { "does not have its log read" }.into()));
    say(removed.map(|gone| if gone { "is removed again" } else { "is kept" }.into()));
    say(state.map(|state| format!("is {} now", state.word())));
    say((here && state.is_none()).then(|| "is here now".into()));
    let what = what.collect::<String>();
    match does.is_empty() {
        true => what,
        false => format!("{what} that {}", sentence(&does)),
    }
}

impl StateWord {
    pub(in crate::check) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Exited => "exited",
        }
    }
}

impl RunMatch {
    pub(in crate::check) fn mistakes(&self, here: bool) -> Vec<Mistake> {
        let Self {
            bind: _,
            same_as,
            name: _,
            image,
            state,
            started: _,
            command_given: _,
            program,
            mount,
            port,
            env: _,
            env_given,
            workdir: _,
            user: _,
            network: _,
            interactive: _,
            tty: _,
            detached: _,
            auto_remove: _,
            exit_code: _,
            http,
            installs: _,
            output,
            logs_read: _,
            removed,
        } = self;
        let mut found = Vec::new();
        let mut say = |key: &str, message: String| found.push(Mistake::new(message).inside(key));
        if program.as_deref().is_some_and(|p| p.trim().is_empty()) {
            say("program", "`program` is empty".into());
        }
        if state.is_some() && !here {
            say("state", "`state` is for `container`: what is gone has none".into());
        }
        if *removed == Some(true) && here {
            say("removed", "`removed` is for `run`: a `container` is here".into());
        }
        names::mistake("same-as", same_as.as_deref()).into_iter().for_each(|m| say("same-as", m));
        if let Some(ImageAsked::Match(image)) = image {
            image.name_mistakes().into_iter().for_each(|m| say("image", m));
        }
        mount.iter().flat_map(MountMatch::mistakes).for_each(|m| say("mount", m));
        port.iter().flat_map(PortAsked::mistakes).for_each(|m| say("port", m));
        http.iter().flat_map(AnswerOfPort::mistakes).for_each(|m| say("http", m));
        if env_given.iter().any(|name| name.trim().is_empty()) {
            say("env-given", "`env-given` lists names of variables".into());
        }
        output.iter().flat_map(OutputMatch::mistakes).for_each(|m| say("output", m));
        if (Self { bind: None, ..self.clone() }) == Self::default() {
            let key = if here { "container" } else { "run" };
            found.push(Mistake::new(format!("`{key}` asks for nothing, so that any container would pass")));
        }
        found
    }
}
