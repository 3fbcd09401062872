//! Every profile against proofs that were made without our code.

use std::collections::BTreeMap;

use countersign_identity::{Field, Mode, Outcome, explain, profiles, verify};
use serde_json::{Map, Value, json};

use crate::kit::{NOW, WIDGET, vectors};

fn shown(fields: &[(Field, String)]) -> Value {
    let members: Map<_, _> =
        fields.iter().map(|(field, text)| (field.name().to_owned(), json!(text))).collect();
    members.into()
}

#[test]
fn each_vector_proves_what_it_says() {
    for vector in vectors() {
        let name = vector.profile.name();
        assert_eq!(vector.profile.admit(&vector.identity), Ok(()), "{name}");
        let keys = [vector.key];
        let outcome = verify(vector.profile, &keys, &vector.identity, WIDGET, NOW);
        let Ok(Outcome::Proven(proven)) = outcome else { panic!("{name}: {outcome:?}") };
        assert_eq!(shown(&proven.fields), vector.proven, "{name}");
        assert_eq!(shown(&proven.said), vector.said, "{name}");
        assert_eq!(explain(vector.profile, &keys, &vector.identity, WIDGET, NOW), [], "{name}");
        let leaves_said = vector.profile.leaves_said(vector.mode);
        for (field, _) in &proven.fields {
            assert!(vector.profile.proven(vector.mode).contains(field), "{name} {field:?}");
            assert!(!leaves_said.contains(field), "{name} {field:?}");
        }
    }
}

#[test]
fn every_mode_and_algorithm_of_every_profile_has_a_vector() {
    let mut seen: BTreeMap<(&str, Mode), Vec<_>> = BTreeMap::new();
    for vector in vectors() {
        let algorithms = seen.entry((vector.profile.name(), vector.mode)).or_default();
        algorithms.push(vector.key.algorithm());
    }
    for profile in profiles() {
        for mode in profile.modes() {
            let seen = seen.get(&(profile.name(), *mode)).map_or(&[][..], Vec::as_slice);
            let missing = profile.algorithms(*mode).into_iter().find(|it| !seen.contains(it));
            assert_eq!(missing, None, "{} {mode:?}", profile.name());
        }
    }
}

/// No field that a digest is over, and no character of a proof, is idle.
#[test]
fn a_changed_vector_is_refused() {
    for vector in vectors() {
        let (name, page) = (vector.profile.name(), &vector.identity);
        let keys = [vector.key];
        let proof = vector.profile.proof_field(vector.mode).unwrap();
        let text = page.text(proof).unwrap();
        let changed = |at: usize| {
            let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
            page.clone().with(proof, [&text[..at], other, &text[at + 1..]].concat())
        };
        for at in (0..text.trim_end().len()).step_by(7) {
            let outcome = verify(vector.profile, &keys, &changed(at), WIDGET, NOW);
            assert!(outcome.is_err(), "{name} at {at}");
        }
        let other = [keys.into_iter().next().unwrap().elsewhere("another widget's")];
        let outcome = verify(vector.profile, &other, page, WIDGET, NOW);
        assert!(outcome.is_err(), "{name} with another widget's key");
    }
}
