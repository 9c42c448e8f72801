//! The lesson pane: the slide that is seen, the quiz or exercise on it, and the lists that lead elsewhere.

mod answers;
mod class;
mod exercises;
mod fit;
mod lists;
mod tasks;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use lists::Over;

use super::exercise::{self, Card};
use super::overview::Overview;
use super::quiz::{Asked, KeyNames, QuizView};
use super::score;
use super::search::Search;
use super::slides::{Moved, SlidesPane};
use super::task::{self, Keys, View};
pub use fit::{Overflow, SCREENS, overflows};

use crate::course::{self, Block, Course, Deck, Grade, Lesson};
use crate::progress::Event;
use crate::session::{Phase, Place, Session};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::highlight::Highlighter;
use crate::tui::keymap::Context;
use crate::tui::theme::Theme;
use crate::tui::widget::markdown::Insert;

pub struct LessonPane {
    session: Session,
    slides: SlidesPane,
    /// The lesson that `slides` shows.
    lesson: usize,
    /// By index into the deck's quizzes; made when one is first seen.
    quizzes: HashMap<usize, QuizView>,
    highlighter: Highlighter,
    /// Brief and solution of each exercise.
    texts: BTreeMap<String, (Vec<Block>, Vec<Block>)>,
    watch: exercises::Watch,
    keys: LessonKeys,
    count: Option<usize>,
    over: Option<Over>,
    news: Option<String>,
    polled: Option<class::Asked>,
    /// Answers that are shown as soon as they are kept: lesson, question and what is said of it.
    unkept: VecDeque<(String, String, Grade)>,
    now: Timestamp,
    zone: TimeZone,
}

/// What the keys are called for what can be on a slide.
#[derive(Clone, Debug, Default)]
pub struct LessonKeys {
    pub exercise: Keys,
    pub task: Keys,
    pub quiz: KeyNames,
}

impl LessonPane {
    pub fn new(session: Session, keys: LessonKeys) -> Self {
        let place = session.place();
        let deck = deck_of(session.course(), place.lesson);
        let mut slides = SlidesPane::new(Arc::default());
        slides.open(deck, place.lesson);
        slides.go(place.slide, place.step);
        let texts = texts(&session);
        Self {
            slides,
            lesson: place.lesson,
            quizzes: HashMap::new(),
            highlighter: Highlighter::default(),
            texts,
            watch: exercises::Watch::default(),
            keys,
            count: None,
            over: None,
            news: None,
            polled: None,
            unkept: VecDeque::new(),
            now: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
            session,
        }
    }

    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Clock times are shown in this zone.
    pub fn set_zone(&mut self, zone: TimeZone) {
        self.zone = zone;
    }

    /// What the app says in its bar, once.
    pub fn take_news(&mut self) -> Option<String> {
        self.news.take()
    }

    fn current_lesson(&self) -> Option<&Lesson> {
        self.session.course().lessons.get(self.lesson)
    }

    fn lesson_id(&self) -> String {
        self.current_lesson().map(|l| l.id.clone()).unwrap_or_default()
    }

    pub fn title(&self) -> String {
        match (self.current_lesson(), self.session.course().lessons.len()) {
            (Some(lesson), 1) => lesson.title.clone(),
            (Some(lesson), _) => format!("{} {}", self.lesson, lesson.title),
            (None, _) => "no lesson".into(),
        }
    }

    pub fn position(&self) -> String {
        match self.count {
            Some(count) => format!("go to {count} "),
            None if self.session.is_bookmarked() => format!("★ {} ", self.slides.position()),
            None => format!("{} ", self.slides.position()),
        }
    }

    pub fn watched(&self) -> Vec<PathBuf> {
        self.session.course().lessons.iter().filter_map(|l| l.path.clone()).collect()
    }

    // --- place ------------------------------------------------------------------------------------

    /// Takes over where the slides went, and records it.
    fn keep_place(&mut self) -> Vec<Effect> {
        let events = self.session.go_to(self.lesson, self.slides.slide(), self.slides.step());
        record(events)
    }

    pub fn go_to(&mut self, place: Place) -> Vec<Effect> {
        self.open_at(place.lesson, place.slide, place.step)
    }

