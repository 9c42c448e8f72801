//! Why a container could not be started: the engine's sentence, sorted by what a person does about it.
//!
//! The sentences are those of dockerd and podman, and of runc and crun below them; only the first part that says what
//! was being done tells the kinds apart, for "no such file or directory" ends many of them.

/// What the start failed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFailure {
    /// The image has no such program.
    Program,
    /// The program is there and may not be run, or is for another machine.
    NotExecutable,
    WorkingFolder,
    Mount,
    Sysctl,
    Device,
    /// Something else holds the port.
    PortTaken,
    /// The address or port may not be used, or is not this machine's.
    Port,
    Network,
    User,
    Capability,
    Memory,
    Limit,
    LogDriver,
    DiskFull,
    /// The engine refused for another reason.
    Other,
}

use StartFailure as F;

/// In this order: what is told by one word of its own comes before what shares its words with others.
const SIGNS: &[(F, &[&str])] = &[
    // its sentence names a sysctl as the way out
    (F::Port, &["privileged port"]),
    (F::DiskFull, &["no space left on device", "disk quota exceeded"]),
    (
        F::Device,
        &["gathering device information", "device driver", "custom device", "nvidia-container", "cdi device"],
    ),
    (F::Device, &["stat /dev/", "/dev/nvidia", "not a device node"]),
    (F::Sysctl, &["sysctl", "/proc/sys/"]),
    (F::LogDriver, &["logging driver", "log driver", "logger"]),
    (F::PortTaken, &["port is already allocated", "ports are not available", "rootlessport listen"]),
    (F::PortTaken, &["listen tcp", "listen udp"]),
    (F::Port, &["cannot assign requested address", "failed to bind host port"]),
    (
        F::User,
        &[
            "unable to find user",
            "unable to find group",
            "no matching entries in passwd",
            "no matching entries in group",
        ],
    ),
    (F::User, &["setuid", "setgid", "no users found", "unable to find username"]),
    (F::WorkingFolder, &["chdir to cwd", "chdir to `", "workdir", "working directory"]),
    (
        F::Memory,
        &[
            "memory limit",
            "oom-killed",
            "oom killed",
            "memory.limit",
            "memory.max",
            "memory.memsw",
            "memory limitation",
        ],
    ),
    (F::Capability, &["capabilit", "capset", "cap_"]),
    (F::Limit, &["rlimit", "ulimit", "pids.max", "cpu.cfs", "cpu.max", "cpuset", "cgroup"]),
    (F::Mount, &["mount", "bind source path", "statfs ", "not a directory: are you trying"]),
    (F::Network, &["network", "endpoint", "sandbox", "no such container", "netavark", "joining namespace"]),
    (F::NotExecutable, &["exec format error", "is a directory", "operation not permitted: exec"]),
];

impl StartFailure {
    /// None where neither the engine's sentence nor the exit code of the start says that it failed.
    pub fn of(error: &str, exit_code: Option<i64>) -> Option<Self> {
        let text = error.to_lowercase();
        if text.trim().is_empty() {
            return match exit_code {
                Some(127) => Some(F::Program),
                Some(126) => Some(F::NotExecutable),
                Some(code) if code != 0 => Some(F::Other),
                _ => None,
            };
        }
        let is = |signs: &&[&str]| signs.iter().any(|sign| text.contains(sign));
        let port =
            text.contains("address already in use") && (text.contains("bind") || text.contains("port"));
        let program =
            text.contains("exec:") || text.contains("executable file") || text.contains("open executable");
        Some(match SIGNS.iter().find(|(_, signs)| is(signs)) {
            // A port that is taken and one that may not be used begin in the same way.
            Some((F::PortTaken, _)) if text.contains("permission denied") => F::Port,
            Some((F::PortTaken, _)) if text.contains("cannot assign") => F::Port,
            Some((F::Port | F::Network, _)) if port || text.contains("already allocated") => F::PortTaken,
            // The program's own path may hold any word, and stands behind `exec:`.
            Some((kind @ (F::DiskFull | F::Device | F::Sysctl | F::User | F::WorkingFolder), _)) => *kind,
            _ if program && text.contains("permission denied") => F::NotExecutable,
            _ if program && text.contains("exec format error") => F::NotExecutable,
            _ if program && text.contains("is a directory") => F::NotExecutable,
            _ if program => F::Program,
            Some((kind, _)) => *kind,
            None if port => F::PortTaken,
            None => F::Other,
        })
    }

