//! What is asked before something is started, stopped or removed, and what is explained first.

use super::EnginePane;
use crate::facts::{ContainerState, Kind, short_id};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, EngineEffect};
use crate::tui::screen::confirm::ConfirmPopup;

/// Longer names are confirmed by their beginning.
const LONGEST_TYPED: usize = 24;

impl EnginePane {
    pub(super) fn ask(&mut self, action: Action) -> Vec<Effect> {
        if let (None, Some(project)) = (&self.opened, self.lists[self.tab as usize].project()) {
            let verb = match action {
                Action::StopContainer => "stop",
                Action::StartContainer => "start",
                _ => "down",
            };
            self.notice = format!("A whole project: docker compose -p {project} {verb}");
            return Vec::new();
        }
        let Some((kind, id, name)) = self.selected() else { return Vec::new() };
        if !self.is_live() {
            self.notice = "The engine does not answer now, so nothing can be changed.".to_owned();
            return Vec::new();
        }
        let ours = self.course_made.contains(&id);
        let popup = match action {
            Action::Remove => self.removal(kind, &id, &name),
            _ if kind != Kind::Container => Err("Only containers can be started and stopped.".to_owned()),
            Action::StopContainer => self.stopping(&id, &name),
            Action::RestartContainer => self.restarting(&id, &name),
            Action::PauseContainer => {
                let paused = self.pausing(&id, &name);
                if ours && let Ok((effect, ..)) = &paused {
                    return vec![effect.clone()];
                }
                paused.map(|(effect, question, command)| {
                    let words = if command.contains("unpause") {
                        "Its processes go on where they were held."
                    } else {
                        "Its processes are held where they are, until it is unpaused."
                    };
                    ConfirmPopup::new(question, command, vec![effect]).saying(words)
                })
            }
            _ => {
                let started = self.starting(&id, &name);
                if ours && let Ok(effect) = &started {
                    return vec![effect.clone()];
                }
                started.map(|effect| {
                    ConfirmPopup::new(
                        format!("Start container {name}?"),
                        format!("docker start {name}"),
                        vec![effect],
                    )
                })
            }
        };
        match popup {
            Err(why_not) => self.notice = why_not,
            // Starting or pausing a stranger's container destroys nothing; a plain yes is enough.
            Ok(popup) if ours || matches!(action, Action::StartContainer | Action::PauseContainer) => {
                self.popup = Some(popup);
            }
            Ok(popup) => {
                let word: String = match kind {
                    _ if name.chars().count() <= LONGEST_TYPED => name,
                    Kind::Volume => name.chars().take(12).collect(),
                    _ => short_id(&id).to_owned(),
                };
                self.popup = Some(popup.saying("The course did not make it.").by_name(word));
            }
        }
        Vec::new()
    }

    fn starting(&self, id: &str, name: &str) -> Result<Effect, String> {
        if self.state(id).is_running() {
            return Err(format!("{name} runs already."));
        }
        Ok(Effect::Engine(EngineEffect::Start { id: id.to_owned(), name: name.to_owned() }))
    }

    fn stopping(&self, id: &str, name: &str) -> Result<ConfirmPopup, String> {
        if !self.state(id).is_running() {
            return Err(format!("{name} does not run."));
        }
        let effect = Effect::Engine(EngineEffect::Stop { id: id.to_owned(), name: name.to_owned() });
        Ok(ConfirmPopup::new(format!("Stop container {name}?"), format!("docker stop {name}"), vec![effect])
            .saying("Its command is asked to end; after 10 seconds it is killed. It can be started again."))
    }

    fn restarting(&self, id: &str, name: &str) -> Result<ConfirmPopup, String> {
        if !self.state(id).is_running() {
            return Err(format!("{name} does not run: start it instead."));
        }
        let effect = Effect::Engine(EngineEffect::Restart { id: id.to_owned(), name: name.to_owned() });
        let question = format!("Restart container {name}?");
        Ok(ConfirmPopup::new(question, format!("docker restart {name}"), vec![effect]).saying(
            "Its command is stopped, killed after 10 seconds, and started anew. What it wrote stays.",
        ))
    }

