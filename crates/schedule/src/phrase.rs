//! Text with tones, and how it is broken into lines.

/// How a piece of text is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    /// In the colour of this thread.
    Thread(usize),
    /// A detail that may recede.
    Quiet,
    /// A read that returned an older value.
    Old,
    /// What went wrong.
    Wrong,
    /// The title.
    Title,
}

/// A piece of text of one tone.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

impl Phrase {
    pub(crate) fn new(text: impl Into<String>, tone: Tone) -> Phrase {
        Phrase { text: printable(&text.into()), tone }
    }
}

/// Text without a tone of its own.
pub(crate) fn plain(text: impl Into<String>) -> Phrase {
    Phrase::new(text, Tone::Plain)
}

/// Text that flows, with an indent for all of its lines.
#[derive(Clone, Debug)]
pub(crate) struct Paragraph {
    pub(crate) indent: usize,
    pub(crate) phrases: Vec<Phrase>,
}

/// Breaks text into lines of at most `first` and then `rest` characters: between parts if a part fits on a line of its
/// own, else at spaces, else within a word.
pub(crate) fn wrap(parts: &[Vec<Phrase>], first: usize, rest: usize) -> Vec<Vec<Phrase>> {
    let mut lines = Lines { lines: vec![Vec::new()], used: 0, first: first.max(1), rest: rest.max(1) };
    for part in parts {
        if lines.used > 0 && lines.used + width(part) > lines.room() {
            lines.next();
        }
        let lead = part.first().map_or(0, |phrase| phrase.text.len() - phrase.text.trim_start().len());
        if lines.used > 0 {
            lines.add(&" ".repeat(lead), Tone::Plain);
        }
        for (number, word) in words(part).into_iter().enumerate() {
            if number > 0 {
                if lines.used + 1 + width(&word) > lines.room() {
                    lines.next();
                } else {
                    lines.add(" ", word[0].tone);
                }
            }
            for piece in &word {
                lines.add_word(piece);
            }
        }
    }
    lines.lines
}

/// Lines that are being filled.
struct Lines {
    lines: Vec<Vec<Phrase>>,
    /// Columns used on the last line.
    used: usize,
    first: usize,
    rest: usize,
}

impl Lines {
    fn room(&self) -> usize {
        if self.lines.len() == 1 { self.first } else { self.rest }
    }

    fn next(&mut self) {
        self.lines.push(Vec::new());
        self.used = 0;
    }

    fn add(&mut self, text: &str, tone: Tone) {
        self.used += text.chars().count();
        let Some(line) = self.lines.last_mut() else { return };
        match line.last_mut() {
            Some(last) if last.tone == tone => last.text.push_str(text),
            _ => line.push(Phrase { text: text.to_owned(), tone }),
        }
    }

    /// Adds a piece of a word; one that is too long is broken, after a dot or a parenthesis if there is one.
    fn add_word(&mut self, piece: &Phrase) {
        let mut symbols: Vec<char> = piece.text.chars().collect();
        while self.used + symbols.len() > self.room() {
            let room = self.room() - self.used;
            let joint = symbols[..room].iter().rposition(|symbol| ['.', '(', '/', ':'].contains(symbol));
            let rest = symbols.split_off(joint.map_or(room, |joint| joint + 1));
            self.add(&symbols.iter().collect::<String>(), piece.tone);
            self.next();
            symbols = rest;
        }
        self.add(&symbols.iter().collect::<String>(), piece.tone);
    }
}

/// How many columns the phrases take on one line.
pub(crate) fn width(phrases: &[Phrase]) -> usize {
    phrases.iter().map(|phrase| phrase.text.chars().count()).sum()
}

/// The words of a text; one that changes its tone has several pieces.
fn words(phrases: &[Phrase]) -> Vec<Vec<Phrase>> {
    let mut words: Vec<Vec<Phrase>> = Vec::new();
    let mut inside = false;
    for phrase in phrases {
        for (index, piece) in phrase.text.split([' ', '\n']).enumerate() {
            inside &= index == 0;
            if piece.is_empty() {
                continue;
            }
            let piece = Phrase { text: piece.to_owned(), tone: phrase.tone };
            match words.last_mut() {
                Some(word) if inside => word.push(piece),
                _ => words.push(vec![piece]),
            }
            inside = true;
        }
    }
    words
}

/// `text` without characters that would upset a terminal or an SVG reader. Lines stay lines.
pub(crate) fn printable(text: &str) -> String {
    text.replace('\t', "    ")
        .chars()
        .map(|symbol| if symbol.is_control() && symbol != '\n' { char::REPLACEMENT_CHARACTER } else { symbol })
        .collect()
}

/// At most `longest` characters from the end of a text.
pub(crate) fn tail(text: &str, longest: usize) -> String {
    let length = text.chars().count();
    if length <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(length + 1 - longest.max(1)).collect();
    format!("…{kept}")
}
