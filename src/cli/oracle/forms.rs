//! The closed forms, and the function that evaluates each.

use clap::builder::StyledStr;
use clap::{Args, Subcommand};

use crate::cli::formats::show;
use crate::cli::help;
use crate::cli::stop::Stop;
use crate::report::oracle_page;

use super::{failures, queues, rehome};

pub(crate) fn after_help() -> StyledStr {
    help::below(
        &[
            "These are formulas for one queue with constant traffic. For failures under changing traffic, simulate: ctisim run.",
        ],
        &[help::DONE, help::FAILED, help::USAGE],
        &[
            ("ctisim oracle erlang-b --arrivals 300/h --mean 3m --blocking 1%", "How many ports?"),
            (
                "ctisim oracle erlang-c --arrivals 300/h --mean 3m \\\n      --within 20s --service-level 80%",
                "How many agents?",
            ),
            ("ctisim oracle rehome --arrivals 60/h --mean 3m --within 1h", "When does a route point rehome?"),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(crate) struct OracleArguments {
    #[command(subcommand)]
    form: Form,
}

#[derive(Clone, Debug, Subcommand)]
enum Form {
    /// Blocking where calls are lost when all ports are busy: the blocking, the number of ports, or the load
    #[command(name = "erlang-b", after_help = queues::erlang_b_help())]
    ErlangB(queues::ErlangBArguments),

    /// Blocking where only a few phones call: the blocking, or the number of lines
    #[command(name = "engset", after_help = queues::engset_help())]
    Engset(queues::EngsetArguments),

    /// Callers who queue for an agent and never hang up: the wait, or the number of agents for a service level
    #[command(name = "erlang-c", after_help = queues::erlang_c_help())]
    ErlangC(queues::ErlangCArguments),

    /// Callers of several priorities who queue for the same agents: the wait of each
    #[command(name = "priorities", after_help = queues::priorities_help())]
    Priorities(queues::PrioritiesArguments),

    /// Callers who queue for an agent and lose patience: the share who abandon, or the number of agents
    #[command(name = "erlang-a", after_help = queues::erlang_a_help())]
    ErlangA(queues::ErlangAArguments),

    /// A queue of limited size (M/M/c/K): calls that find it full are lost
    #[command(name = "mmck", after_help = queues::mmck_help())]
    Mmck(queues::MmckArguments),

    /// One server and any distribution of service times (M/G/1), e.g. the wait for a CallManager
    #[command(name = "mg1", after_help = queues::mg1_help())]
    Mg1(queues::Mg1Arguments),

    /// How long a route point takes to rehome once its CallManager is back, and what makes that faster
    #[command(name = "rehome", after_help = rehome::after_help())]
    Rehome(rehome::RehomeArguments),

    /// How long a silent failure of an application goes unnoticed, and how many calls it affects
    #[command(name = "heartbeat", after_help = failures::heartbeat_help())]
    Heartbeat(failures::HeartbeatArguments),

    /// Availability of a repairable part, and of a redundant pair
    #[command(name = "availability", after_help = failures::availability_help())]
    Availability(failures::AvailabilityArguments),
}

/// Evaluates a form and prints the answer.
pub(crate) fn oracle(arguments: &OracleArguments) -> Result<(), Stop> {
    let (answer, printed) = match &arguments.form {
        Form::ErlangB(it) => (it.answer()?, &it.printed),
        Form::Engset(it) => (it.answer()?, &it.printed),
        Form::ErlangC(it) => (it.answer()?, &it.printed),
        Form::Priorities(it) => (it.answer()?, &it.printed),
        Form::ErlangA(it) => (it.answer()?, &it.printed),
        Form::Mmck(it) => (it.answer()?, &it.printed),
        Form::Mg1(it) => (it.answer()?, &it.printed),
        Form::Rehome(it) => (it.answer()?, &it.printed),
        Form::Heartbeat(it) => (it.answer()?, &it.printed),
        Form::Availability(it) => (it.answer()?, &it.printed),
    };
    show(&oracle_page(&answer), printed.format)
}
