import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMutation } from 'urql'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useRights } from '~/app/session'
import { ago, momentText } from '~/format/date'
import { capital, useWords } from '~/format/vocabulary'
import { ErrorState } from '~/part/known-error'
import { KnownErrorForm } from '~/part/known-error-form'
import { Dialog } from '~/ui/dialog'
import { Button, Card, classes, Halves, PageHead, Stack, Tag } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Articles } from './articles'
import { Linked } from './linked'
import { EffectsQuery, KnownErrorQuery, UpdateKnownError, type KnownErrorData } from './query'
import css from './view.module.css'

export default function KnownError() {
  const { product, error: id } = useParams({ from: '/p/$product/known-errors/$error' })
  const { handlesIncidents, seesCustomers } = useRights()
  const words = useWords()
  const [editing, setEditing] = useState(false)
  const { result, refresh } = useScreenQuery(KnownErrorQuery, { error: id })
  useLiveRefresh(['release'], refresh)
  return (
    <Loaded page result={result} retry={refresh} rows={10}>
      {({ knownError }) => knownError && (
        <>
          <PageHead title={knownError.title} lead={<Lead error={knownError} />}
            crumb={{ label: `All ${words('knownErrors')}`, link: { to: '/p/$product/known-errors', params: { product } } }}
            actions={handlesIncidents && <Button onClick={() => setEditing(true)}>Edit</Button>} />
          <Stack>
            <Halves>
              <Card title={`What ${words('customers')} notice`}>
                <dl className={css.texts}>
                  <Told term="Symptom" text={knownError.symptom} />
                  <div className={classes(css.workaround, !knownError.workaround && css.missing)}><dt>Workaround</dt><dd dir="auto">{knownError.workaround ?? 'None is known yet.'}</dd></div>
                </dl>
              </Card>
              <Card title="Where it comes from" note={knownError.isPublic ? `${capital(words('customers'))} see it, without its cause.` : `${capital(words('customers'))} do not see it.`}>
                <dl className={css.texts}>
                  <Told term="Cause" text={knownError.cause} />
                  <Course error={knownError} />
                </dl>
              </Card>
            </Halves>
            <Effects error={knownError} />
            <Articles error={knownError} onChange={refresh} />
            {seesCustomers && <Linked error={knownError.id} />}
            <p className={css.record}>Written {ago(knownError.createdAt)}{knownError.createdBy && ` by ${knownError.createdBy.name}`}, changed {momentText(knownError.updatedAt)}{knownError.externalId && `; ${knownError.externalId} in ${knownError.source}`}.</p>
          </Stack>
          {editing && <Edit error={knownError} onClose={() => setEditing(false)} />}
        </>
      )}
    </Loaded>
  )
}

function Lead({ error: { errorState, features, product } }: { error: KnownErrorData }) {
  return (
    <span className={css.lead}>
      <ErrorState state={errorState} />
      <span>{features.length === 0 ? `${product.name} as a whole` : features.map(({ key, name }, index) => <span key={key}>{index > 0 && ', '}<Link to="/p/$product/features/$feature" params={{ product: product.key, feature: key }}>{name}</Link></span>)}</span>
    </span>
  )
}

const Told = ({ term, text }: { term: string; text: string | null }) => <div><dt>{term}</dt><dd dir="auto" className={text ? undefined : table.muted}>{text ?? 'Not given.'}</dd></div>

/** From the release that brought it to those that fix it. */
function Course({ error: { introducedIn, fixedIn, product, wontFixReason } }: { error: KnownErrorData }) {
  const words = useWords()
  return (
    <div>
      <dt>{capital(words('releases'))}</dt>
      <dd className={css.course}>
        <span>{introducedIn ? <>since <Link to="/p/$product/releases/$version" params={{ product: product.key, version: introducedIn.version }}>{introducedIn.version}</Link></> : `it is unknown which ${words('release')} introduced it`}</span>
        {fixedIn.map(({ version, lifecycle }) => <span key={version}>{lifecycle === 'RELEASED' ? 'fixed in' : 'fix planned in'} <Link to="/p/$product/releases/$version" params={{ product: product.key, version }}>{version}</Link></span>)}
        {fixedIn.length === 0 && !wontFixReason && <span>no {words('release')} fixes it</span>}
        {wontFixReason && <span dir="auto">will not be fixed: {wontFixReason}</span>}
      </dd>
    </div>
  )
}

const EFFECTS = { AFFECTED: { label: 'has it', look: 'affected' }, FIXED: { label: 'has the fix', look: 'fixed' }, NOT_AFFECTED: { label: 'not affected', look: 'free' } } as const

/** Which of the last releases have it, the newest first. */
function Effects({ error: { id, product } }: { error: KnownErrorData }) {
  const words = useWords()
  const { result, refresh } = useScreenQuery(EffectsQuery, { product: product.key })
  return (
    <Card title={`Which ${words('releases')} have it`} note={`By the predecessors of each, so that a fix that was ported back counts on its line. The newest first.`}>
      <Loaded result={result} retry={refresh} rows={2}>
        {({ product: found }) => found && (
          <ul className={css.effects}>
            {found.releases.nodes.map(({ id: release, version, knownErrors }) => {
              const effect = knownErrors.find(({ knownError }) => knownError.id === id)?.effect
              if (!effect) return null
              const { label, look } = EFFECTS[effect]
              return <li key={release} className={css[look]}><Link to="/p/$product/releases/$version" params={{ product: product.key, version }}>{version}</Link><Tag>{label}</Tag></li>
            })}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}

function Edit({ error, onClose }: { error: KnownErrorData; onClose: () => void }) {
  const [, update] = useMutation(UpdateKnownError)
  const { title, symptom, workaround, cause, introducedIn, fixedIn, wontFixReason, features, isPublic, product } = error
  return (
    <Dialog title={`Edit “${title}”`} onClose={onClose}>
      <KnownErrorForm product={product.key} label="Save" onDone={onClose}
        given={{ title, symptom, workaround, cause, introducedIn: introducedIn?.version ?? null, fixedIn: fixedIn.map(({ version }) => version), wontFixReason, features: features.map(({ key }) => key), isPublic }}
        onSend={async (stated) => {
          const { data, error: failed } = await update({ input: { knownError: error.id, ...stated } })
          return { error: failed, refusals: data?.updateKnownError?.userErrors }
        }} />
    </Dialog>
  )
}
