//! The whole platform as an operator runs it: the built program, its log, its ClickHouse, over HTTP.

mod access;
mod alerts;
mod bad_input;
mod clickhouse_away;
mod cluster;
mod corpus;
mod delivered;
mod department;
mod disposed;
mod explained;
mod exported;
mod front;
mod import_equals_replay;
mod inspected;
mod life;
mod liveness;
mod people;
mod platform;
mod polled;
mod real;
mod rows;
mod sender;
mod shadowed;
mod totals;
mod twenty_kills;
mod watched;
