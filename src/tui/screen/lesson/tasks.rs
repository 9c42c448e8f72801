//! What the learner's keys do to the exercise or the tasks on the slide.

use jiff::SignedDuration;

use super::LessonPane;
use super::lists::Over;
use crate::course::{Exercise, Task};
use crate::session::{ExerciseState, Input, Phase};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::screen::answering::Answering;
use crate::tui::screen::quiz::QuizView;
use crate::tui::screen::slides::NextCommand;
use crate::tui::screen::task::is_about_files;
use crate::tui::widget::markdown::Insert;

/// For how long a key that was asked for counts as a yes.
const ASKED: SignedDuration = SignedDuration::from_secs(20);

/// What the keys are for: the exercise on the slide, else the tasks that stand on it.
struct AtHand<'a> {
    exercise: &'a Exercise,
    state: &'a ExerciseState,
    /// As indices of the exercise's tasks.
    tasks: Vec<usize>,
}

impl<'a> AtHand<'a> {
    /// Those that do not hold, in the author's order.
    fn open(&self) -> impl Iterator<Item = (usize, &'a Task)> {
        let tasks = self.tasks.iter().filter_map(|i| Some((*i, self.exercise.tasks.get(*i)?)));
        tasks.filter(|(_, task)| !self.state.record.passed.contains_key(&task.id))
    }

    /// Of the first open task: the key gives one more.
    fn has_hints(&self) -> bool {
        let begun = !matches!(self.state.phase, Phase::Idle | Phase::Passed | Phase::Resetting);
        let first = self.open().next().filter(|_| begun);
        first.is_some_and(|(_, task)| self.state.hints_shown(&task.id) < task.hints.len())
    }

    /// What shows the task.
    fn insert(&self, task: usize) -> Insert {
        if self.exercise.on_slides { Insert::Task(task) } else { Insert::Exercise(self.exercise.id.clone()) }
    }

    /// Where the eye should go: to the first task that does not hold, else to the last.
    fn focus(&self) -> Option<Insert> {
        let task = self.open().map(|(i, _)| i).next().or(self.tasks.last().copied())?;
        Some(self.insert(task))
    }
}

