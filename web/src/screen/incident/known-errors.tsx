import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import { useRights } from '~/app/session'
import { capital, useWords } from '~/format/vocabulary'
import { KnownErrorLines } from '~/part/known-error'
import { Suggestions } from '~/part/suggestions'
import { LinkKnownError } from '~/part/suggestions.query'
import { ButtonLink, Card } from '~/ui/parts'
import table from '~/ui/table.module.css'
import type { IncidentData } from './query'
import css from './view.module.css'

/** The known errors that it comes from; and those that it may come from, by its words. */
export function KnownErrors({ incident, onChange }: { incident: IncidentData; onChange: () => void }) {
  const words = useWords()
  const { handlesIncidents } = useRights()
  const [, link] = useMutation(LinkKnownError)
  const [refusal, setRefusal] = useState<string | null>(null)
  const { id, title, description, product, features, knownErrors } = incident
  async function choose(chosen: string[]) {
    const knownError = chosen.at(-1)
    if (!knownError) return
    const { data, error } = await link({ input: { knownError, incidents: [id], feedback: [] } }, { additionalTypenames: ['Incident'] })
    setRefusal(error ? problemOf(error).message : (data?.linkKnownError?.userErrors[0]?.message ?? null))
    onChange()
  }
  return (
    <Card title={capital(words('knownErrors'))} note="What it comes from, and what can be done meanwhile."
      actions={handlesIncidents && <ButtonLink small icon="plus" link={{ to: '/p/$product/known-errors', params: { product: product.key }, search: { entry: 'yes' } }}>New {words('knownError')}</ButtonLink>}>
      <div className={css.errors}>
        {knownErrors.length > 0 ? <KnownErrorLines errors={knownErrors} /> : <p className={table.muted}>It is linked to no {words('knownError')}.</p>}
        {handlesIncidents && <Suggestions text={`${title} ${description ?? ''}`} product={product.key} feature={features[0]?.key} chosen={[]} known={knownErrors.map((one) => one.id)} onChoose={(chosen) => void choose(chosen)} />}
        {refusal && <p role="alert" className={css.refusal}>{refusal}</p>}
      </div>
    </Card>
  )
}
