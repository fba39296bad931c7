import { useParams } from '@tanstack/react-router'
import { createContext, useContext } from 'react'
import type { ResultOf } from '~/api/graphql'
import type { SessionQuery } from './session.query'

type Data = ResultOf<typeof SessionQuery>

export interface Session {
  viewer: NonNullable<Data['viewer']>
  organization: NonNullable<Data['organization']>
  products: NonNullable<Data['products']>['nodes']
  teams: NonNullable<Data['teams']>['nodes']
  segments: NonNullable<Data['segments']>['nodes']
  scales: NonNullable<Data['scales']>['nodes']
}

export type Product = Session['products'][number]
export type Scale = Session['scales'][number]

export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession is for screens inside the shell')
  return session
}

/** The product of the address; of an unknown key a stand-in, whose queries say that there is none. */
export function useProduct(): Product {
  const { products } = useSession()
  const { product: key = '' } = useParams({ strict: false })
  return products.find((product) => product.key === key) ?? { id: '', key, name: key, timeZone: 'UTC', description: null }
}

/** What the reader may do, so that nothing is offered that is refused; the server decides again. */
export function useRights() {
  const { viewer } = useSession()
  const role = viewer.role
  const full = viewer.scope === 'FULL'
  return {
    administers: full && role === 'ADMINISTRATOR',
    manages: full && (role === 'ADMINISTRATOR' || role === 'PRODUCT'),
    handlesIncidents: full && role !== 'BUSINESS' && role !== 'CUSTOMER',
    /** Announces changes. */
    announces: full && (role === 'ADMINISTRATOR' || role === 'PRODUCT' || role === 'DEVELOPMENT' || role === 'OPERATIONS'),
    /** Acknowledges what was announced, as the member that it is. */
    acknowledges: full && (role === 'ADMINISTRATOR' || role === 'SUPPORT') && viewer.member !== null,
    /** Submits what a customer said. */
    responds: full && role !== 'BUSINESS' && role !== 'CUSTOMER',
    seesCustomers: viewer.scope !== 'REPORTS' && role !== 'BUSINESS' && role !== 'CUSTOMER',
  }
}
