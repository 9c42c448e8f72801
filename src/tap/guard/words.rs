//! The guard's sentences: what was kept, and how to have it done anyway.

use serde_json::Value;

use super::request::Object;
use crate::facts::short_id;

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
    format!(
        "pilotwhale kept the build cache: it also serves builds outside of this course, and {}.\n  {ANYWAY}",
        unanswered(asked)
    )
}

/// A call that is in no table of ours.
pub(super) fn unknown_refused(what: &str, asked: bool) -> String {
    format!(
        "pilotwhale stopped this ({what}): it could change something that was not made in this course, and {}.\n  {ANYWAY}",
        unanswered(asked)
    )
}

fn unanswered(asked: bool) -> &'static str {
    if asked { "the question about it was not answered with yes" } else { "nobody could be asked" }
}

/// One line of the question about a name that goes to another image.
pub(super) fn name_taken(name: &str, id: &str, is_last: bool) -> String {
    let short = short_id(id);
    let after =
        if is_last { "it has no other name, and may be gone then" } else { "it keeps its other names" };
    format!("the name {name}, which your image {short} has now; {after}")
}

/// What took the name is done.
pub(super) fn name_moved(name: &str, id: &str) -> String {
    let short = short_id(id);
    format!(
        "{name} was your image {short}, and is another one now. `docker tag {short} {name}` gives the name back"
    )
}

/// Nobody could be asked about a name that the learner's image had.
pub(super) fn name_passed_on(name: &str, id: &str, kept: Option<&str>) -> String {
    let short = short_id(id);
    match kept {
        Some(kept) => format!("{name} was your image {short}; it is kept as {kept}"),
        None => format!("{name} was a name of your image {short}, which keeps its other names"),
    }
}

pub(super) fn name_given_back(name: &str) -> String {
    format!("{name} is your own image, as before. What was loaded is here without that name")
}

pub(super) fn name_kept(name: &str, asked: bool) -> String {
    format!(
        "pilotwhale kept the name {name} for your image: it was not made in this course, and {}.\n  Take another name. {ANYWAY}",
        unanswered(asked)
    )
}

/// The engine could not say whose the name is.
pub(super) fn name_not_known(name: &str, why: &str) -> String {
    format!(
        "pilotwhale stopped this: it could not find out whether an image of yours has the name {name} ({why}).\n  Try again, or take another name."
    )
}

pub(super) fn volume_along(name: &str) -> String {
    let short: String = name.chars().take(12).collect();
    format!("volume {short}… (without a name of its own), which goes with its container")
}

pub(super) fn parent_along(id: &str) -> String {
    let short = short_id(id);
    format!("image {short} (without a name), which goes with what was built on it")
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
        Object::Image => vec![short_id(text("/Id")).to_owned()],
    };
    let more: Vec<String> = more.into_iter().filter(|part| !part.trim().is_empty()).collect();
    let line = format!("{} {name} ({})", what.word(), more.join(", "));
    line.chars().filter(|c| !c.is_control()).collect()
}
