//! The text of a first workload.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::failure::Failure;
use super::site::{DETECTION_S, Group, Program, Site, WORK_S, controls_phones, stands_by};
use crate::workload::advised::CALLS_AT_ROUTE_POINT;

/// A rate in thousandths of a call per hour, as a workload writes it.
fn per_hour(thousandths: u32) -> String {
    let digits = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    format!("\"{}/h\"", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// A string as TOML writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn names<'a>(groups: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = groups.map(|name| format!("\"{name}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

/// The workload of a site, with comments.
pub fn workload(site: &Site) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(site, &mut text);
    text
}

fn write(site: &Site, out: &mut String) -> std::fmt::Result {
    let programs = site.programs();
    let people = site.people(&programs);
    opening(site, out)?;
    nodes(site, &programs, &people, out)?;
    database(site, out)?;
    for program in &programs {
        application(site, program, &people, out)?;
    }
    if site.has_desktop() {
        desktop(site, &people, out)?;
    }
    phones(site, &programs, &people, out)?;
    queue(&people, out)?;
    outside(out)?;
    traffic(site, &programs, out)?;
    fault(site, &programs, &people, out)
}

fn opening(site: &Site, out: &mut String) -> std::fmt::Result {
    let of = site.name.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let question = format!("What do callers{of} see{} in the busy hour?", site.failure().clause());
    let (warm_up, length) = (site.warm_up(), site.warm_up() + 60);
    // About two million calls in all.
    let replications = (2_000_000 / site.calls_an_hour).clamp(20, 200);
    writeln!(out, "# {question}")?;
    writeln!(
        out,
        r#"#
# A starting point: change it until it describes your site. Values marked ASSUMPTION were not asked for, and no document
# gives them: replace these first. docs/reference/workload-file.md explains every key, and
# `ctisim run --set KEY=VALUE` tries a value without changing this file.
format = 1
question = {}
profile = "3.3"          # how calls are forwarded; "12.5" for later Unified CM

# One busy hour, after a warm-up that is not measured: calls in progress and queues build up first.
[run]
length = "{length}m"
warm_up = "{warm_up}m"
replications = {replications}       # more of them: narrower confidence intervals
seed = 1
"#,
        quoted(&question)
    )
}

fn nodes(site: &Site, programs: &[Program], people: &[Group], out: &mut String) -> std::fmt::Result {
    let load = site.rate() * WORK_S / f64::from(site.nodes) * 100.0;
    let busy = if load < 1.0 { "less than 1 %".to_owned() } else { format!("some {load:.0} %") };
    writeln!(
        out,
        r#"# The servers that process calls; each also runs a CTIManager (`ctimanager = false`: it does not).
# ASSUMPTION: their service times are the defaults. With these a call takes up to {:.0} ms of CallManager time,
# so that {} calls per hour keep {} {busy} busy. Write measured service times
# under [work]. A publisher that processes no calls is a node only if an application uses its CTIManager: it
# belongs in no group, and `ingress` and `egress` below keep calls away from it."#,
        WORK_S * 1000.0,
        site.calls_an_hour,
        if site.nodes == 1 { "this node".to_owned() } else { format!("these {} nodes", site.nodes) },
    )?;
    for node in 1..=site.nodes {
        writeln!(out, "\n[[node]]\nname = \"sub{node}\"")?;
    }
    let backup = match site.nodes {
        1 => "There is no backup: when this node fails, everything does. Add a second [[node]] to `members`.",
        _ => "The first member is the home, the others are its backups, in order of preference (at most three in all).",
    };
    writeln!(out, "\n# Where devices register.\n# {backup}")?;
    let points = programs.iter().flat_map(|program| &program.points).map(|point| point.node);
    let groups = programs.iter().flat_map(|program| &program.ports).chain(people).map(|group| group.node);
    let homes: BTreeSet<u32> = points.chain(groups).map(|node| node % site.nodes).collect();
    for node in homes {
        writeln!(out, "[[callmanager_group]]\nname = \"{}\"", site.pool(node))?;
        writeln!(out, "members = {}\n", site.nodes_from(node, 3))?;
    }
    Ok(())
}

fn database(site: &Site, out: &mut String) -> std::fmt::Result {
    // A desktop looks callers up once more.
    let desktop = if site.has_desktop() { site.rate_to_people() } else { 0.0 };
    let connections = ((site.rate() + desktop) * 0.04 * 4.0).ceil().max(4.0);
    writeln!(
        out,
        r#"# Where applications look up callers.
# ASSUMPTION: {connections} look-ups at a time; these calls keep at most a quarter of them busy.
[[database]]
name = "customers"
connections = {connections}
"#
    )
}

fn application(site: &Site, program: &Program, people: &[Group], out: &mut String) -> std::fmt::Result {
    let Program { name, is_ivr, row, .. } = program;
    let rate = f64::from(program.thousandths) / 3_600_000.0;
    let workers = workers(rate);
    let does = match (is_ivr, people.is_empty()) {
        (true, true) => "It redirects calls to its ports, where callers are served to the end.",
        (true, false) => "It redirects calls to its ports, plays a menu, and transfers callers who ask for a person.",
        (false, true) => "It redirects calls to the operator without answering them.",
        (false, false) => "It redirects calls to people without answering them.",
    };
    writeln!(
        out,
        r#"# The application `{name}`. {does}
# ASSUMPTION: {workers} events at a time, 2 ms for each and 40 ms to look up a caller.
[[application]]
name = "{name}"
user = "{name}-user"
interface = "jtapi"
ctimanagers = {}   # the first is its primary, the next its backup
workers = {workers}
decide = "2ms"
lookup = {{ exponential = "40ms" }}
database = "customers"
heartbeat = "30s"        # a silent failure is detected after one to two of these
reconnect = "30s"
open_rate = "50/s"       # devices it opens per second when it comes back

# The user it logs in as: it may control these devices and no others."#,
        site.nodes_from(*row, 2),
    )?;
    let phones = if *is_ivr || !controls_phones(site, program) { &[][..] } else { people };
    let devices = program.points.iter().map(|it| it.name.as_str());
    let devices = devices.chain(program.ports.iter().chain(phones).map(|it| it.name.as_str()));
    writeln!(out, "[[user]]\nname = \"{name}-user\"\ncti_enabled = true\ndevices = {}\n", names(devices))?;
    let controlled_by = controlled_by(site, program);
    if stands_by(site, program) {
        writeln!(
            out,
            r#"# Its standby, a process of its own under the same user. It has the same route points open, so that each call is an
# event to both and the first request wins; and it opens a port when `{name}` has lost it.
[[application]]
name = "{name}-standby"
user = "{name}-user"
interface = "jtapi"
ctimanagers = {}
workers = {workers}
decide = "2ms"
lookup = {{ exponential = "40ms" }}
database = "customers"
heartbeat = "30s"
reconnect = "30s"
open_rate = "50/s"
"#,
            site.nodes_from(*row + 1, 2),
        )?;
    }
    writeln!(
        out,
        r#"# Where its calls arrive. If the application hangs, they wait here until that is detected: with {} calls per hour
# up to {:.0} at one route point; Cisco advises at most {}.
# All three forwards are set: busy (cfb), not open (cfna), application failed (cfof). Without them calls are
# lost."#,
        per_hour(program.thousandths).trim_matches('"').trim_end_matches("/h"),
        (rate * DETECTION_S / program.points.len() as f64).ceil(),
        CALLS_AT_ROUTE_POINT.most,
    )?;
    let leads = match (program.ports.is_empty(), people.is_empty()) {
        (false, _) => spread(&program.ports),
        (true, false) => spread(people),
        (true, true) => "\"operator\"".to_owned(),
    };
    for point in &program.points {
        writeln!(
            out,
            r#"[[route_point]]
name = "{}"
lines = [{{ dn = "{}" }}]
device_pool = "{}"
application = {controlled_by}
redirect_to = {leads}
cfb = "operator"
cfna = "operator"
cfof = "operator"
"#,
            point.name,
            point.number,
            site.pool(point.node),
        )?;
    }
    ports(site, program, people, out)
}

/// Enough workers for so many calls a second: 50 ms for each keep them less than a third busy.
fn workers(rate: f64) -> f64 {
    (rate * 0.05 / 0.3).ceil().max(4.0)
}

/// The name of the application that controls the phones at which people answer.
const DESKTOP: &str = "desktop";

fn desktop(site: &Site, people: &[Group], out: &mut String) -> std::fmt::Result {
    let workers = workers(site.rate_to_people());
    writeln!(
        out,
        r#"# The desktop of the agents, one server for all of them. It shows who calls (the screen pop), and an agent answers by
# a click; while it is away, by hand. Each call at a phone is at least three events: it rings, is connected, and ends.
# ASSUMPTION: {workers} events at a time, 2 ms for each and 40 ms to look up a caller.
[[application]]
name = "{DESKTOP}"
user = "{DESKTOP}-user"
interface = "jtapi"
ctimanagers = {}
workers = {workers}
decide = "2ms"
lookup = {{ exponential = "40ms" }}
database = "customers"
heartbeat = "30s"
reconnect = "30s"
open_rate = "50/s"

[[user]]
name = "{DESKTOP}-user"
cti_enabled = true
devices = {}
"#,
        site.nodes_from(site.applications, 2),
        names(people.iter().map(|it| it.name.as_str())),
    )
}

/// The `application` of a program's devices.
fn controlled_by(site: &Site, program: &Program) -> String {
    let name = &program.name;
    if stands_by(site, program) { format!("[\"{name}\", \"{name}-standby\"]") } else { format!("\"{name}\"") }
}

/// Names with shares in proportion to their sizes, or a single name.
fn spread(groups: &[Group]) -> String {
    let [first, rest @ ..] = groups else { return "\"operator\"".to_owned() };
    if rest.is_empty() {
        return format!("\"{}\"", first.name);
    }
    let all: u32 = groups.iter().map(|group| group.count).sum();
    // In ten-thousandths; the first takes what rounding leaves.
    let shares: Vec<u32> = rest.iter().map(|group| (u64::from(group.count) * 10_000 / u64::from(all)) as u32).collect();
    let left = 10_000 - shares.iter().sum::<u32>();
    let entries = groups.iter().zip([left].into_iter().chain(shares));
    let entries = entries.filter(|(_, share)| *share > 0).map(|(group, share)| {
        format!("    {{ to = \"{}\", share = \"{}.{:02}%\" }},\n", group.name, share / 100, share % 100)
    });
    format!("[\n{}]", entries.collect::<String>())
}

/// The share of callers who ask for a person, in percent.
fn asking(site: &Site) -> f64 {
    f64::from(site.to_agents) / 100.0
}

fn ports(site: &Site, program: &Program, people: &[Group], out: &mut String) -> std::fmt::Result {
    if program.ports.is_empty() {
        return Ok(());
    }
    let own: u32 = program.ports.iter().map(|group| group.count).sum();
    let erlangs = f64::from(program.thousandths) / 3_600_000.0 * site.at_port();
    writeln!(
        out,
        r#"# Its ports, one call each, spread over the nodes: {own} in all,
# for {erlangs:.1} erlangs of {}.
# `--vary 'sum(cti_port.*.count)=...'` tries other numbers in all; the directory numbers have room for twice as many.
# `media`: the application sends the media, so that its failure ends the call; or a "separate" server does."#,
        if people.is_empty() { "talk" } else { "menu, and for callers who wait" },
    )?;
    if !people.is_empty() {
        let what = format!("menu of {} s, after which {} % of the callers ask for a person.", site.menu, asking(site));
        writeln!(out, "# {}{what}", if site.assumed.0 { "ASSUMPTION: a " } else { "A " })?;
    }
    for group in &program.ports {
        let Group { name, count, first, node } = group;
        writeln!(out, "[[cti_port]]\nname = \"{name}\"\ncount = {count}\nfirst_dn = \"{first}\"")?;
        writeln!(out, "device_pool = \"{}\"\napplication = {}", site.pool(*node), controlled_by(site, program))?;
        if !people.is_empty() {
            writeln!(out, "treatment = {{ erlang = {{ mean = \"{}s\", phases = 3 }} }}", site.menu)?;
            writeln!(out, "transfer_to = \"{QUEUE}\"\ntransfer_share = \"{}%\"", asking(site))?;
        }
        writeln!(out, "media = \"application\"\ncfb = \"operator\"\ncfna = \"operator\"\ncfof = \"operator\"\n")?;
    }
    Ok(())
}

fn phones(site: &Site, programs: &[Program], people: &[Group], out: &mut String) -> std::fmt::Result {
    if people.is_empty() {
        return Ok(());
    }
    let controller = programs.iter().find(|program| controls_phones(site, program));
    let control = match controller {
        _ if site.has_desktop() => "`application`: these control their phones as third parties, beside the\n\
             # people: each call there is events to all of them. `answer_by`: by a click in the desktop, or \"hand\"."
            .into(),
        Some(program) => format!(
            "`application`: `{0}` controls their phones as a third party, beside the\n\
             # people. Remove it, and their names from the devices of `{0}-user`, for ordinary phones.",
            program.name
        ),
        None => "They have ordinary phones. `application` would name the one that controls\n\
                 # them as a third party, beside the people: its user needs them among its `devices`, too."
            .into(),
    };
    writeln!(
        out,
        r#"# The people who answer. {control}
# ASSUMPTION: a person answers after 4 s on average; after 12 s the call goes to the operator.
# `--vary 'sum(phone.*.count)=...'` tries other numbers in all; the directory numbers have room for twice as many."#
    )?;
    for group in people {
        let Group { name, count, first, node } = group;
        writeln!(out, "[[phone]]\nname = \"{name}\"\ncount = {count}\nfirst_dn = \"{first}\"")?;
        writeln!(out, "device_pool = \"{}\"", site.pool(*node))?;
        match (controller, programs.first()) {
            (Some(program), _) if site.has_desktop() => {
                writeln!(out, "application = [\"{}\", \"{DESKTOP}\"]", program.name)?;
            }
            (None, _) if site.has_desktop() => writeln!(out, "application = \"{DESKTOP}\"")?,
            (Some(program), _) => writeln!(out, "application = \"{}\"", program.name)?,
            (None, Some(program)) => writeln!(out, "# application = \"{}\"", program.name)?,
            (None, None) => {}
        }
        if site.has_desktop() {
            writeln!(out, "answer_by = \"{DESKTOP}\"")?;
        }
        writeln!(
            out,
            "answer = {{ exponential = \"4s\" }}\nno_answer = \"12s\"\ncfb = \"operator\"\ncfna = \"operator\"\n"
        )?;
    }
    Ok(())
}

/// The name of the queue in which callers wait for people.
const QUEUE: &str = "waiting";

fn queue(people: &[Group], out: &mut String) -> std::fmt::Result {
    if people.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        r#"# Where callers wait whom an IVR transfers: at their ports, until a phone of any of these groups is free. People who
# serve one queue answer sooner than as many with a queue for each group. Calls that others send there find it busy.
[[queue]]
name = "{QUEUE}"
phones = {}
"#,
        names(people.iter().map(|it| it.name.as_str())),
    )
}

