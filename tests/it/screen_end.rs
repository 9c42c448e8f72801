//! How it ends: the terminal is given back as it was, and no process stays.

use std::collections::BTreeMap;

use rustix::process::Signal;

use crate::support::screen::{Launch, Screen};

/// A screen whose shell has one program in front and one in the background.
fn busy() -> Screen {
    let screen = Launch::pilotwhale().start();
    screen.wait_for("Welcome");
    screen.send("<F12>");
    screen.wait_for("look back");
    screen.send("sleep 5000 & echo rea''dy; sleep 5001<Enter>");
    screen.wait_for("ready");
    screen
}

/// The private modes of the terminal that were changed, and whether each was left on.
fn modes(bytes: &[u8]) -> BTreeMap<u16, bool> {
    let mut modes = BTreeMap::new();
    for part in String::from_utf8_lossy(bytes).split("\x1b[?").skip(1) {
        let Some(end) = part.find(|c: char| !c.is_ascii_digit() && c != ';') else { continue };
        let on = match part.as_bytes()[end] {
            b'h' => true,
            b'l' => false,
            _ => continue,
        };
        modes.extend(part[..end].split(';').filter_map(|mode| Some((mode.parse().ok()?, on))));
    }
    modes
}

#[track_caller]
fn is_restored(screen: &Screen) {
    let written = screen.written();
    let modes = modes(&written);
    assert!(modes.contains_key(&1049) && modes.contains_key(&1006), "{modes:?}");
    for (mode, on) in &modes {
        // 7 wraps long lines, 25 shows the cursor: the only two that are on in a shell's terminal
        assert_eq!(*on, [7, 25].contains(mode), "mode {mode}");
    }
    let text = String::from_utf8_lossy(&written);
    let ending = |lead: &str| {
        let parts = text.split(lead).skip(1);
        parts.filter(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('u')).count()
    };
    assert_eq!(ending("\x1b[>"), ending("\x1b[<"), "as many keyboard modes are taken back as were set");
    let grid = screen.grid();
    assert!(!grid.alternate && grid.cursor.is_some(), "{grid}");
    assert!(!screen.is_raw(), "keys are read in lines again");
}

/// The processes that have the screen's home in their environment: the program, its shell and what runs in it.
#[cfg(target_os = "linux")]
fn processes(screen: &Screen) -> Vec<String> {
    use std::os::unix::ffi::OsStrExt;
    let home = screen.home().as_os_str().as_bytes();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc can be listed").flatten() {
        let read = |file| std::fs::read(entry.path().join(file)).unwrap_or_default();
        if read("environ").windows(home.len()).any(|part| part == home) {
            found.push(String::from_utf8_lossy(&read("cmdline")).replace('\0', " "));
        }
    }
    found
}

/// A shell that was hung up on ends its programs in its own time, a few milliseconds.
#[cfg(target_os = "linux")]
#[track_caller]
fn nothing_stays(screen: &Screen) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !processes(screen).is_empty() {
        assert!(std::time::Instant::now() < deadline, "still there: {:?}", processes(screen));
        std::thread::yield_now();
    }
}

#[cfg(not(target_os = "linux"))]
fn nothing_stays(_: &Screen) {}

#[test]
fn quitting_restores_the_terminal_and_leaves_no_process() {
    let screen = busy();
    #[cfg(target_os = "linux")]
    assert!(processes(&screen).iter().any(|line| line.contains("sleep 5000")), "the search finds programs");
    screen.send("<F12>");
    screen.wait_for("to type here");
    screen.send("q");
    screen.wait_for("runs in the shell, and would end with it");
    screen.send("y");
    assert!(screen.wait_exit().success());
    is_restored(&screen);
    nothing_stays(&screen);
}

#[test]
fn sigterm_restores_the_terminal_and_leaves_no_process() {
    let screen = busy();
    screen.signal(Signal::TERM);
    screen.wait_exit();
    is_restored(&screen);
    nothing_stays(&screen);
}

