export default function Incident() { return null }
