import { useState } from 'react'
import { useMutation } from 'urql'
import type { Enum } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { fixed } from '~/format/number'
import { useSaid } from '~/format/vocabulary'
import { Dialog } from '~/ui/dialog'
import { ExportMenu } from '~/ui/export-menu'
import { Form, Row, textIn } from '~/ui/form'
import { Button, Card, classes, Input, Labeled, Tag } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { CreateScale, CreateSegment, CreateTeam, RemoveTeam, RenameSegment, ScalesQuery, SegmentsQuery, TeamsQuery } from './query'
import { Remove } from './remove'
import css from './view.module.css'

export function Teams() {
  const say = useSaid()
  const { result, refresh } = useScreenQuery(TeamsQuery, {})
  const [, create] = useMutation(CreateTeam)
  const [, remove] = useMutation(RemoveTeam)
  return (
    <Card flush title={say('Teams')} note={say('Each feature belongs to a team that looks after it.')}
      actions={<ExportMenu title="Teams" table={() => [['key', 'name', 'features', 'members'], ...(result.data?.teams?.nodes ?? []).map(({ key, name, features, members }) => [key, name, features.nodes.map((one) => one.key).join(' '), members.nodes.map((one) => one.name).join(', ')])]} />}>
      <Loaded result={result} retry={refresh}>
        {({ teams }) => teams && teams.nodes.length > 0 ? (
          <table className={classes(table.table, table.cards)}>
            <thead><tr><th>{say('Team')}</th><th>{say('Features')}</th><th>Members</th><th><span className="visually-hidden">Actions</span></th></tr></thead>
            <tbody>
              {teams.nodes.map(({ id, key, name, features, members }) => (
                <tr key={id}>
                  <th scope="row">{name}<span className={table.sub}>{key}</span></th>
                  <td>{features.nodes.map((feature) => <Tag key={feature.id}>{feature.name}</Tag>)}</td>
                  <td data-label="Members">{members.nodes.map((member) => member.name).join(', ') || <span className={table.muted}>none</span>}</td>
                  <td className={table.number}><Remove label="Remove" what={name} onRemove={async () => {
                    const { data, error } = await remove({ input: { team: id } })
                    refresh()
                    return { error, refusals: data?.removeTeam?.userErrors }
                  }} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : <div className={table.more}><Empty title={say('No teams yet')} /></div>}
      </Loaded>
      <KeyAndName what="team" onSend={async (key, name) => {
        const { data, error } = await create({ input: { key, name } })
        return { error, refusals: data?.createTeam?.userErrors }
      }} onDone={refresh} />
    </Card>
  )
}

export function Segments() {
  const say = useSaid()
  const { result, refresh } = useScreenQuery(SegmentsQuery, {})
  const [, create] = useMutation(CreateSegment)
  const [, update] = useMutation(RenameSegment)
  const [renamed, rename] = useState<{ id: string; name: string } | null>(null)
  return (
    <Card flush title={say('Segments')} note="By what they pay for, for example. Ratings are only compared within one of them, so the mix of respondents does not change a score."
      actions={<ExportMenu title="Segments" table={() => [['key', 'name'], ...(result.data?.segments?.nodes ?? []).map(({ key, name }) => [key, name])]} />}>
      <Loaded result={result} retry={refresh}>
        {({ segments }) => segments && segments.nodes.length > 0 ? (
          <table className={classes(table.table, table.cards)}>
            <thead><tr><th>{say('Segment')}</th><th>Key</th><th><span className="visually-hidden">Actions</span></th></tr></thead>
            <tbody>{segments.nodes.map(({ id, key, name }) => <tr key={id}><th scope="row">{name}</th><td className={table.muted}>{key}</td><td className={table.number}><Button small kind="ghost" aria-label={`Rename ${name}`} onClick={() => rename({ id, name })}>Rename</Button></td></tr>)}</tbody>
          </table>
        ) : <div className={table.more}><Empty title={say('No segments yet')} /></div>}
      </Loaded>
      <KeyAndName what="segment" onSend={async (key, name) => {
        const { data, error } = await create({ input: { key, name } })
        return { error, refusals: data?.createSegment?.userErrors }
      }} onDone={refresh} />
      {renamed && (
        <Dialog title={`Rename “${renamed.name}”`} onClose={() => rename(null)}>
          <Form label="Rename" onDone={() => { rename(null); refresh() }} onSend={async (fields) => {
            const { data, error } = await update({ input: { segment: renamed.id, name: textIn(fields, 'name') ?? '' } })
            return { error, refusals: data?.updateSegment?.userErrors }
          }}>
            <Labeled label="Name" hint="The key stays."><Input name="name" required defaultValue={renamed.name} /></Labeled>
          </Form>
        </Dialog>
      )}
    </Card>
  )
}

function KeyAndName({ what, onSend, onDone }: { what: string; onSend: (key: string, name: string | undefined) => ReturnType<Parameters<typeof Form>[0]['onSend']>; onDone: () => void }) {
  const [round, setRound] = useState(0)
  const say = useSaid()
  return (
    <div className={css.create}>
      <Form key={round} label={say(`Create ${what}`)} onSend={(fields) => onSend(textIn(fields, 'key') ?? '', textIn(fields, 'name'))} onDone={() => { setRound(round + 1); onDone() }}>
        <Row>
          <Labeled label="Key" hint="For programs; it cannot be changed."><Input name="key" required /></Labeled>
          <Labeled label="Name"><Input name="name" /></Labeled>
        </Row>
      </Form>
    </div>
  )
}

const KINDS: Enum<'ScaleKind'>[] = ['CUSTOM', 'CSAT', 'NPS', 'CES', 'STARS', 'THUMBS']

export function Scales() {
  const { result, refresh } = useScreenQuery(ScalesQuery, {})
  const [, create] = useMutation(CreateScale)
  const [round, setRound] = useState(0)
  return (
    <Card flush title="Scales" note="What customers rate on. On every scale, the worst rating is 0 and the best is 100."
      actions={<ExportMenu title="Scales" table={() => [['key', 'name', 'kind', 'min', 'max', 'step', 'higher_is_better'], ...(result.data?.scales?.nodes ?? []).map((one) => [one.key, one.name, one.kind, one.min, one.max, one.step, String(one.higherIsBetter)])]} />}>
      <Loaded result={result} retry={refresh}>
        {({ scales }) => (
          <table className={classes(table.table, table.cards)}>
            <thead><tr><th>Scale</th><th>Kind</th><th className={table.number}>From</th><th className={table.number}>To</th><th className={table.number}>Step</th><th>Best</th></tr></thead>
            <tbody>
              {scales?.nodes.map(({ id, key, name, kind, min, max, step, higherIsBetter }) => (
                <tr key={id}><th scope="row">{name}<span className={table.sub}>{key}</span></th><td data-label="Kind">{kind}</td><td data-label="From" className={table.number}>{fixed(min)}</td><td data-label="To" className={table.number}>{fixed(max)}</td><td data-label="Step" className={table.number}>{step}</td><td data-label="Best">{higherIsBetter ? 'high' : 'low'}</td></tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      <div className={css.create}>
        <Form key={round} label="Create scale" onDone={() => { setRound(round + 1); refresh() }} onSend={async (fields) => {
          const { data, error } = await create({ input: {
            key: textIn(fields, 'key') ?? '', name: textIn(fields, 'name'), kind: textIn(fields, 'kind') as Enum<'ScaleKind'> | undefined,
            min: Number(textIn(fields, 'min')), max: Number(textIn(fields, 'max')), step: Number(textIn(fields, 'step') ?? 1), higherIsBetter: textIn(fields, 'best') !== 'low',
          } })
          return { error, refusals: data?.createScale?.userErrors }
        }}>
          <Row>
            <Labeled label="Key"><Input name="key" required /></Labeled>
            <Labeled label="Name"><Input name="name" /></Labeled>
            <Labeled label="Kind"><select className={parts.input} name="kind">{KINDS.map((kind) => <option key={kind}>{kind}</option>)}</select></Labeled>
          </Row>
          <Row>
            <Labeled label="From"><Input name="min" type="number" step="any" required defaultValue={1} /></Labeled>
            <Labeled label="To"><Input name="max" type="number" step="any" required defaultValue={5} /></Labeled>
            <Labeled label="Step"><Input name="step" type="number" step="any" min="0" required defaultValue={1} /></Labeled>
            <Labeled label="Best"><select className={parts.input} name="best"><option>high</option><option>low</option></select></Labeled>
          </Row>
        </Form>
      </div>
    </Card>
  )
}
