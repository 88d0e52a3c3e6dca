//! What a person can do about a setting that is refused, or an answer that does not
//! come, in English.

/// Code and sentence, sorted by code.
const MENDS: [(&str, &str); 72] = [
    (
        "access_key_unknown",
        "The server does not know this access key. Copy it again, or make a new one.",
    ),
    (
        "account_disabled",
        "The account is switched off, or its bill is open. Mend it with the provider.",
    ),
    (
        "address_refused",
        "The address is private or reserved. If it is meant, let the operator allow its range for destinations.",
    ),
    (
        "azure_credential_refused",
        "Azure refuses this key or signature. It may be cut off, expired, or for another account; or a clock is wrong.",
    ),
    (
        "azure_keeps_out",
        "Azure refuses us: the key or signature is wrong, or the network rules of the account keep this machine out.",
    ),
    (
        "bucket_missing",
        "There is no bucket of this name. Create it, or correct the name and the region.",
    ),
    ("certificate_expired", "The server's certificate has expired. Renew it on the server."),
    (
        "certificate_not_yet_valid",
        "The server's certificate is not valid yet. Compare both clocks.",
    ),
    (
        "certificate_other_name",
        "The server's certificate is for another name. Use a name that it covers.",
    ),
    ("certificate_refused", "The server's certificate is not in order. Renew it on the server."),
    (
        "certificate_unknown_issuer",
        "Nobody knows who issued the server's certificate. If it is your own authority, give its certificate.",
    ),
    (
        "clock_wrong",
        "This machine's clock and the server's are too far apart. Set them by a time server.",
    ),
    (
        "connection_lost",
        "The server ended the connection before it answered. See its own log, and that the port is right; what waits is tried again by itself.",
    ),
    (
        "container_missing",
        "There is no container of this name in the account. Create it, or correct the name.",
    ),
    (
        "database_does_not_sync",
        "This server forgets what it stored when it loses power: fsync is off. Switch it on.",
    ),
    (
        "database_may_not_insert",
        "The user may not insert into the table. Run: grant insert, select on the table to that user.",
    ),
    (
        "database_may_not_select",
        "The user may not select from the table, which proves what was stored. Run: grant insert, select on the table to that user.",
    ),
    (
        "database_missing",
        "There is no database of this name on the server. Create it, or correct the name.",
    ),
    (
        "database_read_only",
        "This server only reads: it is a standby, or set to read only. Give the primary's name.",
    ),
    (
        "database_sign_in_refused",
        "The server refuses this user with this password. Correct them, or let pg_hba.conf take the user over TLS by scram-sha-256.",
    ),
    (
        "exists_unread",
        "A document with this name is there, and the key may not read it to compare. Let the key read as well.",
    ),
    ("folder_missing", "The folder is not there. Create it, or mount the share that holds it."),
    (
        "host_key_changed",
        "The server shows another host key than the one you confirmed. Ask who keeps it whether the key was renewed; if nobody did, someone may stand between.",
    ),
    (
        "host_key_unconfirmed",
        "Nobody has confirmed the server's host key yet. Compare its fingerprint with what its keeper says, and confirm it.",
    ),
    ("host_unknown", "No server of this name is known. Correct the name."),
    (
        "kms_key_unusable",
        "The KMS key is missing, switched off, or not for this region. Choose another.",
    ),
    (
        "name_server_silent",
        "The name server of this machine does not answer. See that the machine is on the network; what waits is tried again by itself.",
    ),
    (
        "no_exclusive_rename",
        "This file system can neither rename without overwriting nor link. Choose another.",
    ),
    (
        "no_postgres_there",
        "What answers at this address is not PostgreSQL. Correct the name or the port.",
    ),
    (
        "no_put_if_absent",
        "This server cannot store only what is not there yet. Update it, or choose another.",
    ),
    ("no_receiver", "Nothing takes documents at this address. Correct the path."),
    (
        "no_sftp",
        "The account may sign in, and the server gives it no SFTP. Allow the sftp subsystem for it.",
    ),
    (
        "no_ssh_there",
        "What answers at this address does not speak SSH. Correct the name or the port.",
    ),
    (
        "no_tls_there",
        "The server does not speak TLS at this address. Correct the port, or switch TLS on there.",
    ),
    (
        "not_a_certificate",
        "This is not a certificate in PEM. It starts with -----BEGIN CERTIFICATE-----.",
    ),
    (
        "not_a_credential",
        "The credential is not in the form that the provider issues. Copy it again.",
    ),
    (
        "not_a_folder",
        "Something on the path is a file or a link where a folder must be. Choose a folder.",
    ),
    (
        "not_a_host_key",
        "A host key has its algorithm and the key, such as ssh-ed25519 AAAA and so on.",
    ),
    ("not_a_name", "Give the name alone: letters, digits and . _ - only."),
    (
        "not_a_prefix",
        "A folder in the bucket has letters, digits and . _ - between single slashes.",
    ),
    (
        "not_a_private_key",
        "This is not a private key in OpenSSH's form. It starts with -----BEGIN OPENSSH PRIVATE KEY-----.",
    ),
    ("not_a_range", "Write an address, or a range of them such as 10.20.0.0/16."),
    (
        "not_a_reader",
        "A public key of age starts with age1. One that starts with AGE-SECRET-KEY- is private: keep it away from here.",
    ),
    (
        "not_a_receipt",
        "The receiver signs an answer that is no receipt. It has type document.stored, name, sha256 and stored_at.",
    ),
    ("not_a_receipt_key", "A public key starts with whpk_, and 32 bytes in base64 follow."),
    (
        "not_a_signing_secret",
        "A signing secret starts with whsec_, and 24 to 64 bytes in base64 follow.",
    ),
    (
        "not_a_table",
        "Write the table's name, or schema and name with a dot between: small letters, digits and _ only.",
    ),
    ("not_a_web_address", "Write the whole address, from https:// on, without a user name in it."),
    ("not_an_account", "An account's id has twelve digits."),
    (
        "not_https",
        "Use https://. Without it only addresses that the operator allows by range are reached.",
    ),
    (
        "not_mounted",
        "The file that marks the share is missing, so the share is probably not mounted. Mount it.",
    ),
    (
        "one_reader_only",
        "Give at least two different keys: one to read with, and one kept apart for the day that the first is lost.",
    ),
    (
        "overwrites",
        "This server replaces documents that are there already. Choose one that can refuse to.",
    ),
    ("path_not_absolute", "Write the folder's whole path, from the root on: it starts with /."),
    (
        "private_key_locked",
        "The private key has a passphrase. Make one without for Sotto; it is sealed here.",
    ),
    (
        "receipt_signature_wrong",
        "The receipt is not signed by whom we expect. Compare the secret, or the receiver's public key.",
    ),
    (
        "receiver_refuses",
        "The receiver refuses the document, and does not say why. Look at its own log.",
    ),
    ("redirects", "The server points to another address. Give the address that it points to."),
    (
        "region_wrong",
        "The bucket is in another region, or the server calls its region otherwise. Correct the region.",
    ),
    ("secret_key_wrong", "The secret key does not belong to the access key. Copy both again."),
    ("secret_missing", "This is not set. Paste it."),
    (
        "service_account_refused",
        "Google gives this service account no token. Its key may be deleted, or this clock is wrong.",
    ),
    (
        "sign_in_refused",
        "The server refuses this user with this key or password. Correct them, or add the public key to authorized_keys.",
    ),
    (
        "signature_refused",
        "The receiver does not accept the signature. Give both sides the same signing secret.",
    ),
    ("ssh_too_old", "The server and Sotto have no safe algorithm in common. Update the server."),
    (
        "table_differs",
        "The table does not take our rows. Make it as the manual says, without rules or triggers of its own.",
    ),
    (
        "table_missing",
        "There is no table of this name in the database. Make it as the manual says, or correct the name.",
    ),
    (
        "timed_out",
        "The server began and did not finish within a minute. See that it is well; what waits is tried again by itself.",
    ),
    (
        "tls_refused",
        "The server and Sotto found no way to speak TLS 1.2 or 1.3. Update the server.",
    ),
    ("too_many_readers", "At most twenty keys can be given."),
    (
        "unreachable",
        "Nobody answers at this address. See that the server runs, and that name, port and firewall are right; what waits is tried again by itself.",
    ),
    (
        "vanished",
        "The server says that it stored the document, and has it no more. See whether a rule or a program there removes it.",
    ),
];

pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    MENDS.iter().map(|(code, _)| *code)
}

pub(super) fn sentence(code: &str) -> Option<&'static str> {
    MENDS.iter().find(|(known, _)| *known == code).map(|(_, sentence)| *sentence)
}
