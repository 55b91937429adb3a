/**
 * Lets the page go on while a browser translates it.
 *
 * Chrome and Edge replace each text node by a `<font>` with the translation. Preact still has the text node: what it writes there is
 * seen by no one, so a state never changes again, and what it inserts before it throws. So each replaced text node returns, empty, to
 * its place before its translation. When its text changes, the translation goes, and the browser translates the new text; when it is
 * removed, its translation is, too.
 *
 * A text that grows keeps its own translations (`GrowingText`): it is marked with `data-grows`.
 *
 * @param {Element} root
 * @returns {() => void} ends it
 */
export function surviveTranslation(root) {
  /** @type {WeakMap<Node, { translation: Element, original: string }>} */
  const translated = new WeakMap()
  /** @type {WeakSet<Node>} */
  const translations = new WeakSet()

  const observer = new MutationObserver(records => {
    for (const record of records) {
      if (record.type === 'characterData') onText(/** @type {Text} */ (record.target))
      else {
        for (const node of record.removedNodes) if (node instanceof Text) onRemoved(node, record)
        for (const node of record.addedNodes) if (node instanceof Text) onReturned(node)
      }
    }
    // What was changed here.
    observer.takeRecords()
  })

  /** @param {Text} text */
  function onText(text) {
    const known = translated.get(text)
    if (!known || text.data === '') return
    translated.delete(text)
    known.translation.remove()
  }

  /** @param {Text} text @param {MutationRecord} record */
  function onRemoved(text, { target, addedNodes, previousSibling, nextSibling }) {
    const known = translated.get(text)
    if (known) {
      // Moved, with its translation; or removed.
      if (text.isConnected) text.after(known.translation)
      else known.translation.remove()
      return
    }
    if (text.isConnected || !text.data.trim() || (target instanceof Element && target.closest('[data-grows]'))) return
    const translation = [...addedNodes, previousSibling, nextSibling].find(
      node => isTranslation(node) && node.isConnected && !translations.has(node),
    )
    if (!(translation instanceof Element)) return
    translated.set(text, { translation, original: text.data })
    translations.add(translation)
    text.data = ''
    translation.before(text)
  }

  /** The reader wants to see the original. @param {Text} text */
  function onReturned(text) {
    const known = translated.get(text)
    if (!known || text.data !== '' || known.translation.isConnected) return
    translated.delete(text)
    text.data = known.original
  }

  observer.observe(root, { childList: true, characterData: true, subtree: true })
  return () => observer.disconnect()
}

/** @param {Node | null} node @returns {node is Element} */
export function isTranslation(node) {
  return node instanceof Element && node.tagName === 'FONT'
}