    /// In a few words, for a list.
    pub fn words(self) -> &'static str {
        match self {
            F::Program => "command not found",
            F::NotExecutable => "not executable",
            F::WorkingFolder => "folder to work in",
            F::Mount => "mount refused",
            F::Sysctl => "sysctl refused",
            F::Device => "device missing",
            F::PortTaken => "port is taken",
            F::Port => "port refused",
            F::Network => "network missing",
            F::User => "user not in image",
            F::Capability => "capability refused",
            F::Memory => "memory limit",
            F::Limit => "limit refused",
            F::LogDriver => "log driver",
            F::DiskFull => "disk is full",
            F::Other => "could not be started",
        }
    }

    /// In a sentence that says what to look at. Nothing of the container ran.
    pub fn sentence(self) -> &'static str {
        match self {
            F::Program => {
                "The image has no program of that name. The first word after the image is the program to run."
            }
            F::NotExecutable => {
                "The file is there but cannot be executed. Name the program that should read it."
            }
            F::WorkingFolder => {
                "The folder that it should start in cannot be used. Look at -w, or at WORKDIR in the Dockerfile."
            }
            F::Mount => {
                "Something could not be mounted. Look at -v and --mount: a folder goes onto a folder, a file onto a file, and what is mounted must exist."
            }
            F::Sysctl => {
                "A kernel setting was refused. Look at --sysctl: this kernel does not know it, or does not allow it in a container."
            }
            F::Device => {
                "A device is not there. Look at --device and --gpus: the path must exist on the engine's machine."
            }
            F::PortTaken => {
                "Another container or program holds that port of the engine's machine. docker ps shows whose it is; stop that one, or publish another port."
            }
            F::Port => {
                "That port or address of the engine's machine may not be used. Look at -p: numbers below 1024 can need rights, and an address must be the machine's own."
            }
            F::Network => {
                "The network that it should join cannot be used. docker network ls lists those that are there; --network names one."
            }
            F::User => "The image has no such user or group. Look at -u, or at USER in the Dockerfile.",
            F::Capability => {
                "A right was refused. Look at --cap-add and --cap-drop: the engine does not know it, or may not give it."
            }
            F::Memory => {
                "The memory limit does not work: it is too low to start anything, or this engine cannot set it. Look at --memory."
            }
            F::Limit => {
                "A limit could not be set. Look at --ulimit, --cpus and --pids-limit: this engine does not allow it."
            }
            F::LogDriver => "The log driver could not be started. Look at --log-driver and --log-opt.",
            F::DiskFull => {
                "The disk of the engine's machine is full. docker system df shows what takes the room."
            }
            F::Other => "The engine could not start it. Its own words say why.",
        }
    }
}

/// Segments of an engine's sentence that only name its inner parts.
const INNER: [&str; 20] = [
    "error response from daemon",
    "failed to create task for container",
    "failed to create shim task",
    "failed to start shim",
    "oci runtime create failed",
    "oci runtime start failed",
    "oci runtime error",
    "oci runtime attempted to invoke a command that was not found",
    "oci permission denied",
    "runc create failed",
    "crun create failed",
    "runc",
    "crun",
    "/usr/bin/runc",
    "/usr/bin/crun",
    "unable to start container process",
    "starting container process caused",
    "error during container init",
    "container init",
    "process_linux.go",
];

