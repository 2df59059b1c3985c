//! Which form answers a question.

use clap::{Args, Subcommand};

use crate::cli::formats::show;
use crate::cli::stop::Stop;
use crate::report::oracle_page;

use super::{failures, queues, rehome};

pub(crate) const AFTER_HELP: &str = "Examples:
  ctisim oracle erlang-b --arrivals 300/h --mean 3m --blocking 1%       how many ports?
  ctisim oracle erlang-c --arrivals 300/h --mean 3m --within 20s --service-level 80%   how many agents?
  ctisim oracle rehome --arrivals 60/h --mean 3m --within 1h            when does a route point go home?

These are formulas for one queue with constant traffic. For failures amid traffic that changes, simulate: ctisim run.";

#[derive(Clone, Debug, Args)]
pub(crate) struct OracleArguments {
    #[command(subcommand)]
    form: Form,
}

#[derive(Clone, Debug, Subcommand)]
enum Form {
    /// Calls lost where all ports or lines are taken: how many are lost, how many lines, how much traffic
    #[command(name = "erlang-b", after_help = queues::ERLANG_B_HELP)]
    ErlangB(queues::ErlangBArguments),

    /// Callers who wait for an agent and never hang up: how long, and how many agents for a service level
    #[command(name = "erlang-c", after_help = queues::ERLANG_C_HELP)]
    ErlangC(queues::ErlangCArguments),

    /// Callers who wait for an agent and hang up when their patience is over: how many do, and how many agents
    #[command(name = "erlang-a", after_help = queues::ERLANG_A_HELP)]
    ErlangA(queues::ErlangAArguments),

    /// A queue with few places (M/M/c/K): who finds it full is lost
    #[command(name = "mmck", after_help = queues::MMCK_HELP)]
    Mmck(queues::MmckArguments),

    /// One server, any law of service times (M/G/1): how long work waits for a CallManager, say
    #[command(name = "mg1", after_help = queues::MG1_HELP)]
    Mg1(queues::Mg1Arguments),

    /// How long a route point stays on the backup once its CallManager is back, and what makes that shorter
    #[command(name = "rehome", after_help = rehome::HELP)]
    Rehome(rehome::RehomeArguments),

    /// How long the silent death of an application goes unnoticed, and how many calls meet it
    #[command(name = "heartbeat", after_help = failures::HEARTBEAT_HELP)]
    Heartbeat(failures::HeartbeatArguments),

    /// How much of the time something that fails and is repaired is there, one of it or two
    #[command(name = "availability", after_help = failures::AVAILABILITY_HELP)]
    Availability(failures::AvailabilityArguments),
}

/// Answers one question.
pub(crate) fn oracle(arguments: &OracleArguments) -> Result<(), Stop> {
    let (answer, printed) = match &arguments.form {
        Form::ErlangB(it) => (it.answer()?, &it.printed),
        Form::ErlangC(it) => (it.answer()?, &it.printed),
        Form::ErlangA(it) => (it.answer()?, &it.printed),
        Form::Mmck(it) => (it.answer()?, &it.printed),
        Form::Mg1(it) => (it.answer()?, &it.printed),
        Form::Rehome(it) => (it.answer()?, &it.printed),
        Form::Heartbeat(it) => (it.answer()?, &it.printed),
        Form::Availability(it) => (it.answer()?, &it.printed),
    };
    show(&oracle_page(&answer), printed.format)
}
