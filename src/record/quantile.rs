//! Quantiles, which planners call percentiles.

use std::borrow::Cow;

/// A quantile above 0 and below 1, to the millionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantile {
    millionths: u32,
}

const ONE: u32 = 1_000_000;
/// Digits of a percentage after the point.
const DECIMALS: usize = 4;

impl Quantile {
    /// The median.
    pub const P50: Quantile = Quantile { millionths: 500_000 };
    /// The 90 % quantile.
    pub const P90: Quantile = Quantile { millionths: 900_000 };
    /// The 95 % quantile.
    pub const P95: Quantile = Quantile { millionths: 950_000 };
    /// The 99 % quantile.
    pub const P99: Quantile = Quantile { millionths: 990_000 };
    /// The 99.9 % quantile.
    pub const P999: Quantile = Quantile { millionths: 999_000 };

    /// Those that are kept of every duration and have columns, in ascending order. Any other can be asked for.
    pub const ALL: [Quantile; 5] = [Quantile::P50, Quantile::P90, Quantile::P95, Quantile::P99, Quantile::P999];

    /// The quantile of so many millionths; `None` if that is not between none and all.
    pub const fn of_millionths(millionths: u32) -> Option<Quantile> {
        if millionths > 0 && millionths < ONE { Some(Quantile { millionths }) } else { None }
    }

    /// The same in millionths.
    pub const fn millionths(self) -> u32 {
        self.millionths
    }

    /// Reads `p80`, `p99.9`, or `p999` as columns have it.
    ///
    /// # Errors
    /// Why it is none, and what to write; `None` if it does not look like one.
    pub(super) fn parse(name: &str) -> Result<Quantile, Option<String>> {
        let digits = name.strip_prefix('p').ok_or(None)?;
        if digits == "999" {
            return Ok(Quantile::P999);
        }
        Quantile::of_percent(digits).map_err(|why| why.map(|why| format!("`{name}` is no percentile: {why}")))
    }

    /// The quantile of a percentage as it is written; without a reason if it is none.
    fn of_percent(text: &str) -> Result<Quantile, Option<String>> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || text.ends_with('.') {
            return Err(None);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > DECIMALS {
            return Err(Some(format!("it may have {DECIMALS} digits after the point")));
        }
        let millionths = format!("{whole}{fraction:0<DECIMALS$}").parse::<u64>().unwrap_or(u64::MAX);
        match millionths {
            0 => Err(Some("nothing is below the least: ask for one above 0, such as `p1`, or for the `mean`".to_owned())),
            _ if millionths == u64::from(ONE) => Err(Some(
                "the greatest of all grows with the number of replications: ask for `max_p50` or `max_p95`, the greatest in a \
                 replication, or for `p99.9`"
                    .to_owned(),
            )),
            _ if millionths > u64::from(ONE) => Err(Some(match whole.split_at_checked(2) {
                Some((percent, rest)) if fraction.is_empty() && whole.bytes().skip(2).all(|it| it == b'9') => {
                    format!("it is above 100 %; did you mean `p{percent}.{rest}`?")
                }
                _ => "it is above 100 %".to_owned(),
            })),
            _ => Quantile::of_millionths(millionths as u32).ok_or(None),
        }
    }

    /// The quantile that was meant by `p99,9`, `P99`, `99%`, `q99` or `99th`.
    pub(super) fn meant(name: &str) -> Option<Quantile> {
        let is_of_number = |it: char| it.is_ascii_digit() || it == '.' || it == ',';
        let others: String = name.chars().filter(|it| !is_of_number(*it)).collect();
        let is_meant = ["", "p", "P", "q", "%", "p_", "th", "p%", "P%", "q%"].contains(&others.as_str());
        let number: String = name.chars().filter(|it| is_of_number(*it)).collect();
        let number = number.trim_matches(['.', ',']).replace(',', ".");
        is_meant.then(|| Quantile::parse(&format!("p{number}")).ok()).flatten()
    }

    /// The name in a measure and in the columns of files.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Quantile::P50 => "p50".into(),
            Quantile::P90 => "p90".into(),
            Quantile::P95 => "p95".into(),
            Quantile::P99 => "p99".into(),
            Quantile::P999 => "p999".into(),
            Quantile { millionths } => {
                let (percent, rest) = (millionths / 10_000, millionths % 10_000);
                let fraction = format!("{rest:04}");
                match fraction.trim_end_matches('0') {
                    "" => format!("p{percent}").into(),
                    fraction => format!("p{percent}.{fraction}").into(),
                }
            }
        }
    }

    /// Its place among those that are kept of every duration, if it is one of them.
    pub fn kept(self) -> Option<usize> {
        Quantile::ALL.into_iter().position(|kept| kept == self)
    }

    /// The share of values at or below it.
    pub const fn share(self) -> f64 {
        self.millionths as f64 / ONE as f64
    }

    /// How many values have one on either side of it: with fewer, it is the least or the greatest of them.
    pub fn enough(self) -> u64 {
        let rarer = self.millionths.min(ONE - self.millionths);
        (f64::from(ONE) / f64::from(rarer)).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_percentile_has_one_name() {
        for (text, name, share) in [
            ("p80", "p80", 0.8),
            ("p99.9", "p999", 0.999),
            ("p999", "p999", 0.999),
            ("p99.90", "p999", 0.999),
            ("p99.95", "p99.95", 0.9995),
            ("p12.5", "p12.5", 0.125),
            ("p50.0", "p50", 0.5),
            ("p0.0001", "p0.0001", 0.000_001),
            ("p99.9999", "p99.9999", 0.999_999),
        ] {
            let quantile = Quantile::parse(text).unwrap();
            assert_eq!((&*quantile.name(), quantile.share()), (name, share), "{text}");
            assert_eq!(Quantile::parse(&quantile.name()), Ok(quantile));
        }
        // One in a hundred is above the 99 %, one in eight below the 12.5 % quantile.
        let enough = |text: &str| Quantile::parse(text).unwrap().enough();
        assert_eq!(
            [enough("p99"), enough("p999"), enough("p80"), enough("p12.5"), enough("p50")],
            [100, 1000, 5, 8, 2]
        );
    }

    #[test]
    fn what_is_no_percentile_is_refused_with_what_to_write() {
        for (text, word) in [
            ("p0", "`mean`"),
            ("p0.0", "above 0"),
            ("p100", "`max_p95`"),
            ("p100.0", "`max_p50`"),
            ("p9999", "did you mean `p99.99`"),
            ("p101", "above 100 %"),
            ("p99.99999", "4 digits"),
        ] {
            let why = Quantile::parse(text).unwrap_err().unwrap();
            assert!(why.contains(word), "{why}");
        }
        for text in ["p", "p.", "p.5", "p5.", "pp", "p-5", "p1e1", "80", "max_p95", "p9,9"] {
            assert_eq!(Quantile::parse(text), Err(None), "{text}");
        }
    }
}
