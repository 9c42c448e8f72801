//! Commands on a terminal, directly and through the tap: size, resize, keys, detaching, exit status.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::plain::plain;
use super::{EngineUnderTest, prepared};
use crate::support::screen::{Launch, Screen};
use crate::support::tapped::Tapped;

const HUNG: Duration = Duration::from_secs(30);

/// Plays a scene on a terminal at each end, and compares the screens and statuses that it yields.
#[track_caller]
fn same(on: &str, scene: impl Fn(&Stage) -> Vec<(String, u32)>) {
    let engine = prepared(on);
    let tapped = Tapped::before(engine.host());
    let play = |host: &str, letter: &str| {
        let stage = Stage { engine: &engine, host, name: engine.name(letter) };
        let seen = scene(&stage);
        let told = [(host, "HOST"), (stage.name.as_str(), "NAME")];
        seen.into_iter().map(|(text, status)| (plain(text.as_bytes(), &told), status)).collect::<Vec<_>>()
    };
    let (direct, through) = (play(engine.host(), "d"), play(tapped.host(), "t"));
    assert_eq!(direct, through, "directly, and through the tap");
}

struct Stage<'a> {
    engine: &'a EngineUnderTest,
    host: &'a str,
    name: String,
}

impl Stage<'_> {
    fn docker(&self, line: &str) -> Screen {
        let words: Vec<String> = line.split(' ').map(|word| word.replace("NAME", &self.name)).collect();
        Launch::program("docker")
            .args(words.iter().map(String::as_str))
            .env("DOCKER_HOST", self.host)
            .size(80, 24)
            .start()
    }

    /// Asked of the engine itself.
    fn is_running(&self) -> bool {
        self.engine.try_docker(&["inspect", "-f", "{{.State.Running}}", &self.name]).as_deref() == Ok("true")
    }
}

fn ended(screen: &Screen) -> (String, u32) {
    let status = screen.wait_exit().exit_code();
    (screen.text(), status)
}

/// What is typed before the shell inside asks for it is shown twice.
#[track_caller]
fn prompt(screen: &Screen) {
    screen.wait_until("a prompt", |grid| grid.text().trim_end().ends_with("/ #"));
}

