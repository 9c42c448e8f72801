//! How much of a class one address and one learner may take: whoever has the join code must not be able to end it for the others.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::LearnerId;
use super::limit::net;

/// Learners who come for the first time from one address: a school behind one address fits in. Programs of this very machine are the
/// instructor's own.
pub(super) const FROM_ONE: usize = 300;
/// Bytes of events that are kept of one learner: some weeks of work.
pub(super) const OF_ONE: u64 = 8 << 20;
/// And of all together.
pub(super) const OF_ALL: u64 = 512 << 20;

/// What was taken, since the class was opened or, of bytes, ever.
#[derive(Debug, Default)]
pub(super) struct Quota {
    came: HashMap<IpAddr, usize>,
    bytes: HashMap<LearnerId, u64>,
    all: u64,
    /// What was said of already.
    said: HashSet<String>,
}

impl Quota {
    pub(super) fn has(&mut self, learner: &LearnerId, bytes: u64) {
        *self.bytes.entry(learner.clone()).or_default() += bytes;
        self.all += bytes;
    }

    /// Whether one more learner may come from there.
    pub(super) fn may_come(&self, from: IpAddr) -> bool {
        from.is_loopback() || self.came.get(&net(from)).is_none_or(|came| *came < FROM_ONE)
    }

    pub(super) fn came(&mut self, from: IpAddr) {
        *self.came.entry(net(from)).or_default() += 1;
    }

    /// Whether so much more of this learner may be kept.
    pub(super) fn may_keep(&self, learner: &LearnerId, bytes: u64) -> bool {
        let own = self.bytes.get(learner).copied().unwrap_or(0);
        own + bytes <= OF_ONE && self.all + bytes <= OF_ALL
    }

    /// Once for each sentence.
    pub(super) fn is_news(&mut self, what: &str) -> bool {
        self.said.insert(what.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learner(n: u8) -> LearnerId {
        LearnerId::of(&[n; 16])
    }

    #[test]
    fn an_address_and_a_learner_have_their_share_and_others_keep_theirs() {
        let (mut quota, one, two) =
            (Quota::default(), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for _ in 0..FROM_ONE {
            assert!(quota.may_come(one));
            quota.came(one);
        }
        assert!(!quota.may_come(one) && quota.may_come(two));
        let here = IpAddr::from([127, 0, 0, 1]);
        (0..=FROM_ONE).for_each(|_| quota.came(here));
        assert!(quota.may_come(here));

        assert!(quota.may_keep(&learner(1), OF_ONE) && !quota.may_keep(&learner(1), OF_ONE + 1));
        quota.has(&learner(1), OF_ONE);
        assert!(!quota.may_keep(&learner(1), 1) && quota.may_keep(&learner(2), OF_ONE));
    }

    #[test]
    fn the_class_has_an_end_too_and_what_was_kept_before_counts() {
        let mut quota = Quota::default();
        quota.has(&learner(0), OF_ALL - 10);
        assert!(!quota.may_keep(&learner(0), 1), "that learner has more than one may");
        assert!(quota.may_keep(&learner(1), 10) && !quota.may_keep(&learner(1), 11));
        assert!(quota.is_news("a") && !quota.is_news("a") && quota.is_news("b"));
    }
}
