//! Refuses the requests that may be read in two ways, by their path or by where their body ends, before anybody judges them.

use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::{HeaderMap, Method, Request, Uri};
use percent_encoding::percent_decode_str;

/// Why a request is refused; for the one who sent it.
pub(super) fn fault<B>(request: &Request<B>) -> Option<&'static str> {
    target_fault(request.method(), request.uri()).or_else(|| body_fault(request.headers()))
}

fn target_fault(method: &Method, uri: &Uri) -> Option<&'static str> {
    if method == Method::CONNECT {
        return Some("CONNECT is not a request to an engine");
    }
    if uri.scheme().is_some() || uri.authority().is_some() {
        return Some("the path must begin with a slash, without an address before it");
    }
    path_fault(uri.path())
}

/// hyper has refused most of it already, and has taken a length beside chunks away. It goes by the last coding, and passes on all.
fn body_fault(headers: &HeaderMap) -> Option<&'static str> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let known = codings.next().is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if !known || codings.next().is_some() {
        return Some("the body may be sent in chunks, and in no other coding");
    }
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let digits = lengths.next().is_none_or(|length| length.as_bytes().iter().all(u8::is_ascii_digit));
    (!digits || lengths.next().is_some()).then_some("the length of the body is not one number")
}

/// `path` is as it was sent, without its query.
fn path_fault(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("the path must begin with a slash");
    }
    if path.bytes().any(|b| b <= b' ' || b >= 0x7f || b == b'\\') {
        return Some("the path holds characters that must be percent-encoded");
    }
    // What the engine will read: it decodes once, then looks for these and answers with another address.
    let Some(plain) = decoded(path) else { return Some("the path has a percent sign without two digits") };
    if plain.contains(&0) {
        return Some("the path holds a zero");
    }
    // No client writes a plain dot like this; there is one reason to.
    if path.to_ascii_lowercase().contains("%2e") {
        return Some("the path hides a dot");
    }
    let mut segments = plain.split(|b| *b == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            b"." | b".." => return Some("the path has . or .. in it"),
            // a slash at the very end is no empty part
            b"" if segments.peek().is_some() => return Some("the path has // in it"),
            _ => {}
        }
    }
    None
}

/// None where a percent sign stands without its two digits.
fn decoded(path: &str) -> Option<Vec<u8>> {
    let whole = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    path.split('%').skip(1).all(whole).then(|| percent_decode_str(path).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_clients_send_passes() {
        for path in [
            "/_ping",
            "/v1.45/containers/json",
            "/v1.45/containers/web.1/json",
            "/v1.41/images/docker.io/library/alpine:3.19/json",
            "/images/registry.example:5000%2Fteam%2Fapp/push",
            "/images/sha256:abcdef/history",
            "/volumes/..data",
            "/volumes/",
            "/",
        ] {
            assert_eq!(path_fault(path), None, "{path}");
        }
    }

    #[test]
    fn what_may_be_read_in_two_ways_does_not() {
        for path in [
            "//containers/json",
            "/containers//json",
            "/containers/../images/x",
            "/containers/./x",
            "/..",
            "/.",
            "/x/%2e%2e/y",
            "/x/%2E/y",
            "/x%2f..%2fy",
            "/x%2f%2Fy",
            "/x/%",
            "/x/%2",
            "/x/%zz",
            "/x/%00",
            "/x\\y",
            "*",
            "x",
            "",
        ] {
            assert!(path_fault(path).is_some(), "{path}");
        }
        let refused =
            |method: &str, uri: &str| target_fault(&method.parse().unwrap(), &uri.parse().unwrap()).is_some();
        assert!(refused("GET", "http://docker/containers/json"));
        assert!(refused("CONNECT", "docker:80"));
        assert!(refused("OPTIONS", "*"));
        assert!(!refused("GET", "/containers/json?filters=%2e%2e//"));
    }

    /// The way the engine's router cleans a path that it has decoded.
    fn cleaned(plain: &str) -> String {
        let mut kept: Vec<&str> = Vec::new();
        for segment in plain.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    kept.pop();
                }
                other => kept.push(other),
            }
        }
        let end = if plain.ends_with('/') && !kept.is_empty() { "/" } else { "" };
        format!("/{}{end}", kept.join("/"))
    }

    proptest! {
        #[test]
        fn what_passes_is_what_the_engine_would_not_change(path in "/([a-z./]|%2[eEfF]|%[0-9a-f]{2}|%){0,24}") {
            if path_fault(&path).is_none() {
                let plain = String::from_utf8_lossy(&decoded(&path).unwrap()).into_owned();
                prop_assert_eq!(cleaned(&plain), plain);
            }
        }

        #[test]
        fn plain_names_pass(names in prop::collection::vec("[a-z0-9][a-zA-Z0-9_.:@-]{0,12}", 1..6)) {
            prop_assert_eq!(path_fault(&format!("/{}", names.join("/"))), None);
        }

        #[test]
        fn anything_is_answered(path in "\\PC{0,40}") {
            let _ = path_fault(&path);
        }
    }
}
