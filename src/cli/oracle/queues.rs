//! Queues: blocking, waits and the number of servers for a grade of service.

use clap::Args;
use clap::builder::StyledStr;

use crate::analysis::Quantity;
use crate::engine::Distribution;
use crate::oracle;
use crate::report::{Answer, Line, distribution};

use super::printed::{Printed, line, usage};
use super::quantities::{Load, STEPS_MAX, Traffic, any_distribution, count, duration, number, rate, share, time};
use crate::cli::help;
use crate::cli::stop::Stop;

pub(super) fn erlang_b_help() -> StyledStr {
    help::below(
        &[
            "Give exactly two of: the load, --ports, --blocking. The third is the answer.",
            "Applies to ports, lines and trunks where a call that finds all of them busy goes elsewhere at once. The duration \
             of calls may have any distribution: only its mean matters. It does not apply where callers wait or try again \
             (erlang-c, erlang-a), nor to a busy hour whose traffic changes within the time of a few calls.",
        ],
        &[],
        &[(
            "ctisim oracle erlang-b --offered 12.5 --blocking 1%",
            "The fewest ports that block at most 1 % of the calls",
        )],
    )
}

pub(super) fn engset_help() -> StyledStr {
    help::below(
        &[
            "With --lines, the answer is the share of calls that find all of them busy. With --blocking, it is the number of \
             lines.",
            "Applies where the callers are few: the phones of a small site that share its lines. A phone in use does not call, \
             so that fewer calls are blocked than erlang-b says. The duration of calls may have any distribution.",
        ],
        &[],
        &[(
            "ctisim oracle engset --phones 24 --each 4/h --mean 5m --blocking 1%",
            "The lines of an office with 24 phones",
        )],
    )
}

pub(super) fn erlang_c_help() -> StyledStr {
    help::below(
        &[
            "With --agents, the answer is how long callers wait, and with --within also the service level. With --within and \
             --service-level, it is the number of agents.",
            "Applies where callers wait in one queue, first come, first served, and none hangs up; where some do, it is on \
             the safe side, and erlang-a is closer. There is an answer only if there are more agents than erlangs.",
            "With --wrap-up an agent is busy for the sum of both times, which is taken as exponential: unless one of them is short, \
             that is on the safe side, since a sum varies less. --max-occupancy adds agents, --shrinkage says how many to roster.",
        ],
        &[],
        &[
            (
                "ctisim oracle erlang-c --arrivals 100/h --mean 3m \\\n      --within 20s --service-level 80%",
                "The fewest agents that serve 80 % of the callers within 20 s",
            ),
            (
                "ctisim oracle erlang-c --arrivals 100/30m --mean 150s --wrap-up 30s \\\n      --within 20s --service-level 80% --max-occupancy 85% --shrinkage 30%",
                "The same with work after each call, and how many to roster",
            ),
        ],
    )
}

pub(super) fn erlang_a_help() -> StyledStr {
    help::below(
        &[
            "With --agents, the answer is the share of callers who abandon, and with --within also of those who are answered in \
             time: of all callers, of whom those who hang up are not, and of those who are answered. With --abandoned, or \
             --within and --service-level (of all callers), it is the number of agents; with both goals, for both.",
            "Applies where callers wait in one queue, first come, first served, and each hangs up when their patience is \
             exhausted. There is an answer for any load, overload included.",
            "With --wrap-up an agent is busy for the sum of both times, which is taken as exponential. --max-occupancy adds agents, \
             as if nobody hung up; --shrinkage says how many to roster.",
        ],
        &[],
        &[
            (
                "ctisim oracle erlang-a --arrivals 600/h --mean 3m --patience 2m --agents 30",
                "The share of callers who abandon with 30 agents",
            ),
            (
                "ctisim oracle erlang-a --arrivals 300/30m --mean 150s --wrap-up 30s \\\n      --patience 2m --within 20s --service-level 80%",
                "The fewest agents who answer 80 % of the callers within 20 s",
            ),
        ],
    )
}

pub(super) fn mmck_help() -> StyledStr {
    help::below(
        &[
            "Applies to a queue of limited size, such as a route point with a maximum of calls before a few agents. --places \
           includes the calls in service. There is an answer for any load. With as many places as servers it is erlang-b, \
           with very many erlang-c.",
        ],
        &[],
        &[(
            "ctisim oracle mmck --arrivals 8/s --mean 1s --servers 10 --places 12",
            "Ten servers and two places to wait",
        )],
    )
}

