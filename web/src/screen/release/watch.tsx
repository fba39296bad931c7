import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMutation } from 'urql'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import { away, daysUntil, isAhead, momentText } from '~/format/date'
import { count, plural } from '~/format/number'
import { useWords } from '~/format/vocabulary'
import { Dialog } from '~/ui/dialog'
import { Form, Row, textIn } from '~/ui/form'
import { Button, Card, Input, Labeled } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { WatchersQuery, WatchQuery, WatchRelease, type WatchData } from './query'
import css from './view.module.css'

const DAYS = 14

/** Who watches the first days of the release, how far they are, and what came of it. */
export function Watch({ version }: { version: string }) {
  const { key: product } = useProduct()
  const words = useWords()
  const { announces } = useRights()
  const [naming, setNaming] = useState(false)
  const { result, refresh } = useScreenQuery(WatchQuery, { product, release: version })
  useLiveRefresh(['release', 'verdict', 'incident'], refresh)
  const watch = result.data?.release?.watch
  return (
    <Card title="Watch window" note={watch ? undefined : `Whoever watches a ${words('release')} hears of its verdicts and ${words('incidents')} as they come.`}
      actions={announces && !watch?.concludedAt && <Button small icon="eye" onClick={() => setNaming(true)}>{watch ? 'Change' : 'Name a watcher'}</Button>}>
      <Loaded result={result} retry={refresh} rows={2}>
        {({ release }) => release && (release.watch ? <Course watch={release.watch} /> : <p className={table.muted}>Nobody watches {version}.</p>)}
      </Loaded>
      {naming && <Naming version={version} watch={watch ?? null} onClose={() => { setNaming(false); refresh() }} />}
    </Card>
  )
}

/** The days that have begun, of those of the watch. */
const dayOfWatch = (endsAt: string, days: number) => days - daysUntil(endsAt)

function Course({ watch: { days, endsAt, concludedAt, watcher, namedBy, summary } }: { watch: WatchData }) {
  const { key: product } = useProduct()
  const words = useWords()
  const passed = endsAt ? dayOfWatch(endsAt, days) : 0
  return (
    <>
      <p className={css.said}><b>{watcher.name}</b> {concludedAt ? 'watched' : 'watches'} its first {plural(days, 'day')} with {words('customers')}{namedBy && <span className={table.muted}>, named by {namedBy.name}</span>}.</p>
      {!concludedAt && endsAt && isAhead(endsAt) && (
        <>
          <span className={css.progress} role="img" aria-label={`Day ${count(passed)} of ${count(days)}`}><i style={{ width: `${(passed / days) * 100}%` }} /></span>
          <p className={css.footnote}>Day {count(passed)} of {count(days)}; it ends {away(endsAt)}.</p>
        </>
      )}
      {!endsAt && <p className={css.footnote}>It begins when the {words('release')} ships.</p>}
      {endsAt && !isAhead(endsAt) && !concludedAt && <p className={css.footnote}>It ended {away(endsAt)}; its summary is written within the hour.</p>}
      {summary && (
        <dl className={css.facts}>
          <div><dt>Ended</dt><dd>{concludedAt && momentText(concludedAt)}</dd></div>
          <div><dt>{words('incidents')} that come from it</dt><dd>{count(summary.causedIncidents)} of {count(summary.totalIncidents)}</dd></div>
          <div><dt>Made worse</dt><dd>{summary.worseFeatures.length === 0 ? 'nothing' : summary.worseFeatures.map(({ key, name }, index) => <span key={key}>{index > 0 && ', '}<Link to="/p/$product/features/$feature" params={{ product, feature: key }}>{name}</Link></span>)}</dd></div>
          <div><dt>Made better</dt><dd>{summary.betterFeatures.length === 0 ? 'nothing' : summary.betterFeatures.map(({ key, name }, index) => <span key={key}>{index > 0 && ', '}<Link to="/p/$product/features/$feature" params={{ product, feature: key }}>{name}</Link></span>)}</dd></div>
        </dl>
      )}
    </>
  )
}

function Naming({ version, watch, onClose }: { version: string; watch: WatchData | null; onClose: () => void }) {
  const { key: product } = useProduct()
  const { result, refresh } = useScreenQuery(WatchersQuery, {}, { hidden: true })
  const [, name] = useMutation(WatchRelease)
  return (
    <Dialog title={`Who watches ${version}?`} onClose={onClose}>
      <Loaded result={result} retry={refresh} rows={3}>
        {({ members }) => members && (members.nodes.length === 0 ? <p className={table.muted}>There are no members. An administrator creates them under Settings.</p> : (
          <Form label="Name the watcher" onDone={onClose} onSend={async (fields) => {
            const days = textIn(fields, 'days')
            const { data, error } = await name({ input: { product, release: version, watcher: textIn(fields, 'watcher') ?? '', days: days === undefined ? undefined : Number(days) } })
            return { error, refusals: data?.watchRelease?.userErrors }
          }}>
            <Row>
              <Labeled label="Watcher"><select className={parts.input} name="watcher" defaultValue={watch?.watcher.id}>{members.nodes.map(({ id, name: who }) => <option key={id} value={id}>{who}</option>)}</select></Labeled>
              <Labeled label="Days from the release on"><Input name="days" type="number" min={1} max={90} defaultValue={watch?.days ?? DAYS} /></Labeled>
            </Row>
          </Form>
        ))}
      </Loaded>
    </Dialog>
  )
}
