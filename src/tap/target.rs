//! What a request is aimed at, taken apart once: everybody who judges, names or hides reads the same.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Method, version of the engine's API, path and query.
///
/// The engine's router takes `/v` with digits and dots for a version, decodes a path once, and reads a query as forms are
/// written: <https://docs.docker.com/reference/api/engine/>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// In capitals.
    pub method: String,
    /// Path and query as they were sent, without the version.
    sent: String,
    /// As it was sent, `/v1.43`; empty where there is none.
    prefix: String,
    /// Decoded, without the version.
    path: String,
    query: Vec<(String, String)>,
}

impl Target {
    /// `sent` is path and query, as the client wrote them.
    pub fn of(method: &str, sent: &str) -> Self {
        let sent = sent.split('#').next().unwrap_or_default();
        let (prefix, sent) = sent.split_at(version_ends(sent));
        let (path, query) = sent.split_once('?').unwrap_or((sent, ""));
        Self {
            method: method.to_uppercase(),
            prefix: prefix.to_owned(),
            path: percent_decode_str(path).decode_utf8_lossy().into_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            sent: sent.to_owned(),
        }
    }

    /// Decoded, without the version.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Path and query as they were sent, without the version.
    pub fn sent(&self) -> &str {
        &self.sent
    }

    /// The version as it was sent, `/v1.43`; empty where there is none.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The parts of the path: `["containers", "web", "stop"]`.
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The first value of this name that is not empty.
    pub fn arg(&self, name: &str) -> Option<&str> {
        self.args(name).next()
    }

    /// All values of this name that are not empty.
    pub fn args(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// Whether the client speaks at least this version; one that names none gets the engine's newest.
    pub fn speaks(&self, major: u32, minor: u32) -> bool {
        let Some(version) = self.prefix.strip_prefix("/v") else { return true };
        let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (major, minor)
    }
}

/// Where the version at the beginning of a target ends: 0 where there is none.
fn version_ends(sent: &str) -> usize {
    let Some(rest) = sent.strip_prefix("/v") else { return 0 };
    let digits = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let is_version = rest.starts_with(|c: char| c.is_ascii_digit()) && rest[digits..].starts_with('/');
    if is_version { "/v".len() + digits } else { 0 }
}

/// One value of a query: percent signs undone, and a plus is a blank. A broken percent sign stands for itself.
pub(super) fn decoded_value(value: &str) -> String {
    percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// What RFC 3986 calls unreserved stays.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// For a path segment or a query value of our own requests.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_what_the_engines_router_takes_for_one() {
        let parts = |sent: &str| {
            let target = Target::of("get", sent);
            (target.prefix().to_owned(), target.sent().to_owned())
        };
        for (sent, prefix, rest) in [
            ("/v1.41/info", "/v1.41", "/info"),
            ("/v1.41.2/info?x", "/v1.41.2", "/info?x"),
            ("/v2/info", "/v2", "/info"),
            ("/volumes", "", "/volumes"),
            ("/version", "", "/version"),
            ("/v/info", "", "/v/info"),
            ("/v.1/info", "", "/v.1/info"),
            ("/v1.41", "", "/v1.41"),
            ("/v1.41?x=/", "", "/v1.41?x=/"),
            ("*", "", "*"),
            ("", "", ""),
        ] {
            assert_eq!(parts(sent), (prefix.to_owned(), rest.to_owned()), "{sent}");
        }
        let speaks = |sent: &str| Target::of("GET", sent).speaks(1, 42);
        assert!(speaks("/v1.42/x") && speaks("/v2.0/x") && speaks("/x") && !speaks("/v1.41/x"));
    }

    #[test]
    fn paths_and_queries_are_decoded_once_and_each_in_its_way() {
        let target = Target::of("delete", "/v1.43/%63ontainers/a+b%252F?t=a+b%2Bc&t=&t=2&empty=&bad=%zz%4#x");
        assert_eq!(target.method, "DELETE");
        assert_eq!(target.segments(), ["containers", "a+b%2F"]);
        assert_eq!(target.args("t").collect::<Vec<_>>(), ["a b+c", "2"]);
        assert_eq!((target.arg("empty"), target.arg("bad")), (None, Some("%zz%4")));
        assert_eq!(Target::of("GET", "/%C3%A4%ff").path(), "/ä\u{fffd}");
        assert_eq!(decoded_value("a+b%2Fc%"), "a b/c%");
        assert_eq!(encode("a/b c~ä"), "a%2Fb%20c~%C3%A4");
    }
}