pub(super) fn priorities_help() -> StyledStr {
    help::below(
        &[
            "Give --arrivals once for each priority, the best first. Whoever is being served is served to the end.",
            "Applies where an agent who is free takes the caller of the best priority, and of one priority the first who came: \
             `[[queue]]` of several priorities for the same phones. All calls last as long on average, whatever their priority.",
        ],
        &[],
        &[(
            "ctisim oracle priorities --arrivals 40/h --arrivals 120/h --mean 3m \\\n      --agents 10",
            "How long do the important callers wait, and how long the others?",
        )],
    )
}

pub(super) fn mg1_help() -> StyledStr {
    help::below(
        &[
            "Give the distribution of service times with --service as in a workload file, or with --mean and --cv, its \
             standard deviation divided by its mean (0: constant, 1: exponential).",
            "Applies to a single server with random arrivals, first come, first served: a CallManager, a CTIManager, a \
             worker. There is an answer only if its utilisation is below 100 %.",
        ],
        &[],
        &[(
            "ctisim oracle mg1 --arrivals 20/s \\\n      --service '{ lognormal = { mean = \"15ms\", cv = 1.5 } }'",
            "The wait for a CallManager that takes 15 ms per call",
        )],
    )
}

const KLEINROCK: &str = "L. Kleinrock, Queueing Systems I (1975), chapter 3; R. B. Cooper, Introduction to Queueing Theory (1981), chapter 3";

#[derive(Clone, Debug, Args)]
pub(super) struct ErlangBArguments {
    #[command(flatten)]
    load: Load,

    /// Number of ports, lines or trunks
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    ports: Option<u32>,

