//! The encrypted line: a certificate made for one class, known by the pin in the join code, and the proof that somebody has
//! the code's secret.

use std::net::IpAddr;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, CertificateError, ClientConfig, ConnectionCommon, DigitallySignedStruct, ServerConfig,
    SignatureScheme, version,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::ClassError;
use super::code::{JoinCode, PIN};

const PROTOCOL: &[u8] = b"pilotwhale-class";
const LABEL: &[u8] = b"EXPORTER-pilotwhale-class-join";

/// A certificate and its key, as DER.
pub(super) struct Made {
    pub certificate: Vec<u8>,
    pub key: Vec<u8>,
}

pub(super) fn make() -> Result<Made, ClassError> {
    // The name in it means nothing: the pin is what is looked at.
    let made = rcgen::generate_simple_self_signed(["pilotwhale.invalid".to_owned()])
        .map_err(|e| ClassError::Certificate(e.to_string()))?;
    Ok(Made { certificate: made.cert.der().to_vec(), key: made.signing_key.serialize_der() })
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], ClassError> {
    let mut bytes = [0; N];
    ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| ClassError::Certificate("the system gives no random numbers".into()))?;
    Ok(bytes)
}

pub(super) fn pin(certificate: &[u8]) -> [u8; PIN] {
    let sum = Sha256::digest(certificate);
    std::array::from_fn(|i| sum[i])
}

pub(super) fn acceptor(made: Made) -> Result<TlsAcceptor, ClassError> {
    let said = |e: rustls::Error| ClassError::Certificate(e.to_string());
    let key = PrivatePkcs8KeyDer::from(made.key).into();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&version::TLS13])
        .map_err(said)?
        .with_no_client_auth()
        .with_single_cert(vec![made.certificate.into()], key)
        .map_err(said)?;
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

pub(super) fn connector(code: &JoinCode) -> Result<TlsConnector, ClassError> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Pinned { pin: code.pin, provider: Arc::clone(&provider) };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])
        .map_err(|e| ClassError::Certificate(e.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

pub(super) fn server_name(ip: IpAddr) -> ServerName<'static> {
    ServerName::IpAddress(ip.into())
}

/// Made from the secret and from keys that only the two ends of this connection have: it can't be used again elsewhere, and
/// the secret itself is never sent.
pub(super) fn proof<T>(connection: &ConnectionCommon<T>, secret: &[u8]) -> Result<String, rustls::Error> {
    let bytes = connection.export_keying_material([0; 32], LABEL, Some(secret))?;
    Ok(hex(&bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a connection failed because another certificate was shown than the one of the join code.
pub(super) fn is_other_certificate(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)))
}

/// Takes the one certificate of the join code, whatever names and dates it has.
#[derive(Debug)]
struct Pinned {
    pin: [u8; PIN],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if pin(certificate) == self.pin {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.3 is the only version that is offered".into()))
    }

    /// The certificate is public: whoever shows it must also have its key.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
