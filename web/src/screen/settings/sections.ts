export const SECTIONS = ['members', 'teams', 'tokens', 'segments', 'scales'] as const
export type Section = (typeof SECTIONS)[number]
