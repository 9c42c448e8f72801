//! What a build's stream tells, however it is cut into pieces.

use super::*;

fn building(name: &str, status: u16) -> Option<Building> {
    Building::of(&Action { name: name.into(), ..Action::default() }, status)
}

fn outcome(name: &str, status: u16, bytes: &[u8], pieces: usize) -> Build {
    let mut building = building(name, status).unwrap();
    bytes.chunks(pieces).for_each(|piece| building.take(piece));
    building.outcome()
}

fn text(number: u8, value: &[u8]) -> Vec<u8> {
    assert!(value.len() < 1 << 14);
    let (low, high) = ((value.len() & 0x7f) as u8, (value.len() >> 7) as u8);
    [&[number << 3 | 2, low | 0x80, high], value].concat()
}

fn frame(kind: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, 0, 0, 0, 0, stream], payload].concat()
}

fn message(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[0], length.as_slice(), body].concat()
}

fn step(name: &str, error: &str) -> Vec<u8> {
    let step = [
        text(1, b"sha256:abc"),
        text(3, name.as_bytes()),
        // Whether it was cached: a number.
        vec![4 << 3, 1],
        text(7, error.as_bytes()),
    ];
    text(1, &step.concat())
}

#[test]
fn the_classic_builder_says_it_in_lines() {
    let failed = b"{\"stream\":\"Step 2/3 : COPY helo.py /app/\\n\"}\n{\"errorDetail\":{\"message\":\"COPY failed: file not found\"},\"error\":\"COPY failed: file not found\"}\n";
    let made =
        b"{\"stream\":\"a\"}\n{\"aux\":{\"ID\":\"sha256:1\"}}\n{\"stream\":\"Successfully built 1\\n\"}\n";
    for pieces in [1, 7, 4096] {
        let error = Some("COPY failed: file not found".to_owned());
        assert_eq!(outcome("image-build", 200, failed, pieces), Build { made: false, error });
        assert_eq!(outcome("image-build", 200, made, pieces), Build { made: true, error: None });
    }
}

#[test]
fn buildkit_says_it_in_frames() {
    let copy = step(
        "[2/2] COPY helo.py /app/",
        "failed to compute cache key: failed to calculate checksum of ref x::y: \"/helo.py\": not found",
    );
    let status = message(&copy);
    let failed = [
        frame(4, 0, &[0; 6]),
        frame(1, 1, b"headers"),
        // One message in two frames, and another stream between them.
        frame(0, 1, &status[..20]),
        frame(0, 3, &message(&step("[1/2] FROM python", "context canceled"))),
        frame(0, 1, &status[20..]),
        frame(1, 1, b"trailers"),
    ]
    .concat();
    let exported = exported("sha256:1", "docker.io/library/mine:1");
    let made = [frame(0, 1, &exported), frame(8, 0, &[0; 4])].concat();
    for pieces in [1, 5, 4096] {
        let error = Some("[2/2] COPY helo.py /app/: \"/helo.py\": not found".to_owned());
        assert_eq!(outcome("buildkit-grpc", 101, &failed, pieces), Build { made: false, error });
        let both = [failed.clone(), made.clone()].concat();
        assert_eq!(outcome("buildkit-grpc", 101, &both, pieces), Build { made: true, error: None });
    }
}

fn exported(id: &str, names: &str) -> Vec<u8> {
    let pair =
        |key: &str, value: &str| text(1, &[text(1, key.as_bytes()), text(2, value.as_bytes())].concat());
    message(&[pair("containerimage.digest", id), pair("image.name", names)].concat())
}