/// The engine's own sentence, without the names of its inner parts; at most 200 characters.
pub fn plain_error(error: &str) -> String {
    let mut rest = error.trim().trim_end_matches(": unknown").trim_end_matches('.');
    while let Some((first, after)) = rest.split_once(": ") {
        let bare = first.trim().trim_start_matches('"').to_lowercase();
        let is_line = bare.split(' ').any(|word| word.contains(".go:"));
        // a whole sentence with a name in it is told, and not taken for the name
        if !(is_line || INNER.contains(&bare.as_str())) {
            break;
        }
        rest = after.trim_start();
    }
    // what is not found is named after this word; before it stands nothing that a learner wrote
    let rest = rest.strip_prefix("exec: ").unwrap_or(rest);
    rest.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engines_words_are_sorted_by_what_was_being_done() {
        for (error, kind) in [
            (
                r#"failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "foo": executable file not found in $PATH: unknown"#,
                F::Program,
            ),
            (
                r#"OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/mount/x": stat /mount/x: no such file or directory: unknown"#,
                F::Program,
            ),
            (
                r#"crun: executable file `foo` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found"#,
                F::Program,
            ),
            (
                r#"runc create failed: unable to start container process: exec: "/etc": permission denied"#,
                F::NotExecutable,
            ),
            (
                r#"runc create failed: unable to start container process: error during container init: error mounting "/etc/passwd" to rootfs at "/etc": mount src=/etc/passwd, dst=/etc: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?"#,
                F::Mount,
            ),
            ("crun: mount `/etc/passwd` to `etc`: Not a directory: OCI runtime error", F::Mount),
            ("invalid mount config for type \"bind\": bind source path does not exist: /nowhere", F::Mount),
            ("statfs /nowhere: no such file or directory", F::Mount),
            (
                "runc create failed: unable to start container process: error during container init: open /proc/sys/net/bogus: no such file or directory: unknown",
                F::Sysctl,
            ),
            ("crun: the sysctl `net.bogus` requires a new network namespace", F::Sysctl),
            (
                r#"error gathering device information while adding custom device "/dev/nosuch": no such file or directory"#,
                F::Device,
            ),
            ("stat /dev/nosuch: no such file or directory", F::Device),
            (r#"could not select device driver "" with capabilities: [[gpu]]"#, F::Device),
            (
                "driver failed programming external connectivity on endpoint web (1f): Bind for 0.0.0.0:8080 failed: port is already allocated",
                F::PortTaken,
            ),
            (
                "failed to set up container networking: driver failed programming external connectivity on endpoint web: failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use",
                F::PortTaken,
            ),
            ("rootlessport listen tcp 0.0.0.0:8080: bind: address already in use", F::PortTaken),
            (
                "rootlessport cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf",
                F::Port,
            ),
            (
                "driver failed programming external connectivity on endpoint web: Error starting userland proxy: listen tcp4 9.9.9.9:80: bind: cannot assign requested address",
                F::Port,
            ),
            ("network nosuch not found", F::Network),
            ("unable to find network with name or ID nosuch: network not found", F::Network),
            ("cannot join network of a non running container: 0123", F::Network),
            ("unable to find user nosuch: no matching entries in passwd file", F::User),
            (
                "runc create failed: unable to start container process: chdir to cwd (\"/x\") set in config.json failed: permission denied: unknown",
                F::WorkingFolder,
            ),
            (
                "runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown",
                F::Memory,
            ),
            ("invalid CapAdd: unknown capability: \"CAP_NOSUCH\"", F::Capability),
            ("unable to apply caps: operation not permitted: capset", F::Capability),
            (
                "runc create failed: unable to start container process: error during container init: error setting rlimit type 7: operation not permitted",
                F::Limit,
            ),
            ("failed to initialize logging driver: dial tcp: lookup nosuch", F::LogDriver),
            ("write /var/lib/docker/x: no space left on device", F::DiskFull),
            ("something that nobody has seen yet", F::Other),
        ] {
            assert_eq!(StartFailure::of(error, Some(127)), Some(kind), "{error}");
        }
        assert_eq!(StartFailure::of("", Some(127)), Some(F::Program));
        assert_eq!(StartFailure::of("", Some(128)), Some(F::Other));
        assert_eq!(StartFailure::of(" ", Some(0)), None);
        assert_eq!(StartFailure::of("", None), None);
    }

    #[test]
    fn the_engines_sentence_loses_its_inner_parts_alone() {
        for (error, plain) in [
            (
                "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"foo\": executable file not found in $PATH: unknown",
                "\"foo\": executable file not found in $PATH",
            ),
            (
                "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"foo\": executable file not found in $PATH: unknown",
                "\"foo\": executable file not found in $PATH",
            ),
            (
                "crun: mount `/a` to `b`: Not a directory: OCI runtime error",
                "mount `/a` to `b`: Not a directory: OCI runtime error",
            ),
            ("network nosuch not found", "network nosuch not found"),
            ("", ""),
        ] {
            assert_eq!(plain_error(error), plain);
        }
    }
}
