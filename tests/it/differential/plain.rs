//! What a command printed, without what differs from one run of it to the next.

use std::sync::LazyLock;

use regex::Regex;

/// In this order: what stands first may hold what comes later.
static CHANGING: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| ?[+-]\d\d:?\d\d( [A-Z]+)?)?", "TIME"),
        (r"\b[0-9a-f]{64}\b", "ID"),
        (r"\b[0-9a-f]{12}\b", "ID"),
        (r"(Less than a second|About a minute|\d+ (second|minute|hour|day)s?)( ago)?", "AGO"),
        (r"\b(127\.0\.0\.1|0\.0\.0\.0|\[?::\]?):\d+\b", "PORT"),
        (r"\b(10|172|192)\.\d+\.\d+\.\d+\b", "ADDRESS"),
        // docker's own names for containers
        (r"\b[a-z]+_[a-z]+\d?  ", "NAME  "),
        (r"[ \t]+", " "),
        (r" \n", "\n"),
        // podman's word for a container that ended, until it has tidied up behind it
        (r"\bin state (stopped|exited)\b", "in state ENDED"),
        // BuildKit says how long this took, and says it twice, where it had the time to
        (r"(?m)^naming to .*\n", ""),
    ]
    .map(|(pattern, word)| (Regex::new(pattern).expect("a pattern"), word))
    .into()
});

/// `told` are texts that are known to differ, with the words that stand for them.
pub(super) fn plain(printed: &[u8], told: &[(&str, &str)]) -> String {
    let mut text = String::from_utf8_lossy(printed).into_owned();
    for (changing, word) in told {
        text = text.replace(changing, word);
        // some are printed without the scheme
        text = text.replace(changing.trim_start_matches("unix://"), word);
    }
    for (pattern, word) in CHANGING.iter() {
        text = pattern.replace_all(&text, *word).into_owned();
    }
    text.trim_end().to_owned()
}

#[test]
fn only_what_changes_is_replaced() {
    let printed = b"CONTAINER ID   STATUS\n0123456789ab   Up 3 seconds   127.0.0.1:32768->80/tcp\n";
    assert_eq!(plain(printed, &[]), "CONTAINER ID STATUS\nID Up AGO PORT->80/tcp");
    let [stopped, exited] =
        ["stopped", "exited"].map(|state| plain(format!("is in state {state}: x").as_bytes(), &[]));
    assert_eq!(stopped, exited);
    let printed = b"Cannot connect to unix:///tmp/x.sock, or /tmp/x.sock. exit code 3";
    assert_eq!(
        plain(printed, &[("unix:///tmp/x.sock", "HOST")]),
        "Cannot connect to HOST, or HOST. exit code 3"
    );
}
