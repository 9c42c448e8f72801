//! The engine's figures in a beginner's words: states, exit codes, ages, sizes, ports, secrets.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::facts::reference::familiar;
use crate::facts::{Container, ContainerState, Health, Port, short_id};
use crate::tui::widget::ink::Ink;

pub(super) fn state_mark(container: &Container) -> (&'static str, Ink) {
    match container.state {
        ContainerState::Running if container.health == Some(Health::Unhealthy) => ("●", Ink::Bad),
        ContainerState::Running => ("●", Ink::Ok),
        ContainerState::Paused => ("◐", Ink::Warn),
        ContainerState::Restarting => ("↻", Ink::Warn),
        ContainerState::Removing => ("…", Ink::Dim),
        ContainerState::Dead => ("✕", Ink::Bad),
        ContainerState::Created if container.start_failure().is_some() => ("✕", Ink::Bad),
        ContainerState::Created => ("◌", Ink::Dim),
        ContainerState::Exited if failed(container) => ("○", Ink::Bad),
        ContainerState::Exited => ("○", Ink::Dim),
    }
}

/// Ended by itself with an error; being stopped or killed on purpose is none.
fn failed(container: &Container) -> bool {
    container.exit_code.is_some_and(|code| !matches!(code, 0 | 130 | 137 | 143))
}

pub(super) fn status(container: &Container, now: Timestamp) -> (String, Ink) {
    let (_, ink) = state_mark(container);
    let code = container.exit_code.unwrap_or(0);
    let words = match container.state {
        ContainerState::Running => {
            let mut words = "running".to_owned();
            if let Some(started) = container.started {
                words = format!("running {}", span(now, started));
            }
            match container.health {
                Some(Health::Starting) => words + " · checking",
                Some(Health::Healthy) => words + " · healthy",
                Some(Health::Unhealthy) => words + " · unhealthy",
                None => words,
            }
        }
        ContainerState::Restarting if code != 0 => format!("restarting · {}", exit_words(code)),
        ContainerState::Created => match container.start_failure() {
            Some(failure) => format!("failed · {}", failure.words()),
            None => "created, not started".to_owned(),
        },
        ContainerState::Exited => match container.exit_code {
            Some(code) => format!("exited {code} · {}", exit_words(code)),
            None => "exited".to_owned(),
        },
        other => other.word().to_owned(),
    };
    (words, ink)
}

/// What an exit code says, in two or three words.
pub(super) fn exit_words(code: i64) -> String {
    match code {
        0 => "finished",
        1 => "error",
        2 => "wrong usage",
        125 | 128 => "docker could not start it",
        126 => "not executable",
        127 => "command not found",
        130 => "interrupted",
        134 => "aborted",
        137 => "killed",
        139 => "crashed",
        143 => "stopped",
        129..=192 => return format!("ended by signal {}", code - 128),
        _ => "error",
    }
    .to_owned()
}

/// The same in a sentence that says what to do with it.
pub(super) fn exit_sentence(code: i64, oom_killed: bool) -> String {
    if oom_killed {
        return "it used more memory than it may have, so the kernel killed it".to_owned();
    }
    match code {
        0 => "its command ended, and all went well",
        1 => "its command ended with an error; its logs usually say which",
        2 => "its command was called in a wrong way; its logs usually say how",
        125 => "docker itself could not run it, often because of a wrong option",
        126 => "the command was found but may not be executed",
        127 => "the command was not found in the image; look for a typing mistake",
        130 => "somebody pressed Ctrl-C",
        134 => "its command gave up by itself (signal 6)",
        137 => "it was killed (signal 9): by docker kill or rm -f, or by docker stop because it did not react in time",
        139 => "its command crashed (signal 11)",
        143 => "it was asked to stop (signal 15) and did; that is what docker stop does",
        129..=192 => return format!("its command was ended by signal {}", code - 128),
        _ => "its command ended with an error of its own; its logs usually say more",
    }
    .to_owned()
}

/// Seconds in the first minute, then minutes, hours, days.
pub(super) fn span(now: Timestamp, since: Timestamp) -> String {
    let seconds = (now.as_second() - since.as_second()).max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        86_400..=5_184_000 if seconds < 172_800 => "1 day".to_owned(),
        86_400..=5_184_000 => format!("{} days", seconds / 86_400),
        _ if seconds < 63_072_000 => format!("{} months", seconds / 2_592_000),
        _ => format!("{} years", seconds / 31_536_000),
    }
}

