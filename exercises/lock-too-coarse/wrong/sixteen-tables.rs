//! Wrong: sixteen tables, each with a lock of its own. That is right for locks that are held for a moment: two threads hardly ever
//! want the same one. These are held for long, and a sixteenth of all customers waits for each.

use std::collections::HashMap;

use mutex::Mutex;

/// What is on each account. Where nothing was ever changed, it is 0.
#[derive(Debug)]
pub struct Accounts {
    balances: [Mutex<HashMap<u32, u64>>; 16],
}

impl Accounts {
    /// Accounts with nothing on them.
    pub fn new() -> Accounts {
        Accounts { balances: [(); 16].map(|()| Mutex::new(HashMap::new())) }
    }

    /// Replaces what is on an account by what `change` makes of it. That may take long.
    ///
    /// Nobody else changes or reads this account meanwhile. Every other account can be changed and read.
    pub fn update(&self, account: u32, change: impl FnOnce(u64) -> u64) {
        let mut balances = self.balances[account as usize % 16].lock();
        let balance = balances.entry(account).or_default();
        *balance = change(*balance);
    }

    /// What is on an account.
    pub fn balance(&self, account: u32) -> u64 {
        self.balances[account as usize % 16].lock().get(&account).copied().unwrap_or_default()
    }
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts::new()
    }
}
