import { longDay } from './date'
import { fixed, multiple, plural, signed } from './number'
import { bySeverity, REASONS, type Verdict, type VerdictReason } from './verdict'

export interface FeatureFinding {
  feature: { name: string } | null
  verdict: Verdict
  reason: VerdictReason | null
  change: { estimate: number; lower: number | null; upper: number | null } | null
  rateRatio: { estimate: number; lower: number | null; upper: number | null } | null
  responses: number
  missing: { before: number; after: number } | null
  changePoint: { found: boolean; day: string } | null
  since: { day: string; version: string | null } | null
}

/** What is meant where no feature is named. */
export const WHOLE = 'the product as a whole'

/** A sentence about one feature, in three pieces so that a page can set the name apart. */
export interface Sentence {
  before: string
  name: string
  after: string
}

export const textOf = ({ before, name, after }: Sentence) => before + name + after

function points({ estimate, lower, upper }: NonNullable<FeatureFinding['change']>): string {
  const size = plural(Number(fixed(Math.abs(estimate))), 'point')
  if (lower === null || upper === null) return size
  return size.replace(/ /, ` ± ${fixed((upper - lower) / 2)} `)
}

function ratings({ change }: FeatureFinding): string | null {
  if (!change) return null
  if (Math.abs(change.estimate) < 0.5) return 'ratings stayed the same'
  return `ratings ${change.estimate < 0 ? 'fell' : 'rose'} by ${points(change)}`
}

/** Only a ratio whose interval leaves 1 out is worth words. */
function incidents({ rateRatio }: FeatureFinding): string | null {
  if (!rateRatio || rateRatio.lower === null || rateRatio.upper === null) return null
  if (rateRatio.lower <= 1 && rateRatio.upper >= 1) return null
  return `incidents ${multiple(rateRatio.estimate)}`
}

function facts(finding: FeatureFinding): string {
  const found = [ratings(finding), incidents(finding)].filter((one) => one !== null)
  const day = finding.changePoint?.found ? `; likely since ${longDay(finding.changePoint.day)}` : ''
  return found.length > 0 ? `: ${found.join(', ')}${day}.` : '.'
}

const because = ({ reason }: FeatureFinding) => (reason ? ` It is not proven, because ${REASONS[reason]}.` : ' It is not proven yet.')

function shortage({ missing, responses }: FeatureFinding): string {
  if (!missing) return `: ${plural(responses, 'response')} so far.`
  const needed = [missing.before > 0 && `${missing.before} from before`, missing.after > 0 && `${missing.after} since`].filter(Boolean)
  return `: ${plural(responses, 'response')} since the release; ${needed.join(' and ')} missing.`
}

type Writer = (version: string, name: string, finding: FeatureFinding) => Sentence

const WRITERS: Record<Verdict, Writer> = {
  REGRESSED: (version, name, finding) => ({ before: `${version} made things worse for `, name, after: facts(finding) }),
  WATCH: (version, name, finding) => ({ before: `${version} may have made things worse for `, name, after: facts(finding) + because(finding) }),
  SINCE: (version, name, { since }) => ({
    before: '', name,
    after: ` is worse than before, but not because of ${version}: it fell${since?.version ? ` with ${since.version}` : ''}${since ? ` on ${longDay(since.day)}` : ' earlier'}.`,
  }),
  RECOVERED: (version, name, finding) => ({ before: `${version} reversed an earlier fall of `, name, after: facts(finding) }),
  IMPROVED: (version, name, finding) => ({ before: `${version} made things better for `, name, after: facts(finding) }),
  NO_EVIDENCE: (version, name, { change }) => ({
    before: 'No sign of a change for ', name,
    after: change ? ` with ${version}: ratings moved by ${signed(change.estimate, 1)} points${interval(change)}.` : ` with ${version}.`,
  }),
  CANNOT_TELL: (_, name, finding) => ({
    before: 'Too early to tell for ', name,
    after: finding.reason && finding.reason !== 'FEW_RESPONSES' ? `: ${REASONS[finding.reason]}.` : shortage(finding),
  }),
  NO_BASELINE: (version, name) => ({ before: 'There is no baseline for ', name, after: `: too few comparable responses from before ${version}.` }),
}

function interval({ lower, upper }: { lower: number | null; upper: number | null }): string {
  return lower !== null && upper !== null ? ` (${signed(lower, 1)} to ${signed(upper, 1)})` : ''
}

export function sentenceOf(version: string, finding: FeatureFinding): Sentence {
  return WRITERS[finding.verdict](version, finding.feature?.name ?? WHOLE, finding)
}

export function byImportance(left: FeatureFinding, right: FeatureFinding): number {
  return bySeverity(left.verdict, right.verdict) || Math.abs(right.change?.estimate ?? 0) - Math.abs(left.change?.estimate ?? 0)
}

/** What a release did, the most important first: each clear finding; one sentence for all the rest. */
export function story(version: string, findings: FeatureFinding[]): Sentence[] {
  const sorted = findings.toSorted(byImportance)
  const clear = sorted.filter(isClear)
  const rest = sorted.filter((finding) => !clear.includes(finding))
  if (clear.length === 0) return quiet(version, rest)
  return [...clear.map((finding) => sentenceOf(version, finding)), ...(rest.length > 0 ? [remainder(rest)] : [])]
}

/** What a release is summed up by: its gravest clear finding, else the product as a whole. */
export function subjectOf(findings: FeatureFinding[]): FeatureFinding | null {
  const sorted = findings.toSorted(byImportance)
  return sorted.find(isClear) ?? wholeOf(sorted) ?? sorted[0] ?? null
}

export function isClear({ verdict }: FeatureFinding): boolean {
  return !['NO_EVIDENCE', 'NO_BASELINE', 'CANNOT_TELL'].includes(verdict)
}

function wholeOf(findings: FeatureFinding[]): FeatureFinding | undefined {
  return findings.find(({ feature, verdict }) => !feature && verdict === 'NO_EVIDENCE') ?? findings.find(({ verdict }) => verdict === 'NO_EVIDENCE')
}

function quiet(version: string, rest: FeatureFinding[]): Sentence[] {
  const whole = wholeOf(rest)
  if (whole) return [sentenceOf(version, whole), ...(rest.length > 1 ? [remainder(rest.filter((one) => one !== whole))] : [])]
  const all = rest.every(({ verdict }) => verdict === 'NO_BASELINE')
  if (all) return [{ before: 'There is no baseline: too few comparable responses from before ', name: version, after: '.' }]
  return [{ before: 'Too early to tell what ', name: version, after: ' did: there are too few responses.' }]
}

function remainder(rest: FeatureFinding[]): Sentence {
  const still = rest.filter(({ verdict }) => verdict === 'NO_EVIDENCE').length
  const unknown = rest.length - still
  const parts = [still > 0 && `no sign of a change for ${still} more`, unknown > 0 && `too few responses about ${unknown}`].filter(Boolean).join('; ')
  return { before: parts.charAt(0).toUpperCase() + parts.slice(1), name: '', after: '.' }
}
