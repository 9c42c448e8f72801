//! What an author got wrong in a check, with the way to the place.

use super::{Check, CountMatch};

/// `at` leads from the check to the key or the item that is meant; numbers count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub at: Vec<String>,
    pub message: String,
}

impl Mistake {
    pub fn new(message: impl Into<String>) -> Self {
        Self { at: Vec::new(), message: message.into() }
    }

    /// The same, one step further in.
    pub fn inside(mut self, step: impl ToString) -> Self {
        self.at.insert(0, step.to_string());
        self
    }
}

impl Check {
    /// What is wrong with it by itself: for the loading of a course and its lint.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let said = |all: Vec<String>| all.into_iter().map(Mistake::new).collect::<Vec<_>>();
        let (key, own) = match self {
            Self::Image(wanted) => ("image", said(wanted.mistakes())),
            Self::Container(wanted) => ("container", wanted.mistakes(true)),
            Self::Run(wanted) => ("run", wanted.mistakes(false)),
            Self::Volume(wanted) => ("volume", said(wanted.mistakes())),
            Self::Network(wanted) => ("network", said(wanted.mistakes())),
            Self::Http(wanted) => ("http", said(wanted.mistakes())),
            Self::Exec(wanted) => ("exec", wanted.mistakes()),
            Self::File(wanted) => ("file", said(wanted.mistakes())),
            Self::Dockerfile(wanted) => ("dockerfile", said(wanted.mistakes())),
            Self::Gone(wanted) => ("gone", said(wanted.mistakes())),
            Self::Seen(wanted) => ("seen", said(wanted.mistakes())),
            Self::Answer(wanted) => ("answer", said(wanted.mistakes())),
            Self::All(_) => ("all", self.list_mistakes()),
            Self::Any(_) => ("any", self.list_mistakes()),
            Self::None(_) => ("none", self.list_mistakes()),
            Self::Count(wanted) => ("count", wanted.mistakes()),
        };
        let mut found: Vec<Mistake> = own.into_iter().map(|mistake| mistake.inside(key)).collect();
        for (n, part) in self.parts().iter().enumerate() {
            let step = if key == "count" { "of".to_owned() } else { n.to_string() };
            found.extend(part.mistakes().into_iter().map(|m| m.inside(&step).inside(key)));
        }
        if let Some(name) = self.binds().filter(|name| !is_name(name)) {
            let message = format!("`as: {name}` is no name: small letters, digits and hyphens");
            found.push(Mistake::new(message).inside("as").inside(key));
        }
        found
    }

    fn list_mistakes(&self) -> Vec<Mistake> {
        self.parts().is_empty().then(|| Mistake::new("a list of checks is empty")).into_iter().collect()
    }

    /// Names that it uses where nothing was bound to them. `known` are those of earlier tasks; its own are added.
    pub fn unknown_names(&self, known: &mut Vec<String>) -> Vec<Mistake> {
        match self {
            Self::All(checks) => {
                let all = checks.iter().enumerate();
                all.flat_map(|(n, c)| inside(c.unknown_names(known), &["all".into(), n.to_string()]))
                    .collect()
            }
            Self::Any(checks) => {
                let mut own = known.clone();
                let found = checks.iter().enumerate().flat_map(|(n, c)| {
                    let mut these = known.clone();
                    let found = inside(c.unknown_names(&mut these), &["any".into(), n.to_string()]);
                    own.extend(these.into_iter().filter(|name| !known.contains(name)));
                    found
                });
                let found = found.collect();
                *known = own;
                found
            }
            Self::None(checks) => {
                let all = checks.iter().enumerate();
                all.flat_map(|(n, c)| {
                    inside(c.unknown_names(&mut known.clone()), &["none".into(), n.to_string()])
                })
                .collect()
            }
            Self::Count(wanted) => {
                inside(wanted.of.unknown_names(&mut known.clone()), &["count".into(), "of".into()])
            }
            leaf => {
                let used = leaf.references();
                let unknown = used.iter().filter(|name| !known.contains(name));
                let mut found: Vec<Mistake> = unknown
                    .map(|name| {
                        Mistake::new(format!(
                            "${name} is not bound before: no earlier check has `as: {name}`"
                        ))
                    })
                    .collect();
                if let Some(name) = leaf.binds() {
                    if known.iter().any(|known| known == name) {
                        found.push(Mistake::new(format!("the name {name} is bound twice")));
                    }
                    known.push(name.to_owned());
                }
                found
            }
        }
    }
}

impl CountMatch {
    fn mistakes(&self) -> Vec<Mistake> {
        let is_object = matches!(
            *self.of,
            Check::Image(_) | Check::Container(_) | Check::Run(_) | Check::Volume(_) | Check::Network(_)
        );
        let message = "`of` must be a check of one kind of object";
        (!is_object).then(|| Mistake::new(message).inside("of")).into_iter().collect()
    }
}

fn inside(found: Vec<Mistake>, steps: &[String]) -> Vec<Mistake> {
    found.into_iter().map(|m| steps.iter().rev().fold(m, |m, step| m.inside(step))).collect()
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
