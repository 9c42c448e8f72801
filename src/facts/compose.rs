//! What compose writes on the containers that it makes: whose project they are, which service, and what they wait for.

use super::Container;

const PROJECT: &str = "com.docker.compose.project";
const SERVICE: &str = "com.docker.compose.service";
const NUMBER: &str = "com.docker.compose.container-number";
const ONE_OFF: &str = "com.docker.compose.oneoff";
const DEPENDS_ON: &str = "com.docker.compose.depends_on";

/// A container's place in its compose project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compose<'a> {
    pub project: &'a str,
    /// Empty where it is not told.
    pub service: &'a str,
    /// Which of several containers of the service it is, from 1.
    pub number: u32,
    /// Made by `docker compose run`, beside the service's own.
    pub one_off: bool,
    depends_on: &'a str,
}

/// Another service that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependency<'a> {
    pub service: &'a str,
    pub until: Until,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Started,
    Healthy,
    /// It has ended with exit code 0.
    Completed,
}

impl Container {
    /// None where compose did not make it.
    pub fn compose(&self) -> Option<Compose<'_>> {
        let label = |name: &str| self.labels.get(name).map(String::as_str);
        Some(Compose {
            project: label(PROJECT).filter(|project| !project.is_empty())?,
            service: label(SERVICE).unwrap_or_default(),
            number: label(NUMBER).and_then(|number| number.parse().ok()).unwrap_or(1),
            one_off: label(ONE_OFF).is_some_and(|value| value.eq_ignore_ascii_case("true")),
            depends_on: label(DEPENDS_ON).unwrap_or_default(),
        })
    }
}

impl<'a> Compose<'a> {
    /// The label has the form `db:service_healthy:false,cache:service_started:true`; older composes wrote names alone.
    pub fn depends_on(&self) -> impl Iterator<Item = Dependency<'a>> {
        self.depends_on.split(',').filter_map(|one| {
            let mut parts = one.trim().split(':');
            let service = parts.next().filter(|service| !service.is_empty())?;
            let until = match parts.next() {
                Some("service_healthy") => Until::Healthy,
                Some("service_completed_successfully") => Until::Completed,
                _ => Until::Started,
            };
            Some(Dependency { service, until })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_of_compose_are_read() {
        let labelled = |labels: &[(&str, &str)]| Container {
            labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..Container::default()
        };
        let web = labelled(&[
            (PROJECT, "shop"),
            (SERVICE, "web"),
            (NUMBER, "2"),
            (ONE_OFF, "False"),
            (
                DEPENDS_ON,
                "db:service_healthy:false,cache:service_started:true,init:service_completed_successfully:false",
            ),
        ]);
        let compose = web.compose().unwrap();
        assert_eq!(
            (compose.project, compose.service, compose.number, compose.one_off),
            ("shop", "web", 2, false)
        );
        let waits: Vec<_> = compose.depends_on().map(|d| (d.service, d.until)).collect();
        assert_eq!(waits, [("db", Until::Healthy), ("cache", Until::Started), ("init", Until::Completed)]);

        let bare =
            labelled(&[(PROJECT, "shop"), (NUMBER, "x"), (ONE_OFF, "True"), (DEPENDS_ON, "db,,cache ")]);
        let compose = bare.compose().unwrap();
        assert_eq!((compose.service, compose.number, compose.one_off), ("", 1, true));
        assert_eq!(compose.depends_on().map(|d| d.service).collect::<Vec<_>>(), ["db", "cache"]);
        assert_eq!(labelled(&[(PROJECT, "")]).compose(), None);
        assert_eq!(labelled(&[]).compose(), None);
    }
}
