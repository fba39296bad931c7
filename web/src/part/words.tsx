import { momentText, periodText } from '~/format/date'
import { count, percent, plural, times } from '~/format/number'
import { isThumbs, ratingName } from '~/format/rating'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, Segmented } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import css from './words.module.css'
import type { WordData, WordsBaseline, WordsData } from './words.query'

/** Beyond this ratio the baseline is too close to zero to say how many times as many. */
const MOST = 50

interface Props {
  /** What the comments are about, such as the name of a feature. */
  of: string
  result: Parameters<typeof Loaded<{ words: WordsData | null }>>[0]['result']
  retry: () => void
  against: WordsBaseline
  onAgainst: (against: WordsBaseline) => void
  /** What the other side is called, for each. */
  sides: Record<WordsBaseline, string>
  /** Searches the comments for a word. */
  onFind?: (word: string) => void
}

/** The words that set comments apart, with how many use them and examples. */
export function WordsCard({ of, result, retry, against, onAgainst, sides, onFind }: Props) {
  const found = result.data?.words
  return (
    <Card flush title="Words that stand out" note={found ? `In ${plural(found.comments, 'comment')} on ${of}, ${periodText(found.period)}, against ${count(found.baselineComments)} ${sides[against]}.` : `In comments on ${of}.`}
      actions={
        <>
          <Segmented label="Compared with" value={against} onChange={onAgainst} choices={[{ value: 'BEFORE', label: 'New' }, { value: 'OTHERS', label: 'Peculiar' }]} />
          {found && found.words.length > 0 && <ExportMenu title={`${of} words`} table={() => csv(found.words)} />}
        </>
      }>
      <Loaded result={result} retry={retry} rows={4}>
        {({ words: data }) => data && (
          <>
            {data.words.length === 0 && <p className={classes(table.more, table.muted)}>{data.comments === 0 ? `There are no comments in this period.` : `No word stands out: the comments differ by chance only.`}</p>}
            {data.words.length > 0 && <List words={data.words} side={sides[against]} onFind={onFind} />}
            {!data.complete && <p className={table.more}>There are more: the latest comments were read.</p>}
          </>
        )}
      </Loaded>
    </Card>
  )
}

function List({ words, side, onFind }: { words: WordData[]; side: string; onFind?: (word: string) => void }) {
  const most = Math.max(...words.flatMap(({ share, baselineShare }) => [share, baselineShare]))
  const wide = (share: number) => ({ width: `${Math.max(0.5, (share / most) * 100)}%` })
  return (
    <ul className={css.words} aria-label="Words that stand out">
      {words.map((word) => (
        <li key={word.text}>
          <details name="words">
            <summary>
              <b dir="auto">{word.text}</b>
              <span className={css.bars} role="img" aria-label={`${percent(word.share, 1)} use it, ${percent(word.baselineShare, 1)} ${side}`}><i style={wide(word.share)} /><i style={wide(word.baselineShare)} /></span>
              <span className={css.share} title={`${plural(word.count, 'comment')} by ${plural(word.voices, 'person', 'people')}; ${percent(word.baselineShare, 2)} ${side}`}>{percent(word.share, 1)} <small>{ratioOf(word)}</small></span>
            </summary>
            <div className={css.examples}>
              <p className={table.muted}>{plural(word.count, 'comment')} by {plural(word.voices, 'person', 'people')}: {percent(word.share, 1)} of those who commented; {percent(word.baselineShare, 2)} {side}.</p>
              {word.examples?.map(({ id, comment, rating, scale, feature, release, occurredAt }) => (
                <blockquote key={id}><span dir="auto">{comment}</span><small>{[rating !== null && scale && `${ratingName(rating, scale)}${isThumbs(scale) ? '' : ` of ${scale.max}`}`, feature?.name, release?.version, momentText(occurredAt)].filter(Boolean).join(' · ')}</small></blockquote>
              ))}
              {onFind && <Button small icon="search" onClick={() => onFind(word.text)}>Find comments with “{word.text}”</Button>}
            </div>
          </details>
        </li>
      ))}
    </ul>
  )
}

/** How many times as many use a word. */
function ratioOf({ share, baselineShare }: WordData): string {
  const ratio = share / baselineShare
  return ratio > MOST ? `× ${MOST}+` : times(ratio)
}

function csv(words: WordData[]) {
  return [
    ['word', 'count', 'voices', 'share', 'baseline_count', 'baseline_share', 'z'],
    ...words.map(({ text, count: all, voices, share, baselineCount, baselineShare, z }) => [text, all, voices, share, baselineCount, baselineShare, z]),
  ]
}
