//! Machines drawn by hand, and the engine that must be found on each.

use super::*;

fn linux() -> Surroundings {
    Surroundings { uid: 1000, home: Some("/home/u".into()), ..Surroundings::default() }
}

fn env(mut s: Surroundings, name: &str, value: &str) -> Surroundings {
    s.env.insert(name.into(), value.into());
    s
}

fn socket(mut s: Surroundings, path: &str, probe: Probe) -> Surroundings {
    s.sockets.insert(path.into(), probe);
    s
}

fn context(mut s: Surroundings, folder: &str, name: &str, host: &str) -> Surroundings {
    let meta = PathBuf::from(folder).join("contexts/meta").join(context_folder(name)).join("meta.json");
    let text = format!(r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}"}}}}}}"#);
    s.files.insert(meta, text);
    s
}

fn current(mut s: Surroundings, folder: &str, name: &str) -> Surroundings {
    s.files.insert(
        PathBuf::from(folder).join("config.json"),
        format!(r#"{{"auths":{{}},"currentContext":"{name}"}}"#),
    );
    s
}

fn uri(s: &Surroundings) -> Option<String> {
    discover(s).chosen.map(|e| e.uri)
}

const DOCKER: &str = "/var/run/docker.sock";

#[test]
fn order_of_the_docker_cli() {
    let base = socket(linux(), DOCKER, Probe::Answers);
    let base = context(base, "/home/u/.docker", "far", "tcp://10.0.0.1:2375");
    let base = context(base, "/home/u/.docker", "lima", "unix:///home/u/.colima/default/docker.sock");
    assert_eq!(uri(&base).as_deref(), Some("unix:///var/run/docker.sock"));

    let used = current(base, "/home/u/.docker", "lima");
    assert_eq!(uri(&used).as_deref(), Some("unix:///home/u/.colima/default/docker.sock"));

    let by_env = env(used, "DOCKER_CONTEXT", "far");
    assert_eq!(uri(&by_env).as_deref(), Some("tcp://10.0.0.1:2375"));

    let host = env(by_env.clone(), "DOCKER_HOST", "unix:///tmp/x.sock");
    assert_eq!(uri(&host).as_deref(), Some("unix:///tmp/x.sock"));
    assert_eq!(discover(&host).chosen.expect("chosen").why, "from DOCKER_HOST");

    let default = env(by_env, "DOCKER_CONTEXT", "default");
    assert_eq!(uri(&default).as_deref(), Some("unix:///var/run/docker.sock"));
}

#[test]
fn docker_config_moves_the_contexts() {
    let s = env(linux(), "DOCKER_CONFIG", "/etc/dk");
    let s = current(context(s, "/etc/dk", "a", "unix:///a.sock"), "/etc/dk", "a");
    assert_eq!(uri(&s).as_deref(), Some("unix:///a.sock"));
}

#[test]
fn well_known_sockets_in_turn() {
    for (path, what) in [
        ("/run/user/1000/docker.sock", "rootless Docker"),
        ("/home/u/.docker/desktop/docker.sock", "Docker Desktop"),
        ("/home/u/.colima/default/docker.sock", "Colima"),
        ("/home/u/.orbstack/run/docker.sock", "OrbStack"),
        ("/home/u/.rd/docker.sock", "Rancher Desktop"),
        ("/run/user/1000/podman/podman.sock", "rootless Podman"),
        ("/run/podman/podman.sock", "Podman"),
    ] {
        let s = socket(linux(), path, Probe::Answers);
        let chosen = discover(&s).chosen.expect(path);
        assert_eq!(chosen.uri, format!("unix://{path}"));
        assert!(chosen.why.contains(what), "{}", chosen.why);
    }
    let mac = Surroundings { os: Os::Mac, ..linux() };
    let mac = socket(mac, "/home/u/.local/share/containers/podman/machine/podman.sock", Probe::Answers);
    assert!(uri(&mac).is_some());
}

#[test]
fn the_docker_command_is_told_only_what_it_would_not_find() {
    let told = |s: &Surroundings| {
        let d = discover(s);
        let chosen = d.chosen.clone().expect("an engine");
        (!d.docker_finds(&chosen)).then_some(chosen.uri)
    };
    assert_eq!(told(&socket(linux(), DOCKER, Probe::Answers)), None);
    assert_eq!(told(&env(linux(), "DOCKER_HOST", "10.1.1.1:2375")), None);
    let colima = socket(linux(), "/home/u/.colima/default/docker.sock", Probe::Answers);
    assert!(told(&colima).is_some());
    assert_eq!(told(&env(colima, "DOCKER_HOST", "unix:///x.sock")), None);
}

#[test]
fn the_closed_socket_is_passed_over_and_told() {
    let s = socket(linux(), DOCKER, Probe::Denied);
    let d = discover(&s);
    assert_eq!(d.chosen, None);
    assert_eq!(d.problem(), Some(EngineError::Denied { at: "unix:///var/run/docker.sock".into() }));
    assert!(d.problem().expect("a problem").remedy().contains("usermod -aG docker"));

    let both = socket(s, "/run/user/1000/docker.sock", Probe::Answers);
    assert_eq!(uri(&both).as_deref(), Some("unix:///run/user/1000/docker.sock"));
}

#[test]
fn nothing_at_all() {
    let d = discover(&linux());
    assert_eq!((d.chosen.clone(), d.problem()), (None, Some(EngineError::Absent)));
    assert!(d.looked.len() >= 8);
    assert!(d.looked.iter().all(|l| l.outcome == Outcome::Absent));
    assert!(matches!(
        discover(&socket(linux(), DOCKER, Probe::Dead)).problem(),
        Some(EngineError::Unreachable { .. })
    ));
}

#[test]
fn what_is_configured_is_kept_even_when_silent() {
    let s = socket(linux(), DOCKER, Probe::Answers);
    let s = env(s, "DOCKER_HOST", "unix:///gone.sock");
    let d = discover(&s);
    assert_eq!(d.chosen.as_ref().expect("chosen").uri, "unix:///gone.sock");
    assert_eq!(d.looked[0].outcome, Outcome::Absent);
    assert_eq!(d.others().count(), 1);
}

#[test]
fn engines_elsewhere_are_taken_as_the_docker_command_takes_them() {
    for address in ["ssh://me@box", "ssh://lin@lab.example:2222/run/docker.sock", "tcp://h:2376", "https://h"]
    {
        let found = discover(&env(linux(), "DOCKER_HOST", address));
        let chosen = found.chosen.expect("it is taken");
        assert_eq!((chosen.uri.as_str(), chosen.tls), (address, None));
        assert_eq!(found.looked[0].outcome, Outcome::NotTried);
    }
    let bare = env(linux(), "DOCKER_HOST", "10.1.1.1:2375");
    assert_eq!(uri(&bare).as_deref(), Some("tcp://10.1.1.1:2375"));
    for (address, why) in [("ssh://me:secret@box", "password"), ("ssh://", "no host"), ("ftp://box", "kind")]
    {
        let problem = discover(&env(linux(), "DOCKER_HOST", address)).problem().expect("a problem");
        assert!(problem.to_string().contains(why), "{problem}");
        assert!(problem.remedy().contains("ssh://"), "{}", problem.remedy());
    }
}

#[test]
fn contexts_that_are_not_defined_are_named() {
    let gone = env(linux(), "DOCKER_CONTEXT", "nowhere");
    assert!(matches!(discover(&gone).problem(), Some(EngineError::Unsupported { .. })));
    // `docker context use` cannot override the variable.
    let named = discover(&env(linux(), "DOCKER_CONTEXT", "nosuch")).problem().expect("a problem").remedy();
    assert!(named.contains("unset DOCKER_CONTEXT") && !named.contains("context use"), "{named}");
}

#[test]
fn tls_comes_from_the_environment_or_from_the_context() {
    let tls_of = |s: &Surroundings| discover(s).chosen.and_then(|endpoint| endpoint.tls);
    let tls = |folder: &str, verify| Some(Tls { folder: folder.into(), verify });
    let host = |address: &str| env(linux(), "DOCKER_HOST", address);
    let far = host("tcp://h:2376");
    assert_eq!(tls_of(&far), None);
    let verify = env(far.clone(), "DOCKER_TLS_VERIFY", "1");
    assert_eq!(tls_of(&verify), tls("/home/u/.docker", true));
    assert_eq!(tls_of(&env(verify.clone(), "DOCKER_CERT_PATH", "/certs")), tls("/certs", true));
    assert_eq!(tls_of(&env(verify, "DOCKER_CONFIG", "/conf")), tls("/conf", true));
    assert_eq!(tls_of(&env(far, "DOCKER_TLS", "1")), tls("/home/u/.docker", false));
    // A socket and ssh have no use for it.
    assert_eq!(tls_of(&env(host("ssh://h"), "DOCKER_TLS_VERIFY", "1")), None);
    let here = socket(host("unix:///x.sock"), "/x.sock", Probe::Answers);
    assert_eq!(tls_of(&env(here, "DOCKER_TLS_VERIFY", "1")), None);

    let mut named = env(context(linux(), "/home/u/.docker", "c", "tcp://h:2376"), "DOCKER_CONTEXT", "c");
    assert_eq!(tls_of(&named), None);
    let folder = PathBuf::from("/home/u/.docker/contexts/tls").join(context_folder("c")).join("docker");
    named.tls.push(folder.clone());
    assert_eq!(tls_of(&named), Some(Tls { folder: folder.clone(), verify: true }));
    for text in named.files.values_mut() {
        *text = text.replace("\"Host\"", "\"SkipTLSVerify\": true, \"Host\"");
    }
    assert_eq!(tls_of(&named), Some(Tls { folder, verify: false }));
}

#[test]
fn another_machine_is_known_by_its_name() {
    for (uri, name) in [
        ("unix:///var/run/docker.sock", None),
        ("tcp://localhost:2375", None),
        ("tcp://127.0.0.1:2375", None),
        ("tcp://[::1]:2375", None),
        ("tcp://lab.example:2375", Some("lab.example")),
        ("tcp://10.0.0.5:2375/v1", Some("10.0.0.5")),
        ("http://[fe80::1]:2375", Some("[fe80::1]")),
        ("tcp://lab.example", Some("lab.example")),
        ("ssh://lin@lab.example:22", Some("lab.example")),
        ("ssh://localhost", None),
    ] {
        assert_eq!(Endpoint::at(uri, "").other_machine().as_deref(), name, "{uri}");
    }
}

#[test]
fn broken_files_are_as_good_as_none() {
    let mut s = socket(linux(), DOCKER, Probe::Answers);
    s.files.insert("/home/u/.docker/config.json".into(), "{ not json".into());
    assert_eq!(uri(&s).as_deref(), Some("unix:///var/run/docker.sock"));
}

#[test]
fn folder_of_a_context() {
    assert_eq!(context_folder("colima"), "f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16");
}
