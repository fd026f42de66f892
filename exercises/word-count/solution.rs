//! Counts the words of a text, with the workers of a pool.
//!
//! Each worker counts for itself, in a table of its own. The tables are added up in the end: by one thread, but there are few
//! different words.

use std::collections::HashMap;

use pool::ThreadPool;

/// Counts how often each word is in `text`. Each worker of the pool takes a share of about the same size.
pub fn count<'text>(pool: &ThreadPool, text: &'text str) -> HashMap<&'text str, usize> {
    let shares = shares(text, pool.workers());
    let mut counts = pool.map(&shares, |share| count_alone(share)).into_iter();
    let mut all = counts.next().unwrap_or_default();
    for (word, times) in counts.flatten() {
        *all.entry(word).or_default() += times;
    }
    all
}

fn count_alone(share: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for word in words(share) {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// Cuts `text` into so many shares of about the same size, or fewer.
fn shares(text: &str, number: usize) -> Vec<&str> {
    let size = text.len().div_ceil(number);
    let mut shares = Vec::new();
    let mut rest = text;
    while rest.len() > size {
        // From here to the end of the word that is under the knife, if there is one.
        let from = rest.ceil_char_boundary(size);
        let end = rest[from..].find(|sign| !is_letter(sign)).map_or(rest.len(), |letters| from + letters);
        let (share, others) = rest.split_at(end);
        shares.push(share);
        rest = others;
    }
    shares.push(rest);
    shares
}

/// The words of a text, from its beginning to its end.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !is_letter(sign)).filter(|word| !word.is_empty())
}

/// Words are made of these, and of nothing else.
pub fn is_letter(sign: char) -> bool {
    sign.is_alphabetic()
}
