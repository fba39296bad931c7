//! The input of a report, and which of its fields apply to which kind.

use async_graphql::{Context, InputObject};
use ballroom_render::{
    self as render,
    model::{Audience, Kind},
};

use super::{ReportAudience, ReportKind, ReportVocabulary};
use crate::{
    base::error::Error,
    graphql::{
        ContextExt,
        fault::Fault,
        scalar::{Date, PeriodInput, Reference},
    },
    report::{Against, Asked, Reader, Which},
    score::Period,
};

/// A report to compute. Which fields apply depends on the kind; others are refused.
#[derive(InputObject)]
pub(in crate::graphql) struct ReportInput {
    /// Kind of the report.
    kind: ReportKind,
    /// ID or key of the product. Required for VALUE and RELEASE, and for ITERATION unless the iteration is given by its ID or
    /// there is only one product.
    product: Option<Reference>,
    /// Name or ID of the iteration, for ITERATION; `last`: the last one that is over (the default); `current`: the one of
    /// today.
    iteration: Option<Reference>,
    /// Version or ID of the release. Required for RELEASE; for VALUE only responses on this release count.
    release: Option<Reference>,
    /// ID or key of a segment, for VALUE: only the value to this segment.
    segment: Option<Reference>,
    /// Days, for VALUE (the last 90 by default), OVERVIEW (28) and SECURITY (90).
    period: Option<PeriodInput>,
    /// Version or ID of a release that the values are compared with, for VALUE.
    against_release: Option<Reference>,
    /// ID or key of a segment that the values are compared with, for VALUE.
    against_segment: Option<Reference>,
    /// Days that the values are compared with, for VALUE.
    against_period: Option<PeriodInput>,
    /// Use only data known at the end of this day.
    as_of: Option<Date>,
    /// Audience. By default that of the caller's role.
    audience: Option<ReportAudience>,
    /// Vocabulary. By default that of the audience.
    vocabulary: Option<ReportVocabulary>,
}

impl ReportInput {
    /// What is asked for, and for whom. Fields that the kind does not have are refused.
    pub(super) fn asked(self, ctx: &Context<'_>) -> Result<(Asked, Reader), Fault> {
        let reader = Reader::of(
            ctx.viewer(),
            self.audience.map(Audience::from),
            self.vocabulary.map(render::Vocabulary::from),
        )?;
        let kind = Kind::from(self.kind);
        self.check(kind)?;
        let text = |reference: Option<Reference>| reference.map(|reference| reference.0);
        let required = |field: &str, reference: Option<Reference>| {
            text(reference).ok_or_else(|| {
                Error::invalid(field, format!("is required for a report of the kind {}", name(kind)))
            })
        };
        let (as_of, period) = (self.as_of.map(|day| day.0), self.period.map(Period::from));
        let asked = match kind {
            Kind::Iteration => Asked::Iteration {
                product: text(self.product),
                iteration: match text(self.iteration) {
                    None => Which::Last,
                    Some(which) => Which::of(which),
                },
                as_of,
            },
            Kind::Value => Asked::Value {
                product: required("product", self.product)?,
                period,
                release: text(self.release),
                segment: text(self.segment),
                against: match (self.against_release, self.against_segment, self.against_period) {
                    (Some(release), ..) => Some(Against::Release(release.0)),
                    (_, Some(segment), _) => Some(Against::Segment(segment.0)),
                    (_, _, Some(period)) => Some(Against::Period(period.into())),
                    _ => None,
                },
                as_of,
            },
            Kind::Release => Asked::Release {
                product: required("product", self.product)?,
                release: required("release", self.release)?,
                as_of,
            },
            Kind::Overview => Asked::Overview { period, as_of },
            Kind::Security => Asked::Security { period, as_of },
        };
        Ok((asked, reader))
    }

    fn check(&self, kind: Kind) -> Result<(), Error> {
        use Kind::{Iteration, Overview, Release, Security, Value};
        let fields = [
            ("product", self.product.is_some(), &[Iteration, Value, Release][..]),
            ("iteration", self.iteration.is_some(), &[Iteration]),
            ("release", self.release.is_some(), &[Value, Release]),
            ("segment", self.segment.is_some(), &[Value]),
            ("period", self.period.is_some(), &[Value, Overview, Security]),
            ("againstRelease", self.against_release.is_some(), &[Value]),
            ("againstSegment", self.against_segment.is_some(), &[Value]),
            ("againstPeriod", self.against_period.is_some(), &[Value]),
        ];
        for (field, given, kinds) in fields {
            if given && !kinds.contains(&kind) {
                let reason = format!("does not apply to a report of the kind {}; omit it", name(kind));
                return Err(Error::invalid(field, reason));
            }
        }
        let against =
            [self.against_release.is_some(), self.against_segment.is_some(), self.against_period.is_some()];
        match against.into_iter().filter(|given| *given).count() {
            0 | 1 => Ok(()),
            _ => Err(Error::invalid(
                "againstRelease",
                "must be omitted with againstSegment or againstPeriod: values are compared with one thing",
            )),
        }
    }
}

/// The name of a kind in the schema.
fn name(kind: Kind) -> String {
    kind.name().to_uppercase()
}
