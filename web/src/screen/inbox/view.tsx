import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRights, useSession } from '~/app/session'
import { useLastProduct } from '~/app/shell'
import { useWords } from '~/format/vocabulary'
import { ResponseEntry } from '~/part/response-entry'
import { Button, ButtonLink, Card, PageHead } from '~/ui/parts'
import { Affected } from './affected'
import { Notifications } from './notifications'
import type { InboxSearch } from './search'
import { ToReadCards } from './to-read'
import css from './view.module.css'

export default function Inbox() {
  const search: InboxSearch = useSearch({ from: '/inbox' })
  const navigate = useNavigate({ from: '/inbox' })
  const { viewer } = useSession()
  const { responds, handlesIncidents, seesCustomers } = useRights()
  const product = useLastProduct()
  const words = useWords()
  const change = (next: Partial<InboxSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false })
  return (
    <>
      <PageHead title="Inbox" lead={viewer.member ? `What ${viewer.member.name} should know, and what to do about it.` : 'What was announced, and who is affected.'}
        actions={
          <>
            {responds && product && <Button icon="quote" onClick={() => change({ entry: 'yes' })}>Record a {words('response')}</Button>}
            {handlesIncidents && product && <ButtonLink icon="plus" link={{ to: '/p/$product/incidents', params: { product }, search: { entry: 'yes' } }}>New {words('incident')}</ButtonLink>}
          </>
        } />
      <div className={css.inbox}>
        <div className={css.cards}>
          {viewer.member
            ? <Notifications all={search.show === 'all'} onAll={(all) => change({ show: all ? 'all' : undefined })} />
            : <Card title="Notifications" note="They are for members. This token belongs to none: an administrator can make one that belongs to you, under Settings." />}
          <ToReadCards />
        </div>
        {seesCustomers && <Affected customer={search.customer} onCustomer={(customer) => change({ customer })} />}
      </div>
      {search.entry && responds && product && <ResponseEntry product={product} customer={search.customer} onClose={() => change({ entry: undefined })} />}
    </>
  )
}
