//! What the machine can do at most, one core.

use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, UnparsedPublicKey,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::report::Report;

const FOR: Duration = Duration::from_millis(700);

fn rate(mut once: impl FnMut()) -> f64 {
    let began = Instant::now();
    let mut many = 0_u64;
    while began.elapsed() < FOR {
        for _ in 0..8 {
            once();
        }
        many += 8;
    }
    many as f64 / began.elapsed().as_secs_f64()
}

pub(crate) async fn measure(report: &Report) {
    let text = [7_u8; 64];
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[1; 32]);
    report.limit("HMAC", rate(|| _ = black_box(aws_lc_rs::hmac::sign(&key, &text))));
    let rng = SystemRandom::new();
    let rsa = KeyPair::generate(KeySize::Rsa3072).unwrap();
    let mut signature = vec![0; rsa.public_modulus_len()];
    let sign = || rsa.sign(&RSA_PKCS1_SHA256, &rng, &text, &mut signature).unwrap();
    report.limit("RSA-3072 signature", rate(sign));
    let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let signed = p256.sign(&rng, &text).unwrap();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, p256.public_key().as_ref());
    report.limit("P-256 verification", rate(|| public.verify(&text, signed.as_ref()).unwrap()));
    report.limit("fsync", fsync());
    report.limit("loopback echo", echo().await);
}

fn fsync() -> f64 {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut file = std::fs::File::create(folder.path().join("fsync")).unwrap();
    rate(|| {
        file.write_all(&[0; 4_096]).unwrap();
        file.sync_data().unwrap();
    })
}

/// Bytes there and back over loopback, 64 connections, without any parsing.
async fn echo() -> f64 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 512];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    if stream.write_all(&buffer[..read]).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    let began = Instant::now();
    let clients = (0..64).map(|_| {
        tokio::spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let (mut buffer, mut many) = ([0; 256], 0_u64);
            while began.elapsed() < FOR {
                stream.write_all(&[1; 256]).await.unwrap();
                stream.read_exact(&mut buffer).await.unwrap();
                many += 1;
            }
            many
        })
    });
    let mut many = 0;
    for client in clients.collect::<Vec<_>>() {
        many += client.await.unwrap();
    }
    many as f64 / began.elapsed().as_secs_f64()
}
