import { createContext, useContext } from 'react'
import type { Enum } from '~/api/graphql'

export type Vocabulary = Enum<'Vocabulary'>

/**
 * What each thing is called, in each vocabulary: the words of the API's `glossary`, so that a reader finds the same ones everywhere
 * (tests/browser/vocabulary.test.mjs compares them).
 */
export const WORDS = {
  AGILE: {
    product: 'product', products: 'products',
    feature: 'feature', features: 'features',
    release: 'release', releases: 'releases',
    iteration: 'sprint', iterations: 'sprints',
    customer: 'customer', customers: 'customers',
    incident: 'incident', incidents: 'incidents',
    response: 'response', responses: 'responses',
    announcement: 'announcement', announcements: 'announcements',
    knownError: 'known bug', knownErrors: 'known bugs',
    article: 'help article', articles: 'help articles',
    segment: 'segment', segments: 'segments',
    team: 'team', teams: 'teams',
    value: 'perceived value',
  },
  ITIL: {
    product: 'service', products: 'services',
    feature: 'service function', features: 'service functions',
    release: 'release', releases: 'releases',
    iteration: 'iteration', iterations: 'iterations',
    customer: 'customer', customers: 'customers',
    incident: 'incident', incidents: 'incidents',
    response: 'survey response', responses: 'survey responses',
    announcement: 'change notice', announcements: 'change notices',
    knownError: 'known error', knownErrors: 'known errors',
    article: 'knowledge article', articles: 'knowledge articles',
    segment: 'customer group', segments: 'customer groups',
    team: 'service owner', teams: 'service owners',
    value: 'service value',
  },
  PLAIN: {
    product: 'product', products: 'products',
    feature: 'feature', features: 'features',
    release: 'version', releases: 'versions',
    iteration: 'work period', iterations: 'work periods',
    customer: 'customer', customers: 'customers',
    incident: 'problem', incidents: 'problems',
    response: 'response', responses: 'responses',
    announcement: 'notice', announcements: 'notices',
    knownError: 'known problem', knownErrors: 'known problems',
    article: 'help text', articles: 'help texts',
    segment: 'group of customers', segments: 'groups of customers',
    team: 'team', teams: 'teams',
    value: 'value',
  },
} as const satisfies Record<Vocabulary, Record<string, string>>

export type Word = keyof (typeof WORDS)['AGILE']
export type Words = (word: Word) => string

export const VOCABULARIES: { value: Vocabulary; label: string }[] = [
  { value: 'AGILE', label: 'Agile' },
  { value: 'ITIL', label: 'ITIL' },
  { value: 'PLAIN', label: 'Plain' },
]

export function wordsOf(vocabulary: Vocabulary): Words {
  return (word) => WORDS[vocabulary][word]
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export const VocabularyContext = createContext<Vocabulary>('AGILE')

export function useWords(): Words {
  return wordsOf(useContext(VocabularyContext))
}

const NOUNS = /\b(?:(an?) )?(known errors?|features?|releases?|incidents?|responses?|iterations?|products?|segments?|teams?|customers?|announcements?|articles?)\b/gi

/** A sentence of the dashboard, which is written in the words of the API, in those of the reader. Not for what users wrote. */
export function said(sentence: string, words: Words): string {
  return sentence.replace(NOUNS, (found: string, article: string | undefined, noun: string) => {
    const key = noun.toLowerCase().replace(' e', 'E') as Word
    const word = article ? `${withArticle(words(key))}` : words(key)
    return found.charAt(0) === found.charAt(0).toUpperCase() ? capital(word) : word
  })
}

/** "a sprint", "an iteration". */
export function withArticle(noun: string): string {
  return `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`
}

export function useSaid(): (sentence: string) => string {
  const words = useWords()
  return (sentence) => said(sentence, words)
}
