//! The kinds of rewrites by which a rehearsal makes other ways from those that an author wrote.

use serde::Deserialize;

/// Something that can be written in another way; in the order in which such rewrites are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rewrite {
    /// `CMD ["a", "b"]` and `CMD a b`
    StartForm,
    /// `RUN a b` and `RUN ["a", "b"]`
    RunForm,
    /// `CMD` and `ENTRYPOINT`
    Entrypoint,
    /// `python` and `docker.io/library/python`
    Registry,
    /// `python:3` and `python@sha256:…`
    Digest,
    /// The learner's own names of containers and images.
    Names,
    /// `-v a:/b` and `--mount type=bind,source=a,target=/b`
    Mount,
    /// `-e A=b` and `--env-file`
    EnvFile,
    /// One compose file for all that is built and run.
    Compose,
    /// `-f Dockerfile`
    File,
    /// `.` and `"$(pwd)"`
    Context,
    /// `.` and a tar file on stdin
    Stdin,
    /// `docker build` and `docker buildx build --load`
    Buildx,
    /// `docker run` and `docker container run`
    Group,
    /// `-p 80:80` as `--publish=80:80`
    Long,
    /// `--publish 80:80` as `-p 80:80`
    Short,
    /// The options from the last to the first.
    Order,
}

impl Rewrite {
    pub const ALL: [Self; 17] = [
        Self::StartForm,
        Self::RunForm,
        Self::Entrypoint,
        Self::Registry,
        Self::Digest,
        Self::Names,
        Self::Mount,
        Self::EnvFile,
        Self::Compose,
        Self::File,
        Self::Context,
        Self::Stdin,
        Self::Buildx,
        Self::Group,
        Self::Long,
        Self::Short,
        Self::Order,
    ];

    /// As an author writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::StartForm => "start-form",
            Self::RunForm => "run-form",
            Self::Entrypoint => "entrypoint",
            Self::Registry => "registry",
            Self::Digest => "digest",
            Self::Names => "names",
            Self::Mount => "mount",
            Self::EnvFile => "env-file",
            Self::Compose => "compose",
            Self::File => "file",
            Self::Context => "context",
            Self::Stdin => "stdin",
            Self::Buildx => "buildx",
            Self::Group => "group",
            Self::Long => "long",
            Self::Short => "short",
            Self::Order => "order",
        }
    }
}
