import type { ReportAudience, ReportFormat, ReportKind } from './report.query'

export const FORMATS: { format: ReportFormat; extension: string; label: string; oneTable?: boolean }[] = [
  { format: 'HTML', extension: 'html', label: 'Page (HTML)' },
  { format: 'PDF', extension: 'pdf', label: 'Document (PDF)' },
  { format: 'XLSX', extension: 'xlsx', label: 'Workbook (XLSX)' },
  { format: 'MARKDOWN', extension: 'md', label: 'Markdown' },
  { format: 'JSON', extension: 'json', label: 'Model (JSON)' },
  { format: 'CSV', extension: 'csv', label: 'CSV', oneTable: true },
  { format: 'PARQUET', extension: 'parquet', label: 'Parquet', oneTable: true },
]

export const REPORT_KINDS: Record<ReportKind, { label: string; answers: string }> = {
  ITERATION: { label: 'Iteration', answers: 'What did this iteration achieve?' },
  VALUE: { label: 'Value', answers: 'Which features do customers feel as value?' },
  RELEASE: { label: 'Release', answers: 'Did this release make anything worse?' },
  OVERVIEW: { label: 'Overview', answers: 'All products at a glance.' },
  SECURITY: { label: 'Security', answers: 'Which releases carry a risk?' },
}

export const AUDIENCES: ReportAudience[] = ['PRODUCT', 'DEVELOPMENT', 'OPERATIONS', 'SECURITY', 'BUSINESS', 'SUPPORT']

/** A column of a table as people read it: `rate_ratio` is "Rate ratio". */
export function columnName(column: string): string {
  const text = column.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Whether all that a column has are numbers, so that it is set to the right. */
export function isNumeric(rows: (string | null)[][], column: number): boolean {
  const known = rows.map((row) => row[column]).filter((cell) => cell !== null && cell !== undefined)
  return known.length > 0 && known.every((cell) => cell !== '' && Number.isFinite(Number(cell)))
}

/** A number with no more digits than a reader can use; the files have all of them. */
export function cellText(cell: string | null | undefined): string {
  if (cell === null || cell === undefined) return ''
  if (!/^-?\d+\.\d+$/.test(cell)) return cell
  const value = Number(cell)
  return (Math.abs(value) >= 10 ? value.toFixed(1) : Math.abs(value) >= 0.001 || value === 0 ? String(Number(value.toPrecision(3))) : '< 0.001').replace('-', '\u2212')
}

/** The bytes of a file that the API sent as text or in base64. */
export function bytesOf({ text, base64 }: { text: string | null; base64: string | null }): string | Uint8Array<ArrayBuffer> {
  if (base64 === null) return text ?? ''
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}
