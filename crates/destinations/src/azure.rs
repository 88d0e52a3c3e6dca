//! A container of Azure Blob Storage.
//!
//! Its answer to a put has the MD5 of what it stored, so a shared access signature
//! that may only create is enough; with one that may read, each document is read
//! back under its version. A locked, time-based policy on the version makes it an
//! immutable one; an unlocked policy does not count.

use data_encoding::BASE64;
use jiff::Timestamp;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::{ObjectStore, RetryConfig};

use crate::objects::{Doing, Objects, Place, Vendor, explain_status, md5};
use crate::outbound::carrier::{Answer, Carrier};
use crate::outbound::http::{date, web_address};
use crate::settings::settings;
use crate::{Error, Secret, Step};

settings! {
    /// Azure Blob Storage. A container in a storage account.
    pub struct Config {
        /// Storage account. Its name alone.
        pub account: String,
        /// Container. Its name alone; it must exist.
        pub container: String,
        /// Shared access signature. For the container alone. The right to create is
        /// enough; with the right to read, each document is read back as well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sas: Option<Secret>,
        /// Access key. Of the whole account, so give a shared access signature instead
        /// where you can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub access_key: Option<Secret>,
        /// Folder in the container. Names start with it; leave it empty for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub prefix: Option<String>,
        /// Address. Only if the account has one of its own, with `https://`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub endpoint: Option<String>,
        /// Certificate authority. In PEM, if the server's certificate comes from an
        /// authority of your own; then no other is believed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ca_pem: Option<String>,
    }
}

/// A container.
pub type Azure = Objects<Container>;

impl Place for Config {
    fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }
}

/// Where it is, and what opens it.
#[derive(Debug)]
pub struct Container {
    account: String,
    name: String,
    sas: Option<Secret>,
    access_key: Option<Secret>,
    endpoint: Option<String>,
}

impl Vendor for Container {
    type Config = Config;

    fn new(config: &Config) -> Result<Self, Error> {
        let refused = |setting, mend| Error::Refused { setting, mend };
        let is_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        for (setting, text) in [("account", &config.account), ("container", &config.container)] {
            if text.is_empty() || !text.bytes().all(is_label) {
                return Err(refused(setting, "not_a_name"));
            }
        }
        let set = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.is_empty());
        let (sas, access_key) = (set(&config.sas), set(&config.access_key));
        if sas.is_none() && access_key.is_none() {
            return Err(refused("sas", "secret_missing"));
        }
        if let Some(endpoint) = &config.endpoint {
            web_address(endpoint, "endpoint")?;
        }
        Ok(Self {
            account: config.account.clone(),
            name: config.container.clone(),
            sas,
            access_key,
            endpoint: config.endpoint.clone(),
        })
    }

    fn place(&self) -> &'static str {
        if self.endpoint.is_some() { "endpoint" } else { "account" }
    }

    fn credential(&self) -> &'static str {
        if self.sas.is_some() { "sas" } else { "access_key" }
    }

    fn store(&self, carrier: &Carrier, _: Doing) -> object_store::Result<Box<dyn ObjectStore>> {
        let mut builder = MicrosoftAzureBuilder::new()
            .with_http_connector(carrier.clone())
            .with_account(&self.account)
            .with_container_name(&self.name)
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() });
        // Without either it would ask the cloud's metadata service.
        if let Some(sas) = &self.sas {
            let key = object_store::azure::AzureConfigKey::SasKey;
            builder = builder.with_config(key, sas.text().trim());
        } else if let Some(key) = &self.access_key {
            builder = builder.with_access_key(key.text().trim());
        }
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint.clone());
        }
        Ok(Box::new(builder.build()?))
    }

    fn explain(&self, answer: &Answer, doing: Doing) -> Error {
        let refused = |setting, mend| Error::Refused { setting, mend };
        match answer.code.as_str() {
            "AuthenticationFailed" | "InvalidAuthenticationInfo" => {
                refused(self.credential(), "azure_credential_refused")
            }
            "AuthorizationFailure" => refused(self.credential(), "azure_keeps_out"),
            "ContainerNotFound" | "ContainerBeingDeleted" | "ContainerDisabled" => {
                refused("container", "container_missing")
            }
            "AccountIsDisabled" => refused("account", "account_disabled"),
            // May create and not overwrite, which is as it should be.
            "UnauthorizedBlobOverwrite" if doing == Doing::Putting => Error::Exists,
            "Md5Mismatch" | "Crc64Mismatch" => Error::Later { code: "damaged_on_the_way" },
            _ => explain_status(answer, self.place(), doing),
        }
    }

    fn proves(&self, answer: &Answer, bytes: &[u8]) -> Option<bool> {
        let told = BASE64.decode(answer.header("content-md5").as_bytes()).ok()?;
        (!told.is_empty()).then(|| told == md5(bytes))
    }

    fn version(&self, answer: &Answer) -> Option<String> {
        let version = answer.header("x-ms-version-id");
        (!version.is_empty()).then(|| version.to_owned())
    }

    fn immutable_until(&self, answer: &Answer) -> Option<Timestamp> {
        let is_final =
            answer.header("x-ms-immutability-policy-mode").eq_ignore_ascii_case("locked");
        let until = date(&answer.headers, "x-ms-immutability-policy-until-date");
        until.filter(|_| is_final && self.version(answer).is_some())
    }

    fn observe(&self, put: &Answer) -> Vec<Step> {
        let is_encrypted = put.header("x-ms-request-server-encrypted") == "true";
        vec![
            Step::told("encryption", is_encrypted, ""),
            Step::told("versions", self.version(put).is_some(), ""),
            Step::not_here("region"),
            Step::told("checksum", !put.header("content-md5").is_empty(), "MD5"),
        ]
    }
}