    fn bookmark(&mut self) -> Vec<Effect> {
        let events = self.session.toggle_bookmark();
        let set = self.session.is_bookmarked();
        let text = if set { "Bookmark set: the list of lessons shows it" } else { "Bookmark taken away" };
        self.news = Some(text.into());
        record(events)
    }

    /// Goes through the questions whose answers were not right yet.
    fn next_wrong(&mut self) -> Vec<Effect> {
        let Some((place, count)) = self.session.next_not_right() else {
            self.news = Some("No answer of yours waits to be put right".into());
            return Vec::new();
        };
        self.news = Some(match (count, place.is_on(self.session.place())) {
            (1, true) => "This is the only question that is not right yet".into(),
            (1, false) => "The only question that is not right yet".into(),
            (count, _) => format!("One of {count} questions that are not right yet"),
        });
        self.go_to(place)
    }

    fn open_at(&mut self, lesson: usize, slide: usize, step: usize) -> Vec<Effect> {
        let last = self.session.course().lessons.len().saturating_sub(1);
        let lesson = lesson.min(last);
        let another = lesson != self.lesson;
        if another {
            self.lesson = lesson;
            self.slides.open(deck_of(self.session.course(), lesson), lesson);
            self.quizzes.clear();
        }
        self.slides.go(slide, step);
        let mut effects = self.keep_place();
        if another {
            effects.extend(self.take_up_tasks());
        }
        effects
    }

    /// Puts the course that was read again in place of the one before.
    pub fn reload(&mut self, course: Arc<Course>) -> Vec<Effect> {
        self.session.replace_course(Arc::clone(&course));
        self.lesson = self.session.place().lesson;
        self.slides.reload(deck_of(&course, self.lesson));
        self.quizzes.clear();
        self.texts = texts(&self.session);
        let mut effects = self.keep_place();
        effects.extend(self.take_up_tasks());
        effects
    }

    fn follow(&mut self, moved: Moved) -> Vec<Effect> {
        let lessons = self.session.course().lessons.len();
        match moved {
            Moved::Place => self.keep_place(),
            Moved::PastEnd if self.lesson + 1 < lessons => self.open_at(self.lesson + 1, 0, 0),
            Moved::PastEnd => {
                self.news = Some("This is the last slide".into());
                Vec::new()
            }
            Moved::BeforeStart if self.lesson > 0 => self.open_at(self.lesson - 1, usize::MAX, usize::MAX),
            Moved::BeforeStart => {
                self.news = Some("This is the first slide".into());
                Vec::new()
            }
            Moved::View | Moved::No => Vec::new(),
        }
    }

    // --- keys -------------------------------------------------------------------------------------

