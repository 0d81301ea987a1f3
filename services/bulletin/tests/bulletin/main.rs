//! Bulletins from figures that were made by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod city;
mod drawn;
mod edited;
mod rules;
mod text;
