//! The commands that help with the program itself: what there is, where it is kept, what a package brings along, and no terminal.

use crate::support::headless::Headless;

#[test]
fn where_there_is_no_terminal_it_is_said_and_what_goes_without() {
    let home = Headless::new();
    home.write("deck.md", "# One\n");
    for args in [&[][..], &["slides", "deck.md"], &["class", "host"]] {
        let said = home.says(args);
        said.is(3, &["needs a terminal", "docker run -it", "ssh -t", "slides FILE --dump text"]);
    }
    assert!(!home.path("state").exists(), "a class was opened for nobody");
    home.says(&["slides", "deck.md", "--dump", "text"]).is(0, &["slide 1/1"]);
}

#[test]
fn the_list_says_what_is_done_and_makes_nothing() {
    let home = Headless::new();
    let said = home.says(&["list"]);
    said.is(0, &["Lessons\n  ○ 00-set-up ", "not read, 0/", "Exercises\n  ○ ", "not begun, 0/"]);
    assert!(!home.path("state").exists());
    home.says(&["begin", "run-python"]).is(0, &["has begun"]);
    let said = home.says(&["list"]);
    let line = said.out.lines().find(|line| line.contains(" run-python ")).expect("it is listed");
    assert!(line.contains("begun, 0/") && !line.contains("not begun"), "{line}");
}

#[test]
fn own_options_come_first_and_the_others_below_a_heading() {
    let home = Headless::new();
    let said = home.says(&["grade", "--help"]);
    let at = |part: &str| said.out.find(part).unwrap_or_else(|| panic!("«{part}» is not in:\n{}", said.out));
    let order = [
        "--format",
        "--evidence",
        "--save-evidence",
        "\nScreen and engine:",
        "--theme",
        "\nAnother course:",
        "--trust",
    ];
    assert!(order.map(at).is_sorted(), "{}", said.out);
    home.says(&["--help"])
        .is(0, &["Examples:", "PILOTWHALE_HOME", "NO_COLOR", "Exit codes:", "  3  could not"]);
}

#[test]
fn what_a_package_brings_along_is_written() {
    let home = Headless::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        home.says(&["completions", shell]).is(0, &["pilotwhale", "begin"]);
    }
    home.says(&["completions", "csh"]).is(2, &["csh"]);
    let pages = home.path("share/man1");
    home.says(&["man", pages.to_str().expect("plain")]).is(0, &["The manual pages are in"]);
    assert!(home.read("share/man1/pilotwhale-class-host.1").contains("bind"));
    home.write("file", "");
    home.says(&["man", "file/man1"]).is(3, &["can't be written"]);
}

#[test]
fn nothing_is_uninstalled_unless_somebody_says_so_and_own_work_only_by_its_own_word() {
    let home = Headless::new();
    home.says(&["uninstall"])
        .is(0, &["Nothing of pilotwhale's is kept here", "Remove the program itself with: "]);
    home.says(&["begin", "run-python"]).is(0, &["has begun"]);
    home.write("config/keys.toml", "");
    home.write("state/courses/other/progress.sqlite3", "");
    home.write("work-other/say-it/answer", "mine");
    home.write("state/made.jsonl", "");
    let said = home.says(&["uninstall"]);
    said.is(2, &["to be removed", "state  progress", "config  your keys", "nobody can be asked"]);
    said.is(
        2,
        &[
            "Your own work stays",
            "work  exercise folders",
            "work-other  exercise folders",
            "pilotwhale clean",
        ],
    );
    assert!(home.path("state/progress.sqlite3").exists() && home.path("config/keys.toml").exists());
    home.says(&["uninstall", "--yes"]).is(0, &["All of this was removed"]);
    assert!(!home.path("state").exists() && !home.path("config").exists());
    assert_eq!(home.read("work-other/say-it/answer"), "mine");
    assert!(home.path("work/run-python").is_dir());
    home.says(&["uninstall", "--work", "--yes"])
        .is(0, &["work  exercise folders", "All of this was removed"]);
    assert!(!home.path("work").exists());
    // who the other course was is forgotten with the progress, so its folder stays
    assert_eq!(home.read("work-other/say-it/answer"), "mine");
}
