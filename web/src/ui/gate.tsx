import type { Enum } from '~/api/graphql'
import { Icon, type IconName } from './icon'
import css from './gate.module.css'

const LOOKS: Record<Enum<'GateOutcome'>, { label: string; icon: IconName; look: string }> = {
  PASS: { label: 'Gate passes', icon: 'check', look: 'pass' },
  FAIL: { label: 'Gate fails', icon: 'close', look: 'fail' },
  CANNOT_TELL: { label: 'Gate waits', icon: 'question', look: 'wait' },
}

export function GateBadge({ outcome, reason }: { outcome: Enum<'GateOutcome'>; reason?: string }) {
  const { label, icon, look } = LOOKS[outcome]
  return <span className={`${css.gate} ${css[look]}`} title={reason}><Icon name={icon} size={12} />{label}</span>
}
