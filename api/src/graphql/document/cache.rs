//! A cache of recently used values, bounded in number and bytes.

use std::sync::{Mutex, MutexGuard};

use lru::LruCache;

/// The SHA-256 of a document.
pub(super) type Hash = [u8; 32];

/// Values by the hash of a document; the least recently used one is evicted first.
pub(super) struct Cache<V> {
    inner: Mutex<Inner<V>>,
    most: usize,
    most_bytes: usize,
}

struct Inner<V> {
    values: LruCache<Hash, (V, usize)>,
    bytes: usize,
}

impl<V: Clone> Cache<V> {
    pub(super) fn new(most: usize, most_bytes: usize) -> Self {
        let inner = Inner { values: LruCache::unbounded(), bytes: 0 };
        Self { inner: Mutex::new(inner), most, most_bytes }
    }

    pub(super) fn get(&self, hash: &Hash) -> Option<V> {
        self.lock().values.get(hash).map(|(value, _)| value.clone())
    }

    pub(super) fn put(&self, hash: Hash, value: V, bytes: usize) {
        let mut inner = self.lock();
        inner.bytes += bytes;
        if let Some((_, old)) = inner.values.put(hash, (value, bytes)) {
            inner.bytes -= old;
        }
        while inner.values.len() > self.most || inner.bytes > self.most_bytes {
            let Some((_, (_, old))) = inner.values.pop_lru() else { break };
            inner.bytes -= old;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<V>> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_lately_stays_within_bounds() {
        let kept = Cache::new(2, 100);
        let held =
            |kept: &Cache<u8>| (1..=9_u8).filter(|n| kept.get(&[*n; 32]).is_some()).collect::<Vec<_>>();
        for n in 1..=3 {
            kept.put([n; 32], n, 10);
        }
        assert_eq!(held(&kept), [2, 3]);
        kept.get(&[2; 32]);
        kept.put([4; 32], 4, 10);
        assert_eq!(held(&kept), [2, 4]);
        kept.put([5; 32], 5, 95);
        assert_eq!(held(&kept), [5], "the bytes count too");
        kept.put([5; 32], 5, 95);
        assert_eq!(held(&kept), [5], "once");
        kept.put([6; 32], 6, 101);
        assert_eq!(held(&kept), [0_u8; 0], "what is too large for the cache is not stored");
    }
}
