export const SECTIONS = ['members', 'teams', 'tokens', 'segments', 'scales', 'schedules', 'webhooks', 'imports', 'widget'] as const
export type Section = (typeof SECTIONS)[number]