fn outside(out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        r#"# The target of forwards: a number outside, with unlimited lines (`lines` would limit them).
# Calls leave at the first node unless `egress` names another.
[[destination]]
name = "operator"
dn = "9000"
answer = "4s"
"#
    )
}

fn traffic(site: &Site, programs: &[Program], out: &mut String) -> std::fmt::Result {
    let count: usize = programs.iter().map(|program| program.points.len()).sum();
    writeln!(
        out,
        r#"# Traffic: {} calls per hour{}, a Poisson process. A `profile` has rates by the
# time of day instead, and a `file` lists calls one by one.
# Calls arrive at every node in turn; `ingress` names those that the gateways use, without a publisher for example.
# ASSUMPTION: {}talk times vary as in a real sample."#,
        site.calls_an_hour,
        if count > 1 { ", over all route points" } else { "" },
        if site.assumed.1 { "callers without an answer hang up after about a minute; " } else { "" },
    )?;
    let talk = if site.talk.is_multiple_of(60) { format!("{}m", site.talk / 60) } else { format!("{}s", site.talk) };
    let patience = site.patience;
    for point in programs.iter().flat_map(|program| &program.points) {
        writeln!(
            out,
            r#"[[traffic]]
name = "callers-{0}"
to = "{0}"
arrivals = {{ poisson = {1} }}
patience = {{ weibull = {{ mean = "{patience}s", shape = 2.0 }} }}
talk = {{ lognormal = {{ mean = "{2}", cv = 1.2 }} }}
"#,
            point.number,
            per_hour(point.thousandths),
            talk,
        )?;
    }
    Ok(())
}

