//! What the engine's list says in words only: exit code, health and ages, read out of `Exited (137) 2 minutes ago`.

use jiff::{SignedDuration, Timestamp};

use crate::facts::Health;

/// The parts of a status line that are facts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Status {
    pub exit_code: Option<i64>,
    pub health: Option<Health>,
    /// How long ago the last change was; as rough as the words are.
    pub age: Option<SignedDuration>,
}

/// Reads `Up 5 minutes (healthy)`, `Exited (1) 3 hours ago`, `Restarting (127) 2 seconds ago`; anything else is no facts.
pub(super) fn parse_status(text: &str) -> Status {
    let mut status = Status::default();
    let mut rest = text.trim();
    if let Some(tail) = rest.strip_prefix("Exited (").or_else(|| rest.strip_prefix("Restarting ("))
        && let Some((code, tail)) = tail.split_once(')')
    {
        status.exit_code = code.trim().parse().ok();
        rest = tail.trim().trim_end_matches("ago").trim();
        status.age = parse_age(rest);
        return status;
    }
    if let Some(tail) = rest.strip_prefix("Up ") {
        let (age, note) = tail.split_once('(').map_or((tail, ""), |(a, n)| (a, n.trim_end_matches(')')));
        status.age = parse_age(age.trim());
        status.health = match note {
            "healthy" => Some(Health::Healthy),
            "unhealthy" => Some(Health::Unhealthy),
            "health: starting" | "starting" => Some(Health::Starting),
            _ => None,
        };
    }
    status
}

fn parse_age(words: &str) -> Option<SignedDuration> {
    let words = words.trim_start_matches("About ");
    if words.starts_with("Less than a second") {
        return Some(SignedDuration::ZERO);
    }
    let (count, unit) = words.split_once(' ')?;
    let count: i64 = match count {
        "a" | "an" => 1,
        n => n.parse().ok()?,
    };
    let seconds = match unit.trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 604_800,
        "month" => 2_592_000,
        "year" => 31_536_000,
        _ => return None,
    };
    count.checked_mul(seconds).map(SignedDuration::from_secs)
}

/// A point in time as the engine writes it; year 1 means 'never'.
pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    if text.is_empty() || text.starts_with("0001-01-01") {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines() {
        let table = [
            ("Exited (137) 2 minutes ago", Some(137), None, Some(120)),
            ("Exited (0) About an hour ago", Some(0), None, Some(3600)),
            ("Exited (1) Less than a second ago", Some(1), None, Some(0)),
            ("Exited (0) 3 weeks ago", Some(0), None, Some(1_814_400)),
            ("Restarting (127) 5 seconds ago", Some(127), None, Some(5)),
            ("Up 5 seconds", None, None, Some(5)),
            ("Up About a minute (healthy)", None, Some(Health::Healthy), Some(60)),
            ("Up 2 hours (unhealthy)", None, Some(Health::Unhealthy), Some(7200)),
            ("Up 3 seconds (health: starting)", None, Some(Health::Starting), Some(3)),
            ("Up 4 days (Paused)", None, None, Some(345_600)),
            ("Created", None, None, None),
            ("Dead", None, None, None),
            ("", None, None, None),
            ("Exited (", None, None, None),
            ("Up", None, None, None),
        ];
        for (text, exit_code, health, age) in table {
            let age = age.map(SignedDuration::from_secs);
            assert_eq!(parse_status(text), Status { exit_code, health, age }, "{text}");
        }
    }

    #[test]
    fn times() {
        assert_eq!(parse_time("0001-01-01T00:00:00Z"), None);
        assert_eq!(parse_time(""), None);
        assert!(parse_time("2026-11-23T23:20:41.123456789Z").is_some());
        assert!(parse_time("2026-11-23T23:20:41+02:00").is_some());
    }
}
