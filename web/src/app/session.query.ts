import { graphql } from '~/api/graphql'

/** What the frame and every filter need: the reader, the products, and the nouns to choose from. */
export const SessionQuery = graphql(`
  query Session {
    viewer { name vocabulary role scope operatesServer member { id name vocabulary } customer { key } }
    organization { id name feedCursor minResponses }
    products(first: 200) { nodes { id key name timeZone description } }
    teams(first: 200) { nodes { id key name } }
    segments(first: 200) { nodes { id key name } }
    scales(first: 200) { nodes { id key name kind min max step higherIsBetter } }
  }
`)

/** The preference of a member, which the server follows as well. */
export const PreferVocabulary = graphql(`
  mutation PreferVocabulary($input: UpdateProfileInput!) { updateProfile(input: $input) { member { id vocabulary } userErrors { message } } }
`)

export const UnreadQuery = graphql(`
  query Unread { viewer { unreadNotifications } }
`)
