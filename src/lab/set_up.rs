//! Runs the script that an exercise begins with, if it has one.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::{LabError, Trust};
use crate::course::Exercise;
use crate::tap::docker_env;

/// How much of what a script printed is told: its end says what went wrong.
const LINES: usize = 20;

/// How set-up scripts are run.
#[derive(Clone, Debug)]
pub struct SetUp {
    pub trust: Trust,
    /// The engine that the learner's commands go to; None leaves it to the surroundings.
    pub docker_host: Option<String>,
    /// Where it is noted for which attempt a script has run.
    pub notes: PathBuf,
}

impl SetUp {
    /// Runs the exercise's script in its folder: once for each attempt, and again after it failed. It ends with the
    /// future that runs it.
    pub async fn run(&self, folder: &Path, exercise: &Exercise, attempt: u64) -> Result<(), LabError> {
        let Some(script) = &exercise.setup else { return Ok(()) };
        let note = self.notes.join(&exercise.id);
        if fs::read_to_string(&note).is_ok_and(|of| of.trim() == attempt.to_string()) {
            return Ok(());
        }
        if !self.trust.holds() {
            return Err(LabError::Untrusted);
        }
        let mut bash = Command::new("bash");
        // What it says is told in the order in which it said it; the first command that fails ends it.
        bash.args(["-e", "-c", &format!("exec 2>&1\n{script}")]).current_dir(folder);
        if let Some(host) = &self.docker_host {
            bash.envs(docker_env(host));
        }
        let output = bash.stdin(Stdio::null()).kill_on_drop(true).output().await;
        let output = output.map_err(|error| LabError::SetUp {
            how: match error.kind() {
                ErrorKind::NotFound => "bash is not installed".into(),
                _ => format!("bash could not be started: {error}"),
            },
            said: String::new(),
        })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            let lines: Vec<&str> = said.lines().collect();
            return Err(LabError::SetUp {
                how: format!("it ended with {}", output.status),
                said: lines[lines.len().saturating_sub(LINES)..].join("\n"),
            });
        }
        fs::create_dir_all(&self.notes).map_err(LabError::file(&self.notes))?;
        fs::write(&note, attempt.to_string()).map_err(LabError::file(&note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Source;

    fn exercise(script: &str) -> Exercise {
        Exercise { id: "e".into(), setup: Some(script.into()), ..Exercise::default() }
    }

    fn set_up(folder: &Path, trust: Trust) -> SetUp {
        SetUp { trust, docker_host: Some("unix:///here".into()), notes: folder.join("notes") }
    }

    #[tokio::test]
    async fn it_runs_once_for_each_attempt_and_again_after_it_failed() {
        let dir = tempfile::tempdir().unwrap();
        let set_up = set_up(dir.path(), Trust::BuiltIn);
        let runs = exercise("echo $DOCKER_HOST >>ran\ntest -e ready");
        let ran = || fs::read_to_string(dir.path().join("ran")).unwrap();
        let error = set_up.run(dir.path(), &runs, 1).await.unwrap_err();
        assert!(error.to_string().contains("exit status: 1"), "{error}");
        fs::write(dir.path().join("ready"), "").unwrap();
        for attempt in [1, 1, 2, 2] {
            set_up.run(dir.path(), &runs, attempt).await.unwrap();
        }
        assert_eq!(ran(), "unix:///here\n".repeat(3));
    }

    #[tokio::test]
    async fn what_it_said_is_told_in_its_order() {
        let dir = tempfile::tempdir().unwrap();
        let set_up = set_up(dir.path(), Trust::BuiltIn);
        let error = set_up
            .run(dir.path(), &exercise("echo one; echo two >&2; false\necho three"), 1)
            .await
            .unwrap_err();
        assert!(error.remedy().contains("one\ntwo"), "{}", error.remedy());
        assert!(!error.remedy().contains("three"), "{}", error.remedy());
    }

    #[tokio::test]
    async fn without_trust_nothing_runs() {
        let dir = tempfile::tempdir().unwrap();
        let course = dir.path().join("course");
        fs::create_dir_all(course.join("exercises")).unwrap();
        let source = Source::Folder(course.clone());
        let agreed = Trust::Text { hash: source.content_hash(), source };
        assert!(agreed.holds());
        fs::write(course.join("exercises/new"), "changed since").unwrap();
        for trust in [Trust::Nobody, agreed] {
            let outcome = set_up(dir.path(), trust).run(dir.path(), &exercise("touch ran"), 1).await;
            assert!(matches!(outcome, Err(LabError::Untrusted)), "{outcome:?}");
        }
        assert!(!dir.path().join("ran").exists());
        let without = Exercise { setup: None, ..exercise("") };
        set_up(dir.path(), Trust::Nobody).run(dir.path(), &without, 1).await.unwrap();
    }
}
