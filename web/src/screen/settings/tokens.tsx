import { useState } from 'react'
import { useMutation } from 'urql'
import type { Enum } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { useSession } from '~/app/session'
import { ago, longDay } from '~/format/date'
import { Dialog } from '~/ui/dialog'
import { Form, Row, textIn } from '~/ui/form'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, Input, Labeled, Tag } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { CreateToken, RevokeToken, TokensQuery } from './query'
import { Remove } from './remove'
import { ROLES, SCOPES } from './roles'
import css from './view.module.css'

export function Tokens() {
  const { result, refresh } = useScreenQuery(TokensQuery, {})
  const [, revoke] = useMutation(RevokeToken)
  const [creating, setCreating] = useState(false)
  return (
    <Card flush title="Tokens" note="For programs, jobs and web pages. Choose the narrowest scope that suffices."
      actions={<>
        <ExportMenu title="Tokens" table={() => [['name', 'role', 'scope', 'created_at', 'last_used_at', 'expires_at', 'revoked_at', 'member'], ...(result.data?.tokens?.nodes ?? []).map((one) => [one.name, one.role, one.scope, one.createdAt, one.lastUsedAt, one.expiresAt, one.revokedAt, one.member?.name])]} />
        <Button small kind="primary" icon="plus" onClick={() => setCreating(true)}>New token</Button>
      </>}>
      <Loaded result={result} retry={refresh}>
        {({ tokens }) => (
          <table className={classes(table.table, table.cards)}>
            <thead><tr><th>Name</th><th>Rights</th><th>Last used</th><th>Expires</th><th><span className="visually-hidden">Actions</span></th></tr></thead>
            <tbody>
              {tokens?.nodes.map(({ id, name, role, scope, createdAt, expiresAt, lastUsedAt, revokedAt, product, origins, member }) => (
                <tr key={id} className={classes(revokedAt && css.revoked)}>
                  <th scope="row">{name}<span className={table.sub}>created {ago(createdAt)}{member && `, of ${member.name}`}</span></th>
                  <td><Tag>{role.toLowerCase()}</Tag> <Tag>{scope.toLowerCase()}</Tag>{product && <span className={table.sub}>{[product.name, ...origins].join(' · ')}</span>}</td>
                  <td data-label="Last used">{lastUsedAt ? ago(lastUsedAt) : <span className={table.muted}>never</span>}</td>
                  <td data-label="Expires">{expiresAt ? longDay(expiresAt.slice(0, 10)) : <span className={table.muted}>never</span>}</td>
                  <td className={table.number}>
                    {revokedAt ? <span className={table.muted}>revoked</span> : <Remove label="Revoke" what={name} onRemove={async () => {
                      const { data, error } = await revoke({ input: { token: id } })
                      return { error, refusals: data?.revokeToken?.userErrors }
                    }} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      {creating && <TokenDialog onClose={() => { setCreating(false); refresh() }} />}
    </Card>
  )
}

function TokenDialog({ onClose }: { onClose: () => void }) {
  const { products } = useSession()
  const [, create] = useMutation(CreateToken)
  const [secret, setSecret] = useState<string | null>(null)
  const [scope, setScope] = useState<Enum<'TokenScope'>>('READ')
  const publishable = scope === 'PUBLISHABLE'

  async function send(fields: FormData) {
    const day = textIn(fields, 'expires')
    const { data, error } = await create({
      input: {
        name: textIn(fields, 'name') ?? '',
        role: (textIn(fields, 'role') ?? 'SUPPORT') as Enum<'Role'>,
        scope,
        expiresAt: day ? `${day}T00:00:00Z` : undefined,
        product: publishable ? textIn(fields, 'product') : undefined,
        origins: publishable ? (textIn(fields, 'origins')?.split(/[\s,]+/) ?? []) : undefined,
      },
    })
    setSecret(data?.createToken?.secret ?? null)
    return { error, refusals: data?.createToken?.userErrors }
  }

  if (secret) {
    return (
      <Dialog title="Copy the token now; it is shown only once" onClose={onClose}>
        <pre className={css.secret} tabIndex={0}>{secret}</pre>
        <Button icon="copy" onClick={() => void navigator.clipboard.writeText(secret)}>Copy</Button>
      </Dialog>
    )
  }
  return (
    <Dialog title="New token" onClose={onClose}>
      <Form label="Create" onSend={send} onDone={() => undefined}>
        <Labeled label="Name" hint="Its purpose; shown wherever the token was used."><Input name="name" required autoFocus /></Labeled>
        <Row>
          <Labeled label="Role"><select className={parts.input} name="role" defaultValue="SUPPORT">{ROLES.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}</select></Labeled>
          <Labeled label="Scope" hint={SCOPES.find(({ value }) => value === scope)?.meaning}>
            <select className={parts.input} value={scope} onChange={(event) => setScope(event.target.value as Enum<'TokenScope'>)}>{SCOPES.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}</select>
          </Labeled>
          <Labeled label="Expires on"><Input name="expires" type="date" /></Labeled>
        </Row>
        {publishable && (
          <Row>
            <Labeled label="Product"><select className={parts.input} name="product" required>{products.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}</select></Labeled>
            <Labeled label="Origins" hint="Pages that may use it, such as https://shop.example"><Input name="origins" /></Labeled>
          </Row>
        )}
      </Form>
    </Dialog>
  )
}
