//! The calls that change something and pass unasked, because they can't harm what the course did not make.
//!
//! What only looks passes, and what deletes, makes or disturbs is judged by `request`. A call that is in none of these
//! is asked about: a belt that lists what is dangerous is always one release behind. After the API of Docker up to 1.52
//! (<https://docs.docker.com/reference/api/engine/version/v1.52/>) and Podman's own, below `/libpod`
//! (<https://docs.podman.io/en/latest/_static/api.html>).

/// Method and path without the version; `{}` is one part of a path, `**` one or more.
const ALLOWED: &[(&str, &str)] = &[
    ("POST", "auth"),
    ("POST", "build/cancel"),
    ("POST", "containers/{}/start"),
    ("POST", "containers/{}/wait"),
    ("POST", "containers/{}/attach"),
    ("POST", "containers/{}/resize"),
    ("POST", "exec/{}/start"),
    ("POST", "exec/{}/resize"),
    ("POST", "images/**/push"),
    ("POST", "networks/{}/connect"),
    ("POST", "networks/{}/disconnect"),
    // they only add something
    ("POST", "plugins/pull"),
    ("POST", "plugins/create"),
    ("POST", "services/create"),
    ("POST", "secrets/create"),
    ("POST", "configs/create"),
    ("POST", "libpod/containers/{}/init"),
    ("POST", "libpod/containers/{}/start"),
    ("POST", "libpod/containers/{}/wait"),
    ("POST", "libpod/containers/{}/attach"),
    ("POST", "libpod/containers/{}/resize"),
    ("POST", "libpod/exec/{}/start"),
    ("POST", "libpod/exec/{}/resize"),
    // what is known of a command that has ended: podman exec does it after each
    ("POST", "libpod/exec/{}/remove"),
    ("POST", "libpod/images/**/push"),
    ("POST", "libpod/networks/{}/connect"),
    ("POST", "libpod/networks/{}/disconnect"),
    ("POST", "libpod/pods/create"),
    ("POST", "libpod/pods/{}/start"),
    ("POST", "libpod/secrets/create"),
];

/// Whether a call can't harm anything, whoever made it.
pub(super) fn is_harmless(method: &str, segments: &[&str]) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
        || ALLOWED.iter().any(|(of, path)| *of == method && fits(path, segments))
}

fn fits(pattern: &str, segments: &[&str]) -> bool {
    let (before, after) = pattern.split_once("**").unwrap_or((pattern, ""));
    let (before, after): (Vec<&str>, Vec<&str>) = (split(before), split(after));
    let same = |pattern: &[&str], given: &[&str]| {
        pattern.len() == given.len() && pattern.iter().zip(given).all(|(p, g)| *p == "{}" || p == g)
    };
    if !pattern.contains("**") {
        return same(&before, segments);
    }
    segments.len() > before.len() + after.len()
        && same(&before, &segments[..before.len()])
        && same(&after, &segments[segments.len() - after.len()..])
}

fn split(pattern: &str) -> Vec<&str> {
    pattern.split('/').filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_for_parts_and_names_of_images_may_hold_slashes() {
        let harmless = |method: &str, path: &str| is_harmless(method, &split(path));
        for path in ["containers/web/start", "images/a/push", "images/r:5000/a/b/push", "plugins/pull"] {
            assert!(harmless("POST", path), "{path}");
        }
        for path in
            ["containers/start", "containers/a/b/start", "images/push", "plugins/pull/x", "", "future"]
        {
            assert!(!harmless("POST", path), "{path}");
        }
        assert!(harmless("GET", "future/thing") && !harmless("DELETE", "plugins/pull"));
    }
}
