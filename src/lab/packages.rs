//! Packages that a container holds and its image does not: installed after its start, or mounted into it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::facts::{Mount, MountKind, Run};

/// Paths that are kept of one container: enough to say that there are some.
const KEPT: usize = 10;
/// Folders below a mount that are looked into, and how deep: a venv is four deep.
const MOST: usize = 500;
const DEEP: usize = 5;

/// Those of one container; None where it can't be looked at, as where it is gone meanwhile.
pub(super) async fn look(engine: &Engine, run: &Run) -> Option<Vec<String>> {
    let added = engine.added(&run.id).await.ok()?;
    let mut found: Vec<String> = added.into_iter().filter(|path| is_package(path)).collect();
    found.extend(run.mounts.iter().flat_map(|mount| mounted(mount, run)));
    found.truncate(KEPT);
    Some(found)
}

/// What pip, uv, apt and others write for each package, wherever they put it. A compiled file is none.
fn is_package(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let of_system = path.starts_with("/var/lib/dpkg/info/") && name.ends_with(".list");
    name.ends_with(".dist-info") || name.ends_with(".egg-info") || name.ends_with(".whl") || of_system
}

/// Those of a folder of this machine, where the program is led there: by a word of its command, or by a variable such
/// as `PYTHONPATH`. A folder that is mounted for something else may hold packages, too.
fn mounted(mount: &Mount, run: &Run) -> Vec<String> {
    let target = mount.target.trim_end_matches('/');
    let leads = |text: &String| {
        text.match_indices(target).any(|(at, _)| {
            let after = text[at + target.len()..].chars().next();
            after.is_none_or(|c| matches!(c, '/' | ':') || c.is_whitespace())
        })
    };
    let paths = |env: &BTreeMap<String, String>| {
        ["PYTHONPATH", "PATH", "VIRTUAL_ENV", "PYTHONHOME"]
            .iter()
            .any(|name| env.get(*name).is_some_and(leads))
    };
    let led = paths(&run.env) || run.argv.iter().flatten().any(leads);
    if mount.kind != MountKind::Bind || target.is_empty() || !led {
        return Vec::new();
    }
    let source = run.linked.get(&mount.source).unwrap_or(&mount.source);
    let below = packages_below(Path::new(source));
    below.into_iter().map(|path| format!("{target}/{}", path.display())).collect()
}

fn packages_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    let mut looked = 0;
    while let Some((path, depth)) = open.pop() {
        looked += 1;
        let Ok(all) = std::fs::read_dir(&path) else { continue };
        for entry in all.flatten() {
            let path = entry.path();
            if is_package(&path.to_string_lossy()) {
                found.extend(path.strip_prefix(folder).map(Path::to_owned));
            } else if depth < DEEP && looked < MOST && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push((path, depth + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_installer_writes_is_a_package_and_a_compiled_file_is_none() {
        for path in [
            "/usr/local/lib/python3.13/site-packages/flask-3.1.2.dist-info",
            "/tmp/t/redis-8.1.0.dist-info",
            "/srv/old.egg-info",
            "/tmp/flask.whl",
            "/var/lib/dpkg/info/curl.list",
        ] {
            assert!(is_package(path), "{path}");
        }
        for path in [
            "/usr/lib/python3.13/json/__pycache__/tool.cpython-313.pyc",
            "/app/api.log",
            "/tmp/t/redis-8.1.0.dist-info/METADATA",
            "/app/api.py",
        ] {
            assert!(!is_package(path), "{path}");
        }
    }

    #[test]
    fn a_mounted_folder_counts_where_the_program_is_led_to_its_packages() {
        let dir = tempfile::tempdir().unwrap();
        let venv = dir.path().join("venv/lib/python3.13/site-packages/flask-3.dist-info");
        std::fs::create_dir_all(venv).unwrap();
        let mount = |source: &Path, target: &str| Mount {
            kind: MountKind::Bind,
            source: source.display().to_string(),
            target: target.into(),
            read_only: false,
        };
        let run = |argv: &[&str], env: &[(&str, &str)]| Run {
            argv: Some(argv.iter().map(|w| (*w).to_owned()).collect()),
            env: env.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            ..Run::default()
        };
        let app = mount(dir.path(), "/app");
        let expected = ["/app/venv/lib/python3.13/site-packages/flask-3.dist-info"];
        assert_eq!(mounted(&app, &run(&["/app/venv/bin/flask", "run"], &[])), expected);
        assert_eq!(mounted(&app, &run(&["flask"], &[("PATH", "/bin:/app/venv/bin")])), expected);
        // The folder is there for its api.py, and a venv of the machine's own lies beside it.
        assert!(mounted(&app, &run(&["flask", "--app", "api", "run"], &[])).is_empty());
        assert!(mounted(&mount(dir.path(), "/app"), &run(&["/application/flask"], &[])).is_empty());
    }
}
