// SPDX-License-Identifier: Apache-2.0
use std::collections::HashMap;

trait Weigh {
    fn weigh(&self) -> u64;
}

impl Weigh for String {
    fn weigh(&self) -> u64 {
        self.bytes().map(u64::from).sum()
    }
}

impl<T: Weigh> Weigh for Vec<T> {
    fn weigh(&self) -> u64 {
        self.iter().map(|x| x.weigh()).fold(0, |a, b| a.wrapping_add(b))
    }
}

#[inline(never)]
fn count(words: &[String]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for w in words {
        *counts.entry(w.as_str()).or_insert(0) += 1;
    }
    counts
}

fn main() {
    let words: Vec<String> = std::env::args().chain((0..50).map(|i| format!("w{}", i % 7))).collect();
    let mut sorted: Vec<_> = count(&words).into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    println!("{} {:?}", words.weigh(), sorted.first());
}
