//! What servers answered: on the published ports of a container, and at addresses of this machine.

use super::asked::names;
use super::asked::text::quoted;
use super::bound::{Bound, Object};
use super::finding::{Finding, Found};
use super::run::called;
use super::text::only_looks_right;
use super::verdict::Verdict;
use super::{AnswerOfPort, HttpMatch, Number, Text, advice};
use crate::facts::{Evidence, HttpAnswer, Run, Silence};

/// None where the answer is as asked for.
fn difference(status: Option<Number>, body: Option<&Text>, answer: &HttpAnswer) -> Option<String> {
    let line = one_line(&answer.body);
    let said = if line.is_empty() { String::new() } else { format!("; its text says {}", quoted(&line)) };
    if let Some(wanted) = status.filter(|wanted| !wanted.matches(answer.status.into())) {
        return Some(format!(
            "it answered with status {}, expected {}{said}",
            answer.status,
            wanted.describe()
        ));
    }
    let wanted = body.filter(|wanted| !wanted.matches(&answer.body))?;
    let alike = only_looks_right(&answer.body, wanted).map(|odd| format!(": {odd}")).unwrap_or_default();
    let expected = format!("expected {}", wanted.as_object("a text"));
    Some(match answer.status {
        200..300 => {
            let shown: String = answer.body.trim().chars().take(200).collect();
            format!("it answered {}, {expected}{alike}", quoted(&shown))
        }
        status => format!("it answered with status {status}, {expected}{said}"),
    })
}

/// One line of an answer that tells what it is: the title of a page, or the first line that has words.
fn one_line(body: &str) -> String {
    let title = body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    let text = title.map_or(body, |(title, _)| title);
    let bare = |line: &str| {
        let mut inside = false;
        let kept = line.chars().filter(|c| {
            let tag = inside || *c == '<';
            inside = tag && *c != '>';
            !tag
        });
        kept.collect::<String>().trim().to_owned()
    };
    let is_page = body.trim_start().starts_with('<');
    let mut lines = text.lines().map(|line| if is_page { bare(line) } else { line.trim().to_owned() });
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    first.chars().take(120).collect()
}

fn air_play(answer: &HttpAnswer) -> Option<String> {
    answer.server.contains("AirTunes").then(|| {
        "That was AirPlay of macOS, which listens on port 5000. Turn AirPlay Receiver off in the settings, or publish another port."
            .to_owned()
    })
}

fn silent(silence: Silence) -> (&'static str, &'static str) {
    match silence {
        Silence::Refused => ("nobody listens on the port", "Is the program up? Its log tells: docker logs."),
        Silence::Closed => (
            "the connection was closed without an answer",
            "Docker passes the port on, but nothing listens on it inside the container. Which port and which address does the program listen on? 127.0.0.1 in a container is the container alone; 0.0.0.0 is reachable from outside.",
        ),
        Silence::Slow => ("no answer came in time", "Is the program busy, or does it wait for something?"),
        Silence::Strange => ("what came back is not HTTP", "Which program listens on that port?"),
    }
}

/// Its log says that it listens on the container's own address alone.
fn own_ear(run: &Run) -> Option<String> {
    let text = &run.output.as_ref()?.text;
    if ["0.0.0.0", "[::]", "*:"].iter().any(|all| text.contains(all)) {
        return None;
    }
    let own = text.lines().rfind(|line| line.contains("127.0.0.1") || line.contains("localhost"))?;
    let line: String = own.trim().chars().take(200).collect();
    Some(format!(
        "Its log says: «{line}». 127.0.0.1 in a container is the container alone; 0.0.0.0 is reachable from outside."
    ))
}

/// Exit codes of a program that did its work, and of one that was ended: by Ctrl-C, docker stop, or a kill.
const NO_FAILURE: [i64; 4] = [0, 130, 143, 137];

