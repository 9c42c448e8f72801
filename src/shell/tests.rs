//! Real programs on a real pseudo-terminal. Waits are for what the screen shows; their limit only stops a hung test.

mod prompt;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use std::{fs, process};

use super::*;

const HUNG: Duration = Duration::from_secs(30);

struct Trial {
    shell: Shell,
    events: Receiver<ShellEvent>,
    /// Command marks that came while something else was waited for.
    commands: RefCell<VecDeque<ShellEvent>>,
}

fn start(options: Options) -> Trial {
    let (sender, events) = channel();
    let shell = Shell::spawn(options, move |event| {
        // The test may be over.
        let _ = sender.send(event);
    })
    .unwrap();
    Trial { shell, events, commands: RefCell::default() }
}

fn program(argv: &[&str]) -> Options {
    Options { program: Some(argv.iter().map(|&arg| arg.to_owned()).collect()), ..Options::default() }
}

fn script(text: &str) -> Options {
    program(&["sh", "-c", text])
}

fn text(screen: &Screen) -> String {
    screen.read(|view| {
        let rows = view.size().1;
        let lines: Vec<String> = (0..rows)
            .map(|row| {
                let cells = view.row(row).filter(|cell| cell.width != Width::Covered);
                let line: String = cells
                    .flat_map(|cell| std::iter::once(cell.glyph).chain(cell.marks.iter().copied()))
                    .collect();
                line.trim_end().to_owned()
            })
            .collect();
        lines.join("\n").trim_end().to_owned()
    })
}

impl Trial {
    fn text(&self) -> String {
        text(&self.shell.screen())
    }

    /// Waits for an event that `is_it` accepts, and gives what it made of it.
    fn event<T>(&self, mut is_it: impl FnMut(&ShellEvent) -> Option<T>) -> T {
        loop {
            let event = self.events.recv_timeout(HUNG);
            let event = event.unwrap_or_else(|_| panic!("nothing more; the screen shows:\n{}", self.text()));
            if matches!(event, ShellEvent::CommandStarted | ShellEvent::CommandEnded(_)) {
                self.commands.borrow_mut().push_back(event.clone());
            }
            if let Some(found) = is_it(&event) {
                return found;
            }
        }
    }

    fn until(&self, is_it: impl Fn(&str) -> bool) -> String {
        loop {
            let text = self.text();
            if is_it(&text) {
                return text;
            }
            self.event(|event| (*event == ShellEvent::Dirty).then_some(()));
        }
    }

    fn shows(&self, what: &str) {
        self.until(|text| text.contains(what));
    }

    fn exited(&self) -> Option<i32> {
        self.event(|event| match event {
            ShellEvent::Exited(status) => Some(*status),
            _ => None,
        })
    }

    fn command(&self) -> ShellEvent {
        while self.commands.borrow().is_empty() {
            self.event(|_| Some(()));
        }
        self.commands.borrow_mut().pop_front().unwrap()
    }

    fn line(&self, line: &str) {
        assert!(self.shell.paste(line));
        assert!(self.shell.key(Key { code: KeyCode::Enter, mods: Mods::default() }));
    }

    fn keys(&self, keys: &str) {
        for c in keys.chars() {
            assert!(self.shell.key(Key { code: KeyCode::Char(c), mods: Mods::default() }));
        }
    }

    fn ctrl(&self, c: char) {
        assert!(self.shell.key(Key { code: KeyCode::Char(c), mods: Mods { ctrl: true, ..Mods::default() } }));
    }
}

