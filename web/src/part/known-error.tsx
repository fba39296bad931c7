import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWords, type Words } from '~/format/vocabulary'
import { classes } from '~/ui/parts'
import css from './known-error.module.css'
import type { KnownErrorLineData, KnownErrorState } from './known-error.query'

export const ERROR_STATES: Record<KnownErrorState, { label: string; look: string }> = {
  OPEN: { label: 'Open', look: 'open' },
  FIX_PLANNED: { label: 'Fix planned', look: 'planned' },
  FIXED: { label: 'Fixed', look: 'fixed' },
  WONT_FIX: { label: 'Will not be fixed', look: 'never' },
}

export function ErrorState({ state }: { state: KnownErrorState }) {
  const { label, look } = ERROR_STATES[state]
  return <span className={classes(css.state, css[look])}>{label}</span>
}

/** From which release to which: "since 5.3, fix in 5.3.1". */
export function spanOf({ introducedIn, fixedIn }: Pick<KnownErrorLineData, 'introducedIn' | 'fixedIn'>): string | null {
  const since = introducedIn && `since ${introducedIn.version}`
  const fixed = fixedIn.length > 0 ? `${fixedIn.every(({ lifecycle }) => lifecycle === 'RELEASED') ? 'fixed' : 'fix planned'} in ${fixedIn.map(({ version }) => version).join(', ')}` : null
  return [since, fixed].filter(Boolean).join(', ') || null
}

export function placeOf({ features, product }: Pick<KnownErrorLineData, 'features' | 'product'>): string {
  return features.map(({ name }) => name).join(', ') || `${product.name} as a whole`
}

/** Known errors below one another, with what customers can do meanwhile. */
export function KnownErrorLines({ errors, aside }: { errors: KnownErrorLineData[]; aside?: (error: KnownErrorLineData) => ReactNode }) {
  const words: Words = useWords()
  return (
    <ul className={css.lines}>
      {errors.map((error) => (
        <li key={error.id}>
          <span>
            <Link className={css.title} to="/p/$product/known-errors/$error" params={{ product: error.product.key, error: error.id }}>{error.title}</Link>
            <small>{[placeOf(error), spanOf(error)].filter(Boolean).join(' · ')}</small>
            {error.workaround && <span className={css.workaround} dir="auto"><b>Workaround</b> {error.workaround}</span>}
            {!error.workaround && error.errorState !== 'FIXED' && <small>Nothing that {words('customers')} can do is known.</small>}
          </span>
          {aside?.(error) ?? <ErrorState state={error.errorState} />}
        </li>
      ))}
    </ul>
  )
}
