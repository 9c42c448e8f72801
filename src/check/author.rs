//! Whether what was printed comes from the program that was asked for: by the words that ran, and by its seal.

use sha2::{Digest, Sha256};

use super::asked::text::quoted;
use super::finding::Finding;
use super::output::Said;
use super::printer::{Printer, Source, is_fed, of_terminal, of_words, only_said, typed_of};
use super::program::{exec_words, is_prompt};
use super::run::called;
use super::{OutputMatch, mount};
use crate::facts::{Evidence, Run, short_id};

/// Digits of a sum that are a seal.
const SEAL: usize = 8;

/// None where the right program printed it.
pub(super) fn differs(wanted: &OutputMatch, said: &Said<'_>, evidence: &Evidence) -> Option<Finding> {
    if let Some(text) = &wanted.seal
        && let Some(finding) = unsealed(text, said)
    {
        return Some(finding);
    }
    let argv = match said.exec {
        Some(exec) => exec_words(&exec.line),
        // Of one that was not inspected only the events are known, and `program` says so.
        None => said.run.argv.clone()?,
    };
    if let Some(finding) = echoed(wanted, &argv, said) {
        return Some(finding);
    }
    let by = wanted.by.as_ref()?;
    let line = wanted.line.as_ref();
    let text = &said.output.text;
    let source = wanted.read_from.as_ref().map(|path| Source { names: names(path, said.run, evidence) });
    let judge = |source: Option<&Source>| match said.tty && is_prompt(&argv) {
        true => of_terminal(text, by, line, source),
        false => of_words(&argv, by, line, text, source),
    };
    let found = format!("{} ran {}", called(said.run), quoted(&argv.join(" ")));
    match judge(None) {
        Printer::Asked => {}
        Printer::Another(words) => {
            let what = if words.is_empty() { "something else".to_owned() } else { quoted(&words) };
            return Some(
                Finding::no(found, format!("the line was printed by {what}, not by {by}")).advising(Some(
                    format!("Let {by} print it: the line must be a part of its own program."),
                )),
            );
        }
    }
    let source = source?;
    let at_own_prompt = said.tty && is_fed(&argv, by) && typed_of(text, &source);
    if at_own_prompt || judge(Some(&source)) == Printer::Asked {
        return None;
    }
    let file = wanted.read_from.as_deref().unwrap_or_default().trim_start_matches("./");
    Some(
        Finding::no(found, format!("{by} did not read its program from the {file} that is mounted")).advising(
            Some(format!(
                "The mount is there, and nothing in the container uses it. Give {by} the path that {file} has inside the container."
            )),
        ),
    )
}

fn echoed(wanted: &OutputMatch, argv: &[String], said: &Said<'_>) -> Option<Finding> {
    let may = wanted.echoed?;
    let is_it = |found: &str| {
        wanted.line.as_ref().is_none_or(|line| line.matches(found))
            && wanted.contains.as_ref().is_none_or(|part| found.contains(part))
    };
    let echo = only_said(argv, said.tty && is_prompt(argv), &said.output.text, &is_it);
    if echo.is_some() == may {
        return None;
    }
    let found = format!("{} ran {}", called(said.run), quoted(&argv.join(" ")));
    Some(match echo {
        Some(words) => {
            Finding::no(found, format!("{} only says what was typed", quoted(&words))).advising(Some(
                "The text must come out of what the task speaks of: let a command read it there.".to_owned(),
            ))
        }
        None => Finding::no(found, "no command such as echo said it"),
    })
}

/// What stands for a file of the exercise's folder in a container that sees it through a mount.
fn names(path: &str, run: &Run, evidence: &Evidence) -> Vec<String> {
    let mut names = mount::paths_inside(path, run, evidence);
    names.push(path.trim_start_matches("./").to_owned());
    let last = |name: &String| name.rsplit('/').next().map(str::to_owned);
    names.extend(names.iter().filter_map(last).collect::<Vec<_>>());
    // As a module is called.
    let stem = |name: &String| Some(name.rsplit_once('.')?.0.to_owned()).filter(|stem| !stem.is_empty());
    names.extend(names.iter().filter_map(stem).collect::<Vec<_>>());
    names.sort();
    names.dedup();
    names
}

