import { graphql, type ResultOf } from '~/api/graphql'

const Out = graphql(`
  fragment WebhookOut on Webhook {
    id name url events hookState: state disabledReason previousSecretUntil
    dead: deliveries(first: 1, filter: { state: [DEAD] }) { totalCount }
  }
`)

export const WebhooksQuery = graphql(`
  query Webhooks { webhooks(first: 200) { nodes { ...WebhookOut } } }
`, [Out])

export const WebhookDeliveriesQuery = graphql(`
  query WebhookDeliveries($webhook: ID!, $filter: WebhookDeliveryFilter) {
    webhook(id: $webhook) { id deliveries(first: 20, filter: $filter) { totalCount nodes { id event createdAt deliveryState: state status attempts failure nextAttemptAt body } } }
  }
`)

export const CreateWebhook = graphql(`
  mutation CreateWebhook($input: CreateWebhookInput!) { createWebhook(input: $input) { secret webhook { ...WebhookOut } userErrors { code field message } } }
`, [Out])

export const UpdateWebhook = graphql(`
  mutation UpdateWebhook($input: UpdateWebhookInput!) { updateWebhook(input: $input) { webhook { ...WebhookOut } userErrors { code field message } } }
`, [Out])

export const RotateSecret = graphql(`
  mutation RotateSecret($input: WebhookInput!) { rotateWebhookSecret(input: $input) { secret webhook { ...WebhookOut } userErrors { code field message } } }
`, [Out])

export const DeleteWebhook = graphql(`
  mutation DeleteWebhook($input: WebhookInput!) { deleteWebhook(input: $input) { deletedId userErrors { code field message } } }
`)

export const TestWebhook = graphql(`
  mutation TestWebhook($input: WebhookInput!) { testWebhook(input: $input) { delivery { id } userErrors { code field message } } }
`)

export const ReplayDeliveries = graphql(`
  mutation ReplayDeliveries($input: ReplayWebhookDeliveriesInput!) { replayWebhookDeliveries(input: $input) { replayed userErrors { code field message } } }
`)

const In = graphql(`
  fragment WebhookIn on InboundWebhook {
    id name kind path enabled versionPrefix product { key name }
    failed: deliveries(first: 1, filter: { state: [FAILED] }) { totalCount }
  }
`)

export const InboundQuery = graphql(`
  query Inbound { inboundWebhooks(first: 200) { nodes { ...WebhookIn } } }
`, [In])

export const InboundDeliveriesQuery = graphql(`
  query InboundDeliveries($webhook: ID!, $filter: InboundDeliveryFilter) {
    inboundWebhook(id: $webhook) { id deliveries(first: 20, filter: $filter) { totalCount nodes { id event createdAt inboundState: state reason body results { outcome objectId } } } }
  }
`)

export const CreateInbound = graphql(`
  mutation CreateInbound($input: CreateInboundWebhookInput!) { createInboundWebhook(input: $input) { secret webhook { ...WebhookIn } userErrors { code field message } } }
`, [In])

export const UpdateInbound = graphql(`
  mutation UpdateInbound($input: UpdateInboundWebhookInput!) { updateInboundWebhook(input: $input) { webhook { ...WebhookIn } userErrors { code field message } } }
`, [In])

export const DeleteInbound = graphql(`
  mutation DeleteInbound($input: DeleteInboundWebhookInput!) { deleteInboundWebhook(input: $input) { deletedId userErrors { code field message } } }
`)

export const ReplayInbound = graphql(`
  mutation ReplayInbound($input: ReplayInboundDeliveriesInput!) { replayInboundDeliveries(input: $input) { replayed userErrors { code field message } } }
`)

export type WebhookRow = NonNullable<ResultOf<typeof WebhooksQuery>['webhooks']>['nodes'][number]
export type InboundRow = NonNullable<ResultOf<typeof InboundQuery>['inboundWebhooks']>['nodes'][number]
