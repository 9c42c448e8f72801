//! Random operations of a learner and of somebody outside, against a model of an engine that knows who owns what.

use std::collections::BTreeSet;
use std::sync::Mutex;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;

use super::model::World;
use super::*;
use crate::facts::Command;
use crate::tap::Target;

/// The engine behind the guard.
#[derive(Default)]
struct Engine(Mutex<World>);

impl Upstream for Engine {
    async fn ask(&self, method: &str, path: &str) -> Result<Reply, String> {
        let (status, body) = self.0.lock().unwrap().answer(method, path, true);
        Ok(Reply { status, body: body.to_string().into_bytes() })
    }
}

struct Play {
    engine: Engine,
    guard: Guard,
    said: mpsc::Receiver<Said>,
    /// A build that has not ended: its stream, and the name it asked for.
    open: Option<(Watch, Option<String>)>,
    pid: u32,
}

/// Numbers that proptest has drawn, and can make smaller.
type Drawn = (u8, u8, u8, u8);

const NAMES: [&str; 4] = ["app:latest", "web:1", "r:5000/x:2", "db:latest"];

impl Play {
    fn new() -> Self {
        let (app, said) = mpsc::channel(256);
        let engine = Engine::default();
        engine.0.lock().unwrap().swarm = true;
        Self {
            engine,
            guard: Guard::new(Arc::new(Ledger::in_memory("e")), Some(app)),
            said,
            open: None,
            pid: 1,
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.engine.0.lock().unwrap()
    }

    /// One request, in one of its spellings.
    fn target(&self, (deed, which, how, more): Drawn) -> (&'static str, String) {
        let world = self.world();
        let pick = |keys: Vec<String>| {
            keys.get(usize::from(which) % keys.len().max(1)).cloned().unwrap_or_else(|| "none".into())
        };
        let spelled = |kind: &str, id: String| match how % 4 {
            0 if id.len() == 64 => format!("{kind}{}", &id[..6]),
            1 if kind != "v" && id.len() == 64 => id[..12].to_owned(),
            2 => id.replace('a', "%61"),
            _ => id,
        };
        let container = || spelled("c", pick(world.containers.keys().cloned().collect()));
        let volume = || {
            pick(world.volumes.keys().cloned().collect()).replace('v', if how % 2 == 0 { "%76" } else { "v" })
        };
        let content = || pick(world.images.keys().cloned().collect());
        let image = || {
            let names: Vec<String> =
                world.images.values().flat_map(|image| image.names.keys().cloned()).collect();
            match how % 4 {
                0 | 1 => pick(names),
                2 => content()[..4.max(usize::from(how) % 64).min(content().len())].to_owned(),
                _ => format!("sha256:{}", content()),
            }
        };
        let name = NAMES[usize::from(which) % NAMES.len()];
        let (repo, tag) = name.rsplit_once(':').unwrap();
        let flag = |bit: u8, text: &str| if more & bit == 0 { "" } else { text }.to_owned();
        let (method, path) = match deed % 18 {
            0 => (
                "DELETE",
                format!("/containers/{}?x=1{}{}", container(), flag(1, "&v=1"), flag(2, "&force=1")),
            ),
            1 => ("POST", format!("/containers/{}/stop?t=0", container())),
            2 => ("POST", format!("/containers/{}/kill", container())),
            3 => ("DELETE", format!("/volumes/{}", volume())),
            4 => (
                "DELETE",
                format!("/networks/{}", spelled("n", pick(world.networks.keys().cloned().collect()))),
            ),
            5 | 6 => {
                ("DELETE", format!("/images/{}?x=1{}{}", image(), flag(1, "&force=1"), flag(2, "&noprune=1")))
            }
            7 => ("POST", format!("/images/{}/tag?repo={repo}&tag={tag}", content())),
            8 => ("POST", format!("/images/create?fromImage={repo}&tag={tag}")),
            9 | 10 => (
                "POST",
                format!(
                    "/containers/create?image={}{}{}",
                    content(),
                    flag(1, "&rm=1"),
                    match more % 3 {
                        0 => "",
                        1 => "&volume=anonymous",
                        _ => "&volume=vol-shared",
                    },
                ),
            ),
            11 => ("POST", "/networks/create".to_owned()),
            12 => ("POST", format!("/volumes/create?name=vol-{}", more % 8)),
            13 => (
                "POST",
                format!("/{}/prune", ["containers", "volumes", "networks", "images"][usize::from(which) % 4]),
            ),
            14 => ("POST", "/images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D".to_owned()),
            15 => ("POST", "/volumes/prune?filters=%7B%22all%22%3A%5B%22true%22%5D%7D".to_owned()),
            16 => ("POST", "/swarm/leave?force=1".to_owned()),
            _ => ("POST", format!("/containers/{}/restart", container())),
        };
        (method, format!("{}{path}", flag(4, "/v1.47")))
    }

    /// Through the guard; a question is answered with `yes`. Gives what was asked about.
    async fn consider(&mut self, request: &Request, yes: bool) -> (Decision, Vec<String>) {
        let Self { engine, guard, said, .. } = self;
        answering(said, yes, guard.consider(request, engine)).await
    }

    /// Whatever is asked at the end is answered with no.
    async fn settle(&mut self, watch: Watch, status: u16, body: &Value) {
        let Self { engine, guard, said, .. } = self;
        answering(said, false, guard.settle(watch, status, body.to_string().as_bytes(), engine)).await;
    }

    async fn inside(&mut self, drawn: Drawn, yes: bool) -> Result<(), TestCaseError> {
        let (method, target) = self.target(drawn);
        self.pid += 1;
        let request =
            Request::of(&Target::of(method, &target), &Command { pid: self.pid, ..Command::default() });
        let before = self.world().foreign();
        let mut would = self.world().clone();
        // a prune is the guard's own: nothing foreign ever goes by it
        let prunes = target.contains("/prune");
        let status = if prunes { 200 } else { would.answer(method, &target, true).0 };
        let lost: BTreeSet<String> = before.difference(&would.foreign()).cloned().collect();
        let (decision, asked) = self.consider(&request, yes).await;
        if status < 400 {
            // a name and its content are one thing
            let things: BTreeSet<&str> =
                lost.iter().map(|thing| thing.split(' ').next().unwrap_or(thing)).collect();
            let told =
                |thing: &&str| asked.iter().any(|line| line.contains(*thing) || self.names_of(thing, line));
            prop_assert!(
                things.iter().all(told) && things.len() == asked.len(),
                "{method} {target}: {lost:?}, {asked:?}\n{:?}\n{:?}",
                self.world().images,
                self.guard.ledger().entries()
            );
            let passes = lost.is_empty() || yes;
            prop_assert_eq!(
                !matches!(decision, Decision::Refuse(_)),
                passes,
                "{} {}: {:?}",
                method,
                target,
                lost
            );
        }
        if let Decision::Pass(watch) = decision {
            let (status, body) = self.world().answer(method, &target, true);
            if let Some(watch) = watch {
                self.settle(watch, status, &body).await;
            }
        }
        let left = self.world().foreign();
        let gone: BTreeSet<String> = before.difference(&left).cloned().collect();
        prop_assert!(gone.is_empty() || (yes && gone.is_subset(&lost)), "{method} {target}: {gone:?}");
        Ok(())
    }

    /// A question calls an image by the name or the part of its id that was typed, and says its short id.
    fn names_of(&self, thing: &str, line: &str) -> bool {
        self.world().images.iter().any(|(id, _)| id.starts_with(thing) && line.contains(&id[..12]))
    }

    /// Begins a build, or lets it end.
    async fn build(&mut self, (_, which, how, _): Drawn, yes: bool) -> Result<(), TestCaseError> {
        let had = self.world().foreign();
        if let Some((watch, name)) = self.open.take() {
            let holder = name.as_ref().and_then(|name| self.world().image_of(name));
            let built = self.world().build(name.as_deref(), true);
            for id in built {
                let line = json!({"stream": format!(" ---> {}\n", &id[..12])}).to_string();
                self.guard.told(&watch, format!("{line}\n").as_bytes());
            }
            self.settle(watch, 200, &Value::Null).await;
            let left = self.world().foreign();
            // two gave the same name away at once, and the engine leaves it to the last
            let contended = |thing: &String| {
                holder
                    .as_ref()
                    .is_some_and(|(id, _)| id.starts_with(thing.split(' ').next().unwrap_or_default()))
            };
            prop_assert!(had.difference(&left).all(contended), "{name:?}: {had:?} {left:?}");
            return Ok(());
        }
        let name = (how % 3 != 0).then(|| NAMES[usize::from(which) % NAMES.len()].to_owned());
        let target = name.as_ref().map_or("/build".to_owned(), |name| format!("/build?t={name}"));
        self.pid += 1;
        let request =
            Request::of(&Target::of("POST", &target), &Command { pid: self.pid, ..Command::default() });
        // the name is another one's, or what would go with it
        let foreign = name.as_ref().is_some_and(|name| {
            self.world().images.values().any(|image| {
                let own = image.names.get(name);
                own == Some(&false) || (own == Some(&true) && image.names.len() == 1 && !image.ours)
            })
        });
        let (decision, asked) = self.consider(&request, yes).await;
        prop_assert_eq!(asked.len(), usize::from(foreign), "{}: {:?}", target, asked);
        if let Decision::Pass(Some(watch)) = decision {
            prop_assert!(!foreign || yes);
            self.open = Some((watch, name));
        } else {
            prop_assert!(foreign && !yes, "{target}: {decision:?}");
        }
        prop_assert_eq!(self.world().foreign(), had);
        Ok(())
    }

    /// Also while a build of the course runs, with the name that it was asked for.
    fn outside(&mut self, drawn: Drawn) {
        let (method, target) = self.target(drawn);
        let (_, which, how, _) = drawn;
        let mut world = self.world();
        if drawn.0 % 9 == 8 {
            world.build((how % 2 == 0).then_some(NAMES[usize::from(which) % NAMES.len()]), false);
        } else if !target.contains("/prune") {
            world.answer(method, &target, false);
        }
    }
}

async fn answering<T>(
    said: &mut mpsc::Receiver<Said>,
    yes: bool,
    work: impl Future<Output = T>,
) -> (T, Vec<String>) {
    let mut asked = Vec::new();
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            Some(said) = said.recv() => {
                if let Said::Ask(question) = said {
                    asked.extend(question.objects);
                    let _ = question.reply.send(yes);
                }
            }
            outcome = &mut work => return (outcome, asked),
        }
    }
}

fn config() -> ProptestConfig {
    let given = ProptestConfig::default();
    let is_set = |name: &str| std::env::var_os(name).is_some();
    ProptestConfig {
        cases: if is_set("PROPTEST_CASES") { given.cases } else { 48 },
        rng_seed: if is_set("PROPTEST_RNG_SEED") { given.rng_seed } else { RngSeed::Fixed(12) },
        ..given
    }
}

proptest! {
    // Some 11,000 operations, the same ones every time; PROPTEST_CASES and PROPTEST_RNG_SEED try others.
    #![proptest_config(config())]

    /// Nothing foreign is lost without a yes, nothing of the course's is held up, and a question says exactly what would go.
    #[test]
    fn nothing_foreign_is_lost_and_nothing_own_is_kept(
        steps in prop::collection::vec((0..10_u8, any::<Drawn>(), any::<bool>()), 150..320),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut play = Play::new();
        for (side, drawn, yes) in steps {
            match side {
                0..=2 => play.outside(drawn),
                3 => runtime.block_on(play.build(drawn, yes))?,
                _ => runtime.block_on(play.inside(drawn, yes))?,
            }
        }
    }
}
