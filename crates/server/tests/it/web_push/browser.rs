//! A browser that takes web push, and its push service on a port of this machine.

use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A push service with one browser behind it.
pub(super) struct Browser {
    pub(super) endpoint: String,
    private: PrivateKey,
    auth: [u8; 16],
    service: Arc<Mutex<Service>>,
}

/// What the service got, and what it says.
struct Service {
    got: Vec<(HeaderMap, Bytes)>,
    says: Vec<(StatusCode, Option<&'static str>)>,
}

/// A message as the browser read it.
pub(super) struct Message {
    pub(super) headers: HeaderMap,
    pub(super) text: Value,
}

impl Browser {
    pub(super) async fn start() -> Self {
        let service = Arc::new(Mutex::new(Service { got: Vec::new(), says: Vec::new() }));
        let shared = Arc::clone(&service);
        let take = async move |headers: HeaderMap, body: Bytes| {
            let mut service = shared.lock().unwrap();
            service.got.push((headers, body));
            let (status, retry_after) = service.says.pop().unwrap_or((StatusCode::CREATED, None));
            let mut answer = HeaderMap::new();
            if let Some(text) = retry_after {
                answer.insert("retry-after", HeaderValue::from_static(text));
            }
            (status, answer)
        };
        let router = Router::new().route("/send/{id}", post(take));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/send/secret-place", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        let private = PrivateKey::generate(&ECDH_P256).unwrap();
        Self { endpoint, private, auth: countersign_infra::chance::bytes(), service }
    }

    /// What the service says to the next messages, the last one first; 201 without it.
    pub(super) fn says(&self, says: &[(u16, Option<&'static str>)]) {
        let says = says.iter().rev();
        let says = says.map(|(status, after)| (StatusCode::from_u16(*status).unwrap(), *after));
        self.service.lock().unwrap().says = says.collect();
    }

    /// What `JSON.stringify(subscription)` writes.
    pub(super) fn subscription(&self) -> Value {
        self.at(&self.endpoint)
    }

    /// The same at another address.
    pub(super) fn at(&self, endpoint: &str) -> Value {
        let point = URL_SAFE_NO_PAD.encode(self.private.compute_public_key().unwrap());
        let keys = json!({ "p256dh": point, "auth": URL_SAFE_NO_PAD.encode(self.auth) });
        json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys })
    }

    /// How many messages came.
    pub(super) fn many(&self) -> usize {
        self.service.lock().unwrap().got.len()
    }

    /// The messages that came, as only this browser can read them.
    pub(super) fn messages(&self) -> Vec<Message> {
        let service = self.service.lock().unwrap();
        let read = |(headers, body): &(HeaderMap, Bytes)| Message {
            headers: headers.clone(),
            text: serde_json::from_slice(&self.read(body)).unwrap(),
        };
        service.got.iter().map(read).collect()
    }

    /// RFC 8291, on the side of the browser.
    fn read(&self, body: &[u8]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        let (sender, record) = rest[5..].split_at(usize::from(rest[4]));
        let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
        let secret = agree(&self.private, peer, (), |secret| Ok(secret.to_vec())).unwrap();
        let point = self.private.compute_public_key().unwrap();
        let info = [b"WebPush: info\0", point.as_ref(), sender].concat();
        let ikm = hkdf(&self.auth, &secret, &info, 32);
        let key = hkdf(salt, &ikm, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = hkdf(salt, &ikm, b"Content-Encoding: nonce\0", 12);
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut text = record.to_vec();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut text).unwrap();
        plain.strip_suffix(&[2]).unwrap().to_vec()
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn hkdf(salt: &[u8], key: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    let prk = Salt::new(HKDF_SHA256, salt).extract(key);
    prk.expand(&[info], Length(length)).unwrap().fill(&mut out).unwrap();
    out
}
