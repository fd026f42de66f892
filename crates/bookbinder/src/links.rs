//! Links that lead nowhere.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Looks at every link and image on the pages below `output`, and follows those that stay inside the book.
pub(crate) fn check(output: &Path) -> io::Result<Vec<String>> {
    let mut pages = HashMap::new();
    for file in crate::files(output, "html")? {
        pages.insert(file.clone(), fs::read_to_string(file)?);
    }
    let mut complaints = Vec::new();
    for (page, text) in &pages {
        // The page for wrong addresses has a `base`, and the one for printing holds all the others once more.
        if page.ends_with("404.html") || page.ends_with("print.html") {
            continue;
        }
        for link in attributes(text, "href").chain(attributes(text, "src")) {
            if !resolves(page, link, &pages) {
                let name = page.strip_prefix(output).unwrap_or(page).display();
                complaints.push(format!("{name}: `{link}` leads nowhere"));
            }
        }
    }
    complaints.sort();
    Ok(complaints)
}

fn resolves(page: &Path, link: &str, pages: &HashMap<PathBuf, String>) -> bool {
    let (file, place) = link.split_once('#').unwrap_or((link, ""));
    if file.contains(':') {
        return true;
    }
    let target = if file.is_empty() { page.to_owned() } else { beside(page, file) };
    match pages.get(&target) {
        Some(text) => place.is_empty() || attributes(text, "id").any(|id| id == place),
        None => target.exists(),
    }
}

/// The file that `link` names on `page`, without dots in its path, as the keys of the pages are.
fn beside(page: &Path, link: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(page).to_owned();
    for component in Path::new(link).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path
}

/// The values of the attribute `name`, which mdBook always writes in double quotes.
fn attributes<'page>(text: &'page str, name: &str) -> impl Iterator<Item = &'page str> {
    let start = format!(" {name}=\"");
    let values: Vec<&str> = text.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    values.into_iter()
}
