import { useState } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import { useWords } from '~/format/vocabulary'
import { WordsCard } from '~/part/words'
import { ReleaseWordsQuery, type WordsBaseline } from '~/part/words.query'

/** The words that set the comments of its customers apart. */
export function ReleaseWords({ version }: { version: string }) {
  const { key: product } = useProduct()
  const { seesCustomers } = useRights()
  const words = useWords()
  const [against, setAgainst] = useState<WordsBaseline>('BEFORE')
  const { result, refresh } = useScreenQuery(ReleaseWordsQuery, { product, release: version, against, examples: seesCustomers })
  return (
    <WordsCard of={version} against={against} onAgainst={setAgainst} retry={refresh}
      sides={{ BEFORE: 'of the year before', OTHERS: `on other ${words('releases')} in these days` }}
      result={{ ...result, data: result.data && { words: result.data.release?.commentWords ?? null } }} />
  )
}
