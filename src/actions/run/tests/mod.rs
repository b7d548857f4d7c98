//! Every order of events, without a world.

mod again;
mod awaiting;
mod bed;
mod cancelling;
mod drifting;
mod every;
mod ordinary;
mod recording;
mod telling;
mod verifying;
