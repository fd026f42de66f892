//! The book on a local port, with pages that reload themselves.

use std::fs;
use std::io::{self, Cursor};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tiny_http::{Header, Method, Request, Response};

use crate::{Book, Error};

/// Where a page asks for the number of the newest edition.
const EDITION: &str = "/.edition";

/// The port that is tried first, so that a page that is still open finds the next server.
const PORT: u16 = 3000;

/// Serves a book to browsers on this machine.
pub struct Server {
    http: tiny_http::Server,
    address: SocketAddr,
    book: Book,
    /// Counts the builds. Locked while the pages are written, so that nobody is handed half of a book.
    edition: Mutex<u64>,
}

impl Server {
    /// Takes `port`; without one, 3000 if it is free and any other port if not. Serves nothing yet.
    ///
    /// # Errors
    ///
    /// If the port is taken.
    pub fn bind(book: Book, port: Option<u16>) -> io::Result<Server> {
        let bind = |port| tiny_http::Server::http((Ipv4Addr::LOCALHOST, port)).map_err(io::Error::other);
        let http = match port {
            Some(port) => bind(port)?,
            None => bind(PORT).or_else(|_| bind(0))?,
        };
        let fallback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT);
        let address = http.server_addr().to_ip().unwrap_or(fallback);
        // Other than any number that a page of an earlier server has.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Server { http, address, book, edition: Mutex::new(now.as_secs() << 20) })
    }

    /// Where the book is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Builds the book anew, and lets the pages that are open reload themselves. Returns the complaints.
    ///
    /// # Errors
    ///
    /// As [`Book::build`].
    pub fn rebuild(&self) -> Result<Vec<String>, Error> {
        let mut edition = self.edition();
        *edition += 1;
        self.book.build()
    }

    /// Answers requests, one after the other, for as long as the program runs.
    pub fn run(&self) {
        for request in self.http.incoming_requests() {
            // An error means that the browser has gone away meanwhile.
            let _ = self.answer(request);
        }
    }

    fn answer(&self, request: Request) -> io::Result<()> {
        let edition = self.edition();
        let (status, kind, body) = match self.page(request.method(), request.url(), *edition) {
            Ok((kind, body)) => (200, kind, body),
            Err(status) => (status, "text/plain; charset=utf-8", b"There is no such page.\n".to_vec()),
        };
        drop(edition);
        let header = |name: &str, value: &str| Header::from_bytes(name, value).expect("it has no line ends");
        let length = body.len();
        let response = Response::new(
            status.into(),
            vec![header("Content-Type", kind), header("Cache-Control", "no-store")],
            Cursor::new(body),
            Some(length),
            None,
        );
        request.respond(response)
    }

    /// What is at `url`: its media type and its content; or else the status that says why there is nothing.
    fn page(&self, method: &Method, url: &str, edition: u64) -> Result<(&'static str, Vec<u8>), u16> {
        if !matches!(method, Method::Get | Method::Head) {
            return Err(405);
        }
        let path = url.split(['?', '#']).next().unwrap_or_default();
        if path == EDITION {
            return Ok(("text/plain", edition.to_string().into_bytes()));
        }
        let file = locate(self.book.output(), path).ok_or(404_u16)?;
        let mut body = fs::read(&file).map_err(|_| 404_u16)?;
        let kind = media_type(&file);
        if kind.starts_with("text/html") {
            body.extend_from_slice(reloading(edition).as_bytes());
        }
        Ok((kind, body))
    }

    fn edition(&self) -> MutexGuard<'_, u64> {
        // It is a number: whoever panicked cannot have left it half written.
        self.edition.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file at `path` of an address. None if it would lie outside of `folder`.
fn locate(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut file = folder.to_owned();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        // The names of a book's pages need no escapes, and names that begin with a dot are none of them.
        if part.starts_with('.') || part.contains(['\\', ':', '%']) {
            return None;
        }
        file.push(part);
    }
    if file.is_dir() {
        file.push("index.html");
    }
    Some(file)
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// What makes a page look once a second whether there is a newer edition of it.
fn reloading(edition: u64) -> String {
    format!(
        "<script>\n\
         setInterval(async () => {{\n\
         \x20 const newest = await fetch('{EDITION}').then(answer => answer.text(), () => '{edition}');\n\
         \x20 if (newest !== '{edition}') location.reload();\n\
         }}, 1000);\n\
         </script>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_leads_out_of_the_book() {
        let folder = Path::new("book");
        assert_eq!(locate(folder, "/css/general.css"), Some(PathBuf::from("book/css/general.css")));
        for outside in ["/../Cargo.toml", "/css/../../Cargo.toml", "/%2e%2e/Cargo.toml", "/..\\Cargo.toml", "/C:/x"] {
            assert_eq!(locate(folder, outside), None, "{outside}");
        }
    }
}