fn is_alive(pid: &str) -> bool {
    // A zombie has ended, whoever its parent is.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn until_gone(pid: &str) {
    let begun = Instant::now();
    while is_alive(pid) {
        assert!(begun.elapsed() < HUNG, "{pid} lives on");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_is_typed_is_echoed_and_comes_back() {
    let trial = start(program(&["cat"]));
    trial.line("hello");
    trial.until(|text| text == "hello\nhello");
    trial.ctrl('d');
    assert_eq!(trial.exited(), Some(0));
    assert!(!trial.shell.runs());
}

#[test]
fn exit_status_and_signal_are_told() {
    assert_eq!(start(script("exit 7")).exited(), Some(7));
    assert_eq!(start(script("kill -TERM $$")).exited(), Some(143));
}

#[test]
fn the_last_output_is_there_when_the_exit_is_told() {
    for _ in 0..20 {
        let trial = start(script("seq 1 500; printf last"));
        trial.exited();
        assert!(trial.text().ends_with("500\nlast"));
    }
}

#[test]
fn the_child_sees_its_size_and_learns_of_a_new_one() {
    let trial = start(script("trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done"));
    trial.shows("24 80");
    trial.shell.resize(132, 40);
    trial.shows("40 132");
    trial.shell.resize(1, 0);
    trial.until(|_| trial.shell.screen().read(|view| view.size() == (2, 1)));
}

#[test]
fn ctrl_c_ends_a_flood() {
    let trial = start(program(&["yes"]));
    trial.shows("y\ny");
    trial.ctrl('c');
    assert_eq!(trial.exited(), Some(130));
}

#[test]
fn a_flood_takes_no_more_memory() {
    let resident = || {
        let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
        statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
    };
    let flood = "yes $(printf %079d 0) | head -c";
    let text = format!("{flood} 1000000; printf half; read x; {flood} 20000000; printf end");
    let trial = start(script(&text));
    trial.shows("half");
    let before = resident();
    trial.line("");
    trial.shows("end");
    // Other tests run beside this one; an unbounded queue or history would take hundreds of megabytes.
    assert!(resident() < before + (150 << 20));
    assert_eq!(trial.shell.screen().read(|view| view.history()), 5000);
}

#[test]
fn megabytes_of_input_do_not_deadlock() {
    let trial = start(script("stty raw -echo; printf ready; head -c 3000000 | wc -c"));
    trial.shows("ready");
    let block = "x".repeat(100_000);
    for _ in 0..30 {
        while !trial.shell.paste(&block) {
            thread::yield_now();
        }
    }
    trial.shows("3000000");
}

#[test]
fn a_stopped_child_never_blocks_who_types() {
    let trial = start(script("stty raw -echo; printf ready; kill -STOP $$"));
    trial.shows("ready");
    let block = "x".repeat(1 << 20);
    let accepted = (0..20).filter(|_| trial.shell.paste(&block)).count();
    assert!((1..20).contains(&accepted), "{accepted}");
}

#[test]
fn a_group_that_ignores_the_hangup_is_killed() {
    let trial = start(script("trap '' HUP; sleep 1000 & echo pid $! $$; wait; sleep 1000"));
    let text = trial.until(|text| text.split_whitespace().count() == 3);
    let pids: Vec<String> = text.split_whitespace().skip(1).map(str::to_owned).collect();
    trial.shell.shutdown();
    for pid in pids {
        until_gone(&pid);
    }
    assert!(!trial.shell.runs());
}

#[test]
fn dropping_an_interactive_shell_leaves_nothing_behind() {
    let trial = start(program(&["bash", "--norc"]));
    trial.line("sleep 1000 & echo a$!b; sh -c 'trap \"\" HUP; echo c$$\"d\"; sleep 1000'");
    let number = |text: &str, from: char, to: char| {
        text.lines().rev().find_map(|line| {
            let inner = line.trim().strip_prefix(from)?.strip_suffix(to)?;
            inner.parse::<u32>().ok().map(|pid| pid.to_string())
        })
    };
    let text = trial.until(|text| number(text, 'a', 'b').is_some() && number(text, 'c', 'd').is_some());
    let pids = [number(&text, 'a', 'b').unwrap(), number(&text, 'c', 'd').unwrap()];
    drop(trial);
    for pid in pids {
        until_gone(&pid);
    }
}

#[test]
fn no_zombie_is_left() {
    let trial = start(script("echo $$; exec sleep 1000"));
    let pid = trial.until(|text| !text.is_empty());
    drop(trial);
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    assert!(!stat.contains(&format!(") Z {} ", process::id())), "{stat}");
}

#[test]
fn a_background_job_does_not_hold_up_the_exit() {
    let trial = start(script("(trap '' HUP; exec sleep 1000) & echo $!; sleep 0.1; exit 3"));
    assert_eq!(trial.exited(), Some(3));
    let pid = trial.text().trim().to_owned();
    assert!(is_alive(&pid));
    drop(trial);
    process::Command::new("sh").args(["-c", &format!("kill -KILL {pid}")]).status().unwrap();
}

#[test]
fn a_paste_is_bracketed_only_when_asked_for() {
    let trial = start(script("stty raw -echo; printf '\\033[?2004hready'; head -c 17 | od -c"));
    trial.shows("ready");
    trial.shell.paste("a\nb\x1b[2");
    trial.until(|text| text.contains("033   [   2   0   0   ~   a  \\n   b   [   2 033"));
}

#[test]
fn text_for_the_prompt_does_not_run() {
    let trial = start(Options { env: vec![("PS1".to_owned(), "own>".to_owned())], ..program(&["sh"]) });
    trial.shows("own>");
    assert_eq!(trial.shell.put("echo one \\\n  two\n"), Put::Done);
    trial.shows("echo one two");
    trial.ctrl('c');
    trial.until(|text| text.matches("own>").count() == 2);
    trial.line("echo th''ree");
    let text = trial.until(|text| text.contains("three"));
    assert!(!text.contains("\none two"), "{text}");
}

#[test]
fn long_lines_reflow_and_copy_as_one() {
    let trial = start(script("printf 'abcdefghijklmnopqrstuvwxyz\\n'; read x"));
    trial.shows("xyz");
    trial.shell.resize(10, 5);
    trial.shell.scroll(100);
    assert_eq!(trial.text(), "abcdefghij\nklmnopqrst\nuvwxyz");
    let screen = trial.shell.screen();
    screen.select_start(0, 8, SelectBy::Cell);
    screen.select_to(2, 1);
    assert_eq!(screen.selection_text().unwrap(), "ijklmnopqrstuv");
    // The other way round, the same.
    screen.select_start(2, 1, SelectBy::Cell);
    screen.select_to(0, 8);
    assert_eq!(screen.selection_text().unwrap(), "ijklmnopqrstuv");
    trial.shell.resize(80, 24);
    assert_eq!(trial.text(), "abcdefghijklmnopqrstuvwxyz");
}

#[test]
fn the_mouse_selects_unless_the_program_wants_it() {
    let trial = start(script(
        "printf 'one two\\n'; read x; stty raw -echo; printf '\\033[?1000h\\033[?1006hnow'; head -c 9 | od -c",
    ));
    trial.shows("two");
    let at = |kind, col| Mouse { kind, row: 0, col, mods: Mods::default() };
    trial.shell.mouse(at(MouseKind::Down(Button::Left), 4));
    trial.shell.mouse(at(MouseKind::Drag(Button::Left), 6));
    assert_eq!(trial.shell.mouse(at(MouseKind::Up(Button::Left), 6)).unwrap(), "two");
    trial.shell.mouse(at(MouseKind::Down(Button::Left), 1));
    assert_eq!(trial.shell.mouse(at(MouseKind::Up(Button::Left), 1)), None);
    trial.shell.mouse(at(MouseKind::Down(Button::Left), 1));
    assert_eq!(trial.shell.mouse(at(MouseKind::Up(Button::Left), 1)).unwrap(), "one");
    trial.line("");
    trial.shows("now");
    assert_eq!(trial.shell.mouse(at(MouseKind::Down(Button::Left), 4)), None);
    trial.shows("033   [   <   0   ;   5   ;   1   M");
}

#[test]
fn the_wheel_scrolls_and_a_key_returns() {
    let trial = start(script("seq 1 100; cat"));
    trial.shows("100");
    let wheel = Mouse { kind: MouseKind::WheelUp, row: 0, col: 0, mods: Mods::default() };
    trial.shell.wheel(wheel);
    let screen = trial.shell.screen();
    assert_eq!(screen.read(|view| (view.lines_back(), view.cursor())), (3, None));
    assert!(!trial.text().contains("100"));
    trial.ctrl('d');
    assert_eq!(screen.read(|view| view.lines_back()), 0);
}

#[test]
fn in_a_full_screen_program_the_wheel_sends_arrows() {
    let trial = start(script("stty raw -echo; printf '\\033[?1049hready'; head -c 9 | od -c"));
    trial.shows("ready");
    trial.shell.wheel(Mouse { kind: MouseKind::WheelDown, row: 0, col: 0, mods: Mods::default() });
    trial.shows("033   [   B 033   [   B 033   [   B");
}

#[test]
fn a_program_that_asks_learns_of_the_focus() {
    let trial = start(script("stty raw -echo; printf '\\033[?1004hready'; head -c 6 | od -c"));
    trial.shows("ready");
    trial.shell.focus(true);
    trial.shell.focus(false);
    trial.shows("033   [   I 033   [   O");
}

#[test]
fn questions_are_answered() {
    let ask = |question: &str, length: usize| {
        let trial = start(Options {
            background: (0x10, 0x20, 0x30),
            ..script(&format!(
                "stty raw -echo; printf '{question}'; head -c {length} | tr '\\033' E | tr '\\007' B; sleep 100"
            ))
        });
        trial.until(|text| text.trim().len() >= length).trim().to_owned()
    };
    assert_eq!(ask("\\033[c", 9), "E[?62;22c");
    assert_eq!(ask("\\033[6n", 6), "E[1;1R");
    assert_eq!(ask("\\033]11;?\\007", 24), "E]11;rgb:1010/2020/3030B");
    assert!(ask("\\033[>q", 16).starts_with("EP>|pilotwhale("));
}

#[test]
fn an_unfinished_synchronised_update_is_shown_in_the_end() {
    let trial = start(script("printf '\\033[?2026hhalf'; sleep 1000"));
    trial.shows("half");
}

#[test]
fn copying_and_titles_are_told_but_nothing_is_read_out() {
    let trial = start(script(
        "printf '\\033]2;a\\001title\\007\\033]52;c;aGVsbG8=\\007\\033]52;c;?\\007\\033[c'; cat -v",
    ));
    let copied = trial.event(|event| match event {
        ShellEvent::Clipboard(text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(copied, "hello");
    trial.until(|text| text.contains("[?62;22c"));
    assert!(!trial.text().contains("52;c"));
    assert_eq!(trial.shell.screen().read(|view| view.title().to_owned()), "atitle");
}

#[test]
fn the_child_gets_a_plain_environment() {
    let folder = tempfile::tempdir().unwrap();
    let trial = start(Options {
        cwd: folder.path().to_owned(),
        env: vec![("DOCKER_HOST".to_owned(), "unix:///x".to_owned())],
        ..script("echo $TERM $COLORTERM $DOCKER_HOST [$TMUX$LINES]; pwd")
    });
    trial.shows("xterm-256color truecolor unix:///x []");
    trial.shows(folder.path().file_name().unwrap().to_str().unwrap());
}

#[test]
fn a_prefix_runs_the_program() {
    let trial =
        start(Options { prefix: vec!["env".to_owned(), "WHALE=1".to_owned()], ..script("echo got $WHALE") });
    trial.shows("got 1");
    assert_eq!(trial.exited(), Some(0));
}

fn with_home(argv: &[&str], home: &Path) -> Options {
    let home = home.to_str().unwrap().to_owned();
    Options {
        integration: Some(Path::new(&home).join("marks")),
        env: vec![("HOME".to_owned(), home)],
        ..program(argv)
    }
}

/// Runs a few commands in an integrated shell; the learner's own settings must go on working.
fn commands_are_told(trial: &Trial) {
    let next = || trial.command();
    trial.shows("own>");
    trial.line("true");
    assert_eq!([next(), next()], [ShellEvent::CommandStarted, ShellEvent::CommandEnded(Some(0))]);
    // An empty line is no command, and a program that sends marks of its own isn't the shell.
    trial.line("");
    trial.line("printf '\\033]133;D;9\\007\\033]133;C\\007'; (exit 42)");
    assert_eq!([next(), next()], [ShellEvent::CommandStarted, ShellEvent::CommandEnded(Some(42))]);
    trial.shows("status 42");
    trial.line("echo \"[$PILOTWHALE_MARK]\"");
    trial.shows("\n[]");
    trial.line("exit 5");
    assert_eq!(trial.exited(), Some(5));
    // The prompt looks as it did: nothing of a mark shows.
    assert!(!trial.text().contains("aid="));
}

#[test]
fn bash_tells_of_commands() {
    let home = tempfile::tempdir().unwrap();
    let own = "PS1='own> '\ntrap 'trapped=1' DEBUG\nPROMPT_COMMAND='echo status $?'\nPS0='zero\\n'\n";
    fs::write(home.path().join(".bashrc"), own).unwrap();
    let trial = start(with_home(&["bash"], home.path()));
    commands_are_told(&trial);
    assert!(trial.text().contains("zero"));
}

#[test]
fn bash_keeps_a_list_of_prompt_commands() {
    let home = tempfile::tempdir().unwrap();
    let own = "PS1='own> '\nPROMPT_COMMAND=('echo status $?' 'echo second $?')\n";
    fs::write(home.path().join(".bashrc"), own).unwrap();
    let trial = start(with_home(&["bash"], home.path()));
    commands_are_told(&trial);
    assert!(trial.text().contains("second 42"));
}

#[test]
fn zsh_tells_of_commands() {
    if process::Command::new("zsh").arg("-c").arg(":").status().is_err() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(".zshenv"), "export FROM_ENV=1\n").unwrap();
    let own = "PS1='own> '\nprecmd() { echo status $? }\nsetopt ksh_arrays no_global_rcs\n";
    fs::write(home.path().join(".zshrc"), own).unwrap();
    let trial = start(with_home(&["zsh"], home.path()));
    trial.shows("own>");
    trial.line("echo \"env $FROM_ENV [$ZDOTDIR]\"");
    trial.shows("env 1 []");
    assert_eq!(
        [trial.command(), trial.command()],
        [ShellEvent::CommandStarted, ShellEvent::CommandEnded(Some(0))]
    );
    commands_are_told(&trial);
}
