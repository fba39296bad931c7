import { createContext, useContext } from 'react'
import type { Enum } from '~/api/graphql'

export type Vocabulary = Enum<'Vocabulary'>

/** What each thing is called, in each vocabulary. The API's own words are those of AGILE. */
export const WORDS = {
  AGILE: {
    feature: 'feature', features: 'features',
    release: 'release', releases: 'releases',
    incident: 'incident', incidents: 'incidents',
    response: 'response', responses: 'responses',
    customer: 'customer', customers: 'customers',
    iteration: 'iteration', iterations: 'iterations',
    product: 'product', products: 'products',
    team: 'team', teams: 'teams',
    value: 'value',
    announcement: 'announcement', announcements: 'announcements',
    knownError: 'known error', knownErrors: 'known errors',
    article: 'article', articles: 'articles',
    segment: 'segment', segments: 'segments',
  },
  ITIL: {
    feature: 'service', features: 'services',
    release: 'release', releases: 'releases',
    incident: 'incident', incidents: 'incidents',
    response: 'survey response', responses: 'survey responses',
    customer: 'customer', customers: 'customers',
    iteration: 'service period', iterations: 'service periods',
    product: 'service offering', products: 'service offerings',
    team: 'support group', teams: 'support groups',
    value: 'perceived value',
    announcement: 'change notice', announcements: 'change notices',
    knownError: 'known error', knownErrors: 'known errors',
    article: 'knowledge article', articles: 'knowledge articles',
    segment: 'customer group', segments: 'customer groups',
  },
  PLAIN: {
    feature: 'function', features: 'functions',
    release: 'version', releases: 'versions',
    incident: 'problem', incidents: 'problems',
    response: 'answer', responses: 'answers',
    customer: 'customer', customers: 'customers',
    iteration: 'work period', iterations: 'work periods',
    product: 'product', products: 'products',
    team: 'team', teams: 'teams',
    value: 'value',
    announcement: 'notice', announcements: 'notices',
    knownError: 'known problem', knownErrors: 'known problems',
    article: 'help text', articles: 'help texts',
    segment: 'group of customers', segments: 'groups of customers',
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
