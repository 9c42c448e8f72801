//! `pilotwhale doctor`: what was looked for, what was found, and what to do about what is missing.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::Serialize;

use super::fitted::fitted;
use super::help::VERSION;
use crate::cli::print::say;
use crate::engine::private::{How, Plan};
use crate::engine::{
    self, Endpoint, Engine, EngineError, Install, OsRelease, Outcome, Present, Prospect, Surroundings,
};
use crate::paths::Paths;

/// Look at this machine: engine, docker, shell, terminal, folders.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Print JSON, for a script or a bug report.
    #[arg(long)]
    json: bool,

    /// Say only how to get an engine here; nothing, where pilotwhale has one.
    #[arg(long, conflicts_with = "json")]
    install: bool,
}

#[derive(Debug, Default, Serialize)]
struct Findings {
    version: &'static str,
    system: String,
    engine_answers: bool,
    /// None answers, and none is needed: pilotwhale starts one of its own.
    starts_own: bool,
    findings: Vec<Finding>,
    /// What helps, where the exercises lack something.
    install: Option<Install>,
}

#[derive(Debug, Serialize)]
struct Finding {
    what: String,
    state: State,
    found: String,
    /// Empty when there is nothing to do.
    remedy: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// Not there, and no matter.
    Absent,
    /// It would be better otherwise.
    Warning,
    Problem,
}

/// 0 when an engine answers or pilotwhale starts one, else 1.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(look());
    let text = match args {
        Args { json: true, .. } => serde_json::to_string_pretty(&report)? + "\n",
        Args { install: true, .. } => advice(&report),
        _ => table(&report),
    };
    say(&text);
    Ok(if report.has_engine() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn look() -> Findings {
    let os = OsRelease::of_this_machine();
    let mut report = Findings {
        version: VERSION,
        system: format!("{}{}", os.name, if os.wsl { " (WSL)" } else { "" }),
        ..Findings::default()
    };
    let paths = Paths::of_user();
    let problem = engines(&mut report, paths.as_ref().ok()).await;
    programs(&mut report);
    terminal(&mut report);
    folders(&mut report, paths);
    let present = Present::of_this_machine();
    report.install = match problem {
        Some(problem) => engine::cure(&problem, &os, &present),
        None if report.has_engine() => engine::client_cure(&os, &present),
        None => None,
    };
    report
}

/// Returns what stands between us and an engine, where a command for this machine may help.
async fn engines(report: &mut Findings, paths: Option<&Paths>) -> Option<EngineError> {
    let discovery = engine::discover(&Surroundings::of_this_machine());
    let plan = Plan {
        state: paths.map(|paths| paths.state.clone()).unwrap_or_default(),
        runtime: paths.map(|paths| paths.runtime.clone()).unwrap_or_default(),
        asked: false,
        keep: false,
    };
    let trouble = match engine::prospect(&discovery, &plan) {
        Prospect::Found(endpoint) => ask(report, &endpoint).await,
        Prospect::OwnRuns(endpoint) => {
            if let Ok(engine) = Engine::connect(&endpoint).await {
                answers(report, &endpoint, &engine);
            } else {
                report.starts_own = true;
                report.add(
                    "engine",
                    State::Warning,
                    format!("pilotwhale's own has been started and does not answer yet: {}", endpoint.uri),
                    "Wait a moment and ask again. If it stays silent, quit pilotwhale and start it again.",
                );
            }
            None
        }
        Prospect::Own(how) => {
            report.starts_own = true;
            let found = format!("none runs, and none needs to: pilotwhale starts its own ({})", words(how));
            report.add("engine", State::Ok, found, "");
            None
        }
        Prospect::Nothing(problem) => {
            let remedy = match &problem {
                // the one command is below
                EngineError::Absent => String::new(),
                other => other.remedy(),
            };
            report.add("engine", State::Problem, problem.to_string(), remedy);
            Some(problem)
        }
    };
    for looked in &discovery.looked {
        let (state, remedy) = match &looked.outcome {
            Outcome::Answers | Outcome::NotTried => (State::Ok, String::new()),
            Outcome::Unsupported(_, remedy) => (State::Warning, remedy.clone()),
            Outcome::Denied => (State::Warning, EngineError::Denied { at: looked.uri.clone() }.remedy()),
            Outcome::Absent | Outcome::Dead => (State::Absent, String::new()),
        };
        report.add(
            &format!("tried {}", looked.what),
            state,
            format!("{}: {}", looked.uri, looked.outcome.words()),
            remedy,
        );
    }
    let others: Vec<&str> = discovery.others().map(|l| l.uri.as_str()).collect();
    if !report.has_engine() && !others.is_empty() {
        let remedy = format!("Use it with: DOCKER_HOST={} pilotwhale", others[0]);
        report.add("another engine", State::Warning, others.join(", "), remedy);
    }
    match engine::private::can_start(true) {
        Ok(how) => report.add("private engine", State::Ok, format!("can be started: {}", words(how)), ""),
        Err(error) => report.add("private engine", State::Absent, error.to_string(), ""),
    }
    trouble
}

async fn ask(report: &mut Findings, endpoint: &Endpoint) -> Option<EngineError> {
    match Engine::connect(endpoint).await {
        Ok(engine) => {
            answers(report, endpoint, &engine);
            None
        }
        Err(error) => {
            let remedy = match leave(&endpoint.why) {
                // What is wrong there is told by the error alone.
                Some(leave) if endpoint.other_machine().is_some() => format!("{} {leave}", error.remedy()),
                Some(leave) => leave,
                None => error.remedy(),
            };
            report.add(
                "engine",
                State::Problem,
                format!("{error}; this address comes {}", endpoint.why),
                remedy,
            );
            // A command for this machine mends no address that the learner has set.
            Some(error).filter(|e| matches!(e, EngineError::Denied { .. }))
        }
    }
}

fn answers(report: &mut Findings, endpoint: &Endpoint, engine: &Engine) {
    report.engine_answers = true;
    let info = engine.info();
    let name = match info.flavor {
        crate::facts::Flavor::Docker => "Docker",
        crate::facts::Flavor::Podman => "Podman",
    };
    let found = format!("{name} {} (API {}), {}: {}", info.version, info.api, endpoint.why, endpoint.uri);
    report.add("engine", State::Ok, found, "");
    if let Some(machine) = endpoint.other_machine() {
        let found = format!(
            "{machine}, not this one: folders to mount, localhost and published ports are {machine}'s"
        );
        report.add("engine's machine", State::Ok, found, "");
    }
}

/// How to get away from an address that somebody has set and that does not answer.
fn leave(why: &str) -> Option<String> {
    let how = if why.contains("DOCKER_HOST") {
        "unset DOCKER_HOST"
    } else if why.contains("DOCKER_CONTEXT") {
        "unset DOCKER_CONTEXT"
    } else if why.contains("context") {
        "docker context use default"
    } else {
        return None;
    };
    Some(format!("Start that engine, or go back to the one of this machine: {how}"))
}

fn words(how: How) -> &'static str {
    match how {
        How::Plain => "dockerd as root",
        How::Namespace => "dockerd as root, in a network of its own",
        How::Rootless => "dockerd without root",
        How::Podman => "Podman",
    }
}

