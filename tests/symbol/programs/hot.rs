// SPDX-License-Identifier: Apache-2.0
// As spend.c with hot.c.
use std::hint::black_box;

extern "C" {
    fn clock() -> std::os::raw::c_long;
}

fn spent() -> i64 {
    unsafe { clock() as i64 }
}

#[inline(always)]
fn stir(x: u64) -> u64 {
    let y = x ^ (x >> 7);
    y.wrapping_mul(2654435761).wrapping_add(1) // the line that costs
}

#[inline(never)]
fn hot(n: u64) -> u64 {
    (0..4 * n).fold(n, |x, _| stir(x))
}

#[inline(never)]
fn warm(n: u64) -> u64 {
    (0..n).fold(n, |x, _| stir(x))
}

fn main() {
    let ms: i64 = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(100);
    let mut x = 0u64;
    while spent() < ms * 1000 {
        x = x.wrapping_add(hot(black_box(100000))).wrapping_add(warm(black_box(100000)));
    }
    println!("{x}");
}
