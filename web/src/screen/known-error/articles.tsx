import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import { useRights } from '~/app/session'
import { ago } from '~/format/date'
import { capital, useWords } from '~/format/vocabulary'
import { Dialog } from '~/ui/dialog'
import { Form, textIn } from '~/ui/form'
import { Button, Card, Input, Labeled, Tag } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import table from '~/ui/table.module.css'
import { CreateArticle, PublishArticle, RetireArticle, type ArticleData, type KnownErrorData } from './query'
import css from './view.module.css'

const STATES = { DRAFT: 'Draft', PUBLISHED: 'Published', RETIRED: 'Retired' } as const

/** Help texts about it. */
export function Articles({ error, onChange }: { error: KnownErrorData; onChange: () => void }) {
  const words = useWords()
  const { handlesIncidents } = useRights()
  const [writing, setWriting] = useState(false)
  const { nodes } = error.articles
  return (
    <Card title={capital(words('articles'))} note={nodes.length === 0 ? `No ${words('article')} is about it: who asks gets no answer to read.` : undefined}
      actions={handlesIncidents && <Button small icon="plus" onClick={() => setWriting(true)}>New {words('article')}</Button>}>
      {nodes.length > 0 && <ul className={css.articles}>{nodes.map((article) => <Article key={article.id} article={article} onChange={onChange} />)}</ul>}
      {writing && <Writing error={error} onClose={() => { setWriting(false); onChange() }} />}
    </Card>
  )
}

function Article({ article: { id, title, body, url, articleState, language, updatedAt }, onChange }: { article: ArticleData; onChange: () => void }) {
  const { handlesIncidents } = useRights()
  const [publishing, publish] = useMutation(PublishArticle)
  const [retiring, retire] = useMutation(RetireArticle)
  const [refusal, setRefusal] = useState<string | null>(null)
  async function move() {
    const { data, error } = articleState === 'DRAFT' ? await publish({ input: { article: id } }) : await retire({ input: { article: id } })
    const refused = data && ('publishArticle' in data ? data.publishArticle?.userErrors : data.retireArticle?.userErrors)
    setRefusal(error ? problemOf(error).message : (refused?.[0]?.message ?? null))
    onChange()
  }
  return (
    <li>
      <details>
        <summary><b>{title}</b> <Tag>{STATES[articleState]}</Tag><small>{[language, `changed ${ago(updatedAt)}`].filter(Boolean).join(' · ')}</small></summary>
        {url && /^https?:/.test(url) && <p><a href={url} rel="noreferrer noopener" target="_blank">{url}</a></p>}
        {body && <p className={css.body} dir="auto">{body}</p>}
        {handlesIncidents && articleState !== 'RETIRED' && <Button small disabled={publishing.fetching || retiring.fetching} onClick={() => void move()}>{articleState === 'DRAFT' ? 'Publish' : 'Retire'}</Button>}
        {refusal && <span role="alert" className={css.refusal}>{refusal}</span>}
      </details>
    </li>
  )
}

function Writing({ error, onClose }: { error: KnownErrorData; onClose: () => void }) {
  const words = useWords()
  const [, create] = useMutation(CreateArticle)
  return (
    <Dialog title={`New ${words('article')}`} onClose={onClose}>
      <Form label="Save draft" onDone={onClose} onSend={async (fields) => {
        const { data, error: failed } = await create({ input: {
          product: error.product.key, knownErrors: [error.id], features: error.features.map(({ key }) => key), title: textIn(fields, 'title') ?? '', body: textIn(fields, 'body'), url: textIn(fields, 'url'),
        } }, { additionalTypenames: ['Article'] })
        return { error: failed, refusals: data?.createArticle?.userErrors }
      }}>
        <p className={table.muted}>It is about “{error.title}”. {capital(words('customers'))} see it when it is published.</p>
        <Labeled label="Title"><Input name="title" required autoFocus placeholder="When the export hangs" /></Labeled>
        <Labeled label="Text, in Markdown"><textarea className={parts.input} name="body" rows={6} /></Labeled>
        <Labeled label="Or its address" hint="If it is published elsewhere."><Input name="url" type="url" /></Labeled>
      </Form>
    </Dialog>
  )
}
