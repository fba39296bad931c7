// One query, one mutation and one subscription by the generated types; `tsc` checks every field that is read here.

import {
  AnswerReceivedDocument,
  LatestAnswersDocument,
  type LatestAnswersQuery,
  SubmitAnswerDocument,
} from '../generated/codegen/operations.js'
import { type Place, ask, listen } from './client.js'

/** An answer as a front end holds it. */
export type Answer = NonNullable<LatestAnswersQuery['product']>['feedback']['nodes'][number]

/** The latest answers about a product. */
export async function latest(place: Place, product: string): Promise<readonly Answer[]> {
  // @ts-expect-error The product is needed: types that would allow anything fail here.
  void (() => ask(place, LatestAnswersDocument, { first: 10 }))
  const found = await ask(place, LatestAnswersDocument, { product, first: 10 })
  // @ts-expect-error There may be no such product.
  void (() => found.product.feedback)
  if (!found.product) throw new Error(`There is no product ${product}.`)
  return found.product.feedback.nodes
}

/** Submits an answer; gives its id. */
export async function submit(place: Place, product: string, rating: number, comment: string): Promise<string> {
  const input = { product, scale: 'csat', rating, comment }
  const { submitFeedback } = await ask(place, SubmitAnswerDocument, { input })
  if (!submitFeedback) throw new Error('The server failed.')
  // @ts-expect-error A payload holds no answer where the server refused it.
  void (() => submitFeedback.feedback.id)
  if (!submitFeedback.feedback) throw new Error(submitFeedback.userErrors.map(({ message }) => message).join(' '))
  return submitFeedback.feedback.id
}

/** The comment of the next answer about a product. */
export async function next(place: Place, product: string): Promise<string | null | undefined> {
  for await (const { feedbackReceived } of listen(place, AnswerReceivedDocument, { product })) {
    return feedbackReceived.comment
  }
  return undefined
}
