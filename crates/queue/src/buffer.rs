//! In which order a queue hands out what was put in.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What a [`Queue`](crate::Queue) keeps its items in. It decides their order, and nothing else.
pub trait Buffer {
    /// What it keeps.
    type Item;

    /// With nothing in it, and nothing allocated.
    const EMPTY: Self;

    /// Puts `item` in.
    fn push(&mut self, item: Self::Item);

    /// Takes out the item whose turn it is.
    fn pop(&mut self) -> Option<Self::Item>;

    /// How many items are in it.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// First in, first out.
impl<T> Buffer for VecDeque<T> {
    type Item = T;

    const EMPTY: VecDeque<T> = VecDeque::new();

    fn push(&mut self, item: T) {
        self.push_back(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop_front()
    }

    fn len(&self) -> usize {
        self.len()
    }
}

/// Last in, first out.
impl<T> Buffer for Vec<T> {
    type Item = T;

    const EMPTY: Vec<T> = Vec::new();

    fn push(&mut self, item: T) {
        self.push(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop()
    }

    fn len(&self) -> usize {
        self.len()
    }
}

/// Smallest first. Items that are equal come out in any order.
impl<T: Ord> Buffer for BinaryHeap<Reverse<T>> {
    type Item = T;

    const EMPTY: BinaryHeap<Reverse<T>> = BinaryHeap::new();

    fn push(&mut self, item: T) {
        self.push(Reverse(item));
    }

    fn pop(&mut self) -> Option<T> {
        self.pop().map(|Reverse(item)| item)
    }

    fn len(&self) -> usize {
        self.len()
    }
}
