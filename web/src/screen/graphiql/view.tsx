export default function Graphiql() { return null }