fn programs(report: &mut Findings) {
    for (program, arguments, missing) in [
        ("docker", &["--version"][..], "Install the docker command: the lessons type it in the shell."),
        ("dockerd", &["--version"], ""),
        ("podman", &["--version"], ""),
        ("git", &["--version"], ""),
    ] {
        match first_line(program, arguments) {
            Some(version) => report.add(program, State::Ok, version, ""),
            None if missing.is_empty() => report.add(program, State::Absent, "not installed", ""),
            None => report.add(program, State::Problem, "not installed", missing),
        }
    }
    match std::env::var("SHELL").ok().filter(|s| !s.is_empty()) {
        Some(shell) if Path::new(&shell).is_file() => report.add("shell", State::Ok, shell, ""),
        Some(shell) => {
            report.add(
                "shell",
                State::Warning,
                format!("$SHELL is {shell}, which is not there"),
                "Set SHELL, or use --shell.",
            );
        }
        None => report.add(
            "shell",
            State::Warning,
            "$SHELL is not set; /bin/sh is used",
            "Set SHELL, or use --shell.",
        ),
    }
}

fn terminal(report: &mut Findings) {
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    if !std::io::stdout().is_terminal() {
        report.add("terminal", State::Absent, "the output goes to a file or a pipe", "");
        return;
    }
    let term = of("TERM");
    let colours = if !of("NO_COLOR").is_empty() {
        "no colours (NO_COLOR)"
    } else if matches!(of("COLORTERM").as_str(), "truecolor" | "24bit") {
        "16 million colours"
    } else if term.contains("256") {
        "256 colours"
    } else {
        "16 colours"
    };
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    let (cols, rows) = size.map_or((0, 0), |s| (s.ws_col, s.ws_row));
    let found = format!("{cols}x{rows}, {colours}, TERM={term}");
    if cols < 80 || rows < 24 {
        report.add(
            "terminal",
            State::Warning,
            found,
            "Make the window larger: 120x40 shows slides, engine and shell at once.",
        );
    } else if term.is_empty() || term == "dumb" {
        report.add(
            "terminal",
            State::Problem,
            found,
            "Use a terminal that can move its cursor, and set TERM.",
        );
    } else {
        report.add("terminal", State::Ok, found, "");
    }
}

