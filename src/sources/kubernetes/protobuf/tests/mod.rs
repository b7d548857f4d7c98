mod ahead;
mod encode;
mod fields;
mod layer;
mod reading;

use std::io;

use bytes::Bytes;
use futures::{FutureExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::BoxError;

use super::body::{Answer, Reader};

/// What comes out when `pieces` come in, and the error that ends it if one does.
fn read(reader: Reader, pieces: Vec<io::Result<Bytes>>) -> (String, Option<BoxError>) {
    let frames = pieces.into_iter().map(|piece| piece.map(Frame::data));
    let mut body = Answer::read(StreamBody::new(stream::iter(frames)), reader);
    let mut out = Vec::new();
    let error = loop {
        match body.frame().now_or_never().unwrap() {
            Some(Ok(frame)) => out.extend_from_slice(&frame.into_data().unwrap()),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    assert!(
        body.frame().now_or_never().unwrap().is_none(),
        "more after the end"
    );
    (String::from_utf8(out).unwrap(), error)
}

/// Pieces of so many bytes.
fn cut(bytes: &[u8], size: usize) -> Vec<io::Result<Bytes>> {
    let pieces = bytes.chunks(size);
    pieces
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect()
}
