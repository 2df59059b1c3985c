//! Queues: who is lost, who waits, and how many servers it takes.

use clap::Args;

use crate::analysis::Quantity;
use crate::engine::Distribution;
use crate::oracle;
use crate::report::{Answer, distribution};

use super::printed::{Printed, line, usage};
use super::quantities::{Load, STEPS_MAX, Traffic, any_distribution, count, duration, number, rate, share, time};
use crate::cli::stop::Stop;

pub(super) const ERLANG_B_HELP: &str = "Give two of the load, --ports and --blocking; the third is the answer.

Applies to ports, lines and trunks where a call that finds all taken goes elsewhere at once. How long calls take may
follow any distribution: only the mean counts. It does not apply where callers wait or try again (erlang-c, erlang-a), and not to a
busy hour whose traffic rises and falls within the time of a few calls.

Example: ctisim oracle erlang-b --offered 12.5 --blocking 1%";

pub(super) const ERLANG_C_HELP: &str =
    "With --agents, how long callers wait (and with --within the service level); with --within and --service-level
instead, how many agents that takes.

Applies where callers wait in one queue, first come, first served, and none ever hangs up: so it is on the safe side.
There is an answer only if there are more agents than erlangs. With callers who hang up: erlang-a.

Example: ctisim oracle erlang-c --arrivals 100/h --mean 3m --within 20s --service-level 80%";

pub(super) const ERLANG_A_HELP: &str = "With --agents, how many callers give up; with --abandoned instead, how many agents it takes for no more than that share.

Applies where callers wait in one queue, first come, first served, and each hangs up when a patience of its own is over. There is an
answer for any load, overload included.

Example: ctisim oracle erlang-a --arrivals 600/h --mean 3m --patience 2m --agents 30";

pub(super) const MMCK_HELP: &str = "Applies to a queue with a limit, as a route point with a maximum of calls before a few agents: --places counts all who are there,
those being served included. There is an answer for any load. With as many places as servers it is erlang-b, with very
many erlang-c.

Example: ctisim oracle mmck --arrivals 8/s --mean 1s --servers 10 --places 12";

pub(super) const MG1_HELP: &str = "Say the distribution of service times with --service as in a workload file, or by --mean and --cv, the standard deviation over the
mean (0: always the same, 1: exponential).

Applies to a single server that work comes to at random, first come, first served: a CallManager, a CTIManager, a worker. There is an
answer only if it is less than fully busy.

Example: ctisim oracle mg1 --arrivals 20/s --service '{ lognormal = { mean = \"15ms\", cv = 1.5 } }'";

const KLEINROCK: &str = "L. Kleinrock, Queueing Systems I (1975), chapter 3; R. B. Cooper, Introduction to Queueing Theory (1981), chapter 3";

#[derive(Clone, Debug, Args)]
pub(super) struct ErlangBArguments {
    #[command(flatten)]
    load: Load,

    /// How many ports, lines or trunks there are
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    ports: Option<u32>,

