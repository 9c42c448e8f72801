//! What can be in the way of a class, and what to do about it.

use std::net::SocketAddr;

use crate::progress::StoreError;

use super::CodeError;

#[derive(Debug, thiserror::Error)]
pub enum ClassError {
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error("{address} can't be listened on: {cause}")]
    Listen { address: SocketAddr, cause: std::io::Error },
    #[error("the class's certificate could not be made: {0}")]
    Certificate(String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the class's file holds something else than a class: {0}")]
    NoClass(String),
    #[error("the class could not start its own work: {0}")]
    Work(std::io::Error),
}

impl ClassError {
    pub fn remedy(&self) -> String {
        match self {
            Self::Code(error) => error.remedy(),
            Self::Listen { cause, .. } if cause.kind() == std::io::ErrorKind::AddrInUse => {
                "Is the class open in another terminal? End it there, or take another port with --bind."
                    .into()
            }
            Self::Listen { .. } => {
                "Say an address of this machine with --bind, for example 0.0.0.0:4800.".into()
            }
            Self::Certificate(_) | Self::NoClass(_) => "Open the class under another --name.".into(),
            Self::Store(error) => error.remedy(),
            Self::Work(_) => "Close some programs and try again.".into(),
        }
    }
}
