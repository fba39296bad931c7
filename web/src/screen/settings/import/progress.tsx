import { Link } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useRef } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useSession } from '~/app/session'
import { count, plural } from '~/format/number'
import { useSaid, useWords } from '~/format/vocabulary'
import { Button, Card, Spacer, Toolbar } from '~/ui/parts'
import { Loaded, Message } from '~/ui/states'
import { FIELDS, type Kind } from './fields'
import { OutcomeBar, Rejects, bytesText } from './outcomes'
import { ImportQuery } from './query'
import { RejectedRows } from './rejected-rows'
import css from './view.module.css'

const AGAIN = 500

/** An import as it goes on, and what came of it. */
export function Progress({ id, file, onAgain, onEnd }: { id: string; file: string; onAgain: () => void; onEnd: () => void }) {
  const say = useSaid()
  const words = useWords()
  const { products } = useSession()
  const { result, refresh } = useScreenQuery(ImportQuery, { id })
  const found = result.data?.node?.__typename === 'Import' ? result.data.node : null
  const running = !found || found.importState === 'RUNNING'
  const look = useEffectEvent(refresh)
  const end = useEffectEvent(onEnd)
  useEffect(() => {
    if (!running) return end()
    const timer = setInterval(look, AGAIN)
    return () => clearInterval(timer)
  }, [running])
  const heading = useRef<HTMLSpanElement>(null)
  // The button that had the focus is gone.
  useEffect(() => heading.current?.focus(), [])
  const title = { RUNNING: 'is being imported', FINISHED: 'is imported', FAILED: 'could not be imported to its end', UNDONE: 'was undone' }[found?.importState ?? 'RUNNING']
  return (
    <Card title={<span ref={heading} tabIndex={-1} className={css.heading}><span dir="auto">{file}</span> {title}</span>} note={running ? 'It goes on if you leave this page.' : 'It can be undone below.'}>
      <Loaded result={{ ...result, fetching: false }} retry={refresh} rows={2}>
        {() => found && (
          <div className={css.stage}>
            {running && <div className={css.sending}><progress aria-label="Imported" max={Math.max(1, found.bytes)} value={found.bytesRead} /><span role="status">{bytesText(found.bytesRead)} of {bytesText(found.bytes)}, {plural(found.rowsRead, 'row')}</span></div>}
            {found.importState === 'FAILED' && <p role="alert" className={css.refusal}>{found.failure && <><Message text={found.failure} />. </>}The rows before the error are stored. Correct the file and import it again: what is stored is recognized.</p>}
            <div>
              <OutcomeBar rows={{ ...NONE, read: found.rowsRead, accepted: found.rowsAccepted, updated: found.rowsUpdated, unchanged: found.rowsUnchanged, rejected: found.rowsRejected }} />
              {!running && <p className={css.small}>{plural(found.rowsRead, 'row')} read, {count(found.rowsAccepted)} stored.</p>}
            </div>
            <Rejects heading="h3" rejects={found.rejects} rejected={found.rowsRejected} title={`Why ${plural(found.rowsRejected, 'row was', 'rows were')} rejected`} labelOf={(name) => say(FIELDS[found.kind.toLowerCase() as Kind].find((field) => field.name === name)?.label ?? name)} />
            {!running && (
              <Toolbar>
                <Button kind="primary" onClick={onAgain}>Import another file</Button>
                {found.rowsRejected > 0 && <RejectedRows id={id} />}
                <Spacer />
                {found.kind === 'FEEDBACK' && products.slice(0, 3).map(({ key, name }) => <Link key={key} to="/p/$product/value" params={{ product: key }}>{`See the ${words('value')} of ${name}`}</Link>)}
              </Toolbar>
            )}
          </div>
        )}
      </Loaded>
    </Card>
  )
}

const NONE = { unrated: 0, superseded: 0, deleted: 0, differing: 0, skipped: 0, repeated: 0 }
