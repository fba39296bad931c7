export default function Live() { return null }
