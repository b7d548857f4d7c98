//! The body of an answer, as it is or turned into JSON on its way.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tower::BoxError;

use super::{list::ListReader, status::StatusReader, watch::WatchReader, wire::Malformed};

/// A buffer that was needed for one big object is not kept for the small ones after it.
const KEPT: usize = 64 << 10;

/// What the protobuf of an answer is.
#[derive(Debug)]
pub(super) enum Reader {
    List(ListReader),
    Watch(WatchReader),
    Status(StatusReader),
}

impl Reader {
    fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Option<usize>, Malformed> {
        match self {
            Self::List(list) => list.step(bytes, out),
            Self::Watch(watch) => watch.step(bytes, out),
            Self::Status(status) => Ok(status.step(bytes)),
        }
    }

    /// Takes what can be taken of `bytes`; how many that were.
    fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, Malformed> {
        let mut taken = 0;
        loop {
            let before = out.len();
            let step = self.step(&bytes[taken..], out);
            match step.inspect_err(|_| out.truncate(before))? {
                Some(more) => taken += more,
                None => return Ok(taken),
            }
        }
    }

    /// Ends with the bytes that were not taken.
    fn end(&self, held: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let cut = match self {
            Self::List(list) => !list.is_through(),
            Self::Watch(_) => !held.is_empty(),
            Self::Status(status) => {
                status.end(held, out);
                false
            }
        };
        if cut {
            let said = "the answer broke off in the middle";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, said));
        }
        Ok(())
    }
}

/// The body of an answer of the API server.
pub(super) struct Answer<B> {
    inner: B,
    reading: Option<Reading>,
}

/// Protobuf on its way to JSON.
struct Reading {
    reader: Reader,
    /// The beginning of what has not all come yet.
    held: Vec<u8>,
    failed: Option<BoxError>,
    ended: bool,
}

impl<B> Answer<B> {
    pub fn untouched(inner: B) -> Self {
        Self {
            inner,
            reading: None,
        }
    }

    pub fn read(inner: B, reader: Reader) -> Self {
        let reading = Some(Reading {
            reader,
            held: Vec::new(),
            failed: None,
            ended: false,
        });
        Self { inner, reading }
    }
}

impl Reading {
    /// The JSON that `bytes` complete.
    fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let taken = if self.held.is_empty() {
            self.reader.take(bytes, &mut out).inspect(|taken| {
                self.held.extend_from_slice(&bytes[*taken..]);
            })
        } else {
            self.held.extend_from_slice(bytes);
            self.reader.take(&self.held, &mut out).inspect(|taken| {
                self.held.drain(..*taken);
            })
        };
        if self.held.is_empty() && self.held.capacity() > KEPT {
            self.held = Vec::new();
        }
        if let Err(malformed) = taken {
            self.failed = Some(malformed.into());
        }
        out
    }

    /// The JSON that the end completes.
    fn end(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.ended = true;
        if let Err(error) = self.reader.end(&self.held, &mut out) {
            self.failed = Some(error.into());
        }
        out
    }
}

impl<B> HttpBody for Answer<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Self { inner, reading } = &mut *self;
        let Some(reading) = reading else {
            return Pin::new(inner).poll_frame(context).map_err(Into::into);
        };
        loop {
            if let Some(error) = reading.failed.take() {
                reading.ended = true;
                return Poll::Ready(Some(Err(error)));
            }
            if reading.ended {
                return Poll::Ready(None);
            }
            let out = match ready!(Pin::new(&mut *inner).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => reading.feed(&bytes),
                    // Trailers say nothing that we need.
                    Err(_) => continue,
                },
                Some(Err(error)) => {
                    reading.ended = true;
                    return Poll::Ready(Some(Err(error.into())));
                }
                None => reading.end(),
            };
            if !out.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(out.into()))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.reading {
            Some(reading) => reading.ended && reading.failed.is_none(),
            None => self.inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.reading {
            Some(_) => SizeHint::default(),
            None => self.inner.size_hint(),
        }
    }
}
