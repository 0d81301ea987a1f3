//! Notifications on a real log, to real servers of HTTP and SMTP. The clock is moved by hand.

mod announced;
mod chats;
mod mailed;
mod put_together;
mod receivers;
mod slow;
mod smtp;
mod taken_over;
mod undecided;
mod world;
