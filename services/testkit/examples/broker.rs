//! A Kafka broker on this machine for as long as a command runs: `broker COMMAND ARGS…`, where the command finds the
//! broker's address in `BROKERS`. Without a command it prints the address and stays until its input ends.

use std::io::Read;
use std::process::{Command, ExitCode};

use mingjing_testkit::kafka::Broker;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let broker = Broker::for_measuring()?;
    let mut words = std::env::args_os().skip(1);
    let Some(program) = words.next() else {
        println!("{}", broker.address());
        std::io::stdin().read_to_end(&mut Vec::new())?;
        return Ok(ExitCode::SUCCESS);
    };
    let status = Command::new(program)
        .args(words)
        .env("BROKERS", broker.address())
        .status()?;
    Ok(match status.success() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
