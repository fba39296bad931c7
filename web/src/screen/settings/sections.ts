export const SECTIONS = ['members', 'teams', 'tokens', 'segments', 'scales', 'widget'] as const
export type Section = (typeof SECTIONS)[number]
