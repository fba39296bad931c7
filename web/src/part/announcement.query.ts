import { graphql, type Enum, type FragmentOf } from '~/api/graphql'

/** What a line about an announcement says. */
export const AnnouncementLine = graphql(`
  fragment AnnouncementLine on Announcement {
    id kind title state edition
    planned { from until }
    product { key name }
    features { key name }
    release { version }
  }
`)

export type AnnouncementLineData = FragmentOf<typeof AnnouncementLine>
export type AnnouncementKind = Enum<'AnnouncementKind'>
export type AnnouncementState = Enum<'AnnouncementState'>

export const AcknowledgeAnnouncement = graphql(`
  mutation AcknowledgeAnnouncement($input: AcknowledgeAnnouncementInput!) {
    acknowledgeAnnouncement(input: $input) {
      announcement { id edition acknowledgements { edition acknowledgedAt note member { id name } } awaitingAcknowledgement { id name } }
      userErrors { code field message }
    }
  }
`)
