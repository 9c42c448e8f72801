//! The codec against what a network and an intruder can do to it.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn decoded<T: for<'a> Deserialize<'a>>(bytes: &[u8], most: usize) -> Result<Vec<T>, WireError> {
    let (mut frames, mut buffer, mut all) = (Frames::up_to(most), BytesMut::from(bytes), Vec::new());
    while let Some(message) = frames.decode(&mut buffer)? {
        all.push(message);
    }
    Ok(all)
}

fn encoded(messages: &[ToHost]) -> BytesMut {
    let (mut frames, mut buffer) = (Frames::<ToHost>::up_to(LARGEST), BytesMut::new());
    for message in messages {
        frames.encode(spell(message), &mut buffer).unwrap();
    }
    buffer
}

fn any_message() -> impl Strategy<Value = ToHost> {
    let at = (0..2_000_000_000i64).prop_map(|s| Timestamp::from_second(s).unwrap());
    let event = (1..i64::MAX, at, "\\PC{0,40}").prop_map(|(seq, at, differs)| SentEvent {
        seq,
        at,
        event: json!({"kind": "attempt", "exercise": "e", "run": 1, "task": "t", "differs": differs}),
    });
    prop_oneof![
        Just(ToHost::Alive),
        any::<bool>().prop_map(|up| ToHost::Hand { up }),
        prop::collection::vec(event, 0..4).prop_map(|events| ToHost::Progress { events }),
        ("\\PC{0,30}", "[0-9a-f]{32}").prop_map(|(name, id)| ToHost::Hello(Hello {
            protocol: VERSION,
            pilotwhale: "0.1.0".into(),
            role: Role::Learner,
            learner: LearnerId::try_from(id).unwrap(),
            name,
            proof: "p".into(),
            course: "docker".into(),
            course_version: "1".into(),
        })),
    ]
}

proptest! {
    /// `bench/fuzz` runs this for minutes.
    #[test]
    fn fuzz_frames(messages in prop::collection::vec(any_message(), 1..4), edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), most in 1..LARGEST) {
        let mut bytes = encoded(&messages);
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let (mut frames, mut buffer) = (Frames::<ToHost>::up_to(most), BytesMut::from(&bytes[..]));
        let mut before = buffer.len();
        while let Ok(Some(_)) = frames.decode(&mut buffer) {
            prop_assert!(buffer.len() < before, "each message takes its bytes");
            before = buffer.len();
        }
    }
}

proptest! {
    #[test]
    fn messages_come_back_however_the_network_cuts_them(
        messages in prop::collection::vec(any_message(), 0..6),
        cuts in prop::collection::vec(1..64usize, 1..40),
    ) {
        let bytes = encoded(&messages);
        let (mut frames, mut buffer, mut all) = (Frames::<ToHost>::up_to(LARGEST), BytesMut::new(), Vec::new());
        let mut rest = &bytes[..];
        for cut in cuts.into_iter().chain([usize::MAX]) {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            buffer.extend_from_slice(now);
            rest = later;
            while let Some(message) = frames.decode(&mut buffer).unwrap() {
                all.push(message);
            }
        }
        prop_assert_eq!(all, messages);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decoded::<ToHost>(&bytes, LARGEST);
        let _ = decoded::<ToLearner>(&bytes, LARGEST_STANDING);
        let mut framed = BytesMut::new();
        framed.put_u32(bytes.len() as u32);
        framed.extend_from_slice(&bytes);
        let _ = decoded::<ToHost>(&framed, LARGEST);
    }

    #[test]
    fn whatever_is_sent_as_an_event_is_small_and_without_controls(text in "[\\x00-\\x{10ffff}]{0,900}", key in "\\PC{0,9}") {
        let event = SentEvent { seq: 1, at: Timestamp::UNIX_EPOCH, event: json!({"kind": "moved", key: [{"deep": text}]}) };
        if let Some(event) = event.tidied() {
            let said = event.event.to_string();
            prop_assert!(said.len() <= LARGEST_EVENT);
            let (escape, turned) = (said.contains("\\u001b"), said.contains('\u{202e}'));
            prop_assert!(!escape && !turned);
        }
    }
}

