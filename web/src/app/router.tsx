import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { periodSearch } from '~/format/period'
import { oneOf, parseSearch, stringifySearch, text } from '~/format/search'
import { compareSearch } from '~/screen/compare/search'
import { announcementsSearch } from '~/screen/announcements/search'
import { calendarSearch } from '~/screen/calendar/search'
import { explorerSearch, ORDERS, type Order } from '~/screen/explorer/search'
import { featureSearch } from '~/screen/feature/search'
import { inboxSearch } from '~/screen/inbox/search'
import { incidentsSearch } from '~/screen/incidents/search'
import { knownErrorsSearch } from '~/screen/known-errors/search'
import { reportsSearch } from '~/screen/reports/search'
import { SECTIONS, type Section } from '~/screen/settings/sections'
import { Start } from '~/screen/start/view'
import { ErrorScreen, NotFound } from './failure'
import { Shell } from './shell'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: ErrorScreen })

const start = createRoute({ getParentRoute: () => root, path: '/', component: Start })
const product = createRoute({
  getParentRoute: () => root,
  path: '/p/$product',
  beforeLoad: ({ location, params }) => {
    if (location.pathname.replace(/\/$/, '').endsWith(`/p/${params.product}`)) throw redirect({ to: '/p/$product/value', params })
  },
})

const value = createRoute({
  getParentRoute: () => product,
  path: '/value',
  validateSearch: explorerSearch,
  component: lazyRouteComponent(() => import('~/screen/explorer/view')),
})
const feature = createRoute({
  getParentRoute: () => product,
  path: '/features/$feature',
  validateSearch: featureSearch,
  component: lazyRouteComponent(() => import('~/screen/feature/view')),
})
const compare = createRoute({
  getParentRoute: () => product,
  path: '/compare',
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import('~/screen/compare/view')),
})
const releases = createRoute({
  getParentRoute: () => product,
  path: '/releases',
  component: lazyRouteComponent(() => import('~/screen/releases/view')),
})
const release = createRoute({
  getParentRoute: () => product,
  path: '/releases/$version',
  validateSearch: (search): { feature?: string } => ({ feature: text(search, 'feature') }),
  component: lazyRouteComponent(() => import('~/screen/release/view')),
})
const incidents = createRoute({
  getParentRoute: () => product,
  path: '/incidents',
  validateSearch: incidentsSearch,
  component: lazyRouteComponent(() => import('~/screen/incidents/view')),
})
const incident = createRoute({
  getParentRoute: () => product,
  path: '/incidents/$incident',
  component: lazyRouteComponent(() => import('~/screen/incident/view')),
})
const knownErrors = createRoute({
  getParentRoute: () => product,
  path: '/known-errors',
  validateSearch: knownErrorsSearch,
  component: lazyRouteComponent(() => import('~/screen/known-errors/view')),
})
const knownError = createRoute({
  getParentRoute: () => product,
  path: '/known-errors/$error',
  component: lazyRouteComponent(() => import('~/screen/known-error/view')),
})
const iterations = createRoute({
  getParentRoute: () => product,
  path: '/iterations',
  component: lazyRouteComponent(() => import('~/screen/iterations/view')),
})
const iteration = createRoute({
  getParentRoute: () => product,
  path: '/iterations/$iteration',
  validateSearch: (search): { order?: Order } => ({ order: oneOf(search, 'order', ORDERS) }),
  component: lazyRouteComponent(() => import('~/screen/iteration/view')),
})
const announcements = createRoute({
  getParentRoute: () => product,
  path: '/announcements',
  validateSearch: announcementsSearch,
  component: lazyRouteComponent(() => import('~/screen/announcements/view')),
})
const announcement = createRoute({
  getParentRoute: () => product,
  path: '/announcements/$announcement',
  component: lazyRouteComponent(() => import('~/screen/announcement/view')),
})
const calendar = createRoute({
  getParentRoute: () => root,
  path: '/calendar',
  validateSearch: calendarSearch,
  component: lazyRouteComponent(() => import('~/screen/calendar/view')),
})
const inbox = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  validateSearch: inboxSearch,
  component: lazyRouteComponent(() => import('~/screen/inbox/view')),
})
const overview = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  validateSearch: periodSearch,
  component: lazyRouteComponent(() => import('~/screen/overview/view')),
})
const customers = createRoute({
  getParentRoute: () => root,
  path: '/customers',
  validateSearch: (search): { find?: string; after?: string } => ({ find: text(search, 'find'), after: text(search, 'after') }),
  component: lazyRouteComponent(() => import('~/screen/customers/view')),
})
const customer = createRoute({
  getParentRoute: () => root,
  path: '/customers/$customer',
  component: lazyRouteComponent(() => import('~/screen/customer/view')),
})
const live = createRoute({
  getParentRoute: () => root,
  path: '/live',
  component: lazyRouteComponent(() => import('~/screen/live/view')),
})
const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  validateSearch: reportsSearch,
  component: lazyRouteComponent(() => import('~/screen/reports/view')),
})
const report = createRoute({
  getParentRoute: () => root,
  path: '/report/$report',
  validateSearch: (search): { since?: string } => ({ since: text(search, 'since') }),
  component: lazyRouteComponent(() => import('~/screen/report/view')),
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  validateSearch: (search): { section?: Section } => ({ section: oneOf(search, 'section', SECTIONS) }),
  component: lazyRouteComponent(() => import('~/screen/settings/view')),
})
const graphiql = createRoute({
  getParentRoute: () => root,
  path: '/graphiql',
  component: lazyRouteComponent(() => import('~/screen/graphiql/view')),
})

const routes = root.addChildren([
  start, inbox, calendar, overview, customers, customer, live, reports, report, settings, graphiql,
  product.addChildren([value, feature, compare, releases, release, incidents, incident, knownErrors, knownError, announcements, announcement, iterations, iteration]),
])

export const router = createRouter({
  routeTree: routes,
  parseSearch,
  stringifySearch,
  // Inside the frame, which stays.
  defaultErrorComponent: ErrorScreen,
  defaultNotFoundComponent: NotFound,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingMs: 200,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
