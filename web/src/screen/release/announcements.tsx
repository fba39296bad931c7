import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import { capital, useWords } from '~/format/vocabulary'
import { AnnouncementLines } from '~/part/announcement'
import { ButtonLink, Card } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { ReleaseAnnouncementsQuery } from './query'

/** What was announced of the release. */
export function ReleaseAnnouncements({ version }: { version: string }) {
  const { key: product } = useProduct()
  const { announces } = useRights()
  const words = useWords()
  const { result, refresh } = useScreenQuery(ReleaseAnnouncementsQuery, { product, release: version })
  useLiveRefresh(['announcement'], refresh)
  return (
    <Loaded result={result} retry={refresh} rows={2}>
      {({ release }) => release && (
        <Card title={capital(words('announcements'))} actions={announces && <ButtonLink small icon="plus" link={{ to: '/p/$product/announcements', params: { product }, search: { entry: 'yes' } }}>New {words('announcement')}</ButtonLink>}>
          {release.announcements.nodes.length === 0 && <p className={table.muted}>Nobody announced this {words('release')}.</p>}
          <AnnouncementLines announcements={release.announcements.nodes} />
        </Card>
      )}
    </Loaded>
  )
}
