//! Who may wait at the host's door: some from each address, and whoever has been silent longest makes room.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::limit::net;

/// Connections that have proven nothing yet.
pub(super) const MOST: usize = 256;
/// Of them from one address. Programs of this very machine are the instructor's own.
pub(super) const FROM_ONE: usize = 64;
/// A learner's program has proven itself long before; what is younger is not sent away.
pub(super) const AGE: Duration = Duration::from_secs(1);

/// `T` is what ends a connection. Places are handed out by number.
#[derive(Debug)]
pub(super) struct Room<T> {
    /// The oldest first.
    places: Vec<Place<T>>,
    next: u64,
}

#[derive(Debug)]
struct Place<T> {
    number: u64,
    from: IpAddr,
    since: Instant,
    ends: Option<T>,
}

/// What is to become of a connection that comes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Comes<T> {
    /// It has this place, in that of another one where one is given: that one is to be ended.
    In(u64, Option<T>),
    /// Its address has enough of them that came just now.
    Away,
    /// The door is full of those that came just now.
    Later(Duration),
}

impl<T> Default for Room<T> {
    fn default() -> Self {
        Self { places: Vec::new(), next: 0 }
    }
}

impl<T> Room<T> {
    pub(super) fn comes(&mut self, from: IpAddr, now: Instant) -> Comes<T> {
        let from = net(from);
        let own = |place: &Place<T>| place.from == from;
        let is_full =
            !from.is_loopback() && self.places.iter().filter(|place| own(place)).count() >= FROM_ONE;
        let mut makes_room = None;
        if is_full || self.places.len() >= MOST {
            let oldest = self.places.iter().position(|place| !is_full || own(place)).unwrap_or(0);
            let age = now.saturating_duration_since(self.places[oldest].since);
            if age < AGE {
                return if is_full { Comes::Away } else { Comes::Later(AGE - age) };
            }
            makes_room = self.places.remove(oldest).ends;
        }
        let number = self.next;
        self.next += 1;
        self.places.push(Place { number, from, since: now, ends: None });
        Comes::In(number, makes_room)
    }

    /// How the one in this place is ended.
    pub(super) fn ends_by(&mut self, number: u64, ends: T) {
        if let Some(place) = self.places.iter_mut().find(|place| place.number == number) {
            place.ends = Some(ends);
        }
    }

    /// It has gone, or has proven itself.
    pub(super) fn leaves(&mut self, number: u64) {
        self.places.retain(|place| place.number != number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(n: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, n])
    }

    /// The room after so many have come from there, each with its place for what ends it.
    fn come(room: &mut Room<u64>, from: IpAddr, many: usize, now: Instant) {
        for _ in 0..many {
            let Comes::In(number, _) = room.comes(from, now) else { panic!("there is room") };
            room.ends_by(number, number);
        }
    }

    #[test]
    fn one_address_fills_its_own_share_and_its_oldest_makes_room() {
        let (mut room, now) = (Room::default(), Instant::now());
        come(&mut room, ip(1), FROM_ONE, now);
        assert_eq!(room.comes(ip(1), now), Comes::Away);
        assert!(matches!(room.comes(ip(2), now), Comes::In(_, None)), "others are not held up");
        assert!(matches!(room.comes(ip(1), now + AGE), Comes::In(_, Some(0))), "the oldest of that address");
        room.leaves(1);
        assert!(matches!(room.comes(ip(1), now), Comes::In(_, None)), "one has proven itself");
    }

    #[test]
    fn a_full_door_is_full_for_a_moment_alone() {
        let (mut room, now) = (Room::default(), Instant::now());
        come(&mut room, IpAddr::from([127, 0, 0, 1]), MOST, now);
        let later = now + AGE / 4;
        assert_eq!(room.comes(ip(9), later), Comes::Later(AGE - AGE / 4));
        assert!(matches!(room.comes(ip(9), now + AGE), Comes::In(_, Some(0))));
        assert_eq!(room.places.len(), MOST);
    }

    #[test]
    fn a_whole_network_of_ipv6_is_one_address() {
        let (mut room, now) = (Room::default(), Instant::now());
        for n in 0..FROM_ONE {
            come(&mut room, format!("2001:db8::{n:x}").parse().unwrap(), 1, now);
        }
        assert_eq!(room.comes("2001:db8::ffff".parse().unwrap(), now), Comes::Away);
        assert!(matches!(room.comes("2001:db8:1::1".parse().unwrap(), now), Comes::In(_, None)));
    }
}