fn folders(report: &mut Findings, paths: anyhow::Result<Paths>) {
    match paths {
        Ok(paths) => {
            for (what, folder) in [("state folder", &paths.state), ("work folder", &paths.work)] {
                match writable(folder) {
                    Ok(note) if what == "work folder" && paths.instead_of.is_some() => {
                        let wanted = paths.instead_of.as_deref().unwrap_or(folder).display();
                        let found =
                            format!("{} ({note}), because {wanted} belongs to a source", folder.display());
                        report.add(what, State::Ok, found, "");
                    }
                    Ok(note) => report.add(what, State::Ok, format!("{} ({note})", folder.display()), ""),
                    Err(reason) => report.add(
                        what,
                        State::Problem,
                        format!("{}: {reason}", folder.display()),
                        "Make it writable for your user, or set PILOTWHALE_HOME to a folder that is.",
                    ),
                }
            }
        }
        Err(error) => report.add(
            "folders",
            State::Problem,
            error.to_string(),
            "Set PILOTWHALE_HOME to a folder of your choice.",
        ),
    }
}

/// Looks without making anything: the nearest folder that exists decides.
fn writable(folder: &Path) -> Result<&'static str, String> {
    let nearest: Option<PathBuf> = folder.ancestors().find(|f| f.exists()).map(Path::to_path_buf);
    let Some(nearest) = nearest else { return Err("there is no such place".into()) };
    if !nearest.is_dir() {
        return Err(format!("{} is not a folder", nearest.display()));
    }
    rustix::fs::access(&nearest, rustix::fs::Access::WRITE_OK).map_err(|e| e.to_string())?;
    Ok(if nearest == folder { "writable" } else { "will be made" })
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let out = Command::new(engine::private::program(program)?)
        .args(arguments)
        .output()
        .ok()
        .filter(|o| o.status.success())?;
    Some(String::from_utf8_lossy(&out.stdout).lines().next().unwrap_or_default().trim().to_string())
}

impl Findings {
    fn has_engine(&self) -> bool {
        self.engine_answers || self.starts_own
    }

    fn add(&mut self, what: &str, state: State, found: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(Finding { what: what.into(), state, found: found.into(), remedy: remedy.into() });
    }
}

fn table(report: &Findings) -> String {
    let mut text = format!("pilotwhale {} on {}\n\n", report.version, report.system);
    let width = report.findings.iter().map(|f| f.what.chars().count()).max().unwrap_or(0);
    for f in &report.findings {
        let mark = match f.state {
            State::Ok => "ok  ",
            State::Absent => "-   ",
            State::Warning => "warn",
            State::Problem => "FAIL",
        };
        text.push_str(&fitted(&format!("{mark}  {:width$}  {}\n", f.what, f.found)));
        if !f.remedy.is_empty() {
            // in one line: it may be a command, which is copied
            text.push_str(&format!("      {:width$}  -> {}\n", "", f.remedy));
        }
    }
    if let Some(install) = &report.install {
        text.push_str(&format!("\nWhat helps on this system:\n{}", lines(install)));
    }
    if !report.has_engine() {
        text.push_str("\nWithout an engine the slides and quizzes work; the exercises need one.\n");
    }
    text
}

fn lines(install: &Install) -> String {
    let command = install.command.iter().map(|command| format!("  {command}\n"));
    command.chain([format!("{}\n", install.note)]).collect()
}

/// What to do, alone: for somebody who is about to start.
fn advice(report: &Findings) -> String {
    let lead = "No container engine answers. The slides and quizzes work without one; for the exercises:\n";
    match &report.install {
        Some(install) if report.has_engine() => lines(install),
        Some(install) => format!("{lead}{}", lines(install)),
        None if report.has_engine() => String::new(),
        None => {
            let known =
                report.findings.iter().find(|finding| finding.what == "engine" && !finding.remedy.is_empty());
            let what = known.map_or("see https://docs.docker.com/engine/install/", |finding| &finding.remedy);
            format!("{lead}  {what}\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_for_a_machine_without_an_engine() {
        let mut report = Findings { version: "1", system: "Testix".into(), ..Findings::default() };
        report.add("engine", State::Problem, "none", "Install one.");
        report.install = Some(Install { command: Some("get docker".into()), note: "Then log in.".into() });
        let text = table(&report);
        for part in ["FAIL  engine", "-> Install one.", "get docker", "slides and quizzes work"] {
            assert!(text.contains(part), "{text}");
        }
        let short = advice(&report);
        assert!(
            short.contains("get docker") && short.contains("Then log in.") && !short.contains("FAIL"),
            "{short}"
        );
        report.install = None;
        assert!(advice(&report).contains("Install one."));
    }

    #[test]
    fn an_engine_that_pilotwhale_starts_is_no_fault() {
        let mut report = Findings { starts_own: true, ..Findings::default() };
        report.add("engine", State::Ok, "none runs", "");
        let text = table(&report);
        assert!(
            !text.contains("FAIL") && !text.contains("What helps") && !text.contains("need one"),
            "{text}"
        );
        assert_eq!(advice(&report), "");
        report.install = Some(Install { command: None, note: "Get the docker command.".into() });
        assert_eq!(advice(&report), "Get the docker command.\n");
    }
}
