//! What a container has that its image has not: values of variables, and packages.

use super::asked::text::words;
use super::condition::unseen;
use super::finding::Finding;
use super::program;
use super::run::called;
use crate::facts::{MountKind, Run};

/// The image must not know the value.
pub(super) fn variable(name: &str, run: &Run) -> Finding {
    match &run.env_given {
        Some(given) if given.contains(name) => Finding::yes(false),
        Some(_) if run.env_names.iter().any(|known| known == name) => Finding::no(
            format!("{name} from the image"),
            format!("its image sets {name} to the same value, so it does not come from outside"),
        )
        .advising(Some(format!(
            "An image that knows the value can't run elsewhere with another one unnoticed. Leave ENV {name} out of the Dockerfile, build again, and give the value with -e or --env-file."
        )))
        .tried(true),
        Some(_) => Finding::no(format!("no variable {name}"), format!("{name} is not set in it")),
        None => unseen(run, "its variables"),
    }
}

/// Words that pip and uv print when they have put something somewhere.
const DONE: [&str; 2] = ["Successfully installed ", "Installed "];
/// What installs packages, as it stands in a command.
const INSTALLERS: [&str; 5] = ["pip", "uv", "apt-get", "apt", "venv"];

pub(super) fn installs(wanted: bool, run: &Run) -> Finding {
    let found = found(run);
    match (wanted, found) {
        (true, Some(_)) | (false, None) => Finding::yes(false),
        (true, None) => {
            Finding::no(format!("the files of {}", called(run)), "no package was installed in it")
        }
        (false, Some(what)) => Finding::no(
            format!("{what} in {}", called(run)),
            format!("packages came into it from elsewhere than its image: {what}"),
        )
        .advising(Some(
            "RUN installs them while building: then they are in the image, and every container of it starts with them."
                .to_owned(),
        ))
        .tried(true),
    }
}

/// What shows that packages came in from outside. The container's own file system tells; what goes to a volume or to
/// memory is not in it, and there the installer's own words do. Of what was gone before it was looked at, the command.
fn found(run: &Run) -> Option<String> {
    if let Some(path) = run.packages.as_ref().and_then(|paths| paths.first()) {
        return Some(path.clone());
    }
    let argv = run.argv.as_deref().unwrap_or_default();
    let commands = program::commands(argv);
    let installing = commands.into_iter().find(|words| {
        let installs = words.iter().any(|word| ["install", "sync", "venv"].contains(&word.as_str()));
        let by = words.iter().any(|word| INSTALLERS.iter().any(|name| program::same(word, name)));
        installs && by
    })?;
    let elsewhere =
        run.mounts.iter().any(|mount| mount.kind != MountKind::Bind) || leads_elsewhere(&installing);
    let says = |line: &str| DONE.iter().any(|done| line.trim_start().starts_with(done));
    let printed = run.output.as_ref().is_some_and(|output| output.text.lines().any(says));
    (run.packages.is_none() || printed || elsewhere).then(|| words(&installing))
}

/// Whether the command says where to put them.
fn leads_elsewhere(words: &[String]) -> bool {
    words.iter().any(|word| {
        let name = word.split('=').next().unwrap_or(word);
        ["--target", "-t", "--prefix", "--root", "--user", "venv"].contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verdict::Known;
    use crate::facts::{Mount, Output};

    fn run(argv: &[&str], packages: Option<&[&str]>) -> Run {
        Run {
            argv: Some(argv.iter().map(|word| (*word).to_owned()).collect()),
            packages: packages.map(|all| all.iter().map(|path| (*path).to_owned()).collect()),
            ..Run::default()
        }
    }

    fn installs_none(run: &Run) -> bool {
        installs(false, run).known == Known::Yes
    }

    #[test]
    fn packages_of_the_image_are_no_change_of_the_container() {
        let at_start = ["sh", "-c", "pip install -r requirements.txt && flask run"];
        let there = ["/usr/lib/python3/site-packages/flask.dist-info"];
        assert!(installs_none(&run(&["flask", "run"], Some(&[]))));
        assert!(!installs_none(&run(&["flask", "run"], Some(&there))));
        // What is there already is not installed.
        assert!(installs_none(&run(&at_start, Some(&[]))));
        // Gone before it was looked at: its command tells.
        assert!(installs_none(&run(&["flask", "run"], None)));
        assert!(!installs_none(&run(&at_start, None)));
        assert_eq!(installs(true, &run(&["flask"], Some(&there))).known, Known::Yes);
        assert_eq!(installs(true, &run(&["flask"], Some(&[]))).known, Known::No);
    }

    #[test]
    fn what_goes_to_memory_or_to_a_volume_is_told_by_the_installer() {
        for text in
            ["pip install --target /tmp/t flask; flask run", "python -m venv /tmp/v && /tmp/v/bin/flask run"]
        {
            assert!(!installs_none(&run(&["sh", "-c", text], Some(&[]))), "{text}");
        }
        let start = ["sh", "-c", "uv pip install flask && flask run"];
        let said = |text: &str| Run {
            output: Some(Output { text: text.into(), truncated: false }),
            ..run(&start, Some(&[]))
        };
        assert!(!installs_none(&said("Installed 7 packages in 3ms")));
        assert!(installs_none(&said("Audited 1 package in 3ms")));
        let volume =
            Mount { kind: MountKind::Volume, source: "v".into(), target: "/v".into(), read_only: false };
        assert!(!installs_none(&Run { mounts: vec![volume], ..run(&start, Some(&[])) }));
    }

    #[test]
    fn a_value_of_the_image_does_not_come_from_outside() {
        let with = |given: Option<&[&str]>| Run {
            env_names: vec!["STAGE".into()],
            env_given: given.map(|all| all.iter().map(|name| (*name).to_owned()).collect()),
            ..Run::default()
        };
        assert_eq!(variable("STAGE", &with(Some(&["STAGE"]))).known, Known::Yes);
        let no = variable("STAGE", &with(Some(&[])));
        assert!(no.known == Known::No && no.differs.contains("its image sets STAGE"));
        assert_eq!(variable("OTHER", &with(Some(&["STAGE"]))).known, Known::No);
        assert_eq!(variable("STAGE", &with(None)).known, Known::Unknown);
    }
}
