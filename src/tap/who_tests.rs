//! Who typed what, with process trees as they were seen, and one that is real.

use super::*;

const SHELL: u32 = 100;

/// `pid parent group: words`, in the session of the shell, started at tick 50, with the foreground at `group`.
fn process(pid: u32, parent: u32, group: u32, line: &str) -> Process {
    let argv = line.split(' ').map(str::to_owned).collect();
    Process { pid, parent, group, session: SHELL, foreground: i64::from(group), started: 50, argv }
}

fn shell() -> Process {
    process(SHELL, 1, SHELL, "/bin/bash --rcfile /run/x/bashrc")
}

fn while_running() -> Root {
    Root { pid: SHELL, marked: true, running: true, ended: 0 }
}

fn at_the_prompt() -> Root {
    Root { pid: SHELL, marked: true, running: false, ended: 40 }
}

fn origin_of(chain: &[Process], root: &Root) -> Origin {
    judge(chain, root).unwrap().origin
}

#[test]
fn a_command_line_is_typed_in_each_of_its_shapes() {
    let alone = [process(200, SHELL, 200, "docker ps -a"), shell()];
    let second_of_a_pipe = [process(201, SHELL, 200, "docker ps -a"), shell()];
    let script = [process(201, 200, 200, "docker ps"), process(200, SHELL, 200, "sh ./go.sh"), shell()];
    let in_a_script = [
        process(202, 201, 200, "docker ps -q"),
        process(201, 200, 200, "bash go.sh"),
        process(200, SHELL, 200, "bash go.sh"),
        shell(),
    ];
    let inner_shell = [process(201, 200, 201, "docker ps"), process(200, SHELL, 200, "zsh"), shell()];
    let with_time =
        [process(201, 200, 200, "docker ps"), process(200, SHELL, 200, "watch docker ps"), shell()];
    let brackets = [
        process(201, 200, 200, "docker ps"),
        process(200, SHELL, 200, "/bin/bash --rcfile /run/x/bashrc"),
        shell(),
    ];
    let shapes = [&alone[..], &second_of_a_pipe, &script, &in_a_script, &inner_shell, &with_time, &brackets];
    for chain in shapes {
        assert_eq!(origin_of(chain, &while_running()), Origin::Typed, "{chain:?}");
        assert_eq!(origin_of(chain, &at_the_prompt()), Origin::Shell, "{chain:?}");
        let silent = Root { marked: false, ..at_the_prompt() };
        assert_eq!(origin_of(chain, &silent), Origin::Typed, "without marks: {chain:?}");
    }
}

#[test]
fn what_the_shell_runs_by_itself_is_not_typed() {
    let silent = Root { marked: false, ..at_the_prompt() };
    let completion = [process(200, SHELL, SHELL, "docker __complete rm "), shell()];
    let own_group = [process(200, SHELL, 200, "docker __completeNoDesc rm "), shell()];
    let substitution = [
        process(201, 200, SHELL, "docker ps -q"),
        process(200, SHELL, SHELL, "/bin/bash --rcfile /run/x/bashrc"),
        shell(),
    ];
    let inner_substitution = [
        process(202, 201, 200, "docker ps -q"),
        process(201, 200, 200, "bash"),
        process(200, SHELL, 200, "bash"),
        shell(),
    ];
    for chain in [&completion[..], &own_group, &substitution, &inner_substitution] {
        for root in [while_running(), at_the_prompt(), silent.clone()] {
            assert_eq!(origin_of(chain, &root), Origin::Shell, "{chain:?}");
        }
    }
    let prompt = [Process { started: 60, ..process(200, SHELL, 200, "docker ps -q") }, shell()];
    assert_eq!(origin_of(&prompt, &at_the_prompt()), Origin::Shell);
}

#[test]
fn a_command_in_the_background_is_typed() {
    let behind = |started| {
        [Process { foreground: i64::from(SHELL), started, ..process(200, SHELL, 200, "docker ps") }, shell()]
    };
    assert_eq!(origin_of(&behind(40), &at_the_prompt()), Origin::Typed);
    assert_eq!(origin_of(&behind(41), &at_the_prompt()), Origin::Shell, "begun by the prompt");
}

#[test]
fn a_call_that_is_sooner_than_its_mark_waits_for_it() {
    let typed = [process(200, SHELL, 200, "docker ps"), shell()];
    assert!(awaits_mark(&typed, &at_the_prompt()));
    assert!(!awaits_mark(&typed, &while_running()));
    // The shell reads beside it, so the next mark may be another command's.
    let behind = [Process { foreground: i64::from(SHELL), ..typed[0].clone() }, shell()];
    assert!(!awaits_mark(&behind, &at_the_prompt()));
    let completion = [process(200, SHELL, 200, "docker __complete rm "), shell()];
    assert!(!awaits_mark(&completion, &at_the_prompt()));
}

#[tokio::test]
async fn a_start_is_heard_before_and_after_one_waits() {
    let root = ShellRoot::default();
    tokio::join!(root.until_started(), async { root.command_started() });
    root.until_started().await;
}

#[test]
fn another_terminal_is_elsewhere() {
    let other = |p: Process| Process { session: 900, ..p };
    let chain = [other(process(950, 900, 950, "docker ps")), other(process(900, 1, 900, "bash"))];
    assert_eq!(origin_of(&chain, &while_running()), Origin::Elsewhere);
    assert_eq!(origin_of(&chain, &Root::default()), Origin::Elsewhere);
    assert_eq!(judge(&[], &while_running()), None);
}

#[test]
fn a_session_of_its_own_below_the_shell_is_still_the_learners() {
    let detached = Process { session: 200, ..process(200, SHELL, 200, "docker logs -f web") };
    assert_eq!(origin_of(&[detached, shell()], &while_running()), Origin::Typed);
}

#[test]
fn a_plugin_counts_to_its_command() {
    let chain = [
        process(202, 201, 200, "/usr/libexec/docker/cli-plugins/docker-buildx buildx build ."),
        process(201, 200, 200, "/usr/libexec/docker/cli-plugins/docker-compose compose up"),
        process(200, SHELL, 200, "docker compose up -e A=b"),
        shell(),
    ];
    let command = judge(&chain, &while_running()).unwrap();
    assert_eq!((command.pid, command.origin), (200, Origin::Typed));
    assert_eq!(command.argv, ["docker", "compose", "up", "-e", "A=••••"]);
}

#[test]
fn names_with_brackets_are_read() {
    let stat = "42 (a) b (c) S 7 42 7 34816 42 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12345 1 1";
    let process = parse(42, stat, Vec::new()).unwrap();
    assert_eq!((process.parent, process.group, process.session, process.foreground), (7, 42, 7, 42));
    assert_eq!(process.started, 12345);
    assert_eq!(parse(42, "nonsense", Vec::new()), None);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_real_process_is_found_with_its_words() {
    let mut child = std::process::Command::new("sleep").arg("30").spawn().unwrap();
    let root = ShellRoot::default();
    root.set_pid(std::process::id());
    let mut command = of(child.id(), &root).await;
    // between fork and exec it still has our own words
    while !command.argv.ends_with(&["30".into()]) {
        command = of(child.id(), &root).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(command.argv, ["sleep", "30"]);
    assert_ne!(command.origin, Origin::Elsewhere);
    assert_eq!(of(u32::MAX - 1, &root).await.origin, Origin::Elsewhere);
    assert!(ticks_now() > 0);
}