#[test]
fn a_length_that_is_too_large_is_refused_before_its_bytes_come() {
    let mut bytes = BytesMut::new();
    bytes.put_u32(LARGEST_HELLO as u32 + 1);
    assert!(matches!(decoded::<ToHost>(&bytes, LARGEST_HELLO), Err(WireError::Broken(_))));
    let mut bytes = BytesMut::new();
    bytes.put_u32(u32::MAX);
    bytes.extend_from_slice(b"{}");
    assert!(decoded::<ToHost>(&bytes, LARGEST).is_err());
}

#[test]
fn a_kind_of_tomorrow_is_passed_over() {
    let read = |text: &str| serde_json::from_str::<ToLearner>(text).unwrap();
    assert_eq!(read(r#"{"say":"sing","song":[1,2]}"#), ToLearner::Unknown);
    assert_eq!(read(r#"{"say":"bye","why":{"because":"lunch"}}"#), ToLearner::Bye { why: Farewell::Unknown });
    let more = r#"{"say":"welcome","class":"c","pilotwhale":"9","course":"d","course_version":"1","name":"n","have":3,"have_at":null,"tea":true}"#;
    assert!(matches!(read(more), ToLearner::Welcome(Welcome { have: 3, .. })));
    assert_eq!(serde_json::from_str::<ToHost>(r#"{"say":"sing"}"#).unwrap(), ToHost::Unknown);
}

#[test]
fn an_event_of_tomorrow_is_kept_as_it_is() {
    let event = json!({"kind": "flew", "over": "the \u{1b}sea"});
    let sent = SentEvent { seq: 1, at: Timestamp::UNIX_EPOCH, event }.tidied().unwrap();
    assert_eq!(sent.event, json!({"kind": "flew", "over": "the sea"}));
    assert_eq!(sent.stamped(), None);
    let no_event = |event| SentEvent { seq: 1, at: Timestamp::UNIX_EPOCH, event }.tidied();
    assert_eq!(no_event(json!(["kind"])), None);
    assert_eq!(no_event(json!({"kind": 3})), None);
}

#[test]
fn a_batch_holds_what_one_message_may() {
    let event = |seq, found: &str| Stamped {
        seq,
        at: Timestamp::UNIX_EPOCH,
        event: Event::TaskPassed {
            exercise: "e".into(),
            run: 1,
            task: "t".into(),
            found: found.into(),
            bound: Default::default(),
        },
    };
    let small: Vec<Stamped> = (1..=500).map(|seq| event(seq, "it")).collect();
    let (sent, last) = batch(&small);
    assert_eq!((sent.len(), last), (MOST_EVENTS, MOST_EVENTS as i64));
    let large: Vec<Stamped> = (1..=500).map(|seq| event(seq, &"\u{1F40B}".repeat(5000))).collect();
    let (sent, last) = batch(&large);
    assert!(sent.len() > 5 && sent.len() as i64 == last);
    assert!(spell(&ToHost::Progress { events: sent }).len() <= LARGEST);
    assert_eq!(batch(&[]), (Vec::new(), 0));
    let own = Event::Bookmarked { lesson: "l".into(), slide: 1, title: "t".into(), set: true };
    let own = Stamped { seq: 7, at: Timestamp::UNIX_EPOCH, event: own };
    assert_eq!(
        batch(&[event(6, "it"), own]),
        (vec![batch(&[event(6, "it")]).0.remove(0)], 7),
        "a bookmark stays"
    );
}

#[test]
fn the_largest_standing_fits_into_a_message() {
    let mut standing = Standing::default();
    let now = Timestamp::UNIX_EPOCH;
    for _ in 0..50 {
        standing.lead(&crate::class::Lead::Note("\u{1F40B}".repeat(5000)), now);
        standing.lead(&crate::class::Lead::Command("\u{1F40B}".repeat(5000)), now);
    }
    standing.lead(&crate::class::Lead::OpenPoll { lesson: "l".into(), quiz: "q".into() }, now);
    standing.lead(&crate::class::Lead::ClosePoll, now);
    let answers: Vec<String> = (0..200).map(|n| format!("typed {n}{}", "\u{1F40B}".repeat(TEXT))).collect();
    standing.count(&answers);
    assert!(spell(&ToLearner::Standing { now, standing }).len() <= LARGEST_STANDING);
}
