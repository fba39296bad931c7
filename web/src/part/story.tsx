import { Fragment } from 'react'
import { WHOLE, type Sentence } from '~/format/sentence'
import { useSaid } from '~/format/vocabulary'

/** A sentence with its name set apart. */
export function SentenceText({ before, name, after }: Sentence) {
  const say = useSaid()
  return <Fragment>{say(before)}{name && <strong>{name === WHOLE ? say(name) : name}</strong>}{say(after)}</Fragment>
}
