export default function Iterations() { return null }