/// When `span` will next say something else. After the first minute rounded up to ten seconds, so that a screen full
/// of ages wakes the app six times a minute and not once a row.
pub(super) fn span_changes(now: Timestamp, since: Timestamp) -> Timestamp {
    let seconds = (now.as_second() - since.as_second()).max(0);
    let unit = match seconds {
        0..60 => 1,
        60..3600 => 60,
        3600..86_400 => 3600,
        _ => 86_400,
    };
    let exact = since.as_second().saturating_add((seconds / unit + 1).saturating_mul(unit));
    let next = if unit == 1 { exact } else { exact.saturating_add((10 - exact.rem_euclid(10)) % 10) };
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}

pub(super) fn ago(now: Timestamp, then: Timestamp) -> String {
    format!("{} ago", span(now, then))
}

pub(super) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%H:%M:%S").to_string()
}

pub(super) fn date(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// As `docker images` counts: 1 kB is 1000 bytes.
pub(super) fn size(bytes: u64) -> String {
    scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB"])
}

/// As `docker stats` counts: 1 KiB is 1024 bytes.
pub(super) fn memory(bytes: u64) -> String {
    scaled(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB"])
}

fn scaled(bytes: u64, step: u64, units: [&str; 5]) -> String {
    let mut unit = 0;
    let mut value = bytes as f64;
    // 999.6 would be printed as "1000".
    while value.round() >= step as f64 && unit + 1 < units.len() {
        value /= step as f64;
        unit += 1;
    }
    if unit == 0 || value >= 99.95 {
        format!("{value:.0} {}", units[unit])
    } else {
        format!("{value:.1} {}", units[unit])
    }
}

pub(super) fn cpu(percent: f64) -> String {
    if percent.is_finite() { format!("{:.1}%", percent.max(0.0)) } else { "–".to_owned() }
}

/// Figures as a row of bars, the highest of them a whole cell.
pub(super) fn spark(values: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let bar = |value: &f64| {
        let share = if most > 0.0 && value.is_finite() { (value / most).clamp(0.0, 1.0) } else { 0.0 };
        BARS[(share * 7.0).round() as usize]
    };
    values.iter().map(bar).collect()
}

/// The published ports as `8081→80`, with the address behind it where it is not every one; one port listed for IPv4 and IPv6 is one.
pub(super) fn ports(ports: &[Port]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for port in ports {
        if let Some(host) = port.host {
            let at = match Reach::of(port) {
                Reach::Everywhere => String::new(),
                Reach::ThisMachine => " local".to_owned(),
                Reach::One(address) => format!(" at {address}"),
            };
            let words = format!("{host}→{}{}{at}", port.container, protocol(port));
            if !shown.contains(&words) {
                shown.push(words);
            }
        }
    }
    shown.join(", ")
}

/// From where a published port is reached.
enum Reach {
    /// It listens at every address of the engine's machine.
    Everywhere,
    /// At the loopback address alone, which no other machine reaches.
    ThisMachine,
    One(String),
}

impl Reach {
    fn of(port: &Port) -> Self {
        match port.host_ip.as_deref() {
            None | Some("" | "0.0.0.0" | "::") => Self::Everywhere,
            Some(ip) if ip.starts_with("127.") || ip == "::1" => Self::ThisMachine,
            Some(ip) if ip.contains(':') => Self::One(format!("[{ip}]")),
            Some(ip) => Self::One(ip.to_owned()),
        }
    }
}

/// `machine` is the name of the engine's machine where that is another one.
pub(super) fn port_sentences(ports: &[Port], machine: Option<&str>) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    let name = machine.unwrap_or("this machine");
    for port in ports {
        let inside = format!("port {}{} in the container", port.container, protocol(port));
        let words = match (port.host, Reach::of(port)) {
            (None, _) => format!("{inside}, not published: reachable from other containers only"),
            (Some(host), Reach::Everywhere) => {
                let here = machine.unwrap_or("localhost");
                format!("{here}:{host}, and every address of {name} → {inside}")
            }
            (Some(host), Reach::ThisMachine) => format!("localhost:{host} on {name} only → {inside}"),
            (Some(host), Reach::One(address)) => format!("{address}:{host} on {name} → {inside}"),
        };
        if !shown.contains(&words) {
            shown.push(words);
        }
    }
    shown
}

fn protocol(port: &Port) -> String {
    if port.protocol.is_empty() || port.protocol == "tcp" {
        String::new()
    } else {
        format!("/{}", port.protocol)
    }
}

/// A tag as it is typed: an id where there is no tag.
pub(super) fn image_name(tags: &[String], id: &str) -> String {
    tags.first().cloned().unwrap_or_else(|| short_id(id).to_owned())
}

/// A name of an image as one would type it: without Docker Hub's own address, and of a digest only its beginning.
pub(super) fn short_image(name: &str) -> String {
    let name = familiar(name);
    match name.rsplit_once("sha256:") {
        Some(("", digest)) if digest.len() > 12 => short_id(digest).to_owned(),
        Some((before, digest)) if digest.len() > 12 => {
            format!("{before}sha256:{}…", digest.get(..6).unwrap_or(digest))
        }
        _ => name.to_owned(),
    }
}

pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// The instruction of a Dockerfile that made a layer, without the shell that the builder wrote around it.
pub(super) fn instruction(created_by: &str) -> String {
    let mut text = created_by.split_whitespace().collect::<Vec<_>>().join(" ");
    for end in ["# buildkit", "#buildkit"] {
        if let Some(kept) = text.strip_suffix(end) {
            text = kept.trim_end().to_owned();
        }
    }
    // The classic builder writes build arguments as `|1 NAME=value /bin/sh -c …`.
    let bare = text.strip_prefix("RUN ").unwrap_or(&text);
    let bare = match bare.strip_prefix('|') {
        Some(arguments) => arguments.find("/bin/sh -c ").map_or(bare, |at| &arguments[at..]),
        None => bare,
    };
    if let Some(made) = bare.strip_prefix("/bin/sh -c #(nop)") {
        let made = made.trim_start();
        return made.strip_prefix("ADD file:").map_or_else(
            || made.to_owned(),
            |rest| match rest.split_once(" in ") {
                Some((_, target)) => format!("ADD (files) {}", target.trim()),
                None => made.to_owned(),
            },
        );
    }
    if let Some(command) = bare.strip_prefix("/bin/sh -c ") {
        return format!("RUN {}", command.trim_start());
    }
    if bare.len() < text.len() {
        return text;
    }
    // BuildKit prints the ports as Go prints a map.
    if let Some(ports) = text.strip_prefix("EXPOSE map[").and_then(|rest| rest.strip_suffix(']')) {
        return format!("EXPOSE {}", ports.replace(":{}", ""));
    }
    const VERBS: [&str; 16] = [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "ONBUILD",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ];
    if text.is_empty()
        || text.starts_with('#')
        || text.split(' ').next().is_some_and(|verb| VERBS.contains(&verb))
    {
        return text;
    }
    format!("RUN {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn exit_codes_in_words() {
        let codes = [0, 1, 2, 3, 125, 126, 127, 130, 134, 137, 139, 143, 159, 255];
        let table: Vec<_> = codes
            .iter()
            .map(|&code| format!("{code:>3} · {} · {}", exit_words(code), exit_sentence(code, false)))
            .collect();
        insta::assert_snapshot!(table.join("\n"));
        assert!(exit_sentence(137, true).contains("memory"));
    }

    #[test]
    fn status_in_words() {
        let of = |state, exit_code, started| {
            status(&Container { state, exit_code, started, ..Default::default() }, at(1003)).0
        };
        assert_eq!(of(ContainerState::Running, None, Some(at(1000))), "running 3 s");
        assert_eq!(of(ContainerState::Exited, Some(0), None), "exited 0 · finished");
        assert_eq!(of(ContainerState::Exited, Some(137), None), "exited 137 · killed");
        assert_eq!(of(ContainerState::Created, None, None), "created, not started");
        assert_eq!(of(ContainerState::Created, Some(127), None), "failed · command not found");
        let refused = Container {
            exit_code: Some(127),
            error: "network nosuch not found".into(),
            ..Container::default()
        };
        assert_eq!(status(&refused, at(0)).0, "failed · network missing");
        assert_eq!(of(ContainerState::Restarting, Some(1), None), "restarting · error");
        assert_eq!(of(ContainerState::Paused, None, None), "paused");
        let health = |health| {
            let state = ContainerState::Running;
            status(&Container { state, health: Some(health), ..Default::default() }, at(0)).0
        };
        assert_eq!(health(Health::Starting), "running · checking");
        assert_eq!(health(Health::Unhealthy), "running · unhealthy");
    }

    #[test]
    fn ages_and_when_they_change() {
        for (seconds, words, next) in [
            (-5, "0 s", 1),
            (0, "0 s", 1),
            (59, "59 s", 60),
            (60, "1 min", 120),
            (3599, "59 min", 3600),
            (3600, "1 h", 7200),
            (86_400, "1 day", 172_800),
            (200_000, "2 days", 259_200),
            (6_000_000, "2 months", 6_048_000),
            (70_000_000, "2 years", 70_070_400),
        ] {
            assert_eq!(span(at(1_000_000 + seconds), at(1_000_000)), words);
            assert_eq!(
                span_changes(at(1_000_000 + seconds), at(1_000_000)),
                at(1_000_000 + next),
                "{seconds}"
            );
        }
    }

    #[test]
    fn sizes() {
        let words = [0, 999, 1000, 12_345, 999_960, 187_000_000, 1_500_000_000].map(size);
        assert_eq!(words, ["0 B", "999 B", "1.0 kB", "12.3 kB", "1.0 MB", "187 MB", "1.5 GB"]);
        assert_eq!(memory(3_355_443), "3.2 MiB");
        assert_eq!(memory(1024 * 1024), "1.0 MiB");
    }

    #[test]
    fn figures_become_bars() {
        assert_eq!(spark(&[0.0, 50.0, 100.0, 12.5]), "▁▅█▂");
        assert_eq!(spark(&[0.0, 0.0]), "▁▁");
        assert_eq!(spark(&[f64::NAN, 3.0, -1.0]), "▁█▁");
        assert_eq!(spark(&[]), "");
    }

    #[test]
    fn ports_in_short_and_in_full() {
        let port = |container, host, ip: Option<&str>, protocol: &str| Port {
            container,
            protocol: protocol.to_owned(),
            host_ip: ip.map(str::to_owned),
            host,
        };
        let list = [
            port(80, Some(8081), Some("0.0.0.0"), "tcp"),
            port(80, Some(8081), Some("::"), "tcp"),
            port(53, Some(5353), Some("192.168.1.5"), "udp"),
            port(443, None, None, "tcp"),
        ];
        assert_eq!(ports(&list), "8081→80, 5353→53/udp at 192.168.1.5");
        let own = [port(80, Some(8080), Some("127.0.0.1"), "tcp")];
        assert_eq!(ports(&own), "8080→80 local");
        assert_eq!(
            port_sentences(&own, None),
            ["localhost:8080 on this machine only → port 80 in the container"]
        );
        assert_eq!(
            port_sentences(&[own.as_slice(), &list[..1]].concat(), Some("lab.example")),
            [
                "localhost:8080 on lab.example only → port 80 in the container",
                "lab.example:8081, and every address of lab.example → port 80 in the container",
            ]
        );
        assert_eq!(
            port_sentences(&list, None),
            [
                "localhost:8081, and every address of this machine → port 80 in the container",
                "192.168.1.5:5353 on this machine → port 53/udp in the container",
                "port 443 in the container, not published: reachable from other containers only",
            ]
        );
    }

    #[test]
    fn of_a_digest_only_the_beginning_is_shown() {
        let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        for (name, short) in [
            ("docker.io/library/nginx:1", "nginx:1"),
            ("docker.io/bitnami/redis:latest", "bitnami/redis:latest"),
            (digest, "0123456789ab"),
            (&format!("busybox@{digest}"), "busybox@sha256:012345…"),
            ("registry.example.org:5000/team/service:1.2.3", "registry.example.org:5000/team/service:1.2.3"),
        ] {
            assert_eq!(short_image(name), short);
        }
    }

    #[test]
    fn instructions_are_readable() {
        for (raw, words) in [
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]"),
            ("/bin/sh -c #(nop) ADD file:0123abcd in / ", "ADD (files) /"),
            (
                "/bin/sh -c apt-get update   && apt-get install -y curl",
                "RUN apt-get update && apt-get install -y curl",
            ),
            ("RUN /bin/sh -c pip install flask # buildkit", "RUN pip install flask"),
            ("RUN |1 V=3 /bin/sh -c echo $V # buildkit", "RUN echo $V"),
            ("|1 V=3 /bin/sh -c echo $V", "RUN echo $V"),
            ("COPY app.py /app/ # buildkit", "COPY app.py /app/"),
            ("EXPOSE map[443/tcp:{} 80/tcp:{}]", "EXPOSE 443/tcp 80/tcp"),
            ("CMD [\"python3\"]", "CMD [\"python3\"]"),
            ("RUN [\"a\"]", "RUN [\"a\"]"),
            ("sh", "RUN sh"),
            ("", ""),
        ] {
            assert_eq!(instruction(raw), words, "{raw}");
        }
    }
}