fn unsealed(text: &str, said: &Said<'_>) -> Option<Finding> {
    let run = said.run;
    let own = [run.hostname.as_str(), short_id(&run.id)];
    let seals = own.map(|hostname| seal(text, hostname));
    let shown =
        || said.output.text.lines().filter_map(|line| line.trim().strip_prefix("seal:")).map(str::trim);
    if shown().any(|found| seals.iter().any(|seal| seal == found)) {
        return None;
    }
    let differs = match shown().next() {
        Some(_) => "the seal that it printed is not of this container",
        None => "the line came without its seal, so another program printed it",
    };
    Some(Finding::no(format!("the output of {}", called(run)), differs).advising(Some(
        "The program in the exercise's folder prints a seal below its line. Let the container run that program, as it is."
            .to_owned(),
    )))
}

/// What only a program can know that runs in this container.
fn seal(text: &str, hostname: &str) -> String {
    let sum = Sha256::digest(format!("{} {hostname}", text.trim()));
    let digits: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.chars().take(SEAL).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{OutputMatch, output};
    use crate::facts::{Evidence, Mount, MountKind, Output, Run};

    fn told(asked: Value, run: &Run) -> String {
        let wanted: OutputMatch = serde_json::from_value(asked).unwrap();
        let evidence = Evidence { folders: vec!["/home/ana/x".into()], ..Evidence::default() };
        output::held(&wanted, run, &evidence).differs
    }

    fn run(argv: &[&str], text: &str) -> Run {
        Run {
            id: "4f1c2d3e4a5b66778899".into(),
            argv: Some(argv.iter().map(|word| (*word).to_owned()).collect()),
            output: Some(Output { text: text.into(), truncated: false }),
            ..Run::default()
        }
    }

    #[test]
    fn a_seal_is_of_the_text_and_of_the_container() {
        // printf 'tok 4f1c2d3e4a5b' | sha256sum; printf 'tok web' | sha256sum
        let asked = || json!({"line": "done", "seal": "tok"});
        let by_id = super::seal("tok", "4f1c2d3e4a5b");
        let by_name = super::seal("tok", "web");
        assert_eq!(by_id.len(), 8);
        assert_ne!(by_id, by_name);
        assert_eq!(told(asked(), &run(&["/x"], &format!("done\nseal: {by_id}"))), "");
        let named = Run { hostname: "web".into(), ..run(&["/x"], &format!("done\nseal: {by_name}")) };
        assert_eq!(told(asked(), &named), "");
        assert!(
            told(asked(), &run(&["/x"], &format!("done\nseal: {by_name}"))).contains("not of this container")
        );
        assert!(told(asked(), &run(&["/x"], "done")).contains("without its seal"));
    }

    #[test]
    fn what_echo_says_was_not_found() {
        let asked = || json!({"contains": "ID=alpine", "echoed": false});
        assert_eq!(told(asked(), &run(&["cat", "/etc/os-release"], "NAME=x\nID=alpine")), "");
        let said = told(asked(), &run(&["echo", "ID=alpine"], "ID=alpine"));
        assert_eq!(said, "\"echo ID=alpine\" only says what was typed");
        let asked = || json!({"line": "hi", "echoed": true});
        assert_eq!(told(asked(), &run(&["echo", "hi"], "hi")), "");
        assert!(told(asked(), &run(&["cat", "x"], "hi")).contains("no command such as echo"));
    }

    #[test]
    fn the_mounted_file_must_be_what_ran() {
        let asked = || json!({"line": "done", "by": "python", "read-from": "./hello.py"});
        let mount = |source: &str, target: &str| Mount {
            kind: MountKind::Bind,
            source: source.into(),
            target: target.into(),
            read_only: false,
        };
        let with = |run: Run, mount: Mount| Run { mounts: vec![mount], stdin_open: true, ..run };
        let folder = || mount("/home/ana/x", "/w");
        assert_eq!(told(asked(), &with(run(&["python", "/w/hello.py"], "done"), folder())), "");
        assert!(told(asked(), &with(run(&["python", "-"], "done"), folder())).contains("did not read"));
        let renamed = mount("/home/ana/x/hello.py", "/x.py");
        assert_eq!(told(asked(), &with(run(&["python", "/x.py"], "done"), renamed)), "");
        let prompt = Run { tty: true, ..run(&["python3"], ">>> import hello\ndone\n>>> exit()") };
        assert_eq!(told(asked(), &with(prompt, folder())), "");
        let pasted = Run { tty: true, ..run(&["python3"], ">>> print(\"done\")\ndone\n>>> exit()") };
        assert!(told(asked(), &with(pasted, folder())).contains("did not read"));
        let echo = told(asked(), &with(run(&["sh", "-c", "python -V; echo done"], "done"), folder()));
        assert!(echo.contains("printed by \"echo done\""), "{echo}");
    }
}
