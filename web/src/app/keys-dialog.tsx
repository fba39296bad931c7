import { Dialog } from '~/ui/dialog'
import type { Key } from './keys'
import css from './keys.module.css'

export default function KeysDialog({ keys, onClose }: { keys: Key[]; onClose: () => void }) {
  const all = [{ keys: 'Ctrl K', label: 'Find anything' }, ...keys]
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className={css.list}>
        {all.map(({ keys: pressed, label }) => (
          <div key={pressed}>
            <dt>{label}</dt>
            <dd>{pressed.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