    /// Largest share of calls that may find all of them busy, e.g. 1%
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    blocking: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl ErlangBArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let (mut inputs, mut results) = (Vec::new(), Vec::new());
        let load_is_the_answer =
            self.ports.is_some() && self.blocking.is_some() && self.load.offered.or(self.load.arrivals).is_none();
        let given = if load_is_the_answer { None } else { self.load.erlangs()? };
        if let Some(offered) = given {
            inputs.push(line("offered", Quantity::Erlangs(offered), "arrivals times mean duration"));
        }
        if let Some(ports) = self.ports {
            inputs.push(line("ports", Quantity::Whole(u64::from(ports)), ""));
        }
        if let Some(most) = self.blocking {
            inputs.push(line("blocking", Quantity::Share(most), "at most"));
        }
        let (offered, ports) = match (given, self.ports, self.blocking) {
            (Some(offered), Some(ports), None) => (offered, ports),
            (Some(offered), None, Some(most)) => {
                let Some(ports) = oracle::erlang_b_servers(offered, most, STEPS_MAX) else {
                    return Err(usage(
                        format!("this takes more than {STEPS_MAX} ports"),
                        "allow more blocking, or give a smaller load",
                    ));
                };
                results.push(line("ports", Quantity::Whole(u64::from(ports)), "the fewest that block no more"));
                (offered, ports)
            }
            (None, Some(ports), Some(most)) => {
                if ports > STEPS_MAX / 10 {
                    return Err(usage(
                        "this would take too long to compute",
                        format!("at most {} ports", STEPS_MAX / 10),
                    ));
                }
                let offered = oracle::load_for_blocking(ports, most);
                results.push(line("offered", Quantity::Erlangs(offered), "the largest load that is blocked no more"));
                if let Some(mean) = self.load.mean {
                    results.push(line("arrivals", Quantity::PerSecond(offered / mean), "the same as a rate of calls"));
                }
                (offered, ports)
            }
            _ => {
                return Err(usage(
                    "give exactly two of: the load, --ports, --blocking",
                    "e.g. --offered 12.5 --ports 20, or --offered 12.5 --blocking 1%",
                ));
            }
        };
        let blocked = oracle::erlang_b(offered, ports);
        results.push(line("blocked", Quantity::Share(blocked), "of the calls find all ports busy"));
        results.push(line("carried", Quantity::Erlangs(offered * (1.0 - blocked)), "ports in use on average"));
        results.push(line(
            "utilisation",
            Quantity::Share(offered * (1.0 - blocked) / f64::from(ports)),
            "of the time each port is busy",
        ));
        Ok(Answer {
            form: "erlang-b",
            title: "calls that are lost when all ports are busy",
            inputs,
            results,
            assumes: "Poisson arrivals at a constant rate, any distribution of durations, and calls that leave at once if no port is free.".into(),
            source: KLEINROCK,
        })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct EngsetArguments {
    /// Number of phones that call
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    phones: u32,

    /// Rate at which each phone calls while it is idle, e.g. 4/h
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    each: f64,

    /// Mean duration of a call, e.g. 3m or 180s
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    mean: f64,

    /// Number of lines
    #[arg(long, value_name = "N", value_parser = count, required_unless_present = "blocking", conflicts_with = "blocking", allow_hyphen_values = true)]
    lines: Option<u32>,

    /// Largest share of calls that may find all of them busy, e.g. 1%
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    blocking: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl EngsetArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        if self.phones > STEPS_MAX / 10 || self.lines.is_some_and(|lines| lines > STEPS_MAX / 10) {
            return Err(usage("this would take too long to compute", format!("at most {}", STEPS_MAX / 10)));
        }
        let idle = self.each * self.mean;
        let mut inputs = vec![
            line("phones", Quantity::Whole(u64::from(self.phones)), ""),
            line("each", Quantity::PerSecond(self.each), "rate of calls of an idle phone"),
            line("mean", Quantity::Seconds(self.mean), "mean duration of a call"),
        ];
        let mut results = Vec::new();
        let lines = match (self.lines, self.blocking) {
            (Some(lines), _) => {
                inputs.push(line("lines", Quantity::Whole(u64::from(lines)), ""));
                lines
            }
            (None, most) => {
                let most = most.expect("clap requires one of them");
                inputs.push(line("blocking", Quantity::Share(most), "at most"));
                let lines = oracle::engset_servers(self.phones, idle, most);
                results.push(line("lines", Quantity::Whole(u64::from(lines)), "the fewest that block no more"));
                lines
            }
        };
        let blocked = oracle::engset(self.phones, idle, lines);
        // A blocked phone is idle at once: each phone spends `idle (1 - blocked)` talking for every unit of idle time.
        let talking = idle * (1.0 - blocked);
        let carried = f64::from(self.phones) * talking / (1.0 + talking);
        results.push(line("blocked", Quantity::Share(blocked), "of the calls find all lines busy"));
        results.push(line("carried", Quantity::Erlangs(carried), "lines in use on average"));
        results.push(line("utilisation", Quantity::Share(carried / f64::from(lines)), "of the time each line is busy"));
        Ok(Answer {
            form: "engset",
            title: "calls of a few phones that are lost when all lines are busy",
            inputs,
            results,
            assumes: "Each phone calls at a constant rate while it is idle, any distribution of durations, and calls that leave at once if no line is free.".into(),
            source: KLEINROCK,
        })
    }
}

/// What the people who answer do beside talking, and how many of them have to be there.
#[derive(Clone, Debug, Args)]
struct People {
    /// Mean after-call work, added to --mean, e.g. 30s
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "offered", allow_hyphen_values = true)]
    wrap_up: Option<f64>,

    /// Largest share of their time that agents may be busy, e.g. 85%; with it agents are added
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "agents", allow_hyphen_values = true)]
    max_occupancy: Option<f64>,

    /// Share of their time that agents are absent, e.g. 30%: how many to roster
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    shrinkage: Option<f64>,
}

impl People {
    /// The load of people: a call and the work after it, and its lines.
    fn traffic(&self, load: &Load) -> Result<(Traffic, Vec<Line>), Stop> {
        let calls = load.traffic()?;
        let Some(wrap_up) = self.wrap_up else { return Ok((calls, calls.lines("mean duration of a call"))) };
        let traffic = Traffic { mean: calls.mean + wrap_up, ..calls };
        traffic.bounded()?;
        let lines = vec![
            line("arrivals", Quantity::PerSecond(calls.rate), "rate of calls"),
            line("mean", Quantity::Seconds(calls.mean), "mean duration of a call"),
            line("wrap_up", Quantity::Seconds(wrap_up), "mean after-call work"),
            line("offered", Quantity::Erlangs(traffic.offered()), "arrivals times the sum of both"),
        ];
        Ok((traffic, lines))
    }

