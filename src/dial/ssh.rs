//! An engine behind ssh, reached as the docker command does it: `ssh HOST docker system dial-stdio`.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::process::Command;

/// Bytes of what ssh says that are kept.
const SAID: u64 = 4096;

/// An address `ssh://user@host:port/path`, taken apart; the path is the engine's socket there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ssh {
    pub(super) host: String,
    user: Option<String>,
    port: Option<u16>,
    path: Option<String>,
}

impl Ssh {
    /// The reason, as a clause, where the docker command would not take it either.
    pub(super) fn parse(uri: &str) -> Result<Self, String> {
        let rest = uri.strip_prefix("ssh://").unwrap_or(uri);
        if rest.contains(['?', '#']) {
            return Err("an ssh address has no ? and no # in it".into());
        }
        let (place, path) = match rest.split_once('/') {
            Some((place, path)) => (place, Some(format!("/{path}")).filter(|path| path != "/")),
            None => (rest, None),
        };
        let (user, place) = match place.rsplit_once('@') {
            Some((user, place)) => (Some(user).filter(|user| !user.is_empty()), place),
            None => (None, place),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err("a password in the address is not supported; ssh asks your keys".into());
        }
        let (host, port) = match place.rsplit_once(':') {
            // an IPv6 address in brackets has colons of its own
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().map_err(|_| format!("{port} is no port"))?))
            }
            _ => (place, None),
        };
        let host = host.trim_matches(['[', ']']);
        if host.is_empty() {
            return Err("it names no host".into());
        }
        Ok(Self { host: host.into(), user: user.map(str::to_owned), port, path })
    }

    /// The words after `ssh`. Nothing is ever asked on the terminal, which is the app's: keys must do.
    fn arguments(&self) -> Vec<String> {
        let mut words: Vec<String> =
            ["-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-T"].map(str::to_owned).to_vec();
        if let Some(user) = &self.user {
            words.extend(["-l".into(), user.clone()]);
        }
        if let Some(port) = self.port {
            words.extend(["-p".into(), port.to_string()]);
        }
        words.extend(["--".into(), self.host.clone(), "docker".into()]);
        if let Some(path) = &self.path {
            // A shell over there reads the words again.
            words.extend(["--host".into(), format!("'unix://{}'", path.replace('\'', r"'\''"))]);
        }
        words.extend(["system".into(), "dial-stdio".into()]);
        words
    }

    /// The process has one end of a socket as its input and output. The other end is closed only after its last words were
    /// written down, so that whoever sees the end finds the reason.
    pub(super) fn dial(&self, said: Arc<Mutex<Option<String>>>) -> io::Result<UnixStream> {
        // What an earlier one said is not the reason for what comes now.
        said.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (near, far) = std::os::unix::net::UnixStream::pair()?;
        near.set_nonblocking(true)?;
        let (input, output) = (OwnedFd::from(far.try_clone()?), OwnedFd::from(far.try_clone()?));
        let mut child = Command::new("ssh")
            .args(self.arguments())
            .stdin(Stdio::from(input))
            .stdout(Stdio::from(output))
            .stderr(Stdio::piped())
            // Ctrl-C in the learner's shell is not for it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => io::Error::other("the ssh command is not installed"),
                _ => error,
            })?;
        let stderr = child.stderr.take();
        tokio::spawn(async move {
            let mut words = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = (&mut stderr).take(SAID).read_to_end(&mut words).await;
                // What is longer is not kept, and must not stop it either.
                let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
            }
            let ended = child.wait().await;
            let failed = ended.as_ref().is_ok_and(|status| !status.success());
            let words = String::from_utf8_lossy(&words);
            *said.lock().unwrap_or_else(PoisonError::into_inner) =
                failed.then(|| told(&words)).filter(|words| !words.is_empty());
            drop(far);
        });
        UnixStream::from_std(near)
    }
}

/// The last line says why; what ssh warns of before is left out.
fn told(words: &str) -> String {
    let last = words.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    last.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_the_words_that_the_docker_command_uses() {
        for (uri, words) in [
            ("ssh://lab", "-- lab docker system dial-stdio"),
            ("ssh://lin@lab.example", "-l lin -- lab.example docker system dial-stdio"),
            ("ssh://lin@lab.example:2222", "-l lin -p 2222 -- lab.example docker system dial-stdio"),
            (
                "ssh://lab.example/run/user/1000/docker.sock",
                "-- lab.example docker --host 'unix:///run/user/1000/docker.sock' system dial-stdio",
            ),
            ("ssh://lab.example/", "-- lab.example docker system dial-stdio"),
            ("ssh://lin@[fe80::1]:22", "-l lin -p 22 -- fe80::1 docker system dial-stdio"),
            ("ssh://[fe80::1]", "-- fe80::1 docker system dial-stdio"),
            ("ssh://-oProxyCommand=x", "-- -oProxyCommand=x docker system dial-stdio"),
            ("ssh://lab/it's/a;b", r"-- lab docker --host 'unix:///it'\''s/a;b' system dial-stdio"),
        ] {
            let said = Ssh::parse(uri).unwrap().arguments().join(" ");
            assert_eq!(said, format!("-o BatchMode=yes -o ConnectTimeout=30 -T {words}"), "{uri}");
        }
        for (uri, why) in [
            ("ssh://", "no host"),
            ("ssh://lin@", "no host"),
            ("ssh://lin:secret@lab", "password"),
            ("ssh://lab:http", "no port"),
            ("ssh://lab?x=1", "no ?"),
        ] {
            assert!(Ssh::parse(uri).unwrap_err().contains(why), "{uri}");
        }
    }

    #[test]
    fn of_what_ssh_says_the_last_line_counts() {
        assert_eq!(
            told("Warning: added.\r\nlin@lab: Permission denied (publickey).\r\n\n"),
            "lin@lab: Permission denied (publickey)."
        );
        assert_eq!(told(""), "");
    }
}