    /// The share of calls that may find all taken, e.g. 1%
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    blocking: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl ErlangBArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let (mut inputs, mut results) = (Vec::new(), Vec::new());
        let asks_for_load =
            self.ports.is_some() && self.blocking.is_some() && self.load.offered.or(self.load.arrivals).is_none();
        let asked = if asks_for_load { None } else { self.load.erlangs()? };
        if let Some(offered) = asked {
            inputs.push(line("offered", Quantity::Erlangs(offered), "arrivals times the mean time of a call"));
        }
        if let Some(ports) = self.ports {
            inputs.push(line("ports", Quantity::Whole(u64::from(ports)), ""));
        }
        if let Some(most) = self.blocking {
            inputs.push(line("blocking", Quantity::Share(most), "at most"));
        }
        let (offered, ports) = match (asked, self.ports, self.blocking) {
            (Some(offered), Some(ports), None) => (offered, ports),
            (Some(offered), None, Some(most)) => {
                let Some(ports) = oracle::erlang_b_servers(offered, most, STEPS_MAX) else {
                    return Err(usage(
                        format!("that takes more than {STEPS_MAX} ports"),
                        "allow more blocking, or ask for less load",
                    ));
                };
                results.push(line("ports", Quantity::Whole(u64::from(ports)), "the fewest that block no more"));
                (offered, ports)
            }
            (None, Some(ports), Some(most)) => {
                if ports > STEPS_MAX / 10 {
                    return Err(usage("that would take too long", format!("at most {} ports", STEPS_MAX / 10)));
                }
                let offered = oracle::load_for_blocking(ports, most);
                results.push(line("offered", Quantity::Erlangs(offered), "the most that is blocked no more"));
                if let Some(mean) = self.load.mean {
                    results.push(line("arrivals", Quantity::PerSecond(offered / mean), "as calls"));
                }
                (offered, ports)
            }
            _ => {
                return Err(usage(
                    "two of the load, --ports and --blocking are wanted",
                    "e.g. --offered 12.5 --ports 20, or --offered 12.5 --blocking 1%",
                ));
            }
        };
        let blocked = oracle::erlang_b(offered, ports);
        results.push(line("blocked", Quantity::Share(blocked), "of the calls find all ports taken"));
        results.push(line("carried", Quantity::Erlangs(offered * (1.0 - blocked)), "ports in use on average"));
        results.push(line(
            "utilisation",
            Quantity::Share(offered * (1.0 - blocked) / f64::from(ports)),
            "of the time each is taken",
        ));
        Ok(Answer {
            form: "erlang-b",
            title: "calls lost where all ports are taken",
            inputs,
            results,
            assumes: "calls that come at random at a constant rate, any law of how long they take, and leave at once if none is free.".into(),
            source: KLEINROCK,
        })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct ErlangCArguments {
    #[command(flatten)]
    load: Load,

    /// How many agents there are
    #[arg(long, value_name = "N", value_parser = count, conflicts_with = "level", allow_hyphen_values = true)]
    agents: Option<u32>,

    /// The time within which callers are to be served, e.g. 20s
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    within: Option<f64>,

    /// The share of callers to be served within it, e.g. 80%
    #[arg(long = "service-level", id = "level", value_name = "SHARE", value_parser = share, requires = "within", allow_hyphen_values = true)]
    level: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl ErlangCArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let traffic = self.load.traffic()?;
        let Traffic { rate, mean } = traffic;
        let (mut inputs, mut results) = (traffic.lines("a call takes an agent, on average"), Vec::new());
        let agents = match (self.agents, self.within, self.level) {
            (Some(agents), _, _) => {
                inputs.push(line("agents", Quantity::Whole(u64::from(agents)), ""));
                agents
            }
            (None, Some(within), Some(level)) => {
                inputs.push(line("service_level", Quantity::Share(level), "at least"));
                let agents = oracle::servers_for_service_level(rate, mean, within, level);
                results.push(line("agents", Quantity::Whole(u64::from(agents)), "the fewest that manage it"));
                agents
            }
            _ => {
                return Err(usage(
                    "how many agents there are, or what they are to manage, is not said",
                    "add --agents 15, or --within 20s --service-level 80%",
                ));
            }
        };
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
        results.push(line("wait_p90", Quantity::Seconds(quantile(0.9)), "nine of ten wait no longer"));
        results.push(line("wait_p99", Quantity::Seconds(quantile(0.99)), "99 of 100 wait no longer"));
        results.push(line("queue", Quantity::Mean(rate * wait), "callers wait on average"));
        results.push(line("utilisation", Quantity::Share(traffic.offered() / f64::from(agents)), "of an agent's time"));
        if let Some(within) = self.within {
            inputs.push(line("within", Quantity::Seconds(within), "is in time"));
            results.push(line(
                "served_within",
                Quantity::Share(1.0 - exceeds(within)),
                "of the callers are served in time",
            ));
        }
        Ok(Answer {
            form: "erlang-c",
            title: "callers who wait for an agent and never hang up",
            inputs,
            results,
            assumes: "calls that come at random at a constant rate and take exponential times, one queue, first come, first served, nobody hangs up.".into(),
            source: KLEINROCK,
        })
    }
}

/// Where less work comes than can be done there is a steady state.
fn stable(offered: f64, agents: u32) -> Result<(), Stop> {
    if offered < f64::from(agents) {
        return Ok(());
    }
    Err(usage(
        format!(
            "{offered:.4} erlangs are more than {agents} agents can do: the queue grows for ever, and no answer is right"
        ),
        format!(
            "at least {} agents; with callers who hang up ask erlang-a, with a limit to the queue mmck",
            offered as u64 + 1
        ),
    ))
}

#[derive(Clone, Debug, Args)]
pub(super) struct ErlangAArguments {
    #[command(flatten)]
    load: Load,

    /// How long callers wait before they hang up, on average, e.g. 2m
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    patience: f64,

    /// How many agents there are
    #[arg(long, value_name = "N", value_parser = count, conflicts_with = "abandoned", allow_hyphen_values = true)]
    agents: Option<u32>,

