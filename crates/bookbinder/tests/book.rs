//! This book has no faults, and faults are found.

use std::fs;
use std::path::Path;

use bookbinder::Book;

/// Builds a book whose only chapter holds `text`, beside a listing, and returns the complaints.
fn complaints(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("there is room for a small book");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("the book's folder")).expect("a folder can be made");
        fs::write(file, text).expect("a file can be written");
    };
    write("book.toml", "[book]\ntitle = \"Small\"\n");
    write("src/SUMMARY.md", "# Summary\n\n- [Only](only.md)\n");
    write("src/only.md", text);
    write("listing.rs", "// ANCHOR: there\nfn there() {}\n// ANCHOR_END: there\n// ANCHOR: open\n");
    Book::new(folder.path(), folder.path().join("out")).build().expect("mdBook can build it")
}

#[test]
fn this_book_has_no_faults() {
    let output = tempfile::tempdir().expect("there is room for a book");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book");
    let complaints = Book::new(source, output.path()).build().expect("the book can be built");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_book_without_faults_has_no_complaints() {
    let text = "# Only\n\n[up](#only) [here](only.md#only) [away](https://www.rust-lang.org)\n\n\
                ```rust\n{{#include ../listing.rs:there}}\n```\n";
    assert_eq!(complaints(text), Vec::<String>::new());
}

#[track_caller]
fn finds(text: &str, fault: &str) {
    let complaints = complaints(text);
    assert!(complaints.iter().any(|complaint| complaint.contains(fault)), "{complaints:?}");
}

#[test]
fn what_mdbook_warns_of_is_a_fault() {
    finds("# Only\n\n<div>\n", "unclosed HTML tag");
}

#[test]
fn an_include_of_a_file_that_is_not_there_is_a_fault() {
    finds("# Only\n\n{{#include ../missing.rs}}\n", "missing.rs");
}

#[test]
fn an_include_of_an_anchor_that_is_not_there_is_a_fault() {
    finds("# Only\n\n{{#include ../listing.rs:missing}}\n", "`../listing.rs` has no anchor `missing`");
}

#[test]
fn an_anchor_without_an_end_is_a_fault() {
    finds("# Only\n\n{{#include ../listing.rs:open}}\n", "`../listing.rs` has no anchor `open`");
}

#[test]
fn code_around_an_include_that_is_not_in_its_file_is_a_fault() {
    let around = |line: &str| format!("# Only\n\n```rust\n{line}\n{{{{#include ../listing.rs:there}}}}\n```\n");
    finds(&around("fn missing() {}"), "has the line `fn missing() {}`");
    assert_eq!(complaints(&around("fn there() {}")), Vec::<String>::new());
}

#[test]
fn a_link_to_a_page_that_is_not_there_is_a_fault() {
    finds("# Only\n\n[gone](gone.md)\n", "leads nowhere");
}

#[test]
fn a_link_to_a_heading_that_is_not_there_is_a_fault() {
    finds("# Only\n\n[gone](only.md#gone)\n", "`only.html#gone` leads nowhere");
}

#[test]
fn an_image_that_is_not_there_is_a_fault() {
    finds("# Only\n\n![gone](gone.png)\n", "`gone.png` leads nowhere");
}
