import { html, useState } from '../preact.js'
import { Question } from '../question.js'
import { useServices } from '../services.js'
import { NoText } from '../task/no-text.js'
import { OutputFault } from '../task/output-fault.js'
import { CopyButton } from '../text/copy-button.js'
import { Prose } from '../text/prose.js'
import { useIsEmpty } from '../text/use-is-empty.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { TypeMark } from './type-mark.js'

/**
 * The reply to a diary, as it comes, and what to do with it.
 *
 * Screen readers do not announce the text as it grows (`aria-live` off, `aria-busy`); its end is announced.
 *
 * @param {{ output: import('../task/task-view.js').OutputView, ended: boolean, stopping: boolean, notices: unknown,
 *   type?: import('./api.js').ReviewType, onStop: () => void, onRetry: () => void, onRemove: () => void }} props
 */
export function Reply(props) {
  const { output, ended, type, notices } = props
  const { t } = useServices()
  const empty = useIsEmpty(output.text)
  return html`
    <section class="card reply" data-status=${output.status} aria-labelledby="reply-title" aria-busy=${ended ? 'false' : 'true'}>
      <header>
        ${type && html`<${TypeMark} type=${type} />`}
        <h2 id="reply-title">${t(type ? `reviews.type.${type}` : 'reviews.reply')}</h2>
        <p class="status">${t(`output.${output.status}`)}</p>
      </header>
      ${notices}
      <${Prose} text=${output.text} ended=${ended} lang="ko" />
      ${empty && html`<${NoText} output=${output} writing=${!ended} />`}
      ${ended && html`<${OutputFault} output=${output} />`}
      <${Actions} ...${props} empty=${empty} />
    </section>
  `
}

/** @param {Parameters<typeof Reply>[0] & { empty: boolean }} props */
function Actions({ output, ended, stopping, empty, onStop, onRetry, onRemove }) {
  const { t } = useServices()
  const [asking, setAsking] = useState(/** @type {'retry' | 'remove' | undefined} */ (undefined))
  const keeping = useKeptFocus(`${ended} ${asking}`)
  const close = () => setAsking(undefined)
  if (!ended) {
    return html`<footer ...${keeping}>
      <button type="button" class="stop" aria-disabled=${stopping ? 'true' : undefined} onClick=${() => stopping || onStop()}>
        ${t(stopping ? 'task.stopping' : 'output.stop')}
      </button>
    </footer>`
  }
  if (asking) {
    const { words, yes, no } = questions[asking]
    const answer = () => {
      close()
      if (asking === 'retry') onRetry()
      else onRemove()
    }
    return html`<footer ...${keeping}>
      <${Question} words=${t(words)} yes=${t(yes)} no=${t(no)} onYes=${answer} onNo=${close} />
    </footer>`
  }
  return html`
    <footer ...${keeping}>
      ${!empty && html`<${CopyButton} text=${() => output.text.value} name=${t('reviews.reply')} />`}
      <button type="button" onClick=${empty ? onRetry : () => setAsking('retry')}>${t('output.retry')}</button>
      <button type="button" class="quiet" onClick=${() => setAsking('remove')}>${t('reviews.remove')}</button>
    </footer>
  `
}

const questions = /** @type {const} */ ({
  retry: { words: 'output.retry.sure', yes: 'output.retry.yes', no: 'output.retry.no' },
  remove: { words: 'reviews.remove.sure', yes: 'reviews.remove', no: 'reviews.remove.no' },
})
