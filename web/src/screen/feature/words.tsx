import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import type { Days } from '~/format/date'
import { useWords } from '~/format/vocabulary'
import { WordsCard } from '~/part/words'
import { FeatureWordsQuery } from '~/part/words.query'
import type { FeatureSearch } from './search'

interface Props {
  feature: string
  name: string
  period: Days
  search: FeatureSearch
  onChange: (next: Partial<FeatureSearch>) => void
}

/** The words that set the comments on a feature apart: from before, or from those on other features. */
export function FeatureWords({ feature, name, period, search, onChange }: Props) {
  const { key: product } = useProduct()
  const { seesCustomers } = useRights()
  const words = useWords()
  const against = search.words === 'peculiar' ? 'OTHERS' : 'BEFORE'
  const { result, refresh } = useScreenQuery(FeatureWordsQuery, { product, feature, period, release: search.release ?? null, segment: search.segment ?? null, against, examples: seesCustomers })
  return (
    <WordsCard of={name} against={against} onAgainst={(next) => onChange({ words: next === 'OTHERS' ? 'peculiar' : undefined })} retry={refresh}
      sides={{ BEFORE: 'of the year before', OTHERS: `on other ${words('features')} in these days` }}
      onFind={seesCustomers ? (find) => {
        onChange({ find })
        document.getElementById('responses')?.scrollIntoView({ block: 'start' })
      } : undefined}
      result={{ ...result, data: result.data && { words: result.data.feature?.commentWords ?? null } }} />
  )
}
