//! What stands on the shell's prompt, as far as its marks, the screen and what was sent to it tell.

use super::keys;
use super::modes::Modes;

/// A row and a column of the screen.
pub(super) type Place = (u16, u16);

/// What can be told of the place where a command would be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The shell has not shown its first prompt.
    NotYet,
    /// A command was entered, and no prompt has come since.
    Entered,
    Empty,
    /// Only what the app put there.
    Ours,
    /// Something that the learner may want to keep.
    Typed,
}

/// What the screen shows of the line behind the prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) cursor: Place,
    /// From the prompt's end, blanks at its own end cut off.
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Starting,
    Prompt,
    Entered,
}

#[derive(Debug, Default)]
pub(super) struct Prompt {
    stage: Stage,
    /// The shell was made to send marks; else its first output has to do for a prompt.
    marks: bool,
    /// Where the prompt ends.
    end: Option<Place>,
    /// What the app put there and nobody has run.
    put: Option<String>,
    /// Something else was sent since the prompt came.
    touched: bool,
    /// The last key was a blank, which need not be on the screen yet.
    blank: bool,
    /// A command, and the keys behind it, that wait for the first prompt.
    waiting: Option<(String, Vec<u8>)>,
    /// The program has printed something.
    shows: bool,
    /// What was run, for the app to be told.
    run: Vec<String>,
}

impl Prompt {
    pub(super) fn new(marks: bool) -> Self {
        Self { marks, ..Self::default() }
    }

    /// OSC 133 A.
    pub(super) fn starts(&mut self) {
        // What was typed ahead, for a program that did not read it, stands on the new prompt.
        self.touched &= self.stage == Stage::Entered && self.marks;
        (self.stage, self.end, self.put) = (Stage::Prompt, None, None);
    }

    /// OSC 133 B; sent again whenever the prompt is drawn again.
    pub(super) fn ends(&mut self, at: Place) {
        if self.stage == Stage::Prompt {
            self.end = Some(at);
        }
    }

    /// Its first prompt has not come.
    pub(super) fn is_starting(&self) -> bool {
        self.stage == Stage::Starting
    }

    /// A command was entered, and the mark of the next prompt will come.
    pub(super) fn waits_for_mark(&self) -> bool {
        self.marks && self.stage == Stage::Entered
    }

    pub(super) fn is_behind_blank(&self) -> bool {
        self.blank
    }

    pub(super) fn end(&self) -> Option<Place> {
        self.end
    }

    /// The program has printed something.
    pub(super) fn printed(&mut self) {
        self.shows = true;
        if self.stage == Stage::Starting && !self.marks {
            self.stage = Stage::Prompt;
        }
    }

    pub(super) fn standing(&self, shown: &Shown) -> Standing {
        match self.stage {
            Stage::Starting => Standing::NotYet,
            Stage::Entered => Standing::Entered,
            Stage::Prompt if !self.touched && self.put.is_some() => Standing::Ours,
            Stage::Prompt if !self.touched => Standing::Empty,
            Stage::Prompt if self.end == Some(shown.cursor) && shown.text.is_empty() => Standing::Empty,
            Stage::Prompt => Standing::Typed,
        }
    }

    /// The app puts a command where nothing is, or only one of its own: the bytes for it.
    pub(super) fn put(&mut self, text: &str, modes: &Modes) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(before) = self.put.replace(text.to_owned()) {
            // Ctrl-U takes a line away. Of several, Backspace takes the line's end, and Ctrl-U the next.
            bytes.push(0x15);
            for _ in before.matches('\n') {
                bytes.extend_from_slice(b"\x7f\x15");
            }
        }
        self.touched = false;
        bytes.extend(keys::command(text, modes));
        bytes
    }

    /// The command goes to the first prompt; one that waited before is forgotten, unless keys were typed behind it.
    pub(super) fn wait(&mut self, text: &str) {
        if self.waiting.as_ref().is_none_or(|(_, keys)| keys.is_empty()) {
            self.waiting = Some((text.to_owned(), Vec::new()));
        }
    }

    /// Keys of the learner's that must not overtake a command that waits. False: send them.
    pub(super) fn queue(&mut self, bytes: &[u8]) -> bool {
        match &mut self.waiting {
            Some((_, keys)) if !self.shows => {
                keys.extend_from_slice(bytes);
                true
            }
            _ => false,
        }
    }

    /// A command that still waits for a prompt though the shell shows something, as one that was replaced by another in its start file:
    /// the learner sees best whether that is a prompt.
    pub(super) fn overdue(&mut self) -> Option<String> {
        if self.shows { self.waiting.take().map(|(text, _)| text) } else { None }
    }

    /// What waited and can be typed now: the command, and the keys behind it.
    pub(super) fn due(&mut self) -> Option<(String, Vec<u8>)> {
        let is_there = self.stage == Stage::Prompt && (self.end.is_some() || !self.marks);
        if is_there { self.waiting.take() } else { None }
    }

    /// The learner's keys go to the shell itself.
    pub(super) fn sent(&mut self, bytes: &[u8], shown: &Shown) {
        self.blank = bytes.last() == Some(&b' ');
        let Some(end) = bytes.iter().rposition(|byte| matches!(byte, b'\r' | b'\n')) else {
            // Without marks, an interrupt or a kill is all that tells of an empty line.
            let clears = !self.marks && matches!(bytes, [0x03 | 0x15]);
            (self.touched, self.put) = (!clears, self.put.take().filter(|_| !clears));
            return;
        };
        if self.stage == Stage::Prompt {
            let put = self.put.take();
            let edited = |put: &String| !self.touched || begins_like(put, &shown.text);
            let line = put.filter(edited).unwrap_or_else(|| shown.text.clone());
            if !line.is_empty() {
                self.run.push(line);
            }
        }
        if self.marks {
            self.stage = Stage::Entered;
        }
        self.touched = end + 1 < bytes.len();
    }

    pub(super) fn take_run(&mut self) -> Vec<String> {
        std::mem::take(&mut self.run)
    }
}

