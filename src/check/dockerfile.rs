//! Judging Dockerfiles: by what their instructions say, not by how they are written.

use super::asked::dockerfile::NAMES;
use super::asked::file::is_inside;
use super::file::missing;
use super::verdict::{Known, Verdict};
use super::{DockerfileMatch, Form, advice, build, image};
use crate::facts::reference::{Reference, names_of};
use crate::facts::{Evidence, Image};

/// One instruction: its name in capital letters, and the rest of its lines as one.
struct Instruction {
    name: String,
    rest: String,
}

/// Comments and empty lines are left out, lines that go on are put together, and the bodies of here-documents are dropped.
fn instructions(text: &str) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    let mut open: Option<String> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (line, goes_on) = match line.strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line, false),
        };
        let whole = format!("{}{line}", open.take().unwrap_or_default());
        if goes_on {
            open = Some(whole + " ");
            continue;
        }
        let (name, rest) = whole.split_once(char::is_whitespace).unwrap_or((&whole, ""));
        let end = rest
            .split_once("<<")
            .map(|(_, word)| word.trim_start_matches('-').trim_matches(['"', '\'']).to_owned());
        found.push(Instruction { name: name.to_uppercase(), rest: rest.trim().to_owned() });
        if let Some(end) = end.and_then(|word| word.split_whitespace().next().map(str::to_owned)) {
            let _ = lines.by_ref().find(|line| line.trim() == end);
        }
    }
    found
}

/// The image of the last stage, with arguments put in and names of stages followed.
fn base(text: &str) -> Option<String> {
    let all = instructions(text);
    let mut arguments: Vec<(String, String)> = Vec::new();
    let mut stages: Vec<(String, String)> = Vec::new();
    let mut last = None;
    for instruction in &all {
        if instruction.name == "ARG"
            && let Some((name, value)) = instruction.rest.split_once('=')
        {
            arguments.push((name.trim().to_owned(), value.trim().trim_matches('"').to_owned()));
        }
        if instruction.name != "FROM" {
            continue;
        }
        let mut words = instruction.rest.split_whitespace().filter(|word| !word.starts_with("--"));
        let mut image = words.next()?.to_owned();
        for (name, value) in &arguments {
            image = image.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
        }
        if let Some((_, of_stage)) = stages.iter().find(|(name, _)| name.eq_ignore_ascii_case(&image)) {
            image.clone_from(of_stage);
        }
        if let (Some(_), Some(name)) = (words.next(), words.next()) {
            stages.push((name.to_owned(), image.clone()));
        }
        last = Some(image);
    }
    last
}

/// Every name of the image that a FROM names, as far as it is on the engine: a digest, an id and a name that was given
/// on this machine stand for an image that has others as well. A tag speaks for itself among those of its own repository:
/// `python:3` is not `python:3-slim`, also where one image has both names today.
pub(super) fn names_of_base(written: &str, evidence: &Evidence) -> Vec<Reference> {
    let mut names: Vec<Reference> = Reference::parse(written).into_iter().collect();
    let is_it = |image: &&Image| {
        let own = names_of(image);
        let by_name = names.iter().any(|name| match &name.digest {
            Some(digest) => own.iter().any(|own| own.digest.as_ref() == Some(digest)) || image.id == *digest,
            None => own.contains(name),
        });
        by_name || image.id == written
    };
    let here = evidence.images.iter().find(is_it).map(names_of).unwrap_or_default();
    let own_repo = names.iter().find(|name| name.digest.is_none()).map(|name| name.repo.clone());
    names.extend(here.into_iter().filter(|other| own_repo.as_ref() != Some(&other.repo)));
    names
}

/// The Dockerfiles that the learner's builds were told to read, the newest first, and what a build reads by itself.
fn read_by_builds(evidence: &Evidence) -> impl Iterator<Item = &str> {
    evidence.seen.iter().rev().filter_map(build::dockerfile).chain(NAMES)
}

/// The bases that are written in them.
pub(super) fn bases(evidence: &Evidence) -> impl Iterator<Item = String> {
    let texts = read_by_builds(evidence).filter_map(|path| evidence.files.get(path)?.text.as_deref());
    texts.filter_map(base)
}

pub(super) fn judge(wanted: &DockerfileMatch, evidence: &Evidence) -> Verdict {
    let expected = wanted.describe();
    let mut first = None;
    for path in wanted.paths(evidence) {
        let Some(text) = evidence.files.get(path).and_then(|file| file.text.as_deref()) else { continue };
        match wanted.difference(path, &instructions(text), base(text).as_deref(), evidence) {
            Ok(()) => return Verdict::Pass { found: format!("{path} is as asked for") },
            Err(verdict) => first = first.or(Some(*verdict)),
        }
    }
    let advice = "docker build looks for a file of just that name, without an ending. Some editors add one.";
    first.unwrap_or_else(|| missing(wanted.path(), expected, advice, evidence))
}

