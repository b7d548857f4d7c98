//! Packing: the entries of one run of frames share a window, so that a name that was told costs little to tell again.

use std::io::{self, Write};

use flate2::{Compression, write::DeflateDecoder, write::DeflateEncoder};

/// What one entry may become; a greater one is broken.
const MOST: usize = 32 << 20;

/// Packs from one whole frame to the next.
pub struct Packer(DeflateEncoder<Vec<u8>>);

impl Packer {
    pub fn new() -> Self {
        Self(DeflateEncoder::new(Vec::new(), Compression::new(6)))
    }

    /// The packed bytes, which end where these end: they can be read before anything follows.
    pub fn pack(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.0.write_all(bytes)?;
        self.0.flush()?;
        Ok(std::mem::take(self.0.get_mut()))
    }
}

/// Unpacks from one whole frame to the next.
pub struct Unpacker(DeflateDecoder<Vec<u8>>);

impl Unpacker {
    pub fn new() -> Self {
        Self(DeflateDecoder::new(Vec::new()))
    }

    pub fn unpack(&mut self, packed: &[u8]) -> io::Result<Vec<u8>> {
        for piece in packed.chunks(1 << 14) {
            self.0.write_all(piece)?;
            if self.0.get_ref().len() > MOST {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        self.0.flush()?;
        Ok(std::mem::take(self.0.get_mut()))
    }
}
