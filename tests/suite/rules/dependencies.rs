//! R8.

use ctisim::dependencies::{Dependencies, Role};
use ctisim::plan::compile_workload;
use ctisim::workload::NoFiles;

#[test]
fn r8_a_route_point_lists_its_directory_numbers_and_a_number_those_who_use_it() {
    let text = r#"
format = 1
question = "Who uses 7000?"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }, { dn = "7001" }]
device_pool = "main"
[[route_point]]
name = "night"
device_pool = "main"
redirect_to = "7000"
cfna = "7000"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { poisson = "10/m" }
"#;
    let (workload, plan) = compile_workload("tiny", text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"));
    let dependencies = Dependencies::new(&workload, &plan, text);
    let record = |name| dependencies.find(name).unwrap().record;
    let lines = dependencies.uses_of(record("welcome")).filter(|it| it.role == Role::Line);
    let numbers: Vec<&str> = lines.map(|it| dependencies.record(it.used).name.as_str()).collect();
    assert_eq!(numbers, ["7000", "7001"]);
    let users = |name| -> Vec<String> {
        let users = dependencies.users_of(record(name));
        users.map(|it| format!("{} as {}", dependencies.record(it.user).name, it.role.words())).collect()
    };
    assert_eq!(users("7000"), ["callers as traffic", "welcome as line", "night as redirect", "night as cfna"]);
    assert_eq!(users("7001"), ["welcome as line"]);
}

#[test]
fn r8_a_line_lists_what_it_uses_and_a_number_of_a_phone_those_who_dial_it() {
    let text = r#"
format = 1
question = "Who uses the lines?"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "attendant"
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }, { dn = "7001", cfb = "2003" }]
device_pool = "main"
application = "attendant"
answers = true
treatment = "10s"
transfer_to = "2001-2002"
[[phone]]
name = "desks"
count = 10
first_dn = "2001"
device_pool = "main"
[[traffic]]
name = "callers"
to = "7001"
arrivals = { poisson = "10/m" }
[[change]]
at = "1m"
of = "2004"
cfa = "2005"
"#;
    let (workload, plan) = compile_workload("tiny", text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"));
    let dependencies = Dependencies::new(&workload, &plan, text);
    let record = |name| dependencies.find(name).unwrap().record;
    let uses = |name| -> Vec<String> {
        let uses = dependencies.uses_of(record(name));
        uses.map(|it| format!("{} as {}", dependencies.record(it.used).name, it.role.words())).collect()
    };
    assert_eq!(uses("7000"), [""; 0]);
    assert_eq!(uses("7001"), ["2001-2010 as cfb"]);
    let users = |name| -> Vec<String> {
        let users = dependencies.users_of(record(name));
        users.map(|it| format!("{} as {}", dependencies.record(it.user).name, it.role.words())).collect()
    };
    assert_eq!(users("2005"), ["welcome as transfer", "7001 as cfb", "desks as line", "1 as changes", "1 as cfa"]);
    // Without the phones the calls that find the line busy go astray, and only those.
    let affected = dependencies.affected(dependencies.find("desks").unwrap());
    let told: Vec<&str> = affected.iter().filter(|it| it.on == record("7001")).map(|it| it.what.as_str()).collect();
    assert_eq!(told, ["the calls it forwards to `2001-2010` by cfb have nowhere to go"]);
}

#[test]
fn a_loss_names_the_phones_that_the_next_callmanager_cannot_open() {
    let text = r#"
format = 1
question = "Who loses control?"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "console"
ctimanagers = ["sub2"]
[[phone]]
name = "desk"
count = 2
device_pool = "main"
application = "console"
cannot_open_on = ["sub2"]
[[traffic]]
name = "callers"
to = "desk"
arrivals = { poisson = "10/m" }
"#;
    let (workload, plan) = compile_workload("tiny", text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"));
    let dependencies = Dependencies::new(&workload, &plan, text);
    let desk = dependencies.find("desk").unwrap().record;
    let affected = dependencies.affected(dependencies.find("callmanager:sub1").unwrap());
    let effects: Vec<(&str, &[&str])> =
        affected.iter().filter(|effect| effect.on == desk).map(|effect| (effect.what.as_str(), effect.rules)).collect();
    let expected = "`console` does not control it while it is on `sub2`, which cannot open it";
    assert!(effects.contains(&(expected, &["R17"])), "{effects:?}");
}
