//! Pictures of bytes on the wire, drawn from their descriptions in the files in `wires`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::{Error, Figure, escaped, files};

/// Wider than this, a picture would not fit into the page's column.
const WIDEST: usize = 760;

const CELL: usize = 27;
const CELL_HEIGHT: usize = 30;

/// Between fields that stand apart.
const GAP: usize = 13;

/// From the top of a row to its cells, from there to the middle of the labels, and from there to the next row.
const ABOVE: usize = 22;
const BELOW: usize = 20;
const BETWEEN: usize = 20;

/// A picture: one row of bytes below the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    caption: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// What stands above the bytes.
    title: String,
    /// Whether there is a gap between the fields: each was written or read by itself.
    #[serde(default)]
    apart: bool,
    fields: Vec<Field>,
}

/// Some bytes that belong together.
#[derive(Deserialize)]
struct Field {
    role: Role,
    /// What stands below the bytes.
    #[serde(default)]
    label: String,
    #[serde(flatten)]
    bytes: Bytes,
}

/// The bytes, as they are to be shown.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Bytes {
    /// As characters.
    Text(String),
    /// As numbers of two digits, with spaces between.
    Hex(String),
    /// So many places, for bytes that have not come.
    Missing(usize),
}

/// What some bytes are for, which decides their colour.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Role {
    Length,
    Payload,
    Delimiter,
    Kind,
    Other,
}

impl Role {
    const fn colour(self) -> &'static str {
        match self {
            Role::Length => "var(--schedule-0, #0969b0)",
            Role::Payload => "var(--schedule-1, #0b7a5b)",
            Role::Delimiter => "var(--schedule-2, #a03d88)",
            Role::Kind => "var(--schedule-3, #7a6400)",
            Role::Other => "var(--schedule-4, #55606e)",
        }
    }
}

impl Bytes {
    /// What is written into each cell.
    fn cells(&self) -> Vec<String> {
        match self {
            Bytes::Text(text) => text.bytes().map(glyph).collect(),
            Bytes::Hex(digits) => digits.split_whitespace().map(str::to_owned).collect(),
            Bytes::Missing(count) => vec![String::new(); *count],
        }
    }
}

fn glyph(byte: u8) -> String {
    if byte == b' ' { "␣".to_owned() } else { byte.escape_ascii().to_string() }
}

impl Row {
    /// Each field, with the place where it begins; and where the last one ends.
    fn places<'row>(&'row self) -> (Vec<(usize, &'row Field)>, usize) {
        let gap = if self.apart { GAP } else { 0 };
        let mut next = 1;
        let place = |field: &'row Field| {
            let begin = next;
            next += CELL * field.bytes.cells().len() + gap;
            (begin, field)
        };
        let places = self.fields.iter().map(place).collect();
        (places, next - gap)
    }
}

/// Draws every wire of the book in the folder `source`.
pub(crate) fn draw(source: &Path) -> Result<Vec<Figure>, Error> {
    let folder = source.join("wires");
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut figures = Vec::new();
    for file in files(&folder, "toml")? {
        let fault = |reason: String| Error::Wire { file: file.clone(), reason };
        let wire: Wire = toml::from_str(&fs::read_to_string(&file)?).map_err(|error| fault(error.to_string()))?;
        if let Some(row) = wire.rows.iter().find(|row| row.places().1 >= WIDEST) {
            return Err(fault(format!("the row {:?} is too long for the page", row.title)));
        }
        let name = file.file_stem().unwrap_or_default();
        figures.push(Figure { path: source.join("figures").join(name).with_extension("html"), html: html(&wire) });
    }
    Ok(figures)
}

fn html(wire: &Wire) -> String {
    let mut rows = String::new();
    let mut top = 0;
    for row in &wire.rows {
        draw_row(row, top, &mut rows);
        let labelled = row.fields.iter().any(|field| !field.label.is_empty());
        top += ABOVE + CELL_HEIGHT + if labelled { BELOW } else { 0 } + BETWEEN;
    }
    let height = top - BETWEEN + 8;
    // On a narrow page one has to scroll, and no further than there are bytes.
    let width = wire.rows.iter().map(|row| row.places().1 + 1).max().unwrap_or_default();
    let caption = escaped(&wire.caption);
    let told = escaped(&wire.rows.iter().map(told).collect::<Vec<_>>().join("\n"));
    format!(
        "<figure class=\"wire\">\n\
         <svg role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         <title>{caption}</title>\n<desc>{told}</desc>\n{rows}</svg>\n\
         <figcaption>{caption}</figcaption>\n</figure>\n"
    )
}

/// The row in words, for those who do not see it.
fn told(row: &Row) -> String {
    let field = |field: &Field| match &field.bytes {
        Bytes::Missing(_) => format!("({})", field.label),
        bytes if field.label.is_empty() => bytes.cells().join(" "),
        bytes => format!("{} ({})", bytes.cells().join(" "), field.label),
    };
    format!("{}: {}", row.title, row.fields.iter().map(field).collect::<Vec<_>>().join(" | "))
}

