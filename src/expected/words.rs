//! Numbers in words.

/// Four decimals at most.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A span as text.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        7200.0.. => format!("{} h", short(seconds / 3600.0)),
        1.0.. => format!("{} s", short(seconds)),
        _ => format!("{} ms", short(1e3 * seconds)),
    }
}

/// A rate as text.
pub(super) fn per_hour(rate: f64) -> String {
    if rate >= 1.0 { format!("{} calls/s", short(rate)) } else { format!("{} calls/h", short(3600.0 * rate)) }
}
