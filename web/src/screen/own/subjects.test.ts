import { expect, it } from 'vitest'
import { subjectKey, subjectsOf } from './subjects'

it('lists each product as a whole and each feature once, by name', () => {
  const shop = { key: 'shop', name: 'Shop' }
  const [search, cart] = [{ key: 'search', name: 'Search' }, { key: 'cart', name: 'Cart' }]
  const found = subjectsOf([{ product: shop, feature: search }, { product: shop, features: [cart, search] }, { product: shop, feature: null }])
  expect(found.map(subjectKey)).toEqual(['shop/', 'shop/cart', 'shop/search'])
})
