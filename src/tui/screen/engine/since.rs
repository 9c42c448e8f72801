//! From when on a log is wanted: a span before now, a time of the day, or a date.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, ZonedDateTime};

/// What was typed, and the moment that it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Since {
    pub(super) text: String,
    pub(super) at: Timestamp,
}

impl Since {
    /// `10m`, `1h30m` and `2 days` are before now; `14:30` is the last time that it was so late; a date is its first moment.
    pub(super) fn read(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Self> {
        let now = now.to_zoned_datetime(zone.clone());
        let at = read(text.trim(), &now)?;
        Some(Self { text: text.to_owned(), at: at.timestamp() })
    }
}

fn read(text: &str, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    if text.contains('-') {
        let zone = now.time_zone().clone();
        let instant = text.parse::<Timestamp>().ok().map(|at| at.to_zoned_datetime(zone.clone()));
        return instant.or_else(|| text.parse::<DateTime>().ok()?.to_zoned_datetime(zone).ok());
    }
    if text.contains(':') {
        let today = now.with().time(text.parse::<Time>().ok()?).build().ok()?;
        return if today <= *now { Some(today) } else { today.checked_sub(1.day()).ok() };
    }
    let span: Span = text.parse().ok()?;
    now.checked_sub(span.abs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_times_and_dates_are_read() {
        let zone = TimeZone::get("Europe/Berlin").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(1)));
        let now: Timestamp = "2026-11-30T13:00:00Z".parse().unwrap();
        for (text, at) in [
            ("10m", "2026-11-30T12:50:00Z"),
            ("90s", "2026-11-30T12:58:30Z"),
            ("1h30m", "2026-11-30T11:30:00Z"),
            ("2 days", "2026-11-28T13:00:00Z"),
            ("13:30", "2026-11-30T12:30:00Z"),
            ("13:30:05", "2026-11-30T12:30:05Z"),
            ("14:30", "2026-11-29T13:30:00Z"),
            ("2026-11-29", "2026-11-28T23:00:00Z"),
            ("2026-11-29 08:00", "2026-11-29T07:00:00Z"),
            ("2026-11-29T08:00:00Z", "2026-11-29T08:00:00Z"),
            (" 10m ", "2026-11-30T12:50:00Z"),
        ] {
            let read = Since::read(text, now, &zone).map(|since| since.at.to_string());
            assert_eq!(read.as_deref(), Some(at), "{text}");
        }
        for text in ["", "ten", "10", "25:00", "2026-13-01", "9999999999 years"] {
            assert_eq!(Since::read(text, now, &zone), None, "{text}");
        }
    }
}
