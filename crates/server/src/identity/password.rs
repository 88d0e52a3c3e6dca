//! Passwords: Argon2id (RFC 9106), a few at a time, off the sockets' threads.
//!
//! Hashing takes tens of milliseconds and megabytes on purpose. A crowd that
//! tries to sign in waits in a short line or is told to come back; it never
//! takes the memory or the threads of those who are in.

use std::sync::{Arc, LazyLock};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use sensitive::Sensitive;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password is the only factor.
const CHARACTERS_MIN: usize = 15;
/// Read no more of it than this.
const BYTES_MAX: usize = 1024;
/// OWASP's first choice: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const AT_ONCE: usize = 2;
const WAITING_MAX: usize = 64;

static AT_WORK: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));
static IN_LINE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(WAITING_MAX)));
/// What an unknown name is measured against, so that it takes as long as a known one.
static NOBODY: LazyLock<Option<String>> =
    LazyLock::new(|| hashed(b"nobody signs in with this").ok());

/// The hash to store, with its parameters and salt.
pub async fn hash(password: Sensitive<String>) -> Result<String> {
    let text = password.expose();
    if text.chars().count() < CHARACTERS_MIN {
        return Err(Error::Invalid { field: "password", why: "has at least 15 characters" });
    }
    if text.len() > BYTES_MAX {
        return Err(Error::Invalid { field: "password", why: "has at most 1,024 bytes" });
    }
    in_turn(move || hashed(password.expose().as_bytes())).await?
}

/// Whether it is the one; with no stored hash it takes as long and is not.
pub(super) async fn is_right(password: Sensitive<String>, stored: Option<String>) -> Result<bool> {
    if password.len() > BYTES_MAX {
        return Ok(false);
    }
    in_turn(move || {
        let is_known = stored.is_some();
        let against = stored.or_else(|| NOBODY.clone()).unwrap_or_default();
        let fits = engine()
            .is_ok_and(|e| e.verify_password(password.expose().as_bytes(), &*against).is_ok());
        fits && is_known
    })
    .await
}

/// The permit moves into the work: it outlives a request that was given up.
async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let busy = || Error::TooMany { retry_after: 2 };
    let line = IN_LINE.clone().try_acquire_owned().map_err(|_| busy())?;
    let turn = AT_WORK.clone().acquire_owned().await.map_err(|_| busy())?;
    let done = tokio::task::spawn_blocking(move || {
        let _held = (line, turn);
        work()
    });
    done.await.map_err(|error| Error::broken("a password could not be checked", error))
}

fn hashed(password: &[u8]) -> Result<String> {
    let hashed = engine()?
        .hash_password(password)
        .map_err(|_| Error::broken_because("a password could not be hashed"))?;
    Ok(hashed.to_string())
}

fn engine() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)
        .map_err(|_| Error::broken_because("argon2 takes these parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_fits_and_no_other() {
        let word = || Sensitive::new("correct horse battery".to_owned());
        let stored = hash(word()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(is_right(word(), Some(stored.clone())).await.unwrap());
        let other = Sensitive::new("correct horse batterx".to_owned());
        assert!(!is_right(other, Some(stored)).await.unwrap());
        let nobodys = Sensitive::new("nobody signs in with this".to_owned());
        assert!(!is_right(nobodys, None).await.unwrap());
    }

    #[tokio::test]
    async fn a_short_password_is_refused() {
        let short = hash(Sensitive::new("fourteen chars".to_owned())).await;
        assert!(matches!(short, Err(Error::Invalid { field: "password", .. })));
    }
}