    /// The contexts inside the lesson's own, innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        let mut contexts = Vec::new();
        for insert in self.slides.inserts() {
            let context = match insert {
                Insert::Quiz(_) => Context::Quiz,
                Insert::Task(_) => Context::Task,
                Insert::Exercise(_) => Context::Exercise,
                Insert::Score => continue,
            };
            if !contexts.contains(&context) {
                contexts.push(context);
            }
        }
        contexts
    }

    /// The quiz that keys go to: the first on the slide that is not answered rightly, else the last.
    fn quiz_here(&self) -> Option<usize> {
        let lesson = self.lesson_id();
        let mut quizzes = self.slides.inserts().into_iter().filter_map(|insert| match insert {
            Insert::Quiz(i) => Some(i),
            _ => None,
        });
        let all: Vec<usize> = quizzes.by_ref().collect();
        let open = all.iter().find(|i| {
            self.slides
                .deck()
                .quizzes
                .get(**i)
                .is_some_and(|q| !self.session.quiz(&lesson, &q.id).ever_correct)
        });
        open.or(all.last()).copied()
    }

    /// The view of the quiz that keys go to, once it was seen.
    fn quiz_seen(&self) -> Option<&QuizView> {
        self.quizzes.get(&self.quiz_here()?)
    }

    /// The view of a quiz of this lesson, made with what was answered before.
    fn view(&mut self, index: usize) -> Option<&mut QuizView> {
        if !self.quizzes.contains_key(&index) {
            let quiz = self.slides.deck().quizzes.get(index)?.clone();
            let state = self.session.quiz(&self.lesson_id(), &quiz.id);
            let view = self.made_view(quiz, &state);
            self.quizzes.insert(index, view);
        }
        self.quizzes.get_mut(&index)
    }

    /// A digit before a key that goes to a slide.
    pub fn digit(&mut self, key: KeyEvent) -> Vec<Effect> {
        if let KeyCode::Char(c) = key.code
            && let Some(digit) = c.to_digit(10)
        {
            self.count = Some((self.count.unwrap_or(0) * 10 + digit as usize).min(99_999));
        }
        Vec::new()
    }

    /// A key for an open text field, if there is one.
    pub fn text_key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        // A number that was begun takes the 0 that would else go to the first slide.
        if self.over.is_none() && self.count.is_some() && matches!(key.code, KeyCode::Char('0'..='9')) {
            return Some(self.digit(key));
        }
        let taken = match &mut self.over {
            Some(Over::Overview(list)) => list.key(key),
            Some(Over::Search(search)) => search.key(key),
            Some(Over::Answering(field)) => field.key(key),
            None => match self.quiz_here() {
                Some(index) => self.view(index).is_some_and(|view| view.key(key)),
                None => false,
            },
        };
        taken.then(Vec::new)
    }

    pub fn paste(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or_default();
        match &mut self.over {
            Some(Over::Overview(list)) => list.paste(line),
            Some(Over::Search(search)) => search.paste(line),
            Some(Over::Answering(field)) => field.paste(line),
            None => {
                if let Some(view) = self.quiz_here().and_then(|index| self.view(index)) {
                    view.paste(line);
                }
            }
        }
    }

    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        let count = self.count.take();
        self.watch.note(action);
        // A number means a slide, whatever else Enter does here.
        if count.is_some() && matches!(action, Action::Answer | Action::BeginExercise) {
            let moved = self.slides.act(Action::NextStep, count);
            return self.follow(moved);
        }
        if let Some(index) = self.quiz_here() {
            let asked = self.view(index).map_or(Asked::No, |view| view.act(action));
            if asked != Asked::No {
                return self.asked(index, asked);
            }
        }
        match action {
            Action::Overview => {
                self.over = Some(Over::Overview(Overview::new(self.slides.deck(), self.slides.slide())));
            }
            Action::Search => {
                let (deck, from) = (Arc::clone(self.slides.deck()), self.slides.slide());
                self.over = Some(Over::Search(Search::new(deck, from, self.slides.query())));
            }
            Action::NextLesson => return self.open_at(self.lesson + 1, 0, 0),
            Action::PreviousLesson => return self.open_at(self.lesson.saturating_sub(1), 0, 0),
            Action::Bookmark => return self.bookmark(),
            Action::NextWrong => return self.next_wrong(),
            Action::Reload => return vec![Effect::Reload],
            Action::BeginExercise
            | Action::CheckNow
            | Action::Hint
            | Action::Solution
            | Action::ResetExercise => return self.exercise_act(action),
            Action::AnswerTask => self.ask(),
            Action::Answer | Action::Toggle => {
                let moved = self.slides.act(Action::NextStep, None);
                return self.follow(moved);
            }
            _ => {
                let moved = self.slides.act(action, count);
                return self.follow(moved);
            }
        }
        Vec::new()
    }

    /// Leaves a quiz, a search or a begun number; false if there was nothing to leave.
    pub fn cancel(&mut self) -> bool {
        if let Some(view) = self.quiz_here().and_then(|index| self.view(index))
            && view.act(Action::Cancel) != Asked::No
        {
            return true;
        }
        let had_query = !self.slides.query().is_empty();
        self.slides.set_query("");
        self.count.take().is_some() || had_query
    }

    // --- mouse ------------------------------------------------------------------------------------

    pub fn wheel(&mut self, lines: i32) -> Vec<Effect> {
        let action = if lines < 0 { Action::Up } else { Action::Down };
        self.slides.act(action, Some(lines.unsigned_abs() as usize));
        Vec::new()
    }

    /// A click at a place on the screen.
    pub fn click(&mut self, at: Position) -> Vec<Effect> {
        match self.slides.insert_at(at) {
            Some((Insert::Quiz(index), line, _)) => {
                let asked = self.view(index).map_or(Asked::No, |view| view.click(line));
                self.asked(index, asked)
            }
            _ => Vec::new(),
        }
    }

    // --- drawing ----------------------------------------------------------------------------------

    /// `whole` is the screen, on which lists lie.
    pub fn arrange(&mut self, area: Rect, whole: Rect, theme: &Theme) {
        // Views are made before the slide is laid out, because then they are only read.
        for insert in self.slides.inserts() {
            if let Insert::Quiz(index) = insert {
                self.view(index);
            }
        }
        let Self { slides, quizzes, session, texts, watch, keys, highlighter, over, now, zone, .. } = self;
        let mut tasks = None;
        slides.arrange(area, theme, highlighter, &mut |insert, width| match insert {
            Insert::Quiz(index) => {
                quizzes.get_mut(index).map(|view| view.lay(width, theme, &keys.quiz)).unwrap_or_default()
            }
            Insert::Task(index) => {
                let exercise = session.lesson_exercise();
                let state = exercise.and_then(|e| session.exercise(&e.id));
                let (Some(exercise), Some(state)) = (exercise, state) else { return Vec::new() };
                let attempt = session.attempt(&exercise.id);
                let answers = attempt.map(|attempt| &attempt.kept().answers);
                let since = &exercises::since(attempt, *now, zone);
                let folder = watch.folder(&exercise.id);
                let view = View { exercise, state, answers, since, folder, keys: &keys.task };
                let task = exercise.tasks.get(*index);
                task.map(|task| task::on_slide(&view, task, width, theme)).unwrap_or_default()
            }
            Insert::Score => score::on_slide(session, &keys.exercise.contents, width, theme),
            Insert::Exercise(id) => match (session.drawn(id), session.exercise(id)) {
                (Some(exercise), Some(state)) => {
                    let (brief, solution) =
                        texts.get(id).map(|(b, s)| (b.as_slice(), s.as_slice())).unwrap_or_default();
                    let attempt = session.attempt(id);
                    let answers = attempt.map(|attempt| &attempt.kept().answers);
                    let since = &exercises::since(attempt, *now, zone);
                    let folder = watch.folder(id);
                    let view = View { exercise, state, answers, since, folder, keys: &keys.exercise };
                    let (points, next) = (session.points(exercise), session.next_exercise(id));
                    let card = Card { view, brief, solution, points, next };
                    let (lines, rows) = exercise::lines(&card, width, theme, highlighter);
                    tasks = (state.phase != Phase::Idle).then_some(rows);
                    lines
                }
                _ => exercise::missing(id, theme),
            },
        });
        slides.show_focus(|insert| match insert {
            Insert::Quiz(index) => quizzes.get(index)?.focus_rows(),
            Insert::Task(_) | Insert::Score => None,
            Insert::Exercise(_) => tasks,
        });
        match over {
            Some(Over::Overview(list)) => list.arrange(whole),
            Some(Over::Search(search)) => search.arrange(whole),
            Some(Over::Answering(_)) | None => {}
        }
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        self.slides.draw(area, buf, theme);
    }

    pub fn draw_over(&self, whole: Rect, buf: &mut Buffer, theme: &Theme) {
        match &self.over {
            Some(Over::Overview(list)) => list.draw(whole, buf, theme),
            Some(Over::Search(search)) => search.draw(whole, buf, theme),
            Some(Over::Answering(field)) => field.draw(whole, buf, theme),
            None => {}
        }
    }
}

fn record(events: Vec<Event>) -> Vec<Effect> {
    events.into_iter().map(Effect::Record).collect()
}

fn deck_of(course: &Course, lesson: usize) -> Arc<Deck> {
    Arc::new(course.lessons.get(lesson).map(|l| l.deck.clone()).unwrap_or_default())
}

fn texts(session: &Session) -> BTreeMap<String, (Vec<Block>, Vec<Block>)> {
    let blocks = |e: &course::Exercise| (course::blocks(&e.brief), course::blocks(e.solution.text()));
    let drawn = session.course().exercises.iter().filter_map(|e| session.drawn(&e.id));
    drawn.map(|e| (e.id.clone(), blocks(e))).collect()
}
