import { momentText } from '~/format/date'
import type { Word } from '~/format/vocabulary'

/** What the rows of a file are. */
export const KINDS = ['feedback', 'incidents', 'exposure', 'releases'] as const
export type Kind = (typeof KINDS)[number]

export const KIND_WORDS: Record<Kind, Word | 'active customers'> = { feedback: 'responses', incidents: 'incidents', exposure: 'active customers', releases: 'releases' }

interface Field {
  name: string
  label: string
  needed?: boolean
}

const PRODUCT: Field = { name: 'product', label: 'Product', needed: true }
const FEATURES: Field = { name: 'features', label: 'Features' }
const RELEASE: Field = { name: 'release', label: 'Release' }
const SEGMENT: Field = { name: 'segment', label: 'Segment' }
const TITLE: Field = { name: 'title', label: 'Title' }
const ID: Field = { name: 'external_id', label: 'ID' }
const UPDATED: Field = { name: 'updated_at', label: 'Time of the last change' }
const SOURCE: Field = { name: 'source', label: 'Source system' }

/** What a row of each kind may have, the most important first: the fields of docs/import.md. */
export const FIELDS: Record<Kind, readonly Field[]> = {
  feedback: [
    PRODUCT, { name: 'occurred_at', label: 'Time', needed: true }, { name: 'rating', label: 'Rating' }, { name: 'scale', label: 'Scale' }, { name: 'comment', label: 'Comment' },
    { name: 'feature', label: 'Feature' }, RELEASE, SEGMENT, { name: 'customer', label: 'Customer' }, { name: 'channel', label: 'Channel' }, ID, UPDATED, SOURCE,
  ],
  incidents: [
    PRODUCT, { name: 'severity', label: 'Severity', needed: true }, { name: 'opened_at', label: 'Start', needed: true }, TITLE, { name: 'description', label: 'Description' }, FEATURES, RELEASE,
    { name: 'resolved_at', label: 'End' }, { name: 'reopened_at', label: 'Reopened' }, { name: 'status', label: 'State' }, { name: 'affected_customers', label: 'Number of affected customers' },
    { name: 'customers', label: 'Affected customers' }, ID, UPDATED, SOURCE,
  ],
  exposure: [PRODUCT, { name: 'feature', label: 'Feature', needed: true }, { name: 'day', label: 'Day', needed: true }, { name: 'active_customers', label: 'Number of active customers', needed: true }, SEGMENT],
  releases: [
    PRODUCT, { name: 'version', label: 'Version', needed: true }, { name: 'previous', label: 'Follows' }, { name: 'released_at', label: 'Shipped' }, { name: 'withdrawn_at', label: 'Withdrawn' },
    { name: 'planned_for', label: 'Planned for' }, TITLE, { name: 'notes', label: 'Notes' }, FEATURES, UPDATED,
  ],
}

/** What rows may name that is not there yet. */
export const CREATED = ['features', 'releases', 'segments', 'customers', 'products'] as const
export type Created = (typeof CREATED)[number]

export const CREATED_BY: Record<Kind, readonly Created[]> = {
  feedback: CREATED,
  incidents: CREATED,
  exposure: ['features', 'segments', 'products'],
  releases: ['features', 'products'],
}

/** A value of a row: a moment in the reader's time zone, all else as it is. */
export function shownText(field: string, text: string): string {
  return field.endsWith('_at') && !Number.isNaN(Date.parse(text)) ? momentText(text) : text
}
