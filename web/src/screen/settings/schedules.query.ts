import { graphql, type ResultOf } from '~/api/graphql'

const Whole = graphql(`
  fragment ScheduleWhole on Schedule {
    id name report audience format cron timeZone days paused nextRunAt updatedAt
    product { key name } destinations { kind label }
    runs(first: 1) { nodes { startedAt outcome } }
    dead: deliveries(first: 1, filter: { state: [DEAD] }) { totalCount }
  }
`)

export const SchedulesQuery = graphql(`
  query Schedules { schedules(first: 200) { nodes { ...ScheduleWhole } } }
`, [Whole])

export const ScheduleHistoryQuery = graphql(`
  query ScheduleHistory($schedule: ID!) {
    schedule(id: $schedule) {
      id
      runs(first: 10) { totalCount nodes { startedAt endedAt outcome message attempt items } }
      deliveries(first: 10) { totalCount nodes { id createdAt state attempts failure nextAttemptAt deliveredAt destination { kind label } report { id title } } }
    }
  }
`)

export const CreateSchedule = graphql(`
  mutation CreateSchedule($input: CreateScheduleInput!) {
    createSchedule(input: $input) { schedule { ...ScheduleWhole } webhookSecrets { url secret } userErrors { code field message } }
  }
`, [Whole])

export const UpdateSchedule = graphql(`
  mutation UpdateSchedule($input: UpdateScheduleInput!) {
    updateSchedule(input: $input) { schedule { ...ScheduleWhole } webhookSecrets { url secret } userErrors { code field message } }
  }
`, [Whole])

export const RunSchedule = graphql(`
  mutation RunSchedule($input: ScheduleInput!) { runSchedule(input: $input) { schedule { id nextRunAt } userErrors { code field message } } }
`)

export const DeleteSchedule = graphql(`
  mutation DeleteSchedule($input: ScheduleInput!) { deleteSchedule(input: $input) { deletedId userErrors { code field message } } }
`)

export const ReplayReports = graphql(`
  mutation ReplayReports($input: ReplayReportDeliveriesInput!) { replayReportDeliveries(input: $input) { replayed userErrors { code field message } } }
`)

/** Only for administrators. */
export const JobsQuery = graphql(`
  query Jobs { jobs { name nextRunAt isRunning lastRun { startedAt outcome message } } }
`)

export const RunJob = graphql(`
  mutation RunJob($input: RunJobInput!) { runJob(input: $input) { job { name nextRunAt } userErrors { code field message } } }
`)

export type ScheduleRow = NonNullable<ResultOf<typeof SchedulesQuery>['schedules']>['nodes'][number]
export type History = NonNullable<ResultOf<typeof ScheduleHistoryQuery>['schedule']>
