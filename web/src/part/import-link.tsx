import { useRights } from '~/app/session'
import { ButtonLink } from '~/ui/parts'

/** Where nothing is yet: the way to a file of it, for who may import. */
export function ImportLink() {
  const { manages } = useRights()
  return manages && <ButtonLink link={{ to: '/settings', search: { section: 'imports' } }} icon="upload">Import a file</ButtonLink>
}