/// Waits until the program inside sees this size. The CLI looks at its terminal's size a moment after the prompt is there, and
/// does not hear of a change before that: it is told again.
fn has_size(screen: &Screen, columns: u16, rows: u16) {
    prompt(screen);
    let seen = format!("is-2-{rows}");
    // short, so that it is one row at any width
    screen.type_text(&format!(
        "until stty size 2>&-|grep -qx '{rows} {columns}';do :;done;echo is-$((1+1))-{rows}\n"
    ));
    let begun = Instant::now();
    while !screen.contains(&seen) && begun.elapsed() < HUNG {
        screen.signal(Signal::WINCH);
        std::thread::sleep(Duration::from_millis(100));
    }
    screen.wait_for(&seen);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn run_it_has_a_size_is_resized_and_gives_its_status() {
    same("tty-run", |stage| {
        let screen = stage.docker("run -it --name NAME busybox sh");
        prompt(&screen);
        has_size(&screen, 80, 24);
        screen.resize(133, 41);
        has_size(&screen, 133, 41);
        prompt(&screen);
        screen.type_text("exit 5\n");
        let end = ended(&screen);
        assert_eq!(end.1, 5);
        vec![end]
    });
}

#[test]
#[ignore = "needs an engine: ./test"]
fn ctrl_c_goes_to_the_program_inside() {
    same("tty-int", |stage| {
        let screen = stage.docker("run -it --name NAME busybox sh");
        prompt(&screen);
        // a program of its own from its first word on: between two of its commands, ash may lose the key
        screen.type_text("sh -c 'echo wait-$((1+1)); exec sleep 1000'\n");
        screen.wait_for("wait-2");
        screen.send("<C-c>");
        prompt(&screen);
        screen.type_text("echo status-$?\n");
        screen.wait_for("status-130");
        prompt(&screen);
        screen.send("<C-d>");
        vec![ended(&screen)]
    });
}

#[test]
#[ignore = "needs an engine: ./test"]
fn detaching_leaves_it_running_and_attach_comes_back() {
    same("tty-detach", |stage| {
        let screen = stage.docker("run -it --name NAME busybox sh");
        prompt(&screen);
        screen.send("<C-p><C-q>");
        let detached = ended(&screen);
        assert_eq!(detached.1, 0);
        assert!(stage.is_running());
        let screen = stage.docker("attach NAME");
        screen.type_text("echo back-$((1+1))\n");
        screen.wait_for("back-2");
        screen.resize(100, 30);
        has_size(&screen, 100, 30);
        prompt(&screen);
        screen.type_text("exit 3\n");
        let back = screen.wait_exit().exit_code();
        assert_eq!(back, 3);
        // what the engine shows of the old prompt when a terminal comes back depends on who asks first
        vec![detached, (String::new(), back)]
    });
}

#[test]
#[ignore = "needs an engine: ./test"]
fn exec_it_likewise() {
    same("tty-exec", |stage| {
        let screen = stage.docker("run -d --name NAME busybox sleep 1000");
        assert_eq!(ended(&screen).1, 0);
        let screen = stage.docker("exec -it NAME sh");
        prompt(&screen);
        has_size(&screen, 80, 24);
        screen.resize(120, 50);
        has_size(&screen, 120, 50);
        prompt(&screen);
        screen.type_text("exit 6\n");
        let end = ended(&screen);
        assert_eq!(end.1, 6);
        let screen = stage.docker("exec -it NAME sh");
        prompt(&screen);
        screen.send("<C-p><C-q>");
        let detached = ended(&screen);
        assert!(detached.0.trim_end().ends_with("read escape sequence"), "{detached:?}");
        // whether the prompt is still on the line before it depends on who is first
        vec![end, (String::new(), detached.1)]
    });
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_container_that_is_killed_ends_the_client() {
    same("tty-kill", |stage| {
        let screen = stage.docker("run -it --name NAME busybox sh");
        prompt(&screen);
        stage.engine.docker(&["kill", &stage.name]);
        let end = ended(&screen);
        assert_eq!(end.1, 137);
        vec![end]
    });
}

#[test]
#[ignore = "needs an engine: ./test"]
fn ctrl_c_ends_what_runs_in_the_foreground() {
    same("tty-front", |stage| {
        let screen = Launch::program("docker")
            .args(["run", "--name", &stage.name, "busybox", "sh", "-c"])
            .args(["trap 'echo got; exit 7' INT; echo up; while :; do sleep 0.1; done"])
            .env("DOCKER_HOST", stage.host)
            .size(80, 24)
            .start();
        screen.wait_for("up");
        screen.send("<C-c>");
        let front = ended(&screen);
        assert_eq!(front.1, 7);

        let running = format!("{}-2", stage.name);
        stage.engine.docker(&["run", "-d", "--name", &running, "busybox", "sh", "-c", "echo up; sleep 1000"]);
        let mut all = vec![front];
        // Of one container, the docker command of 28.5 shows its stats on and on (https://github.com/docker/cli/issues/6090).
        for (line, seen) in [("logs -f NAME-2", "up"), ("stats", "MEM USAGE")] {
            let screen = stage.docker(line);
            screen.wait_for(seen);
            screen.send("<C-c>");
            all.push((line.to_owned(), screen.wait_exit().exit_code()));
        }
        // An event of now: the engine remembers few, and other tests make many.
        let screen = stage.docker("events --filter container=NAME-2");
        let is_told = |_| {
            stage.engine.docker(&["kill", "-s", "WINCH", &running]);
            screen.contains("container kill")
        };
        assert!((0..300).any(is_told), "events are told");
        screen.send("<C-c>");
        all.push(("events".to_owned(), screen.wait_exit().exit_code()));
        all
    });
}
