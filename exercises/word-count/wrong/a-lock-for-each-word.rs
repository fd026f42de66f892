//! Wrong: there is one table for all, and whoever finds a word locks it. All wait for each other at nearly every word.

use std::collections::HashMap;

use mutex::Mutex;
use pool::ThreadPool;

/// Counts how often each word is in `text`. Each worker of the pool takes a share of about the same size.
pub fn count<'text>(pool: &ThreadPool, text: &'text str) -> HashMap<&'text str, usize> {
    let all = Mutex::new(HashMap::new());
    pool.scope(|scope| {
        for share in shares(text, pool.workers()) {
            let all = &all;
            scope.spawn(move || words(share).for_each(|word| *all.lock().entry(word).or_default() += 1));
        }
    });
    all.into_inner()
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