    /// The number of agents, raised until they are not busier than they may be.
    fn not_too_busy(&self, agents: u32, offered: f64, inputs: &mut Vec<Line>) -> u32 {
        let Some(most) = self.max_occupancy else { return agents };
        inputs.push(line("max_occupancy", Quantity::Share(most), "of an agent's time, at most"));
        agents.max(oracle::servers_for_occupancy(offered, most))
    }

    /// What the number of agents means.
    fn fewest(&self, that: &str) -> String {
        match self.max_occupancy {
            None => format!("the fewest {that}"),
            Some(_) => format!("the fewest {that} and are not busier"),
        }
    }

    /// How many people are needed on the roster for so many agents.
    fn roster(&self, agents: u32, inputs: &mut Vec<Line>, results: &mut Vec<Line>) {
        let Some(shrinkage) = self.shrinkage else { return };
        inputs.push(line("shrinkage", Quantity::Share(shrinkage), "of an agent's time, absent"));
        let rostered = oracle::rostered(agents, shrinkage);
        results.push(line("rostered", Quantity::Whole(u64::from(rostered)), "to roster: agents / (1 - shrinkage)"));
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct ErlangCArguments {
    #[command(flatten)]
    load: Load,

    #[command(flatten)]
    people: People,

    /// Number of agents
    #[arg(long, value_name = "N", value_parser = count, conflicts_with = "level", allow_hyphen_values = true)]
    agents: Option<u32>,

    /// Time within which callers should be served, e.g. 20s
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    within: Option<f64>,

    /// Share of callers who should be served within it, e.g. 80%
    #[arg(long = "service-level", id = "level", value_name = "SHARE", value_parser = share, requires = "within", allow_hyphen_values = true)]
    level: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl ErlangCArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let (traffic, mut inputs) = self.people.traffic(&self.load)?;
        let Traffic { rate, mean } = traffic;
        let mut results = Vec::new();
        let agents = match (self.agents, self.within, self.level) {
            (Some(agents), _, _) => {
                inputs.push(line("agents", Quantity::Whole(u64::from(agents)), ""));
                agents
            }
            (None, Some(within), Some(level)) => {
                inputs.push(line("service_level", Quantity::Share(level), "at least"));
                let agents = oracle::servers_for_service_level(rate, mean, within, level);
                let agents = self.people.not_too_busy(agents, traffic.offered(), &mut inputs);
                results.push(line("agents", Quantity::Whole(u64::from(agents)), self.people.fewest("that reach it")));
                agents
            }
            _ => {
                return Err(usage(
                    "the number of agents, or the goal for them, is missing",
                    "add --agents 15, or --within 20s --service-level 80%",
                ));
            }
        };
        self.people.roster(agents, &mut inputs, &mut results);
        stable(traffic.offered(), agents)?;
        let exceeds = |wait| oracle::mmc_wait_exceeds(rate, mean, agents, wait);
        let waits = exceeds(0.0);
        let quantile = |q: f64| {
            let spare = f64::from(agents) - traffic.offered();
            (mean * libm::log(waits / (1.0 - q)) / spare).max(0.0)
        };
        results.push(line("waits", Quantity::Share(waits), "of the callers wait at all"));
        let wait = oracle::mmc_mean_wait(rate, mean, agents);
        results.push(line("mean_wait", Quantity::Seconds(wait), "of all callers (ASA)"));
        results.push(line("wait_p90", Quantity::Seconds(quantile(0.9)), "90 % wait no longer"));
        results.push(line("wait_p99", Quantity::Seconds(quantile(0.99)), "99 % wait no longer"));
        results.push(line("queue", Quantity::Mean(rate * wait), "callers wait on average"));
        results.push(line("utilisation", Quantity::Share(traffic.offered() / f64::from(agents)), "of an agent's time"));
        if let Some(within) = self.within {
            inputs.push(line("within", Quantity::Seconds(within), "time allowed"));
            results.push(line(
                "served_within",
                Quantity::Share(1.0 - exceeds(within)),
                "of the callers are served in time",
            ));
        }
        Ok(Answer {
            form: "erlang-c",
            title: "callers who queue for an agent and never hang up",
            inputs,
            results,
            assumes: "Poisson arrivals at a constant rate, exponential durations, one queue, first come, first served, and nobody hangs up.".into(),
            source: KLEINROCK,
        })
    }
}

/// More priorities than people tell apart.
const PRIORITIES_MAX: usize = 9;

/// The names of the results of each.
const WAITS: [&str; PRIORITIES_MAX] = [
    "mean_wait_1",
    "mean_wait_2",
    "mean_wait_3",
    "mean_wait_4",
    "mean_wait_5",
    "mean_wait_6",
    "mean_wait_7",
    "mean_wait_8",
    "mean_wait_9",
];

#[derive(Clone, Debug, Args)]
pub(super) struct PrioritiesArguments {
    /// Rate of the callers of a priority, e.g. 40/h; once for each, the best first
    #[arg(long, value_name = "RATE", value_parser = rate, required = true, allow_hyphen_values = true)]
    arrivals: Vec<f64>,

