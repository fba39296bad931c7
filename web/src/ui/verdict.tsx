import { signed } from '~/format/number'
import { VERDICTS, type Tone, type Verdict } from '~/format/verdict'
import { useSaid } from '~/format/vocabulary'
import { Icon, type IconName } from './icon'
import { classes } from './parts'
import css from './verdict.module.css'

const SIGNS: Record<Tone, IconName> = {
  regressed: 'fall', watch: 'eye', since: 'history', recovered: 'iteration', improved: 'up', quiet: 'minus', unknown: 'question',
}

export function VerdictBadge({ verdict, label }: { verdict: Verdict; label?: string }) {
  const say = useSaid()
  const { label: word, tone, meaning } = VERDICTS[verdict]
  return (
    <span className={classes(css.badge, css[tone])} title={say(meaning)}>
      <Icon name={SIGNS[tone]} size={12} />
      {label ?? word}
    </span>
  )
}

/** A change in points. It has a direction only if its interval leaves zero out. */
export function Change({ estimate, clear, digits = 1 }: { estimate: number; clear: boolean; digits?: number }) {
  if (!clear) return <span className={classes(css.change, css.unclear)} title="Too small to be told from chance">{signed(estimate, digits)}</span>
  const up = estimate > 0
  return (
    <span className={classes(css.change, up ? css.up : css.down)}>
      <Icon name={up ? 'up' : 'fall'} size={12} />
      {signed(estimate, digits)}
    </span>
  )
}
