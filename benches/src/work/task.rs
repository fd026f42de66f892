//! Pieces of work that can be done by anybody, and checked.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use crate::pool::number;

/// What is to be done, how much of it, and with what to begin.
///
/// It is small and says everything, so that a process can be sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// What is to be done.
    pub work: Work,
    /// Tasks with different seeds have different results.
    pub seed: u64,
}

/// A kind of work, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Computes: so many steps, each of which needs the one before.
    Hash {
        /// Some four cycles each.
        steps: u64,
    },
    /// Computes: multiplies two square matrices.
    Matrix {
        /// Numbers in a row.
        side: u64,
    },
    /// Computes: counts how often each word comes in [`TEXT`].
    Words {
        /// So many times.
        times: u64,
    },
    /// Waits for memory: adds up so many MiB, of 64 that all tasks of a process share.
    Memory {
        /// From a place that the seed says.
        mebibytes: u64,
    },
    /// Reads the file [`Scratch`] of the process with this number. The system has kept it in memory.
    Read {
        /// Who has written it.
        process: u64,
    },
    /// Waits: asks a [`Responder`](super::Responder), which takes its time.
    Ask {
        /// Where it listens.
        port: u16,
        /// How long it waits before it answers, in microseconds.
        micros: u64,
    },
    /// Waits, and nobody has to do anything for it.
    Sleep {
        /// In microseconds.
        micros: u64,
    },
    /// Computes as `Hash` does, and then asks as `Ask` does.
    Mixed {
        /// Of computing.
        steps: u64,
        /// Where the responder listens.
        port: u16,
        /// How long it waits, in microseconds.
        micros: u64,
    },
}

/// What the words are counted of: chapters of the book.
pub const TEXT: [&str; 4] = [
    include_str!("../../../book/src/mutex.md"),
    include_str!("../../../book/src/queue.md"),
    include_str!("../../../book/src/semaphore.md"),
    include_str!("../../../book/src/pool.md"),
];

/// How somebody works who may have to be polite to others.
pub trait Manner {
    /// Comes every microsecond or so.
    fn checkpoint(&mut self);

    /// Waits for something, in `body`.
    fn wait<R>(&mut self, body: impl FnOnce() -> R) -> R;
}

/// Works without looking at anybody.
#[derive(Debug)]
pub struct Undisturbed;

impl Manner for Undisturbed {
    fn checkpoint(&mut self) {}

    fn wait<R>(&mut self, body: impl FnOnce() -> R) -> R {
        body()
    }
}

/// Works under the interpreter lock, and gives it away while it waits.
impl Manner for gil::Token<'_> {
    fn checkpoint(&mut self) {
        self.checkpoint();
    }

    fn wait<R>(&mut self, body: impl FnOnce() -> R) -> R {
        self.allow_threads(body)
    }
}

impl Task {
    /// So many tasks of one kind, with different seeds.
    pub fn several(work: Work, count: usize) -> Vec<Task> {
        (0..count as u64).map(|seed| Task { work, seed }).collect()
    }

    /// Does it, and returns what came out.
    ///
    /// # Errors
    ///
    /// If what it reads cannot be read, or nobody answers.
    pub fn run(&self, manner: &mut impl Manner) -> io::Result<u64> {
        match self.work {
            Work::Hash { steps } => Ok(hash(steps, self.seed, manner)),
            Work::Matrix { side } => Ok(multiply(side as usize, self.seed, manner)),
            Work::Words { times } => Ok((0..times).fold(self.seed, |sum, _| sum.wrapping_add(count_words(manner)))),
            Work::Memory { mebibytes } => Ok(add(mebibytes, self.seed, manner)),
            Work::Read { process } => manner.wait(|| read(process)).map(|sum| sum.wrapping_add(self.seed)),
            Work::Ask { port, micros } => manner.wait(|| ask(port, micros, self.seed)),
            Work::Sleep { micros } => {
                manner.wait(|| thread::sleep(Duration::from_micros(micros)));
                Ok(number(self.seed))
            }
            Work::Mixed { steps, port, micros } => {
                let hashed = hash(steps, self.seed, manner);
                manner.wait(|| ask(port, micros, hashed))
            }
        }
    }

