import { graphql } from './graphql'

export const FeedbackReceived = graphql(`
  subscription LiveFeedback($after: String) {
    feedbackReceived(after: $after) {
      id rating comment occurredAt channel
      scale { key min max higherIsBetter } feature { key name } product { key name } release { version } customer { key }
    }
  }
`)

export const IncidentChanged = graphql(`
  subscription LiveIncident($after: String) {
    incidentChanged(after: $after) {
      id title severity state openedAt resolvedAt updatedAt product { key name } features { key name }
    }
  }
`)

export const ReleaseChanged = graphql(`
  subscription LiveRelease($after: String) {
    releaseChanged(after: $after) { id version title lifecycle updatedAt product { key name } }
  }
`)

export const AnnouncementChanged = graphql(`
  subscription LiveAnnouncement($after: String) {
    announcementChanged(after: $after) { id kind title state edition updatedAt planned { from until } product { key name } }
  }
`)

/** Only members have notifications. */
export const NotificationReceived = graphql(`
  subscription LiveNotification($after: String) {
    notificationReceived(after: $after) { id kind updatedAt }
  }
`)

export const VerdictChanged = graphql(`
  subscription LiveVerdict {
    verdictChanged { before after feature { key name } release { version product { key name } } regression { score } }
  }
`)
