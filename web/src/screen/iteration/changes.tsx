import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { Changes } from '~/part/report-body'
import { Loaded } from '~/ui/states'
import { IterationChangesQuery } from './query'

/** The first lines of the iteration report, as of now. */
export function IterationChanges({ iteration }: { iteration: string }) {
  const { result, refresh } = useScreenQuery(IterationChangesQuery, { iteration })
  useLiveRefresh(['feedback', 'incident', 'release', 'verdict'], refresh)
  return (
    <Loaded result={result} retry={refresh} rows={3}>
      {({ report }) => report && <Changes changes={report.changes} since={report.changesSince} />}
    </Loaded>
  )
}
