//! Tests as JUnit XML, which pipelines read. What is not as it should be is a failure; what could not be tested an error.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::report::page::{Case, Suite, Tested};
use crate::workload::shown;

/// A report with one suite.
pub(super) fn draw(suite: &Suite) -> Vec<u8> {
    let mut drawn = TestSuite::new(&*shown(&suite.name));
    for case in &suite.cases {
        let mut test = TestCase::new(&*shown(&case.name), status(case));
        test.set_classname(format!("ctisim.{}.{}", suite.command, shown(&suite.name)));
        drawn.add_test_case(test);
    }
    let mut report = Report::new(format!("ctisim {}", suite.command));
    report.add_test_suite(drawn);
    report.to_string().expect("names and texts are XML").into_bytes()
}

fn status(case: &Case) -> TestCaseStatus {
    let kind = match case.result {
        Tested::Passed => return TestCaseStatus::success(),
        Tested::Failed => NonSuccessKind::Failure,
        Tested::Broken => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(case.verdict).set_message(&*shown(&case.words));
    status
}
