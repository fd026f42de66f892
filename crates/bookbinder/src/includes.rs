//! Includes whose anchor is not there: mdBook puts nothing in their place, and says nothing. And code that was written
//! around an include, such as the `impl` that a method stands in: it has to be in the included file too.

use std::fs;
use std::io;
use std::path::Path;

/// Looks at every `{{#include file:anchor}}` below `source`.
pub(crate) fn check(source: &Path) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    for chapter in crate::files(source, "md")? {
        let text = fs::read_to_string(&chapter)?;
        let folder = chapter.parent().unwrap_or(source);
        let mut complain = |fault: String| complaints.push(format!("{}: {fault}", chapter.display()));
        // Between one fence and the next lies code, and then text, by turns.
        for (part, lines) in text.split("```").enumerate() {
            let (included, around): (Vec<&str>, Vec<&str>) =
                lines.lines().skip(part % 2).partition(|line| line.contains("{{#include "));
            let mut listings = String::new();
            for line in included {
                let (file, anchor) = target(line);
                // A file that is not there mdBook tells of itself.
                let Ok(listing) = fs::read_to_string(folder.join(file)) else { continue };
                if let Some(anchor) = anchor
                    && !["ANCHOR", "ANCHOR_END"].iter().all(|kind| has_anchor(&listing, kind, anchor))
                {
                    complain(format!("`{file}` has no anchor `{anchor}`"));
                }
                listings.push_str(&listing);
            }
            if part % 2 == 1 && !listings.is_empty() {
                for line in around.into_iter().filter(|line| !listings.lines().any(|it| it == *line)) {
                    complain(format!("no file that is included here has the line `{line}`"));
                }
            }
        }
    }
    Ok(complaints)
}

/// The file that a line includes, and its anchor.
fn target(line: &str) -> (&str, Option<&str>) {
    let target = line.split("{{#include ").nth(1).and_then(|rest| rest.split("}}").next()).unwrap_or_default().trim();
    target.split_once(':').map_or((target, None), |(file, anchor)| (file, Some(anchor)))
}

fn has_anchor(listing: &str, kind: &str, anchor: &str) -> bool {
    listing.lines().any(|line| {
        let named = line.split_once(kind).and_then(|(_, rest)| rest.strip_prefix(':'));
        named.is_some_and(|name| name.trim() == anchor)
    })
}
