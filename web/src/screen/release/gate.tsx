import { fixed, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { GateBadge } from '~/ui/gate'
import { Card } from '~/ui/parts'
import { Message } from '~/ui/states'
import type { RegressionData } from './query'
import css from './view.module.css'

type Gate = RegressionData['gate']

const ORDER: Gate['outcome'][] = ['FAIL', 'CANNOT_TELL', 'PASS']
/** So many are shown without being asked for. */
const FEW = 3

/** Whether the release may go on, by feature, and what that was measured by. */
export function GateCard({ gate: { outcome, reason, features, thresholds } }: { gate: Gate }) {
  const words = useWords()
  const held = features.filter((one) => one.outcome !== 'PASS').toSorted((left, right) => ORDER.indexOf(left.outcome) - ORDER.indexOf(right.outcome))
  const passed = features.filter((one) => one.outcome === 'PASS')
  const { failOnWatch, maxDecline, minResponses } = thresholds
  return (
    <Card title={`${capital(words('release'))} gate`} note={<Message text={`${reason}.`} />} actions={<GateBadge outcome={outcome} />}>
      {held.length > 0 && <List features={held} label={`What does not pass, by ${words('feature')}`} />}
      {passed.length > 0 && (
        <details className={css.passed} open={held.length === 0 && passed.length <= FEW}>
          <summary>{plural(passed.length, `${words('feature')} passes`, `${words('features')} pass`)}</summary>
          <List features={passed} label={`What passes, by ${words('feature')}`} />
        </details>
      )}
      <p className={css.footnote}>
        {maxDecline > 0 ? `A fall of up to ${fixed(maxDecline, 1)} points is tolerated.` : 'No fall is tolerated.'}
        {' '}{minResponses === null ? `Each ${words('feature')} needs as many ${words('responses')} as a verdict.` : `Each ${words('feature')} needs ${plural(minResponses, words('response'), words('responses'))}.`}
        {' '}{failOnWatch ? 'A suspicion fails.' : 'A suspicion waits.'}
      </p>
    </Card>
  )
}

function List({ features, label }: { features: Gate['features']; label: string }) {
  return (
    <ul className={css.gates} aria-label={label}>
      {features.map(({ name, outcome, reason }) => <li key={name}><b>{name}</b><GateBadge outcome={outcome} /><small>{capital(reason)}.</small></li>)}
    </ul>
  )
}
