//! What an operator is given to run and to watch the platform with: alarms, dashboards, compose file, units. They are read and
//! checked by the tools that will read them; that they fit a running platform is for the tests in e2e. And the sample definitions, which
//! are held against what the law asks of each category.

mod compose;
mod rules;
mod samples;
mod systemd;
