//! The guard's sentences: what was kept, and how to have it done anyway.

use serde_json::Value;

use super::request::Object;

const ANYWAY: &str = "To do it anyway, run the command in a terminal outside of pilotwhale.";

pub(super) fn fallback(what: Object) -> &'static str {
    match what {
        Object::Container => "docker rm",
        Object::Network => "docker network rm",
        Object::Volume => "docker volume rm",
        Object::Image => "docker rmi",
    }
}

/// Nobody could be asked.
pub(super) fn kept(what: Object, name: &str, command: &str) -> String {
    format!(
        "pilotwhale kept your {} \"{name}\": it was not made in this course, so `{command}` was stopped.\n  {ANYWAY}",
        what.word()
    )
}

pub(super) fn said_no(what: Object, name: &str) -> String {
    format!(
        "pilotwhale kept your {} \"{name}\": it was not made in this course, and the question about it was not answered with yes.\n  {ANYWAY}",
        what.word()
    )
}

/// The name stands for something else than when it was asked about.
pub(super) fn another(what: Object, name: &str) -> String {
    format!(
        "pilotwhale removed nothing: \"{name}\" is another {} now than the one that was asked about.\n  Run the command again.",
        what.word()
    )
}

/// The engine could not say what it is.
pub(super) fn not_known(what: Object, name: &str, why: &str) -> String {
    format!(
        "pilotwhale did not remove the {} \"{name}\": it could not find out whether the course made it ({why}).\n  Try again, or run the command in a terminal outside of pilotwhale.",
        what.word()
    )
}

pub(super) fn prune_refused(what: Object, why: &str) -> String {
    format!(
        "pilotwhale removed no {}s: it prunes only what the course made, and could not find that out ({why}).\n  {ANYWAY}",
        what.word()
    )
}

pub(super) fn cache_refused(asked: bool) -> String {
    let why = if asked { "the question about it was not answered with yes" } else { "nobody could be asked" };
    format!(
        "pilotwhale kept the build cache: it also serves builds outside of this course, and {why}.\n  {ANYWAY}"
    )
}

pub(super) fn disturbed(verb: &str, name: &str) -> String {
    format!("docker {verb}: the container {name} is not of this course, it is yours")
}

pub(super) fn pruned(what: Object, left: usize) -> String {
    match left {
        1 => format!("Pruned what the course made; 1 {} of yours was left alone", what.word()),
        n => format!("Pruned what the course made; {n} {}s of yours were left alone", what.word()),
    }
}

/// One line of the question: what it is, so that it can be told from others.
pub(super) fn object(what: Object, name: &str, look: &Value) -> String {
    let text = |path: &str| look.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let more: Vec<String> = match what {
        Object::Container => {
            let state = text("/State/Status");
            vec![
                format!("from {}", text("/Config/Image")),
                if state.is_empty() { String::new() } else { format!("now {state}") },
            ]
        }
        Object::Volume | Object::Network => vec![format!("driver {}", text("/Driver"))],
        Object::Image => vec![text("/Id").trim_start_matches("sha256:").chars().take(12).collect()],
    };
    let more: Vec<String> = more.into_iter().filter(|part| !part.trim().is_empty()).collect();
    let line = format!("{} {name} ({})", what.word(), more.join(", "));
    line.chars().filter(|c| !c.is_control()).collect()
}
