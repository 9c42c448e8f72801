//! What a container publishes on the machine.

use super::asked::port::goal;
use super::finding::Finding;
use super::leaf::WATCHED;
use super::run::called;
use super::{PortAsked, PortMatch, advice};
use crate::facts::{Port, Run};

impl PortMatch {
    fn matches(&self, port: &Port) -> bool {
        let Some(host) = port.host else { return false };
        let ip = port.host_ip.as_deref().unwrap_or("0.0.0.0");
        self.container.is_none_or(|n| n.matches(port.container.into()))
            && self.host.is_none_or(|n| n.matches(host.into()))
            && self.ip.as_ref().is_none_or(|text| text.matches(ip))
    }
}

pub(super) fn held(asked: &PortAsked, run: &Run) -> Finding {
    if run.argv.is_none() {
        return Finding::unknown(
            format!("{} was gone before its ports could be looked at.", called(run)),
            WATCHED,
        );
    }
    let published = || run.ports.iter().filter(|port| port.host.is_some());
    let wanted = match asked {
        PortAsked::Nothing => {
            return match published().next() {
                None => Finding::yes(false),
                Some(port) => Finding::no(words(port), format!("it publishes {}", words(port))),
            };
        }
        PortAsked::Match(wanted) => wanted,
    };
    // On the host's own network there is nothing to publish: the program has the machine's ports.
    let on_host =
        run.networks.iter().any(|name| name == "host") && run.ports.iter().all(|p| p.host.is_none());
    // Inside and outside, a port is the same there.
    let is_one = wanted.host.is_none() || wanted.container.is_none() || wanted.host == wanted.container;
    if on_host && wanted.ip.is_none() && is_one {
        return Finding::yes(true);
    }
    if published().any(|port| wanted.matches(port)) {
        return Finding::yes(true);
    }
    let Some(port) = published().next_back() else {
        let exposed =
            run.ports.iter().find(|port| wanted.container.is_none_or(|n| n.matches(port.container.into())));
        let advice = match exposed {
            Some(_) => Some("EXPOSE is a note only: -p opens the port on your machine.".to_owned()),
            None => advice::option_late(run, &["-p", "--publish", "-P"]),
        };
        return Finding::no("no published port", "no port of it is published to your machine")
            .advising(advice);
    };
    let no = Finding::no(words(port), format!("it publishes {}, expected {}", words(port), goal(wanted)));
    no.advising(advice_for(wanted, port)).tried(true)
}

fn advice_for(wanted: &PortMatch, port: &Port) -> Option<String> {
    let host = i64::from(port.host?);
    let inside = i64::from(port.container);
    let right_inside = wanted.container.is_none_or(|n| n.matches(inside));
    let right_outside = wanted.host.is_none_or(|n| n.matches(host));
    if !right_inside
        && wanted.container.is_some_and(|n| n.matches(host))
        && wanted.host.is_some_and(|n| n.matches(inside))
    {
        return Some("The two numbers are the wrong way round: your machine's port comes first.".into());
    }
    match (right_inside, right_outside) {
        (false, true) => {
            Some("The number after the : is the port that the program in the container listens on.".into())
        }
        (true, false) => Some(
            "Right idea. The number before the : is the port of your machine: which one does the task name?"
                .into(),
        ),
        (true, true) => Some("Only the address of your machine is another one.".into()),
        (false, false) => None,
    }
}

/// `5000 of the container as 8080 of your machine`.
fn words(port: &Port) -> String {
    let host = port.host.map(|host| format!(" as {host} of your machine")).unwrap_or_default();
    let ip = port.host_ip.as_deref().filter(|ip| !matches!(*ip, "0.0.0.0" | "::"));
    let ip = ip.map(|ip| format!(", on {ip} alone")).unwrap_or_default();
    format!("{} of the container{host}{ip}", port.container)
}
