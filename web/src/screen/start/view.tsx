import { Navigate } from '@tanstack/react-router'
import { lazy } from 'react'
import { useLastProduct } from '~/app/shell'

const FirstSteps = lazy(() => import('./first-steps'))

/** The first page: the value of the product that was looked at last; what to do where there is none. */
export function Start() {
  const product = useLastProduct()
  return product ? <Navigate to="/p/$product/value" params={{ product }} replace /> : <FirstSteps />
}