    /// What has to come out. It does not wait for anybody.
    ///
    /// # Errors
    ///
    /// If what it reads cannot be read.
    pub fn expected(&self) -> io::Result<u64> {
        match self.work {
            Work::Ask { .. } | Work::Sleep { .. } => Ok(number(self.seed)),
            Work::Mixed { steps, .. } => Ok(number(hash(steps, self.seed, &mut Undisturbed))),
            _ => self.run(&mut Undisturbed),
        }
    }

    /// The same, as it is sent to another process.
    pub(super) fn encode(&self) -> [u64; 5] {
        let [kind, first, second, third] = match self.work {
            Work::Hash { steps } => [0, steps, 0, 0],
            Work::Matrix { side } => [1, side, 0, 0],
            Work::Words { times } => [2, times, 0, 0],
            Work::Memory { mebibytes } => [3, mebibytes, 0, 0],
            Work::Read { process } => [4, process, 0, 0],
            Work::Ask { port, micros } => [5, port.into(), micros, 0],
            Work::Sleep { micros } => [6, micros, 0, 0],
            Work::Mixed { steps, port, micros } => [7, steps, port.into(), micros],
        };
        [kind, first, second, third, self.seed]
    }

    /// The inverse of [`encode`](Task::encode); `None` if these are no task.
    pub(super) fn decode(words: [u64; 5]) -> Option<Task> {
        let [kind, first, second, third, seed] = words;
        let work = match kind {
            0 => Work::Hash { steps: first },
            1 => Work::Matrix { side: first },
            2 => Work::Words { times: first },
            3 => Work::Memory { mebibytes: first },
            4 => Work::Read { process: first },
            5 => Work::Ask { port: first.try_into().ok()?, micros: second },
            6 => Work::Sleep { micros: first },
            7 => Work::Mixed { steps: first, port: second.try_into().ok()?, micros: third },
            _ => return None,
        };
        Some(Task { work, seed })
    }
}

/// How many steps or numbers lie between two checkpoints.
const STRETCH: u64 = 512;

fn hash(steps: u64, seed: u64, manner: &mut impl Manner) -> u64 {
    let mut state = number(seed);
    let mut left = steps;
    while left > 0 {
        let stretch = left.min(STRETCH);
        for _ in 0..stretch {
            state = (state ^ seed).wrapping_mul(6_364_136_223_846_793_005);
            state ^= state >> 32;
        }
        left -= stretch;
        manner.checkpoint();
    }
    state
}

fn multiply(side: usize, seed: u64, manner: &mut impl Manner) -> u64 {
    // Small whole numbers, so that no order of additions makes a difference.
    let entry = |place: usize| ((place as u64).wrapping_add(seed) % 13) as f64;
    let left: Vec<f64> = (0..side * side).map(entry).collect();
    let right: Vec<f64> = (0..side * side).map(|place| entry(place + 5)).collect();
    let mut row = vec![0.0; side];
    let mut sum = 0_u64;
    for left in left.chunks_exact(side) {
        row.fill(0.0);
        for (factor, right) in left.iter().zip(right.chunks_exact(side)) {
            for (product, right) in row.iter_mut().zip(right) {
                *product += factor * right;
            }
        }
        for product in &row {
            sum = sum.wrapping_mul(31).wrapping_add(*product as u64);
        }
        manner.checkpoint();
    }
    sum
}

fn count_words(manner: &mut impl Manner) -> u64 {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for line in TEXT.iter().flat_map(|chapter| chapter.lines()) {
        for word in line.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
            *counts.entry(word).or_default() += 1;
        }
        manner.checkpoint();
    }
    // A map has no order, and a sum needs none.
    let weight = |word: &str| word.bytes().fold(0, |weight: u64, byte| weight.wrapping_mul(31) + u64::from(byte));
    counts.into_iter().map(|(word, count)| weight(word).wrapping_mul(count)).fold(0, u64::wrapping_add)
}

/// So many numbers are a MiB.
const NUMBERS_IN_A_MEBIBYTE: usize = (1 << 20) / size_of::<u64>();

