import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { useScreenQuery } from '~/app/operations'
import { count } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { Button, Card, classes, Input, PageHead, Stack } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { CustomerByKeyQuery, CustomersQuery } from './query'
import css from './view.module.css'

const PAGE = 50

export default function Customers() {
  const { find, after } = useSearch({ from: '/customers' })
  const navigate = useNavigate({ from: '/customers' })
  const words = useWords()
  const [text, setText] = useState(find ?? '')
  const list = useScreenQuery(CustomersQuery, { first: PAGE, after }, { pause: Boolean(find) })
  const one = useScreenQuery(CustomerByKeyQuery, { customer: find ?? '' }, { pause: !find })

  function search(event: FormEvent) {
    event.preventDefault()
    void navigate({ search: { find: text.trim() || undefined } })
  }

  return (
    <>
      <PageHead title={`Is this ${words('customer')} affected?`} lead={`Find a ${words('customer')} by key: what they said, which ${words('incidents')} hurt them, and what is open now.`} />
      <Stack>
        <form className={css.find} role="search" onSubmit={search}>
          <Input type="search" aria-label={`Key of the ${words('customer')}`} placeholder={`Key, such as customer-0344`} value={text} onChange={(event) => setText(event.target.value)} />
          <Button type="submit" kind="primary" icon="search">Find</Button>
          {find && <Button kind="ghost" onClick={() => { setText(''); void navigate({ search: {} }) }}>Show all</Button>}
        </form>
        {find
          ? (one.result.data?.customer
              ? <Card flush title="Found"><List customers={[one.result.data.customer]} /></Card>
              : !one.result.fetching && <Empty title={`No ${words('customer')} has the key “${find}”`}>Keys are found as they are written. A {words('customer')} appears with the first {words('response')} that names them.</Empty>)
          : <Loaded result={list.result} retry={list.refresh} rows={12}>
              {({ customers }) => customers && (
                <Card flush title={`${count(customers.totalCount)} ${words('customers')}`}>
                  {customers.nodes.length === 0 ? <div className={table.more}><Empty title={`No ${words('customers')} yet`} /></div> : <List customers={customers.nodes} />}
                  <p className={table.more}>
                    {after && <Button small onClick={() => void navigate({ search: {} })}>First page</Button>}
                    {customers.pageInfo.hasNextPage && <Button small onClick={() => void navigate({ search: { after: customers.pageInfo.endCursor ?? undefined } })}>Next page</Button>}
                  </p>
                </Card>
              )}
            </Loaded>}
      </Stack>
    </>
  )
}

interface Customer {
  id: string
  key: string
  name: string | null
  segment: { name: string } | null
  feedback: { totalCount: number }
  incidents: { totalCount: number }
}

function List({ customers }: { customers: Customer[] }) {
  const words = useWords()
  return (
    <table className={table.table}>
      <thead><tr><th>{capital(words('customer'))}</th><th>Segment</th><th className={table.number}>{capital(words('responses'))}</th><th className={table.number}>{capital(words('incidents'))}</th></tr></thead>
      <tbody>
        {customers.map(({ id, key, name, segment, feedback, incidents }) => (
          <tr key={id}>
            <th scope="row"><Link className={table.main} to="/customers/$customer" params={{ customer: key }}>{name ?? key}</Link>{name && <span className={table.sub}>{key}</span>}</th>
            <td>{segment?.name ?? <span className={table.muted}>none</span>}</td>
            <td className={table.number}>{count(feedback.totalCount)}</td>
            <td className={classes(table.number, incidents.totalCount === 0 && table.muted)}>{count(incidents.totalCount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
