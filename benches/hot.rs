//! What happens on every start, key, event and frame, each by itself. `cargo bench`; docs/performance.md has the figures.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use pilotwhale::check::judge;
use pilotwhale::course::{self, Source, deck};
use pilotwhale::facts::{
    Container, ContainerState, EngineInfo, Evidence, Image, Link, Output, Run, Snapshot,
};
use pilotwhale::progress::Progress;
use pilotwhale::session::Session;
use pilotwhale::shell::{Options, Screen, Shell, ShellEvent};
use pilotwhale::tui::app::{App, Setup};
use pilotwhale::tui::highlight::Highlighter;
use pilotwhale::tui::msg::Msg;
use pilotwhale::tui::theme::Theme;
use pilotwhale::tui::widget::markdown::{self, Context};
use pilotwhale::tui::widget::terminal;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 60)];
const DECK: &str = include_str!("../tests/fixtures/introduction-to-docker.patat.md");

fn long_deck() -> String {
    let body = DECK.split_once("\n...\n").expect("the deck has a front matter").1;
    format!("---\ntitle: Long\n...\n{}", body.repeat(20))
}

fn reading(c: &mut Criterion) {
    c.bench_function("read/course", |b| b.iter(|| course::load(black_box(&Source::Embedded))));
    let path = Path::new("deck.md");
    c.bench_function("read/deck of 36 slides", |b| b.iter(|| deck::parse(black_box(DECK), path)));
    let long = long_deck();
    c.bench_function("read/deck of 720 slides", |b| b.iter(|| deck::parse(black_box(&long), path)));
}

fn slides(c: &mut Criterion) {
    let (deck, _) = deck::parse(DECK, Path::new("deck.md"));
    let theme = Theme::dark();
    let highlighter = Highlighter::default();
    c.bench_function("slide/layout of all 36, 80 wide", |b| {
        b.iter(|| {
            for slide in &deck.slides {
                let cx =
                    Context { step: 9, width: 80, centred: false, theme: &theme, highlighter: &highlighter };
                black_box(markdown::layout(&slide.blocks, &cx, &mut |_, _| Vec::new()));
            }
        })
    });
}

fn containers(count: u64) -> Snapshot {
    let now = Timestamp::UNIX_EPOCH;
    let container = |n: u64| Container {
        id: format!("{n:064x}"),
        name: format!("container-{n:03}"),
        image: "nginx:1.27".to_owned(),
        image_id: format!("sha256:{:064x}", n % 7),
        command: "/docker-entrypoint.sh nginx -g 'daemon off;'".to_owned(),
        state: if n.is_multiple_of(5) { ContainerState::Exited } else { ContainerState::Running },
        exit_code: n.is_multiple_of(5).then_some(0),
        created: Some(now),
        started: Some(now),
        networks: vec!["bridge".to_owned()],
        ..Container::default()
    };
    Snapshot { containers: (0..count).map(container).collect(), ..Snapshot::default() }
}

struct Open {
    app: App,
    screen: Terminal<TestBackend>,
    now: Timestamp,
}

impl Open {
    fn new(size: (u16, u16)) -> Self {
        let course = course::load(&Source::Embedded).expect("the course inside the program can be read");
        let app = App::new(Session::new(Arc::new(course), Progress::default()), Setup::default());
        let screen =
            Terminal::new(TestBackend::new(size.0, size.1)).expect("a screen in memory has no errors");
        let now = Timestamp::from_second(1_000_000).expect("it is a time");
        let mut open = Self { app, screen, now };
        open.frame(Msg::Resize(size.0, size.1));
        open.frame(Msg::Link(Link::Live));
        open
    }

    fn frame(&mut self, msg: Msg) {
        black_box(self.app.update(self.now, msg));
        self.screen.draw(|frame| self.app.draw(frame)).expect("a screen in memory has no errors");
    }
}

