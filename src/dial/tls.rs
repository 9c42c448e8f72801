//! The encrypted line to an engine, with the certificates that the docker command would take.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{self, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::Tls;

/// Reads the files again each time: a certificate that was renewed is taken at once.
pub(super) fn connector(tls: &Tls) -> io::Result<TlsConnector> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let builder = if tls.verify {
        let ca = tls.folder.join("ca.pem");
        builder.with_root_certificates(if ca.exists() { roots(&ca)? } else { system_roots()? })
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)))
    };
    let (certificate, key) = (tls.folder.join("cert.pem"), tls.folder.join("key.pem"));
    let config = match (certificate.exists(), key.exists()) {
        (true, true) => {
            let private = PrivateKeyDer::from_pem_file(&key).map_err(|e| unreadable(&key, &e))?;
            let chain = certificates(&certificate)?;
            builder.with_client_auth_cert(chain, private).map_err(|e| unreadable(&certificate, &e))?
        }
        (false, false) => builder.with_no_client_auth(),
        (has_certificate, _) => {
            let missing = if has_certificate { key } else { certificate };
            return Err(io::Error::other(format!("{} is missing", missing.display())));
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// For an address that asks for TLS and has no files of its own.
pub(super) fn of_the_system() -> io::Result<TlsConnector> {
    connector(&Tls { folder: PathBuf::from("/nonexistent"), verify: true })
}

/// Shakes hands; the reason, as a clause, where the other end is not who it should be, or does not want us.
pub(super) async fn greet(
    connector: &TlsConnector,
    name: &str,
    stream: TcpStream,
) -> io::Result<TlsStream<TcpStream>> {
    let server = ServerName::try_from(name.to_owned())
        .map_err(|_| io::Error::other(format!("{name} cannot stand in a certificate")))?;
    connector.connect(server, stream).await.map_err(|error| {
        let why = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match why {
            Some(rustls::Error::InvalidCertificate(why)) => {
                io::Error::other(format!("its certificate is not accepted: {why}"))
            }
            Some(rustls::Error::InvalidMessage(_)) => io::Error::other("it does not speak TLS there"),
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                io::Error::other("it hung up before TLS was agreed on")
            }
            _ => error,
        }
    })
}

fn roots(file: &Path) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|error| unreadable(file, &error))?;
    }
    Ok(roots)
}

fn system_roots() -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (known, _) = roots.add_parsable_certificates(found.certs);
    if known == 0 {
        return Err(io::Error::other("there is no ca.pem, and this machine knows no authorities of its own"));
    }
    Ok(roots)
}

fn certificates(file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = read.map_err(|error| unreadable(file, &error))?;
    if all.is_empty() {
        return Err(io::Error::other(format!("there is no certificate in {}", file.display())));
    }
    Ok(all)
}

fn unreadable(file: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{} cannot be used: {error}", file.display()))
}

/// Takes any certificate, as docker does where it is told to encrypt and not to verify.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