impl DockerfileMatch {
    fn paths<'a>(&'a self, evidence: &'a Evidence) -> Vec<&'a str> {
        match self.path {
            Some(_) => vec![self.path()],
            None => read_by_builds(evidence).collect(),
        }
    }

    fn difference(
        &self,
        path: &str,
        all: &[Instruction],
        base: Option<&str>,
        evidence: &Evidence,
    ) -> Result<(), Box<Verdict>> {
        let not_right = |found: String, differs: String, advice: Option<String>| {
            let expected = self.describe();
            Err(Box::new(Verdict::NotRight { expected, found, nearest: None, differs, advice }))
        };
        let of = |name: &str| all.iter().filter(|i| i.name == name).collect::<Vec<_>>();
        if let Some(from) = &self.from {
            let Some(base) = base else {
                return not_right(path.into(), "it has no FROM".into(), None);
            };
            match from.known(&names_of_base(base, evidence)) {
                Known::Yes => {}
                Known::Unknown | Known::Pending => {
                    let (reason, remedy) = image::untold_tag(base, from);
                    return Err(Box::new(Verdict::CouldNotCheck { reason, remedy }));
                }
                Known::No => {
                    let differs = format!("it begins with {base}, expected {}", from.describe());
                    return not_right(format!("FROM {base}"), differs, None);
                }
            }
        }
        for name in &self.has {
            if of(&name.to_uppercase()).is_empty() {
                return not_right(path.into(), format!("it has no {}", name.to_uppercase()), None);
            }
        }
        if let Some(file) = &self.copies
            && !copied(all, file)
        {
            let advice = Some("What is in the image is only what was copied into it.".to_owned());
            return not_right(path.into(), format!("nothing copies {file} into the image"), advice);
        }
        let last = all.iter().rfind(|i| matches!(i.name.as_str(), "CMD" | "ENTRYPOINT"));
        if let Some(form) = self.cmd_form {
            let Some(last) = last else {
                return not_right(path.into(), "it has no CMD and no ENTRYPOINT".into(), None);
            };
            let is = if is_list(&last.rest) { Form::Exec } else { Form::Shell };
            if is != form {
                let list = last.rest.starts_with('[').then(|| advice::list_fault(&last.rest));
                let advice = list.map(|fault| format!("Docker takes it as text for a shell: {fault}"));
                let differs = format!("{} {} is written in the {} form", last.name, last.rest, is.word());
                return not_right(format!("{} {}", last.name, last.rest), differs, advice);
            }
        }
        let cmds = of("CMD").len();
        match self.cmds.filter(|wanted| !wanted.matches(i64::try_from(cmds).unwrap_or(i64::MAX))) {
            None => Ok(()),
            Some(wanted) => {
                let advice = (cmds > 1).then(|| "Only the last CMD counts.".to_owned());
                not_right(path.into(), format!("it has {cmds} CMD, expected {}", wanted.describe()), advice)
            }
        }
    }
}

/// Whether a Dockerfile takes this file of the build's folder into the image.
pub(super) fn copies(text: &str, file: &str) -> bool {
    copied(&instructions(text), file)
}

fn copied(all: &[Instruction], file: &str) -> bool {
    all.iter().flat_map(sources).any(|source| takes(&source, file))
}

/// The files that it names by themselves, without patterns and folders that are meant as a whole.
pub(super) fn named_files(text: &str) -> Vec<String> {
    let all = instructions(text);
    let named = all.iter().flat_map(sources).map(|source| source.trim_start_matches("./").to_owned());
    named
        .filter(|source| is_inside(source) && !source.contains(['*', '?', '$', ':']) && source != ".")
        .collect()
}

/// What a COPY or ADD takes from the build's folder. From another stage or image, it is not the learner's file.
fn sources(instruction: &Instruction) -> Vec<String> {
    if !matches!(instruction.name.as_str(), "COPY" | "ADD") {
        return Vec::new();
    }
    let words: Vec<&str> = instruction.rest.split_whitespace().collect();
    let options = words.iter().take_while(|word| word.starts_with("--")).count();
    if words[..options].iter().any(|word| word.starts_with("--from")) {
        return Vec::new();
    }
    let rest = words[options..].join(" ");
    let mut sources = serde_json::from_str::<Vec<String>>(&rest).unwrap_or_else(|_| {
        rest.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
    });
    sources.pop();
    sources
}