    /// The share of callers that may give up, e.g. 3%
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    abandoned: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl ErlangAArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let traffic = self.load.traffic()?;
        let Traffic { rate, mean } = traffic;
        if rate * self.patience > f64::from(STEPS_MAX) {
            return Err(usage(
                format!("{:e} callers would wait at once: more than this can reckon with", rate * self.patience),
                "a lower rate, or less patience",
            ));
        }
        let (mut inputs, mut results) = (traffic.lines("a call takes an agent, on average"), Vec::new());
        inputs.push(line("patience", Quantity::Seconds(self.patience), "a caller waits at most, on average"));
        let agents = match (self.agents, self.abandoned) {
            (Some(agents), _) => {
                inputs.push(line("agents", Quantity::Whole(u64::from(agents)), ""));
                agents
            }
            (None, Some(most)) => {
                inputs.push(line("abandoned", Quantity::Share(most), "at most"));
                let agents = oracle::servers_for_abandonment(rate, mean, self.patience, most);
                results.push(line(
                    "agents",
                    Quantity::Whole(u64::from(agents)),
                    "the fewest with which no more give up",
                ));
                agents
            }
            _ => {
                return Err(usage(
                    "how many agents there are, or what they are to manage, is not said",
                    "add --agents 15, or --abandoned 3%",
                ));
            }
        };
        let found = oracle::erlang_a(rate, mean, self.patience, agents);
        results.push(line("waits", Quantity::Share(found.waits), "of the callers wait at all"));
        results.push(line("abandons", Quantity::Share(found.abandons), "of the callers hang up unserved"));
        results.push(line("mean_wait", Quantity::Seconds(found.mean_wait), "of all callers, until served or gone"));
        results.push(line("queue", Quantity::Mean(found.queue), "callers wait on average"));
        results.push(line(
            "utilisation",
            Quantity::Share(traffic.offered() * (1.0 - found.abandons) / f64::from(agents)),
            "of an agent's time",
        ));
        Ok(Answer {
            form: "erlang-a",
            title: "callers who wait for an agent and hang up when their patience is over",
            inputs,
            results,
            assumes: "calls that come at random at a constant rate, exponential times of calls and of patience, one queue, first come, first served.".into(),
            source: "O. Garnett, A. Mandelbaum, M. Reiman, Designing a call center with impatient customers, M&SOM 4 (2002) 208-227",
        })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct MmckArguments {
    #[command(flatten)]
    load: Load,

    /// How many are served at once
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    servers: u32,

    /// How many there may be in all, those being served included
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
                "--places counts those being served too",
            ));
        }
        let mut inputs = traffic.lines("it takes to serve one, on average");
        inputs.push(line("servers", Quantity::Whole(u64::from(self.servers)), "are served at once"));
        inputs.push(line(
            "places",
            Quantity::Whole(u64::from(self.places)),
            "may be there, those being served included",
        ));
        let found = oracle::mmck(traffic.rate, traffic.mean, self.servers, self.places);
        let carried = traffic.offered() * (1.0 - found.blocked);
        Ok(Answer {
            form: "mmck",
            title: "a queue with few places",
            inputs,
            results: vec![
                line("blocked", Quantity::Share(found.blocked), "find it full and are lost"),
                line("present", Quantity::Mean(found.present), "are there on average"),
                line("queue", Quantity::Mean(found.queue), "of them wait"),
                line("mean_stay", Quantity::Seconds(found.mean_stay), "from coming to going, of those let in"),
                line("mean_wait", Quantity::Seconds(found.mean_wait), "of that waiting"),
                line("utilisation", Quantity::Share(carried / f64::from(self.servers)), "of a server's time"),
            ],
            assumes: "calls that come at random at a constant rate and take exponential times, one queue, nobody leaves it unserved.".into(),
            source: "D. Gross, C. M. Harris, Fundamentals of Queueing Theory (1998), section 2.5",
        })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct Mg1Arguments {
    /// How often work comes, e.g. 20/s
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    arrivals: f64,

    /// The law of service times, as in a workload file: 15ms is always 15 ms, '{ exponential = "15ms" }'
    #[arg(long, value_name = "DISTRIBUTION", value_parser = any_distribution, conflicts_with_all = ["mean", "cv"], required_unless_present = "mean")]
    service: Option<Distribution>,

    /// The mean service time, e.g. 15ms
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "cv", allow_hyphen_values = true)]
    mean: Option<f64>,

    /// The standard deviation of service times over their mean
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
            _ => return Err(usage("how long service takes is not said", "add --service, or --mean and --cv")),
        };
        let traffic = Traffic { rate: self.arrivals, mean };
        if traffic.offered() >= 1.0 {
            return Err(usage(
                format!(
                    "{:.4} erlangs are more than one server can do: the queue grows for ever, and no answer is right",
                    traffic.offered()
                ),
                "less work, or several servers: erlang-c",
            ));
        }
        let wait = oracle::mg1_mean_wait(traffic.rate, mean, cv_squared);
        let mut inputs = traffic.lines("of service");
        inputs.push(line("service", Quantity::Text(service), "the distribution of service times"));
        Ok(Answer {
            form: "mg1",
            title: "one server",
            inputs,
            results: vec![
                line("utilisation", Quantity::Share(traffic.offered()), "of its time it works; who comes then waits"),
                line("mean_wait", Quantity::Seconds(wait), "until served"),
                line("mean_stay", Quantity::Seconds(wait + mean), "service included"),
                line("queue", Quantity::Mean(traffic.rate * wait), "wait on average"),
            ],
            assumes:
                "work that comes at random at a constant rate, independent service times, first come, first served."
                    .into(),
            source: "F. Pollaczek (1930), A. Khinchine (1932); L. Kleinrock, Queueing Systems I (1975), chapter 5",
        })
    }
}