fn draw_row(row: &Row, top: usize, svg: &mut String) {
    let ink = "var(--schedule-ink, #1f2328)";
    let quiet = "var(--schedule-quiet, #636c76)";
    let cells_top = top + ABOVE;
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a string does not fail.
        let _ = writeln!(svg, "{text}");
    };
    line(format_args!("<text x=\"0\" y=\"{}\" fill=\"{quiet}\">{}</text>", top + 14, escaped(&row.title)));
    for (begin, field) in row.places().0 {
        let cells = field.bytes.cells();
        let colour = field.role.colour();
        let (opacity, dashes) = match field.bytes {
            Bytes::Missing(_) => (0.0, " stroke-dasharray=\"3 3\""),
            Bytes::Text(_) | Bytes::Hex(_) => (0.13, ""),
        };
        for (number, glyph) in cells.iter().enumerate() {
            let left = begin + CELL * number;
            line(format_args!(
                "<rect x=\"{left}\" y=\"{cells_top}\" width=\"{CELL}\" height=\"{CELL_HEIGHT}\" fill=\"{colour}\" \
                 fill-opacity=\"{opacity}\" stroke=\"{colour}\"{dashes}/>"
            ));
            if !glyph.is_empty() {
                line(format_args!(
                    "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-family=\"monospace\" font-size=\"14\" \
                     fill=\"{ink}\">{}</text>",
                    left + CELL / 2,
                    cells_top + 20,
                    escaped(glyph)
                ));
            }
        }
        if !field.label.is_empty() {
            line(format_args!(
                "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{colour}\">{}</text>",
                begin + CELL * cells.len() / 2,
                cells_top + CELL_HEIGHT + BELOW - 4,
                escaped(&field.label)
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use framing::resp::{self, Requests};
    use framing::{Delimited, FixedLength, FrameReader, Framing, LengthPrefixed, Width, command, dns};

    use super::*;

    /// The bytes of a row in the book's picture of this name.
    fn row(name: &str, number: usize) -> Vec<u8> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/wires").join(name).with_extension("toml");
        let wire: Wire = toml::from_str(&fs::read_to_string(file).expect("it can be read")).expect("it is a wire");
        let bytes = |field: &Field| match &field.bytes {
            Bytes::Text(text) => text.clone().into_bytes(),
            Bytes::Hex(digits) => {
                let byte = |digits| u8::from_str_radix(digits, 16).expect("two digits");
                digits.split_whitespace().map(byte).collect()
            }
            Bytes::Missing(_) => Vec::new(),
        };
        wire.rows[number].fields.iter().flat_map(bytes).collect()
    }

    #[track_caller]
    fn assert_frames(bytes: &[u8], framing: impl Framing, frames: &[&[u8]]) {
        let mut reader = FrameReader::new(bytes, framing);
        for expected in frames {
            assert_eq!(reader.read_frame().expect("it is well formed"), Some(*expected));
        }
        assert!(reader.read_frame().expect("it is well formed").is_none());
    }

    #[test]
    fn the_books_bytes_are_what_the_framings_read() {
        assert_eq!(row("wire-none", 0), row("wire-none", 1), "every byte arrives, in order");
        assert_frames(&row("wire-fixed", 0), FixedLength::new(8), &[b"Ada     ", b"Grace   "]);
        assert_frames(&row("wire-prefix", 0), LengthPrefixed::new(Width::Four, 9), &[b"hello", b"hi"]);
        assert_frames(&row("wire-delimited", 0), Delimited::crlf(9), &[b"hello", b"", b"hi"]);
        let promised = FrameReader::new(&row("wire-lie", 0)[..], LengthPrefixed::new(Width::Four, 9))
            .read_frame()
            .expect_err("it is too long")
            .fault();
        assert!(matches!(promised, Some(framing::Fault::TooLong { length: Some(0xffff_ffff), .. })));
    }

    #[test]
    fn the_books_bytes_are_what_the_protocols_say() {
        let request = command::Request::Sum(vec![3, 4]);
        assert_frames(&row("wire-command", 0), command::FRAMING, &[&request.encode()]);
        let reply = request.answer().expect("a sum is answered");
        assert_frames(&row("wire-command", 1), command::FRAMING, &[&reply.encode()]);
        let arguments = row("wire-resp", 0);
        assert_eq!(resp::arguments(&arguments).expect("it is a request"), [&b"ECHO"[..], b"hello"]);
        assert_frames(&arguments, Requests::new(99), &[&arguments]);
        let query = row("wire-dns", 0);
        assert_frames(&query, dns::FRAMING, &[&query[2..]]);
        let query = dns::Message::parse(&query[2..]).expect("it is a query");
        assert_eq!(query.questions[0].name.to_string(), "a.org.");
    }
}
