//! A question in a lesson: its kinds, how an answer is graded, and what is said of it.

use std::collections::BTreeMap;

use crate::check;

#[derive(Clone, Debug, PartialEq)]
pub struct Quiz {
    /// Unique in its lesson; made from the question where the author gives none.
    pub id: String,
    pub question: String,
    pub kind: QuizKind,
    pub hints: Vec<String>,
    /// Said once the answer is right or was revealed.
    pub explanation: Option<String>,
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum QuizKind {
    /// Think first, then look.
    Reveal {
        answer: String,
    },
    Single {
        choices: Vec<Choice>,
    },
    Multiple {
        choices: Vec<Choice>,
    },
    /// Any of these, case, blanks and what word processors make of quotes and dashes forgiven; `patterns` are whole-answer regular expressions.
    Text {
        accepted: Vec<String>,
        patterns: Vec<String>,
    },
    Number {
        answer: f64,
        tolerance: f64,
    },
    /// The items in their right order; they are shown shuffled.
    Order {
        items: Vec<String>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub text: String,
    pub correct: bool,
    pub feedback: Option<String>,
}

/// What the learner gave. Indices are those of `choices` and `items` as the author wrote them.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    Revealed,
    Picked(Vec<usize>),
    Typed(String),
    Ordered(Vec<usize>),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grade {
    pub correct: bool,
    /// From 0 to 1; partial for multiple and order.
    pub score: f64,
    /// One sentence for the answer as a whole.
    pub message: String,
    /// For each choice or item that was picked wrongly, left out wrongly, or has feedback of its own.
    pub per_item: BTreeMap<usize, String>,
}

impl Quiz {
    /// Judges an answer. A response of another kind than the quiz's is wrong, not an error.
    pub fn grade(&self, response: &Response) -> Grade {
        match (&self.kind, response) {
            (QuizKind::Reveal { .. }, _) => Grade {
                correct: true,
                score: 1.0,
                message: "Compare it with what you thought.".into(),
                ..Grade::default()
            },
            (QuizKind::Single { choices }, Response::Picked(picked)) => single(choices, picked),
            (QuizKind::Multiple { choices }, Response::Picked(picked)) => multiple(choices, picked),
            (QuizKind::Text { accepted, patterns }, Response::Typed(typed)) => {
                whole(is_accepted(typed, accepted, patterns), "Not that word; look at it once more.")
            }
            (QuizKind::Number { answer, tolerance }, Response::Typed(typed)) => match typed_number(typed) {
                Some(n) => whole((n - answer).abs() <= tolerance + 1e-9, "Not that number; count once more."),
                None => whole(false, "That is not a number; write it in digits."),
            },
            (QuizKind::Order { items }, Response::Ordered(order)) => ordered(items, order),
            (_, Response::Revealed) => whole(false, "The answer was shown."),
            _ => whole(false, "That is no answer to this kind of question."),
        }
    }

    /// The order in which the items are shown at first: the same for the same seed, and never the right one.
    /// Other kinds keep the author's order.
    pub fn shuffled(&self, seed: u64) -> Vec<usize> {
        let items = match &self.kind {
            QuizKind::Order { items } => items,
            QuizKind::Single { choices } | QuizKind::Multiple { choices } => {
                return (0..choices.len()).collect();
            }
            _ => return Vec::new(),
        };
        let mut order: Vec<usize> = (0..items.len()).collect();
        let mut state = seed;
        for i in (1..order.len()).rev() {
            // splitmix64: the same on every machine and in every version.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let below = i as u64 + 1;
            let j = usize::try_from((z ^ (z >> 31)) % below).unwrap_or(0);
            order.swap(i, j);
        }
        if order.len() > 1 && order.iter().enumerate().all(|(place, &i)| items[place] == items[i]) {
            order.rotate_left(1);
        }
        order
    }
}

fn whole(correct: bool, otherwise: &str) -> Grade {
    Grade {
        correct,
        score: if correct { 1.0 } else { 0.0 },
        message: if correct { "Right.".into() } else { otherwise.into() },
        per_item: BTreeMap::new(),
    }
}

fn single(choices: &[Choice], picked: &[usize]) -> Grade {
    let [one] = picked else { return whole(false, "Pick one of the answers.") };
    let Some(choice) = choices.get(*one) else { return whole(false, "Pick one of the answers.") };
    let mut grade = whole(choice.correct, "Not that one.");
    if let Some(feedback) = &choice.feedback {
        grade.per_item.insert(*one, feedback.clone());
    } else if !choice.correct {
        grade.per_item.insert(*one, "This is not it.".into());
    }
    grade
}

#[expect(clippy::cast_precision_loss, reason = "a quiz has few choices")]
fn multiple(choices: &[Choice], picked: &[usize]) -> Grade {
    let (mut hit, mut wrong, mut missed) = (0_usize, 0_usize, 0_usize);
    let mut per_item = BTreeMap::new();
    for (i, choice) in choices.iter().enumerate() {
        match (choice.correct, picked.contains(&i)) {
            (true, true) => {
                hit += 1;
                choice.feedback.clone().map(|f| per_item.insert(i, f));
            }
            (false, true) => {
                wrong += 1;
                per_item
                    .insert(i, choice.feedback.clone().unwrap_or_else(|| "This one does not belong.".into()));
            }
            (true, false) => {
                missed += 1;
                per_item.insert(i, "This one belongs to the answer, too.".into());
            }
            (false, false) => {}
        }
    }
    let message = match (wrong, missed) {
        (0, 0) => "Right.".to_owned(),
        (0, n) => format!("So far right; {n} more to find."),
        (n, 0) => format!("All the right ones, and {n} too many."),
        (w, m) => format!("{w} too many, {m} still to find."),
    };
    let score = hit.saturating_sub(wrong) as f64 / (hit + missed).max(1) as f64;
    Grade { correct: wrong == 0 && missed == 0, score, message, per_item }
}

#[expect(clippy::cast_precision_loss, reason = "a quiz has few items")]
fn ordered(items: &[String], order: &[usize]) -> Grade {
    let mut per_item = BTreeMap::new();
    let mut right = 0_usize;
    for (place, item) in items.iter().enumerate() {
        match order.get(place) {
            Some(&i) if items.get(i) == Some(item) => right += 1,
            Some(&i) => {
                per_item.insert(i, "Not in its place yet.".to_owned());
            }
            None => {}
        }
    }
    let correct = right == items.len() && order.len() == items.len();
    let message = if correct {
        "Right.".to_owned()
    } else {
        format!("{right} of {} stand where they belong.", items.len())
    };
    Grade { correct, score: right as f64 / items.len().max(1) as f64, message, per_item }
}

fn is_accepted(typed: &str, accepted: &[String], patterns: &[String]) -> bool {
    let readings = check::readings(typed);
    let matches = |p: &String| {
        regex::RegexBuilder::new(&format!(r"\A(?:{p})\z"))
            .case_insensitive(true)
            .build()
            .is_ok_and(|r| readings.iter().any(|reading| r.is_match(reading)))
    };
    !typed.trim().is_empty()
        && (accepted.iter().any(|text| check::is_read_as(&readings, text)) || patterns.iter().any(matches))
}

/// An answer as one line for the record: `revealed`, `picked 0 2`, `typed pod`, `ordered 2 0 1`.
pub fn spell(response: &Response) -> String {
    let joined = |indices: &[usize]| indices.iter().map(|i| format!(" {i}")).collect::<String>();
    match response {
        Response::Revealed => "revealed".into(),
        Response::Picked(indices) => format!("picked{}", joined(indices)),
        Response::Typed(text) => format!("typed {text}"),
        Response::Ordered(indices) => format!("ordered{}", joined(indices)),
    }
}

/// The inverse of `spell`.
pub fn unspell(line: &str) -> Option<Response> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let indices = || rest.split_whitespace().map(|i| i.parse().ok()).collect::<Option<Vec<usize>>>();
    match word {
        "revealed" => Some(Response::Revealed),
        "picked" => indices().map(Response::Picked),
        "typed" => Some(Response::Typed(rest.into())),
        "ordered" => indices().map(Response::Ordered),
        _ => None,
    }
}

/// The same as it was typed: with whatever dash stands for the minus.
fn typed_number(text: &str) -> Option<f64> {
    check::readings(text).iter().find_map(|reading| number(reading))
}

/// `36`, `36.0` and `1,5`; nothing infinite.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().replacen(',', ".", 1).parse().ok().filter(|n: &f64| n.is_finite())
}