/// More than the caches of most processors.
const MEBIBYTES: usize = 64;

fn add(mebibytes: u64, seed: u64, manner: &mut impl Manner) -> u64 {
    static NUMBERS: OnceLock<Vec<u64>> = OnceLock::new();
    let numbers = NUMBERS.get_or_init(|| (0..(MEBIBYTES * NUMBERS_IN_A_MEBIBYTE) as u64).collect());
    let mut sum = seed;
    for mebibyte in 0..mebibytes as usize {
        // Neighbours in seed begin far apart, so that none finds in the cache what another has just brought there.
        let place = (mebibyte + seed as usize * 5) % MEBIBYTES * NUMBERS_IN_A_MEBIBYTE;
        for stretch in numbers[place..place + NUMBERS_IN_A_MEBIBYTE].chunks(STRETCH as usize) {
            sum = stretch.iter().fold(sum, |sum, number| sum.wrapping_add(*number));
            manner.checkpoint();
        }
    }
    sum
}

/// A file for [`Work::Read`], of a MiB. It is removed when this is dropped.
#[derive(Debug)]
pub struct Scratch(());

impl Scratch {
    /// Writes it. There is one for a process, however often this is called.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write() -> io::Result<Scratch> {
        let bytes: Vec<u8> = (0..1 << 20).map(|place| number(place) as u8).collect();
        File::create(scratch_of(process::id().into()))?.write_all(&bytes)?;
        Ok(Scratch(()))
    }

    /// The work that reads it.
    pub fn work(&self) -> Work {
        Work::Read { process: process::id().into() }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is in the system's folder for such files may stay there, if it must.
        let _ = std::fs::remove_file(scratch_of(process::id().into()));
    }
}

fn scratch_of(process: u64) -> PathBuf {
    std::env::temp_dir().join(format!("locksmith-experiments-{process}"))
}

fn read(process: u64) -> io::Result<u64> {
    let mut file = File::open(scratch_of(process))?;
    let (mut bytes, mut sum) = ([0; 1 << 14], 0_u64);
    loop {
        let count = file.read(&mut bytes)?;
        if count == 0 {
            return Ok(sum);
        }
        sum = bytes[..count].iter().fold(sum, |sum, byte| sum.wrapping_add(u64::from(*byte)));
    }
}

/// A connection, a question of sixteen bytes, an answer of eight.
fn ask(port: u16, micros: u64, seed: u64) -> io::Result<u64> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let mut question = [0; 16];
    question[..8].copy_from_slice(&micros.to_le_bytes());
    question[8..].copy_from_slice(&seed.to_le_bytes());
    connection.write_all(&question)?;
    let mut answer = [0; 8];
    connection.read_exact(&mut answer)?;
    Ok(u64::from_le_bytes(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_arrives_as_it_was_sent() {
        let works = [
            Work::Hash { steps: 1 },
            Work::Matrix { side: 2 },
            Work::Words { times: 3 },
            Work::Memory { mebibytes: 4 },
            Work::Read { process: 5 },
            Work::Ask { port: 6, micros: 7 },
            Work::Sleep { micros: 8 },
            Work::Mixed { steps: 9, port: 10, micros: 11 },
        ];
        for task in works.map(|work| Task { work, seed: 12 }) {
            assert_eq!(Task::decode(task.encode()), Some(task));
        }
        assert_eq!(Task::decode([8, 0, 0, 0, 0]), None);
        assert_eq!(Task::decode([5, 1 << 16, 0, 0, 0]), None, "there is no such port");
    }

    #[test]
    fn a_product_is_checked_in_each_of_its_numbers() {
        // Row by row and column by column, as in school.
        let side = 3;
        let entry = |place: usize| (place + 1) as u64 % 13;
        let mut sum = 0_u64;
        for row in 0..side {
            for column in 0..side {
                let product: u64 = (0..side).map(|k| entry(row * side + k) * entry(k * side + column + 5)).sum();
                sum = sum * 31 + product;
            }
        }
        assert_eq!(multiply(side, 1, &mut Undisturbed), sum);
    }
}
