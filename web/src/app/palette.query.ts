import { graphql } from '~/api/graphql'

export const PaletteQuery = graphql(`
  query Palette($text: String!, $product: Reference!) {
    features(first: 6, filter: { text: $text }) { nodes { id key name product { key name } } }
    product(product: $product) {
      key
      releases(first: 6, filter: { text: $text }) { nodes { id version title } }
      announcements(first: 4, filter: { text: $text }) { nodes { id title state } }
      knownErrors(first: 4, filter: { text: $text }) { nodes { id title errorState: state } }
    }
  }
`)

/** Apart, because not every role may see them. */
export const PalettePeopleQuery = graphql(`
  query PalettePeople($text: String!, $product: Reference!) {
    customers(first: 6, filter: { text: $text }) { nodes { id key name } }
    product(product: $product) {
      incidents(first: 100) { nodes { id title severity state features { name } } }
    }
  }
`)