    /// What is done, and how it is asked and typed: the one of pausing and going on that changes something.
    fn pausing(&self, id: &str, name: &str) -> Result<(Effect, String, String), String> {
        let (own, called) = (id.to_owned(), name.to_owned());
        let (effect, question, verb) = match self.state(id) {
            ContainerState::Running => {
                (EngineEffect::Pause { id: own, name: called }, format!("Pause container {name}?"), "pause")
            }
            ContainerState::Paused => {
                let question = format!("Let container {name} go on?");
                (EngineEffect::Unpause { id: own, name: called }, question, "unpause")
            }
            _ => return Err(format!("{name} does not run, so it cannot be paused.")),
        };
        Ok((Effect::Engine(effect), question, format!("docker {verb} {name}")))
    }

    /// The command for a shell inside the container that is selected.
    pub(super) fn way_in(&self) -> Result<String, String> {
        match self.selected() {
            Some((Kind::Container, id, name)) => match self.state(&id) {
                ContainerState::Running => Ok(format!("docker exec -it {name} sh")),
                ContainerState::Paused => Err(format!("{name} is paused. Let it go on first.")),
                _ => Err(format!("{name} does not run, so there is no shell in it. Start it first.")),
            },
            _ => Err("Only a container that runs has a shell in it.".to_owned()),
        }
    }

    fn removal(&self, kind: Kind, id: &str, name: &str) -> Result<ConfirmPopup, String> {
        let effect = Effect::Engine(EngineEffect::Remove { kind, id: id.to_owned(), name: name.to_owned() });
        let ask = |what: &str, command: &str| {
            ConfirmPopup::new(
                format!("Remove {what} {name}?"),
                format!("{command} {name}"),
                vec![effect.clone()],
            )
        };
        let users = |n: usize| match n {
            1 => "1 container uses it".to_owned(),
            n => format!("{n} containers use it"),
        };
        match kind {
            Kind::Container if self.state(id).is_running() => {
                Err(format!("{name} is running. Stop it first; then it can be removed."))
            }
            Kind::Container => Ok(ask("container", "docker rm")
                .saying("What it wrote outside of volumes and its logs are lost. Its image stays.")),
            Kind::Image => {
                let popup = ask("image", "docker rmi");
                let image = self.snapshot.image(id);
                let names = image.map_or(0, |image| image.tags.len());
                if names > 1 {
                    return Ok(popup.saying(format!(
                        "Only this one of its {names} names goes; the image itself stays."
                    )));
                }
                let popup = popup.saying("To have it again, it must be pulled or built again.");
                Ok(match image.map_or(0, |image| self.usage.image(image)) {
                    0 => popup,
                    n => popup.saying(format!("{}, so the engine will refuse: remove them first.", users(n))),
                })
            }
            Kind::Volume => {
                let popup = ask("volume", "docker volume rm")
                    .saying("All data in it is deleted, and nothing brings it back.");
                Ok(match self.usage.volume(id) {
                    0 => popup,
                    n => popup.saying(format!("{}, so the engine will refuse: remove them first.", users(n))),
                })
            }
            Kind::Network => {
                if self.snapshot.networks.iter().any(|n| n.id == id && n.is_builtin()) {
                    return Err(format!("{name} comes with the engine and cannot be removed."));
                }
                let popup = ask("network", "docker network rm");
                Ok(match self.usage.network(name) {
                    0 => popup,
                    n => {
                        popup.saying(format!("{}; while one of them runs, the engine will refuse.", users(n)))
                    }
                })
            }
        }
    }

    fn state(&self, id: &str) -> ContainerState {
        self.snapshot.container(id).map(|c| c.state).unwrap_or_default()
    }
}
