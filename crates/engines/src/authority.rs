//! A certificate authority of a test's own, and what it signs.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// Whom a client is told to trust, or is not.
pub struct Authority {
    file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

/// Certificate and key of a server, both as PEM.
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    /// A new one; its certificate is `name.pem` in `folder`.
    ///
    /// # Errors
    /// Where it cannot be made or written.
    pub fn new(folder: &Path, name: &str) -> Result<Self> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem()).context("writing a certificate")?;
        Ok(Self { file, issuer: Issuer::new(params, key) })
    }

    /// The file that a client reads.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// A server's identity under this host name or address.
    ///
    /// # Errors
    /// Where the name is none.
    pub fn identity(&self, name: &str) -> Result<Identity> {
        let key = KeyPair::generate()?;
        let certificate =
            CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &self.issuer)?;
        Ok(Identity { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}
