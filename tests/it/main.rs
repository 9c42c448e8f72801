//! All integration tests in one binary, so that they link once.

mod class;
mod class_lead;
mod class_screens;
mod course;
mod deck;
mod differential;
mod engine;
mod grade;
mod grade_report;
mod guard_live;
mod harness;
mod lint;
mod live_gap;
mod live_story;
mod live_task;
mod malformed;
mod other_course;
mod private_engine;
mod rehearsal;
mod screen_deck;
mod screen_end;
mod screen_trouble;
mod submit;
mod support;
mod typed;
mod walls;
