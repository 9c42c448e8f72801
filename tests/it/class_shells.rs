//! Shells that are shown in a class: the instructor's to everybody, and a learner's to the instructor.

use crate::class_screens::{code_on, host, learner};
use crate::support::screen::Screen;

/// Types in the shell's pane, and is in the lesson again afterwards.
fn in_shell(screen: &Screen, text: &str) {
    // Not by F12: twice within a moment it goes to the shell itself.
    screen.send("<Tab><Tab>");
    screen.wait_for("look back");
    screen.type_text(text);
}

#[test]
fn the_class_sees_what_the_instructor_types_until_it_ends() {
    let lead = host(None);
    let code = code_on(&lead);
    let (ana, ben) = (learner(&code, "Ana", 120, 40), learner(&code, "Ben", 80, 24));
    lead.send("<Esc>");
    lead.wait_gone("pilotwhale join ");
    lead.wait_for("● 2 here");
    in_shell(&lead, "echo pri''vate\r");
    lead.wait_for("private");
    lead.send("<F12>");
    lead.wait_gone("look back");
    assert!(!ana.contains("private"), "nothing is shown by itself");

    // it comes beside the slide, and who types in their own shell goes on there
    in_shell(&ana, "echo my ow");
    lead.send("V");
    lead.wait_for("◉ class sees your shell");
    ana.wait_for("the instructor's shell, read only");
    ana.wait_for("private");
    ana.type_text("n; echo mi''ne\r");
    ana.wait_for("mine");
    in_shell(&lead, "printf '\\033[31mre''d\\033[m and plain\\n'\r");
    ana.wait_for("red and plain");
    ben.wait_for("V opens and closes it");
    assert!(!ben.contains("red and plain"), "one pane at a time: a key away");
    ben.send("V");
    ben.wait_for("red and plain");
    let late = learner(&code, "Cem", 200, 60);
    late.wait_for("red and plain");

    // typing there changes nothing here
    ben.type_text("echo nowhere");
    lead.type_text("echo on''ly here\r");
    ben.wait_for("only here");
    assert!(!ben.contains("nowhere") && !lead.contains("nowhere"));

    // a full screen that is redrawn all the time arrives in the end as it is
    lead.type_text("for i in $(seq 3000); do echo line $i; done; echo all of th''em\r");
    for screen in [&ana, &ben, &late] {
        screen.wait_for("line 3000");
        screen.wait_for("all of them");
    }

    lead.send("<F12>");
    lead.wait_gone("look back");
    lead.send("V");
    lead.wait_gone("◉ class sees your shell");
    for screen in [&ana, &ben, &late] {
        screen.wait_gone("the instructor's shell, read only");
        assert!(!screen.contains("all of them"));
    }
}

#[test]
fn a_learner_asks_for_help_and_the_instructor_looks_at_their_shell() {
    let lead = host(None);
    let code = code_on(&lead);
    let ana = learner(&code, "Ana", 120, 40);
    lead.send("<Esc>");
    lead.wait_gone("pilotwhale join ");
    lead.wait_for("● 1 here");
    in_shell(&ana, "echo be''fore\r");
    ana.wait_for("before");
    ana.send("<F12>");
    ana.wait_gone("look back");
    ana.send("A");
    ana.wait_for("Let the instructor look at your shell?");
    ana.send("n");
    ana.wait_gone("Let the instructor look at your shell?");
    ana.send("A");
    ana.wait_for("Let the instructor look at your shell?");
    ana.send("y");
    ana.wait_for("◉ the instructor sees your shell · A ends it");
    lead.wait_for("shell: Ana");
    lead.send("L");
    lead.wait_for("shells to look at, on the learner's page: Ana");
    lead.send("<Enter>");
    lead.wait_for("Enter looks at it");
    lead.send("<Enter>");
    lead.wait_for("the shell that they share, read only");
    lead.wait_for("before");
    in_shell(&ana, "echo look he''re\r");
    lead.wait_for("look here");
    lead.type_text("echo nowhere");
    ana.type_text("echo st''ill mine\r");
    lead.wait_for("still mine");
    assert!(!ana.contains("nowhere"));
    lead.send("w");
    lead.wait_for("A hint for Ana");
    lead.send("Read the second line<Enter>");
    lead.wait_for("The hint was sent");
    ana.wait_for("Read the second line");

    // the instructor ends it; and the learner, the next time
    lead.send("x");
    ana.wait_gone("the instructor sees your shell");
    ana.wait_for("The instructor has closed your shell");
    lead.wait_gone("Enter looks at it");
    ana.send("<F12>");
    ana.wait_gone("look back");
    ana.send("A");
    ana.wait_for("Let the instructor look at your shell?");
    ana.send("y");
    lead.wait_for("Enter looks at it");
    lead.send("<Enter>");
    lead.wait_for("still mine");
    ana.send("A");
    ana.wait_gone("the instructor sees your shell");
    lead.wait_for("the shell is shared no more");
    assert!(!lead.contains("still mine"));
}
