//! The plain list of rules: what each is called, and what is done by default.

pub(crate) mod address;
pub(crate) mod codes;
pub(crate) mod cued;
pub(crate) mod email;
pub(crate) mod name;
pub(crate) mod network;
pub(crate) mod numbers;

use crate::policy::Action::{self, ArchiveOnly, Mask};

/// One rule's data. Its validator is in the file of its family.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) version: u32,
    /// Default for live and archive.
    pub(crate) action: Action,
    /// Last digits that stay readable, of a value of 9 digits or more.
    pub(crate) keep_last: usize,
    /// Phrases that announce a value.
    pub(crate) cues: &'static [&'static str],
}

macro_rules! rules {
    ($($id:ident $name:literal $kind:literal $action:ident $keep:literal [$($cue:literal),*];)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub(crate) enum RuleId { $($id),* }
        pub(crate) const ALL: &[RuleId] = &[$(RuleId::$id),*];
        pub(crate) const RULES: [Rule; ALL.len()] = [$(Rule { name: $name, kind: $kind, version: 1, action: $action, keep_last: $keep, cues: &[$($cue),*] }),*];
    };
}

rules! {
    Card "card" "CARD" Mask 4 ["card", "visa", "mastercard", "amex", "pan", "cc", "tarjeta", "discover"];
    Cvv "cvv" "CVV" Mask 0 ["cvv", "cvc", "cvv2", "security code", "cid"];
    Ssn "ssn" "SSN" Mask 4 ["ssn", "social security", "social", "ss", "soc sec", "seguro social"];
    Itin "itin" "ITIN" Mask 4 ["itin", "tax id"];
    Email "email" "EMAIL" ArchiveOnly 0 [];
    Phone "phone" "PHONE" ArchiveOnly 4 ["phone", "cell", "call", "tel", "telefono", "fax", "mobile", "text me", "reach me at", "ph", "answering at", "messages to", "desk", "movil", "celular", "handy", "telephone", "telefon"];
    Dob "birth_date" "DOB" ArchiveOnly 0 ["dob", "d o b", "date of birth", "birthday", "bday", "born", "birth date", "birthdate", "fecha de nacimiento", "geboren"];
    Mrn "mrn" "MRN" ArchiveOnly 0 ["mrn", "medical record", "chart", "record number", "patient id", "chart number"];
    HealthPlan "health_plan" "HEALTH_PLAN" ArchiveOnly 0 ["member id", "member", "subscriber", "medicaid", "insurance id", "policy number", "policy", "member number", "plan id", "insurance", "id", "old one"];
    GroupNo "group_number" "GROUP_NO" ArchiveOnly 0 ["grp", "group"];
    Mbi "mbi" "MBI" ArchiveOnly 0 ["mbi", "medicare"];
    Npi "npi" "NPI" ArchiveOnly 0 ["npi"];
    Dea "dea" "DEA" ArchiveOnly 0 ["dea"];
    Routing "routing" "ROUTING" Mask 0 ["routing", "aba"];
    BankAccount "bank_account" "BANK_ACCOUNT" Mask 4 ["checking account", "savings account", "bank account", "checking", "savings"];
    Account "account" "ACCOUNT" ArchiveOnly 0 ["account", "acct"];
    Iban "iban" "IBAN" Mask 4 ["iban"];
    Passport "passport" "PASSPORT" Mask 0 ["passport"];
    DriverLicense "driver_license" "DRIVER_LICENSE" Mask 0 ["driver s license", "drivers license", "driver license", "drivers licence", "driving licence", "dl", "license number"];
    License "license" "LICENSE_NO" ArchiveOnly 0 ["license", "licence", "rn license"];
    Plate "plate" "PLATE" ArchiveOnly 0 ["license plate", "plate"];
    Device "device" "DEVICE_ID" ArchiveOnly 0 ["serial", "imei", "udi", "device id"];
    Vin "vin" "VIN" ArchiveOnly 0 ["vin"];
    Password "password" "PASSWORD" Mask 0 ["password", "passcode", "pin", "pwd", "contrasena"];
    Address "address" "ADDRESS" ArchiveOnly 0 ["address"];
    Ip "ip" "IP" ArchiveOnly 0 [];
    Mac "mac" "MAC" ArchiveOnly 0 [];
    Url "url" "URL" ArchiveOnly 0 [];
    Name "name" "NAME" ArchiveOnly 0 ["name"];
}

/// A value that a rule has found, as a range of the view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) rule: RuleId,
    /// Of two hits that overlap the heavier stays.
    pub(crate) weight: u8,
}

/// Rule, type and version of every rule, for a manifest.
pub fn rules() -> Vec<(&'static str, &'static str, u32)> {
    RULES.iter().map(|rule| (rule.name, rule.kind, rule.version)).collect()
}
