import type { Enum } from '~/api/graphql'

export const ROLES: { value: Enum<'Role'>; label: string }[] = [
  { value: 'PRODUCT', label: 'Product' },
  { value: 'DEVELOPMENT', label: 'Development' },
  { value: 'OPERATIONS', label: 'Operations' },
  { value: 'SECURITY', label: 'Security' },
  { value: 'SUPPORT', label: 'Support' },
  { value: 'BUSINESS', label: 'Business' },
  { value: 'CUSTOMER', label: 'Customer' },
  { value: 'ADMINISTRATOR', label: 'Administrator' },
]

export const SCOPES: { value: Enum<'TokenScope'>; label: string; meaning: string }[] = [
  { value: 'READ', label: 'Read', meaning: 'for a dashboard' },
  { value: 'INGEST', label: 'Ingest', meaning: 'for a job that writes what systems report' },
  { value: 'PUBLISHABLE', label: 'Publishable', meaning: 'for a web page: submits responses, reads nothing' },
  { value: 'REPORTS', label: 'Reports', meaning: 'reports only' },
  { value: 'FULL', label: 'Full', meaning: 'all that the role may do' },
]
