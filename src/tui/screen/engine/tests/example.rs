//! An engine with a bit of everything in it.

use std::collections::BTreeMap;

use super::*;
use crate::facts::*;

pub(crate) fn id(c: char) -> String {
    c.to_string().repeat(64)
}

fn image_id(c: char) -> String {
    format!("sha256:{}", id(c))
}

fn container(c: char, name: &str, image: &str, age: i64) -> Container {
    Container {
        id: id(c),
        name: name.to_owned(),
        image: image.to_owned(),
        image_id: image_id('a'),
        command: "sleep 100".to_owned(),
        created: Some(at(-age - 1)),
        started: Some(at(-age)),
        state: ContainerState::Running,
        networks: vec!["bridge".to_owned()],
        ..Container::default()
    }
}

fn ended(c: char, name: &str, image: &str, age: i64, code: i64) -> Container {
    Container {
        state: ContainerState::Exited,
        exit_code: Some(code),
        finished: Some(at(-age + 5)),
        ..container(c, name, image, age)
    }
}

fn port(container: u16, host: Option<u16>, ip: &str) -> Port {
    let host_ip = host.map(|_| ip.to_owned());
    Port { container, protocol: "tcp".to_owned(), host_ip, host }
}

pub(super) fn web() -> Container {
    Container {
        image_id: image_id('b'),
        ports: vec![port(80, Some(8081), "0.0.0.0"), port(80, Some(8081), "::"), port(443, None, "")],
        health: Some(Health::Healthy),
        mounts: vec![
            Mount {
                kind: MountKind::Bind,
                source: "/home/ana/site".to_owned(),
                target: "/usr/share/nginx/html".to_owned(),
                read_only: true,
            },
            Mount {
                kind: MountKind::Volume,
                source: "cache".to_owned(),
                target: "/var/cache/nginx".to_owned(),
                read_only: false,
            },
        ],
        ..container('1', "web", "nginx", 3)
    }
}

pub(crate) fn snapshot() -> Snapshot {
    let image = |c, tags: &[&str], size, age: i64| Image {
        id: image_id(c),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        digests: Vec::new(),
        size,
        created: Some(at(-age)),
        ..Image::default()
    };
    let volume = |name: &str, anonymous| Volume {
        name: name.to_owned(),
        driver: "local".to_owned(),
        mountpoint: format!("/var/lib/docker/volumes/{name}/_data"),
        created: Some(at(-90_000)),
        labels: BTreeMap::new(),
        anonymous,
    };
    let network = |c, name: &str, driver: &str, subnet: &str| Network {
        id: id(c),
        name: name.to_owned(),
        driver: driver.to_owned(),
        scope: "local".to_owned(),
        internal: false,
        subnets: if subnet.is_empty() { Vec::new() } else { vec![subnet.to_owned()] },
        labels: BTreeMap::new(),
        created: Some(at(-900_000)),
    };
    Snapshot {
        engine: EngineInfo::default(),
        containers: vec![
            web(),
            Container { state: ContainerState::Paused, ..container('2', "frozen", "python:3-slim", 90) },
            Container {
                state: ContainerState::Restarting,
                exit_code: Some(1),
                ..container('3', "crashloop", "alpine", 200)
            },
            Container {
                state: ContainerState::Created,
                exit_code: Some(127),
                started: None,
                ..container('4', "typo", "ubuntu:24.04", 300)
            },
            ended('5', "kiss", "hello-world", 700, 0),
            ended('6', "killed_by_hand", "registry.example.org/team/project/service:2025.11.3", 7200, 137),
            Container {
                health: Some(Health::Unhealthy),
                ports: vec![port(5432, Some(5432), "127.0.0.1")],
                ..container('7', "db", "postgres:16", 200_000)
            },
            ended('8', "crashed", "alpine", 400_000, 139),
        ],
        images: vec![
            image('a', &["alpine:latest"], 7_800_000, 3_000_000),
            image('b', &["nginx:latest", "nginx:1.27"], 187_000_000, 900_000),
            image('c', &["registry.example.org:5000/team/project/service:2025.11.3"], 1_240_000_000, 70_000),
            image('d', &[], 45_200, 60),
        ],
        volumes: vec![volume("cache", false), volume(&id('f'), true), volume("pgdata", false)],
        networks: vec![
            network('b', "backend", "bridge", "172.18.0.0/16"),
            network('c', "bridge", "bridge", "172.17.0.0/16"),
            network('d', "host", "host", ""),
            network('e', "none", "null", ""),
        ],
    }
}

