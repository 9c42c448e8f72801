//! What has to be known before some checks can be judged: gathered and recorded for them, and for no others.

use std::collections::BTreeSet;

use super::image::{ImageAsked, ImageMatch};
use super::number::Number;
use super::port::{PortAsked, PortMatch};
use super::run::RunMatch;
use super::{Check, dockerfile, names};

/// What checks ask after, of one exercise or of several: whoever records or gathers looks here, and nowhere else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Calls of the learner's commands.
    pub calls: bool,
    /// What commands printed that `docker exec` started.
    pub exec_output: bool,
    /// Names of the variables whose values are asked about.
    pub variables: BTreeSet<String>,
    /// Paths in the exercise's folder of which it is asked what is there.
    pub paths: BTreeSet<String>,
    /// Files of the exercise's folder whose text is asked about.
    pub files: BTreeSet<String>,
    /// What the published ports of containers are asked for: paths of URLs.
    pub requests: BTreeSet<String>,
    /// Ports inside containers that are named.
    pub ports: BTreeSet<u16>,
    /// Addresses of this machine that are asked for an answer.
    pub addresses: BTreeSet<String>,
    /// How images are set up.
    pub image_configs: bool,
    /// Builds, with the Dockerfiles that they read and the files that these name.
    pub builds: bool,
    /// Packages that containers hold and their images do not.
    pub packages: bool,
    /// Images, volumes and networks that are gone.
    pub things: bool,
    /// Every image that is spoken of.
    pub images: Vec<ImageMatch>,
    /// Every program that is asked to have run.
    pub programs: BTreeSet<String>,
}

impl Needs {
    pub fn of<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Self {
        let mut needs = Self::default();
        for check in checks {
            check.leaves().into_iter().for_each(|leaf| needs.add(leaf));
            needs.image_configs |=
                ["layers", "largest-layer"].into_iter().any(|value| asks_for_value(check, value));
        }
        if needs.builds {
            // What a build was told, and what came of it, is known from its calls.
            needs.calls = true;
            needs.files.extend(dockerfile::NAMES.map(str::to_owned));
        }
        // Where a file is asked about, so is what is at its path.
        needs.paths.extend(needs.files.iter().cloned());
        needs
    }

    fn add(&mut self, leaf: &Check) {
        match leaf {
            Check::Image(wanted) => self.add_image(wanted),
            Check::Run(wanted) | Check::Container(wanted) => self.add_run(wanted),
            Check::Exec(wanted) => {
                self.exec_output |= wanted.output.is_some();
                self.calls |= wanted.output.is_some();
            }
            Check::File(wanted) => drop(self.files.insert(bare(&wanted.path).to_owned())),
            Check::Dockerfile(wanted) => {
                self.builds = true;
                self.files.extend(wanted.path.iter().chain(&wanted.copies).map(|path| bare(path).to_owned()));
            }
            Check::Http(wanted) if wanted.port().is_some() => drop(self.addresses.insert(wanted.url.clone())),
            Check::Gone(wanted) => self.things |= wanted.wants_things(),
            Check::Seen(_) => self.calls = true,
            Check::Http(_) | Check::Volume(_) | Check::Network(_) | Check::Answer(_) => {}
            // These are no leaves.
            Check::All(_) | Check::Any(_) | Check::None(_) | Check::Count(_) => {}
        }
    }

    fn add_image(&mut self, wanted: &ImageMatch) {
        // Where the base is not on the engine, the Dockerfile tells what an image was built on.
        self.builds |= wanted.built.is_some() || wanted.based_on.is_some();
        self.image_configs |= wanted.wants_config();
        self.variables.extend(wanted.env.keys().cloned());
        self.images.push(wanted.clone());
    }

