//! What a role may do. A route or a socket verb names one right; nothing else opens it.

use protocol::http::Role;

/// One thing that may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Whoever is signed in.
    SignedIn,
    /// Take conversations, read and write in the own ones.
    Converse,
    /// Read and steer every conversation of the own departments.
    Oversee,
    /// See how far the delivery of transcripts is.
    SeeDeliveries,
    /// Find and open past conversations, where the archive is open.
    ReadArchive,
    /// Read and change the settings.
    Administer,
}

impl Right {
    pub const ALL: [Self; 6] = [
        Self::SignedIn,
        Self::Converse,
        Self::Oversee,
        Self::SeeDeliveries,
        Self::ReadArchive,
        Self::Administer,
    ];

    /// Whether a role has it. Every pair is written out: a new role or right asks here first.
    pub const fn is_of(self, role: Role) -> bool {
        match (role, self) {
            (_, Self::SignedIn)
            | (Role::Agent, Self::Converse | Self::ReadArchive)
            | (
                Role::Supervisor,
                Self::Converse | Self::Oversee | Self::SeeDeliveries | Self::ReadArchive,
            )
            | (Role::Administrator, Self::SeeDeliveries | Self::Administer)
            | (Role::Auditor, Self::SeeDeliveries) => true,
            (Role::Agent, Self::Oversee | Self::SeeDeliveries | Self::Administer)
            | (Role::Supervisor, Self::Administer)
            | (Role::Administrator, Self::Converse | Self::Oversee | Self::ReadArchive)
            | (
                Role::Auditor,
                Self::Converse | Self::Oversee | Self::ReadArchive | Self::Administer,
            ) => false,
        }
    }
}