/// The last two cannot be taken: the watchdog is what is left.
#[test]
fn every_signal_that_ends_it_restores_the_terminal() {
    for signal in [
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::ABORT,
        Signal::USR1,
        Signal::USR2,
        Signal::ALARM,
        Signal::VTALARM,
        Signal::PROF,
        Signal::XCPU,
        Signal::XFSZ,
        Signal::SYS,
        Signal::KILL,
    ] {
        let screen = Launch::pilotwhale().start();
        screen.wait_for("Welcome");
        assert!(screen.is_raw());
        screen.signal(signal);
        let ended = screen.wait_exit();
        assert_eq!(ended.success(), ![Signal::SYS, Signal::KILL].contains(&signal), "{signal:?}: {ended:?}");
        is_restored(&screen);
        nothing_stays(&screen);
    }
}

#[test]
fn a_kill_leaves_no_program_of_the_shell() {
    let screen = busy();
    screen.kill9();
    is_restored(&screen);
    nothing_stays(&screen);
}

/// What a terminal says of its size is taken up to what a screen can have.
#[test]
fn a_window_of_any_claimed_size_is_survived() {
    let screen = Launch::pilotwhale().start();
    screen.wait_for("Welcome");
    for (columns, rows) in [(u16::MAX, u16::MAX), (u16::MAX, 1), (1, u16::MAX), (0, 0), (1, 1)] {
        screen.claim_size(columns, rows);
        screen.claim_size(100, 40);
        screen.claim_size(columns, rows);
    }
    screen.send("?");
    screen.resize(120, 40);
    screen.wait_for("Keys");
    #[cfg(target_os = "linux")]
    assert!(screen.most_memory() < 200 << 10, "{} KB", screen.most_memory());
    screen.signal(Signal::TERM);
    assert!(screen.wait_exit().success());
    is_restored(&screen);
}

/// A shell that ignores the signal hands that down, and then nobody is told that the terminal has gone.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_goes_away_without_a_word_is_a_clean_end() {
    let inner =
        format!("trap '' HUP; '{}'; echo $? > ending; mv ending ended", env!("CARGO_BIN_EXE_pilotwhale"));
    let screen = Launch::program("script").args(["-qec", &inner, "/dev/null"]).start();
    screen.wait_for("Welcome");
    screen.kill9();
    let ended = screen.home().join("ended");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !ended.exists() {
        assert!(std::time::Instant::now() < deadline, "still there: {:?}", processes(&screen));
        std::thread::yield_now();
    }
    assert_eq!(std::fs::read_to_string(ended).expect("it was written").trim(), "0");
    nothing_stays(&screen);
}

#[test]
fn a_shell_that_prints_while_the_terminal_shrinks_and_grows_loses_nothing() {
    let screen = Launch::pilotwhale().start();
    screen.wait_for("Welcome");
    screen.send("<F12>");
    screen.wait_for("look back");
    let size = |label: &str| {
        screen.type_text(&format!("clear; echo {label}''-$(stty size | tr ' ' x)-\r"));
        let grid = screen.wait_for(&format!("{label}-"));
        let row = grid.row_with(&format!("{label}-")).expect("it was just seen").to_owned();
        row.split('-').nth(1).expect("the size is between dashes").to_owned()
    };
    let before = size("before");
    screen.type_text("for i in $(seq 10001 40000); do echo line $i; done; echo fini''shed\r");
    screen.wait_for("line 1");
    screen.resize(20, 5);
    screen.wait_for("Make");
    screen.resize(120, 40);
    let end = screen.wait_for("finished");
    let numbers = |text: &str| -> Vec<u32> {
        text.split("line ").skip(1).filter_map(|rest| rest.get(..5)?.parse().ok()).collect()
    };
    let seen = numbers(&end.text());
    assert_eq!(seen.last(), Some(&40000), "{end}");
    assert!(seen.len() > 5 && seen.windows(2).all(|pair| pair[1] == pair[0] + 1), "{end}");
    assert_eq!(size("after"), before);
}
