/** Files up to this size are sent as they are. */
export const SMALL = 8 << 20
/** Of longer ones at least as many lines are sent as the server tries, and a few more. */
const LINES = 30_000
/** No more than this is sent: lines may be very long. */
const MOST = 64 << 20
const STEP = 1 << 20

const [LINE_FEED, QUOTE, SPACE] = [0x0a, 0x22, 0x20]
const [OPEN_LIST, OPEN_OBJECT] = [0x5b, 0x7b]

/** What of a file is looked at: the first lines of a long one of lines, else all of it. */
export interface Part {
  bytes: Blob
  isWhole: boolean
}

/**
 * The first lines of a file, as many as a preview tries: a change of a column must not send hundreds of MiB again. Packed files,
 * workbooks and JSON documents cannot be read in part.
 */
export async function firstPart(file: Blob): Promise<Part> {
  const whole = { bytes: file, isWhole: true }
  if (file.size <= SMALL) return whole
  let [lines, quotes, end] = [0, 0, 0]
  for (let from = 0; from < Math.min(file.size, MOST); from += STEP) {
    const bytes = new Uint8Array(await file.slice(from, from + STEP).arrayBuffer())
    if (from === 0 && !isOfLines(bytes)) return whole
    for (let at = 0; at < bytes.length; at += 1) {
      if (bytes[at] === QUOTE) quotes += 1
      else if (bytes[at] === LINE_FEED) {
        lines += 1
        // Within quotes it ends no record.
        if (quotes % 2 === 0) end = from + at + 1
      }
    }
    if (lines >= LINES && from + STEP >= SMALL && end > from) break
  }
  return end > 0 && end < file.size ? { bytes: file.slice(0, end), isWhole: false } : whole
}

/** Text of an encoding in which a line feed is one byte, and not one document of JSON. */
function isOfLines(start: Uint8Array): boolean {
  // Packed files, workbooks, Parquet and UTF-16 have bytes that no line of text has.
  if (start.some((byte) => byte < 9 || (byte > 13 && byte < SPACE && byte !== 0x1b))) return false
  const first = start.findIndex((byte) => byte > SPACE && byte < 0x80)
  if (start[first] === OPEN_LIST) return false
  if (start[first] !== OPEN_OBJECT) return true
  // An object a line: the second line begins with one, too.
  const second = start.findIndex((byte, at) => at > 0 && byte > SPACE && start[at - 1] === LINE_FEED)
  return start[second] === OPEN_OBJECT
}
