//! The filters of a prune, judged here because the guard answers a prune itself.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// What a prune was asked to be content with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filters {
    until: Vec<Timestamp>,
    labels: Vec<(String, Option<String>)>,
    not_labels: Vec<(String, Option<String>)>,
    /// `dangling` of images and `all` of volumes, as they were given.
    pub(super) dangling: Option<bool>,
    pub(super) all: bool,
}

impl Filters {
    /// `{"label":{"a=b":true}}` or `{"label":["a=b"]}`. What is not understood is an error: a prune that ignores a filter
    /// would delete too much.
    pub(super) fn of(text: Option<&str>, now: Timestamp) -> Result<Self, String> {
        let mut filters = Self::default();
        let text = text.unwrap_or_default();
        if text.is_empty() {
            return Ok(filters);
        }
        let Ok(Value::Object(given)) = serde_json::from_str(text) else {
            return Err("its filters could not be read".into());
        };
        for (key, values) in given {
            for value in strings(&values) {
                match key.as_str() {
                    "label" => filters.labels.push(label(&value)),
                    "label!" => filters.not_labels.push(label(&value)),
                    "until" => filters.until.push(
                        moment(&value, now)
                            .ok_or_else(|| format!("`until={value}` is not a time that it knows"))?,
                    ),
                    "dangling" => filters.dangling = Some(yes(&value)),
                    "all" => filters.all = yes(&value),
                    other => return Err(format!("it does not know the filter `{other}`")),
                }
            }
        }
        Ok(filters)
    }

    /// `labels` is the object's own JSON; `created` is None where the object does not say, which no `until` admits.
    pub(super) fn admit(&self, labels: &Value, created: Option<Timestamp>) -> bool {
        let has = |(key, value): &(String, Option<String>)| {
            labels.get(key).and_then(Value::as_str).is_some_and(|v| value.as_ref().is_none_or(|w| w == v))
        };
        self.labels.iter().all(has)
            && !self.not_labels.iter().any(has)
            && self.until.iter().all(|until| created.is_some_and(|created| created <= *until))
    }
}

fn strings(values: &Value) -> Vec<String> {
    match values {
        Value::Object(map) => {
            map.iter().filter(|(_, on)| **on != Value::Bool(false)).map(|(k, _)| k.clone()).collect()
        }
        Value::Array(list) => list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        Value::String(one) => vec![one.clone()],
        _ => Vec::new(),
    }
}

fn yes(value: &str) -> bool {
    matches!(value, "1" | "true" | "True" | "TRUE" | "t" | "T")
}

fn label(value: &str) -> (String, Option<String>) {
    match value.split_once('=') {
        Some((key, value)) => (key.into(), Some(value.into())),
        None => (value.into(), None),
    }
}

/// A time as the engine takes it: `10m` ago, seconds since 1970, or a date.
fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Some(ago) = duration(text) {
        return now.checked_sub(ago).ok();
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Timestamp::from_second(text.split('.').next()?.parse().ok()?).ok();
    }
    let local = |at: DateTime| TimeZone::system().to_ambiguous_timestamp(at).compatible().ok();
    text.parse::<Timestamp>().ok().or_else(|| text.parse::<DateTime>().ok().and_then(local)).or_else(|| {
        text.parse::<Date>().ok().and_then(|d| local(d.to_datetime(jiff::civil::Time::midnight())))
    })
}

/// Go's `1h30m`.
fn duration(text: &str) -> Option<SignedDuration> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|n| *n > 0)?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let (seconds, length) =
            [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)]
                .iter()
                .find(|(name, _)| unit.starts_with(name))
                .map(|(name, seconds)| (*seconds, name.len()))?;
        total += number * seconds;
        rest = &unit[length..];
    }
    (!text.is_empty()).then(|| SignedDuration::try_from_secs_f64(total).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    #[test]
    fn times() {
        let ago = |text: &str| moment(text, now()).map(|t| now().as_second() - t.as_second());
        assert_eq!(ago("10m"), Some(600));
        assert_eq!(ago("1h30m"), Some(5400));
        assert_eq!(ago("1799999990"), Some(10));
        assert_eq!(ago("1799999990.5"), Some(10));
        assert_eq!(moment("2026-01-02T03:04:05Z", now()), "2026-01-02T03:04:05Z".parse().ok());
        assert!(moment("2026-01-02", now()).is_some() && moment("2026-01-02T03:04:05", now()).is_some());
        for wrong in ["", "soon", "10", "m10", "10x"] {
            let taken = moment(wrong, now());
            assert!(taken.is_none() || wrong == "10", "{wrong}: {taken:?}");
        }
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        let of = |text: &str| Filters::of(Some(text), now());
        assert!(of(r#"{"colour":["red"]}"#).is_err());
        assert!(of("no json").is_err() && of(r#"{"until":["soon"]}"#).is_err());
        assert_eq!(of("{}"), Ok(Filters::default()));
        assert_eq!(of(r#"{"dangling":{"false":true}}"#).unwrap().dangling, Some(false));
        assert!(of(r#"{"all":["1"]}"#).unwrap().all);
    }

    #[test]
    fn both_forms_mean_the_same() {
        let labels = json!({"keep": "yes", "x": ""});
        let admits = |text: &str, age: i64| {
            let created = now().checked_sub(SignedDuration::from_secs(age)).ok();
            Filters::of(Some(text), now()).unwrap().admit(&labels, created)
        };
        for (text, age, is) in [
            (r#"{"label":{"keep":true}}"#, 0, true),
            (r#"{"label":["keep=yes"]}"#, 0, true),
            (r#"{"label":["keep=no"]}"#, 0, false),
            (r#"{"label!":["keep"]}"#, 0, false),
            (r#"{"label!":["other"]}"#, 0, true),
            (r#"{"until":["10m"]}"#, 601, true),
            (r#"{"until":["10m"]}"#, 599, false),
        ] {
            assert_eq!(admits(text, age), is, "{text} {age}");
        }
        assert!(!Filters::of(Some(r#"{"until":["10m"]}"#), now()).unwrap().admit(&labels, None));
    }
}
