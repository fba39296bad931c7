import { useState } from 'react'
import { useMutation } from 'urql'
import type { Enum, ResultOf } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { useRights, useSession } from '~/app/session'
import { Dialog } from '~/ui/dialog'
import { ExportMenu } from '~/ui/export-menu'
import { Checks, Form, Row, textIn } from '~/ui/form'
import { Button, Card, classes, Input, Labeled, Tag } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { CreateMember, MembersQuery, RemoveMember, UpdateMember } from './members.query'
import { Remove } from './remove'
import { ROLES } from './roles'

type Member = NonNullable<ResultOf<typeof MembersQuery>['members']>['nodes'][number]

export function Members() {
  const { administers } = useRights()
  const { result, refresh } = useScreenQuery(MembersQuery, {})
  const [, remove] = useMutation(RemoveMember)
  const [edited, edit] = useState<Member | 'new' | null>(null)
  return (
    <Card flush title="Members" note="The people who work with Ballroom. What they do is recorded and shown under their name."
      actions={<>
        <ExportMenu title="Members" table={() => [['id', 'name', 'email', 'roles', 'teams'], ...(result.data?.members?.nodes ?? []).map((one) => [one.id, one.name, one.email, one.roles.join(' '), one.teams.map(({ name }) => name).join(', ')])]} />
        {administers && <Button small kind="primary" icon="plus" onClick={() => edit('new')}>New member</Button>}
      </>}>
      <Loaded result={result} retry={refresh}>
        {({ members }) => members && members.nodes.length > 0 ? (
          <table className={classes(table.table, table.cards)}>
            <thead><tr><th>Name</th><th>Roles</th><th>Teams</th><th><span className="visually-hidden">Actions</span></th></tr></thead>
            <tbody>
              {members.nodes.map((member) => (
                <tr key={member.id}>
                  <th scope="row">{member.name}<span className={table.sub}>{member.email}</span></th>
                  <td>{member.roles.map((role) => <Tag key={role}>{role.toLowerCase()}</Tag>)}</td>
                  <td data-label={member.teams.length > 0 ? 'Teams' : undefined}>{member.teams.map(({ name }) => name).join(', ')}</td>
                  <td className={table.number}>
                    {administers && <Button small kind="ghost" onClick={() => edit(member)}>Change</Button>}
                    {administers && <Remove label="Remove" what={member.name} onRemove={async () => {
                      const { data, error } = await remove({ input: { member: member.id } })
                      refresh()
                      return { error, refusals: data?.removeMember?.userErrors }
                    }} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : <div className={table.more}><Empty title="No members yet">A member appears with the first sign-in by OpenID Connect, or is created here.</Empty></div>}
      </Loaded>
      {edited && <MemberDialog member={edited === 'new' ? null : edited} onClose={() => { edit(null); refresh() }} />}
    </Card>
  )
}

function MemberDialog({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const { teams } = useSession()
  const [, create] = useMutation(CreateMember)
  const [, update] = useMutation(UpdateMember)

  async function send(fields: FormData) {
    const email = textIn(fields, 'email') ?? ''
    const shared = {
      name: textIn(fields, 'name'),
      roles: fields.getAll('roles').map(String) as Enum<'Role'>[],
      teams: fields.getAll('teams').map(String),
    }
    if (member) {
      const { data, error } = await update({ input: { member: member.id, email, ...shared } })
      return { error, refusals: data?.updateMember?.userErrors }
    }
    const { data, error } = await create({ input: { email, ...shared } })
    return { error, refusals: data?.createMember?.userErrors }
  }

  return (
    <Dialog title={member ? member.name : 'New member'} onClose={onClose}>
      <Form label={member ? 'Save' : 'Create'} onSend={send} onDone={onClose}>
        <Row>
          <Labeled label="E-mail address"><Input name="email" type="email" required defaultValue={member?.email ?? ''} autoFocus /></Labeled>
          <Labeled label="Name"><Input name="name" defaultValue={member?.name ?? ''} /></Labeled>
        </Row>
        <MemberChecks member={member} teams={teams} />
      </Form>
    </Dialog>
  )
}

function MemberChecks({ member, teams }: { member: Member | null; teams: { key: string; name: string }[] }) {
  return (
    <>
      <Checks legend="Roles" name="roles" chosen={member?.roles} choices={ROLES.filter(({ value }) => value !== 'CUSTOMER')} />
      {teams.length > 0 && <Checks legend="Teams" name="teams" chosen={member?.teams.map(({ key }) => key)} choices={teams.map(({ key, name }) => ({ value: key, label: name }))} />}
    </>
  )
}
