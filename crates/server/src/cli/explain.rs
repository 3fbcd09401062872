//! `countersign explain`: what a widget would make of a proof, without server and network.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_base::Moment;
use countersign_identity::{
    self as identity, Algorithm, Finding, Key, KeyFault, Mode, Outcome, Presented, Profile,
    Strength, profile, profiles, verify,
};
use countersign_infra::clock::Clock;
use zeroize::Zeroizing;

use super::print;
use crate::boot::BootFault;

pub(super) const EXAMPLES: &str = "Examples:
  countersign explain --profile woes-jwt --widget cs_pk_live_… --secret-file secret.txt proof.json
  pbpaste | countersign explain --profile countersign --widget cs_pk_live_… \\
      --public-key-file identity.pub.pem
  countersign explain --profile fogbender --widget cs_pk_live_… \\
      --secret-file new.txt --secret-file old.txt --at 2026-11-21T10:00:00Z proof.json

proof.json is the `identity` object of the page, such as {\"token\": \"eyJ…\"}. Nothing is sent or
stored, and no secret is printed. The exit code is 0 where the proof holds, else 1.

What only the server knows is not looked at: dates of keys, used tokens, who was proven before.";

/// A proof and what it is held against.
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The widget's identity profile.
    #[arg(long, value_name = "NAME")]
    profile: String,
    /// The widget's public key, which tokens have as `aud`.
    #[arg(long, value_name = "KEY")]
    widget: String,
    /// A file with a secret that the widget has; may be repeated.
    #[arg(long = "secret-file", value_name = "FILE")]
    secrets: Vec<PathBuf>,
    /// What the secrets sign with, such as HS512; else the usual algorithm of the profile.
    #[arg(long, value_name = "NAME", value_parser = algorithm)]
    algorithm: Option<Algorithm>,
    /// A file with a public key, as PEM or JWK; may be repeated.
    #[arg(long = "public-key-file", value_name = "FILE")]
    public_keys: Vec<PathBuf>,
    /// What tokens name the key by; needed where the token has a `kid`.
    #[arg(long, value_name = "KID")]
    kid: Option<String>,
    /// The moment at which the proof is held against the rules; else now.
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<Moment>,
    /// What the page sends as `identity`, as JSON; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    presented: PathBuf,
}

fn moment(text: &str) -> Result<Moment, String> {
    let quoted = serde_json::Value::String(text.to_owned());
    serde_json::from_value(quoted).map_err(|_| "write it as 2026-11-21T10:00:00Z".to_owned())
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::named(name).ok_or_else(|| "one of HS256, HS384, HS512".to_owned())
}

pub(super) fn run(asked: &Explain) -> Result<(), BootFault> {
    let names = || profiles().map(Profile::name).collect::<Vec<_>>().join(", ");
    let profile = profile(&asked.profile)
        .ok_or_else(|| BootFault::Refused(format!("--profile: one of {}", names())))?;
    let keys = keys(asked, profile)?;
    let presented = presented(&asked.presented)?;
    let now = asked.at.unwrap_or_else(|| Clock::System.now()).seconds();
    let findings = identity::explain(profile, &keys, &presented, &asked.widget, now);
    let outcome = verify(profile, &keys, &presented, &asked.widget, now);
    match outcome {
        Ok(Outcome::Proven(proven)) if findings.is_empty() => {
            print(&accepted(&proven));
            Ok(())
        }
        _ => {
            print(&refused(&findings));
            Err(BootFault::Refused("the proof does not hold".into()))
        }
    }
}

/// The keys of the files, each for every mode that it can serve.
fn keys(asked: &Explain, profile: &'static Profile) -> Result<Vec<Key>, BootFault> {
    if asked.secrets.len() + asked.public_keys.len() == 0 {
        return Err(BootFault::Refused("give a --secret-file or a --public-key-file".into()));
    }
    let mut keys = Vec::new();
    let kid = |path: &Path| asked.kid.clone().unwrap_or_else(|| path.display().to_string());
    for path in &asked.secrets {
        let (text, kid) = (text(path)?, kid(path));
        let made = |mode: &Mode| secret(profile, *mode, &kid, &text, asked.algorithm);
        let made = profile.modes().iter().map(made).collect::<Result<Vec<_>, _>>();
        keys.extend(made.map_err(|fault| wrong(path, &fault))?);
    }
    for path in &asked.public_keys {
        let key = Key::public(profile, &kid(path), &text(path)?);
        keys.push(key.map_err(|fault| wrong(path, &fault))?);
    }
    Ok(keys)
}

/// The secret as a key of `mode`; an algorithm is chosen for tokens.
fn secret(
    profile: &'static Profile,
    mode: Mode,
    kid: &str,
    text: &str,
    algorithm: Option<Algorithm>,
) -> Result<Key, KeyFault> {
    let key = Key::imported(profile, mode, kid, text)?;
    match algorithm {
        Some(algorithm) if mode == Mode::Jwt => key.signing_with(algorithm),
        _ => Ok(key),
    }
}

fn wrong(path: &Path, why: &dyn std::fmt::Display) -> BootFault {
    BootFault::Refused(format!("{}: {why}", path.display()))
}

fn text(path: &Path) -> Result<Zeroizing<String>, BootFault> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| wrong(path, &error))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

fn presented(path: &Path) -> Result<Presented, BootFault> {
    let mut text = String::new();
    if path.as_os_str() == "-" {
        let read = std::io::stdin().read_to_string(&mut text);
        read.map_err(|error| wrong(path, &error))?;
    } else {
        text = std::fs::read_to_string(path).map_err(|error| wrong(path, &error))?;
    }
    serde_json::from_str(&text).map_err(|error| wrong(path, &error))
}

fn accepted(proven: &identity::Proven) -> String {
    let worth = match proven.strength {
        Strength::Hmac => "hmac",
        Strength::Jwt => "jwt",
    };
    let mut text = format!("accepted, trust {worth}\n");
    for (what, fields) in [("proven", &proven.fields), ("said", &proven.said)] {
        for (field, value) in fields {
            let _ = writeln!(text, "  {} {what}: {value}", field.name());
        }
    }
    text
}

fn refused(findings: &[Finding]) -> String {
    let mut text = "refused\n".to_owned();
    for finding in findings {
        let code = finding.mistake.code();
        let _ = writeln!(text, "  {code}: {}\n    → {}", finding.cause, finding.mend);
    }
    text
}
