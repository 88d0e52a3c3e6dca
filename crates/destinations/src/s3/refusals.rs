//! What S3's error codes mean for a clinic.
//!
//! Codes: Amazon S3 API reference, "Error responses"; MinIO's and Ceph's for full disks.

use crate::Error;
use crate::objects::{Doing, explain_status};
use crate::outbound::carrier::Answer;

/// `place` is the setting that says where the bucket is.
pub(super) fn explain(answer: &Answer, place: &'static str, doing: Doing) -> Error {
    let refused = |setting, mend| Error::Refused { setting, mend };
    match answer.code.as_str() {
        "InvalidAccessKeyId" | "InvalidTokenId" => refused("access_key", "access_key_unknown"),
        "SignatureDoesNotMatch" => refused("secret_key", "secret_key_wrong"),
        "NoSuchBucket" | "InvalidBucketName" => refused("bucket", "bucket_missing"),
        "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "TemporaryRedirect"
        | "IllegalLocationConstraintException"
        | "IncorrectEndpoint" => refused("region", "region_wrong"),
        "RequestTimeTooSkewed" | "RequestExpired" => refused("clock", "clock_wrong"),
        "MethodNotAllowed" if answer.header("x-amz-delete-marker") == "true" => Error::NotFound,
        "NotImplemented" => refused(place, "no_put_if_absent"),
        "KMS.NotFoundException" | "KMS.DisabledException" | "KMS.KMSInvalidStateException" => {
            refused("kms_key", "kms_key_unusable")
        }
        "EntityTooLarge" => Error::TooLarge,
        "QuotaExceeded"
        | "XMinioStorageFull"
        | "XMinioAdminBucketQuotaExceeded"
        | "InsufficientCapacity" => Error::Full,
        "BadDigest" | "XAmzContentSHA256Mismatch" | "InvalidDigest" => {
            Error::Later { code: "damaged_on_the_way" }
        }
        "ConditionalRequestConflict" | "OperationAborted" => Error::Later { code: "busy" },
        // A moved bucket says where it is, even where its answer has no body.
        _ if answer.status.is_redirection() && !answer.header("x-amz-bucket-region").is_empty() => {
            refused("region", "region_wrong")
        }
        _ => explain_status(answer, place, doing),
    }
}