fn frames(c: &mut Criterion) {
    let key = |code| Msg::Key(KeyEvent::new(code, KeyModifiers::NONE));
    let snapshots = [Arc::new(containers(500)), Arc::new(containers(499))];
    for size in SIZES {
        let name = |what| format!("frame/{what}, {}x{}", size.0, size.1);
        let mut open = Open::new(size);
        open.frame(Msg::Snapshot(Arc::clone(&snapshots[0])));
        c.bench_function(&name("next slide and back"), |b| {
            b.iter(|| {
                open.frame(key(KeyCode::Right));
                open.frame(key(KeyCode::Left));
            })
        });
        c.bench_function(&name("shell changed"), |b| b.iter(|| open.frame(Msg::ShellDirty)));
        if size.0 < 100 {
            // The engine has a tab of its own on a small screen.
            open.frame(key(KeyCode::Tab));
        }
        let mut at = 0;
        c.bench_function(&name("new list of 500 containers"), |b| {
            b.iter(|| {
                at = 1 - at;
                open.frame(Msg::Snapshot(Arc::clone(&snapshots[at])));
            })
        });
    }
}

fn judging(c: &mut Criterion) {
    let course = course::load(&Source::Embedded).expect("the course inside the program can be read");
    let exercise = course.exercise("run-python").expect("the course has it");
    let image = |n: usize| Image {
        id: format!("sha256:{n:064x}"),
        tags: vec![if n == 0 { "python:3-slim".to_owned() } else { format!("other-{n}:1") }],
        ..Image::default()
    };
    let run = |n: u64| Run {
        id: format!("{n:064x}"),
        image: "python:3-slim".to_owned(),
        image_id: format!("sha256:{:064x}", 0),
        image_refs: vec!["python:3-slim".to_owned()],
        argv: Some(["python", "-c", "print('hello container')"].map(str::to_owned).to_vec()),
        exit_code: Some(0),
        output: Some(Output { text: "a line\n".repeat(100) + "hello contaner\n", truncated: false }),
        ..Run::default()
    };
    for runs in [50, 500] {
        let evidence = Evidence {
            engine: Some(EngineInfo::default()),
            images: (0..50).map(image).collect(),
            runs: (0..runs).map(run).collect(),
            ..Evidence::default()
        };
        c.bench_function(&format!("judge/run-python, 50 images, {runs} runs"), |b| {
            b.iter(|| {
                exercise.tasks.iter().map(|task| judge(&task.check, black_box(&evidence))).collect::<Vec<_>>()
            })
        });
    }
}

/// What a program printed, on a screen of this size; returns when it has ended.
fn printed(script: &str, (cols, rows): (u16, u16)) -> Screen {
    let program = ["sh", "-c", script].map(str::to_owned).to_vec();
    let (ended, end) = mpsc::channel();
    let options = Options { program: Some(program), cols, rows, ..Options::default() };
    let shell = Shell::spawn(options, move |event| {
        if matches!(event, ShellEvent::Exited(_)) {
            // Nobody waits any more once the bench is over.
            let _ = ended.send(());
        }
    })
    .expect("sh can be run");
    end.recv().expect("sh ends");
    shell.screen()
}

fn shell(c: &mut Criterion) {
    for size in SIZES {
        let script = "i=0; while [ $i -lt 100 ]; do i=$((i+1)); printf '\\033[1;3%dm%s\\033[m %s\\n' $((i%8)) word \
                      'the quick brown fox jumps over the lazy dog and runs away'; done";
        let screen = printed(script, size);
        let area = Rect::new(0, 0, size.0, size.1);
        let mut buffer = Buffer::empty(area);
        let name = format!("shell/copy the screen, {}x{}", size.0, size.1);
        c.bench_function(&name, |b| {
            b.iter(|| terminal::draw(&screen, area, &mut buffer, &terminal::Appearance::default()))
        });
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("lines");
    let line = format!("{:<79}\n", "the quick brown fox jumps over the lazy dog");
    std::fs::write(&file, line.repeat((1 << 20) / 80)).expect("it can be written");
    let script = format!("exec cat '{}'", file.display());
    let mut group = c.benchmark_group("shell");
    group.throughput(Throughput::Bytes(1 << 20)).sample_size(20);
    group.bench_function("1 MiB from a program to the screen, with its start", |b| {
        b.iter_batched(|| script.clone(), |script| printed(&script, (80, 24)), BatchSize::PerIteration)
    });
    group.finish();
}

criterion_group!(hot, reading, slides, frames, judging, shell);
criterion_main!(hot);
