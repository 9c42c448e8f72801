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
            // Starting a stranger's container destroys nothing; a plain yes is enough.
            Ok(popup) if ours || action == Action::StartContainer => self.popup = Some(popup),
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
