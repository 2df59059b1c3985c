//! One test for each rule, named by it: a tiny cluster, at most one fault, and the facts expected as readable text.

mod admission;
mod application_failure;
mod asked;
mod call_legs;
mod callmanager_failure;
mod control;
mod ctimanager_failure;
mod dependencies;
mod desktop;
mod device_failure;
mod failback;
mod fan_in;
mod forwarding;
mod hang;
mod inside;
mod heartbeat;
mod knowing;
mod lines;
mod links;
mod no_answer;
mod node_choice;
mod openers;
mod phones;
mod settings;
mod treatment;