    /// Mean duration of a call, e.g. 3m or 180s
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    mean: f64,

    /// Number of agents
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    agents: u32,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl PrioritiesArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        if self.arrivals.len() > PRIORITIES_MAX {
            return Err(usage(
                format!("{} priorities are too many", self.arrivals.len()),
                format!("at most {PRIORITIES_MAX}: add up those that matter least"),
            ));
        }
        let traffic = Traffic { rate: self.arrivals.iter().sum(), mean: self.mean };
        stable(traffic.offered(), self.agents)?;
        let mut inputs: Vec<Line> = (1..)
            .zip(&self.arrivals)
            .map(|(priority, rate)| {
                line("arrivals", Quantity::PerSecond(*rate), format!("rate of priority {priority}"))
            })
            .collect();
        inputs.push(line("mean", Quantity::Seconds(self.mean), "mean duration of a call"));
        inputs.push(line("offered", Quantity::Erlangs(traffic.offered()), "arrivals times mean"));
        inputs.push(line("agents", Quantity::Whole(u64::from(self.agents)), ""));
        let waits = oracle::priority_mean_waits(&self.arrivals, self.mean, self.agents, 1.0);
        let mut results: Vec<Line> = WAITS
            .iter()
            .zip((1..).zip(&waits))
            .map(|(name, (priority, wait))| {
                line(name, Quantity::Seconds(*wait), format!("of all callers of priority {priority}"))
            })
            .collect();
        let all = oracle::mmc_mean_wait(traffic.rate, self.mean, self.agents);
        results.push(line("mean_wait", Quantity::Seconds(all), "of all callers, as without priorities"));
        let busy = traffic.offered() / f64::from(self.agents);
        results.push(line("utilisation", Quantity::Share(busy), "of an agent's time"));
        Ok(Answer {
            form: "priorities",
            title: "callers of several priorities who queue for the same agents",
            inputs,
            results,
            assumes: "Poisson arrivals at constant rates, exponential durations of one mean for all priorities, and nobody hangs up.".into(),
            source: "A. Cobham, Priority assignment in waiting line problems, Operations Research 2 (1954) 70-76",
        })
    }
}

/// Why there is no steady state.
fn too_much(offered: f64, capacity: f64, who: &str) -> String {
    if offered > capacity {
        return format!("{offered:.4} erlangs are more than {who} can handle: the queue grows without limit");
    }
    format!("{offered:.4} erlangs keep {who} busy all the time: without any slack, the queue grows without limit")
}

/// There is a steady state only if less work arrives than can be done.
fn stable(offered: f64, agents: u32) -> Result<(), Stop> {
    if offered < f64::from(agents) {
        return Ok(());
    }
    Err(usage(
        too_much(offered, f64::from(agents), &format!("{agents} agents")),
        format!(
            "give at least {} agents; for callers who hang up use erlang-a, for a queue of limited size mmck",
            offered as u64 + 1
        ),
    ))
}

#[derive(Clone, Debug, Args)]
pub(super) struct ErlangAArguments {
    #[command(flatten)]
    load: Load,

    #[command(flatten)]
    people: People,

    /// Mean time callers wait before they hang up, e.g. 2m
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    patience: f64,

