//! Engines elsewhere: over TLS with certificates made here, and over ssh, for the app's own calls and for the tap.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use pilotwhale::dial::{Address, Dialer, Tls};
use pilotwhale::tap::{Options, Tap};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::support::engine::skipped;
use crate::support::headless::{Headless, Said};
use crate::support::write_script;

/// An authority, with what it has signed for an engine and for a client.
struct Certificates {
    ca: rcgen::Certificate,
    engine: (rcgen::Certificate, KeyPair),
    client: (rcgen::Certificate, KeyPair),
}

impl Certificates {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are good names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let ca = params.self_signed(&key).expect("a certificate");
        let issuer = Issuer::new(params, key);
        let signed = |name: &str, purpose| {
            let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
            params.extended_key_usages = vec![purpose];
            let key = KeyPair::generate().expect("a key");
            (params.signed_by(&key, &issuer).expect("a certificate"), key)
        };
        Self {
            ca,
            engine: signed("127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth),
            client: signed("learner", ExtendedKeyUsagePurpose::ClientAuth),
        }
    }

    /// As the docker command wants them, in a folder.
    fn lay(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("a folder can be made");
        for (name, text) in [
            ("ca.pem", self.ca.pem()),
            ("cert.pem", self.client.0.pem()),
            ("key.pem", self.client.1.serialize_pem()),
        ] {
            std::fs::write(folder.join(name), text).expect("a file can be written");
        }
    }

    /// Wants to see a certificate of its own authority.
    fn server(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.der().clone()).expect("a certificate");
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let key = PrivatePkcs8KeyDer::from(self.engine.1.serialize_der()).into();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(clients.build().expect("a verifier"))
            .with_single_cert(vec![self.engine.0.der().clone()], key);
        Arc::new(config.expect("a configuration"))
    }
}

/// An engine on a port of this machine, behind TLS where there is a configuration for it.
fn engine(tls: Option<Arc<ServerConfig>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let tls = tls.clone();
            // who is turned away, or goes away, is what some tests are about
            std::thread::spawn(move || {
                drop(match tls {
                    Some(config) => ServerConnection::new(config)
                        .map_err(std::io::Error::other)
                        .and_then(|connection| serve(StreamOwned::new(connection, stream))),
                    None => serve(stream),
                })
            });
        }
    });
    port
}

fn serve(stream: impl Read + Write) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut first, mut line) = (String::new(), String::new());
        match stream.read_line(&mut first) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // as Go's server answers what is no HTTP
            Err(_) => return stream.get_mut().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n400 Bad Request"),
        }
        if first.starts_with("PRI ") {
            stream.get_mut().write_all(b"speaks HTTP/2")?;
            return Ok(());
        }
        while stream.read_line(&mut line)? > 2 {
            line.clear();
        }
        let target = first.split(' ').nth(1).unwrap_or_default();
        let body = match target {
            "/_ping" => "OK".to_owned(),
            "/v1.41/version" => r#"{"Version":"20.10.99","ApiVersion":"1.41"}"#.to_owned(),
            other => format!(r#"{{"message":"{other} is not here"}}"#),
        };
        let head = format!("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.get_mut().write_all(format!("{head}{body}").as_bytes())?;
        stream.get_mut().flush()?;
    }
}

/// `pilotwhale doctor` with these variables.
fn doctor(learner: &Headless, env: &[String]) -> Said {
    let program = [env!("CARGO_BIN_EXE_pilotwhale"), "doctor"];
    let words: Vec<&str> = env.iter().map(String::as_str).chain(program).collect();
    learner.runs(Path::new("env"), &words, &learner.path(""))
}

const ANSWERS: &str = "Docker 20.10.99 (API 1.41)";

#[test]
fn tls_is_spoken_as_the_environment_says() {
    let certificates = Certificates::new();
    let (learner, port) = (Headless::new(), engine(Some(certificates.server())));
    let folder = learner.path("certs");
    certificates.lay(&folder);
    let with = |env: &[&str]| {
        let host = format!("DOCKER_HOST=tcp://127.0.0.1:{port}");
        let path = format!("DOCKER_CERT_PATH={}", folder.display());
        doctor(
            &learner,
            &[&[host, path], &env.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>()[..]].concat(),
        )
    };
    with(&["DOCKER_TLS_VERIFY=1"]).is(0, &[ANSWERS, "from DOCKER_HOST"]);
    with(&["DOCKER_TLS=1"]).is(0, &[ANSWERS]);
    with(&[]).is(1, &["FAIL  engine", &format!("tcp://127.0.0.1:{port}")]);

    std::fs::write(folder.join("ca.pem"), Certificates::new().ca.pem()).expect("a file can be written");
    with(&["DOCKER_TLS_VERIFY=1"]).is(1, &["its certificate is not accepted"]);
    with(&["DOCKER_TLS=1"]).is(0, &[ANSWERS]);
    std::fs::write(folder.join("ca.pem"), "no certificate").expect("a file can be written");
    with(&["DOCKER_TLS_VERIFY=1"]).is(1, &["there is no certificate in", "ca.pem"]);
    std::fs::remove_file(folder.join("key.pem")).expect("it was there");
    with(&["DOCKER_TLS=1"]).is(1, &["key.pem is missing"]);
    std::fs::remove_file(folder.join("cert.pem")).expect("it was there");
    with(&["DOCKER_TLS=1"]).is(1, &["FAIL  engine"]);
}

