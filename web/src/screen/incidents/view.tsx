export default function Incidents() { return null }
