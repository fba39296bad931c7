import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useScreenQuery } from '~/app/operations'
import { percent } from '~/format/number'
import { useWords } from '~/format/vocabulary'
import { Button, classes } from '~/ui/parts'
import { ErrorState, placeOf, spanOf } from './known-error'
import css from './suggestions.module.css'
import { SuggestionsQuery, type SuggestionData } from './suggestions.query'

/** So long nothing is typed before it is asked, in milliseconds; and so many letters are too few. */
const PAUSE = 250
const LEAST = 4
/** What has fewer of the words is about something else. */
const RELEVANT = 0.3

/** What is typed, once the typing pauses. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

interface Props {
  text: string
  product: string
  feature?: string
  release?: string
  /** The known errors that it is said to be. */
  chosen: readonly string[]
  onChoose: (chosen: string[]) => void
  /** Those that are linked already. */
  known?: readonly string[]
}

/** While something is typed: the known errors that it may be about, with what can be done meanwhile. */
export function Suggestions({ text, product, feature, release, chosen, onChoose, known = [] }: Props) {
  const words = useWords()
  const sought = useSettled(text.trim())
  const { result } = useScreenQuery(SuggestionsQuery, { text: sought, product, feature: feature ?? null, release: release ?? null }, { pause: sought.length < LEAST, hidden: true })
  const found = sought.length < LEAST ? [] : (result.data?.suggestions ?? []).filter(({ relevance, knownError, article }) => relevance >= RELEVANT && !(knownError && known.includes(knownError.id)) && !article?.knownErrors.some(({ id }) => known.includes(id)))
  return (
    <div aria-live="polite">
      {found.length > 0 && (
        <section className={css.suggestions} aria-label="It may be known">
          <h3>It may be known</h3>
          <ul>
            {found.map((suggestion) => {
              const { knownError, article } = suggestion
              if (knownError) return <Known key={knownError.id} suggestion={suggestion} isChosen={chosen.includes(knownError.id)} onChoose={(on) => onChoose(on ? [...chosen, knownError.id] : chosen.filter((id) => id !== knownError.id))} />
              return article && <li key={article.id}><span><b>{article.url && /^https?:/.test(article.url) ? <a href={article.url} target="_blank" rel="noreferrer noopener">{article.title}</a> : article.knownErrors[0] ? <Link to="/p/$product/known-errors/$error" params={{ product, error: article.knownErrors[0].id }} target="_blank">{article.title}</Link> : article.title}</b><small>{words('article')} · {percent(suggestion.relevance)} of the words</small></span></li>
            })}
          </ul>
        </section>
      )}
    </div>
  )
}

function Known({ suggestion: { knownError, workaround, relevance, words: matched }, isChosen, onChoose }: { suggestion: SuggestionData; isChosen: boolean; onChoose: (on: boolean) => void }) {
  if (!knownError) return null
  return (
    <li className={classes(isChosen && css.chosen)}>
      <span>
        <b><Link to="/p/$product/known-errors/$error" params={{ product: knownError.product.key, error: knownError.id }} target="_blank">{knownError.title}</Link></b>
        <small><ErrorState state={knownError.errorState} /> {[placeOf(knownError), spanOf(knownError)].filter(Boolean).join(' · ')}</small>
        {workaround && <span className={css.workaround} dir="auto">{workaround}</span>}
        <small title={`Words: ${matched.join(', ')}`}>{percent(relevance)} of the words</small>
      </span>
      <Button small kind={isChosen ? 'primary' : 'plain'} icon={isChosen ? 'check' : undefined} aria-pressed={isChosen} aria-label={`It is “${knownError.title}”`} onClick={() => onChoose(!isChosen)}>It is this</Button>
    </li>
  )
}