#[test]
fn a_contexts_own_certificates_are_used() {
    let certificates = Certificates::new();
    let (learner, port) = (Headless::new(), engine(Some(certificates.server())));
    let id: String = Sha256::digest(b"lab").iter().map(|byte| format!("{byte:02x}")).collect();
    certificates.lay(&learner.path(&format!(".docker/contexts/tls/{id}/docker")));
    let meta = format!(
        r#"{{"Name":"lab","Endpoints":{{"docker":{{"Host":"tcp://127.0.0.1:{port}","SkipTLSVerify":false}}}}}}"#
    );
    learner.write(&format!(".docker/contexts/meta/{id}/meta.json"), &meta);
    let env = ["-u", "DOCKER_HOST", "-u", "DOCKER_CONFIG", "DOCKER_CONTEXT=lab"].map(str::to_owned);
    doctor(&learner, &env).is(0, &[ANSWERS, "docker's context 'lab'"]);
}

#[test]
fn what_does_not_speak_tls_is_named() {
    let (learner, port) = (Headless::new(), engine(None));
    Certificates::new().lay(&learner.path("certs"));
    let env = [
        format!("DOCKER_HOST=tcp://127.0.0.1:{port}"),
        "DOCKER_TLS_VERIFY=1".to_owned(),
        format!("DOCKER_CERT_PATH={}", learner.path("certs").display()),
    ];
    doctor(&learner, &env).is(1, &["it does not speak TLS there"]);
}

/// A tap before this engine, in a folder of its own.
fn tap(upstream: Address) -> (Tap, tempfile::TempDir) {
    let folder = tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
    let options = Options {
        upstream: Dialer::new(upstream),
        folder: folder.path().join("tap"),
        shell: Default::default(),
        guard: None,
        last_looks: None,
    };
    (Tap::start(options, mpsc::channel(16).0).expect("a tap can be started"), folder)
}

/// What comes back, until the other end has said all.
fn said(tap: &Tap, request: &str) -> String {
    let mut stream = UnixStream::connect(tap.socket()).expect("the tap listens");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}

const VERSION: &str = "GET /v1.41/version HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n";

#[test]
fn the_tap_reaches_an_engine_behind_tls() {
    let certificates = Certificates::new();
    let port = engine(Some(certificates.server()));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    certificates.lay(folder.path());
    let tls = Some(Tls { folder: folder.path().to_owned(), verify: true });
    let (tap, _home) = tap(Address { uri: format!("tcp://127.0.0.1:{port}"), tls });
    assert!(said(&tap, VERSION).contains("20.10.99"));
    assert_eq!(said(&tap, "PRI * HTTP/2.0\r\n\r\n"), "speaks HTTP/2");
}