    fn add_run(&mut self, wanted: &RunMatch) {
        match &wanted.image {
            Some(ImageAsked::Match(image)) => self.add_image(image),
            // One that an earlier check has found, or that another container was made from.
            Some(ImageAsked::Same(_)) => self.builds = true,
            // What a program answers or prints may come from an image that the learner builds.
            None => self.builds |= wanted.http.is_some() || wanted.output.is_some(),
        }
        self.packages |= wanted.installs.is_some();
        self.variables.extend(wanted.env_given.iter().cloned());
        self.calls |= wanted.logs_read.is_some();
        self.programs.extend(wanted.program.clone());
        self.variables.extend(wanted.env.keys().cloned());
        self.paths.extend(wanted.mount.as_ref().and_then(|mount| mount.covers.clone()));
        self.requests.extend(wanted.http.as_ref().map(|http| http.path().to_owned()));
        if let Some(PortAsked::Match(PortMatch { container, host, .. })) = &wanted.port {
            // In the machine's own network the two are one.
            let named = [container, host].into_iter().flatten();
            self.ports.extend(named.filter_map(|number| match number {
                Number::Equals(port) => u16::try_from(*port).ok(),
                Number::Rule(_) => None,
            }));
        }
    }
}

fn bare(path: &str) -> &str {
    path.trim_start_matches("./")
}

fn asks_for_value(check: &Check, field: &str) -> bool {
    let mut found = false;
    check.each_text(&mut |text| found |= names::asks_for(text, field));
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn needs(check: serde_json::Value) -> Needs {
        Needs::of([&serde_json::from_value::<Check>(check).unwrap()])
    }

    #[test]
    fn each_kind_of_check_says_what_it_needs() {
        let texts =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
        assert_eq!(needs(json!({"volume": {"name": "data"}})), Needs::default());
        let run = needs(json!({"run": {
            "program": "python", "env": {"STAGE": "one"}, "mount": {"covers": "hello.py"},
            "port": {"container": 5000}, "logs-read": true,
        }}));
        assert_eq!(
            run,
            Needs {
                calls: true,
                variables: texts(&["STAGE"]),
                paths: texts(&["hello.py"]),
                ports: [5000].into(),
                programs: texts(&["python"]),
                ..Needs::default()
            }
        );
        let asked = needs(json!({"container": {"http": {"path": "/x"}}}));
        assert!(
            asked.builds && asked.requests == texts(&["/x"]),
            "of an image that the learner builds, maybe"
        );
        assert!(!needs(json!({"run": {"image": {"repo": "nginx"}, "http": {"path": "/"}}})).builds);
        let image = needs(json!({"none": [{"image": {"based-on": {"repo": "python"}, "env": {"A": "b"}}}]}));
        assert!(image.image_configs && image.calls && image.builds && image.images.len() == 1);
        let names = texts(&["Dockerfile", "dockerfile"]);
        assert_eq!((image.files, image.variables), (names.clone(), texts(&["A"])));
        assert_eq!(image.paths, names);
        let file = needs(json!({"dockerfile": {"path": "./x/Dockerfile", "copies": "a.py"}}));
        assert_eq!(file.files, texts(&["x/Dockerfile", "a.py", "Dockerfile", "dockerfile"]));
        assert!(needs(json!({"run": {"installs": false}})).packages);
        assert_eq!(needs(json!({"run": {"env-given": ["A"]}})).variables, texts(&["A"]));
        assert!(needs(json!({"image": {"built": true}})).calls);
        let exec = needs(json!({"exec": {"program": "id", "output": {"contains": "x"}}}));
        assert!(exec.calls && exec.exec_output);
        assert_eq!(needs(json!({"exec": {"program": "id"}})), Needs::default());
        assert!(needs(json!({"gone": {"volume": {"name": "data"}}})).things);
        assert_eq!(needs(json!({"file": {"path": "./a"}})).files, texts(&["a"]));
        assert_eq!(needs(json!({"http": {"url": "http://localhost:1/"}})).addresses.len(), 1);
        assert!(needs(json!({"answer": {"prompt": "?", "equals": "$i.layers"}})).image_configs);
    }

    #[test]
    fn what_several_ask_for_is_needed_once() {
        let one: Check = serde_json::from_value(json!({"run": {"env": {"A": "1"}}})).unwrap();
        let other: Check = serde_json::from_value(json!({"run": {"env": {"A": "2", "B": "1"}}})).unwrap();
        assert_eq!(Needs::of([&one, &other]).variables.len(), 2);
    }
}
