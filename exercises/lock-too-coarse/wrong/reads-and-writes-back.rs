//! Wrong: the lock is held while the balance is read, and again while it is written. Whoever changes the same account in between
//! has done so in vain.

use std::collections::HashMap;

use mutex::Mutex;

/// What is on each account. Where nothing was ever changed, it is 0.
#[derive(Debug)]
pub struct Accounts {
    balances: Mutex<HashMap<u32, u64>>,
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
        let balance = change(self.balance(account));
        self.balances.lock().insert(account, balance);
    }

    /// What is on an account.
    pub fn balance(&self, account: u32) -> u64 {
        self.balances.lock().get(&account).copied().unwrap_or_default()
    }
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts::new()
    }
}
