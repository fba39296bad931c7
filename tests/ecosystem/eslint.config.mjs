// The schema rules of graphql-eslint: all of them, and those for Relay. Each exception says why it is one.

import graphql from '@graphql-eslint/eslint-plugin'

const schema = 'generated/schema.graphql'

/** Types that people or programs speak of as a part of something else: a number, a statement, an outcome. */
const WITHOUT_ID = {
  suffixes: ['Connection', 'Edge', 'Payload', 'Item'],
  types: [
    // What scores are made of; they are computed for one question and stored nowhere.
    'ChangePoint',
    'CommentWord',
    'CommentWords',
    'IncidentWord',
    'IncidentWords',
    'Evidence',
    'ControlShift',
    'EvidencePoint',
    'FallSince',
    'FeatureRegression',
    'Forecast',
    'ForecastQuantile',
    'Gate',
    'GateFeature',
    'WebhookSecret',
    'Destination',
    'GateThresholds',
    'IncidentAlert',
    'IncidentInterval',
    // Parts of an announcement, the calendar, and figures of a period.
    'Acknowledgement',
    'AffectedCustomer',
    'AffectedSegment',
    'AnnouncementMove',
    'Calendar',
    'CalendarConflict',
    'CalendarEntry',
    'PlannedTime',
    'Preparedness',
    'ReleasePreparedness',
    // What is inferred about causes, and figures of a period.
    'AttributionCandidate',
    'DeliveryPerformance',
    'IncidentCause',
    // What is computed of knowledge for one question.
    'KnowledgeGap',
    'KnownErrorEffect',
    'LikelyDuplicate',
    'Suggestion',
    // What is known of a customer, computed for one question.
    'CustomerFeature',
    'CustomerIncident',
    'CustomerRelease',
    'CustomerSituation',
    // What became of a response, a release and a forecast.
    'CalibrationPoint',
    'FeedbackStep',
    'ForecastCalibration',
    'KeptForecast',
    'ReleaseWatch',
    'WatchSummary',
    // Parts of an inbound webhook, and what was or would be written by it.
    'InboundCondition',
    'InboundField',
    'InboundItemField',
    'InboundMapping',
    'InboundPreview',
    'InboundResult',
    'InboundValue',
    // Words, known by what they stand for.
    'Glossary',
    'GlossaryTerm',
    'GlossaryTranslation',
    // Parts of a feedback request.
    'FeedbackInvitation',
    'FeedbackRequestSegment',
    // A report is computed for one question; what is stored is a StoredReport.
    'Report',
    'ReportChange',
    'ReportFile',
    'ReportTable',
    'ReportAdoption',
    'ReportAnnounced',
    'ReportAnnouncements',
    'ReportAttribution',
    'ReportBeforeAfter',
    'ReportComparison',
    'ReportContributions',
    'ReportDeployments',
    'ReportEstimate',
    'ReportFeatureValue',
    'ReportFinding',
    'ReportForecast',
    'ReportIncident',
    'ReportIncidents',
    'ReportIteration',
    'ReportKnownError',
    'ReportKnownErrors',
    'ReportMark',
    'ReportNews',
    'ReportOverview',
    'ReportProduct',
    'ReportQuestion',
    'ReportQuote',
    'ReportRating',
    'ReportReach',
    'ReportRelease',
    'ReportRequestSegment',
    'ReportRequests',
    'ReportRisk',
    'ReportSecurity',
    'ReportSegmentValue',
    'ReportShipped',
    'ReportSubject',
    'ReportTouch',
    'ReportTrendPoint',
    'ReportValues',
    'ReportWord',
    // A setting of the organization.
    'IncidentWeight',
    // A reason for rejects, counted in its import.
    'ImportReject',
    // A job is known by its name; its runs are told of, and nothing refers to one.
    'Job',
    'JobRun',
    'Interval',
    'MissingResponses',
    'PreviousComparison',
    'ProductComparison',
    'ProductComparisonEntry',
    'Regression',
    'RegressionStratum',
    'ReleaseEffect',
    'ScoreParameters',
    'ScoreParametersStratum',
    'StandardFigure',
    'Suspect',
    'TrendPoint',
    'Value',
    'ValueReport',
    'ValueReportEntry',
    'ValueStratum',
    'VerdictChange',
    // What is left of a response that was deleted: nothing is found by the ID that it had.
    'DeletedFeedback',
    // A count by its product, feature, segment, day and source.
    'Exposure',
    // A release's relation to a feature.
    'ReleaseFeature',
    // Two days.
    'Period',
    // Relay's own type.
    'PageInfo',
    // Who did something, as it was then, and who asks now.
    'Actor',
    'Viewer',
    // A pair that a member is known by.
    'MemberIdentity',
    // What a chart is made of: computed for one question, or summed up by day.
    'DailyExposure',
    'RatingCount',
    'RatingDistribution',
    'Timeline',
    'TimelinePoint',
    'TimelineRelease',
    // What was wrong with an item or an argument.
    'UserError',
  ],
}

