//! Finds out what became of requests whose answer nobody wrote down: whoever asked was killed while the engine worked.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::facts::{anonymous_volumes, list, strings, time};
use super::{Guard, Made, Upstream};
use crate::tap::ledger::Asked;
use crate::tap::target::encode;

/// An engine makes a thing at once. What is younger than this after the request was made for somebody else.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(10);

/// One thing on the engine that may have come of it.
struct Candidate {
    id: String,
    name: String,
    made: Timestamp,
}

impl Guard {
    /// To be called before anything is judged by the ledger. Where the engine does not answer, it is asked another time.
    pub(in crate::tap) async fn settle_unanswered(&self, engine: &impl Upstream) {
        for asked in self.ledger().unanswered().iter().filter(|asked| asked.is_left()) {
            match self.came_of(asked, engine).await {
                Ok(()) => self.answered(asked.token()),
                Err(error) => tracing::info!(error, "what was asked for before a crash is not known yet"),
            }
        }
    }

    /// It is the course's where one thing alone fits: by its name, or without one by its image, and by its time. What can't be told
    /// apart is the learner's.
    async fn came_of(&self, asked: &Asked, engine: &impl Upstream) -> Result<(), String> {
        let found = match asked.kind {
            Made::Container => containers(asked, engine).await?,
            Made::Network => networks(asked, engine).await?,
            Made::Volume => volumes(asked, engine).await?,
            Made::Image | Made::Reference => Vec::new(),
        };
        let is_new =
            |of: &&Candidate| is_answer(asked.at, of.made) && !self.ledger().owns(asked.kind, &of.id);
        let mut new = found.iter().filter(is_new);
        let (Some(only), None) = (new.next(), new.next()) else { return Ok(()) };
        if asked.kind == Made::Container {
            return self.container_came_of(asked, only, engine).await;
        }
        self.record(asked.kind, &only.id, &only.name);
        Ok(())
    }

    /// With the volumes that were made with it.
    async fn container_came_of(
        &self,
        asked: &Asked,
        found: &Candidate,
        engine: &impl Upstream,
    ) -> Result<(), String> {
        let inspected = list(engine, &format!("/containers/{}/json", encode(&found.id))).await?;
        // the list knows whole seconds
        if time(&inspected, "Created").is_none_or(|made| made < asked.at) {
            return Ok(());
        }
        self.record(Made::Container, &found.id, &found.name);
        for name in anonymous_volumes(&inspected) {
            let volume = list(engine, &format!("/volumes/{}", encode(name))).await?;
            let born = time(&volume, "CreatedAt");
            if born.is_some_and(|made| is_answer(asked.at, made)) {
                self.record(Made::Volume, name, name);
            }
        }
        Ok(())
    }
}

/// Some lists know whole seconds only.
fn is_answer(asked: Timestamp, made: Timestamp) -> bool {
    made.as_second() >= asked.as_second() && made.duration_since(asked) < AT_ONCE
}

async fn containers(asked: &Asked, engine: &impl Upstream) -> Result<Vec<Candidate>, String> {
    let all = list(engine, "/containers/json?all=1").await?;
    let name = |row: &Value| {
        let first = strings(row.get("Names")).next().unwrap_or_default();
        first.trim_start_matches('/').to_owned()
    };
    let fits = |row: &&Value| match asked.name.as_str() {
        "" => asked.names(text(row, "Image")),
        wanted => name(row) == wanted,
    };
    let made = |row: &Value| {
        Some(Candidate { id: text(row, "Id").to_owned(), name: name(row), made: time(row, "Created")? })
    };
    Ok(all.as_array().into_iter().flatten().filter(fits).filter_map(made).collect())
}

async fn networks(asked: &Asked, engine: &impl Upstream) -> Result<Vec<Candidate>, String> {
    let all = list(engine, "/networks").await?;
    let made = |row: &Value| {
        let made = time(row, "Created")?;
        Some(Candidate { id: text(row, "Id").to_owned(), name: text(row, "Name").to_owned(), made })
    };
    let named = all.as_array().into_iter().flatten().filter(|row| asked.names(text(row, "Name")));
    Ok(named.filter_map(made).collect())
}

