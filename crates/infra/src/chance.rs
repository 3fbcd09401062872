//! Randomness, the one place that asks for it.

use aws_lc_rs::rand;

/// `N` bytes that nobody can predict.
///
/// # Panics
///
/// Where the operating system gives no randomness: nothing safe could be done without it.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}
