//! Noise that is a pure function of (seed, stream, time): the same seed plays the same world, in whatever order it is read.

/// A hash of three numbers (splitmix64).
pub fn bits(seed: u64, stream: u64, index: u64) -> u64 {
    let mut x = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(stream.wrapping_mul(0xbf58_476d_1ce4_e5b9))
        .wrapping_add(index.wrapping_mul(0x94d0_49bb_1331_11eb));
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The same as a number in −1..1.
fn hash(seed: u64, stream: u64, index: i64) -> f64 {
    (bits(seed, stream, index.cast_unsigned()) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// White noise: one value for each second.
pub fn white(seed: u64, stream: u64, at: f64) -> f64 {
    hash(seed, stream, at.floor() as i64)
}

/// Value noise: random points each `period` seconds, joined by a smooth step.
pub fn smooth(seed: u64, stream: u64, at: f64, period: f64) -> f64 {
    let position = at / period.max(1.0);
    let index = position.floor();
    let inside = position - index;
    let blend = inside * inside * (3.0 - 2.0 * inside);
    let left = hash(seed, stream ^ 0x5bd1, index as i64);
    let right = hash(seed, stream ^ 0x5bd1, index as i64 + 1);
    left + (right - left) * blend
}

/// The daily curve: −1 at four in the morning, 1 at four in the afternoon.
pub fn daily(hour_at_start: f64, at: f64) -> f64 {
    let hour = hour_at_start + at / 3600.0;
    ((hour - 16.0) / 24.0 * std::f64::consts::TAU).cos()
}

/// Picks one of `count` by seed, stream and time.
pub fn pick(seed: u64, stream: u64, at: f64, count: usize) -> usize {
    let unit = f64::midpoint(white(seed, stream ^ 0x11c3, at), 1.0);
    ((unit * count as f64) as usize).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_noise_and_another_seed_another() {
        let series = |seed| {
            (0..200)
                .map(|k| smooth(seed, 3, f64::from(k) * 15.0, 120.0))
                .collect::<Vec<_>>()
        };
        assert_eq!(series(7), series(7));
        assert_ne!(series(7), series(8));
        assert!(series(7).iter().all(|v| (-1.0..=1.0).contains(v)));
    }

    #[test]
    fn white_noise_has_no_drift() {
        let mean = (0..20_000).map(|k| white(1, 2, f64::from(k))).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.02, "{mean}");
    }

    #[test]
    fn a_pick_stays_in_range() {
        assert!((0..500).all(|k| pick(1, 1, f64::from(k), 3) < 3));
    }
}
