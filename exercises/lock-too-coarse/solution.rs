//! The accounts of a bank. Many threads use them.
//!
//! There are two kinds of locks. One is for the table, and is held while an account is looked up or opened. The others are for what
//! is on the accounts, one for each, and only they are held while a balance changes.

use std::collections::HashMap;
use std::sync::Arc;

use mutex::Mutex;

/// What is on each account. Where nothing was ever changed, it is 0.
#[derive(Debug)]
pub struct Accounts {
    balances: Mutex<HashMap<u32, Arc<Mutex<u64>>>>,
}

impl Accounts {
    /// Accounts with nothing on them.
    pub fn new() -> Accounts {
        Accounts { balances: Mutex::new(HashMap::new()) }
    }

    /// Replaces what is on an account by what `change` makes of it. That may take long.
    ///
    /// Nobody else changes or reads this account meanwhile. Every other account can be changed and read.
    pub fn update(&self, account: u32, change: impl FnOnce(u64) -> u64) {
        let balance = self.account(account);
        let mut balance = balance.lock();
        *balance = change(*balance);
    }

    /// What is on an account.
    pub fn balance(&self, account: u32) -> u64 {
        *self.account(account).lock()
    }

    /// Looks an account up, or opens it. When this returns, the table is free again.
    fn account(&self, account: u32) -> Arc<Mutex<u64>> {
        Arc::clone(self.balances.lock().entry(account).or_default())
    }
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts::new()
    }
}
