//! An instructor at their screen with a class that is simulated: a poll, an exercise, the board, and the end.

use crate::class_screens::code_on;
use crate::support::screen::Launch;

#[test]
fn an_instructor_sees_who_answers_and_who_is_stuck() {
    let lead = Launch::pilotwhale().args(["class", "host", "--bind", "127.0.0.1:0"]).size(120, 40).start();
    let code = code_on(&lead);
    lead.wait_for("a pin of this class's certificate");
    let pod = Launch::pilotwhale()
        .args(["class", "simulate", "--learners", "8", "--host", &code, "--think", "3"])
        .size(100, 30)
        .start();
    lead.wait_for("8 here");
    lead.send("<Esc>");
    lead.wait_gone("pilotwhale join");

    // the plan of the day, and where the pod is
    lead.send("P");
    lead.wait_for("on time, at 0 ");
    lead.wait_for("the pod: 8 on this slide");
    lead.send("P");
    lead.wait_gone("the pod:");

    // the last slide of the first lesson asks a question
    lead.send("G");
    lead.wait_for("What is a group of whales");
    lead.send("O");
    lead.wait_for("8 of 8 answered");
    assert!(!lead.contains("what the class says"), "nothing is shown while it is open");
    lead.send("O");
    lead.wait_for("what the class says");
    lead.wait_for("✓ pod");
    lead.send("O");
    lead.wait_gone("what the class says");

    // an exercise for all: tasks, tries, and what they are stuck on
    lead.send("m");
    lead.wait_for("Hello from a container");
    lead.send("<Down><Down><Down><Down><Down><Enter>");
    lead.wait_for("Exercise  Hello from a container");
    lead.send("E");
    lead.wait_for("all work on ");
    lead.send("L");
    lead.wait_for("who needs help first");
    lead.wait_until("a learner who is stuck", |grid| {
        let stuck = |row: &str| row.contains("Learner") && row.contains('✗');
        grid.rows.iter().any(|row| row.contains(" × ")) && grid.rows.iter().any(|row| stuck(row))
    });
    lead.send("s");
    lead.wait_for("by name");
    lead.send("<Enter>");
    lead.wait_for("minutes without progress");
    lead.send("<Esc>");
    lead.wait_for("by name");
    lead.send("<Esc>");

    // the end is asked for first
    lead.wait_gone("by name");
    lead.send("q");
    lead.wait_for("End the class?");
    lead.wait_for("8 learners are here");
    lead.send("n");
    lead.wait_gone("End the class?");
    lead.send("q");
    lead.wait_for("End the class?");
    lead.send("y");
    assert!(lead.wait_exit().success());
    pod.wait_for("away");
}
