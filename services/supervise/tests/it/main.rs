//! Supervision on a real log, a real object store and a clock moved by hand.

mod history;
mod judged;
mod kills;
mod life;
mod overtaken;
mod property;
mod records;
mod snapshots;
mod world;
