//! TLS 1.2 and 1.3 with the server's certificate verified, always.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ProtocolVersion, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Error;

/// Believes the public authorities, or in their place the one that is given as PEM.
pub(crate) fn config(ca_pem: Option<&str>) -> Result<Arc<ClientConfig>, Error> {
    let not_pem = Error::Refused { setting: "ca_pem", mend: "not_a_certificate" };
    let mut roots = RootCertStore::empty();
    match ca_pem {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|_| not_pem)?;
                roots.add(certificate).map_err(|_| not_pem)?;
            }
        }
    }
    if roots.is_empty() {
        return Err(not_pem);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Speaks TLS on a connection; `host` must be in the certificate.
pub(crate) async fn start(
    config: &Arc<ClientConfig>,
    setting: &'static str,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Error> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Error::Refused { setting, mend: "host_unknown" })?;
    let connector = TlsConnector::from(Arc::clone(config));
    connector.connect(name, stream).await.map_err(|cause| explain(setting, &cause))
}

/// For the sheet of evidence.
pub(crate) fn version(stream: &TlsStream<TcpStream>) -> &'static str {
    match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    }
}

fn explain(setting: &'static str, cause: &io::Error) -> Error {
    use CertificateError as Bad;
    let told = cause.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let mend = match told {
        Some(rustls::Error::InvalidCertificate(bad)) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => "certificate_expired",
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => "certificate_not_yet_valid",
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "certificate_other_name",
            // The second: another authority under the same name.
            Bad::UnknownIssuer | Bad::BadSignature => "certificate_unknown_issuer",
            _ => "certificate_refused",
        },
        Some(rustls::Error::InvalidMessage(_)) => "no_tls_there",
        Some(_) => "tls_refused",
        None => return Error::Later { code: "connection_lost" },
    };
    Error::Refused { setting, mend }
}
