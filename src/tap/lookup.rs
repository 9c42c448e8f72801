//! The guard's own questions to the engine: one short connection each, in the client's version of the API.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;

use super::guard::{Reply, Upstream};
use super::target::Target;
use crate::dial::Dialer;

/// More than any list of a learner's engine; what is longer counts as not answered.
const MOST: usize = 16 * 1024 * 1024;

#[derive(Clone, Debug)]
pub(super) struct Lookup {
    engine: Dialer,
    /// `/v1.43`, or empty where the client names none.
    prefix: String,
}

impl Lookup {
    /// Asks in the version that `target` was sent in, so that no engine can be too new for it.
    pub(super) fn new(engine: &Dialer, target: &Target) -> Self {
        Self { engine: engine.clone(), prefix: target.prefix().to_owned() }
    }
}

impl Upstream for Lookup {
    async fn ask(&self, method: &str, path: &str) -> Result<Reply, String> {
        let away = |_| "the engine did not answer".to_owned();
        let stream = self.engine.dial().await.map_err(|e| away(e.to_string()))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|e| away(e.to_string()))?;
        let request = hyper::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.prefix))
            .header(HOST, "docker")
            .body(Empty::<Bytes>::new())
            .map_err(|_| "its name could not be asked about".to_owned())?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(|e| away(e.to_string()))?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), MOST).collect().await;
            let body = body.map_err(|_| "the engine's answer was too long or broke off".to_owned())?;
            Ok(Reply { status, body: body.to_bytes().to_vec() })
        };
        // The connection lives as long as the answer is awaited, and no longer.
        tokio::pin!(answer, connection);
        tokio::select! {
            biased;
            answer = &mut answer => answer,
            ended = &mut connection => match ended {
                // all of it may have been read already
                Ok(()) => answer.await,
                Err(error) => Err(away(error.to_string())),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::dial::Address;

    fn engine(path: &str) -> Dialer {
        Dialer::new(Address::socket(Path::new(path)))
    }

    #[tokio::test]
    async fn an_engine_that_is_away_is_a_sentence() {
        let target = Target::of("GET", "/v1.43/_ping");
        let lookup = Lookup::new(&engine("/nonexistent/engine.sock"), &target);
        assert_eq!(lookup.ask("GET", "/_ping").await, Err("the engine did not answer".into()));
    }
}
