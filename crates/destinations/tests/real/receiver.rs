//! A webhook's receiver, as a clinic could write one.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use destinations::Secret;
use destinations::webhook::Config;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::front::Authority;

const SECRET: [u8; 32] = [7; 32];
const STORED_AT: &str = "2026-11-24T08:00:00Z";

/// What a receiver does with a request.
#[derive(Clone, Copy, PartialEq)]
pub enum Habit {
    Signs,
    SignsWithItsOwnKey,
    SaysOk,
    Echoes,
    SignsAnotherHash,
    Overwrites,
}

#[derive(Clone)]
pub struct Receiver {
    pub at: SocketAddr,
    habit: Habit,
    pub held: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    key: Arc<Ed25519KeyPair>,
}

impl Receiver {
    pub async fn start(habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("some port is free");
        let at = listener.local_addr().expect("it is bound");
        let key = Ed25519KeyPair::generate().expect("keys can be made");
        let receiver = Self { at, habit, held: Arc::default(), key: Arc::new(key) };
        let ours = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let ours = ours.clone();
                let serve = service_fn(move |request| {
                    let ours = ours.clone();
                    async move { Ok::<_, Infallible>(ours.answer(request).await) }
                });
                let http = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http.serve_connection(TokioIo::new(stream), serve));
            }
        });
        receiver
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let status = |status: u16| {
            Response::builder().status(status).body(Full::default()).expect("in order")
        };
        let (parts, body) = request.into_parts();
        let Ok(body) = body.collect().await else {
            return status(400);
        };
        let body = body.to_bytes();
        let header = |name| parts.headers[name].to_str().expect("text").to_owned();
        let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
        let signed = [id.as_bytes(), b".", at.as_bytes(), b".", &body].concat();
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
        let signature = header("webhook-signature");
        let tag = signature.strip_prefix("v1,").and_then(|it| BASE64.decode(it.as_bytes()).ok());
        if tag.is_none_or(|tag| hmac::verify(&secret, &signed, &tag).is_err()) {
            return status(401);
        }
        let sent: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(sent["type"], "document.put");
        let text = |field: &str| sent["data"][field].as_str().expect("text").to_owned();
        let bytes = BASE64.decode(text("content").as_bytes()).expect("base64");
        let mut held = self.held.lock().expect("no panic");
        let before = held.entry(text("name")).or_insert_with(|| bytes.clone());
        if *before != bytes && self.habit != Habit::Overwrites {
            return status(409);
        }
        let hash = match self.habit {
            Habit::SaysOk => return status(200),
            Habit::Echoes => {
                let echo = Response::builder()
                    .header("webhook-id", id)
                    .header("webhook-timestamp", at)
                    .header("webhook-signature", signature);
                return echo.body(Full::new(body)).expect("in order");
            }
            Habit::SignsAnotherHash => HEXLOWER.encode(&[0; 32]),
            _ => text("sha256"),
        };
        let data = json!({ "name": text("name"), "sha256": hash, "stored_at": STORED_AT });
        let receipt = json!({ "type": "document.stored", "data": data }).to_string();
        let signed = format!("{id}.{at}.{receipt}");
        let signature = if self.habit == Habit::SignsWithItsOwnKey {
            format!("v1a,{}", BASE64.encode(self.key.sign(signed.as_bytes()).as_ref()))
        } else {
            format!("v1,{}", BASE64.encode(hmac::sign(&secret, signed.as_bytes()).as_ref()))
        };
        let answer = Response::builder()
            .header("webhook-id", id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signature);
        answer.body(Full::new(receipt.into())).expect("in order")
    }

    pub fn public_key(&self) -> String {
        format!("whpk_{}", BASE64.encode(self.key.public_key().as_ref()))
    }
}

pub fn config(at: SocketAddr, authority: &Authority) -> Config {
    Config {
        url: format!("https://localhost:{}/transcripts?clinic=1", at.port()),
        secret: Secret::new(format!("whsec_{}", BASE64.encode(&SECRET))),
        receipt_key: None,
        ca_pem: Some(authority.pem.clone()),
    }
}