/// A compose project beside two containers of the learner's own.
pub(crate) fn shop() -> Snapshot {
    let service = |c, service: &str, number: &str, depends_on: &str, age| {
        let labels = [
            ("project", "shop"),
            ("service", service),
            ("container-number", number),
            ("oneoff", "False"),
            ("depends_on", depends_on),
        ];
        Container {
            labels: labels.map(|(n, value)| (format!("com.docker.compose.{n}"), value.to_owned())).into(),
            networks: vec!["shop_default".to_owned()],
            ..container(c, &format!("shop-{service}-{number}"), "shop-api", age)
        }
    };
    let with = |image: &str, container: Container| Container { image: image.to_owned(), ..container };
    let migrated = Container {
        state: ContainerState::Exited,
        exit_code: Some(0),
        ..service('4', "migrate", "1", "db:service_healthy:false", 20)
    };
    let wants =
        "db:service_healthy:false,migrate:service_completed_successfully:false,cache:service_started:true";
    Snapshot {
        containers: vec![
            Container {
                ports: vec![port(5000, Some(8081), "0.0.0.0")],
                ..service('2', "web", "2", wants, 3)
            },
            service('1', "web", "1", wants, 4),
            container('a', "scratch", "alpine", 10),
            migrated,
            Container {
                health: Some(Health::Unhealthy),
                ..with("postgres:16", service('5', "db", "1", "", 30))
            },
            with("redis:7", service('6', "cache", "1", "", 31)),
            ended('b', "kiss", "hello-world", 700, 0),
        ],
        ..snapshot()
    }
}

/// Of the container at that place of `shop`.
pub(crate) fn shop_detail(at: usize) -> Detail {
    let container = shop().containers[at].clone();
    Detail::Container(Box::new(ContainerDetail { container, ..ContainerDetail::default() }))
}

