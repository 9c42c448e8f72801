//! The way to an engine, wherever it is: a socket here, an address on the network with or without TLS, a machine over ssh.

mod allowance;
mod http;
mod ssh;
mod tls;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::net::{TcpStream, UnixStream};

pub use self::allowance::TooLarge;
pub use self::http::{Api, Unanswered, Version};
use self::ssh::Ssh;

/// Where an engine listens, as the docker command would be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// `unix:///…`, `tcp://host:port`, `https://host:port` or `ssh://user@host`; good as a value of DOCKER_HOST.
    pub uri: String,
    /// How a network address is to be encrypted; None does not encrypt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// What an encrypted line is made from: `ca.pem`, `cert.pem` and `key.pem` of one folder, those of them that are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    pub folder: PathBuf,
    /// Whether the engine must prove who it is. Docker's own DOCKER_TLS without DOCKER_TLS_VERIFY does not ask.
    pub verify: bool,
}

/// Opens connections to one engine. Clones share what ssh has said last.
#[derive(Clone, Debug)]
pub struct Dialer {
    address: Arc<Address>,
    said: Arc<Mutex<Option<String>>>,
}

impl Address {
    /// An engine's own socket.
    pub fn socket(path: &Path) -> Self {
        Self { uri: format!("unix://{}", path.display()), tls: None }
    }

    /// Why an ssh address cannot be used, as a clause.
    pub fn fault(uri: &str) -> Option<String> {
        Ssh::parse(uri).err()
    }

    /// Whether the other end is reached without a network.
    pub fn is_socket(&self) -> bool {
        self.uri.starts_with("unix://")
    }

    /// The name or address under which the network knows the engine's machine; None for a socket.
    pub fn machine(&self) -> Option<String> {
        if self.uri.starts_with("ssh://") {
            return Ssh::parse(&self.uri).ok().map(|ssh| ssh.host);
        }
        Some(match self.place()?.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => host.to_owned(),
            _ => self.place()?.to_owned(),
        })
    }

    /// `host:port` of a network address.
    fn place(&self) -> Option<&str> {
        let schemes = ["tcp://", "http://", "https://"];
        let rest = schemes.iter().find_map(|scheme| self.uri.strip_prefix(scheme))?;
        Some(rest.split('/').next().unwrap_or(rest))
    }
}

impl Dialer {
    pub fn new(address: Address) -> Self {
        Self { address: Arc::new(address), said: Arc::default() }
    }

    pub fn uri(&self) -> &str {
        &self.address.uri
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What ssh said when it ended with an error, if that was the last that was heard of it.
    pub fn last_words(&self) -> Option<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One connection, as a socket of this process whatever is behind it, so that each way of it can end by itself.
    ///
    /// Over ssh it is open before it is known whether the other machine lets us in: then it ends without a word, and
    /// `last_words` says why.
    pub async fn dial(&self) -> io::Result<UnixStream> {
        if let Some(path) = self.address.uri.strip_prefix("unix://") {
            return UnixStream::connect(path).await;
        }
        if self.address.uri.starts_with("ssh://") {
            let ssh = Ssh::parse(&self.address.uri).map_err(io::Error::other)?;
            return ssh.dial(Arc::clone(&self.said));
        }
        let place =
            self.address.place().ok_or_else(|| io::Error::other("this kind of address is not known"))?;
        let tls = match &self.address.tls {
            Some(tls) => Some(tls::connector(tls)?),
            None if self.address.uri.starts_with("https://") => Some(tls::of_the_system()?),
            None => None,
        };
        let default_port = if tls.is_some() { 2376 } else { 2375 };
        let stream = match place.rsplit_once(':') {
            Some((_, port)) if port.parse::<u16>().is_ok() => TcpStream::connect(place).await?,
            _ => TcpStream::connect((place.trim_matches(['[', ']']), default_port)).await?,
        };
        stream.set_nodelay(true)?;
        let (near, far) = UnixStream::pair()?;
        match tls {
            Some(connector) => {
                let name = self.address.machine().unwrap_or_default();
                let stream = tls::greet(&connector, name.trim_matches(['[', ']']), stream).await?;
                tokio::spawn(carry(far, stream));
            }
            None => {
                tokio::spawn(carry(far, stream));
            }
        }
        Ok(near)
    }
}

/// Until both ways have ended, or one of them breaks.
async fn carry(mut here: UnixStream, mut there: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin) {
    if let Err(error) = tokio::io::copy_bidirectional(&mut here, &mut there).await {
        tracing::debug!(%error, "a connection to the engine's machine broke off");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_of_an_address() {
        for (uri, machine) in [
            ("unix:///var/run/docker.sock", None),
            ("tcp://lab.example:2375", Some("lab.example")),
            ("tcp://lab.example", Some("lab.example")),
            ("https://lab.example:2376/path", Some("lab.example")),
            ("tcp://[::1]:2375", Some("[::1]")),
            ("ssh://lin@lab.example:2222/run/docker.sock", Some("lab.example")),
            ("ssh://lab", Some("lab")),
        ] {
            let address = Address { uri: uri.into(), tls: None };
            assert_eq!(address.machine().as_deref(), machine, "{uri}");
        }
    }
}
