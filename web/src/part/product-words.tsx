import { useState } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import type { Days } from '~/format/date'
import { useWords } from '~/format/vocabulary'
import { WordsCard } from './words'
import { ProductWordsQuery, type WordsBaseline } from './words.query'

/** The words that set the comments of a period apart, on all of a product. */
export default function ProductWords({ period, release, segment }: { period: Days; release?: string; segment?: string }) {
  const { key: product, name } = useProduct()
  const { seesCustomers } = useRights()
  const words = useWords()
  const [against, setAgainst] = useState<WordsBaseline>('BEFORE')
  const { result, refresh } = useScreenQuery(ProductWordsQuery, { product, period, release: release ?? null, segment: segment ?? null, against, examples: seesCustomers })
  return (
    <WordsCard of={name} against={against} onAgainst={setAgainst} retry={refresh}
      sides={{ BEFORE: 'of the year before', OTHERS: `on other ${words(release ? 'releases' : 'products')} in these days` }}
      result={{ ...result, data: result.data && { words: result.data.product?.commentWords ?? null } }} />
  )
}