#[test]
fn the_tap_says_why_an_engine_elsewhere_is_not_reached() {
    let (listener, folder) =
        (TcpListener::bind("127.0.0.1:0").expect("a port"), PathBuf::from("/nonexistent"));
    let uri = format!("tcp://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let (closed, _home) = tap(Address { uri: uri.clone(), tls: None });
    let answer = said(&closed, VERSION);
    assert!(
        answer.contains(" 503 ") && answer.contains(&format!("Cannot connect to the Docker daemon at {uri}")),
        "{answer}"
    );
    let port = engine(None);
    let (plain, _home) =
        tap(Address { uri: format!("tcp://127.0.0.1:{port}"), tls: Some(Tls { folder, verify: false }) });
    assert!(said(&plain, VERSION).contains("it does not speak TLS there"));
}

/// A home whose PATH has this `ssh` first. It notes what it was called with.
fn with_ssh(script: &str) -> (Headless, Vec<String>) {
    let learner = Headless::new();
    let text = format!("#!/bin/bash\necho \"$@\" >>'{}'\n{script}", learner.path("called").display());
    std::fs::create_dir(learner.path("bin")).expect("a folder can be made");
    write_script(&learner.path("bin/ssh"), &text);
    let path = std::env::var("PATH").unwrap_or_default();
    let env = vec![format!("PATH={}:{path}", learner.path("bin").display())];
    (learner, env)
}

/// Passes bytes both ways, as `docker system dial-stdio` does.
fn dials(port: u16) -> String {
    format!("exec 3<>/dev/tcp/127.0.0.1/{port} 4<&0\ncat <&4 >&3 & \ncat <&3\nkill $!\n")
}

#[test]
fn ssh_is_called_as_the_docker_command_calls_it() {
    let (learner, mut env) = with_ssh(&dials(engine(None)));
    env.push("DOCKER_HOST=ssh://lin@lab.example:2222/run/docker.sock".into());
    doctor(&learner, &env).is(0, &[ANSWERS, "engine's machine", "lab.example, not this one"]);
    let called = learner.read("called");
    let words = "-l lin -p 2222 -- lab.example docker --host 'unix:///run/docker.sock' system dial-stdio\n";
    assert!(called.lines().count() == 1 && called.ends_with(words), "one connection for all calls: {called}");
}

#[test]
fn what_ssh_says_is_told() {
    let (learner, mut env) = with_ssh(
        "echo 'Warning: something' >&2\necho 'lin@lab: Permission denied (publickey).' >&2\nexit 255\n",
    );
    env.push("DOCKER_HOST=ssh://lin@lab".into());
    doctor(&learner, &env)
        .is(1, &["lin@lab: Permission denied (publickey).", "ssh://lin@lab", "ssh-add", "unset DOCKER_HOST"]);
    let (learner, mut env) = with_ssh("echo 'bash: docker: command not found' >&2\nexit 127\n");
    env.push("DOCKER_HOST=ssh://lab".into());
    doctor(&learner, &env).is(1, &["docker: command not found"]);
}

#[test]
fn the_shell_reaches_an_engine_over_ssh_through_the_tap() {
    let (learner, mut env) = with_ssh(&dials(engine(None)));
    env.push("DOCKER_HOST=ssh://lab".into());
    env.push("DOCKER_TLS_VERIFY=1".into());
    let asks = r#"test -z "$DOCKER_TLS_VERIFY" && [ -S "${DOCKER_HOST#unix://}" ] && echo "at a socket""#;
    let program = [env!("CARGO_BIN_EXE_pilotwhale"), "shell", "-c", asks];
    let words: Vec<&str> = env.iter().map(String::as_str).chain(program).collect();
    let said = learner.runs(Path::new("env"), &words, &learner.path(""));
    said.is(0, &["this shell is observed", "at a socket"]);
}

/// A real ssh with a real sshd behind it, which needs no port: the client starts it as its way there.
#[test]
fn a_real_ssh_server_lets_us_through_to_the_engines_socket() {
    let sshd = Path::new("/usr/sbin/sshd");
    let has = |program: &str| Command::new(program).arg("-V").output().is_ok();
    if !sshd.is_file() || !has("ssh-keygen") || !has("docker") {
        return skipped("ssh", "sshd, ssh-keygen or docker is not installed");
    }
    let (learner, mut env) = with_ssh(r#"exec /usr/bin/ssh -F "${0%/bin/ssh}/client" "$@""#);
    let socket = learner.path("engine.sock");
    let listener = UnixListener::bind(&socket).expect("a socket can be made");
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            std::thread::spawn(move || drop(serve(stream)));
        }
    });
    for key in ["host", "user"] {
        let file = learner.path(key);
        let made =
            Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&file).status();
        assert!(made.is_ok_and(|status| status.success()), "a key can be made");
    }
    // Where it runs as root, it wants this folder, which its service makes.
    let _ = std::fs::create_dir("/run/sshd");
    let at = |name: &str| learner.path(name).display().to_string();
    learner.write(
        "server",
        &format!(
            "HostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n",
            at("host"),
            at("user.pub")
        ),
    );
    learner.write(
        "client",
        &format!(
            "ProxyCommand {} -i -f {}\nIdentityFile {}\nIdentitiesOnly yes\nStrictHostKeyChecking no\n\
             UserKnownHostsFile /dev/null\nLogLevel ERROR\n",
            sshd.display(),
            at("server"),
            at("user")
        ),
    );
    env.push(format!("DOCKER_HOST=ssh://lab{}", socket.display()));
    doctor(&learner, &env).is(0, &[ANSWERS, "lab, not this one"]);
    let nowhere = format!("DOCKER_HOST=ssh://lab{}", learner.path("nowhere.sock").display());
    *env.last_mut().expect("the address") = nowhere;
    doctor(&learner, &env).is(1, &["nowhere.sock"]);
}
