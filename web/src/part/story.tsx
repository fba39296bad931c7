import { Fragment } from 'react'
import type { Sentence } from '~/format/sentence'

/** A sentence with its name set apart. */
export function SentenceText({ before, name, after }: Sentence) {
  return <Fragment>{before}{name && <strong>{name}</strong>}{after}</Fragment>
}