#[test]
fn both_builders_say_what_they_made_and_what_they_called_it() {
    let lines = concat!(
        "{\"stream\":\"Step 1/3 : FROM busybox\"}\n{\"stream\":\" ---\\u003e bbbbbbbbbbbb\\n\"}\n",
        "{\"stream\":\"Step 2/3 : FROM redis:7\"}\n{\"status\":\"Status: Downloaded newer image for redis:7\"}\r\n",
        "{\"stream\":\" ---\\u003e 0123456789ab\\n\"}\n{\"stream\":\"Step 3/3 : RUN x\"}\n",
        "{\"stream\":\"prints ---> ffffffffffff\\n\"}\n{\"stream\":\" ---\\u003e Running in abcdefabcdef\\n\"}\nno json\n",
        "{\"stream\":\" ---\\u003e cccccccccccc\\n\"}\n{\"aux\":{\"ID\":\"sha256:00ff00ff00ff00ff\"}}\n",
        "{\"stream\":\"Successfully built aaaaaaaaaaaa\\n\"}\n{\"stream\":\"Successfully tagged mine:latest\\n\"}\n",
    );
    let names = |building: &Building| building.names().iter().cloned().collect::<Vec<_>>();
    for size in [1, 7, 4096] {
        let mut classic = Building::in_lines();
        lines.as_bytes().chunks(size).for_each(|piece| classic.take(piece));
        for (id, is_made) in [
            ("sha256:0123456789abcdef", true),
            ("sha256:cccccccccccccc", true),
            ("sha256:00ff00ff00ff00ff", true),
            ("aaaaaaaaaaaabb", true),
            // the base that was here, and what a step has printed
            ("sha256:bbbbbbbbbbbbbb", false),
            ("sha256:ffffffffffffff", false),
            ("sha256:abcdefabcdefab", false),
        ] {
            assert_eq!(classic.made(id), is_made, "{id}");
        }
        assert_eq!(names(&classic), ["mine:latest", "redis:7"]);

        let stream = frame(0, 1, &exported("sha256:00ff00ff00ff00ff", "docker.io/library/mine:1,r:5000/x:2"));
        let mut kit = Building::in_frames();
        stream.chunks(size).for_each(|piece| kit.take(piece));
        assert!(kit.made("sha256:00ff00ff00ff00ff") && !kit.made("sha256:11"));
        assert_eq!(names(&kit), ["mine:1", "r:5000/x:2"]);
    }
}

#[test]
fn commits_imports_and_quiet_builds_say_an_id_and_nothing_else() {
    let id = "0123456789abcdef".repeat(4);
    for answer in [
        format!("{{\"Id\":\"sha256:{id}\"}}\n"),
        format!("{{\"status\":\"sha256:{id}\"}}\r\n"),
        format!("{{\"status\":\"{id}\"}}\n"),
        format!("{{\"stream\":\"sha256:{id}\\n\"}}\n"),
    ] {
        let mut building = Building::in_lines();
        building.take(answer.as_bytes());
        assert!(building.made(&format!("sha256:{id}")) && !building.made("sha256:00"), "{answer}");
        assert!(building.names().is_empty());
    }
}

#[test]
fn anything_may_come_and_nothing_is_kept_without_a_bound() {
    let mut seed = 7_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 56) as u8
    })
    .take(200_000)
    .collect();
    for name in ["image-build", "buildkit-grpc"] {
        let status = if name == "image-build" { 200 } else { 101 };
        let mut building = building(name, status).unwrap();
        noise.chunks(1000).for_each(|piece| building.take(piece));
        assert!(!building.outcome().made);
    }
    let mut frames = Frames::default();
    (0..200_u8).for_each(|stream| frames.take(&frame(0, stream, &[0, 255, 255, 255, 255, 1]), &mut |_| {}));
    assert!(frames.streams.len() <= STREAMS && frames.open.is_empty());
    // A frame that is longer than what is kept.
    frames.take(&[255, 255, 255, DATA, 0, 0, 0, 0, 1], &mut |_| {});
    (0..300).for_each(|_| frames.take(&[0; 65_535], &mut |_| {}));
    assert!(frames.open.len() < 2 * MOST);
}

#[test]
fn only_builds_are_read() {
    for (name, status) in
        [("image-build", 500), ("buildkit-grpc", 404), ("exec-start", 101), ("image-pull", 200)]
    {
        assert!(building(name, status).is_none(), "{name} {status}");
    }
}
