//! What a browser is told about each page of ours.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

/// Whose page it is.
pub enum Policy {
    Console,
    /// The loader runs on the clinic's page, which has a policy of its own.
    Loader,
    /// The frame may be shown by these pages and no other.
    Frame {
        pages: String,
    },
    /// The pages of the demo.
    Demo {
        widget: Option<String>,
    },
}

const ALWAYS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("x-dns-prefetch-control", "off"),
];

/// An answer with its origin's headers.
pub fn with(policy: Policy, mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let across = match policy {
        Policy::Loader => "cross-origin",
        _ => "same-origin",
    };
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static(across));
    if matches!(policy, Policy::Console) {
        headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    }
    // The pages of a site were checked when they were set, so they fit a header.
    if let Ok(value) = HeaderValue::try_from(sources(&policy)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    answer
}

fn sources(policy: &Policy) -> String {
    let own = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
               media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'";
    match policy {
        Policy::Console => format!(
            "{own}; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
        ),
        Policy::Loader => "default-src 'none'; frame-ancestors 'none'".to_owned(),
        Policy::Frame { pages } => format!(
            "{own}; frame-ancestors {pages}; require-trusted-types-for 'script'; trusted-types 'none'"
        ),
        Policy::Demo { widget } => {
            let widget = widget.as_deref().unwrap_or("'none'");
            format!(
                "default-src 'none'; style-src 'self'; img-src 'self'; script-src {widget}; \
                 frame-src {widget}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )
        }
    }
}

/// What every answer has, errors and answers of the API too; what a page said of
/// itself stays.
pub fn finish(answer: &mut Response, is_https: bool) {
    let always = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    let headers = answer.headers_mut();
    for (name, value) in always {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
}
