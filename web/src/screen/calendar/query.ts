import { graphql, type ResultOf } from '~/api/graphql'

export const CalendarQuery = graphql(`
  query Calendar($period: PeriodInput!, $product: Reference) {
    calendar(period: $period, product: $product) {
      entries {
        kind title from until isDone
        product { key name }
        features { key name }
        release { id version }
        deployment { id environment }
        announcement { id state }
      }
      conflicts { isInFreeze features { key name } entries { title from until kind product { key } release { version } announcement { id } } }
    }
  }
`)

type Calendar = NonNullable<ResultOf<typeof CalendarQuery>['calendar']>
export type CalendarEntry = Calendar['entries'][number]
export type CalendarConflict = Calendar['conflicts'][number]