/// One that was given no name has none that could be told from others.
async fn volumes(asked: &Asked, engine: &impl Upstream) -> Result<Vec<Candidate>, String> {
    let all = list(engine, "/volumes").await?;
    let rows = all.get("Volumes").and_then(Value::as_array).into_iter().flatten();
    let made = |row: &Value| {
        let name = text(row, "Name").to_owned();
        Some(Candidate { id: name.clone(), name, made: time(row, "CreatedAt")? })
    };
    Ok(rows.filter(|row| asked.names(text(row, "Name"))).filter_map(made).collect())
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use serde_json::json;

    use super::super::Decision;
    use super::super::bench::{Bench, bench, typed};
    use super::*;

    /// What a program that was killed has left: it had asked, and nobody wrote the answer down.
    fn left(bench: &Bench, kind: &str, name: &str, command: &str) {
        let words: Vec<&str> = command.split(' ').collect();
        // no process has such a number
        let line = json!({
            "did": "asked", "at": Timestamp::now(), "engine": "e", "kind": kind, "id": "999999999-1", "name": name, "words": words,
        });
        let path = bench._dir.path().join("ledger");
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::now() + SignedDuration::from_millis(milliseconds)
    }

    #[tokio::test]
    async fn what_was_made_before_a_kill_is_found_again_by_its_name_or_its_image_and_its_time() {
        for (kind, name, command, made, expected) in [
            ("container", "new", "docker run --name new busybox", 5, true),
            ("container", "", "docker run busybox", 5, true),
            ("container", "", "docker run alpine", 5, false),
            ("container", "other", "docker run --name other busybox", 5, false),
            ("container", "new", "docker run --name new busybox", -60_000, false),
            ("container", "new", "docker run --name new busybox", 60_000, false),
            ("network", "", "docker network create new", 5, true),
            ("network", "", "docker network create other", 5, false),
            ("volume", "", "docker volume create new", 5, true),
            ("volume", "", "docker volume create", 5, false),
        ] {
            let bench = bench(false);
            left(&bench, kind, name, command);
            let made = at(made);
            let thing = json!({
                "Id": "abcdef", "Name": "new", "Names": ["/new"], "Image": "busybox", "Created": made, "CreatedAt": made,
            });
            let (of, id, shelf) = match kind {
                "network" => (Made::Network, "abcdef", &bench.engine.networks),
                "volume" => (Made::Volume, "new", &bench.engine.volumes),
                _ => (Made::Container, "abcdef", &bench.engine.containers),
            };
            shelf.lock().unwrap().push(thing);
            let ledger = bench.guard.ledger();
            bench.guard.settle_unanswered(&bench.engine).await;
            assert_eq!(ledger.owns(of, id), expected, "{kind} {name} {command}");
            assert!(ledger.unanswered().is_empty(), "it is settled");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_told_apart_is_the_learners_and_an_engine_that_is_away_is_asked_later() {
        let mut bench = bench(false);
        left(&bench, "container", "", "docker run busybox");
        let volume = "a".repeat(64);
        let row = |id: &str| {
            json!({"Id": id, "Names": [format!("/{id}")], "Image": "busybox", "Created": at(5),
                "Mounts": [{"Type": "volume", "Name": volume}, {"Type": "volume", "Name": "v-named"}]})
        };
        bench.engine.containers.lock().unwrap().extend([row("aaaa"), row("bbbb")]);
        bench.engine.volumes.lock().unwrap().push(json!({"Name": volume, "CreatedAt": at(5)}));
        bench.engine.broken = true;
        bench.guard.settle_unanswered(&bench.engine).await;
        let ledger = Arc::clone(bench.guard.ledger());
        assert_eq!(ledger.unanswered().len(), 1);
        bench.engine.broken = false;
        bench.guard.settle_unanswered(&bench.engine).await;
        assert!(ledger.unanswered().is_empty() && !ledger.owns(Made::Container, "aaaa"));
        left(&bench, "container", "", "docker run busybox");
        // made after that, however long the machine took until here
        for (shelf, keys, new) in [
            (&bench.engine.containers, ["aaaa", "bbbb"], row("aaaa")),
            (&bench.engine.volumes, [volume.as_str(); 2], json!({"Name": volume, "CreatedAt": at(5)})),
        ] {
            let mut shelf = shelf.lock().unwrap();
            shelf.retain(|old| !keys.iter().any(|key| old["Id"] == *key || old["Name"] == *key));
            shelf.push(new);
        }
        // before anything is judged by the ledger
        assert!(bench.passes("/containers/aaaa?v=1").await);
        assert!(ledger.owns(Made::Container, "aaaa") && ledger.owns(Made::Volume, &volume));
    }

    #[tokio::test]
    async fn a_request_is_written_down_before_it_goes_on_and_settled_whatever_its_answer() {
        let bench = bench(false);
        let ledger = Arc::clone(bench.guard.ledger());
        for (status, answer) in [(201, r#"{"Id":"c9"}"#), (409, r#"{"message":"in use"}"#)] {
            let create =
                typed("POST", "/containers/create?name=new", "docker create -e KEY=abc --name new busybox");
            let Decision::Pass(Some(watch)) = bench.guard.consider(&create, &bench.engine).await else {
                panic!()
            };
            let asked = ledger.unanswered().pop().expect("it is written down");
            assert_eq!((asked.kind, asked.name.as_str()), (Made::Container, "new"));
            assert!(!asked.words.iter().any(|word| word.contains("abc")), "{:?}", asked.words);
            assert!(!asked.is_left(), "this program goes on");
            bench.guard.settle(watch, status, answer.as_bytes(), &bench.engine).await;
            assert!(ledger.unanswered().is_empty());
        }
    }
}
