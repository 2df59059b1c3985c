//! How what may become large grows.

use std::collections::VecDeque;

/// Up to this many bytes, a list doubles.
const SMALL: usize = 1 << 20;

/// How many more rows of this size a full list of `len` rows makes room for: as many again while it is small, and an eighth
/// once it is large, so that what is reserved exceeds what is needed by an eighth. The system moves large lists without
/// copying them.
fn more(len: usize, row: usize) -> usize {
    if len.saturating_mul(row) < SMALL { len.max(16) } else { len / 8 }
}

/// Makes room in a full list.
#[cold]
#[inline(never)]
pub(super) fn grow<T>(rows: &mut Vec<T>) {
    rows.reserve_exact(more(rows.len(), size_of::<T>()));
}

/// Makes room in a full ring.
#[cold]
#[inline(never)]
pub(super) fn grow_ring<T>(rows: &mut VecDeque<T>) {
    rows.reserve_exact(more(rows.len(), size_of::<T>()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of 64-byte rows doubles up to 16,384 rows, a mebibyte. From there on an eighth is added: 2,048, then 2,304.
    #[test]
    fn a_large_list_grows_by_an_eighth() {
        let mut rows: Vec<[u64; 8]> = Vec::new();
        let mut sizes = Vec::new();
        while rows.len() < 18_433 {
            if rows.len() == rows.capacity() {
                grow(&mut rows);
                sizes.push(rows.capacity());
            }
            rows.push([0; 8]);
        }
        assert_eq!(sizes, [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 18_432, 20_736]);
    }
}
