import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { useScreenQuery } from '~/app/operations'
import { count } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { ImportLink } from '~/part/import-link'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, Input, PageHead, Stack } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { CustomersQuery } from './query'
import css from './view.module.css'

const PAGE = 50

export default function Customers() {
  const { find, after } = useSearch({ from: '/customers' })
  const navigate = useNavigate({ from: '/customers' })
  const words = useWords()
  const [text, setText] = useState(find ?? '')
  const { result, refresh } = useScreenQuery(CustomersQuery, { first: PAGE, after, filter: find ? { text: find } : undefined })
  const noun = words('customers')

  function search(event: FormEvent) {
    event.preventDefault()
    void navigate({ search: { find: text.trim() || undefined } })
  }

  return (
    <>
      <PageHead title={`Is this ${words('customer')} affected?`} lead={`Find a ${words('customer')} to see their ${words('responses')} and ${words('incidents')}, and whether they are affected now.`} />
      <Stack>
        <form className={css.find} role="search" onSubmit={search}>
          <Input type="search" aria-label={`Name or key of the ${words('customer')}`} placeholder="Name or key" value={text} onChange={(event) => setText(event.target.value)} />
          <Button type="submit" kind="primary" icon="search">Find</Button>
          {find && <Button kind="ghost" onClick={() => { setText(''); void navigate({ search: {} }) }}>Show all</Button>}
        </form>
        <Loaded result={result} retry={refresh} rows={12}>
          {({ customers }) => customers && (
            <Card flush title={find ? `${count(customers.totalCount)} found` : `${count(customers.totalCount)} ${noun}`} actions={<ExportMenu title={noun} table={() => [
              ['key', 'name', 'segment', 'responses', 'incidents'], ...customers.nodes.map(({ key, name, segment, feedback, incidents }) => [key, name, segment?.name, feedback.totalCount, incidents.totalCount]),
            ]} />}>
              {customers.nodes.length > 0 ? <List customers={customers.nodes} /> : (
                <div className={table.more}>
                  {find
                    ? <Empty title={`No ${words('customer')} is called “${find}”`}>A part of the name or key is enough. A {words('customer')} appears with the first {words('response')} that names them.</Empty>
                    : <Empty title={`No ${noun} yet`} action={<ImportLink />}>A {words('customer')} appears with the first {words('response')} that names them.</Empty>}
                </div>
              )}
              {(after ?? customers.pageInfo.hasNextPage) && (
                <p className={table.more}>
                  {after && <Button small onClick={() => void navigate({ search: { find } })}>First page</Button>}
                  {customers.pageInfo.hasNextPage && <Button small onClick={() => void navigate({ search: { find, after: customers.pageInfo.endCursor ?? undefined } })}>Next page</Button>}
                </p>
              )}
            </Card>
          )}
        </Loaded>
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
      <thead><tr><th>{capital(words('customer'))}</th><th className={css.segment}>{capital(words('segment'))}</th><th className={table.number}>{capital(words('responses'))}</th><th className={table.number}>{capital(words('incidents'))}</th></tr></thead>
      <tbody>
        {customers.map(({ id, key, name, segment, feedback, incidents }) => (
          <tr key={id}>
            <th scope="row" className={css.name}><Link className={table.main} to="/customers/$customer" params={{ customer: key }}>{name ?? key}</Link>{name && <span className={table.sub}>{key}</span>}</th>
            <td className={css.segment}>{segment?.name ?? <span className={table.muted}>none</span>}</td>
            <td className={table.number}>{count(feedback.totalCount)}</td>
            <td className={classes(table.number, incidents.totalCount === 0 && table.muted)}>{count(incidents.totalCount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
