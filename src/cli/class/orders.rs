//! What an instructor writes to a class that is held without a screen: one order a line.

use jiff::SignedDuration;

use crate::class::Lead;
use crate::course::Course;

pub(super) const ORDERS: &str = "\
go LESSON SLIDE [STEP]      show a slide to all; slides and steps count from 1
open EXERCISE | close       open an exercise for all
timer MINUTES | timer off
poll LESSON QUIZ | poll close | poll end
say TEXT                    a note for all
hint EXERCISE TASK TEXT     a hint for all
door close | door open      whether learners who were never here may come in
board                       who is where
end";

#[derive(Debug, PartialEq)]
pub(super) enum Order {
    Lead(Lead),
    Board,
    End,
    Nothing,
}

/// What the line asks for, or in a sentence why it can't be done.
pub(super) fn read(line: &str, course: &Course) -> Result<Order, String> {
    let line = line.trim();
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let words: Vec<&str> = rest.split_whitespace().collect();
    let lead = match (verb, &words[..]) {
        ("", _) => return Ok(Order::Nothing),
        ("board", []) => return Ok(Order::Board),
        ("end", []) => return Ok(Order::End),
        ("go", [lesson, slide]) => go(course, lesson, slide, "1")?,
        ("go", [lesson, slide, step]) => go(course, lesson, slide, step)?,
        ("open", [exercise]) => match course.exercise(exercise) {
            Some(exercise) => Lead::OpenExercise(exercise.id.clone()),
            None => return Err(format!("there is no exercise {exercise}")),
        },
        ("close", []) => Lead::CloseExercise,
        ("timer", ["off"]) => Lead::StopTimer,
        ("timer", [minutes]) => match minutes.parse::<u32>() {
            Ok(minutes @ 1..=600) => Lead::Timer(SignedDuration::from_mins(minutes.into())),
            _ => return Err("a timer has 1 to 600 minutes".into()),
        },
        ("poll", ["close"]) => Lead::ClosePoll,
        ("poll", ["end"]) => Lead::EndPoll,
        ("poll", [lesson, quiz]) => {
            let found = course.lessons.iter().find(|l| l.id == *lesson);
            let quizzes = found.map(|l| &l.deck.quizzes).ok_or(format!("there is no lesson {lesson}"))?;
            if !quizzes.iter().any(|q| q.id == *quiz) {
                let all: Vec<&str> = quizzes.iter().map(|q| q.id.as_str()).collect();
                return Err(format!("there is no quiz {quiz} in it; there are: {}", all.join(", ")));
            }
            Lead::OpenPoll { lesson: (*lesson).into(), quiz: (*quiz).into() }
        }
        ("door", ["close"]) => Lead::Door { open: false },
        ("door", ["open"]) => Lead::Door { open: true },
        ("say", [_, ..]) => Lead::Note(rest.into()),
        ("hint", [exercise, task, text @ ..]) if !text.is_empty() => {
            Lead::Hint { to: None, exercise: (*exercise).into(), task: (*task).into(), text: text.join(" ") }
        }
        _ => return Err(format!("that is no order. The orders are:\n{ORDERS}")),
    };
    Ok(Order::Lead(lead))
}

fn go(course: &Course, lesson: &str, slide: &str, step: &str) -> Result<Lead, String> {
    let found = course.lessons.iter().find(|l| l.id == lesson).ok_or_else(|| {
        let all: Vec<&str> = course.lessons.iter().map(|l| l.id.as_str()).collect();
        format!("there is no lesson {lesson}; there are: {}", all.join(", "))
    })?;
    let slides = &found.deck.slides;
    let place = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
    match (place(slide), place(step)) {
        (Some(slide), Some(step)) if slides.get(slide).is_some_and(|s| step < s.steps) => {
            Ok(Lead::Go { lesson: lesson.into(), slide, step })
        }
        _ => Err(format!("{lesson} has no slide {slide} with a step {step}; it has {} slides", slides.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Deck, Exercise, Lesson, Slide};

    fn course() -> Course {
        let slide = |steps| Slide { steps, ..Slide::default() };
        let deck = Deck { slides: vec![slide(1), slide(3)], ..Deck::default() };
        Course {
            lessons: vec![Lesson { id: "01-a".into(), deck, ..Lesson::default() }],
            exercises: vec![Exercise { id: "e".into(), ..Exercise::default() }],
            ..Course::default()
        }
    }

    #[test]
    fn orders_are_read_and_mistakes_are_said() {
        let read = |line| read(line, &course());
        let go = |slide, step| Ok(Order::Lead(Lead::Go { lesson: "01-a".into(), slide, step }));
        assert_eq!(read("go 01-a 2 3"), go(1, 2));
        assert_eq!(read("  go 01-a 1 "), go(0, 0));
        assert_eq!(read("open e"), Ok(Order::Lead(Lead::OpenExercise("e".into()))));
        assert_eq!(read("say Back  at ten"), Ok(Order::Lead(Lead::Note("Back  at ten".into()))));
        assert_eq!(read("timer 5"), Ok(Order::Lead(Lead::Timer(SignedDuration::from_mins(5)))));
        assert_eq!(read(""), Ok(Order::Nothing));
        for wrong in [
            "go 01-a 3",
            "go 01-a 0",
            "go 01-a 2 4",
            "go x 1",
            "open x",
            "timer 0",
            "say",
            "dance",
            "poll 01-a q",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
