//! Judging files in the exercise's folder.

use super::FileMatch;
use super::asked::text::quoted;
use super::text::{only_looks_right, only_looks_to_hold};
use super::verdict::Verdict;
use crate::facts::{Evidence, Place};

pub(super) fn judge(wanted: &FileMatch, evidence: &Evidence) -> Verdict {
    let expected = wanted.describe();
    let path = wanted.path.trim_start_matches("./");
    let place = place_of(path, evidence);
    let not_right = |differs: String| Verdict::NotRight {
        expected: wanted.describe(),
        found: format!("the file {path}"),
        nearest: None,
        differs,
        advice: None,
    };
    match (place, wanted.exists.unwrap_or(true)) {
        (None, _) => {
            return Verdict::CouldNotCheck {
                reason: format!("{path} was not looked at."),
                remedy: "Check again.".into(),
            };
        }
        (Some(Place::Missing), false) => return Verdict::Pass { found: format!("{path} is not there") },
        (Some(Place::Missing), true) => {
            let advice = "The name counts letter by letter, with its ending.";
            return missing(path, expected, advice, evidence);
        }
        (Some(_), false) => return not_right("it is there".into()),
        (Some(Place::Folder | Place::EmptyFolder), true) => {
            return not_right("it is a folder, not a file".into());
        }
        (Some(place @ (Place::Outside | Place::Special)), true) => return not_right(unread(place).into()),
        (Some(Place::File), true) => {}
    }
    match wanted.difference(evidence) {
        None => Verdict::Pass { found: format!("the file {path} is there") },
        Some(differs) => not_right(differs),
    }
}

fn unread(place: Place) -> &'static str {
    match place {
        Place::Outside => "it is a link that leads out of the exercise's folder, so it is not read",
        _ => "it is no regular file, so it is not read",
    }
}

fn place_of(path: &str, evidence: &Evidence) -> Option<Place> {
    evidence.folders.first().and_then(|folder| evidence.places.get(&format!("{folder}/{path}"))).copied()
}

/// Of a file that is not there, or is not read: one that has nearly its name is meant to be it.
pub(super) fn missing(path: &str, expected: String, advice: &str, evidence: &Evidence) -> Verdict {
    if let Some(place @ (Place::Outside | Place::Special)) = place_of(path, evidence) {
        return Verdict::NotRight {
            expected,
            found: format!("the file {path}"),
            nearest: None,
            differs: unread(place).into(),
            advice: None,
        };
    }
    match evidence.listing.iter().find(|name| is_near(name, path)) {
        None => Verdict::NotYet { expected },
        Some(near) => Verdict::NotRight {
            expected,
            found: format!("the file {near}"),
            nearest: Some(near.clone()),
            differs: format!("its name is {near}, expected {path}"),
            advice: Some(advice.into()),
        },
    }
}

/// `Dockerfile.txt`, `dockerfile`, `Hello.py`.
fn is_near(name: &str, wanted: &str) -> bool {
    let (name, wanted) = (name.to_lowercase(), wanted.to_lowercase());
    let stem = |text: &str| text.rsplit_once('.').map_or(text.to_owned(), |(stem, _)| stem.to_owned());
    name == wanted || stem(&name) == wanted || (!stem(&wanted).is_empty() && name == stem(&wanted))
}

impl FileMatch {
    fn difference(&self, evidence: &Evidence) -> Option<String> {
        let file = evidence.files.get(self.path.trim_start_matches("./"));
        let text = file.and_then(|file| file.text.as_deref()).unwrap_or_default();
        if let Some(part) = self.contains.as_ref().filter(|part| !text.contains(part.as_str())) {
            let alike = only_looks_to_hold(text, part).map(|odd| format!(": {odd}"));
            return Some(format!("{} is not in it{}", quoted(part), alike.unwrap_or_default()));
        }
        if let Some(line) = self.line.as_ref().filter(|line| !text.lines().any(|l| line.matches(l))) {
            let alike = text.lines().find_map(|l| only_looks_right(l, line)).map(|odd| format!(": {odd}"));
            return Some(format!("no line of it is {}{}", line.as_object("one"), alike.unwrap_or_default()));
        }
        if let Some(pattern) = self.regex.as_ref().filter(|pattern| !pattern.is_match(text)) {
            return Some(format!("nothing in it matches the pattern {}", quoted(pattern.as_str())));
        }
        let sum = file.map(|file| file.sha256.as_str()).unwrap_or_default();
        self.sha256
            .as_ref()
            .filter(|wanted| !wanted.eq_ignore_ascii_case(sum))
            .map(|_| "its content is another".into())
    }
}