/// Whether a line is the command with something filled in: the same program with the same first word behind it.
fn begins_like(command: &str, line: &str) -> bool {
    let first = |text: &str| text.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    first(command) == first(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Shown {
        Shown { cursor: (0, 2 + text.len() as u16), text: text.to_owned() }
    }

    /// A shell with marks that shows its first prompt, two cells wide.
    fn at_prompt() -> Prompt {
        let mut prompt = Prompt::new(true);
        prompt.starts();
        prompt.ends((0, 2));
        prompt
    }

    fn put(prompt: &mut Prompt, text: &str) -> String {
        String::from_utf8(prompt.put(text, &Modes::default())).unwrap()
    }

    #[test]
    fn a_command_of_the_apps_is_replaced_and_nothing_else_is() {
        let mut prompt = at_prompt();
        assert_eq!(prompt.standing(&shown("")), Standing::Empty);
        assert_eq!(put(&mut prompt, "echo alpha"), "echo alpha");
        assert_eq!(prompt.standing(&shown("echo alpha")), Standing::Ours);
        assert_eq!(put(&mut prompt, "echo beta"), "\x15echo beta");
        prompt.sent(b"x", &shown("echo beta"));
        assert_eq!(prompt.standing(&shown("echo betax")), Standing::Typed);
        // the learner took it away again
        prompt.sent(b"\x15", &shown("echo betax"));
        assert_eq!(prompt.standing(&shown("")), Standing::Empty);
        // the cursor went back to the line's beginning
        assert_eq!(prompt.standing(&Shown { cursor: (0, 2), text: "ls".into() }), Standing::Typed);
    }

    #[test]
    fn what_is_entered_frees_the_next_prompt() {
        let mut prompt = at_prompt();
        put(&mut prompt, "docker ps");
        prompt.sent(b"\r", &shown("docker ps"));
        assert_eq!(
            (prompt.standing(&shown("")), prompt.take_run()),
            (Standing::Entered, vec!["docker ps".into()])
        );
        prompt.starts();
        prompt.ends((3, 2));
        assert_eq!(prompt.standing(&Shown { cursor: (3, 2), text: String::new() }), Standing::Empty);
        // What was typed ahead is on the prompt; what a program has read is not.
        prompt.sent(b"\r", &shown("less file"));
        prompt.sent(b"q", &shown(""));
        prompt.starts();
        prompt.ends((5, 2));
        assert_eq!(prompt.standing(&Shown { cursor: (5, 3), text: "q".into() }), Standing::Typed);
        assert_eq!(prompt.standing(&Shown { cursor: (5, 2), text: String::new() }), Standing::Empty);
    }

    #[test]
    fn a_line_that_was_run_is_told_by_what_was_put_or_shown() {
        let mut prompt = at_prompt();
        for (command, line, told) in [
            ("docker stop <name>", "docker stop web", "docker stop <name>"),
            ("docker stop <name>", "ls -l", "ls -l"),
            ("docker ps", "docker ps", "docker ps"),
        ] {
            put(&mut prompt, command);
            prompt.sent(b"x", &shown(command));
            prompt.sent(b"\r", &shown(line));
            assert_eq!(prompt.take_run(), [told]);
            prompt.starts();
        }
        prompt.sent(b"\r", &shown(""));
        assert_eq!(prompt.take_run(), [""; 0]);
    }

    #[test]
    fn a_command_waits_for_the_first_prompt_and_keys_wait_behind_it() {
        let mut replaced = Prompt::new(true);
        replaced.wait("ls");
        assert_eq!(replaced.overdue(), None);
        replaced.printed();
        assert!(!replaced.queue(b"x"), "keys are never kept from a shell that shows something");
        assert_eq!(replaced.overdue(), Some("ls".into()));
        let mut prompt = Prompt::new(true);
        assert!(!prompt.queue(b"x"));
        prompt.wait("echo one");
        prompt.wait("echo two");
        assert!(prompt.queue(b"\r"));
        prompt.wait("echo three");
        prompt.printed();
        assert_eq!((prompt.standing(&shown("")), prompt.due()), (Standing::NotYet, None));
        prompt.starts();
        assert_eq!(prompt.due(), None, "the prompt is not drawn yet");
        prompt.ends((0, 2));
        assert_eq!(prompt.due(), Some(("echo two".into(), b"\r".to_vec())));
        assert_eq!(prompt.due(), None);
        // Without marks, what it prints first is its prompt.
        let mut plain = Prompt::new(false);
        plain.wait("ls");
        plain.printed();
        assert_eq!(plain.due(), Some(("ls".into(), Vec::new())));
    }

    #[test]
    fn without_marks_enter_interrupt_and_kill_empty_the_line() {
        let mut plain = Prompt::new(false);
        plain.printed();
        for clears in [b"\r", b"\x03", b"\x15"] {
            plain.sent(b"l", &shown("l"));
            assert_eq!(plain.standing(&shown("l")), Standing::Typed);
            plain.sent(clears, &shown("l"));
            assert_eq!(plain.standing(&shown("")), Standing::Empty);
        }
    }
}
