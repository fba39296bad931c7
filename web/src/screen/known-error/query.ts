import { graphql, type ResultOf } from '~/api/graphql'
import { KnownErrorLine } from '~/part/known-error.query'
import { ResponseFields } from '~/part/responses.query'

const Whole = graphql(`
  fragment KnownErrorWhole on KnownError {
    ...KnownErrorLine
    symptom cause wontFixReason createdAt updatedAt createdBy { name } source externalId
    articles(first: 20) { nodes { id title body url articleState: state language updatedAt } }
  }
`, [KnownErrorLine])

export const KnownErrorQuery = graphql(`
  query KnownError($error: ID!) { knownError(id: $error) { ...KnownErrorWhole } }
`, [Whole])

/** Apart, because not every role may see them. */
export const LinkedQuery = graphql(`
  query Linked($error: ID!, $incidents: Int!, $responses: Int!) {
    knownError(id: $error) {
      id
      incidents(first: $incidents) { totalCount nodes { id title severity state openedAt features { name } product { key } } }
      feedback(first: $responses) { totalCount nodes { ...ResponseFields } }
    }
  }
`, [ResponseFields])

/** Which of the last releases have it. */
export const EffectsQuery = graphql(`
  query Effects($product: Reference!) {
    product(product: $product) {
      id
      releases(first: 12, filter: { lifecycle: [RELEASED] }) { nodes { id version knownErrors(effect: [AFFECTED, FIXED, NOT_AFFECTED]) { effect knownError { id } } } }
    }
  }
`)

export const UpdateKnownError = graphql(`
  mutation UpdateKnownError($input: UpdateKnownErrorInput!) {
    updateKnownError(input: $input) { knownError { ...KnownErrorWhole } userErrors { code field message } }
  }
`, [Whole])

export const UnlinkKnownError = graphql(`
  mutation UnlinkKnownError($input: UnlinkKnownErrorInput!) {
    unlinkKnownError(input: $input) { knownError { id incidents(first: 1) { totalCount } } userErrors { code field message } }
  }
`)

export const CreateArticle = graphql(`
  mutation CreateArticle($input: CreateArticleInput!) { createArticle(input: $input) { article { id } userErrors { code field message } } }
`)

export const PublishArticle = graphql(`
  mutation PublishArticle($input: PublishArticleInput!) { publishArticle(input: $input) { article { id articleState: state } userErrors { code field message } } }
`)

export const RetireArticle = graphql(`
  mutation RetireArticle($input: RetireArticleInput!) { retireArticle(input: $input) { article { id articleState: state } userErrors { code field message } } }
`)

export type KnownErrorData = NonNullable<ResultOf<typeof KnownErrorQuery>['knownError']>
export type ArticleData = KnownErrorData['articles']['nodes'][number]
