import { graphql, type ResultOf } from '~/api/graphql'
import { AnnouncementLine } from '~/part/announcement.query'
import { ResponseFields } from '~/part/responses.query'

export const CustomerQuery = graphql(`
  query Customer($customer: Reference!, $first: Int!) {
    customer(customer: $customer) {
      id key name createdAt
      segment { key name }
      open: incidents(first: 20, filter: { state: OPEN }) { totalCount nodes { id title severity state openedAt features { key name } product { key } } }
      past: incidents(first: 20, filter: { state: RESOLVED }) { totalCount nodes { id title severity state openedAt resolvedAt features { key name } product { key } } }
      feedback(first: $first) { totalCount nodes { ...ResponseFields } }
      exposure(first: 60) { nodes { day activeCustomers feature { key name } } }
    }
    announcements(first: 50, filter: { state: PUBLISHED }, orderBy: { field: PLANNED, direction: ASC }) { nodes { ...AnnouncementLine } }
    incidents(first: 50, filter: { state: OPEN }) {
      totalCount
      nodes { id title severity state openedAt features { key name } product { key } }
    }
  }
`, [ResponseFields, AnnouncementLine])

export type CustomerData = NonNullable<ResultOf<typeof CustomerQuery>['customer']>
export type OpenIncident = CustomerData['open']['nodes'][number]
