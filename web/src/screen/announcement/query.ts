import { graphql, type ResultOf } from '~/api/graphql'
import { AnnouncementLine } from '~/part/announcement.query'

const Whole = graphql(`
  fragment AnnouncementWhole on Announcement {
    ...AnnouncementLine
    audiences changes talkingPoints workaround rollback
    contactMember { id name } contactTeam { id name }
    createdAt publishedAt createdBy { name } source externalId notifiedCustomers
    moves { kind edition movedAt reason movedBy { name } planned { from until } }
    acknowledgements { edition acknowledgedAt note member { id name } }
    awaitingAcknowledgement { id name }
    affectedBySegment { segment { key name } customers isRest }
  }
`, [AnnouncementLine])

export const AnnouncementQuery = graphql(`
  query Announcement($announcement: ID!) {
    announcement(id: $announcement) { ...AnnouncementWhole }
  }
`, [Whole])

/** Apart, because not every role may see them. */
export const AffectedCustomersQuery = graphql(`
  query AffectedCustomers($announcement: ID!, $filter: CustomerFilter, $first: Int!) {
    announcement(id: $announcement) {
      id
      affectedCustomers(first: $first, filter: $filter) {
        totalCount
        nodes { reasons notifiedAt customer { id key name segment { name } } }
      }
    }
  }
`)

export const UpdateAnnouncement = graphql(`
  mutation UpdateAnnouncement($input: UpdateAnnouncementInput!) {
    updateAnnouncement(input: $input) { announcement { ...AnnouncementWhole } userErrors { code field message } }
  }
`, [Whole])

export const PublishAnnouncement = graphql(`
  mutation PublishAnnouncement($input: PublishAnnouncementInput!) {
    publishAnnouncement(input: $input) { announcement { ...AnnouncementWhole } userErrors { code field message } }
  }
`, [Whole])

export const RescheduleAnnouncement = graphql(`
  mutation RescheduleAnnouncement($input: RescheduleAnnouncementInput!) {
    rescheduleAnnouncement(input: $input) { announcement { ...AnnouncementWhole } userErrors { code field message } }
  }
`, [Whole])

export const ConcludeAnnouncement = graphql(`
  mutation ConcludeAnnouncement($input: ConcludeAnnouncementInput!) {
    concludeAnnouncement(input: $input) { announcement { ...AnnouncementWhole } userErrors { code field message } }
  }
`, [Whole])

export const CancelAnnouncement = graphql(`
  mutation CancelAnnouncement($input: CancelAnnouncementInput!) {
    cancelAnnouncement(input: $input) { announcement { ...AnnouncementWhole } userErrors { code field message } }
  }
`, [Whole])

export const DecideCustomers = graphql(`
  mutation DecideCustomers($input: SetAnnouncementCustomersInput!) {
    setAnnouncementCustomers(input: $input) {
      announcement { id notifiedCustomers affectedBySegment { segment { key name } customers isRest } }
      userErrors { code field message }
    }
  }
`)

export type AnnouncementData = NonNullable<ResultOf<typeof AnnouncementQuery>['announcement']>
export type AffectedCustomer = NonNullable<ResultOf<typeof AffectedCustomersQuery>['announcement']>['affectedCustomers']['nodes'][number]
