//! Includes whose anchor is not there. mdBook puts nothing in their place, and says nothing.

use std::fs;
use std::io;
use std::path::Path;

/// Looks at every `{{#include file:anchor}}` below `source`.
pub(crate) fn check(source: &Path) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    for chapter in crate::files(source, "md")? {
        let text = fs::read_to_string(&chapter)?;
        let folder = chapter.parent().unwrap_or(source);
        for included in text.split("{{#include ").skip(1) {
            let included = included.split("}}").next().unwrap_or_default().trim();
            // A file that is not there mdBook tells of itself.
            if let Some((file, anchor)) = included.split_once(':')
                && let Ok(listing) = fs::read_to_string(folder.join(file))
                && !["ANCHOR", "ANCHOR_END"].iter().all(|kind| has_anchor(&listing, kind, anchor))
            {
                complaints.push(format!("{}: `{file}` has no anchor `{anchor}`", chapter.display()));
            }
        }
    }
    Ok(complaints)
}

fn has_anchor(listing: &str, kind: &str, anchor: &str) -> bool {
    listing.lines().any(|line| {
        let named = line.split_once(kind).and_then(|(_, rest)| rest.strip_prefix(':'));
        named.is_some_and(|name| name.trim() == anchor)
    })
}
