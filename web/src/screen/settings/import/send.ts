import { sessionIsOver } from '~/api/auth'
import type { Kind } from './fields'

export interface Outcome {
  read: number
  accepted: number
  unrated: number
  updated: number
  unchanged: number
  superseded: number
  deleted: number
  differing: number
  skipped: number
  rejected: number
  repeated: number
}

export interface Reject {
  rows: number
  field: string
  reason: string
  line: number
}

/** What the API says that a file would become (docs/import.md). */
export interface Preview {
  about: string
  format: string
  encoding: string | null
  sheets: string[]
  preset: string | null
  kind: Kind
  columns: string[]
  fields: { field: string; column: string; reason: string | null }[]
  constants: { field: string; value: string }[]
  unread: string[]
  missing: string[]
  firstRows: Record<string, string>[]
  rows: Outcome
  hasMoreRows: boolean
  rejects: Reject[]
  created: { kind: string; number: number; names: string[] }[]
  warnings: string[]
}

export type Answer<Body> = { body: Body } | { refusal: string; busy: boolean }

const NO_ANSWER = 'The server did not respond. Check the connection, then try again.'
const BUSY = 503

/** Sends a file and tells how much of it is on its way: `fetch` cannot. Nothing comes of one that was called off. */
export function sendFile<Body>(address: string, file: Blob, { signal, onProgress }: { signal: AbortSignal; onProgress?: (share: number) => void }): Promise<Answer<Body>> {
  return new Promise((answer) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => { if (lengthComputable && total > 0) onProgress?.(loaded / total) }
    request.onerror = () => answer({ refusal: NO_ANSWER, busy: false })
    request.onload = () => {
      const said = read(request.responseText)
      if (request.status === 401) sessionIsOver()
      if (request.status < 300 && said) answer({ body: said as Body })
      else answer({ refusal: said?.errors?.[0]?.message ?? NO_ANSWER, busy: request.status === BUSY })
    }
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

function read(text: string): { errors?: { message: string }[] } | null {
  try {
    return JSON.parse(text) as { errors?: { message: string }[] }
  } catch {
    return null
  }
}