pub(crate) fn samples() -> Vec<(String, Sample)> {
    let of = |cpu_percent, memory| Sample { cpu_percent, memory, memory_limit: 8 << 30 };
    vec![(id('1'), of(0.21, 3_355_443)), (id('7'), of(104.4, 120 << 20))]
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

pub(crate) fn web_detail() -> Detail {
    Detail::Container(Box::new(ContainerDetail {
        container: web(),
        entrypoint: vec!["/docker-entrypoint.sh".to_owned()],
        cmd: vec!["nginx".to_owned(), "-g".to_owned(), "daemon off;".to_owned()],
        hostname: "111111111111".to_owned(),
        restart_policy: "unless-stopped".to_owned(),
        env: pairs(&[
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("NGINX_VERSION", "1.27.3"),
            ("ADMIN_PASSWORD", "hunter2"),
            ("DATABASE_URL", "postgres://ana:hunter2@db:5432/shop"),
        ]),
        addresses: vec![("bridge".to_owned(), "172.17.0.2".to_owned(), vec!["www".to_owned()])],
        health_log: vec![
            HealthEntry {
                at: "12:02:54".to_owned(),
                exit_code: 7,
                output: "curl: (7) Failed to connect to localhost port 80\n".to_owned(),
            },
            HealthEntry { at: "12:03:04".to_owned(), exit_code: 0, output: "ok\n".to_owned() },
        ],
        memory_limit: 256 << 20,
        log_driver: "json-file".to_owned(),
        ..ContainerDetail::default()
    }))
}

pub(super) fn killed_detail() -> Detail {
    Detail::Container(Box::new(ContainerDetail {
        container: snapshot().containers[5].clone(),
        cmd: words("python3 -m server"),
        oom_killed: true,
        restart_policy: "no".to_owned(),
        ..ContainerDetail::default()
    }))
}

pub(super) fn image_detail() -> Detail {
    let layer = |created_by: &str, size| Layer {
        created_by: created_by.to_owned(),
        size,
        created: Some(at(-900_000)),
        comment: String::new(),
    };
    Detail::Image(Box::new(ImageDetail {
        image: Image { digests: vec![format!("nginx@sha256:{}", id('e'))], ..snapshot().images[1].clone() },
        architecture: "amd64".to_owned(),
        os: "linux".to_owned(),
        entrypoint: vec!["/docker-entrypoint.sh".to_owned()],
        cmd: vec!["nginx".to_owned(), "-g".to_owned(), "daemon off;".to_owned()],
        env: pairs(&[("NGINX_VERSION", "1.27.3"), ("API_TOKEN", "abc")]),
        exposed: vec!["80/tcp".to_owned()],
        layers: vec![
            layer("CMD [\"nginx\" \"-g\" \"daemon off;\"]", 0),
            layer("EXPOSE map[80/tcp:{}]", 0),
            layer("COPY 30-tune-worker-processes.sh /docker-entrypoint.d # buildkit", 4620),
            layer(
                "RUN /bin/sh -c set -x     && groupadd --system --gid 101 nginx     && useradd --system --gid nginx \
                 --no-create-home --home /nonexistent --comment \"nginx user\" --shell /bin/false --uid 101 nginx     \
                 && apt-get update     && apt-get install --no-install-recommends --no-install-suggests -y gnupg1 \
                 ca-certificates && rm -rf /var/lib/apt/lists/* # buildkit",
                112_000_000,
            ),
            layer("ENV NGINX_VERSION=1.27.3", 0),
            layer("/bin/sh -c #(nop)  CMD [\"bash\"]", 0),
            layer("/bin/sh -c #(nop) ADD file:0123456789abcdef in / ", 74_800_000),
        ],
        ..ImageDetail::default()
    }))
}

pub(super) fn volume_detail() -> Detail {
    Detail::Volume(Box::new(VolumeDetail {
        volume: Volume {
            labels: BTreeMap::from([("course".to_owned(), "pilotwhale".to_owned())]),
            ..snapshot().volumes[0].clone()
        },
        options: Vec::new(),
        used_by: vec!["web".to_owned()],
    }))
}

pub(super) fn network_detail() -> Detail {
    Detail::Network(Box::new(NetworkDetail {
        network: snapshot().networks[0].clone(),
        gateways: vec!["172.18.0.1".to_owned()],
        members: pairs(&[("web", "172.18.0.2/16"), ("db", "172.18.0.3/16")]),
        options: Vec::new(),
    }))
}

pub(crate) fn log() -> Vec<LogLine> {
    let line = |stream, text: &str| LogLine { at: None, stream, text: text.to_owned() };
    vec![
        line(Stream::Stdout, "/docker-entrypoint.sh: Configuration complete; ready for start up"),
        line(Stream::Stderr, "2025/11/23 12:03:04 [notice] 1#1: nginx/1.27.3"),
        line(
            Stream::Stderr,
            "2025/11/23 12:03:04 [warn] 1#1: \u{1b}[33mconflicting server name\u{1b}[0m \"localhost\"",
        ),
        line(
            Stream::Stdout,
            "172.17.0.1 - - [23/Nov/2025:12:03:05 +0000] \"GET / HTTP/1.1\" 200 615 \"-\" \"curl/8.5.0\"",
        ),
        line(
            Stream::Stdout,
            "172.17.0.1 - - [23/Nov/2025:12:03:06 +0000] \"GET /favicon.ico HTTP/1.1\" 404 153",
        ),
    ]
}
