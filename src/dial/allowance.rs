//! How much of an engine's answer is taken: an engine that lies, or is broken, must not fill this machine's memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What one answer may cost, in bytes of memory: some 1700 containers, or 10,000 images.
const MOST: u64 = 24 << 20;
/// Of a stream, one line of it.
const MOST_OF_A_LINE: u64 = 1 << 20;

/// What a part of an answer costs beside its own bytes once it was read: an object with all the fields that it could have, a text of
/// its own, a place in a list.
const OBJECT: u64 = 512;
const QUOTE: u64 = 16;
const ELEMENT: u64 = 8;

/// There is more of an answer than is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is larger than pilotwhale takes")]
pub struct TooLarge;

/// How the answer to a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is read as a whole.
    Whole,
    /// Lines of JSON, as long as somebody reads.
    Lines,
    /// What programs print, as long as somebody reads. Who reads it bounds what is kept.
    Open,
}

impl Kind {
    /// `path` is that of the request.
    pub(super) fn of(path: &str) -> Self {
        match path.rsplit('/').next() {
            Some("events" | "stats") => Self::Lines,
            Some("logs" | "attach") => Self::Open,
            _ => Self::Whole,
        }
    }
}

/// What may still come over one connection. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Allowance(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    kind: Kind,
    left: u64,
    after_return: bool,
}

impl Default for Allowance {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State { kind: Kind::Whole, left: MOST, after_return: false })))
    }
}

impl Allowance {
    /// For the answer to the next request, until its head says more.
    pub(super) fn begins(&self, kind: Kind) {
        let left = if kind == Kind::Lines { MOST_OF_A_LINE } else { MOST };
        *self.state() = State { kind, left, after_return: false };
    }

    /// Takes bytes as the engine sent them.
    pub(super) fn take(&self, bytes: &[u8]) -> Result<(), TooLarge> {
        let state = &mut *self.state();
        if state.kind == Kind::Open {
            return Ok(());
        }
        for byte in bytes {
            // a line of JSON ends without a return, and what HTTP puts between the pieces with one
            if state.kind == Kind::Lines && *byte == b'\n' && !state.after_return {
                state.left = MOST_OF_A_LINE;
            }
            state.after_return = *byte == b'\r';
            let cost = match byte {
                b'{' | b'[' => OBJECT,
                b'"' => QUOTE,
                b',' => ELEMENT,
                _ => 1,
            };
            state.left = state.left.checked_sub(cost).ok_or(TooLarge)?;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_at_its_limit_and_the_next_one_begins_anew() {
        let allowance = Allowance::default();
        let most = usize::try_from(MOST).unwrap();
        for _ in 0..2 {
            assert_eq!(allowance.take(&vec![b'x'; most]), Ok(()));
            assert_eq!(allowance.take(b"x"), Err(TooLarge));
            allowance.begins(Kind::Whole);
        }
    }

    #[test]
    fn what_takes_memory_counts_for_more_than_its_bytes() {
        for (part, cost) in [("{", OBJECT), ("[", OBJECT), ("\"", QUOTE), (",", ELEMENT), ("7", 1)] {
            let allowance = Allowance::default();
            let fit = usize::try_from(MOST / cost).unwrap();
            assert_eq!(allowance.take(part.repeat(fit).as_bytes()), Ok(()), "{part}");
            assert_eq!(allowance.take(part.repeat(fit).as_bytes()), Err(TooLarge), "{part}");
        }
    }

    #[test]
    fn a_stream_may_go_on_for_ever_and_none_of_its_lines() {
        let allowance = Allowance::default();
        allowance.begins(Kind::Lines);
        let line = [&vec![b'x'; 1 << 19][..], b"\n"].concat();
        for _ in 0..100 {
            assert_eq!(allowance.take(&line), Ok(()));
        }
        // the frames of HTTP are no ends of lines, wherever they are cut
        let piece = [&vec![b'x'; 1 << 18][..], b"\r"].concat();
        let taken =
            (0..10).take_while(|_| allowance.take(&piece).and_then(|()| allowance.take(b"\n")).is_ok());
        assert_eq!(taken.count(), 3);
        allowance.begins(Kind::Open);
        assert!((0..100).all(|_| allowance.take(&piece).is_ok()), "what programs print is not counted");
    }

    #[test]
    fn the_path_says_how_an_answer_comes() {
        for (path, kind) in [
            ("/v1.51/events", Kind::Lines),
            ("/containers/events/stats", Kind::Lines),
            ("/v1.51/containers/x/logs", Kind::Open),
            ("/containers/logs/json", Kind::Whole),
            ("/images/json", Kind::Whole),
        ] {
            assert_eq!(Kind::of(path), kind, "{path}");
        }
    }
}