/// Whether what a COPY names holds the file: by its name, its folder, `.`, or a pattern.
fn takes(source: &str, file: &str) -> bool {
    let file = file.trim_start_matches("./");
    let source = source.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    let inside = file.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let all = matches!(source, "" | "." | "*");
    let by_pattern = source.split_once('*').is_some_and(|(before, after)| {
        file.len() >= before.len() + after.len() && file.starts_with(before) && file.ends_with(after)
    });
    inside || all || by_pattern
}

fn is_list(rest: &str) -> bool {
    serde_json::from_str::<Vec<String>>(rest).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::facts::TextFile;

    fn told(asked: Value, text: &str) -> String {
        let file = TextFile { text: Some(text.into()), ..TextFile::default() };
        let evidence = Evidence { files: [("Dockerfile".to_owned(), file)].into(), ..Evidence::default() };
        let wanted: DockerfileMatch = serde_json::from_value(asked).unwrap();
        let verdict = judge(&wanted, &evidence);
        format!("{}: {verdict:?}", verdict.word())
    }

    #[test]
    fn a_tag_is_not_another_tag_of_the_same_image() {
        let names = ["python:3", "python:3-slim", "mine:latest"].map(str::to_owned).to_vec();
        let image = crate::facts::Image { id: "sha256:aa".into(), tags: names, ..Default::default() };
        let evidence = Evidence { images: vec![image], ..Evidence::default() };
        let known = |written: &str| {
            names_of_base(written, &evidence).iter().any(|name| name.tag.as_deref() == Some("3-slim"))
        };
        assert!(known("python:3-slim") && known("mine") && known("sha256:aa"));
        assert!(!known("python:3") && !known("python"));
    }

    #[test]
    fn many_ways_to_write_it_are_the_same() {
        let asked = || json!({"from": {"repo": "python", "tag": {"regex": "slim"}}, "copies": "hello.py", "has": ["cmd"]});
        for text in [
            "FROM python:3-slim\nCOPY hello.py /\nCMD [\"python\", \"/hello.py\"]",
            "# syntax=docker/dockerfile:1\n\nfrom python:3-slim as run\nadd . /app\ncmd python hello.py",
            "ARG V=3\nFROM python:${V}-slim\nCOPY --chown=app ./hello.py \\\n  # why\n  /app/\nCMD x",
            "FROM golang AS b\nRUN x\nFROM docker.io/library/python:3.13-slim\nCOPY *.py /\nCMD x",
            "FROM python:3-slim AS base\nFROM base\nCOPY [\"hello.py\", \"/\"]\nRUN <<END\nFROM no\nEND\nCMD x",
        ] {
            assert!(told(asked(), text).starts_with("done"), "{text}: {}", told(asked(), text));
        }
        for (text, part) in [
            ("FROM python\nCOPY . .\nCMD x", "it begins with python, expected"),
            ("FROM python:3-slim\nCMD x", "nothing copies hello.py"),
            ("FROM python:3-slim\nCOPY --from=b hello.py /\nCMD x", "nothing copies hello.py"),
            ("FROM python:3-slim\nCOPY . .", "it has no CMD"),
            ("COPY . .", "it has no FROM"),
        ] {
            let said = told(asked(), text);
            assert!(said.starts_with("not right") && said.contains(part), "{text}: {said}");
        }
    }

    #[test]
    fn single_quotes_are_a_shell_form() {
        let asked = || json!({"cmd-form": "exec", "cmds": 1});
        assert!(told(asked(), "FROM a\nCMD [\"flask\", \"run\"]").starts_with("done"));
        assert!(told(asked(), "FROM a\nCMD ['flask', 'run']").contains("double quotes"));
        assert!(told(asked(), "FROM a\nCMD flask run").contains("in the shell form"));
        assert!(told(asked(), "FROM a\nCMD [\"a\"]\nCMD [\"b\"]").contains("Only the last CMD"));
    }

    #[test]
    fn a_name_with_an_ending_is_told() {
        let near = Evidence { listing: vec!["Dockerfile.txt".into()], ..Evidence::default() };
        let said = format!("{:?}", judge(&DockerfileMatch::default(), &near));
        assert!(said.contains("its name is Dockerfile.txt") && said.contains("Some editors"), "{said}");
        assert_eq!(judge(&DockerfileMatch::default(), &Evidence::default()).word(), "not yet");
    }
}
