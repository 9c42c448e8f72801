//! What a container mounts: the same for `-v` and `--mount`.

use super::asked::mount::{file_of, word};
use super::asked::text::quoted;
use super::finding::Finding;
use super::leaf::WATCHED;
use super::run::called;
use super::{MountMatch, MountWord};
use crate::facts::{Evidence, Mount, MountKind, Place, Run};

pub(super) fn held(wanted: &MountMatch, run: &Run, evidence: &Evidence) -> Finding {
    if run.argv.is_none() {
        return Finding::unknown(
            format!("{} was gone before its mounts could be looked at.", called(run)),
            WATCHED,
        );
    }
    if run.mounts.is_empty() {
        return Finding::no("no mount", "nothing is mounted into it")
            .advising(super::advice::option_late(run, &["-v", "--volume", "--mount"]));
    }
    let mut looked = run.mounts.iter().map(|mount| (mount, difference(wanted, mount, run, evidence)));
    if looked.clone().any(|(_, differs)| differs.is_none()) {
        return Finding::yes(true);
    }
    // Of several the one that comes nearest: whose first difference comes last.
    let nearest = looked.clone().max_by_key(|(_, differs)| differs.as_ref().map(|d| d.0));
    let Some((mount, Some((_, differs, advice)))) = nearest.or_else(|| looked.next()) else {
        return Finding::no("no mount", "nothing is mounted into it");
    };
    Finding::no(words(mount), differs).advising(advice).tried(true)
}

fn words(mount: &Mount) -> String {
    let source = if mount.source.is_empty() { String::new() } else { format!("{} on ", mount.source) };
    format!("{} {source}{}", word(mount.kind), mount.target)
}

/// How far it was right, the first difference, and what to say of it.
type Differs = (u8, String, Option<String>);

fn difference(wanted: &MountMatch, mount: &Mount, run: &Run, evidence: &Evidence) -> Option<Differs> {
    let kind = match wanted.kind {
        Some(MountWord::Bind) => Some(MountKind::Bind),
        Some(MountWord::Volume) => Some(MountKind::Volume),
        Some(MountWord::Tmpfs) => Some(MountKind::Tmpfs),
        // Only a path of the machine can hold a file of the exercise.
        None => wanted.covers.as_ref().map(|_| MountKind::Bind),
    };
    if let Some(kind) = kind.filter(|kind| *kind != mount.kind) {
        let advice = match (kind, mount.kind) {
            (MountKind::Bind, MountKind::Volume) => Some(
                "A bare name before the : is a named volume. A path of your machine begins with / (or with ./ in newer versions)."
                    .to_owned(),
            ),
            (MountKind::Volume, MountKind::Bind) => {
                Some("What begins with / or . is a path of your machine; a volume has a bare name.".to_owned())
            }
            _ => None,
        };
        return Some((0, format!("it is {}, expected {}", words(mount), word(kind)), advice));
    }
    if let Some(path) = &wanted.covers
        && below(mount, path, run, &evidence.folders).is_none()
    {
        let file = file_of(path);
        return Some((
            1,
            format!("{} of your machine does not hold {file}", mount.source),
            not_there(mount, evidence),
        ));
    }
    if let Some(path) = &wanted.covers
        && evidence.places.get(&mount.source) == Some(&Place::EmptyFolder)
    {
        let differs = format!("{} is an empty folder, so {} is not in it", mount.source, file_of(path));
        return Some((1, differs, not_there(mount, evidence)));
    }
    if let Some(source) = &wanted.source
        && !source.matches(&mount.source)
    {
        let differs = format!("its source is {}, expected {}", quoted(&mount.source), source.describe());
        return Some((2, differs, not_there(mount, evidence)));
    }
    if let Some(target) = &wanted.target
        && !target.matches(mount.target.trim_end_matches('/'))
        && !target.matches(&mount.target)
    {
        let differs = format!("it is mounted on {}, expected {}", quoted(&mount.target), target.describe());
        return Some((
            3,
            differs,
            Some("The path inside the container stands after the first : (or after dst=).".into()),
        ));
    }
    match wanted.read_only {
        Some(true) if !mount.read_only => Some((4, "the container may write to it".into(), None)),
        Some(false) if mount.read_only => Some((4, "the container may only read it".into(), None)),
        _ => None,
    }
}

/// The source was not there, and the engine has made a folder of that name.
fn not_there(mount: &Mount, evidence: &Evidence) -> Option<String> {
    let made =
        mount.kind == MountKind::Bind && evidence.places.get(&mount.source) == Some(&Place::EmptyFolder);
    made.then(|| {
        format!(
            "{} was not there, so Docker made an empty folder of that name. Look at what stands before the first :, then remove the folder.",
            mount.source
        )
    })
}

/// Where the file lies below the source: nothing where it is the source itself, None where it lies elsewhere.
fn below(mount: &Mount, path: &str, run: &Run, folders: &[String]) -> Option<String> {
    // Docker Desktop names the machine's paths below folders of its own.
    let outside = ["/host_mnt", "/run/desktop/mnt/host"];
    let source = outside.iter().find_map(|prefix| mount.source.strip_prefix(prefix)).unwrap_or(&mount.source);
    let sources = [Some(source), run.linked.get(&mount.source).map(String::as_str)];
    let files = folders.iter().map(|folder| match file_of(path) {
        "" | "." => folder.trim_end_matches('/').to_owned(),
        file => format!("{}/{file}", folder.trim_end_matches('/')),
    });
    let in_source = |file: String| {
        sources.iter().flatten().find_map(|source| {
            let rest = file.strip_prefix(source.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
        })
    };
    files.into_iter().find_map(in_source)
}

/// The paths that a file of the exercise's folder has inside a container.
pub(super) fn paths_inside(path: &str, run: &Run, evidence: &Evidence) -> Vec<String> {
    let inside = |mount: &Mount| {
        let rest = below(mount, path, run, &evidence.folders)?;
        Some(format!("{}{rest}", mount.target.trim_end_matches('/')))
    };
    run.mounts.iter().filter(|mount| mount.kind == MountKind::Bind).filter_map(inside).collect()
}
