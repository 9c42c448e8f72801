//! How many wrong join codes one address may try: some at once, because people mistype, and then few.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Failures that are forgiven at once.
const BURST: u32 = 10;
/// After this time one more is forgiven.
const EACH: Duration = Duration::from_secs(3);
/// Addresses that are remembered; beyond them all new ones share one account.
const MOST: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Limiter {
    /// When the last failure of each address will be forgiven.
    until: HashMap<IpAddr, Instant>,
    others: Option<Instant>,
}

impl Limiter {
    /// Whether this address may try once more.
    pub(super) fn allows(&self, ip: IpAddr, now: Instant) -> bool {
        let until = self.until.get(&net(ip)).copied().or(self.others_of(ip));
        until.is_none_or(|until| until + EACH <= now + EACH * BURST)
    }

    pub(super) fn failed(&mut self, ip: IpAddr, now: Instant) {
        let ip = net(ip);
        if self.until.len() >= MOST {
            self.until.retain(|_, until| *until > now);
        }
        let later = |until: Option<Instant>| until.unwrap_or(now).max(now) + EACH;
        if self.until.len() < MOST || self.until.contains_key(&ip) {
            let next = later(self.until.get(&ip).copied());
            self.until.insert(ip, next);
        } else {
            self.others = Some(later(self.others));
        }
    }

    fn others_of(&self, ip: IpAddr) -> Option<Instant> {
        self.others.filter(|_| self.until.len() >= MOST && !self.until.contains_key(&net(ip)))
    }
}

/// One machine has a whole /64 of IPv6 addresses to try from.
pub(super) fn net(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
        },
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from(0x0a00_0000 + n).into()
    }

    #[test]
    fn a_guesser_is_slowed_and_others_are_not() {
        let (mut limiter, now) = (Limiter::default(), Instant::now());
        for _ in 0..BURST {
            assert!(limiter.allows(ip(1), now));
            limiter.failed(ip(1), now);
        }
        assert!(!limiter.allows(ip(1), now));
        assert!(limiter.allows(ip(2), now));
        assert!(limiter.allows(ip(1), now + EACH + Duration::from_millis(1)));
        assert!(limiter.allows(ip(1), now + EACH * BURST * 2));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let (mut limiter, now) = (Limiter::default(), Instant::now());
        for n in 0..20_000 {
            limiter.failed(ip(n), now);
        }
        assert_eq!(limiter.until.len(), MOST);
        assert!(!limiter.allows(ip(30_000), now), "many addresses that fail are one attack");
        assert!(limiter.allows(ip(1), now), "who failed once before may go on");
        limiter.failed(ip(40_000), now + EACH * 2);
        assert!(limiter.until.len() < MOST);
    }

    #[test]
    fn a_whole_network_of_ipv6_is_one() {
        let (mut limiter, now) = (Limiter::default(), Instant::now());
        for n in 0..BURST {
            limiter.failed(format!("2001:db8::{n:x}").parse().unwrap(), now);
        }
        assert!(!limiter.allows("2001:db8::ffff".parse().unwrap(), now));
        assert!(limiter.allows("2001:db8:0:1::1".parse().unwrap(), now));
    }
}
