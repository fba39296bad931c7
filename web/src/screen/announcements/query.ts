import { graphql, type ResultOf } from '~/api/graphql'
import { AnnouncementLine } from '~/part/announcement.query'

export const AnnouncementsQuery = graphql(`
  query Announcements($product: Reference!, $filter: AnnouncementFilter, $first: Int!) {
    product(product: $product) {
      id
      announcements(first: $first, filter: $filter) {
        totalCount
        nodes { ...AnnouncementLine notifiedCustomers acknowledgements { edition } awaitingAcknowledgement { id name } }
      }
    }
  }
`, [AnnouncementLine])

export const CreateAnnouncement = graphql(`
  mutation CreateAnnouncement($input: CreateAnnouncementInput!) {
    createAnnouncement(input: $input) { announcement { id } userErrors { code field message } }
  }
`)

export type AnnouncementRow = NonNullable<ResultOf<typeof AnnouncementsQuery>['product']>['announcements']['nodes'][number]
