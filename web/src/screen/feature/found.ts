import { useEffect, useState } from 'react'
import { useClient, type CombinedError } from 'urql'
import type { VariablesOf } from '~/api/graphql'
import { utility } from '~/part/responses'
import type { Response } from '~/part/responses.query'
import { FeatureResponsesQuery } from './query'
import type { FeatureSearch } from './search'

/** So many are read at a time: the API searches no texts. */
const PAGE = 200
/** So many are looked through before the reader is asked whether to go on. */
const STRETCH = 2000

export function fits({ comment, rating, scale, customer }: Response, find: string, wanted: FeatureSearch['rating']): boolean {
  const text = `${comment ?? ''} ${customer?.key ?? ''} ${customer?.name ?? ''}`.toLowerCase()
  if (find && !text.includes(find.toLowerCase())) return false
  if (!wanted) return true
  if (rating === null || !scale) return false
  return wanted === 'low' ? utility(rating, scale) <= 0.4 : utility(rating, scale) >= 0.7
}

export interface Found {
  responses: Response[]
  /** How many were looked through, of how many. */
  read: number
  total: number
  busy: boolean
  error: CombinedError | null
}

const NOTHING: Found = { responses: [], read: 0, total: 0, busy: true, error: null }

interface Asked {
  variables: Omit<VariablesOf<typeof FeatureResponsesQuery>, 'first' | 'after'>
  find: string
  rating: FeatureSearch['rating']
  /** How many matches are enough. */
  enough: number
  pause: boolean
  /** Another number looks anew. */
  round: number
}

/** The responses that fit, the newest first: page after page is read until there are enough of them, or a stretch is over. */
export function useFound({ variables, find, rating, enough, pause, round }: Asked): { found: Found; goOn: () => void } {
  const client = useClient()
  const [found, setFound] = useState(NOTHING)
  const [stretches, setStretches] = useState(1)
  const asked = JSON.stringify(variables)
  useEffect(() => {
    if (pause) return
    let gone = false
    const looked: Found = { ...NOTHING, responses: [] }
    const tell = (busy: boolean) => { if (!gone) setFound({ ...looked, responses: [...looked.responses], busy }) }
    async function look() {
      let after: string | null = null
      while (!gone) {
        const answer: Awaited<ReturnType<typeof page>> = await page(after)
        if (gone) return
        const feedback = answer.data?.feature?.feedback
        looked.error = answer.error ?? null
        if (!feedback) break
        looked.total = feedback.totalCount
        looked.read += feedback.nodes.length
        looked.responses.push(...feedback.nodes.filter((one) => fits(one, find, rating)))
        after = feedback.pageInfo.endCursor
        if (!feedback.pageInfo.hasNextPage || looked.responses.length >= enough || looked.read >= stretches * STRETCH) break
        tell(true)
      }
      tell(false)
    }
    const page = (after: string | null) => client.query(FeatureResponsesQuery, { ...(JSON.parse(asked) as Asked['variables']), first: PAGE, after }, { requestPolicy: 'network-only' }).toPromise()
    void look()
    return () => { gone = true }
  }, [client, asked, find, rating, enough, pause, round, stretches])
  return { found, goOn: () => setStretches(stretches + 1) }
}
