//! Wrong: it looks whether a rate was announced, and stores its own if not, before it has the lock again. What is announced
//! between the two is overwritten.

use gil::Token;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;

/// The rate, and how to ask the server for it.
///
/// The numbers are used with the interpreter lock held, as all of an interpreter's numbers are. A `Token` says that it is.
pub struct Rate<S> {
    /// Asks the server and waits for its answer.
    ask: S,
    /// 0: not known.
    known: AtomicU32,
    /// How often the server was asked.
    questions: AtomicU32,
}

impl<S: Fn() -> u32> Rate<S> {
    model::const_fn! {
        /// A rate that is not known yet.
        pub const fn new(ask: S) -> Rate<S> {
            Rate { ask, known: AtomicU32::new(0), questions: AtomicU32::new(0) }
        }
    }

    /// The rate. If it is not known, asks the server, which may take long: other threads run meanwhile.
    ///
    /// What was announced meanwhile is newer than what the server says.
    pub fn get(&self, token: &mut Token<'_>) -> u32 {
        let known = self.known.load(Relaxed);
        if known != 0 {
            return known;
        }
        self.questions.store(self.questions.load(Relaxed) + 1, Relaxed);
        token.allow_threads(|| {
            let rate = (self.ask)();
            if self.known.load(Relaxed) == 0 {
                self.known.store(rate, Relaxed);
            }
        });
        self.known.load(Relaxed)
    }

    /// Says that there is a new rate, which is not 0.
    pub fn announce(&self, _: &mut Token<'_>, rate: u32) {
        self.known.store(rate, Relaxed);
    }

    /// How often the server was asked.
    pub fn questions(&self, _: &mut Token<'_>) -> u32 {
        self.questions.load(Relaxed)
    }
}