    /// Number of agents
    #[arg(long, value_name = "N", value_parser = count, conflicts_with_all = ["abandoned", "level"], allow_hyphen_values = true)]
    agents: Option<u32>,

    /// Largest share of callers that may abandon, e.g. 3%
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    abandoned: Option<f64>,

    /// Time within which callers should be answered, e.g. 20s
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    within: Option<f64>,

    /// Share of all callers who should be answered within it, e.g. 80%; who hangs up is not
    #[arg(long = "service-level", id = "level", value_name = "SHARE", value_parser = share, requires = "within", allow_hyphen_values = true)]
    level: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl ErlangAArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let (traffic, mut inputs) = self.people.traffic(&self.load)?;
        let Traffic { rate, mean } = traffic;
        // The fewest that are tried, with which the most wait.
        let least = self.level.unwrap_or(1.0).min(1.0 - self.abandoned.unwrap_or(0.0));
        let agents = self.agents.map_or_else(|| rate * mean * least, f64::from);
        let waiting = oracle::erlang_a_waiting(rate, mean, self.patience, agents);
        if waiting > f64::from(STEPS_MAX) {
            return Err(usage(
                format!("about {waiting:.1e} callers would wait at once: too many to compute"),
                "give a lower rate, more agents, or less patience",
            ));
        }
        let mut results = Vec::new();
        inputs.push(line("patience", Quantity::Seconds(self.patience), "mean patience of a caller"));
        let abandoned = self.abandoned.map(|most| {
            inputs.push(line("abandoned", Quantity::Share(most), "at most"));
            oracle::servers_for_abandonment(rate, mean, self.patience, most)
        });
        let level = self.within.zip(self.level).map(|(within, level)| {
            inputs.push(line("service_level", Quantity::Share(level), "of all callers, at least"));
            oracle::servers_for_answered_within(rate, mean, self.patience, within, level)
        });
        let agents = match (self.agents, abandoned.max(level)) {
            (Some(agents), _) => {
                inputs.push(line("agents", Quantity::Whole(u64::from(agents)), ""));
                agents
            }
            (None, Some(agents)) => {
                // Those who hang up are no load, so that this is on the safe side.
                let agents = self.people.not_too_busy(agents, traffic.offered(), &mut inputs);
                let meaning = match (abandoned, level) {
                    (_, None) => "with which no more abandon",
                    (None, _) => "that reach it",
                    _ => "that reach both",
                };
                results.push(line("agents", Quantity::Whole(u64::from(agents)), self.people.fewest(meaning)));
                agents
            }
            _ => {
                return Err(usage(
                    "the number of agents, or the goal for them, is missing",
                    "add --agents 15, or --abandoned 3%, or --within 20s --service-level 80%",
                ));
            }
        };
        self.people.roster(agents, &mut inputs, &mut results);
        let found = oracle::erlang_a(rate, mean, self.patience, agents);
        results.push(line("waits", Quantity::Share(found.waits), "of the callers wait at all"));
        if let Some(within) = self.within {
            inputs.push(line("within", Quantity::Seconds(within), "time allowed"));
            let share = oracle::erlang_a_answered_within(rate, mean, self.patience, agents, within);
            results.push(line("answered_within", Quantity::Share(share), "of all callers are answered in time"));
            results.push(line(
                "answered_within_of_answered",
                Quantity::Share(share / (1.0 - found.abandons)),
                "of those who are answered at all",
            ));
        }
        results.push(line(
            "abandons",
            Quantity::Share(found.abandons),
            "of the callers hang up before they are served",
        ));
        results.push(line(
            "mean_wait",
            Quantity::Seconds(found.mean_wait),
            "of all callers, until they are served or hang up",
        ));
        results.push(line("queue", Quantity::Mean(found.queue), "callers wait on average"));
        results.push(line(
            "utilisation",
            Quantity::Share(traffic.offered() * (1.0 - found.abandons) / f64::from(agents)),
            "of an agent's time",
        ));
        Ok(Answer {
            form: "erlang-a",
            title: "callers who queue for an agent and hang up when their patience is exhausted",
            inputs,
            results,
            assumes: "Poisson arrivals at a constant rate, exponential durations and patience, one queue, first come, first served.".into(),
            source: "O. Garnett, A. Mandelbaum, M. Reiman, Designing a call center with impatient customers, M&SOM 4 (2002) 208-227",
        })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct MmckArguments {
    #[command(flatten)]
    load: Load,

    /// Number of servers
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    servers: u32,

    /// Most calls in the system, including those in service
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    places: u32,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl MmckArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let traffic = self.load.traffic()?;
        if self.places < self.servers {
            return Err(usage(
                format!("{} places are fewer than {} servers", self.places, self.servers),
                "--places includes the calls in service",
            ));
        }
        let mut inputs = traffic.lines("mean service time");
        inputs.push(line("servers", Quantity::Whole(u64::from(self.servers)), "calls are served at once"));
        inputs.push(line(
            "places",
            Quantity::Whole(u64::from(self.places)),
            "calls in the system at most, including those in service",
        ));
        let found = oracle::mmck(traffic.rate, traffic.mean, self.servers, self.places);
        let carried = traffic.offered() * (1.0 - found.blocked);
        Ok(Answer {
            form: "mmck",
            title: "a queue of limited size",
            inputs,
            results: vec![
                line("blocked", Quantity::Share(found.blocked), "of the calls find it full and are lost"),
                line("present", Quantity::Mean(found.present), "calls in the system on average"),
                line("queue", Quantity::Mean(found.queue), "of them wait"),
                line("mean_stay", Quantity::Seconds(found.mean_stay), "from arrival to departure, of those admitted"),
                line("mean_wait", Quantity::Seconds(found.mean_wait), "of that in the queue"),
                line("utilisation", Quantity::Share(carried / f64::from(self.servers)), "of a server's time"),
            ],
            assumes: "Poisson arrivals at a constant rate, exponential durations, one queue, and nobody leaves it before being served.".into(),
            source: "D. Gross, C. M. Harris, Fundamentals of Queueing Theory (1998), section 2.5",
        })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct Mg1Arguments {
    /// Rate of work, e.g. 20/s
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    arrivals: f64,

    /// Distribution of service times, as in a workload file: 15ms for a constant, '{ exponential = "15ms" }'
    #[arg(long, value_name = "DISTRIBUTION", value_parser = any_distribution, conflicts_with_all = ["mean", "cv"], required_unless_present = "mean")]
    service: Option<Distribution>,

    /// Mean service time, e.g. 15ms
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "cv", allow_hyphen_values = true)]
    mean: Option<f64>,

