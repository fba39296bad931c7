import { graphql } from '~/api/graphql'

export const CreateProduct = graphql(`
  mutation CreateProduct($input: CreateProductInput!) { createProduct(input: $input) { product { id key } userErrors { code field message } } }
`)

export const CreateFeature = graphql(`
  mutation CreateFeature($input: CreateFeatureInput!) { createFeature(input: $input) { feature { id key } userErrors { code field message } } }
`)
