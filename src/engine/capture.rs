//! What a container prints: attached to while it runs, or read from its log afterwards.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::query_parameters::{AttachContainerOptionsBuilder, LogsOptionsBuilder};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Engine, EngineError};
use crate::facts::{Lines, Output, Stream};

/// What is kept of one container's output.
const KEPT: usize = 256 * 1024;
/// The first part of a running program's output is told soon, later parts at leisure.
const SOON: Duration = Duration::from_millis(120);
const LEISURE: Duration = Duration::from_secs(1);

type Heard = BoxStream<'static, Result<LogOutput, bollard::errors::Error>>;

fn take(lines: &mut Lines, chunk: LogOutput) {
    match chunk {
        LogOutput::Console { message } | LogOutput::StdIn { message } => lines.feed_terminal(&message),
        LogOutput::StdOut { message } => lines.feed(Stream::Stdout, &message),
        LogOutput::StdErr { message } => lines.feed(Stream::Stderr, &message),
    }
}

/// What podman says in the stream itself, where it has answered 200 already and cannot go on: no program has printed that.
pub(super) fn refusal(chunk: &LogOutput) -> Option<EngineError> {
    #[derive(serde::Deserialize)]
    struct Refusal {
        #[serde(rename = "cause")]
        _cause: String,
        message: String,
        #[serde(rename = "response")]
        status: u16,
    }
    let LogOutput::Console { message } = chunk else { return None };
    let said = serde_json::from_slice(message).ok();
    said.map(|Refusal { message, status, .. }| EngineError::Refused { status, message })
}

/// One way to hear a container.
struct Ear {
    stream: Option<Heard>,
    lines: Lines,
}

impl Ear {
    fn new(stream: Heard) -> Self {
        Self { stream: Some(stream), lines: Lines::new(KEPT) }
    }

    /// One that hears nothing.
    fn deaf() -> Self {
        Self { stream: None, lines: Lines::new(KEPT) }
    }

    /// Waits for the next piece; false when the stream has ended. Never returns once it has.
    async fn hear(&mut self) -> bool {
        let Some(stream) = self.stream.as_mut() else { return std::future::pending().await };
        match stream.next().await {
            Some(Ok(chunk)) => match refusal(&chunk) {
                Some(error) => tracing::debug!(%error, "listening ended early"),
                None => {
                    take(&mut self.lines, chunk);
                    return true;
                }
            },
            Some(Err(error)) => tracing::debug!(%error, "listening ended early"),
            None => {}
        }
        self.stream = None;
        false
    }
}

/// Hears until both have ended, or enough was heard. `tell` gets the output now and then meanwhile.
async fn hear(mut ears: [Ear; 2], mut tell: impl FnMut(Output)) -> Output {
    let mut due: Option<Instant> = None;
    let mut pause = SOON;
    while ears.iter().any(|e| e.stream.is_some()) {
        let [one, two] = &mut ears;
        let heard = tokio::select! {
            heard = one.hear() => heard,
            heard = two.hear() => heard,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                due = None;
                pause = LEISURE;
                tell(longest(&ears));
                continue;
            }
        };
        if heard {
            due = due.or_else(|| Some(Instant::now() + pause));
        }
        if ears.iter().any(|e| e.lines.is_full()) {
            break;
        }
    }
    longest(&ears)
}

/// Each has heard the whole or a part of it.
fn longest(ears: &[Ear; 2]) -> Output {
    let [one, two] = ears.each_ref().map(|e| e.lines.output());
    if two.text.len() > one.text.len() { two } else { one }
}

impl Engine {
    /// Listens to a container from its first byte to its end. `tell` gets the output now and then while it runs.
    ///
    /// Stops listening when enough was heard: an attached reader that stands still would stop the container itself.
    pub(super) async fn listen(&self, id: &str, tell: impl FnMut(Output)) -> Result<Output, EngineError> {
        let (attached, log) = self.ears(id).await?;
        Ok(hear([Ear::new(attached), Ear::new(log)], tell).await)
    }

    /// Reads the log of a container along while it grows. Nobody is attached: what the engine's log does not take is
    /// not heard.
    pub(super) async fn follow(&self, id: &str, tell: impl FnMut(Output)) {
        hear([Ear::new(self.log(id)), Ear::deaf()], tell).await;
    }

    /// An attachment and, right after it, the log: one of them misses nothing.
    ///
    /// Attached before the start, an attachment hears everything. The engine holds whatever comes during the start
    /// until the program runs, and an attachment has missed its first words then; but the log, followed from that
    /// moment, has them. (`logs=1` on attaching leaves a hole between the two, and a log is refused once the
    /// container is being removed: neither is enough alone.)
    async fn ears(&self, id: &str) -> Result<(Heard, Heard), EngineError> {
        let options = AttachContainerOptionsBuilder::new().stream(true).stdout(true).stderr(true).build();
        let limit = Duration::from_secs(10);
        let attached =
            self.ask("attach", limit, self.docker.attach_container(id, Some(options))).await?.output;
        Ok((attached, self.log(id)))
    }

    /// The log from its beginning, and as it grows.
    fn log(&self, id: &str) -> Heard {
        let options = LogsOptionsBuilder::new().follow(true).stdout(true).stderr(true).build();
        self.docker.logs(id, Some(options)).boxed()
    }

    /// The end of a container's log as it is now.
    pub(super) async fn printed(&self, id: &str) -> Result<Output, EngineError> {
        const TAIL: usize = 4000;
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).tail(&TAIL.to_string()).build();
        let mut stream = self.docker.logs(id, Some(options));
        let mut lines = Lines::new(KEPT);
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            match timeout_at(deadline, stream.next()).await {
                Ok(Some(Ok(chunk))) => match refusal(&chunk) {
                    Some(error) => return Err(error),
                    None => take(&mut lines, chunk),
                },
                Ok(Some(Err(error))) => return Err(self.sort(error)),
                Ok(None) => break,
                Err(_) => return Err(EngineError::Slow { what: "logs".into(), seconds: 5 }),
            }
            if lines.is_full() {
                break;
            }
        }
        Ok(lines.output())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_the_engine_says_in_a_stream_is_no_output() {
        let said = r#"{"cause":"no such container","message":"failed to obtain logs","response":500}"#;
        let out = |text: &'static str| LogOutput::StdOut { message: text.into() };
        let console = |text: &'static str| LogOutput::Console { message: text.into() };
        let heard = async |chunks: Vec<LogOutput>| {
            let stream = futures_util::stream::iter(chunks.into_iter().map(Ok)).boxed();
            hear([Ear::new(stream), Ear::deaf()], |_| {}).await.text
        };
        assert_eq!(heard(vec![console(said)]).await, "");
        assert_eq!(heard(vec![out("hi\n"), console(said)]).await, "hi");
        for printed in [r#"{"message":"mine"}"#, "[1]", "hello"] {
            assert_eq!(heard(vec![console(printed)]).await, printed);
        }
        assert_eq!(heard(vec![out(said)]).await, said, "a program may print what it likes");
        let error = refusal(&console(said)).map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("the engine refused: failed to obtain logs"));
    }
}
