//! Chance that is the same for the same seed: names, uids, delays.

/// A small random number generator (splitmix64); no secrets are made with it.
#[derive(Debug, Clone)]
pub struct Dice(u64);

/// The letters of generated names: no vowels, as in Kubernetes.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x51AB_0C8E_93D7_2F46)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub fn uid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }

    /// Five letters, as at the end of a pod's name.
    pub fn suffix(&mut self) -> String {
        (0..5).map(|_| letter(self.next())).collect()
    }
}

fn letter(number: u64) -> char {
    char::from(LETTERS[(number % LETTERS.len() as u64) as usize])
}

/// Spreads the bits of a number.
pub fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// FNV-1a: the same text, the same number, on every machine.
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A template's hash as it stands in names and labels.
pub fn name_hash(text: &str) -> String {
    let number = u32::try_from(hash(text) >> 32).unwrap_or_default();
    number
        .to_string()
        .bytes()
        .map(|digit| letter(u64::from(digit)))
        .collect()
}