    /// Standard deviation of service times divided by their mean
    #[arg(long, value_name = "NUMBER", value_parser = number, requires = "mean", allow_hyphen_values = true)]
    cv: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl Mg1Arguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let (mean, cv_squared, service) = match (&self.service, self.mean, self.cv) {
            (Some(it), ..) => (it.mean().seconds(), it.cv_squared(), distribution(it)),
            (None, Some(mean), Some(cv)) => (mean, cv * cv, format!("cv {cv}")),
            _ => {
                return Err(usage("the distribution of service times is missing", "add --service, or --mean and --cv"));
            }
        };
        let traffic = Traffic { rate: self.arrivals, mean };
        if traffic.offered() >= 1.0 {
            return Err(usage(
                too_much(traffic.offered(), 1.0, "one server"),
                "give less work, or use erlang-c for several servers",
            ));
        }
        let wait = oracle::mg1_mean_wait(traffic.rate, mean, cv_squared);
        let mut inputs = traffic.lines("mean service time");
        inputs.push(line("service", Quantity::Text(service), "the distribution of service times"));
        Ok(Answer {
            form: "mg1",
            title: "one server",
            inputs,
            results: vec![
                line(
                    "utilisation",
                    Quantity::Share(traffic.offered()),
                    "of the time it is busy; work that arrives then waits",
                ),
                line("mean_wait", Quantity::Seconds(wait), "until service begins"),
                line("mean_stay", Quantity::Seconds(wait + mean), "service included"),
                line("queue", Quantity::Mean(traffic.rate * wait), "items wait on average"),
            ],
            assumes: "Poisson arrivals at a constant rate, independent service times, first come, first served.".into(),
            source: "F. Pollaczek (1930), A. Khinchine (1932); L. Kleinrock, Queueing Systems I (1975), chapter 5",
        })
    }
}
