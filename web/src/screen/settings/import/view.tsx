import { useEffect, useRef, useState } from 'react'
import { useSession } from '~/app/session'
import { count, plural } from '~/format/number'
import { Button, Card, Toolbar } from '~/ui/parts'
import { Message } from '~/ui/states'
import { Columns } from './columns'
import { Drop } from './drop'
import { addressOf, commandOf, NOTHING_SAID, type Choices } from './options'
import { Found, Outcomes } from './outcomes'
import { Options } from './reading'
import { firstPart, SMALL } from './part'
import { Progress } from './progress'
import { sendFile, type Preview } from './send'
import css from './view.module.css'

/** So long nothing is changed before it is looked at again, in milliseconds: longer where all of a long file is sent for it. */
const PAUSE = 300
const PAUSE_OF_LONG = 1200
/** So often, and so long apart, a server that is busy with other files is asked again. */
const TRIES = 5
const WAIT = 1500

const UNREADABLE = 'The browser can no longer read the file: it was changed, moved or removed. Choose it again.'

interface State {
  file: File | null
  choices: Choices
  seen: Preview | null
  /** Whether what is shown is of these choices. */
  current: boolean
  busy: boolean
  sent: number
  refusal: string | null
  /** The import, once it has begun. */
  begun: string | null
}

const START: State = { file: null, choices: NOTHING_SAID, seen: null, current: false, busy: false, sent: 0, refusal: null, begun: null }

/** Imports a file: drop it, see what its rows would become, say what is meant otherwise, start. */
export default function ImportFile({ onChange }: { onChange: () => void }) {
  const { products } = useSession()
  const [state, setState] = useState(START)
  const under = useRef<AbortController | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  /** Counts what is looked at, so that what was overtaken is not sent. */
  const asked = useRef(0)
  useEffect(() => () => {
    clearTimeout(timer.current)
    under.current?.abort()
  }, [])
  const change = (part: Partial<State>) => setState((before) => ({ ...before, ...part }))

  async function send<Body>(file: File, bytes: Blob, choices: Choices, preview: boolean) {
    clearTimeout(timer.current)
    under.current?.abort()
    const controller = (under.current = new AbortController())
    change({ busy: true, sent: 0, refusal: null })
    for (let tries = 1; ; tries += 1) {
      const answer = await sendFile<Body>(addressOf(file.name, choices, preview), bytes, { signal: controller.signal, onProgress: (sent) => change({ sent }) })
      if (controller.signal.aborted) return null
      if ('body' in answer || !answer.busy || tries === TRIES) return answer
      await new Promise((done) => setTimeout(done, WAIT))
      if (controller.signal.aborted) return null
    }
  }

  async function look(file: File, choices: Choices) {
    const sought = (asked.current += 1)
    change({ busy: true })
    const part = await firstPart(file).catch(() => null)
    if (sought !== asked.current) return
    if (!part) return change({ busy: false, refusal: UNREADABLE, current: false })
    const answer = await send<Preview>(file, part.bytes, choices, true)
    if (!answer) return
    if (!('body' in answer)) return change({ busy: false, refusal: answer.refusal, current: false })
    const body = { ...answer.body, hasMoreRows: answer.body.hasMoreRows || !part.isWhole }
    const only = products.length === 1 && body.missing.includes('product') && !choices.fields['product'] ? products[0] : null
    if (only) {
      const meant = { ...choices, fields: { ...choices.fields, product: { text: only.key } } }
      change({ choices: meant })
      return look(file, meant)
    }
    change({ seen: body, busy: false, current: true })
  }

  async function start(file: File, choices: Choices) {
    const answer = await send<{ import: string }>(file, file, choices, false)
    if (!answer) return
    if (!('body' in answer)) return change({ busy: false, refusal: answer.refusal })
    change({ busy: false, begun: answer.body.import })
    onChange()
  }

  function take(file: File) {
    asked.current += 1
    setState({ ...START, file })
    void look(file, NOTHING_SAID)
  }

  function choose(file: File, choices: Choices) {
    change({ choices, current: false, refusal: null })
    clearTimeout(timer.current)
    // Of what is being looked at for the choices of before nothing is wanted any more.
    under.current?.abort()
    asked.current += 1
    timer.current = setTimeout(() => void look(file, choices), file.size <= SMALL ? PAUSE : PAUSE_OF_LONG)
  }

  const { file, choices, seen, current, busy, sent, refusal, begun } = state
  if (!file) return <Card title="Import a file" note="You see what each row becomes before anything is stored."><Drop onFile={take} /></Card>
  if (begun) return <Progress key={begun} id={begun} file={file.name} onAgain={() => setState(START)} onEnd={onChange} />
  const stored = seen ? seen.rows.accepted + seen.rows.updated : 0
  // Of a long file only the first rows were tried; what stands after them may be new.
  const ready = current && seen !== null && seen.missing.length === 0 && (stored > 0 || seen.hasMoreRows)
  const again = !busy && !current && refusal !== null
  return (
    <Card title={<span dir="auto">{file.name}</span>} note={seen ? <Found seen={seen} size={file.size} /> : 'Nothing is stored yet.'} actions={<Button small kind="ghost" icon="close" onClick={() => { under.current?.abort(); clearTimeout(timer.current); asked.current += 1; setState(START) }}>Another file</Button>}>
      <div className={css.stage} aria-busy={busy}>
        {refusal && <p role="alert" className={css.refusal}><Message text={refusal} /></p>}
        {!seen && busy && <Sending share={sent} />}
        <Options choices={choices} seen={seen} open={!seen && !busy} onChange={(next) => choose(file, next)} />
        {seen && <Columns seen={seen} choices={choices} onChange={(next) => choose(file, next)} />}
        {seen && <Outcomes seen={seen} stale={!current} create={choices.create} onCreate={(create) => choose(file, { ...choices, create })} />}
        <details className={css.command}>
          <summary>The same on the command line</summary>
          <pre tabIndex={0} aria-label="Command">{commandOf(file.name, { ...choices, kind: choices.kind || (seen?.kind ?? '') })}</pre>
        </details>
        <div className={css.foot}>
          <Toolbar>
            {seen && <Button kind="primary" disabled={!ready || busy} onClick={() => void start(file, choices)}>{ready && !seen.hasMoreRows ? `Import ${count(stored)} of ${plural(seen.rows.read, 'row')}` : 'Import'}</Button>}
            {again && <Button onClick={() => void look(file, choices)}>Try again</Button>}
            <span role="status" className={css.state}>{busy ? (sent > 0 && sent < 1 ? `Sending, ${Math.round(sent * 100)}%` : 'Looking…') : seen && !current && !refusal ? 'Looked at again in a moment' : ''}</span>
          </Toolbar>
        </div>
      </div>
    </Card>
  )
}

function Sending({ share }: { share: number }) {
  return <div role="status" className={css.sending}><progress aria-label="Sent" max={1} value={share} />{share < 1 ? 'The file is being sent…' : 'The server looks at the file…'}</div>
}
