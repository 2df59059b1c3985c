//! Every histogram in the format of the HdrHistogram tools.

use std::io::Write;
use std::time::Duration;

use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use hdrhistogram::serialization::{Serializer, V2SerializeError, V2Serializer};
use hdrhistogram::{Counter, Histogram};

use crate::record::{Metric, Series};

use crate::analysis::Study;

/// `histograms.hlog`: an interval log, V2 compressed. Each duration that was measured is one interval, from the end of
/// the warm-up to the end of the run in simulated time, tagged `metric:scope` or `metric:scope:name`. Values are
/// microseconds.
pub fn histograms_hlog(study: &Study) -> Vec<u8> {
    let start = Duration::from_nanos(study.window.warm_up.nanos());
    let duration = Duration::from_nanos(study.measured_nanos());
    let mut bytes = Vec::new();
    let mut serializer = Deflated(V2Serializer::new());
    let mut writer = IntervalLogWriterBuilder::new()
        .add_comment("Values are microseconds; the times of intervals are seconds. Both are simulated time.")
        .begin_log_with(&mut bytes, &mut serializer)
        .expect("memory does not fail");
    for (series, histogram) in study.catalogue.durations.iter().zip(&study.outcome.merged.histograms) {
        if histogram.totals().count > 0 {
            let tag = tag(series);
            let tag = Tag::new(&tag).expect("a tag has no commas, spaces or line ends");
            writer
                .write_histogram(&histogram.to_hdr(), start, duration, Some(tag))
                .expect("memory does not fail, and no count exceeds 63 bits");
        }
    }
    bytes
}

/// V2, compressed. The crate's own serializer uses the compression backend that feature unification selects, and the bytes
/// of the file would depend on it.
struct Deflated(V2Serializer);

impl Serializer for Deflated {
    type SerializeError = V2SerializeError;

    fn serialize<T: Counter, W: Write>(
        &mut self,
        histogram: &Histogram<T>,
        writer: &mut W,
    ) -> Result<usize, V2SerializeError> {
        /// The cookie of a compressed V2 histogram; the length of the rest follows.
        const COOKIE: u32 = 0x1c84_9314;
        const LEVEL: u8 = 6;
        let mut plain = Vec::new();
        self.0.serialize(histogram, &mut plain)?;
        let compressed = miniz_oxide::deflate::compress_to_vec_zlib(&plain, LEVEL);
        writer.write_all(&COOKIE.to_be_bytes())?;
        writer.write_all(&(compressed.len() as u32).to_be_bytes())?;
        writer.write_all(&compressed)?;
        Ok(compressed.len() + 8)
    }
}

/// Commas and white space separate fields in this format: in a name they become underscores.
fn tag(series: &Series<Metric>) -> String {
    let mut tag = format!("{}:{}", series.metric.name(), series.scope.name());
    if !series.name.is_empty() {
        tag.push(':');
        tag.extend(series.name.chars().map(|c| if c == ',' || c.is_whitespace() || c.is_control() { '_' } else { c }));
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;
    use base64::Engine as _;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    #[test]
    fn the_crates_own_reader_finds_every_count() {
        let mut plan = fake::plan();
        plan.route_points[0].name = "main, welcome".into();
        let study = study(&plan);
        let log = histograms_hlog(&study);
        let written = study.catalogue.durations.iter().zip(&study.outcome.merged.histograms);
        let mut expected = written.filter(|(_, histogram)| histogram.totals().count > 0);
        let mut found = 0;
        for entry in IntervalLogIterator::new(&log) {
            let LogEntry::Interval(interval) = entry.unwrap() else {
                panic!("a header that was not asked for");
            };
            let (series, histogram) = expected.next().unwrap();
            assert_eq!(interval.tag().unwrap().as_str(), tag(series));
            assert_eq!(interval.start_timestamp(), Duration::from_secs(60));
            assert_eq!(interval.duration(), Duration::from_secs(540));
            let bytes = base64::engine::general_purpose::STANDARD.decode(interval.encoded_histogram()).unwrap();
            let read: hdrhistogram::Histogram<u64> = Deserializer::new().deserialize(&mut &bytes[..]).unwrap();
            assert_eq!(read, histogram.to_hdr());
            found += 1;
        }
        assert!(found > 20 && expected.next().is_none());
    }

    #[test]
    fn a_tag_is_one_word() {
        let series = Series {
            metric: Metric::SetupDelay,
            scope: crate::record::Scope::RoutePoint,
            name: "main, wel\ncome".into(),
            servers: 1,
            exists: true,
        };
        assert_eq!(tag(&series), "setup_delay:route_point:main__wel_come");
    }
}