impl LessonPane {
    fn at_hand(&self) -> Option<AtHand<'_>> {
        let of = |exercise: &'_ Exercise| self.session.exercise(&exercise.id);
        if let Some(id) = self.exercise_here() {
            let exercise = self.session.drawn(&id)?;
            let tasks = (0..exercise.tasks.len()).collect();
            return Some(AtHand { exercise, state: of(exercise)?, tasks });
        }
        let on_slide = |insert| match insert {
            Insert::Task(index) => Some(index),
            Insert::Quiz(_) | Insert::Exercise(_) | Insert::Score => None,
        };
        let tasks: Vec<usize> = self.slides.inserts().into_iter().filter_map(on_slide).collect();
        let exercise = self.session.lesson_exercise().filter(|_| !tasks.is_empty())?;
        Some(AtHand { exercise, state: of(exercise)?, tasks })
    }

    /// The exercise that the keys are for.
    pub fn id_at_hand(&self) -> Option<String> {
        self.at_hand().map(|hand| hand.exercise.id.clone())
    }

    /// The command that goes onto the prompt next.
    pub fn command(&mut self) -> Option<NextCommand> {
        let last = self.way_to_folder();
        self.slides.next_command(last)
    }

    /// A command was run in the shell.
    pub fn command_run(&mut self, line: &str) {
        self.slides.command_run(line);
    }

    /// What was to be put on the prompt is not there.
    pub fn not_typed(&mut self) {
        self.slides.not_typed();
    }

    /// The command that takes a running shell to the folder of the exercise on the slide, or of tasks that look into it.
    pub(super) fn way_to_folder(&self) -> Option<String> {
        let hand = self.at_hand()?;
        let in_folder = !hand.exercise.on_slides || hand.open().any(|(_, task)| is_about_files(task));
        let folder = self.watch.folder(&hand.exercise.id).filter(|_| in_folder)?;
        Some(format!("cd {}", quoted(folder)))
    }

    /// Brings the task that matters into sight.
    pub(super) fn show_task(&mut self) {
        if let Some(insert) = self.at_hand().and_then(|hand| hand.focus()) {
            self.slides.show_insert(insert);
        }
    }

    /// Whether a verb does something here, so that the bar may name its key.
    pub fn offers(&self, action: Action) -> bool {
        if self.quiz_seen().is_some_and(QuizView::takes_text) {
            // Other keys are letters of the answer.
            return matches!(action, Action::Answer | Action::ToggleShell | Action::NextPane);
        }
        match action {
            Action::TypeCommand => self.slides.has_command() || self.way_to_folder().is_some(),
            Action::AnswerTask => {
                self.at_hand().is_some_and(|hand| hand.open().any(|(_, task)| task.check.prompt().is_some()))
            }
            Action::Answer => self.quiz_seen().is_some_and(|quiz| !quiz.is_done()),
            Action::Hint => {
                let quiz = self.quiz_seen().is_some_and(|quiz| !quiz.is_done() && quiz.hints_left() > 0);
                quiz || self.at_hand().is_some_and(|hand| hand.has_hints())
            }
            Action::BeginExercise => self.at_hand().is_some_and(|hand| hand.state.phase == Phase::Idle),
            Action::CheckNow => self.at_hand().is_some_and(|hand| {
                let over = matches!(hand.state.phase, Phase::Idle | Phase::Passed | Phase::Resetting);
                !over && hand.open().next().is_some()
            }),
            _ => true,
        }
    }

    /// The tasks of the lesson that is seen now begin by themselves; where they had begun, they are looked at again.
    /// Before anything is known of an engine, nobody could look.
    pub(super) fn take_up_tasks(&mut self) -> Vec<Effect> {
        let Some(link) = self.watch.link() else { return Vec::new() };
        let Some(id) = self.session.lesson_exercise().map(|e| e.id.clone()) else { return Vec::new() };
        let mut outputs = self.session.step(&id, link);
        let idle = self.session.exercise(&id).is_some_and(|s| s.phase == Phase::Idle);
        let begin = self.begin_input();
        outputs.extend(self.session.step(&id, if idle { begin } else { Input::Resume }));
        self.carry_out(&id, outputs)
    }

    pub(super) fn exercise_act(&mut self, action: Action) -> Vec<Effect> {
        let Some(hand) = self.at_hand() else { return Vec::new() };
        let (id, phase, open) = (hand.exercise.id.clone(), hand.state.phase.clone(), hand.open().next());
        let input = match action {
            // Once it is begun, the key that begins it goes on to the next slide.
            Action::BeginExercise if phase != Phase::Idle => {
                let moved = self.slides.act(Action::NextStep, None);
                return self.follow(moved);
            }
            Action::BeginExercise => self.begin_input(),
            Action::CheckNow => Input::Check,
            Action::Solution => Input::GiveUp,
            Action::ResetExercise => Input::Reset,
            Action::Hint => match open {
                Some((_, task)) => Input::Hint { task: task.id.clone() },
                None => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        if phase == Phase::Idle && !matches!(input, Input::Begin { .. }) {
            self.news = Some(self.not_begun());
            return Vec::new();
        }
        if matches!(input, Input::GiveUp) && !self.agrees_to_the_solution(&id) {
            return Vec::new();
        }
        let is_hint = matches!(input, Input::Hint { .. });
        if matches!(input, Input::Check) {
            self.watch.asked = Some(id.clone());
        }
        let outputs = self.session.step(&id, input);
        if is_hint && outputs.is_empty() {
            let more = if self.exercise_here().is_some() { "; the solution is one key away" } else { "" };
            self.news = Some(format!("There is no further hint for this task{more}"));
        }
        self.show_task();
        self.carry_out(&id, outputs)
    }

    /// Asked with the same key: a second time means yes, and every other key no.
    fn agrees_to_the_solution(&mut self, id: &str) -> bool {
        let key = &self.keys.exercise.solution;
        let asked = self.watch.solution.take();
        let is_shown = self.session.exercise(id).is_some_and(|state| state.shows_solution());
        let agreed = asked.is_some_and(|(of, at)| of == id && self.now.duration_since(at) < ASKED);
        if is_shown || agreed {
            self.news = Some("The solution stands below the tasks: scroll down to it".into());
            return true;
        }
        self.news =
            Some(format!("{key} again shows the solution; the exercise then counts as done with help"));
        self.watch.solution = Some((id.to_owned(), self.now));
        false
    }

    /// The moment is as good as dice: nobody picks it.
    fn begin_input(&self) -> Input {
        Input::Begin { seed: u64::try_from(self.now.as_nanosecond()).unwrap_or_default() }
    }

    fn not_begun(&self) -> String {
        match self.exercise_here() {
            Some(_) => format!("Begin the exercise first: {}", self.keys.exercise.begin),
            None => "The tasks begin when there is an engine to look at: open its pane".into(),
        }
    }

    /// Opens the field for the first open task that asks something.
    pub(super) fn ask(&mut self) {
        let Some(hand) = self.at_hand() else { return };
        if hand.state.phase == Phase::Idle {
            self.news = Some(self.not_begun());
            return;
        }
        let prompt = hand.open().find_map(|(_, task)| task.check.prompt()).map(str::to_owned);
        let id = hand.exercise.id.clone();
        let Some(prompt) = prompt else {
            self.news = Some("No open task asks for an answer; do it in the shell".into());
            return;
        };
        let before = self.session.attempt(&id).and_then(|attempt| attempt.kept().answers.get(&prompt));
        let field = Answering::new(id, prompt.clone(), before.map_or("", String::as_str));
        self.over = Some(Over::Answering(field));
    }

    pub(super) fn hand_in(&mut self) -> Vec<Effect> {
        let Some(Over::Answering(field)) = self.over.take() else { return Vec::new() };
        let (exercise, prompt, answer) =
            (field.exercise.clone(), field.prompt.clone(), field.text().to_owned());
        if answer.is_empty() {
            return Vec::new();
        }
        let outputs = self.session.answer_task(&exercise, &prompt, &answer);
        self.carry_out(&exercise, outputs)
    }
}

/// A path as one word for any shell.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_stays_one_word() {
        assert_eq!(super::quoted("/home/ada/pilotwhale/run-python"), "/home/ada/pilotwhale/run-python");
        assert_eq!(super::quoted("/home/my files/it's"), r"'/home/my files/it'\''s'");
    }
}
