//! Sotto: live chat for health care.

pub mod archive;
pub mod cli {
    pub mod transcript;
}
