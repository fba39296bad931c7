import { graphql, type ResultOf } from '~/api/graphql'

/** All that a customer may see: their own. */
export const OwnQuery = graphql(`
  query Own($first: Int!) {
    viewer {
      name
      customer {
        id key name
        open: incidents(first: 20, filter: { state: OPEN }) { totalCount nodes { id title severity state openedAt product { key name } features { key name } } }
        past: incidents(first: 5, filter: { state: RESOLVED }) { totalCount nodes { id title severity state openedAt resolvedAt product { key name } features { key name } } }
        feedback(first: $first) {
          totalCount
          nodes { id rating comment occurredAt scale { key name min max step higherIsBetter } feature { key name } product { key name } release { version } }
        }
      }
    }
    announcements(first: 20, orderBy: { field: PLANNED, direction: ASC }, filter: { state: [PUBLISHED, CANCELLED] }) {
      nodes { id kind title state changes workaround planned { from until } product { key name } features { key name } }
    }
  }
`)

export const RespondAsCustomer = graphql(`
  mutation RespondAsCustomer($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { feedback { id } userErrors { code field message } }
  }
`)

type Data = ResultOf<typeof OwnQuery>
export type Own = NonNullable<NonNullable<Data['viewer']>['customer']>
export type OwnResponse = Own['feedback']['nodes'][number]
export type OwnIncident = Own['open']['nodes'][number]
export type OwnAnnouncement = NonNullable<Data['announcements']>['nodes'][number]