pub(super) fn held(wanted: &AnswerOfPort, run: &Run) -> Finding {
    let probes = || run.probes.iter().filter(|probe| probe.path == wanted.path());
    let answers = || probes().filter_map(|probe| probe.outcome.as_ref().ok());
    let right = |answer: &&HttpAnswer| difference(wanted.status, wanted.body.as_ref(), answer).is_none();
    if answers().any(|answer| right(&answer)) {
        return Finding::yes(true);
    }
    if let Some(answer) = answers().next_back()
        && let Some(differs) = difference(wanted.status, wanted.body.as_ref(), answer)
    {
        return Finding::no(format!("an answer of {}", called(run)), differs)
            .advising(air_play(answer))
            .tried(true);
    }
    // Its own end says more than silence, and whether anybody asked in time is chance.
    if let Some(code) = run.exit_code.filter(|code| !run.is_running() && !NO_FAILURE.contains(code)) {
        return Finding::no(
            format!("no answer of {}", called(run)),
            format!("it ended with exit code {code}, and no answer of it was seen"),
        )
        .advising(advice::ended(run).or(Some("Its log tells why: docker logs.".to_owned())))
        .tried(true);
    }
    if let Some(silence) = probes().filter_map(|probe| probe.outcome.as_ref().err()).next_back() {
        let (differs, advice) = silent(*silence);
        let own = (*silence == Silence::Closed).then(|| own_ear(run)).flatten();
        return Finding::no(format!("no answer of {}", called(run)), differs)
            .advising(own.or(Some(advice.to_owned())))
            .tried(true);
    }
    let reachable =
        run.ports.iter().any(|port| port.host.is_some()) || run.networks.iter().any(|n| n == "host");
    if run.argv.is_some() && !reachable {
        return Finding::no("no published port", "no port of it is published, so nobody can ask it");
    }
    if run.is_running() {
        return Finding::pending();
    }
    Finding::unknown(
        format!("{} had ended before it could be asked for an answer.", called(run)),
        "Let it run for some seconds while pilotwhale is open.",
    )
}

pub(super) fn look<'e>(wanted: &HttpMatch, bound: &Bound<'e>, evidence: &'e Evidence) -> Found<'e> {
    Found::of_words(judge(wanted, bound, evidence))
}

fn judge(wanted: &HttpMatch, bound: &Bound<'_>, evidence: &Evidence) -> Verdict {
    let expected = wanted.describe();
    let not_right = |found: String, differs: String, advice: Option<String>| Verdict::NotRight {
        expected: wanted.describe(),
        found,
        nearest: None,
        differs,
        advice,
    };
    let server = wanted.served_by.as_deref().and_then(names::bare).and_then(|name| bound.get(name));
    let serves = |run: &Run| {
        let on_host = run.networks.iter().any(|n| n == "host");
        run.is_running() && (on_host || run.ports.iter().any(|port| port.host == wanted.port()))
    };
    match evidence.fetched.get(&wanted.url) {
        None => Verdict::CouldNotCheck {
            reason: format!("{} was not asked for an answer.", wanted.url),
            remedy: "Check again.".into(),
        },
        Some(Err(silence)) => {
            let (differs, advice) = silent(*silence);
            let ended = match server {
                Some(Object::Run(run)) if !run.is_running() => advice::ended(run),
                _ => None,
            };
            let advice = ended.unwrap_or_else(|| advice.to_owned());
            match (silence, server) {
                // Nothing was started yet.
                (Silence::Refused, None) => Verdict::NotYet { expected },
                _ => not_right(format!("no answer from {}", wanted.url), differs.into(), Some(advice)),
            }
        }
        Some(Ok(answer)) => {
            if let Some(differs) = difference(wanted.status, wanted.body.as_ref(), answer) {
                return not_right(format!("an answer from {}", wanted.url), differs, air_play(answer));
            }
            match server {
                Some(Object::Run(run)) if !serves(run) => not_right(
                    format!("an answer from {}", wanted.url),
                    format!("it does not come from {}", called(run)),
                    Some(
                        "Another program of your machine, or another container, listens on that port.".into(),
                    ),
                ),
                _ => {
                    Verdict::Pass { found: format!("{} answered with status {}", wanted.url, answer.status) }
                }
            }
        }
    }
}
