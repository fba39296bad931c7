import { graphql, type ResultOf } from '~/api/graphql'
import { AnnouncementLine } from '~/part/announcement.query'

/** Only for members. */
export const NotificationsQuery = graphql(`
  query Notifications($filter: NotificationFilter, $first: Int!) {
    viewer {
      unreadNotifications
      notifications(first: $first, filter: $filter) {
        totalCount
        nodes {
          id kind reason occurrences createdAt updatedAt readAt
          subject {
            ... on Announcement { ...AnnouncementLine }
            ... on Incident { id title severity status: state openedAt product { key name } features { key name } }
            ... on Feature { id key name product { key name } }
            ... on Release { id version product { key name } }
            ... on KnownError { id title errorState: state product { key name } features { key name } }
          }
        }
      }
    }
  }
`, [AnnouncementLine])

export const MarkRead = graphql(`
  mutation MarkRead($input: MarkNotificationsReadInput!) {
    markNotificationsRead(input: $input) { marked unread userErrors { code field message } }
  }
`)

export const ToReadQuery = graphql(`
  query ToRead {
    announcements(first: 100, filter: { state: PUBLISHED }, orderBy: { field: PLANNED, direction: ASC }) {
      nodes { ...AnnouncementLine changes talkingPoints workaround contactMember { name } contactTeam { name } awaitingAcknowledgement { id } }
    }
  }
`, [AnnouncementLine])

export const FindCustomersQuery = graphql(`
  query FindCustomers($text: String!) {
    customers(first: 6, filter: { text: $text }) { nodes { id key name segment { name } } }
  }
`)

/** All that may hurt one customer now, or soon. */
export const AffectedQuery = graphql(`
  query Affected($customer: Reference!) {
    customer(customer: $customer) {
      id key name
      segment { name }
      open: incidents(first: 20, filter: { state: OPEN }) { totalCount nodes { id title severity state openedAt features { key name } product { key } } }
      feedback(first: 50) { nodes { id feature { key } } }
    }
    incidents(first: 50, filter: { state: OPEN }) {
      nodes { id title severity state openedAt features { key name } product { key } }
    }
    announcements(first: 50, filter: { state: PUBLISHED }, orderBy: { field: PLANNED, direction: ASC }) { nodes { ...AnnouncementLine } }
  }
`, [AnnouncementLine])

export type NotificationRow = NonNullable<ResultOf<typeof NotificationsQuery>['viewer']>['notifications']['nodes'][number]
export type ToRead = NonNullable<ResultOf<typeof ToReadQuery>['announcements']>['nodes'][number]
