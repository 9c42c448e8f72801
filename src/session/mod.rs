//! Where the learner is, without a screen: place, quiz, exercise, hints. Pure.