fn fault(site: &Site, programs: &[Program], people: &[Group], out: &mut String) -> std::fmt::Result {
    let (what, keys) = match site.failure() {
        Failure::Ivr => (
            "the IVR hangs silently, and is restarted after five minutes. `kind = \"exit\"` is detected at once.",
            "application = \"ivr\"\nkind = \"silent\"".to_owned(),
        ),
        Failure::Node => ("a node is gone for five minutes, with all that runs on it.", "node = \"sub1\"".to_owned()),
        Failure::CallManager => (
            "a CallManager does nothing, which is not noticed at once, and is restarted after five minutes.",
            "callmanager = \"sub1\"\nkind = \"hang\"".to_owned(),
        ),
        Failure::CtiManager => (
            "a CTIManager does nothing, so that its heartbeats are missed, and is restarted after five minutes.",
            "ctimanager = \"sub1\"\nkind = \"hang\"".to_owned(),
        ),
        Failure::RoutePoint => {
            ("a route point unregisters for five minutes.", format!("route_point = \"{}\"", programs[0].points[0].name))
        }
        Failure::Ports => {
            ("half the ports of a group unregister for five minutes.", half("cti_port", &programs[0].ports[0]))
        }
        Failure::Phones => ("half the phones of a group unregister for five minutes.", half("phone", &people[0])),
        Failure::Desktop => (
            "the server of the desktops exits, and is restarted after five minutes. `kind = \"silent\"`: it hangs.",
            format!("application = \"{DESKTOP}\"\nkind = \"exit\""),
        ),
        Failure::Restart => return restart(site, out),
        Failure::Nothing => {
            return writeln!(out, "# Nothing fails. `[[fault]]` makes something fail, at a time or at random.");
        }
    };
    writeln!(
        out,
        r#"# A failure: {what}
# Others to try: `application`, `node`, `link`; `callmanager` or `ctimanager`, also with `kind = "hang"`; some devices
# of a `route_point`, `cti_port` or `phone`, as many as `count` says; or no fault at all.
[[fault]]
at = "{}m"
{keys}
for = "5m""#,
        site.warm_up() + 30,
    )
}

/// The keys of a fault of half the devices of a group, one at least.
fn half(table: &str, group: &Group) -> String {
    format!("{table} = \"{}\"\ncount = {}", group.name, group.count.div_ceil(2))
}

fn restart(site: &Site, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        r#"# Service parameters change, and count once a CTIManager starts again: each is restarted for a minute, one after the
# other. `heartbeat_minimum` and `cti_connections` can be changed, too."#
    )?;
    let (warm_up, nodes) = (site.warm_up(), site.nodes);
    let change = warm_up + 15;
    for node in 1..=nodes {
        let at = warm_up + 27 + 3 * node;
        writeln!(
            out,
            "[[parameter_change]]\nat = \"{change}m\"\nctimanager = \"sub{node}\"\nheartbeat_maximum = \"10s\"\n"
        )?;
        writeln!(out, "[[fault]]\nat = \"{at}m\"\nctimanager = \"sub{node}\"\nfor = \"1m\"")?;
        if node < nodes {
            writeln!(out)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_without_needless_digits() {
        assert_eq!(per_hour(3_600_000), "\"3600/h\"");
        assert_eq!(per_hour(333_334), "\"333.334/h\"");
        assert_eq!(per_hour(1), "\"0.001/h\"");
    }
}