/** Findings that stay: the rule, its words, and why. One that is found no more is to be taken out. */
export const exceptions = [
  {
    rule: '@graphql-eslint/require-description',
    message: 'Description is required for input value "reason" in directive "deprecated"',
    reason: 'the directive is built in, and printed by the library',
  },
  {
    rule: '@graphql-eslint/relay-edge-types',
    message: "Edge type's field `node` must implement `Node` interface.",
    reason: 'a DailyExposure is a sum by day, which has no id of its own, a DeletedFeedback is found by no id any more, and nothing refers to a JobRun; there are too many of them for a plain list',
  },
  {
    rule: '@graphql-eslint/no-typename-prefix',
    message: 'Field "releasedAt" starts with the name of the parent type "Release"',
    reason: 'to release is the verb: the moment at which customers got it',
  },
  {
    rule: '@graphql-eslint/no-typename-prefix',
    message: 'Field "releasedOn" starts with the name of the parent type "Release"',
    reason: 'to release is the verb: the day on which customers got it',
  },
  {
    rule: '@graphql-eslint/require-description',
    message: 'Description is required for input value "if" in directive "include"',
    reason: 'the directive is one of GraphQL itself, printed by the library',
  },
  {
    rule: '@graphql-eslint/require-description',
    message: 'Description is required for input value "if" in directive "skip"',
    reason: 'the directive is one of GraphQL itself, printed by the library',
  },
  {
    rule: '@graphql-eslint/require-description',
    message: 'Description is required for input value "url" in directive "specifiedBy"',
    reason: 'the directive is one of GraphQL itself, printed by the library',
  },
]

export default [
  {
    files: [schema],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    rules: {
      ...graphql.configs['flat/schema-all'].rules,
      ...graphql.configs['flat/schema-relay'].rules,

      // Fields stand in reading order: the id first, then what it is called, then what belongs to it.
      '@graphql-eslint/alphabetize': 'off',

      // The rule is for schemas that have no mutations or no subscriptions; this one has both.
      '@graphql-eslint/no-root-type': 'off',

      // `@deprecated` of the specification takes a reason and nothing else; the rule wants a `deletionDate`.
      '@graphql-eslint/require-deprecation-date': 'off',

      // Payloads hold what the mutation changed; that is what a cache needs. The whole graph beside it would let one
      // request write and then read without bound.
      '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',

      // What is not there, or not yours, is an error with a code. A null would say the same without the reason, and
      // every caller would have to look for it.
      '@graphql-eslint/require-nullable-result-in-root': 'off',

      // Stricter than the rule's own choice: fields, arguments and values are described as well.
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
        },
      ],

      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: WITHOUT_ID }],

      // Lists that are short by nature (the strata of a value, the items of a batch) are plain lists.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
]
