//! A bounded run of the fuzz targets: good and refused inputs of the corpus, changed by chance.

use proptest::prelude::*;
use serde_json::Value;

#[expect(unreachable_pub, reason = "it is a crate of its own beside this one")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Inputs that get far: whole pages, tokens, claims and keys.
fn seeds() -> Vec<Vec<u8>> {
    let files = [
        include_str!("../../vectors/profiles.json"),
        include_str!("../../corpus/refused.json"),
        include_str!("../../corpus/wycheproof_jws.json"),
    ];
    let entries = files.iter().flat_map(|file| serde_json::from_str::<Vec<Value>>(file).unwrap());
    let mut seeds = Vec::new();
    for entry in entries {
        for part in ["identity", "proven", "key"] {
            let text = entry.get(part).map(Value::to_string);
            seeds.extend(text.filter(|text| text.len() < 2_000).map(String::into_bytes));
        }
        let texts = entry["identity"].as_object().into_iter().flat_map(|page| page.values());
        let texts = texts.chain(entry.get("public_key")).filter_map(Value::as_str);
        seeds.extend(texts.filter(|text| text.len() < 2_000).map(|text| text.as_bytes().to_vec()));
    }
    seeds
}

/// A seed with some bytes set, cut out or doubled.
fn changed(mut seed: Vec<u8>, changes: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    for (place, how, byte) in changes {
        if seed.is_empty() {
            break;
        }
        let at = place.index(seed.len());
        match how % 4 {
            0 => seed[at] = *byte,
            1 => drop(seed.drain(at..(at + usize::from(byte % 9)).min(seed.len()))),
            2 => seed.insert(at, *byte),
            _ => seed.extend_from_within(at..(at + usize::from(*byte)).min(seed.len())),
        }
    }
    seed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_must_hold_holds_for_any_bytes(
        seed in prop::sample::select(seeds()),
        changes in prop::collection::vec(any::<(prop::sample::Index, u8, u8)>(), 0..6),
        chosen in any::<u8>(),
    ) {
        let mut data = changed(seed, &changes);
        targets::json(&data);
        targets::jws(&data);
        targets::key(&data);
        data.insert(0, chosen);
        targets::proof(&data);
    }
}
