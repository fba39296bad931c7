import { useState } from 'react'
import { Button } from '~/ui/parts'
import css from './view.module.css'

const GONE = 'They are no longer kept here: rows are kept for 30 days, and those of the command line lie beside the imported file.'
const NO_ANSWER = 'The server did not respond. Check the connection, then try again.'
/** The file appears just after the end of the import. */
const TRIES = 4
const PAUSE = 400

/** Saves the rejected rows with their reasons, to be mended and imported again. */
export function RejectedRows({ id }: { id: string }) {
  const [problem, setProblem] = useState<string | null>(null)
  async function save() {
    setProblem(null)
    try {
      let answer = await fetch(`/imports/${id}/rejects.csv`)
      for (let tries = 1; answer.status === 404 && tries < TRIES; tries += 1) {
        await new Promise((done) => setTimeout(done, PAUSE))
        answer = await fetch(`/imports/${id}/rejects.csv`)
      }
      if (!answer.ok) return setProblem(GONE)
      const { save: saveAs } = await import('~/chart/export')
      saveAs(await answer.blob(), /filename="?([^";]+)/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'rejects.csv')
    } catch {
      setProblem(NO_ANSWER)
    }
  }
  return (
    <span className={css.save}>
      <Button small icon="download" onClick={() => void save()}>Save the rejected rows</Button>
      {problem && <span role="alert" className={css.problem}>{problem}</span>}
    </span>
  )
}
