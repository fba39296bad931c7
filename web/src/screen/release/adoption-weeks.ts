export interface Week {
  from: string
  /** From 0 to 1; null without responses. */
  share: number | null
  responses: number
}

/** The weeks of the table `adoption` of a report. */
export function weeksOf(tables: { name: string; columns: string[]; rows: (string | null)[][] }[]): Week[] {
  const found = tables.find(({ name }) => name === 'adoption')
  if (!found) return []
  const at = (column: string) => found.columns.indexOf(column)
  const [from, share, responses] = [at('week_from'), at('share'), at('responses')]
  return found.rows.flatMap((row) => {
    const [day, part, all] = [row[from], row[share], row[responses]]
    return day ? [{ from: day, share: part == null ? null : Number(part), responses: Number(all ?? 0) }] : []
  })
}
